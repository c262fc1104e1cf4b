using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>Keeps listings out of the folders of a set while its files are shown or hidden; one file alone needs none of it.</summary>
internal sealed class SetLock : IDisposable
{
    private readonly List<IDisposable> _folders = [];

    private SetLock()
    {
    }

    public static async ValueTask<SetLock> TakeAsync(PublicationSet set, IStagingStore store)
    {
        var held = new SetLock();

        // In one order, so that two sets never wait for each other.
        foreach (var folder in set.Folders.Where(_ => set.Files.Count > 1).OrderBy(static folder => folder.ToString(), StringComparer.Ordinal))
        {
            if (await store.LockAsync(folder).ConfigureAwait(false) is { } locked)
            {
                held._folders.Add(locked);
            }
        }

        return held;
    }

    public void Dispose() => _folders.ForEach(static folder => folder.Dispose());
}
