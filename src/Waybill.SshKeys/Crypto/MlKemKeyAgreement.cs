using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>
/// mlkem768x25519-sha256 (draft-ietf-sshm-mlkem-hybrid-kex): C_INIT is the ML-KEM key and the X25519 share, S_REPLY the ciphertext and the X25519
/// share, the secret SHA-256 over both secrets, hashed as a string.
/// </summary>
internal sealed class MlKemKeyAgreement : KeyAgreement
{
    public override string Name => "mlkem768x25519-sha256";

    public override HashAlgorithmName Hash => HashAlgorithmName.SHA256;

    public override bool SharesAreMpints => false;

    public override bool SecretIsMpint => false;

    public override bool IsSupported => MLKem.IsSupported;

    private static MLKemAlgorithm Kem => MLKemAlgorithm.MLKem768;

    public override bool TryAgreeAsServer(
        ReadOnlySpan<byte> clientShare, [NotNullWhen(true)] out byte[]? serverShare, [NotNullWhen(true)] out byte[]? secret)
    {
        serverShare = null;
        secret = null;
        if (clientShare.Length != Kem.EncapsulationKeySizeInBytes + EvpKeys.KeyLength)
        {
            return false;
        }

        byte[] ciphertext;
        byte[] kemSecret;
        try
        {
            using var peer = MLKem.ImportEncapsulationKey(Kem, clientShare[..Kem.EncapsulationKeySizeInBytes]);
            peer.Encapsulate(out ciphertext, out kemSecret);
        }
        catch (CryptographicException)
        {
            // The key fails FIPS 203's modulus check.
            return false;
        }

        using var half = new Curve25519Half();
        if (!half.TryFinish(clientShare[Kem.EncapsulationKeySizeInBytes..], out var curveSecret))
        {
            CryptographicOperations.ZeroMemory(kemSecret);
            return false;
        }

        serverShare = [.. ciphertext, .. half.Share.Span];
        secret = Combine(kemSecret, curveSecret);
        return true;
    }

    public override KeyAgreementClient StartAsClient() => new Client();

    /// <summary>K = SHA-256(K_PQ || K_CL); both parts are wiped.</summary>
    private static byte[] Combine(byte[] kemSecret, byte[] curveSecret)
    {
        Span<byte> both = stackalloc byte[kemSecret.Length + curveSecret.Length];
        kemSecret.CopyTo(both);
        curveSecret.CopyTo(both[kemSecret.Length..]);
        var secret = SHA256.HashData(both);
        CryptographicOperations.ZeroMemory(both);
        CryptographicOperations.ZeroMemory(kemSecret);
        CryptographicOperations.ZeroMemory(curveSecret);
        return secret;
    }

    private sealed class Client : KeyAgreementClient
    {
        private readonly MLKem _kem = MLKem.GenerateKey(Kem);
        private readonly Curve25519Half _half = new();

        public Client() => Share = (byte[])[.. _kem.ExportEncapsulationKey(), .. _half.Share.Span];

        public override ReadOnlyMemory<byte> Share { get; }

        public override bool TryFinish(ReadOnlySpan<byte> serverShare, [NotNullWhen(true)] out byte[]? secret)
        {
            secret = null;
            if (serverShare.Length != Kem.CiphertextSizeInBytes + EvpKeys.KeyLength
                || !_half.TryFinish(serverShare[Kem.CiphertextSizeInBytes..], out var curveSecret))
            {
                return false;
            }

            secret = Combine(_kem.Decapsulate(serverShare[..Kem.CiphertextSizeInBytes].ToArray()), curveSecret);
            return true;
        }

        public override void Dispose()
        {
            _kem.Dispose();
            _half.Dispose();
        }
    }
}
