namespace Waybill.Core.Onboarding;

/// <summary>An invitation that was sent, or that a link opens. The link itself stands in the mail alone: who opens it has shown that the address is theirs.</summary>
/// <param name="Details">What the form is filled in with; the account cannot be changed in it.</param>
/// <param name="InvitedBy">Who invites.</param>
/// <param name="Expires">Until when it opens.</param>
public sealed record Invitation(RequestDetails Details, string InvitedBy, DateTimeOffset Expires);
