namespace Waybill.Core.Billing;

/// <summary>Below how much an account is told that its balance is low.</summary>
/// <param name="IsOwn">Whether it is the account's own; else the configuration's (<c>Billing:LowBalance</c>).</param>
/// <param name="At">Minor units of both sums together; null for never. Without a meaning where it is not the account's own.</param>
public sealed record LowMark(bool IsOwn, long? At)
{
    /// <summary>As the configuration has it for all.</summary>
    public static LowMark Shared { get; } = new(IsOwn: false, null);

    /// <summary>Never.</summary>
    public static LowMark None { get; } = new(IsOwn: true, null);
}
