using System.Text;
using Waybill.Ntsapi.Commands;
using Waybill.Ntsapi.Numbers;

namespace Waybill.Ntsapi.Control;

/// <summary>
/// Reads a command: <c>verb [blanks number-or-pattern] *(blanks word) [blanks text]</c>, printable ASCII. What stands behind the verb is the row's to say. A reply says
/// what is wrong; nothing is guessed.
/// </summary>
internal static class RequestParser
{
    public const string NotAscii = "Only printable ASCII is understood here";

    public const string Unknown = "Unknown command. HELP lists those that there are";

    public const string Glued = "Two commands came as one, and neither was done. End each with a line feed, or wait for its reply before the next";

    public const string PortedIn = "A number that begins with P was ported in. Only STAT, SET, ORDE and INFO 999 take it";

    public const string NoNumber = "This is no number. Write it as 01224000000, or P1224000000 for one that was ported in";

    public const string NoPattern = "This is no pattern. Write it as 01224______ with _ for any digit, or as the beginning of a number";

    /// <summary>Reads a line without its end; null when it is a command, else the reply that says why it is none.</summary>
    public static NtsapiReply? TryParse(ReadOnlySpan<byte> line, out NtsapiRequest request)
    {
        request = default;
        if (line.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return NtsapiReply.Refused(NotAscii);
        }

        line = line.Trim((byte)' ');
        var rest = new Cutter(Encoding.ASCII.GetString(line));
        var row = NtsapiCommands.Find(rest.Word());
        if (GluedCommands.IsIn(line, row))
        {
            return NtsapiReply.Refused(Glued);
        }

        if (row is null)
        {
            return NtsapiReply.Refused(Unknown);
        }

        if (ReadNumber(row, ref rest, out var number, out var pattern) is { } problem)
        {
            return problem;
        }

        if (!TryReadWords(row, ref rest, out var words))
        {
            return Usage(row);
        }

        request = new NtsapiRequest(row, number, pattern, words);
        return null;
    }

    /// <summary>How a command is used.</summary>
    public static NtsapiReply Usage(NtsapiCommand row) => NtsapiReply.Refused($"It is written {row.Verb} {row.Usage}".TrimEnd());

    private static NtsapiReply? ReadNumber(NtsapiCommand row, ref Cutter rest, out ServiceNumber number, out string pattern)
    {
        (number, pattern) = (default, "");
        if (row.Number == NumberKind.Absent)
        {
            return null;
        }

        var word = rest.Word();
        if (word.IsEmpty)
        {
            return Usage(row);
        }

        if (row.Number == NumberKind.Pattern)
        {
            return ServiceNumber.TryParsePattern(word, out pattern) ? null : NtsapiReply.Refused(NoPattern);
        }

        return !ServiceNumber.TryParse(word, out number) ? NtsapiReply.Refused(NoNumber)
            : number.IsPortedIn && row.Number != NumberKind.AlsoPortedIn ? NtsapiReply.Refused(PortedIn)
            : null;
    }

    private static bool TryReadWords(NtsapiCommand row, ref Cutter rest, out IReadOnlyList<string> words)
    {
        List<string> read = [];
        while (read.Count < row.Most && !rest.IsEmpty)
        {
            // The last one of a row that ends in text is all that is left.
            read.Add((row.EndsInText && read.Count == row.Most - 1 ? rest.All() : rest.Word()).ToString());
        }

        words = read;
        return read.Count >= row.Least && rest.IsEmpty;
    }

    /// <summary>Cuts a line at its blanks.</summary>
    private ref struct Cutter(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> _text = text;

        public readonly bool IsEmpty => _text.IsEmpty;

        public ReadOnlySpan<char> Word()
        {
            var end = _text.IndexOf(' ');
            var word = end < 0 ? _text : _text[..end];
            _text = end < 0 ? default : _text[end..].TrimStart(' ');
            return word;
        }

        public ReadOnlySpan<char> All()
        {
            var all = _text;
            _text = default;
            return all;
        }
    }
}
