namespace Waybill.Core.Onboarding.Mail;

/// <summary>RFC 2045 section 6. What does not belong into an encoding is passed over or kept as it is: the key inside says itself whether it is whole.</summary>
internal static class TransferEncoding
{
    /// <summary>At most <paramref name="limit"/> bytes of what was encoded.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> body, string? encoding, int limit) => encoding?.Trim().ToLowerInvariant() switch
    {
        "base64" => Base64(body, limit),
        "quoted-printable" => QuotedPrintable(body, limit, isWord: false),
        _ => body[..Math.Min(body.Length, limit)].ToArray(),
    };

    /// <summary>Section 6.8: characters outside of the alphabet are ignored; the first <c>=</c> ends it.</summary>
    public static byte[] Base64(ReadOnlySpan<byte> text, int limit)
    {
        var decoded = new byte[Math.Min(limit, (text.Length / 4 * 3) + 3)];
        var (length, bits, count) = (0, 0, 0);
        foreach (var letter in text)
        {
            if (letter == '=')
            {
                break;
            }

            var value = ValueOf(letter);
            if (value < 0)
            {
                continue;
            }

            bits = (bits << 6) | value;
            count += 6;
            if (count >= 8)
            {
                count -= 8;
                if (length == decoded.Length)
                {
                    break;
                }

                decoded[length++] = (byte)(bits >> count);
                bits &= (1 << count) - 1;
            }
        }

        return decoded[..length];
    }

    /// <summary>Section 6.7, and of encoded words RFC 2047 section 4.2, where an underscore is a blank.</summary>
    public static byte[] QuotedPrintable(ReadOnlySpan<byte> text, int limit, bool isWord)
    {
        var decoded = new byte[Math.Min(limit, text.Length)];
        var length = 0;
        for (var at = 0; at < text.Length && length < decoded.Length; at++)
        {
            if (text[at] != '=')
            {
                decoded[length++] = isWord && text[at] == '_' ? (byte)' ' : text[at];
                continue;
            }

            if (at + 2 < text.Length && HexOf(text[at + 1]) is var high and >= 0 && HexOf(text[at + 2]) is var low and >= 0)
            {
                decoded[length++] = (byte)((high << 4) | low);
                at += 2;
                continue;
            }

            // A soft line break, perhaps with blanks that were added on the way.
            var end = at + 1;
            while (end < text.Length && text[end] is (byte)' ' or (byte)'\t')
            {
                end++;
            }

            if (end >= text.Length || text[end] is (byte)'\r' or (byte)'\n')
            {
                at = end < text.Length ? MailLines.Next(text, end, out _) - 1 : end;
                continue;
            }

            decoded[length++] = (byte)'=';
        }

        return decoded[..length];
    }

    /// <summary>The value of a hexadecimal digit; -1 for anything else.</summary>
    public static int HexOf(int letter) => letter switch
    {
        >= '0' and <= '9' => letter - '0',
        >= 'A' and <= 'F' => letter - 'A' + 10,
        >= 'a' and <= 'f' => letter - 'a' + 10,
        _ => -1,
    };

    private static int ValueOf(int letter) => letter switch
    {
        >= 'A' and <= 'Z' => letter - 'A',
        >= 'a' and <= 'z' => letter - 'a' + 26,
        >= '0' and <= '9' => letter - '0' + 52,
        '+' => 62,
        '/' => 63,
        _ => -1,
    };
}
