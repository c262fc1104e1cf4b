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
        using var file = Open(path, FileMode.CreateNew, FileShare.None);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Opens for reading and writing; a new file gets mode 0600.</summary>
    public static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Mode;
        }

        return new FileStream(path, options);
    }

    /// <summary>
    /// Waits for a lock that holds between processes and ends with the process; throws <see cref="IOException"/> when it does not come in so many tries.
    /// </summary>
    public static FileStream Lock(string path, int tries, TimeSpan pause)
    {
        using var between = new ManualResetEventSlim();
        while (true)
        {
            try
            {
                // FileShare.None is flock on Linux.
                return Open(path, FileMode.OpenOrCreate, FileShare.None);
            }
            catch (IOException) when (--tries > 0)
            {
                between.Wait(pause);
            }
        }
    }
}
