namespace Waybill.Core.Keys.Handover;

/// <summary>A handover has begun, or a part of it anew. The codes are told this once: staff tell them to the customer, never by the mail that has the link.</summary>
/// <param name="Handover">The handover.</param>
/// <param name="FileCode">The code for the file's link; null when it was not made now.</param>
/// <param name="PassphraseCode">The code for the passphrase's link; null when it has none, or was not made now.</param>
public sealed record HandoverStart(HandoverView Handover, string? FileCode, string? PassphraseCode);
