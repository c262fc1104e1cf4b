namespace Waybill.SshKeys.Keys;

/// <summary>The lines around base64: <c>---- BEGIN SSH2 PUBLIC KEY ----</c> (RFC 4716), <c>-----BEGIN PUBLIC KEY-----</c> (RFC 7468), and the headers.</summary>
internal static class Armor
{
    /// <summary>Whether the line is a BEGIN line and nothing else.</summary>
    public static bool TryReadBegin(ReadOnlySpan<char> line, out ReadOnlySpan<char> label)
    {
        label = Inside(line);
        if (!label.StartsWith("BEGIN ", StringComparison.Ordinal))
        {
            return false;
        }

        label = label["BEGIN ".Length..].Trim();

        // A form that drops line ends puts the key on this line: then it is read as a line.
        return !label.Contains("--", StringComparison.Ordinal);
    }

    /// <summary>Whether the line is an END line.</summary>
    public static bool IsEnd(ReadOnlySpan<char> line) => Inside(line).StartsWith("END ", StringComparison.Ordinal);

    /// <summary>
    /// RFC 4716 section 3.3: headers are <c>tag ":" value</c>, go on in the next line after a backslash, and end with the first line that is none; all but
    /// Comment are ignored. No base64 has a colon. Moves <paramref name="line"/> behind them.
    /// </summary>
    public static string? ReadHeaders(KeyFileText text, ref int line, int end)
    {
        string? comment = null;
        while (line < end)
        {
            var colon = text[line].IndexOf(':');
            if (colon < 0 && !text[line].IsEmpty)
            {
                break;
            }

            var first = line;
            while (line < end && text[line].EndsWith('\\'))
            {
                line++;
            }

            line = Math.Min(line + 1, end);
            if (colon > 0 && text[first][..colon].Trim().Equals("Comment", StringComparison.OrdinalIgnoreCase))
            {
                comment = ReadComment(text, first, line, colon);
            }
        }

        return comment;
    }

    private static string? ReadComment(KeyFileText text, int first, int end, int colon)
    {
        // PuTTYgen quotes the value and puts a backslash before quotes and backslashes in it; others quote without that.
        var buffer = new char[PublicKeyFile.MaxCommentLength + 2];
        var length = 0;
        for (var line = first; line < end; line++)
        {
            var part = line == first ? text[line][(colon + 1)..].TrimStart() : text[line];
            part = line < end - 1 ? part[..^1] : part;
            part = part[..Math.Min(part.Length, buffer.Length - length)];
            part.CopyTo(buffer.AsSpan(length));
            length += part.Length;
        }

        var value = buffer.AsSpan(0, length).Trim();
        if (value.Length < 2 || value[0] != '"' || value[^1] != '"')
        {
            return KeyComment.Clean(value);
        }

        value = value[1..^1];
        var kept = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\' && i + 1 < value.Length && value[i + 1] is '\\' or '"')
            {
                i++;
            }

            value[kept++] = value[i];
        }

        return KeyComment.Clean(value[..kept]);
    }

    /// <summary>What stands between the dashes; empty when the line has none.</summary>
    private static ReadOnlySpan<char> Inside(ReadOnlySpan<char> line) => line.StartsWith("--", StringComparison.Ordinal) ? line.Trim('-').Trim() : default;
}
