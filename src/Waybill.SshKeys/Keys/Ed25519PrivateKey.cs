using Waybill.SshKeys.Crypto;

namespace Waybill.SshKeys.Keys;

/// <summary>ssh-ed25519. The secret lies in OpenSSL's memory only.</summary>
public sealed class Ed25519PrivateKey : SshPrivateKey
{
    private readonly EvpKeyHandle _handle;
    private readonly Ed25519PublicKey _public;

    internal Ed25519PrivateKey(ReadOnlySpan<byte> seed)
    {
        _handle = EvpKeys.ImportPrivate(EvpKeys.Ed25519, seed);
        _public = new Ed25519PublicKey(EvpKeys.ExportPublic(_handle));
    }

    /// <inheritdoc/>
    public override SshPublicKey PublicKey => _public;

    /// <summary>Copies the 32 secret bytes out, for a key file; the caller wipes them.</summary>
    public void CopySeedTo(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, EvpKeys.KeyLength, nameof(destination));
        EvpKeys.ExportPrivate(_handle, destination[..EvpKeys.KeyLength]);
    }

    /// <inheritdoc/>
    public override byte[] Sign(string algorithm, ReadOnlySpan<byte> data)
    {
        if (algorithm != Ed25519PublicKey.Name)
        {
            throw new ArgumentException($"An Ed25519 key cannot sign with {algorithm}.", nameof(algorithm));
        }

        Span<byte> signature = stackalloc byte[EvpKeys.SignatureLength];
        EvpKeys.Sign(_handle, data, signature);
        return SignatureBlob.Write(algorithm, signature);
    }

    /// <inheritdoc/>
    public override void Dispose() => _handle.Dispose();
}
