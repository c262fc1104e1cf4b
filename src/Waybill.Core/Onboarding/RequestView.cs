namespace Waybill.Core.Onboarding;

/// <summary>A request with all that staff need to decide it.</summary>
/// <param name="Request">The request.</param>
/// <param name="Checks">What matches and what does not; empty when it is decided.</param>
/// <param name="Missing">What is still to be asked for, in words.</param>
/// <param name="UserName">The user name that an approval gives; null when there is none to give.</param>
/// <param name="NeedsVerification">Whether an approval must say how the person was verified.</param>
/// <param name="CallBack">The provider's rule for that.</param>
/// <param name="History">What happened, the newest <see cref="OnboardingLimits.History"/>, the oldest of them first.</param>
public sealed record RequestView(
    AccessRequest Request, IReadOnlyList<RequestCheck> Checks, IReadOnlyList<string> Missing, string? UserName, bool NeedsVerification, string? CallBack,
    IReadOnlyList<RequestEvent> History)
{
    /// <summary>What is known of the key, when it is refused on every login; null when it is not, or the request is decided.</summary>
    public Keys.RefusedKey? RefusedKey { get; init; }
}
