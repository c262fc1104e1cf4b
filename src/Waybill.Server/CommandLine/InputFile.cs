namespace Waybill.Server.CommandLine;

/// <summary>A file that a command is given, or <c>-</c> for standard input.</summary>
internal static class InputFile
{
    private const int Buffer = 16 * 1024;

    /// <summary>Reads it, and no more than a little above <paramref name="most"/> bytes, so that the caller sees that there is more.</summary>
    /// <param name="file">The file's name, or <c>-</c>.</param>
    /// <param name="most">Bytes that are wanted at most.</param>
    /// <param name="what">What to name instead of a file that is not there.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<byte[]> ReadAsync(string file, int most, string what, CancellationToken cancellationToken)
    {
        await using var source = file == "-" ? Console.OpenStandardInput() : Open(file, what);
        using var content = new MemoryStream();
        var buffer = new byte[Buffer];
        while (content.Length <= most && await source.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }

    private static FileStream Open(string file, string what)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{file} {(error is FileNotFoundException or DirectoryNotFoundException ? "is not there" : "cannot be read")}; name {what}, or - for standard input");
        }
    }
}
