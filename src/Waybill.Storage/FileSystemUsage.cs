namespace Waybill.Storage;

/// <summary>Room on the file system or within the quota, for statvfs and its kin.</summary>
/// <param name="BlockSize">Bytes of a block.</param>
/// <param name="Blocks">All blocks.</param>
/// <param name="FreeBlocks">Free blocks.</param>
/// <param name="Files">All inodes.</param>
/// <param name="FreeFiles">Free inodes.</param>
/// <param name="FileSystemId">An opaque number.</param>
/// <param name="MaximumNameLength">Longest name in bytes.</param>
/// <param name="ByQuota">Whether a quota leaves less room than the disk, so that these are its numbers.</param>
public readonly record struct FileSystemUsage(
    ulong BlockSize, ulong Blocks, ulong FreeBlocks, ulong Files, ulong FreeFiles, ulong FileSystemId, ulong MaximumNameLength,
    bool ByQuota = false);
