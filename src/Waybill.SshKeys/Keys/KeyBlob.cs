using System.Buffers.Binary;
using System.Text;

using Waybill.SshKeys.Wire;

namespace Waybill.SshKeys.Keys;

/// <summary>The outside of a public key blob (RFC 4253 section 6.6): its type, how long it says it is, and how to build one from numbers.</summary>
internal static class KeyBlob
{
    public const string Ed25519 = "ssh-ed25519";
    public const string Rsa = "ssh-rsa";
    public const string EcdsaPrefix = "ecdsa-sha2-";
    public const string P256 = "nistp256";
    public const string P384 = "nistp384";
    public const string P521 = "nistp521";

    /// <summary>RFC 4251 section 6: names are at most 64 characters.</summary>
    public const int MaxTypeLength = 64;

    /// <summary>Base64 characters that hold a length and the longest type name.</summary>
    private const int StartChars = 92;

    private static readonly string[] KnownTypes =
    [
        Ed25519, Rsa, EcdsaPrefix + P256, EcdsaPrefix + P384, EcdsaPrefix + P521,
        "ssh-dss", "ssh-ed448", "rsa-sha2-256", "rsa-sha2-512", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
        "ssh-rsa-cert-v01@openssh.com", "ssh-dss-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com",
        "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com", "ecdsa-sha2-nistp521-cert-v01@openssh.com",
        "sk-ssh-ed25519-cert-v01@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com",
    ];

    /// <summary>The name as a constant of ours when <paramref name="word"/> is a type name of SSH, so that it may be shown.</summary>
    public static string? KnownType(ReadOnlySpan<char> word)
    {
        foreach (var type in KnownTypes)
        {
            if (word.SequenceEqual(type))
            {
                return type;
            }
        }

        return null;
    }

    /// <summary>Whether <paramref name="word"/> is base64 that begins as every SSH key does: with the length and the name of its type, as far as it goes.</summary>
    public static bool StartsIn(ReadOnlySpan<char> word)
    {
        // "AAAA": the three high bytes of the length of a name are zero. Eight characters are the least that show any of the name.
        if (word.Length < 8 || !word.StartsWith("AAAA", StringComparison.Ordinal))
        {
            return false;
        }

        word = word[..Math.Min(word.Length & ~3, StartChars)];
        Span<byte> bytes = stackalloc byte[StartChars / 4 * 3];
        if (!Convert.TryFromBase64Chars(word, bytes, out var count) || count < 5)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length is < 5 or > MaxTypeLength)
        {
            return false;
        }

        var name = bytes[4..Math.Min(count, 4 + (int)length)];
        return IsTypeName(name) && (name.Length < length || name.Contains((byte)'-'));
    }

    /// <summary>The type name at the start of a blob, or null.</summary>
    public static string? TypeOf(ReadOnlySpan<byte> blob)
    {
        var reader = new SshReader(blob);
        var name = reader.ReadString();
        return reader.Succeeded && name.Length is >= 1 and <= MaxTypeLength && IsTypeName(name) ? Encoding.ASCII.GetString(name) : null;
    }

    /// <summary>How many strings a blob of this type consists of, its type included; 0 for types that are not accepted.</summary>
    public static int FieldCount(string type) => type switch
    {
        Ed25519 => 2,
        Rsa or EcdsaPrefix + P256 or EcdsaPrefix + P384 or EcdsaPrefix + P521 => 3,
        _ => 0,
    };

    /// <summary>How long the blob that begins here is by its own length fields; null when the text ends before the last of them.</summary>
    public static long? StatedLength(ReadOnlySpan<byte> start, int fields)
    {
        long position = 0;
        for (var field = 0; field < fields; field++)
        {
            if (position + 4 > start.Length)
            {
                return null;
            }

            position += 4 + (long)BinaryPrimitives.ReadUInt32BigEndian(start[(int)position..]);
        }

        return position;
    }

    /// <summary>Why keys of this type are refused, or <see cref="PublicKeyMistake.None"/>.</summary>
    public static PublicKeyMistake Refusal(string type) => type switch
    {
        _ when FieldCount(type) > 0 => PublicKeyMistake.None,
        _ when type.Contains("-cert-v0", StringComparison.Ordinal) => PublicKeyMistake.OpenSshCertificate,
        _ when type.StartsWith("sk-", StringComparison.Ordinal) => PublicKeyMistake.SecurityKey,
        _ when type.StartsWith("x509v3-", StringComparison.Ordinal) => PublicKeyMistake.X509,
        "ssh-dss" => PublicKeyMistake.Dsa,
        "ssh-ed448" => PublicKeyMistake.Ed448,
        _ => PublicKeyMistake.UnsupportedType,
    };

    public static byte[] FromRsa(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        // string "ssh-rsa", mpint e, mpint n
        var buffer = new byte[4 + Rsa.Length + 4 + exponent.Length + 1 + 4 + modulus.Length + 1];
        var writer = new SshWriter(buffer);
        writer.WriteString(Rsa);
        writer.WriteMpint(exponent);
        writer.WriteMpint(modulus);
        return writer.Written.ToArray();
    }

    public static byte[] FromEcdsa(string curve, ReadOnlySpan<byte> point)
    {
        // string "ecdsa-sha2-" + curve, string curve, string Q
        var buffer = new byte[4 + EcdsaPrefix.Length + curve.Length + 4 + curve.Length + 4 + point.Length];
        var writer = new SshWriter(buffer);
        writer.WriteString(EcdsaPrefix + curve);
        writer.WriteString(curve);
        writer.WriteString(point);
        return buffer;
    }

    public static byte[] FromEd25519(ReadOnlySpan<byte> publicKey)
    {
        // string "ssh-ed25519", string key
        var buffer = new byte[4 + Ed25519.Length + 4 + publicKey.Length];
        var writer = new SshWriter(buffer);
        writer.WriteString(Ed25519);
        writer.WriteString(publicKey);
        return buffer;
    }

    private static bool IsTypeName(ReadOnlySpan<byte> name)
    {
        foreach (var value in name)
        {
            if (value is not ((>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'@' or (byte)'.'))
            {
                return false;
            }
        }

        return !name.IsEmpty;
    }
}
