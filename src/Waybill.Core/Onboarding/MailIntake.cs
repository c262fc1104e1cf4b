using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Waybill.Core.Feeds;
using Waybill.Core.Keys;
using Waybill.Core.Onboarding.Mail;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Onboarding;

/// <summary>
/// What a mail, a text or a key file says: the fields of the form, the sender, the key. A key is looked for in every part; nothing of the parts is kept. Of private keys
/// only public fingerprints leave this class.
/// </summary>
internal sealed partial class MailIntake
{
    /// <summary>Characters of a mail's text in which fields and keys are looked for: below the bound of a key's file in whatever characters.</summary>
    private const int LongestText = PublicKeyFile.MaxFileLength / 4;

    private const int MostIds = 50;

    private static readonly HashSet<PublicKeyMistake> NothingSent = [PublicKeyMistake.Empty, PublicKeyMistake.NoKey, PublicKeyMistake.Picture, PublicKeyMistake.Html];

    private readonly FeedTypes _types;
    private readonly List<RequestKey> _keys = [];
    private readonly List<string> _notes = [];
    private string? _refusal;
    private string? _private;

    private MailIntake(FeedTypes types) => _types = types;

    /// <summary>What is said.</summary>
    public RequestDetails Details { get; private set; } = new();

    /// <summary>The key, or why there is none.</summary>
    public KeyIntake Key => _private is not null ? new KeyIntake(null, _private, IsPrivate: true, Burnt.Count > 0 ? Burnt[0] : null)
        : _keys.Count > 1 ? new KeyIntake(null, $"There is more than one key: {string.Join(", ", _keys.Select(static key => $"{key.Type} {key.Sha256}"))}. Send only the one that you will connect with.")
        : _keys.Count == 1 ? new KeyIntake(_keys[0], null)
        : new KeyIntake(null, _refusal);

    /// <summary>Public halves of private keys that were found.</summary>
    public List<SentHalf> Burnt { get; } = [];

    /// <summary>The mail's own id; of a file without one, its hash. Null for what is no mail.</summary>
    public string? MessageId { get; private set; }

    /// <summary>The ids of mails that it answers.</summary>
    public IReadOnlyList<string> Answers { get; private set; } = [];

    /// <summary>The mail; null for what is none.</summary>
    public MailFile? Mail { get; private set; }

    /// <summary>What staff should know.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Reads a file.</summary>
    /// <param name="file">What was brought.</param>
    /// <param name="types">The provider's feeds.</param>
    /// <param name="own">Domains of the provider: who writes from there forwards what a customer wrote.</param>
    public static Result<MailIntake> Read(ReadOnlyMemory<byte> file, FeedTypes types, IReadOnlyCollection<string> own)
    {
        var intake = new MailIntake(types);
        var reading = MailReader.Read(file);
        if (reading.IsMail)
        {
            intake.ReadMail(reading.File, file, own);
            return intake;
        }

        if (reading.Mistake != MailMistake.NoMail)
        {
            return Problem.Invalid(reading.Message);
        }

        var content = file.Span[..Math.Min(file.Length, MailLimits.Decoded)];
        intake.ReadText(MailCharset.Decode(content, null), content, isAttachment: true, out _);
        return intake;
    }

    /// <summary>RFC 3464: which mail did not arrive, and why.</summary>
    public static (string? MessageId, string Why) ReadBounce(MailFile mail)
    {
        var id = mail.Inner.Select(static inner => inner["Message-ID"]).FirstOrDefault(static each => each is not null);
        var why = "";
        foreach (var part in mail.Parts)
        {
            var text = part.MediaType is "message/delivery-status" or "text/rfc822-headers" ? part.Decode(MailLimits.Field) : [];
            if (part.MediaType == "text/rfc822-headers")
            {
                id ??= MailHeader.Read(text, out _, out _)["Message-ID"];
            }
            else if (text.Length > 0)
            {
                var found = Diagnostic().Match(Encoding.UTF8.GetString(text));
                why = why.Length == 0 && found.Success ? found.Groups[1].Value.Trim() : why;
            }
        }

        return (id is null ? null : Ids(id).FirstOrDefault(), RequestRules.Cleaned(why) ?? "the mail was not delivered");
    }

    private void ReadMail(MailFile mail, ReadOnlyMemory<byte> file, IReadOnlyCollection<string> own)
    {
        Mail = mail;
        var header = mail.Header;
        MessageId = Ids(header["Message-ID"] ?? "").FirstOrDefault() ?? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(file.Span));
        Answers = [.. Ids(header["In-Reply-To"] ?? "").Concat(Ids(header["References"] ?? "")).Distinct().Take(MostIds)];
        var sender = MailSender.Read(header["From"]);
        var isForwarded = sender is not null && own.Contains(Domain(sender.Address), StringComparer.OrdinalIgnoreCase);
        var message = isForwarded && mail.Inner.Count > 0 ? 1 : 0;
        if (message == 1)
        {
            sender = MailSender.Read(mail.Inner[0]["From"]);
        }

