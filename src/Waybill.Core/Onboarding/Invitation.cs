namespace Waybill.Core.Onboarding;

/// <summary>An invitation that was sent, or that a link opens.</summary>
/// <param name="Details">What the form is filled in with; the account cannot be changed in it.</param>
/// <param name="InvitedBy">Who invites.</param>
/// <param name="Expires">Until when it opens.</param>
public sealed record Invitation(RequestDetails Details, string InvitedBy, DateTimeOffset Expires)
{
    /// <summary>The link, for whoever made it: it can be told by another way than the mail. Null for whoever opened it.</summary>
    public string? Link { get; init; }
}
