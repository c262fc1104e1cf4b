namespace Waybill.Storage.Access;

/// <summary>What is known of an upload when it ends.</summary>
/// <param name="Path">Where the client has put it.</param>
/// <param name="Bytes">Bytes that came.</param>
/// <param name="ExpectedSize">The size that the client announced.</param>
public readonly record struct UploadFacts(VaultPath Path, long Bytes, long? ExpectedSize = null)
{
    /// <summary>As <see cref="FileEvent.IsUnclean"/>.</summary>
    public bool IsUnclean { get; init; }
}

/// <summary>How an upload ends, in every protocol: committed, recorded, settled, and then the client is answered (promises D1 and D3 of docs/promises.md).</summary>
public static class UploadEnd
{
    /// <summary>Commits and records; without the record the old version comes back. The file is disposed of by whoever opened it.</summary>
    public static async ValueTask<AccessAnswer> CommitAsync(IOpenFile file, IFileJournal journal, UploadFacts facts)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(journal);
        var attributes = await file.GetAttributesAsync().ConfigureAwait(false);
        var error = await file.CommitKeepingOldAsync().ConfigureAwait(false);
        var isRecorded = false;
        try
        {
            var outcome = error == StoreError.None && file.IsRemoved ? StoreError.Abandoned : error;
            var recorded = await RecordAsync(file, journal, facts, attributes.Value, outcome).ConfigureAwait(false);
            isRecorded = recorded.IsOk;
            return error != StoreError.None ? error : recorded;
        }
        finally
        {
            await file.SettleAsync(isRecorded).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Publishes nothing and says so in the journal, with what is kept for the login to go on with (promises D6 and D7): "the upload was there and now it is not" must
    /// have an answer. A protocol that begins each file anew keeps nothing.
    /// </summary>
    public static async ValueTask<AccessAnswer> AbandonAsync(IOpenFile file, IFileJournal journal, UploadFacts facts, bool keeps = true)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(journal);
        var attributes = await file.GetAttributesAsync().ConfigureAwait(false);
        if (keeps)
        {
            await file.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            await file.DiscardAsync().ConfigureAwait(false);
        }

        return await RecordAsync(file, journal, facts, attributes.Value with { Identity = 0, Born = null }, StoreError.Abandoned).ConfigureAwait(false);
    }

    private static async ValueTask<AccessAnswer> RecordAsync(IOpenFile file, IFileJournal journal, UploadFacts facts, FileAttributes attributes, StoreError outcome)
    {
        var recorded = await journal.RecordAsync(new FileEvent(
            FileOperation.Upload, file.RenamedTo ?? facts.Path, Bytes: facts.Bytes, Size: attributes.Size, ExpectedSize: facts.ExpectedSize, Outcome: outcome,
            ResumedAt: file.ResumedAt, Kept: file.Kept, Identity: attributes.Identity, Sha256: file.Sha256)
        { IsUnclean = facts.IsUnclean, Born = attributes.Born }).ConfigureAwait(false);
        return recorded == StoreError.None ? AccessAnswer.Ok : new AccessAnswer(AccessOutcome.NotRecorded);
    }
}
