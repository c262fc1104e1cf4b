namespace Waybill.Core.Audit;

/// <summary>The end of a chain: how many rows, and the hash of the last one.</summary>
internal readonly record struct AuditHead(long Count, byte[] Hash)
{
    /// <summary>Before the first row.</summary>
    public static AuditHead Empty { get; } = new(0, new byte[AuditChain.HashLength]);

    public bool IsSameAs(AuditHead other) => Count == other.Count && Hash.AsSpan().SequenceEqual(other.Hash);
}
