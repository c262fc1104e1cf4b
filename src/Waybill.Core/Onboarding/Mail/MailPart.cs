namespace Waybill.Core.Onboarding.Mail;

/// <summary>A part of a mail that holds something itself: text or an attachment.</summary>
internal sealed class MailPart(MailHeader header, ContentField type, ReadOnlyMemory<byte> body, int message)
{
    /// <summary>RFC 2183: how it is to be shown.</summary>
    private readonly ContentField _disposition = ContentField.Read(header["Content-Disposition"]);

    /// <summary>Its own header.</summary>
    public MailHeader Header { get; } = header;

    /// <summary>Its type, in lower case, as <c>text/plain</c>.</summary>
    public string MediaType => type.Value;

    /// <summary>The name that its sender gave it; never a path of ours.</summary>
    public string? FileName => _disposition["filename"] ?? type["name"];

    /// <summary>Whether it is a file and no text of the mail.</summary>
    public bool IsAttachment => _disposition.Value == "attachment" || FileName is not null || !MediaType.StartsWith("text/", StringComparison.Ordinal);

    /// <summary>Which mail it is of: 0 is the file itself, others are mails inside it.</summary>
    public int Message { get; } = message;

    /// <summary>Its content as it was before it was sent, at most <paramref name="limit"/> bytes.</summary>
    public byte[] Decode(int limit) => TransferEncoding.Decode(body.Span, Header["Content-Transfer-Encoding"], Math.Min(limit, MailLimits.Decoded));

    /// <summary>Its content as text.</summary>
    public string Text(int limit) => MailCharset.Decode(Decode(limit), type["charset"]);
}
