using System.Globalization;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Keys;

/// <summary>
/// The fingerprint of the public half of a private key that someone sent by mistake, where that half lies open: enough to find the key and revoke it.
/// Nothing else of the key leaves this class.
/// </summary>
internal static class PrivateKeyPublicHalf
{
    /// <summary>Lines that a PPK's public half may have: RSA of 16,384 bits has 44.</summary>
    private const int MaxPuttyLines = 100;

    /// <summary>The fingerprint, or null.</summary>
    public static string? Of(KeyFileText text, PublicKeyMistake kind) => kind switch
    {
        PublicKeyMistake.PuttyPrivateKey => OfPutty(text),
        PublicKeyMistake.OpenSshPrivateKey or PublicKeyMistake.PemPrivateKey => OfArmor(text),
        _ => null,
    };

    /// <summary>The fingerprint of an unencrypted DER key, or null.</summary>
    public static string? OfDer(ReadOnlyMemory<byte> der)
    {
        using var numbers = PrivateKeyDer.Read(der);
        return OfBlob(numbers.StatedPublicBlob());
    }

    private static string? OfPutty(KeyFileText text)
    {
        const string Header = "Public-Lines:";
        for (var line = 0; line < text.LineCount; line++)
        {
            if (!text[line].StartsWith(Header, StringComparison.Ordinal))
            {
                continue;
            }

            if (!int.TryParse(text[line][Header.Length..], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var count)
                || count > Math.Min(MaxPuttyLines, text.LineCount - line - 1))
            {
                return null;
            }

            using var base64 = new Base64Text(text.All.Length);
            for (var i = 1; i <= count; i++)
            {
                if (!base64.TryAppendLine(text[line + i]))
                {
                    return null;
                }
            }

            return OfBlob(base64.Decode(base64.Length));
        }

        return null;
    }

    private static string? OfArmor(KeyFileText text)
    {
        var line = 0;
        var bytes = PrivateKeyFile.ReadBlock(text, ref line, out _, out _);
        var fingerprint = bytes switch
        {
            null or [] => null,
            _ when OpenSshPrivateKey.Is(bytes) => OfBlob(OpenSshPrivateKey.PublicBlob(bytes)),
            _ => OfDer(bytes),
        };
        CryptographicOperations.ZeroMemory(bytes);
        return fingerprint;
    }

    private static string? OfBlob(ReadOnlySpan<byte> blob) => KeyBlob.TypeOf(blob) is null ? null : KeyFingerprint.Sha256(blob);
}
