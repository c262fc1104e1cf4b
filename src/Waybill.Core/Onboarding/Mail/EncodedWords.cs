using System.Text;

namespace Waybill.Core.Onboarding.Mail;

/// <summary>RFC 2047: <c>=?charset?B?…?=</c> and <c>=?charset?Q?…?=</c> in header fields. What only looks like one stays as it is.</summary>
internal static class EncodedWords
{
    public static string Decode(string text)
    {
        var clear = new StringBuilder(text.Length);
        var (at, keptTo) = (0, 0);
        List<byte> bytes = [];
        string? charset = null;
        while (at < text.Length && text.IndexOf("=?", at, StringComparison.Ordinal) is var start and >= 0)
        {
            if (TryRead(text, start, out var end, out var wordCharset, out var content))
            {
                // Section 6.2: blanks between two encoded words are not shown; and a character may be divided between two of them, which it may not be but is.
                var between = text.AsSpan(keptTo, start - keptTo);
                if (charset is null || !between.IsWhiteSpace())
                {
                    Flush(clear, bytes, ref charset);
                    clear.Append(between);
                }
                else if (!charset.Equals(wordCharset, StringComparison.OrdinalIgnoreCase))
                {
                    Flush(clear, bytes, ref charset);
                }

                bytes.AddRange(content);
                charset = wordCharset;
                (at, keptTo) = (end, end);
            }
            else
            {
                at = start + 2;
            }
        }

        Flush(clear, bytes, ref charset);
        return clear.Append(text, keptTo, text.Length - keptTo).ToString();
    }

    private static void Flush(StringBuilder clear, List<byte> bytes, ref string? charset)
    {
        if (charset is not null)
        {
            clear.Append(MailCharset.Decode([.. bytes], charset));
            bytes.Clear();
            charset = null;
        }
    }

    private static bool TryRead(string text, int start, out int end, out string charset, out byte[] content)
    {
        (end, charset, content) = (0, "", []);
        var charsetEnd = text.IndexOf('?', start + 2);
        if (charsetEnd < 0 || charsetEnd + 2 >= text.Length || text[charsetEnd + 2] != '?')
        {
            return false;
        }

        var contentAt = charsetEnd + 3;
        var contentEnd = text.IndexOf("?=", contentAt, StringComparison.Ordinal);
        if (contentEnd < 0)
        {
            return false;
        }

        // RFC 2231 section 5: a language may follow the charset.
        charset = text[(start + 2)..charsetEnd].Split('*')[0];
        var encoded = Encoding.Latin1.GetBytes(text[contentAt..contentEnd]);
        end = contentEnd + 2;
        switch (text[charsetEnd + 1])
        {
            case 'B' or 'b':
                content = TransferEncoding.Base64(encoded, MailLimits.Field);
                return charset.Length > 0;
            case 'Q' or 'q':
                content = TransferEncoding.QuotedPrintable(encoded, MailLimits.Field, isWord: true);
                return charset.Length > 0;
            default:
                return false;
        }
    }
}
