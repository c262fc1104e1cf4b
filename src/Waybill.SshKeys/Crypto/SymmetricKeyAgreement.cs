using System.Diagnostics.CodeAnalysis;

namespace Waybill.SshKeys.Crypto;

/// <summary>A method whose two halves are alike, the Diffie-Hellman family: the server does what the client does.</summary>
internal abstract class SymmetricKeyAgreement : KeyAgreement
{
    public override bool IsSupported => true;

    public override bool SecretIsMpint => true;

    public override bool TryAgreeAsServer(
        ReadOnlySpan<byte> clientShare, [NotNullWhen(true)] out byte[]? serverShare, [NotNullWhen(true)] out byte[]? secret)
    {
        serverShare = null;
        secret = null;

        // A share that can be seen to be wrong costs no key generation (CVE-2002-20001).
        if (!LooksValid(clientShare))
        {
            return false;
        }

        using var half = StartAsClient();
        if (!half.TryFinish(clientShare, out secret))
        {
            return false;
        }

        serverShare = half.Share.ToArray();
        return true;
    }

    /// <summary>The checks that need no arithmetic: length, form, range.</summary>
    internal abstract bool LooksValid(ReadOnlySpan<byte> share);
}
