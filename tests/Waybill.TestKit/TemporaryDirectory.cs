namespace Waybill.TestKit;

/// <summary>A fresh directory that goes, with all in it, when disposed.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Makes it, mode 0700.</summary>
    public TemporaryDirectory() => FullName = Directory.CreateTempSubdirectory("waybill-test-").FullName;

    /// <summary>Its absolute path.</summary>
    public string FullName { get; }

    /// <summary>A path below it.</summary>
    public string Combine(params string[] names) => Path.Combine([FullName, .. names]);

    /// <summary>Writes a file below it and returns its path.</summary>
    public string Write(string name, ReadOnlySpan<byte> content)
    {
        var path = Combine(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Writes a text file below it and returns its path.</summary>
    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(FullName, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }
    }
}
