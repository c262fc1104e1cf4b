using Waybill.Storage.Quotas;

namespace Waybill.Core.Quotas;

/// <summary>What an account or one of its logins may store, and stores.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Login">The login; null for the whole account.</param>
/// <param name="Limits">How much may be stored.</param>
/// <param name="Stored">How much the catalogue has.</param>
/// <param name="Warned">The percentage that was last warned of: 0, 80 or 95.</param>
public sealed record Quota(string Account, string? Login, QuotaLimits Limits, QuotaAmount Stored, int Warned)
{
    /// <summary>How much of the tighter limit is used, in percent; null without a limit.</summary>
    public int? Percent => Math.Max(QuotaWatch.Percent(Stored.Bytes, Limits.Bytes), QuotaWatch.Percent(Stored.Files, Limits.Files)) is var percent and >= 0 ? percent : null;
}
