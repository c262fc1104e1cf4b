namespace Waybill.Storage.Local.Native;

/// <summary>Device and inode of a file.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);
