namespace Waybill.Core.Onboarding.Mail;

/// <summary>
/// Reads a mail (RFC 5322, RFC 2045, RFC 2046) as its file lies on a disk. Nothing is copied but the text of header fields; parts are stretches of the file, decoded when
/// somebody asks. There is no recursion: what is still to be looked at is a list, bounded by <see cref="MailLimits.Parts"/> and <see cref="MailLimits.Depth"/>, so each byte
/// is looked at no more often than that depth.
/// </summary>
internal static class MailReader
{
    private const string Text = "text/plain";
    private const string Message = "message/rfc822";
    private const string Multipart = "multipart/";
    private const string Report = "multipart/report";

    /// <summary>Whether a file begins as a mail does: a header with a sender and one of the fields that programs write.</summary>
    public static bool LooksLikeMail(ReadOnlySpan<byte> file)
    {
        var header = MailHeader.Read(WithoutEnvelope(file), out _, out _);
        return header["From"] is not null && (header["Message-ID"] ?? header["MIME-Version"] ?? header["Date"] ?? header["Received"] ?? header["Subject"]) is not null;
    }

    /// <summary>Reads the mail. Never throws for its content.</summary>
    public static MailReading Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length > MailLimits.Size)
        {
            return new(null, MailMistake.TooLarge);
        }

        if (!LooksLikeMail(file.Span))
        {
            // A header beyond its bounds is a mail all the same, and has words of its own.
            MailHeader.Read(WithoutEnvelope(file.Span), out _, out var bound);
            return new(null, bound == MailMistake.None ? MailMistake.NoMail : bound);
        }

        file = file[^WithoutEnvelope(file.Span).Length..];
        List<MailPart> parts = [];
        List<MailHeader> messages = [];
        Stack<Entity> waiting = new([new Entity(file, Text, 0, -1)]);
        var (seen, isReport) = (0, false);
        while (waiting.TryPop(out var entity))
        {
            var mistake = ++seen > MailLimits.Parts ? MailMistake.TooManyParts : entity.Depth > MailLimits.Depth ? MailMistake.TooDeep : MailMistake.None;
            var header = MailHeader.Read(entity.Content.Span, out var bodyAt, out var bound);
            if (mistake != MailMistake.None || bound != MailMistake.None)
            {
                return new(null, mistake != MailMistake.None ? mistake : bound);
            }

            var message = entity.Message;
            if (message < 0)
            {
                message = messages.Count;
                messages.Add(header);
            }

            var type = ContentField.Read(header["Content-Type"] ?? entity.DefaultType);
            var body = entity.Content[bodyAt..];
            isReport |= seen == 1 && type.Value == Report && type["report-type"]?.Equals("delivery-status", StringComparison.OrdinalIgnoreCase) == true;
            if (type.Value.StartsWith(Multipart, StringComparison.Ordinal) && type["boundary"] is { Length: > 0 and <= MailLimits.Boundary } boundary)
            {
                // RFC 2046 section 5.1.5: in a digest parts are mails unless they say otherwise.
                var inner = type.Value == "multipart/digest" ? Message : Text;
                if (!Divide(body, boundary, out var children))
                {
                    return new(null, MailMistake.TooManyParts);
                }

                // The last one is pushed first, so that they are looked at in their order.
                for (var i = children.Count - 1; i >= 0; i--)
                {
                    waiting.Push(new Entity(children[i], inner, entity.Depth + 1, message));
                }
            }
            else if (type.Value == Message && !IsEncoded(header))
            {
                waiting.Push(new Entity(body, Text, entity.Depth + 1, -1));
            }
            else
            {
                parts.Add(new MailPart(header, type, body, message));
            }
        }

        return new(new MailFile(messages[0], parts) { Inner = messages[1..], IsDeliveryReport = isReport }, MailMistake.None);
    }

    /// <summary>The line of an mbox in front of a mail, which is none of its fields; and a byte order mark.</summary>
    private static ReadOnlySpan<byte> WithoutEnvelope(ReadOnlySpan<byte> file)
    {
        var text = file.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? file[3..] : file;
        while (text.Length > 0 && text[0] is (byte)'\r' or (byte)'\n')
        {
            text = text[1..];
        }

        return text.StartsWith("From "u8) || text.StartsWith(">From "u8) ? text[MailLines.Next(text, 0, out _)..] : text;
    }

    /// <summary>RFC 2046 section 5.2.1 forbids to encode a mail in a mail as base64; one that is stays closed.</summary>
    private static bool IsEncoded(MailHeader header) => header["Content-Transfer-Encoding"]?.Trim().ToLowerInvariant() is "base64" or "quoted-printable";

    /// <summary>
    /// RFC 2046 section 5.1.1: the stretches between the delimiter lines. What stands before the first and behind the last belongs to no part; a missing last one is the
    /// end of the text. False when there are too many.
    /// </summary>
    private static bool Divide(ReadOnlyMemory<byte> body, string boundary, out List<ReadOnlyMemory<byte>> children)
    {
        children = [];
        var text = body.Span;
        var delimiter = System.Text.Encoding.UTF8.GetBytes("--" + boundary);
        var (at, start, before) = (0, -1, 0);
        while (at < text.Length)
        {
            var next = MailLines.Next(text, at, out var end);
            var line = text[at..end];
            if (line.StartsWith(delimiter) && IsDelimiter(line[delimiter.Length..], out var isLast))
            {
                if (start >= 0)
                {
                    // The line end in front of a delimiter belongs to the delimiter.
                    children.Add(body[start..Math.Max(start, before)]);
                }

                if (isLast)
                {
                    return children.Count <= MailLimits.Parts;
                }

                if (children.Count > MailLimits.Parts)
                {
                    return false;
                }

                start = next;
            }

            (before, at) = (end, next);
        }

        if (start >= 0)
        {
            children.Add(body[start..]);
        }

        return children.Count <= MailLimits.Parts;
    }

    private static bool IsDelimiter(ReadOnlySpan<byte> rest, out bool isLast)
    {
        isLast = rest.StartsWith("--"u8);
        return (isLast ? rest[2..] : rest).Trim(" \t"u8).IsEmpty;
    }

    private readonly record struct Entity(ReadOnlyMemory<byte> Content, string DefaultType, int Depth, int Message);
}
