using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Waybill.SshKeys.Crypto;

/// <summary>diffie-hellman-group14-sha256 and diffie-hellman-group16-sha512 (RFC 8268).</summary>
internal sealed class ModpKeyAgreement(string name, Lazy<ModpGroup> group, HashAlgorithmName hash) : SymmetricKeyAgreement
{
    public override string Name => name;

    public override HashAlgorithmName Hash => hash;

    public override bool SharesAreMpints => true;

    public override KeyAgreementClient StartAsClient() => new ModpHalf(group.Value);

    internal override bool LooksValid(ReadOnlySpan<byte> share) => group.Value.IsInRange(share);
}

/// <summary>One ephemeral exponent.</summary>
internal sealed class ModpHalf : KeyAgreementClient
{
    private readonly ModpGroup _group;
    private readonly BigNumberHandle _exponent;

    public ModpHalf(ModpGroup group)
    {
        _group = group;
        _exponent = ModpGroup.NewExponent();
        Share = group.PublicValue(_exponent);
    }

    public override ReadOnlyMemory<byte> Share { get; }

    public override bool TryFinish(ReadOnlySpan<byte> serverShare, [NotNullWhen(true)] out byte[]? secret)
    {
        secret = null;
        if (!_group.IsInRange(serverShare))
        {
            return false;
        }

        secret = _group.Power(serverShare, _exponent);
        return true;
    }

    public override void Dispose() => _exponent.Dispose();
}
