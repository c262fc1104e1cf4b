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
    private const uint HasBirthTime = 0x800;

    /// <summary>Which of the fields the file system has filled in.</summary>
    [FieldOffset(0)]
    public uint Mask;

    [FieldOffset(16)]
    public uint LinkCount;

    [FieldOffset(20)]
    public uint OwnerId;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(40)]
    public ulong Size;

    [FieldOffset(64)]
    public long AccessSeconds;

    [FieldOffset(80)]
    public long BirthSeconds;

    [FieldOffset(88)]
    public uint BirthNanoseconds;

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

    /// <summary>When the inode was made: milliseconds since 1970-01-01 UTC, null where the file system does not know.</summary>
    public readonly long? BirthMilliseconds =>
        (Mask & HasBirthTime) != 0 && BirthSeconds is > 0 and < long.MaxValue / 1000 - 1 ? (BirthSeconds * 1000) + (BirthNanoseconds / 1_000_000) : null;

    public readonly int Permissions => Mode & 0x1FF;

    /// <summary>Set-group-id and its kin of a directory: the operator's way to keep a group, never a client's to set or clear.</summary>
    public readonly int SpecialBits => Kind == FileKind.Directory ? Mode & 0xE00 : 0;

    /// <summary>What tells two files apart, whatever their names.</summary>
    public readonly FileIdentity Identity => new(((ulong)DeviceMajor << 32) | DeviceMinor, Inode);
}
