namespace Waybill.Storage.Quotas;

/// <summary>A session's journal that tells its quota when the catalogue has what was published.</summary>
/// <param name="inner">The journal.</param>
/// <param name="quota">The session's quota.</param>
public sealed class QuotaJournal(IFileJournal inner, SessionQuota quota) : IFileJournal
{
    /// <inheritdoc/>
    public async ValueTask<StoreError> RecordAsync(FileEvent fileEvent)
    {
        var error = await inner.RecordAsync(fileEvent).ConfigureAwait(false);
        if (error == StoreError.None && fileEvent.Operation is FileOperation.Upload or FileOperation.SetAttributes)
        {
            await quota.RecordedAsync().ConfigureAwait(false);
        }

        return error;
    }
}
