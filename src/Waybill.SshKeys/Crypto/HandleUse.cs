using System.Runtime.InteropServices;

namespace Waybill.SshKeys.Crypto;

/// <summary>
/// Holds a native object alive for a sequence of calls: counted once for a whole packet, not once for each call. Use after Dispose throws
/// instead of touching freed memory.
/// </summary>
internal readonly ref struct HandleUse
{
    private readonly SafeHandle _owner;

    public HandleUse(SafeHandle owner)
    {
        var added = false;
        owner.DangerousAddRef(ref added);
        _owner = owner;
        Pointer = owner.DangerousGetHandle();
    }

    public nint Pointer { get; }

    public void Dispose() => _owner.DangerousRelease();
}
