using System.Text;

namespace Waybill.Core.Onboarding.Mail;

/// <summary>
/// RFC 5322 section 2.2: the header fields of a mail or of one of its parts. Continuation lines are put together (section 2.2.3); a line that is no field is left out.
/// </summary>
internal sealed class MailHeader
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<(string Name, string Value)> _fields = [];

    private MailHeader()
    {
    }

    /// <summary>How many fields there are.</summary>
    public int Count => _fields.Count;

    /// <summary>The first field of that name, unfolded and otherwise as it came; null when there is none.</summary>
    public string? this[string name] => _fields.Find(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The first field of that name as a person reads it.</summary>
    public string? Text(string name) => this[name] is { } value ? EncodedWords.Decode(value).Trim() : null;

    /// <summary>Reads the header at the beginning of <paramref name="entity"/>.</summary>
    /// <param name="entity">A mail or a part.</param>
    /// <param name="bodyAt">Where its body begins.</param>
    /// <param name="mistake">What bound it breaks.</param>
    public static MailHeader Read(ReadOnlySpan<byte> entity, out int bodyAt, out MailMistake mistake)
    {
        var header = new MailHeader();
        mistake = MailMistake.None;
        var (at, fieldAt, fieldEnd) = (0, -1, 0);
        while (at < entity.Length)
        {
            var next = MailLines.Next(entity, at, out var end);
            if (end == at)
            {
                at = next;
                break;
            }

            if (entity[at] is (byte)' ' or (byte)'\t')
            {
                fieldEnd = end;
            }
            else
            {
                if (fieldAt >= 0 && !header.TryAdd(entity[fieldAt..fieldEnd], out mistake))
                {
                    bodyAt = at;
                    return header;
                }

                (fieldAt, fieldEnd) = (at, end);
            }

            at = next;
        }

        if (fieldAt >= 0)
        {
            header.TryAdd(entity[fieldAt..fieldEnd], out mistake);
        }

        bodyAt = at;
        return header;
    }

    private bool TryAdd(ReadOnlySpan<byte> field, out MailMistake mistake)
    {
        mistake = field.Length > MailLimits.Field ? MailMistake.FieldTooLong : _fields.Count >= MailLimits.Fields ? MailMistake.TooManyFields : MailMistake.None;
        if (mistake != MailMistake.None)
        {
            return false;
        }

        // RFC 5322 section 2.2: printable ASCII but the colon; blanks before the colon are of its obsolete syntax (section 4.5).
        var colon = field.IndexOf((byte)':');
        var name = colon < 0 ? default : field[..colon].TrimEnd(" \t"u8);
        if (name.IsEmpty || name.ContainsAnyExceptInRange((byte)33, (byte)126))
        {
            return true;
        }

        var value = field[(colon + 1)..];
        var text = new StringBuilder(value.Length);
        foreach (var letter in Decode(value))
        {
            if (letter is not ('\r' or '\n'))
            {
                text.Append(letter);
            }
        }

        _fields.Add((Encoding.ASCII.GetString(name), text.ToString().Trim()));
        return true;
    }

    /// <summary>RFC 6532: UTF-8; what is none was written before there was a rule.</summary>
    private static string Decode(ReadOnlySpan<byte> value)
    {
        try
        {
            return Strict.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(value);
        }
    }
}
