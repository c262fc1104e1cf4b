namespace Waybill.Storage.Quotas;

/// <summary>One consistent reading of both scopes of a session.</summary>
/// <param name="Account">The account's.</param>
/// <param name="Login">The login's own.</param>
public readonly record struct QuotaReading(QuotaState Account, QuotaState Login);
