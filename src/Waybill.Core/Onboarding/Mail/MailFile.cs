namespace Waybill.Core.Onboarding.Mail;

/// <summary>A mail as it was read: its header, and the parts that hold something themselves, in their order.</summary>
/// <param name="Header">The header of the mail itself.</param>
/// <param name="Parts">The parts, those of mails inside it too.</param>
internal sealed record MailFile(MailHeader Header, IReadOnlyList<MailPart> Parts)
{
    /// <summary>The headers of mails inside it, as somebody who forwards one attaches it.</summary>
    public IReadOnlyList<MailHeader> Inner { get; init; } = [];

    /// <summary>RFC 3464: a report on a mail that could not be delivered.</summary>
    public bool IsDeliveryReport { get; init; }

    /// <summary>
    /// RFC 3834: whether a program wrote it, so that nothing may be answered: a bounce, a notice of absence. A mailing list is no sign of that: many a support address
    /// is one.
    /// </summary>
    public bool IsAutomatic =>
        IsDeliveryReport
        || (Header["Auto-Submitted"] is { } submitted && !submitted.Trim().StartsWith("no", StringComparison.OrdinalIgnoreCase))
        || Header["Return-Path"]?.Trim() == "<>"
        || Header["X-Autoreply"] is not null
        || (Header["Precedence"] is { } precedence && precedence.Trim().ToUpperInvariant() is "JUNK" or "AUTO_REPLY");
}
