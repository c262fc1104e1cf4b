using System.Text;
using Waybill.Ntsapi.Commands;
using Waybill.Ntsapi.Numbers;

namespace Waybill.Ntsapi.Control;

/// <summary>
/// Finds the seam where TCP has joined two commands of a client that sends no ends: a verb, in capitals as clients write them, right behind another character, and with
/// what it takes behind it. <c>SET 01224000000 1 S:441224000000@sip.exampleQUIT</c> would else be a target that is wrong.
/// </summary>
internal static class GluedCommands
{
    /// <summary>Characters of a pattern that make it one, and no figure in somebody's text.</summary>
    private const int ShortestPattern = 4;

    /// <summary>Whether a line holds a seam.</summary>
    /// <param name="line">The line: printable ASCII.</param>
    /// <param name="row">The command that it begins with; null for none.</param>
    public static bool IsIn(ReadOnlySpan<byte> line, NtsapiCommand? row)
    {
        for (var i = row?.Verb.Length ?? 1; i < line.Length; i++)
        {
            // A password may end in letters that are a verb without arguments.
            if (line[i - 1] != (byte)' ' && line[i] is >= (byte)'A' and <= (byte)'Z' && IsCommand(line[i..], row is { IsLogin: true }))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsCommand(ReadOnlySpan<byte> rest, bool isPassword)
    {
        var end = rest.IndexOf((byte)' ');
        if (NtsapiCommands.FindExact(end < 0 ? rest : rest[..end]) is not { } row)
        {
            return false;
        }

        if (row.Number == NumberKind.Absent)
        {
            // AUTH takes two words and can be told from a text that way; QUIT and HELP by the end of the line.
            return end < 0 ? row.Least == 0 && !isPassword : row.IsLogin && rest[(end + 1)..].Trim((byte)' ').Contains((byte)' ');
        }

        if (end < 0)
        {
            return false;
        }

        var word = rest[(end + 1)..].TrimStart((byte)' ');
        word = word.IndexOf((byte)' ') is var blank and >= 0 ? word[..blank] : word;
        Span<char> text = stackalloc char[ServiceNumber.LongestText];
        if (word.Length > text.Length)
        {
            return false;
        }

        text = text[..Encoding.ASCII.GetChars(word, text)];
        return ServiceNumber.TryParse(text, out _) || (row.Number == NumberKind.Pattern && text.Length >= ShortestPattern && ServiceNumber.TryParsePattern(text, out _));
    }
}
