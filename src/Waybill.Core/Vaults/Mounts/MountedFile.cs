using System.Buffers;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>A file below a mount: it keeps its vault's store in use, and names what it tells as the login sees it. What is uploaded through a gate may be held.</summary>
internal sealed class MountedFile(IOpenFile inner, MountedPlace place, DeliveryGate? gate) : IOpenFile
{
    public VaultPath? RenamedTo => inner.RenamedTo is { } path ? place.Show(path) : null;

    public bool IsRemoved => inner.IsRemoved;

    public long ResumedAt => inner.ResumedAt;

    public long Kept => inner.Kept;

    public byte[]? Sha256 { get; private set; }

    public ValueTask<bool> IsRecordedAsync() => inner.IsRecordedAsync();

    public ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer) => inner.ReadAsync(offset, buffer);

    public ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data) => inner.WriteAsync(offset, data);

    public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync() => inner.GetAttributesAsync();

    public ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes) => inner.SetAttributesAsync(changes);

    public ValueTask<StoreError> SyncAsync() => inner.SyncAsync();

    public ValueTask<StoreError> CopyToAsync(long offset, long length, IOpenFile target, long targetOffset, CancellationToken cancellationToken = default) =>
        inner.CopyToAsync(offset, length, target is MountedFile other ? other.Inner : target, targetOffset, cancellationToken);

    public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync() => inner.GetUsageAsync();

    public async ValueTask<StoreError> CommitAsync()
    {
        var error = await CommitKeepingOldAsync().ConfigureAwait(false);
        await SettleAsync(recorded: true).ConfigureAwait(false);
        return error;
    }

    public async ValueTask<StoreError> CommitKeepingOldAsync()
    {
        if (gate is null || inner is not IHoldableUpload upload)
        {
            return await inner.CommitKeepingOldAsync().ConfigureAwait(false);
        }

        (var error, Sha256) = await gate.CommitAsync(place, upload).ConfigureAwait(false);
        return error;
    }

    public ValueTask SettleAsync(bool recorded) => inner.SettleAsync(recorded);

    public ValueTask DiscardAsync() => inner.DiscardAsync();

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await place.DisposeAsync().ConfigureAwait(false);
    }

    private IOpenFile Inner => inner;
}
