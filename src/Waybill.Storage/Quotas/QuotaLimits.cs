namespace Waybill.Storage.Quotas;

/// <summary>How much an account or a login may store; null is no limit.</summary>
/// <param name="Bytes">Bytes.</param>
/// <param name="Files">Files.</param>
public readonly record struct QuotaLimits(long? Bytes, long? Files)
{
    /// <summary>Whether there is any limit.</summary>
    public bool Any => Bytes is not null || Files is not null;
}
