namespace Waybill.Storage;

/// <summary>
/// What tells one content of a file from another: it differs as soon as the file was written to, replaced, or had its attributes changed. No client can set it.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file's number there.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Changed">When content or attributes were last changed, by the kernel's clock: nanoseconds since 1970-01-01 UTC.</param>
public readonly record struct FileStamp(ulong Device, ulong Inode, long Size, Int128 Changed);
