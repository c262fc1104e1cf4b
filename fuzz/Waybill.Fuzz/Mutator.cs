using System.Buffers.Binary;
using System.Text;
using Waybill.TestKit;

namespace Waybill.Fuzz;

/// <summary>
/// Makes hostile inputs from good ones. It knows strings with a length field, also nested ones, text lines and base64, so that what it makes gets past the
/// first check: a field is replaced together with the lengths around it, or its length alone is made to lie.
/// </summary>
internal sealed class Mutator(SeededRandom random, IReadOnlyList<byte[]> corpus, IReadOnlyList<string> dictionary)
{
    /// <summary>Nothing grows beyond this.</summary>
    public const int MaximumInput = 64 * 1024;

    private static readonly uint[] InterestingNumbers =
        [0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 32, 64, 127, 128, 255, 256, 1023, 4095, 4096, 32767, 32768, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    private readonly byte[][] _tokens = [.. dictionary.Select(Encoding.UTF8.GetBytes)];

    /// <summary>One input: a corpus entry with one to four changes.</summary>
    public byte[] Next()
    {
        var input = random.Pick(corpus);
        for (var changes = 1 + random.Next(random.OneIn(4) ? 4 : 2); changes > 0; changes--)
        {
            input = IsText(input) && !random.OneIn(3) ? ChangeText(input) : Change(input);
        }

        return input.Length > MaximumInput ? input[..MaximumInput] : input;
    }

    private byte[] Change(byte[] input) => random.Next(13) switch
    {
        0 => FlipBits(input),
        1 => SetByte(input),
        2 => input[..random.Next(input.Length + 1)],
        3 => [.. input, .. random.Bytes(1 + random.Next(40))],
        4 => Splice(input),
        5 => SetNumber(input),
        6 => PutToken(input),
        7 => SwapRanges(input),
        8 or 9 => LieAboutLength(input),
        10 => DuplicateOrDropField(input),
        _ => ReplaceField(input),
    };

    private static bool IsText(byte[] input)
    {
        var printable = 0;
        foreach (var value in input.AsSpan(0, Math.Min(input.Length, 256)))
        {
            printable += value is >= 32 and < 127 or 9 or 10 or 13 ? 1 : 0;
        }

        return input.Length > 0 && printable * 10 >= Math.Min(input.Length, 256) * 9;
    }

    private byte[] FlipBits(byte[] input)
    {
        var changed = (byte[])input.Clone();
        for (var flips = 1 + random.Next(4); flips > 0 && changed.Length > 0; flips--)
        {
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        }

        return changed;
    }

    private byte[] SetByte(byte[] input)
    {
        var changed = (byte[])input.Clone();
        if (changed.Length > 0)
        {
            // Message numbers and flags stand in front.
            var at = random.OneIn(3) ? random.Next(Math.Min(changed.Length, 8)) : random.Next(changed.Length);
            changed[at] = random.OneIn(2) ? (byte)random.Next(256) : random.Pick<byte>([0, 1, 0x7F, 0x80, 0xFF]);
        }

        return changed;
    }

    private byte[] SetNumber(byte[] input)
    {
        var changed = (byte[])input.Clone();
        if (changed.Length >= 4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(random.Next(changed.Length - 3)), random.Pick(InterestingNumbers));
        }

        return changed;
    }

    private byte[] Splice(byte[] input)
    {
        var other = random.Pick(corpus);
        return [.. input.AsSpan(0, random.Next(input.Length + 1)), .. other.AsSpan(random.Next(other.Length + 1))];
    }

    private byte[] SwapRanges(byte[] input)
    {
        if (input.Length < 4)
        {
            return input;
        }

        var a = random.Next(input.Length - 1);
        var b = random.Next(a + 1, input.Length);
        return [.. input.AsSpan(0, a), .. input.AsSpan(b), .. input.AsSpan(a, b - a)];
    }

    private byte[] PutToken(byte[] input)
    {
        var token = Token();
        var at = random.Next(input.Length + 1);
        var skip = random.OneIn(2) ? 0 : Math.Min(token.Length, input.Length - at);
        return [.. input.AsSpan(0, at), .. token, .. input.AsSpan(at + skip)];
    }

