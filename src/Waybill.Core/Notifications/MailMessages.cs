using System.Net.Mail;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;

namespace Waybill.Core.Notifications;

/// <summary>Makes the message of a row. What stands in headers was checked when the row was made, and is again here: a line break would add headers of a stranger's choice.</summary>
internal static class MailMessages
{
    /// <summary>A Message-ID that nobody else has: 160 random bits at the sender's domain.</summary>
    public static string NewId(string from) =>
        $"<{RandomNumberGenerator.GetHexString(40, lowercase: true)}@{(MailAddress.TryCreate(from, out var sender) ? sender.Host : "localhost")}>";

    /// <summary>An address that can stand in a header and in an envelope.</summary>
    public static bool IsAddress(string? text) =>
        text is { Length: > 0 and <= 254 } && !text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c)) && MailAddress.TryCreate(text, out var address) && address.Address == text;

    public static MailMessage Create(Outgoing mail, NotificationOptions options)
    {
        if (!IsAddress(mail.Target) || mail.Subject.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new FormatException("the recipient's address or the subject cannot stand in a mail");
        }

        var message = new MailMessage
        {
            From = new MailAddress(options.From, options.ProviderName, Encoding.UTF8),
            Subject = mail.Subject,
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
        };
        message.To.Add(new MailAddress(mail.Target));
        message.Headers.Add("Message-ID", mail.MessageId);

        // RFC 3834: no vacation notice answers it, and no other machine starts a loop with us.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(mail.Text, Encoding.UTF8, MediaTypeNames.Text.Plain));
        if (mail.Html is { } html)
        {
            message.AlternateViews.Add(AlternateView.CreateAlternateViewFromString(html, Encoding.UTF8, MediaTypeNames.Text.Html));
        }

        return message;
    }
}
