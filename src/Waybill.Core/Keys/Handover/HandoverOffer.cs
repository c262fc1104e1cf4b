namespace Waybill.Core.Keys.Handover;

/// <summary>What a link opens: enough to show a form for the code, and nothing that does not stand in the mail already, which a stranger may have found.</summary>
/// <param name="Part">What will be handed over.</param>
/// <param name="UserName">The login whose key it is.</param>
/// <param name="Expires">Until when.</param>
/// <param name="TriesLeft">How many wrong codes are left.</param>
/// <param name="IsRepeat">It was handed over to this browser, and the same may be fetched again until <paramref name="Expires"/>.</param>
public sealed record HandoverOffer(HandoverPart Part, string UserName, DateTimeOffset Expires, int TriesLeft, bool IsRepeat);
