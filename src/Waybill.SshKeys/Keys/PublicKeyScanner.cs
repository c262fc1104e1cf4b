using System.Text;

namespace Waybill.SshKeys.Keys;

/// <summary>
/// Finds the keys in a text: armoured blocks, and lines in which base64 begins as an SSH key does. Goes through the text once; a key's base64 may be
/// spread over words and lines, since its blob says where it ends.
/// </summary>
internal sealed class PublicKeyScanner(KeyFileText text)
{
    /// <summary>No more keys than this are looked for in one file; two are already too many.</summary>
    private const int MaxKeys = 16;

    private readonly List<PublicKeyReading> _found = [];

    /// <summary>The verdict on the text.</summary>
    public PublicKeyReading Scan()
    {
        var (line, offset) = (0, 0);
        while (line < text.LineCount && _found.Count < MaxKeys)
        {
            var current = text[line];
            if (offset == 0 && (current.IsEmpty || current[0] == '#'))
            {
                line++;
            }
            else if (offset == 0 && Armor.TryReadBegin(current, out var label))
            {
                line = ReadBlock(line + 1, label);
            }
            else if (FindStart(current, offset) is var start and >= 0)
            {
                (line, offset) = ReadLine(line, offset, start);
            }
            else
            {
                (line, offset) = (line + 1, 0);
            }
        }

        return Conclude();
    }

    private PublicKeyReading Conclude()
    {
        if (_found.Count == 0)
        {
            return UnkeyedText.Judge(text);
        }

        if (_found.Find(one => one.IsPrivate) is { } privateKey)
        {
            return privateKey;
        }

        // The same key in two forms, or a chain of certificates, is one thing.
        var first = _found.Find(one => one.IsKey && one.Comment is not null) ?? _found[0];
        return _found.TrueForAll(one => one.IsKey ? one.Key.Equals(first.Key) : one.Mistake == first.Mistake)
            ? first
            : PublicKeyReading.Refused(PublicKeyMistake.SeveralKeys, PublicKeyMessages.SeveralKeys(List()));
    }

    private string List()
    {
        var list = new StringBuilder();
        foreach (var one in _found)
        {
            list.Append(list.Length > 0 ? ", " : "").Append(one.IsKey ? KeyFingerprint.Putty(one.Key) : "one that cannot be used");
        }

        return list.Append(_found.Count == MaxKeys ? " and perhaps more" : "").ToString();
    }

    /// <summary>Reads the block whose BEGIN line is the one before <paramref name="line"/>; returns the line behind it.</summary>
    private int ReadBlock(int line, ReadOnlySpan<char> label)
    {
        var end = line;
        while (end < text.LineCount && !Armor.IsEnd(text[end]) && !Armor.TryReadBegin(text[end], out _))
        {
            end++;
        }

        var isWhole = end < text.LineCount && Armor.IsEnd(text[end]);
        if (label.StartsWith("PGP", StringComparison.Ordinal))
        {
            _found.Add(PublicKeyReading.Refused(PublicKeyMistake.Pgp));
        }
        else if (label.Contains("CERTIFICATE", StringComparison.Ordinal) || label.Contains("X509", StringComparison.Ordinal))
        {
            _found.Add(PublicKeyReading.Refused(PublicKeyMistake.X509));
        }
        else if (label.EndsWith("PUBLIC KEY", StringComparison.Ordinal))
        {
            var reading = ReadBody(line, end);
            _found.Add(reading.Mistake == PublicKeyMistake.Damaged && !isWhole ? PublicKeyReading.Refused(PublicKeyMistake.CutOff) : reading);
        }

        return isWhole ? end + 1 : end;
    }

