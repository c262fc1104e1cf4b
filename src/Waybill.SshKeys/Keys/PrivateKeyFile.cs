using System.Security.Cryptography;

namespace Waybill.SshKeys.Keys;

/// <summary>Unencrypted private key files: host keys, imported or our own. A customer's private key is never read with this.</summary>
public static class PrivateKeyFile
{
    /// <summary>No file longer than this is read. RSA of 16,384 bits takes 13 KiB.</summary>
    public const int MaxFileLength = 64 * 1024;

    /// <summary>
    /// Reads the one private key in <paramref name="file"/>: openssh-key-v1, or PEM as PKCS#1, SEC 1 or PKCS#8; Ed25519, RSA or ECDSA.
    /// Never throws for its content. The caller disposes the key and wipes the file.
    /// </summary>
    public static PrivateKeyReading Read(ReadOnlySpan<byte> file)
    {
        if (file.Length > MaxFileLength)
        {
            return PrivateKeyReading.Refused(PrivateKeyMistake.TooLarge);
        }

        var kind = FileKind.Identify(file);
        using var text = KeyFileText.TryDecode(file);
        if (kind != PublicKeyMistake.None || text is null)
        {
            var isKeyOfOtherForm = kind is PublicKeyMistake.Ssh1PrivateKey or PublicKeyMistake.KeyStore or PublicKeyMistake.OpenSshPrivateKey;
            return PrivateKeyReading.Refused(isKeyOfOtherForm ? PrivateKeyMistake.UnsupportedForm : PrivateKeyMistake.NotAPrivateKey);
        }

        return PrivateKeyMarkers.Find(text) switch
        {
            PublicKeyMistake.None => PrivateKeyReading.Refused(
                PublicKeyFile.Read(file).IsKey ? PrivateKeyMistake.PublicKey : PrivateKeyMistake.NotAPrivateKey),
            PublicKeyMistake.OpenSshPrivateKey or PublicKeyMistake.PemPrivateKey => ReadArmor(text),
            _ => PrivateKeyReading.Refused(PrivateKeyMistake.UnsupportedForm),
        };
    }

    /// <summary>
    /// Writes the key unencrypted as openssh-key-v1, as ssh-keygen would. The caller keeps the file to the owner (mode 0600) and wipes the bytes.
    /// </summary>
    public static byte[] WriteOpenSsh(SshPrivateKey key, string comment)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(comment);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(comment.Length, PublicKeyFile.MaxCommentLength, nameof(comment));
        return OpenSshPrivateKey.Write(key, comment);
    }

    /// <summary>
    /// The bytes of the first private block from <paramref name="line"/> on, whose end is put into <paramref name="line"/>; null when there is none. The
    /// caller wipes them. Empty when they are no base64, or are encrypted in the old PEM way (<paramref name="isEncrypted"/>).
    /// </summary>
    internal static byte[]? ReadBlock(KeyFileText text, ref int line, out string label, out bool isEncrypted)
    {
        isEncrypted = false;
        label = "";
        for (; line < text.LineCount; line++)
        {
            if (Armor.TryReadBegin(text[line], out var name) && name.EndsWith("PRIVATE KEY", StringComparison.Ordinal))
            {
                label = name.ToString();
                break;
            }
        }

        if (line == text.LineCount)
        {
            return null;
        }

        using var base64 = new Base64Text(text.All.Length);
        var isWhole = false;
        for (line++; line < text.LineCount && !isWhole; line++)
        {
            // RFC 1421 headers stand before the base64: Proc-Type: 4,ENCRYPTED
            var isHeader = text[line].Contains(':');
            isEncrypted |= isHeader && text[line].Contains("ENCRYPTED", StringComparison.Ordinal);
            isWhole = Armor.IsEnd(text[line]);
            if (!isHeader && !isWhole && !base64.TryAppendLine(text[line]))
            {
                return [];
            }
        }

        return isWhole && !isEncrypted ? base64.Decode(base64.Length) : [];
    }

    private static PrivateKeyReading ReadArmor(KeyFileText text)
    {
        var line = 0;
        var bytes = ReadBlock(text, ref line, out var label, out var isEncrypted);
        if (bytes is null)
        {
            return PrivateKeyReading.Refused(PrivateKeyMistake.Damaged); // a lone END, or all on one line
        }

        try
        {
            var next = line;
            if (ReadBlock(text, ref next, out _, out _) is { } another)
            {
                CryptographicOperations.ZeroMemory(another);
                return PrivateKeyReading.Refused(PrivateKeyMistake.SeveralKeys);
            }

            if (isEncrypted || label == "ENCRYPTED PRIVATE KEY")
            {
                return PrivateKeyReading.Refused(PrivateKeyMistake.Encrypted);
            }

            if (label == "OPENSSH PRIVATE KEY")
            {
                return OpenSshPrivateKey.Read(bytes);
            }

            using var numbers = PrivateKeyDer.Read(bytes);
            return numbers.ToKey(comment: null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
