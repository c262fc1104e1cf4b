using System.Text;
using Waybill.Core.Feeds;
using Waybill.Core.Onboarding;
using Waybill.Core.Onboarding.Mail;
using Waybill.SshKeys.Keys;

namespace Waybill.Fuzz.Targets;

/// <summary>Mails that customers send in with their key.</summary>
internal sealed class MailTarget : IFuzzTarget
{
    public string Name => "mail";

    public int Inputs => 12_800;

    public IReadOnlyCollection<string> Outcomes { get; } =
        ["Mail", "WithKey", "WithSeveralMessages", "Automatic", .. Enum.GetNames<MailMistake>().Where(name => name is not (nameof(MailMistake.None) or nameof(MailMistake.TooLarge)))];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "From: ", "Content-Type: multipart/mixed; boundary=", "\r\n\r\n", "--b1", "--b1--", "--", "message/rfc822", "text/plain", "text/html", "base64", "quoted-printable", "=?utf-8?B?", "?=",
        "=?", "=\r\n", "=3D", "filename*0*=utf-8''", "filename*1=", "charset=", "iso-2022-jp", "gb18030", "utf-7", "multipart/digest", "multipart/report; report-type=delivery-status", "\t", ";", "\"", "\\",
    ];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var reading = MailReader.Read(input);
        if (!reading.IsMail)
        {
            return ValueTask.FromResult(reading.Message.Length > 0 ? reading.Mistake.ToString() : throw new InvalidOperationException($"{reading.Mistake} has no words."));
        }

        if (reading.File.Parts.Count > MailLimits.Parts || reading.File.Inner.Count > MailLimits.Parts)
        {
            throw new InvalidOperationException("There are more parts than allowed.");
        }

        var hasKey = false;
        foreach (var part in reading.File.Parts)
        {
            var content = part.Decode(PublicKeyFile.MaxFileLength);
            if (content.Length > PublicKeyFile.MaxFileLength || part.Message > reading.File.Inner.Count)
            {
                throw new InvalidOperationException("A part is longer than was asked for, or of no mail.");
            }

            hasKey |= PublicKeyFile.Read(content).IsKey;
            var text = part.Text(PublicKeyFile.MaxFileLength);
            if (part.MediaType == "text/html" && HtmlText.Of(text).Length > 2 * text.Length)
            {
                throw new InvalidOperationException("The text of a page is longer than the page.");
            }

            _ = part.FileName;
        }

        _ = reading.File.Header.Text("Subject");
        var intake = MailIntake.Read(input, FeedTypes.Default, ["provider.test"]);
        if (!intake.Succeeded || intake.Value.MessageId is null || intake.Value.Burnt.Exists(static burnt => !burnt.Sha256.StartsWith("SHA256:", StringComparison.Ordinal)))
        {
            throw new InvalidOperationException("A mail that was read is no request.");
        }

        _ = MailIntake.ReadBounce(reading.File);
        return ValueTask.FromResult(reading.File switch
        {
            { IsAutomatic: true } => "Automatic",
            { Inner.Count: > 0 } => "WithSeveralMessages",
            _ => hasKey ? "WithKey" : "Mail",
        });
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        foreach (var (name, text) in Texts())
        {
            yield return (name, Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")));
        }
    }

    private static IEnumerable<(string Name, string Text)> Texts()
    {
        const string From = "From: =?utf-8?Q?Ann_Ex=C3=A4mple?= <ann@example.com>\nDate: Sat, 21 Nov 2026 10:00:00 +0000\nMessage-ID: <1@example.com>\n";
        const string Mixed = From + "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b1\"\n\n";
        var key = $"{FuzzKeys.Ed25519.PublicKey.KeyType} {Convert.ToBase64String(FuzzKeys.Ed25519.PublicKey.Blob.Span)} ann@example.com\n";
        var base64 = Convert.ToBase64String(Encoding.ASCII.GetBytes(key));
        yield return ("plain", From + "Subject: SFTP access\n\n1. First and Last Name: Ann Example\n> *Account number*: 10042\nCompany\nExample Ltd\nType of FTP Feed (all that apply)\n[x] Call Detail Records\n[ ] Data\nFile Type: CSV, PDF\n\nregards\n");
        yield return ("plain-key", From + $"Subject: our key\n\nAccount number: 10042\n\n{key}");
        yield return ("attachment", Mixed + $"--b1\nContent-Type: text/plain; charset=us-ascii\n\nplease find our key\n--b1\nContent-Type: application/octet-stream; name=\"id.pub\"\n"
            + $"Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename*0*=utf-8''id%C3%A4;\n filename*1=\".pub\"\n\n{base64}\n--b1--\nbehind\n");
        yield return ("alternative", From + "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b1\n\n--b1\nContent-Type: text/plain; charset=iso-8859-1\n"
            + "Content-Transfer-Encoding: quoted-printable\n\nAccount n=\number: 10042 =E4\n--b1\nContent-Type: text/html\n\n<html><head><style>p{}</style></head><p>Account&nbsp;number<td>10042</html>\n--b1--\n");
        yield return ("nested", Mixed + "--b1\nContent-Type: multipart/related; boundary=b2\n\n--b2\nContent-Type: text/plain\n\nhello\n--b2--\n--b1--\n");
        yield return ("forwarded", Mixed + $"--b1\n\nsee below\n--b1\nContent-Type: message/rfc822\n\n{From}Subject: inner\n\n{key}\n--b1--\n");
        yield return ("digest", From + "Content-Type: multipart/digest; boundary=b1\n\n--b1\n\nFrom: a@example.com\n\none\n--b1--\n");
        yield return ("bounce", From + "Content-Type: multipart/report; report-type=delivery-status; boundary=b1\n\n--b1\n\nsorry\n--b1\nContent-Type: message/delivery-status\n\n"
            + "Reporting-MTA: dns; mail.example.com\n\nFinal-Recipient: rfc822; ann@example.com\nAction: failed\nStatus: 5.1.1\n--b1\nContent-Type: text/rfc822-headers\n\nMessage-ID: <2@example.com>\n--b1--\n");
        yield return ("absent", From + "Auto-Submitted: auto-replied\n\nI am away.\n");
        yield return ("mbox", "From ann@example.com Sat Nov 21 10:00:00 2026\n" + From + "\ntext\n");
        yield return ("japanese", From + "Subject: =?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=\nContent-Type: text/plain; charset=\"iso-2022-jp\"\n\nx\n");
        yield return ("unclosed", Mixed + "--b1\nContent-Type: text/plain\n\nno end");
        yield return ("no-mail", "Account number: 10042\n" + key);
        yield return ("many-fields", From + string.Concat(Enumerable.Repeat("X: y\n", MailLimits.Fields)) + "\nx\n");
        yield return ("long-field", From + "X: " + new string('y', MailLimits.Field) + "\n\nx\n");
        yield return ("many-parts", Mixed + string.Concat(Enumerable.Repeat("--b1\n\nx\n", MailLimits.Parts + 1)) + "--b1--\n");
        yield return ("deep", From + string.Concat(Enumerable.Range(0, MailLimits.Depth + 2).Select(depth => $"Content-Type: multipart/mixed; boundary=d{depth}\n\n--d{depth}\n")) + "\nx\n");
    }
}
