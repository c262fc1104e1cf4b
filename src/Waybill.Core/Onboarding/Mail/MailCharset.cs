using System.Text;

namespace Waybill.Core.Onboarding.Mail;

/// <summary>The character sets that .NET has; what is in none of them is read as UTF-8, or else byte for byte.</summary>
internal static class MailCharset
{
    private const int LongestName = 40;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Decode(ReadOnlySpan<byte> text, string? name)
    {
        if (Find(name) is { } encoding)
        {
            return encoding.GetString(text);
        }

        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(text);
        }
    }

    private static Encoding? Find(string? name)
    {
        // us-ascii is what mail programs claim that send UTF-8 all the same.
        var wanted = name?.Trim().ToLowerInvariant();
        if (wanted is null or "" or "us-ascii" or "utf-8" or "utf8" || wanted.Length > LongestName)
        {
            return null;
        }

        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(wanted) ?? Encoding.GetEncoding(wanted);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // UTF-7 is among them: it hides markup from whoever looks for it.
            return null;
        }
    }
}
