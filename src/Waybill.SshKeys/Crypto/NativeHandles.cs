using Microsoft.Win32.SafeHandles;

namespace Waybill.SshKeys.Crypto;

/// <summary>An EVP_PKEY.</summary>
internal sealed class EvpKeyHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public EvpKeyHandle(nint key)
        : base(ownsHandle: true) => SetHandle(key);

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}

/// <summary>A BIGNUM; its digits are wiped when it goes.</summary>
internal sealed class BigNumberHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public BigNumberHandle(nint number)
        : base(ownsHandle: true) => SetHandle(number);

    protected override bool ReleaseHandle()
    {
        LibCrypto.BN_clear_free(handle);
        return true;
    }
}
