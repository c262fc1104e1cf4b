namespace Waybill.SshKeys.Keys;

/// <summary>RFC 2045 section 6.7, as mail programs leave it in saved messages: <c>=3D</c>, and <c>=</c> before a line end that is none.</summary>
internal static class QuotedPrintable
{
    /// <summary>Whether the text has anything to decode.</summary>
    public static bool MayBe(ReadOnlySpan<byte> text) =>
        text.IndexOf("=\n"u8) >= 0 || text.IndexOf("=\r"u8) >= 0 || text.IndexOf("=3D"u8) >= 0 || text.IndexOf("=20"u8) >= 0;

    /// <summary>The text decoded; an <c>=</c> that encodes nothing stays.</summary>
    public static ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> text)
    {
        var decoded = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var rest = text[i..];
            if (rest[0] != '=')
            {
                decoded[length++] = rest[0];
            }
            else if (rest.StartsWith("=\r\n"u8))
            {
                i += 2;
            }
            else if (rest.StartsWith("=\n"u8) || rest.StartsWith("=\r"u8))
            {
                i++;
            }
            else if (rest.Length > 2 && char.IsAsciiHexDigit((char)rest[1]) && char.IsAsciiHexDigit((char)rest[2]))
            {
                Convert.FromHexString(rest.Slice(1, 2), decoded.AsSpan(length++), out _, out _);
                i += 2;
            }
            else
            {
                decoded[length++] = rest[0];
            }
        }

        return decoded.AsSpan(0, length);
    }
}
