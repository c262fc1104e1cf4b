namespace Waybill.Ftp.Tests.Peers;

/// <summary>One of the servers that orders go to, with the folder that its login sees.</summary>
internal sealed class OrderServer : IAsyncDisposable
{
    private const long Large = 256 << 20;
    private const UnixFileMode Anyone = (UnixFileMode)0x1FF;

    private readonly Func<ValueTask> _disposeAsync;

    public OrderServer(string name, int port, string folder, string user, string password, Func<ValueTask> disposeAsync)
    {
        (Name, Port, User, Password, _disposeAsync) = (name, port, user, password, disposeAsync);

        // One below the root: vsftpd serves none that the login may write into.
        Folder = Path.Combine(folder, "files");
        Directory.CreateDirectory(Folder);
        File.SetUnixFileMode(Folder, Anyone);
    }

    public string Name { get; }

    public int Port { get; }

    private string Folder { get; }

    public string User { get; }

    public string Password { get; }

    /// <summary>Makes the files of <c>orders.txt</c> anew. They belong to root and everybody may change them: the other servers have users of their own.</summary>
    public void MakeFiles()
    {
        foreach (var entry in new DirectoryInfo(Folder).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo directory)
            {
                directory.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }

        foreach (var directory in (string[])["d", "e", "q\"q"])
        {
            Directory.CreateDirectory(Path.Combine(Folder, directory));
            File.SetUnixFileMode(Path.Combine(Folder, directory), Anyone);
        }

        foreach (var (name, size) in ((string, long)[])[("a", 10), ("empty", 0), ("large", Large), ("d/inner", 10), ("ü", 10)])
        {
            var path = Path.Combine(Folder, name);
            using (var file = File.Create(path))
            {
                file.SetLength(size);
            }

            File.SetUnixFileMode(path, Anyone);
        }
    }

    public ValueTask DisposeAsync() => _disposeAsync();
}
