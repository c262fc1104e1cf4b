namespace Waybill.Storage.Quotas;

/// <summary>Bytes and files together: what is stored, what is reserved, or what is to be taken.</summary>
/// <param name="Bytes">Bytes.</param>
/// <param name="Files">Files.</param>
public readonly record struct QuotaAmount(long Bytes, long Files)
{
    /// <summary>Both sums.</summary>
    public static QuotaAmount operator +(QuotaAmount one, QuotaAmount other) => new(one.Bytes + other.Bytes, one.Files + other.Files);

    /// <summary>Both differences.</summary>
    public static QuotaAmount operator -(QuotaAmount one, QuotaAmount other) => new(one.Bytes - other.Bytes, one.Files - other.Files);

    /// <summary>As the operator.</summary>
    public static QuotaAmount Add(QuotaAmount one, QuotaAmount other) => one + other;

    /// <summary>As the operator.</summary>
    public static QuotaAmount Subtract(QuotaAmount one, QuotaAmount other) => one - other;
}
