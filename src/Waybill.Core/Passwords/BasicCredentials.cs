using System.Buffers.Text;
using System.Text;

namespace Waybill.Core.Passwords;

/// <summary>
/// What the scheme Basic of HTTP carries (RFC 7617 section 2): <c>Basic</c>, a blank, and the Base64 of user name, colon, password in UTF-8. The first colon ends the
/// user name; neither has control characters.
/// </summary>
/// <param name="User">The user name, from anybody.</param>
/// <param name="Password">The password.</param>
public sealed record BasicCredentials(string User, string Password)
{
    /// <summary>The longest header that is read: no user name and password of ours come near it.</summary>
    public const int LongestHeader = 2048;

    private const string Scheme = "Basic ";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the value of the header Authorization; null where it is another scheme, or none of this form.</summary>
    public static BasicCredentials? Read(string? header)
    {
        if (header is null || header.Length > LongestHeader || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var encoded = header.AsSpan(Scheme.Length).Trim(' ');
        if (!Base64.IsValid(encoded, out var length))
        {
            return null;
        }

        var bytes = new byte[length];
        if (!Convert.TryFromBase64Chars(encoded, bytes, out var written))
        {
            return null;
        }

        string text;
        try
        {
            text = Strict.GetString(bytes, 0, written);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 || text.Any(char.IsControl) ? null : new BasicCredentials(text[..colon], text[(colon + 1)..]);
    }

    /// <summary>Whoever prints it sees no password.</summary>
    public override string ToString() => User;
}
