using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>One key exchange method: RFC 8731, RFC 5656, RFC 8268, draft-ietf-sshm-mlkem-hybrid-kex.</summary>
public abstract class KeyAgreement
{
    /// <summary>Its SSH name.</summary>
    public abstract string Name { get; }

    /// <summary>The hash of the exchange and of the key derivation.</summary>
    public abstract HashAlgorithmName Hash { get; }

    /// <summary>Both shares travel as mpint (finite-field groups, RFC 4253 section 8); else as string.</summary>
    public abstract bool SharesAreMpints { get; }

    /// <summary>The shared secret enters the exchange hash as mpint; as string for the hybrid methods.</summary>
    public abstract bool SecretIsMpint { get; }

    /// <summary>The server's half takes some tenths of a millisecond at most, on any machine that this runs on.</summary>
    public virtual bool IsQuick => false;

    /// <summary>Whether this machine's libraries have it.</summary>
    public abstract bool IsSupported { get; }

    /// <summary>
    /// The server's half. Fails on every share that the method's standard forbids: wrong length, point not on the curve, DH values outside 2 to p - 2,
    /// X25519 with an all-zero result.
    /// </summary>
    /// <param name="clientShare">The client's share, without its length field; an mpint's magnitude.</param>
    /// <param name="serverShare">Our share.</param>
    /// <param name="secret">The shared secret as it enters the hash, without its length field; an mpint's magnitude, leading zeros stripped or not.</param>
    public abstract bool TryAgreeAsServer(ReadOnlySpan<byte> clientShare, [NotNullWhen(true)] out byte[]? serverShare, [NotNullWhen(true)] out byte[]? secret);

    /// <summary>The client's half, for tests and tools.</summary>
    public abstract KeyAgreementClient StartAsClient();
}

/// <summary>A client in the middle of a key agreement. Disposing it forgets the ephemeral key.</summary>
public abstract class KeyAgreementClient : IDisposable
{
    /// <summary>What to send.</summary>
    public abstract ReadOnlyMemory<byte> Share { get; }

    /// <summary>Finishes with the server's share.</summary>
    public abstract bool TryFinish(ReadOnlySpan<byte> serverShare, [NotNullWhen(true)] out byte[]? secret);

    /// <inheritdoc/>
    public abstract void Dispose();
}
