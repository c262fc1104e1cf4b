namespace Waybill.Storage.Quotas;

/// <summary>Where a session's quotas come from: the catalogue.</summary>
public interface IQuotaSource
{
    /// <summary>Reads limits and what is stored; null when they cannot be read now.</summary>
    ValueTask<QuotaReading?> ReadAsync();

    /// <summary>What the catalogue has at a path that the session sees; null for nothing.</summary>
    ValueTask<StoredVersion?> FindAsync(VaultPath path);
}
