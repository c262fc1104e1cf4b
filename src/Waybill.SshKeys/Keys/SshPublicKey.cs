namespace Waybill.SshKeys.Keys;

/// <summary>A public key in memory: parsed from its wire blob (RFC 4253 section 6.6, RFC 5656, RFC 8709), ready to verify. Two keys are equal when their blobs are.</summary>
public abstract class SshPublicKey : IEquatable<SshPublicKey>
{
    /// <summary>The type name inside the blob: <c>ssh-ed25519</c>, <c>ssh-rsa</c>, <c>ecdsa-sha2-nistp256</c>, ...</summary>
    public abstract string KeyType { get; }

    /// <summary>The wire blob.</summary>
    public abstract ReadOnlyMemory<byte> Blob { get; }

    /// <summary>Bits as OpenSSH counts them: the modulus of RSA, the curve, 256 for Ed25519.</summary>
    public abstract int Bits { get; }

    /// <summary>The signature algorithms that this key may be used with; SHA-1 is never among them.</summary>
    public abstract IReadOnlyList<string> SignatureAlgorithms { get; }

    /// <summary>
    /// Whether <paramref name="signature"/> (the whole blob: algorithm name, then the signature) is this key's, over <paramref name="data"/>, made with
    /// exactly <paramref name="algorithm"/>. Never throws for bad input.
    /// </summary>
    public bool Verify(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Judge(algorithm, data, signature) == SignatureVerdict.Good;

    /// <summary><see cref="Verify"/>, with the reason.</summary>
    internal abstract SignatureVerdict Judge(string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);

    /// <inheritdoc/>
    public bool Equals(SshPublicKey? other) => other is not null && Blob.Span.SequenceEqual(other.Blob.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SshPublicKey);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Blob.Span);
        return hash.ToHashCode();
    }
}
