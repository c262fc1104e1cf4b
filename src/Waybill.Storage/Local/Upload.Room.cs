using Waybill.Storage.Local.Native;
using Waybill.Storage.Quotas;

namespace Waybill.Storage.Local;

/// <summary>What an upload takes of its account's and its login's quota.</summary>
internal sealed partial class Upload
{
    private SpaceReservation? _space;

    /// <summary>The path of the version that was there when the upload began; null for a new file.</summary>
    public VaultPath? Replaces { get; set; }

    /// <summary>That version.</summary>
    public Statx ReplacedFile { get; set; }

    /// <summary>Takes the first file and what the upload begins with.</summary>
    public async ValueTask<bool> ReserveAsync(SessionQuota quota)
    {
        _space = await quota.BeginAsync(Replaces, _length, ReplacedFile.Identity, (long)ReplacedFile.Size).ConfigureAwait(false);
        return _space is not null;
    }

    private bool HasRoom(long length) => _space is null || (_space.TryGrow(length) && !Store.Quota!.IsStale);

    // What was refused once is refused at once: clients have dozens of writes on their way.
    private async ValueTask<StoreError> MakeRoomAsync(long length) =>
        HasRoom(length) || (_failure != StoreError.QuotaExceeded && await Store.Quota!.GrowAsync(_space!, length).ConfigureAwait(false))
            ? StoreError.None
            : StoreError.QuotaExceeded;

    /// <summary>Under <see cref="LocalFileStore.Changes"/>: what is replaced now is what the quota gives back.</summary>
    private bool ConfirmRoom(UploadTarget target)
    {
        if (_space is null)
        {
            return true;
        }

        var exists = Kernel.StatName(target.Directory, target.Name, out var status) == Errno.None && status.Kind == FileKind.File;
        return _space.TryConfirm(_length, exists, status.Identity, (long)status.Size);
    }
}
