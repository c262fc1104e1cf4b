using System.Buffers;
using Waybill.Storage;

namespace Waybill.TestKit.Storage;

/// <summary>Uploads whose end a test decides.</summary>
public static class StoreUploads
{
    /// <summary>One that is in place, and of which nobody has said yet whether it was recorded (<see cref="IOpenFile.SettleAsync"/>).</summary>
    public static async Task<IOpenFile> PlaceAsync(this IFileStore store, string path, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(store);
        var opened = await store.OpenAsync(VaultPath.Parse(path), OpenModes.Write | OpenModes.Create | OpenModes.Truncate).ConfigureAwait(false);
        var file = opened.Value ?? throw new IOException($"{path}: {opened.Error}");
        var error = await file.WriteAsync(0, new ReadOnlySequence<byte>(content)).ConfigureAwait(false);
        error = error == StoreError.None ? await file.CommitKeepingOldAsync().ConfigureAwait(false) : error;
        return error == StoreError.None ? file : throw new IOException($"{path}: {error}");
    }

    /// <summary>One that is in place and recorded.</summary>
    public static async Task ReplaceAsync(this IFileStore store, string path, byte[] content)
    {
        await using var file = await store.PlaceAsync(path, content).ConfigureAwait(false);
        await file.SettleAsync(recorded: true).ConfigureAwait(false);
    }
}
