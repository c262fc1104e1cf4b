using System.Globalization;
using System.Text;

namespace Waybill.Core.Onboarding.Mail;

/// <summary>
/// RFC 2045 section 5.1 and RFC 2183: a value with parameters, as <c>text/plain; charset="utf-8"</c>; with RFC 2231's pieces (<c>filename*0*=</c>) and charsets.
/// </summary>
internal sealed class ContentField
{
    private const int MostPieces = 32;

    private readonly Dictionary<string, string> _parameters;

    private ContentField(string value, Dictionary<string, string> parameters)
    {
        Value = value;
        _parameters = parameters;
    }

    /// <summary>What stands before the parameters, in lower case.</summary>
    public string Value { get; }

    /// <summary>A parameter by its name in lower case; null when there is none.</summary>
    public string? this[string name] => _parameters.GetValueOrDefault(name);

    /// <summary>Reads a field; one that is missing has no value.</summary>
    public static ContentField Read(string? field)
    {
        var text = field ?? "";
        var at = text.IndexOf(';', StringComparison.Ordinal);
        var value = (at < 0 ? text : text[..at]).Trim().ToLowerInvariant();
        List<(string Name, string Value)> raw = [];
        while (at >= 0 && raw.Count < MailLimits.Parameters)
        {
            at = ReadParameter(text, at + 1, raw);
        }

        return new ContentField(value, Combine(raw));
    }

    /// <summary>Reads one parameter; returns where the semicolon behind it stands, -1 at the end.</summary>
    private static int ReadParameter(string text, int at, List<(string Name, string Value)> raw)
    {
        var stop = text.AsSpan(at).IndexOfAny(';', '=');
        if (stop < 0)
        {
            return -1;
        }

        stop += at;
        if (text[stop] == ';')
        {
            return stop;
        }

        var name = text[at..stop].Trim().ToLowerInvariant();
        at = stop + 1;
        while (at < text.Length && text[at] is ' ' or '\t')
        {
            at++;
        }

        var value = new StringBuilder();
        if (at < text.Length && text[at] == '"')
        {
            at++;
            while (at < text.Length && text[at] != '"')
            {
                // A backslash quotes the next character; Windows paths in names have it for itself, and lose nothing that matters here.
                at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
                value.Append(text[at++]);
            }

            at++;
        }
        else
        {
            var end = text.IndexOf(';', at);
            end = end < 0 ? text.Length : end;
            value.Append(text.AsSpan(at, end - at).Trim());
            at = end;
        }

        if (name.Length > 0)
        {
            raw.Add((name, value.ToString()));
        }

        return at < text.Length ? text.IndexOf(';', at) : -1;
    }

    private static Dictionary<string, string> Combine(List<(string Name, string Value)> raw)
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach (var group in raw.Where(static one => one.Name.Contains('*', StringComparison.Ordinal)).GroupBy(static one => one.Name[..one.Name.IndexOf('*', StringComparison.Ordinal)]))
        {
            // RFC 2231 section 3: pieces by number, without a gap; section 4: a star at the end says that the piece is encoded.
            var pieces = group.Select(static one => (Tail: one.Name[(one.Name.IndexOf('*', StringComparison.Ordinal) + 1)..], one.Value)).ToList();
            var bytes = new List<byte>();
            string? charset = null;
            for (var number = 0; number < MostPieces; number++)
            {
                var digits = number.ToString(CultureInfo.InvariantCulture);
                var piece = pieces.Find(each => each.Tail == digits || each.Tail == digits + "*" || (number == 0 && each.Tail.Length == 0));
                if (piece.Value is null)
                {
                    break;
                }

                var isEncoded = piece.Tail != digits;
                var value = piece.Value;
                if (isEncoded && number == 0 && value.Split('\'', 3) is [var named, _, var rest])
                {
                    (charset, value) = (named, rest);
                }

                bytes.AddRange(isEncoded ? Percent(value) : Encoding.UTF8.GetBytes(value));
            }

            if (bytes.Count > 0)
            {
                parameters[group.Key] = MailCharset.Decode([.. bytes], charset);
            }
        }

        foreach (var (name, value) in raw.Where(static one => !one.Name.Contains('*', StringComparison.Ordinal)))
        {
            // RFC 2047 does not allow encoded words here, and every mail program writes them.
            parameters.TryAdd(name, EncodedWords.Decode(value));
        }

        return parameters;
    }

    private static List<byte> Percent(string value)
    {
        List<byte> bytes = [];
        for (var at = 0; at < value.Length; at++)
        {
            if (value[at] == '%' && at + 2 < value.Length && TransferEncoding.HexOf(value[at + 1]) is var high and >= 0 && TransferEncoding.HexOf(value[at + 2]) is var low and >= 0)
            {
                bytes.Add((byte)((high << 4) | low));
                at += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(value[at] is var letter && char.IsSurrogate(letter) ? "?" : letter.ToString()));
            }
        }

        return bytes;
    }
}
