namespace Waybill.Core.Onboarding;

/// <summary>Whom to invite to ask for access.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Email">Where the link goes.</param>
public sealed record NewInvitation(string Account, string Email)
{
    /// <summary>First name, where it is known.</summary>
    public string? FirstName { get; init; }

    /// <summary>Last name, where it is known.</summary>
    public string? LastName { get; init; }

    /// <summary>Phone number, where it is known.</summary>
    public string? Phone { get; init; }

    /// <summary>The user name that is filled in.</summary>
    public string? UserName { get; init; }

    /// <summary>The feeds that are filled in.</summary>
    public IReadOnlyList<string> Feeds { get; init; } = [];

    /// <summary>The file types that are filled in.</summary>
    public IReadOnlyList<string> FileTypes { get; init; } = [];

    /// <summary>How long it opens; <see cref="OnboardingLimits.InvitationTime"/> unless it is said.</summary>
    public TimeSpan? Lifetime { get; init; }
}
