using System.Text;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>What .NET cannot do with a directory of the operator.</summary>
public static class LocalDirectory
{
    /// <summary>The number of the user who owns a directory.</summary>
    /// <exception cref="IOException">The directory cannot be opened.</exception>
    public static uint Owner(string path)
    {
        var errno = Kernel.OpenConfigured(Encoding.UTF8.GetBytes(path), OpenFlags.ReadDirectory, out var directory);
        var status = default(Statx);
        using (directory)
        {
            errno = errno == Errno.None ? Kernel.Stat(directory, out status) : errno;
        }

        return errno == Errno.None ? status.OwnerId : throw new IOException($"The directory {path} cannot be opened (error {errno}).");
    }

    /// <summary>Whether a path of the operator leads to a regular file, also by links. It is not opened: a pipe would wait for who writes into it.</summary>
    public static bool HasFile(string path)
    {
        var errno = Kernel.OpenConfigured(Encoding.UTF8.GetBytes(path), OpenFlags.PathOnly | OpenFlags.CloseOnExec, out var file);
        using (file)
        {
            return errno == Errno.None && Kernel.Stat(file, out var status) == Errno.None && status.Kind == FileKind.File;
        }
    }

    /// <summary>Makes the names in a directory durable: without it a file that is synced itself may lose its name in a power cut.</summary>
    /// <exception cref="IOException">The directory cannot be opened or the disk failed.</exception>
    public static void Sync(string path)
    {
        var errno = Kernel.OpenConfigured(Encoding.UTF8.GetBytes(path), OpenFlags.ReadDirectory, out var directory);
        using (directory)
        {
            errno = errno == Errno.None ? Kernel.Sync(directory) : errno;
        }

        if (errno != Errno.None)
        {
            throw new IOException($"The directory {path} cannot be synced (error {errno}).");
        }
    }
}
