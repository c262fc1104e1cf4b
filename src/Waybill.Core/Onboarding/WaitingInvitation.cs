namespace Waybill.Core.Onboarding;

/// <summary>An invitation that nobody has answered yet.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Account">The account that it gives access to.</param>
/// <param name="Email">Where its link went.</param>
/// <param name="UserName">The user name that it is for, of a vendor's login for one; null when it is left open.</param>
/// <param name="InvitedBy">Who invited.</param>
/// <param name="Sent">When.</param>
/// <param name="Expires">Until when its link opens.</param>
public sealed record WaitingInvitation(long Id, string Account, string Email, string? UserName, string InvitedBy, DateTimeOffset Sent, DateTimeOffset Expires);
