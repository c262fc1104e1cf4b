using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// Keeps listings of a directory and whoever shows a set of files in it apart, in all processes: flock on the directory, shared for a listing, exclusive for the renames.
/// It goes with its descriptor, also when the process is killed, and nobody waits for it for ever (docs/decisions/0010).
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    /// <summary>How long a listing waits for a set to be shown. The renames take microseconds; a publisher that was stopped in their midst must not stop listings.</summary>
    public static readonly TimeSpan ListingPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long a set waits for listings that were begun; a client that does not go on reading one must not stop publishing.</summary>
    public static readonly TimeSpan ShowingPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly FileDescriptor _directory;

    private DirectoryLock(FileDescriptor directory)
    {
        _directory = directory;
    }

    /// <summary>Takes the lock that shows a set; takes over the directory. Without the lock, after the wait or on a file system that has none, the set is shown all the same.</summary>
    public static async ValueTask<DirectoryLock> ToShowAsync(FileDescriptor directory)
    {
        var held = new DirectoryLock(directory);
        await WaitAsync(static directory => Kernel.TryLock(directory), directory, ShowingPatience).ConfigureAwait(false);
        return held;
    }

    /// <summary>Begins to list; false when somebody shows a set just now.</summary>
    public static bool TryToList(FileDescriptor directory) => Kernel.TryLockShared(directory) != Errno.Again;

    /// <summary>Waits until a set is shown.</summary>
    public static ValueTask WaitToListAsync(FileDescriptor directory) => WaitAsync(static directory => Kernel.TryLockShared(directory), directory, ListingPatience);

    public void Dispose() => _directory.Dispose();

    private static async ValueTask WaitAsync(Func<FileDescriptor, int> take, FileDescriptor directory, TimeSpan patience)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (take(directory) == Errno.Again && TimeProvider.System.GetElapsedTime(began) < patience)
        {
            await Task.Delay(Pause).ConfigureAwait(false);
        }
    }
}
