using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// The part of the disk that uploads leave free: the database and the audit log lie on it too, and when they starve nobody can be told anything. The disk is
/// asked once for each so many written bytes, of all uploads together, and more often the less is left.
/// </summary>
internal sealed class DiskReserve(long reserveBytes)
{
    /// <summary>The most of a disk that is kept: a small one must not be all reserve.</summary>
    public const int MostPercent = 5;

    /// <summary>Bytes that may be written before the disk is asked again.</summary>
    public const long Step = 16 * 1024 * 1024;

    private long _allowance;

    /// <summary>What is kept of a disk.</summary>
    public static long Of(long reserveBytes, long diskBytes) => Math.Min(reserveBytes, diskBytes / 100 * MostPercent);

    /// <summary>Takes room for what is about to be written; <see cref="StoreError.NoSpace"/> when it would come out of the reserve.</summary>
    public StoreError Take(UploadCalls calls, FileDescriptor file, long bytes)
    {
        if (reserveBytes == 0 || Interlocked.Add(ref _allowance, -bytes) >= 0)
        {
            return StoreError.None;
        }

        if (calls.GetUsage(file, out var usage) != Errno.None)
        {
            // What the write itself says counts.
            return StoreError.None;
        }

        var free = Free(usage.AvailableBlocks, usage.Blocks, usage.FragmentSize);
        if (free < bytes)
        {
            Volatile.Write(ref _allowance, 0);
            return StoreError.NoSpace;
        }

        // Half of what is left, so that many uploads at once come to the border in small steps.
        Volatile.Write(ref _allowance, Math.Min(Step, (free - bytes) / 2));
        return StoreError.None;
    }

    /// <summary>The room of the disk as uploads have it.</summary>
    public FileSystemUsage Without(in FileSystemUsage disk) => reserveBytes == 0 || disk.BlockSize == 0
        ? disk
        : disk with { FreeBlocks = (ulong)Math.Max(0, Free(disk.FreeBlocks, disk.Blocks, disk.BlockSize)) / disk.BlockSize };

    private long Free(ulong freeBlocks, ulong blocks, ulong blockSize)
    {
        var (free, all) = (Clamp((UInt128)freeBlocks * blockSize), Clamp((UInt128)blocks * blockSize));
        return free - Of(reserveBytes, all);
    }
    private static long Clamp(UInt128 bytes) => (long)UInt128.Min(bytes, long.MaxValue);
}
