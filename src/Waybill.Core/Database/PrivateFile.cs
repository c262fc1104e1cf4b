namespace Waybill.Core.Database;

/// <summary>Files that only their owner may read, from their first moment on.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes an empty file with mode 0600; throws <see cref="IOException"/> when the name exists.</summary>
    public static void Create(string path) => Create(path, []);

    /// <summary>Makes a file with mode 0600 and these bytes, synced; throws <see cref="IOException"/> when the name exists.</summary>
    public static void Create(string path, ReadOnlySpan<byte> content)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = Mode,
            BufferSize = 0,
        });
        file.Write(content);
        file.Flush(flushToDisk: true);
    }
}
