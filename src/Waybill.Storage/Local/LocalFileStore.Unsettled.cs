using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>What is done to a file that another session has put in place and not recorded yet: it is done at once, and answered when that one is recorded.</summary>
internal sealed partial class LocalFileStore
{
    private static async ValueTask<StoreError> AfterAsync(Task ahead, StoreError error)
    {
        await ahead.ConfigureAwait(false);
        return error;
    }

    private static ValueTask<StoreError> BehindAsync(Task? ahead, StoreError error) => ahead is null ? new(error) : AfterAsync(ahead, error);

    /// <summary>The record of the file that a rename moved, and that of the one that it replaced; of all that were under way, when it moved a directory.</summary>
    private Task? UnsettledBy(in Location to)
    {
        if (Unsettled.IsEmpty || Kernel.StatName(to.Directory, to.Name, out var moved) != Errno.None)
        {
            return null;
        }

        if (moved.Kind == FileKind.Directory)
        {
            return Unsettled.WhenAllEnded();
        }

        return UnsettledAt(to) is { } replaced
            ? Unsettled.Find(moved.Identity) is { } both ? Task.WhenAll(both, replaced) : replaced
            : Unsettled.Find(moved.Identity);
    }

    /// <summary>The record of what was put in place under a name and does not lie there any more.</summary>
    private Task<bool>? UnsettledAt(in Location location)
    {
        if (Unsettled.IsEmpty || Kernel.Stat(location.Directory, out var directory) != Errno.None || Unsettled.Find(directory.Identity, location.Name) is not { } unsettled)
        {
            return null;
        }

        return Kernel.StatName(location.Directory, location.Name, out var there) == Errno.None && there.Identity == unsettled.File ? null : unsettled.Recorded;
    }
}
