using System.Runtime.InteropServices;

namespace Waybill.Storage.Local.Native;

/// <summary><c>struct statvfs</c> of 64-bit glibc.</summary>
[StructLayout(LayoutKind.Explicit, Size = 112)]
internal struct StatVfs
{
    [FieldOffset(8)]
    public ulong FragmentSize;

    [FieldOffset(16)]
    public ulong Blocks;

    [FieldOffset(32)]
    public ulong AvailableBlocks;

    [FieldOffset(40)]
    public ulong Files;

    [FieldOffset(56)]
    public ulong AvailableFiles;

    [FieldOffset(64)]
    public ulong FileSystemId;

    [FieldOffset(80)]
    public ulong MaximumNameLength;
}
