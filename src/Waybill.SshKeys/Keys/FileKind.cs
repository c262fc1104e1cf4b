namespace Waybill.SshKeys.Keys;

/// <summary>What a file is by its first bytes, when it is none of the texts that hold keys.</summary>
internal static class FileKind
{
    /// <summary>Where the names of a zip's first members are looked for.</summary>
    private const int ZipHead = 4096;

    public static PublicKeyMistake Identify(ReadOnlySpan<byte> file) => file switch
    {
        _ when file.StartsWith("%PDF-"u8) => PublicKeyMistake.Pdf,
        _ when file.StartsWith("PK\x03\x04"u8) => IsOfficeZip(file[..Math.Min(file.Length, ZipHead)])
            ? PublicKeyMistake.OfficeDocument
            : PublicKeyMistake.Archive,
        _ when file.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) => PublicKeyMistake.OfficeDocument,
        _ when file.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) || file.StartsWith("Rar!\x1A"u8)
            || file.StartsWith((ReadOnlySpan<byte>)[0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]) => PublicKeyMistake.Archive,
        _ when file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) || file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
            || file.StartsWith("GIF8"u8) || (file.Length > 12 && file[4..].StartsWith("ftyp"u8))
            || (file.StartsWith("RIFF"u8) && file.Length > 12 && file[8..].StartsWith("WEBP"u8))
            || file.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 0x2A, 0]) => PublicKeyMistake.Picture,
        _ when file.StartsWith("SSH PRIVATE KEY FILE FORMAT"u8) => PublicKeyMistake.Ssh1PrivateKey,
        _ when file.StartsWith("openssh-key-v1\0"u8) => PublicKeyMistake.OpenSshPrivateKey,
        _ when file.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xED, 0xFE, 0xED]) => PublicKeyMistake.KeyStore,

        // PKCS#12 in BER with indefinite lengths; DerKey knows the DER one.
        _ when file.StartsWith((ReadOnlySpan<byte>)[0x30, 0x80, 0x02, 0x01, 0x03]) => PublicKeyMistake.KeyStore,
        _ => PublicKeyMistake.None,
    };

    private static bool IsOfficeZip(ReadOnlySpan<byte> head) =>
        head.IndexOf("[Content_Types].xml"u8) >= 0
        || head.IndexOf("word/"u8) >= 0
        || head.IndexOf("mimetypeapplication/vnd."u8) >= 0;
}
