using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>curve25519-sha256 (RFC 8731), under its standard name and the one that libssh gave it before.</summary>
internal sealed class Curve25519KeyAgreement(string name) : SymmetricKeyAgreement
{
    public override string Name => name;

    public override HashAlgorithmName Hash => HashAlgorithmName.SHA256;

    public override bool SharesAreMpints => false;

    public override bool IsQuick => true;

    public override KeyAgreementClient StartAsClient() => new Curve25519Half();

    internal override bool LooksValid(ReadOnlySpan<byte> share) => share.Length == EvpKeys.KeyLength;
}

/// <summary>One ephemeral X25519 key.</summary>
internal sealed class Curve25519Half : KeyAgreementClient
{
    private readonly EvpKeyHandle _key;

    public Curve25519Half()
        : this(NewKey())
    {
    }

    internal Curve25519Half(EvpKeyHandle key)
    {
        _key = key;
        Share = EvpKeys.ExportPublic(_key);
    }

    public override ReadOnlyMemory<byte> Share { get; }

    public override bool TryFinish(ReadOnlySpan<byte> serverShare, [NotNullWhen(true)] out byte[]? secret)
    {
        secret = null;
        if (serverShare.Length != EvpKeys.KeyLength)
        {
            return false;
        }

        using var peer = EvpKeys.ImportPublic(EvpKeys.X25519, serverShare);
        return EvpKeys.TryDerive(_key, peer, out secret);
    }

    public override void Dispose() => _key.Dispose();

    private static EvpKeyHandle NewKey()
    {
        Span<byte> seed = stackalloc byte[EvpKeys.KeyLength];
        RandomNumberGenerator.Fill(seed);
        var key = EvpKeys.ImportPrivate(EvpKeys.X25519, seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }
}