        var parts = mail.Parts.Where(part => part.Message >= message).ToList();
        var hasPlain = parts.Exists(static part => part is { IsAttachment: false, MediaType: "text/plain" });
        string? forwardedFrom = null;
        foreach (var part in parts)
        {
            if (part is { IsAttachment: false, MediaType: "text/html" } && hasPlain)
            {
                continue;
            }

            // A mail program shows text; what else there is counts only as a key.
            var isText = part.MediaType is "text/plain" or "text/html";
            var content = part.Decode(isText ? MailLimits.Decoded : PublicKeyFile.MaxFileLength + 1);
            var text = !isText ? "" : part.MediaType == "text/html" ? HtmlText.Of(part.Text(MailLimits.Decoded)) : part.Text(MailLimits.Decoded);
            ReadText(text, part.IsAttachment ? content : default, part.IsAttachment, out var from);
            forwardedFrom ??= from;
        }

        if (isForwarded && message == 0)
        {
            // A support address that is a mailing list writes in its own name, and says in the header who wrote.
            sender = new[] { header["X-Original-From"], header["Reply-To"], forwardedFrom }.Select(MailSender.Read)
                .FirstOrDefault(each => each is not null && !own.Contains(Domain(each.Address), StringComparer.OrdinalIgnoreCase));
        }

        Sign(sender, isForwarded);
    }

    /// <summary>The sender is who asks, whatever address the text gives: answers go to who wrote.</summary>
    private void Sign(MailSender? sender, bool isForwarded)
    {
        if (sender is null)
        {
            _notes.Add(isForwarded ? "The mail was forwarded by the provider, and who wrote it cannot be read from it." : "The mail has no sender's address.");
            return;
        }

        if (Details.Email is { } given && !given.Equals(sender.Address, StringComparison.OrdinalIgnoreCase))
        {
            _notes.Add($"The text gives another e-mail address than its sender: {given}.");
        }

        var (first, last) = FormLines.Names(sender.Name);
        Details = RequestRules.Fill(Details with { Email = sender.Address }, Details.FirstName is null && Details.LastName is null ? new RequestDetails { FirstName = first, LastName = last } : new());
    }

    private void ReadText(string text, ReadOnlySpan<byte> content, bool isAttachment, out string? forwardedFrom)
    {
        text = text.ReplaceLineEndings("\n");
        text = text.Length > LongestText ? text[..LongestText] : text;
        var isFile = isAttachment && !content.IsEmpty;
        var reading = PublicKeyFile.Read(isFile ? content : Encoding.UTF8.GetBytes(FormLines.WithoutKeyLabels(text)));

        // A text with fields and a key in a file of its own: its labels stand in front of the key.
        if (isFile && !reading.IsKey && !reading.IsPrivate && text.Length > 0)
        {
            var without = PublicKeyFile.Read(Encoding.UTF8.GetBytes(FormLines.WithoutKeyLabels(text)));
            reading = without.IsKey || without.IsPrivate ? without : reading;
        }

        Note(reading);
        Details = RequestRules.Fill(Details, FormLines.Read(text, _types, out forwardedFrom));
    }

    private void Note(PublicKeyReading reading)
    {
        if (reading.IsPrivate)
        {
            _private ??= reading.Message;
            if (SentHalf.Of(reading) is { } burnt && !Burnt.Contains(burnt))
            {
                Burnt.Add(burnt);
            }
        }
        else if (reading.IsKey)
        {
            var key = RequestKey.Of(reading.Key, reading.Comment);
            if (!_keys.Exists(known => known.Sha256 == key.Sha256))
            {
                _keys.Add(key);
            }
        }
        else if (!NothingSent.Contains(reading.Mistake))
        {
            _refusal ??= reading.Message;
        }
    }

    private static string Domain(string address) => address[(address.LastIndexOf('@') + 1)..];

    private static IEnumerable<string> Ids(string field) => Id().Matches(field).Take(MostIds).Select(static match => match.Value);

    [GeneratedRegex("<[^<>\\s]{1,300}>")]
    private static partial Regex Id();

    [GeneratedRegex(@"^Diagnostic-Code:[ \t]*(?:smtp;)?[ \t]*([^\r\n]{1,500})", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Diagnostic();
}
