using System.Runtime.InteropServices;

namespace Waybill.Storage.Local.Native;

/// <summary><c>struct statx</c>: the one stat structure that is the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct Statx
{
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;
    private const int DirectoryType = 0x4000;
    private const int SymbolicLink = 0xA000;

    [FieldOffset(16)]
    public uint LinkCount;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(40)]
    public ulong Size;

    [FieldOffset(64)]
    public long AccessSeconds;

    /// <summary>When content, name or attributes last changed; only the kernel sets it.</summary>
    [FieldOffset(96)]
    public long ChangeSeconds;

    [FieldOffset(104)]
    public uint ChangeNanoseconds;

    [FieldOffset(112)]
    public long ModificationSeconds;

    [FieldOffset(136)]
    public uint DeviceMajor;

    [FieldOffset(140)]
    public uint DeviceMinor;

    public readonly FileKind Kind => (Mode & TypeMask) switch
    {
        RegularFile => FileKind.File,
        DirectoryType => FileKind.Directory,
        SymbolicLink => FileKind.SymbolicLink,
        _ => FileKind.Other,
    };

    public readonly int Permissions => Mode & 0x1FF;

    /// <summary>Set-group-id and its kin of a directory: the operator's way to keep a group, never a client's to set or clear.</summary>
    public readonly int SpecialBits => Kind == FileKind.Directory ? Mode & 0xE00 : 0;

    /// <summary>What tells two files apart, whatever their names.</summary>
    public readonly FileIdentity Identity => new(((ulong)DeviceMajor << 32) | DeviceMinor, Inode);
}