    private byte[] LieAboutLength(byte[] input)
    {
        var fields = FieldMap.Find(input);
        if (fields.Count == 0)
        {
            return SetNumber(input);
        }

        var field = random.Pick(fields);
        var rest = (uint)(input.Length - field.Content);
        var changed = (byte[])input.Clone();
        var lie = random.Next(7) switch
        {
            0 => (uint)field.Length + 1,
            1 => (uint)field.Length - 1,
            2 => rest,
            3 => rest + 1,
            4 => 0u,
            _ => random.Pick(InterestingNumbers),
        };
        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(field.Offset), lie);
        return changed;
    }

    private byte[] DuplicateOrDropField(byte[] input)
    {
        var fields = FieldMap.Find(input);
        if (fields.Count == 0)
        {
            return input;
        }

        var field = random.Pick(fields);
        var bytes = random.OneIn(2) ? [] : input[field.Offset..field.End];
        return Rebuild(input, fields, field.Offset, field.End, [.. bytes, .. bytes]);
    }

    private byte[] ReplaceField(byte[] input)
    {
        var fields = FieldMap.Find(input);
        if (fields.Count == 0)
        {
            return PutToken(input);
        }

        var field = random.Pick(fields);
        var old = input.AsSpan(field.Content, field.Length);
        byte[] content = random.Next(8) switch
        {
            0 => [],
            1 => random.Bytes(field.Length),
            2 => random.Bytes(random.Next(300)),
            3 => [.. old, .. random.Bytes(1)],
            4 => old[..random.Next(old.Length)].ToArray(),
            5 => [0, .. old],
            6 => OtherField() ?? Token(),
            _ => Token(),
        };
        return Rebuild(input, fields, field.Content, field.End, content, field);
    }

    /// <summary>Puts new bytes in the place of a range and corrects the length of the field itself and of every field around it.</summary>
    private static byte[] Rebuild(byte[] input, List<FieldMap.Field> fields, int start, int end, ReadOnlySpan<byte> bytes, FieldMap.Field? self = null)
    {
        byte[] changed = [.. input.AsSpan(0, start), .. bytes, .. input.AsSpan(end)];
        var growth = bytes.Length - (end - start);
        foreach (var field in fields)
        {
            if (field == self || (field.Content <= start && field.End >= end && field.Offset + 4 <= start && field != self && field.Content < end))
            {
                BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(field.Offset), (uint)(field.Length + growth));
            }
        }

        return changed;
    }

    private byte[]? OtherField()
    {
        var other = random.Pick(corpus);
        var fields = FieldMap.Find(other);
        if (fields.Count == 0)
        {
            return null;
        }

        var field = random.Pick(fields);
        return other[field.Content..field.End];
    }

    private byte[] Token()
    {
        if (_tokens.Length > 0 && !random.OneIn(4))
        {
            return random.Pick(_tokens);
        }

        return random.Next(4) switch
        {
            0 => Encoding.UTF8.GetBytes(new string((char)random.Next(32, 127), 1 + random.Next(random.OneIn(8) ? 20_000 : 300))),
            1 => [.. Enumerable.Repeat((byte)',', 1 + random.Next(300))],
            2 => [0xFF, 0xFE, 0xC0, 0x80],
            _ => new byte[random.Next(64)],
        };
    }

    private byte[] ChangeText(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        var lines = text.Split('\n').ToList();
        var at = random.Next(lines.Count);
        switch (random.Next(8))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(at, lines[random.Next(lines.Count)]);
                break;
            case 2:
                (lines[0], lines[at]) = (lines[at], lines[0]);
                break;
            case 3:
                lines[at] += random.Pick(["\r", " ", "\t", "\0", "\u001b[31m", "=", ":", "\\"]);
                break;
            case 4:
                lines[at] = Encoding.Latin1.GetString(PutToken(Encoding.Latin1.GetBytes(lines[at])));
                break;
            case 5:
                return Encoding.Latin1.GetBytes(text.Replace("\n", random.Pick(["\r\n", "\r", "", "\n\n"]), StringComparison.Ordinal));
            default:
                return ChangeInsideBase64(text) ?? Change(input);
        }

        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }

    /// <summary>Decodes the longest run of base64, changes what it holds, and encodes it again.</summary>
    private byte[]? ChangeInsideBase64(string text)
    {
        var (bestStart, bestEnd) = (0, 0);
        for (var start = 0; start < text.Length; start++)
        {
            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '+' or '/' or '=' or '\n' or '\r'))
            {
                end++;
            }

            if (end - start > bestEnd - bestStart)
            {
                (bestStart, bestEnd) = (start, end);
            }

            start = end;
        }

        var run = text[bestStart..bestEnd];
        var wrapped = run.Contains('\n', StringComparison.Ordinal);
        var packed = run.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
        var decoded = new byte[packed.Length];
        if (packed.Length < 16 || !Convert.TryFromBase64String(packed, decoded, out var count))
        {
            return null;
        }

        var encoded = Convert.ToBase64String(Change(decoded[..count]));
        if (wrapped)
        {
            encoded = string.Join('\n', encoded.Chunk(70).Select(chunk => new string(chunk))) + "\n";
        }

        return Encoding.Latin1.GetBytes(string.Concat(text.AsSpan(0, bestStart), encoded, text.AsSpan(bestEnd)));
    }
}
