namespace Waybill.SshKeys.Keys;

/// <summary>A private key that can sign: a host key, or a key made for a customer. Disposing it frees the secret.</summary>
public abstract class SshPrivateKey : IDisposable
{
    /// <summary>Its public half.</summary>
    public abstract SshPublicKey PublicKey { get; }

    /// <summary>The signature blob (algorithm name, then the signature) over <paramref name="data"/>.</summary>
    public abstract byte[] Sign(string algorithm, ReadOnlySpan<byte> data);

    /// <inheritdoc/>
    public abstract void Dispose();
}
