namespace Waybill.Core.Keys.Handover;

/// <summary>What a link opens: enough to show a form for the code, and nothing that a stranger who found the mail may use.</summary>
/// <param name="Part">What will be handed over.</param>
/// <param name="Expires">Until when.</param>
/// <param name="TriesLeft">How many wrong codes are left.</param>
/// <param name="IsRepeat">It was handed over to this browser, and the same may be fetched again until <paramref name="Expires"/>.</param>
public sealed record HandoverOffer(HandoverPart Part, DateTimeOffset Expires, int TriesLeft, bool IsRepeat);
