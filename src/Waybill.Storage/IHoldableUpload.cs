namespace Waybill.Storage;

/// <summary>An upload that can end in another way than to be published: hidden beside its place, for whoever decides about it (<see cref="IStagingStore"/>).</summary>
public interface IHoldableUpload : IOpenFile
{
    /// <summary>Reads what the commit would publish, however the file was opened.</summary>
    ValueTask<StoreResult<int>> ReadContentAsync(long offset, Memory<byte> buffer);

    /// <summary>
    /// Commits, but replaces nothing: when the name is taken it is <see cref="StoreError.AlreadyExists"/> and the upload goes on. Whoever called ends it then, by
    /// <see cref="HoldAsync"/> or <see cref="IOpenFile.DiscardAsync"/>. When it succeeded it is settled as after <see cref="IOpenFile.CommitKeepingOldAsync"/>.
    /// </summary>
    ValueTask<StoreError> CommitNewAsync();

    /// <summary>Ends the upload as the hidden file of a token, as durable as a published one.</summary>
    ValueTask<StoreError> HoldAsync(string token);
}
