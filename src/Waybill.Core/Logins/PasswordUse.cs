namespace Waybill.Core.Logins;

/// <summary>A login by password, as it was noted.</summary>
/// <param name="LoginId">The login.</param>
/// <param name="Time">When.</param>
/// <param name="Address">From where.</param>
public sealed record PasswordUse(long LoginId, DateTimeOffset Time, string Address)
{
    /// <summary>When it was noted that it came without TLS; null when it did not.</summary>
    public DateTimeOffset? PlainAt { get; init; }
}