    private PublicKeyReading ReadBody(int line, int end)
    {
        var comment = WithoutKey(Armor.ReadHeaders(text, ref line, end));

        using var base64 = new Base64Text(text.All.Length);
        for (; line < end; line++)
        {
            if (!base64.TryAppendLine(text[line]))
            {
                return PublicKeyReading.Refused(PublicKeyMistake.Damaged);
            }
        }

        // The content decides, not the label: both kinds of armour are seen around both kinds of content.
        var bytes = base64.Decode(base64.Length);
        return bytes.Length > 0 && bytes[0] == 0x30 ? PublicKeyFile.JudgeDer(bytes) : PublicKeyFile.Judge(bytes, comment, PublicKeyFormat.Rfc4716, note: null);
    }

    /// <summary>
    /// Reads the key whose base64 begins at <paramref name="start"/>; what stands before it on the line begins at <paramref name="from"/>.
    /// Returns where to go on.
    /// </summary>
    private (int Line, int Offset) ReadLine(int line, int from, int start)
    {
        using var base64 = new Base64Text(text.All.Length);
        var words = new List<(int Total, int Line, int End)>();
        Gather(base64, words, line, start);

        var whole = base64.Decode(base64.Length);
        var blob = whole.AsSpan();
        var end = words[0];
        if (KeyBlob.TypeOf(blob) is { } type && KeyBlob.FieldCount(type) is var fields and > 0
            && KeyBlob.StatedLength(blob, fields) is { } stated && stated <= blob.Length)
        {
            // The word in which the key ends must end there too, else characters were added.
            var chars = (int)((stated * 4) + 2) / 3;
            var last = words.FindLastIndex(word => word.Total == chars);
            if (last >= 0)
            {
                end = words[last];
                blob = blob[..(int)stated];
            }
            else
            {
                end = words[^1];
            }
        }

        var current = text[line];
        var prefix = current[from..start];
        if (prefix.IsWhiteSpace() && line > 0 && KeyBlob.KnownType(text[line - 1]) is not null)
        {
            prefix = text[line - 1]; // a line break between the type and the key
        }

        var rest = text[end.Line][end.End..];
        var next = FindStart(rest, 0);
        var comment = WithoutKey(KeyComment.Clean(next < 0 ? rest : default));
        _found.Add(LinePrefix.Judge(prefix, blob, comment));
        return next < 0 ? (end.Line + 1, 0) : (end.Line, end.End);
    }

    /// <summary>A comment that, cleaned of control characters, begins as a key does: behind a key on its line it would read as a second one.</summary>
    private static string? WithoutKey(string? comment) => comment is not null && FindStart(comment, 0) >= 0 ? null : comment;

    /// <summary>Collects the base64 words that follow each other, up to the next key, a blank line, or a word that is no base64.</summary>
    private void Gather(Base64Text base64, List<(int Total, int Line, int End)> words, int line, int start)
    {
        for (var first = line; line < text.LineCount; line++, start = 0)
        {
            var current = text[line];
            if (line > first && (current.IsEmpty || FindStart(current, 0) >= 0))
            {
                return;
            }

            foreach (var range in current[start..].SplitAny(' ', '\t'))
            {
                var word = current[start..][range];
                var data = word.TrimEnd("\"'`,;");
                if (data.IsEmpty && word.IsEmpty)
                {
                    continue;
                }

                if ((words.Count > 0 && KeyBlob.StartsIn(data)) || data.IsEmpty || !base64.TryAppend(data))
                {
                    // The very first word starts as a key does, but may hold a character that is none of base64 further on.
                    if (words.Count == 0)
                    {
                        words.Add((0, line, start + range.End.Value));
                    }

                    return;
                }

                words.Add((base64.Length, line, start + range.End.Value));
                if (data.Length < word.Length)
                {
                    return;
                }
            }
        }
    }

    /// <summary>Where the first word that begins as a key does starts; quotes around the key are skipped. -1 when there is none.</summary>
    private static int FindStart(ReadOnlySpan<char> line, int from)
    {
        var rest = line[from..];
        foreach (var range in rest.SplitAny(' ', '\t'))
        {
            var word = rest[range];
            var key = word.TrimStart("\"'`");
            if (KeyBlob.StartsIn(key.TrimEnd("\"'`,;")))
            {
                return from + range.Start.Value + word.Length - key.Length;
            }
        }

        return -1;
    }
}
