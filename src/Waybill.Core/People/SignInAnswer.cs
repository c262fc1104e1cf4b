namespace Waybill.Core.People;

/// <summary>What a try to sign in gets.</summary>
/// <param name="Verdict">How it ended.</param>
/// <param name="Token">The new token of the session, which replaces any other; null when there is none.</param>
/// <param name="TryAgain">From when on another try is looked at.</param>
public sealed record SignInAnswer(SignInVerdict Verdict, string? Token = null, DateTimeOffset? TryAgain = null)
{
    /// <summary>How many recovery codes are left, when one was used.</summary>
    public int? RecoveryCodesLeft { get; init; }
}
