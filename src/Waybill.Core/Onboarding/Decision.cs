using Waybill.Core.Logins;

namespace Waybill.Core.Onboarding;

/// <summary>What an approval did.</summary>
/// <param name="Request">The request as it is now.</param>
/// <param name="Login">The login that was made or got the key; null when a second person must approve.</param>
public sealed record Decision(AccessRequest Request, Login? Login)
{
    /// <summary>Whether a second person must approve before anything is done.</summary>
    public bool NeedsSecond => Login is null;

    /// <summary>Fingerprints of the keys that were revoked.</summary>
    public IReadOnlyList<string> Revoked { get; init; } = [];

    /// <summary>Why the wish for feeds could not be met; null when it was, or there was none.</summary>
    public string? SubscriptionNote { get; init; }
}
