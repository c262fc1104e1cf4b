using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>The packet ciphers and MACs by their SSH names: one table says what each needs.</summary>
public static class PacketCiphers
{
    private const int CtrIvLength = 16;

    private static readonly Cipher[] Ciphers =
    [
        new("aes256-gcm@openssh.com", Mode.Gcm, "AES-256-GCM", 32, GcmNonce.Length),
        new("aes128-gcm@openssh.com", Mode.Gcm, "AES-128-GCM", 16, GcmNonce.Length),
        new("chacha20-poly1305@openssh.com", Mode.ChaChaPoly, "ChaCha20", 2 * ChaChaPolyState.HalfKeyLength, 0),
        new("aes256-ctr", Mode.Ctr, "AES-256-CTR", 32, CtrIvLength),
        new("aes192-ctr", Mode.Ctr, "AES-192-CTR", 24, CtrIvLength),
        new("aes128-ctr", Mode.Ctr, "AES-128-CTR", 16, CtrIvLength),
    ];

    private static readonly Mac[] Macs =
    [
        new("hmac-sha2-512-etm@openssh.com", HashAlgorithmName.SHA512, 64, EncryptThenMac: true),
        new("hmac-sha2-256-etm@openssh.com", HashAlgorithmName.SHA256, 32, EncryptThenMac: true),
        new("hmac-sha2-512", HashAlgorithmName.SHA512, 64, EncryptThenMac: false),
        new("hmac-sha2-256", HashAlgorithmName.SHA256, 32, EncryptThenMac: false),
    ];

    private enum Mode
    {
        Gcm,
        ChaChaPoly,
        Ctr,
    }

    /// <summary>Every cipher.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Ciphers.Select(cipher => cipher.Name)];

    /// <summary>Every MAC, for ciphers that need one.</summary>
    public static IReadOnlyList<string> MacNames { get; } = [.. Macs.Select(mac => mac.Name)];

    /// <summary>Whether the cipher authenticates by itself, so that the MAC lists of the negotiation are ignored.</summary>
    public static bool IsAead(string cipher) => Find(cipher).Mode != Mode.Ctr;

    /// <summary>Bytes of key to derive.</summary>
    public static int KeyLength(string cipher) => Find(cipher).KeyLength;

    /// <summary>Bytes of initial IV to derive; 0 for ChaCha20, whose nonce is the sequence number.</summary>
    public static int IvLength(string cipher) => Find(cipher).IvLength;

    /// <summary>Bytes of MAC key to derive.</summary>
    public static int MacKeyLength(string mac) => FindMac(mac).KeyLength;

    /// <summary>For before the first NEWKEYS: no cipher, no MAC.</summary>
    public static PacketSealer PlainSealer() => new PlainPacketSealer();

    /// <inheritdoc cref="PlainSealer"/>
    public static PacketOpener PlainOpener() => new PlainPacketOpener();

    /// <summary>A sealer for one direction. <paramref name="mac"/> and <paramref name="macKey"/> are ignored when the cipher is AEAD.</summary>
    public static PacketSealer CreateSealer(string cipher, string? mac, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> macKey)
    {
        var found = Find(cipher);
        found.Check(key, iv);
        switch (found.Mode)
        {
            case Mode.Gcm:
                return new GcmPacketSealer(found.Algorithm, key, iv);
            case Mode.ChaChaPoly:
                return new ChaChaPolyPacketSealer(key);
            default:
                var foundMac = FindMac(mac);
                return foundMac.EncryptThenMac
                    ? new CtrEtmPacketSealer(found.Algorithm, key, iv, foundMac.Create(macKey))
                    : new CtrMacPacketSealer(found.Algorithm, key, iv, foundMac.Create(macKey));
        }
    }

    /// <summary>An opener for one direction. <paramref name="mac"/> and <paramref name="macKey"/> are ignored when the cipher is AEAD.</summary>
    public static PacketOpener CreateOpener(string cipher, string? mac, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> macKey)
    {
        var found = Find(cipher);
        found.Check(key, iv);
        switch (found.Mode)
        {
            case Mode.Gcm:
                return new GcmPacketOpener(found.Algorithm, key, iv);
            case Mode.ChaChaPoly:
                return new ChaChaPolyPacketOpener(key);
            default:
                var foundMac = FindMac(mac);
                return foundMac.EncryptThenMac
                    ? new CtrEtmPacketOpener(found.Algorithm, key, iv, foundMac.Create(macKey))
                    : new CtrMacPacketOpener(found.Algorithm, key, iv, foundMac.Create(macKey));
        }
    }

    private static Cipher Find(string name) =>
        Array.Find(Ciphers, cipher => cipher.Name == name) ?? throw new ArgumentException($"There is no cipher {name}.", nameof(name));

    private static Mac FindMac(string? name) =>
        Array.Find(Macs, mac => mac.Name == name) ?? throw new ArgumentException($"There is no MAC {name}.", nameof(name));

    private sealed record Cipher(string Name, Mode Mode, string OpenSslName, int KeyLength, int IvLength)
    {
        private nint _algorithm;

        // Two threads may fetch it at the same time; OpenSSL then counts a second reference to the same object.
        public nint Algorithm => _algorithm != 0 ? _algorithm : _algorithm = CipherContext.Fetch(OpenSslName);

        public void Check(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv)
        {
            if (key.Length != KeyLength || iv.Length != IvLength)
            {
                throw new ArgumentException($"{Name} takes {KeyLength} bytes of key and {IvLength} of IV.");
            }
        }
    }

    private sealed record Mac(string Name, HashAlgorithmName Hash, int KeyLength, bool EncryptThenMac)
    {
        public PacketMac Create(ReadOnlySpan<byte> key) =>
            key.Length == KeyLength ? new PacketMac(Hash, key) : throw new ArgumentException($"{Name} takes {KeyLength} bytes of key.");
    }
}
