using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>The calls of an upload that a failing disk breaks. Each returns an error number. Tests derive from it to fail one of them.</summary>
internal class UploadCalls
{
    public virtual int CreateTemporary(FileDescriptor directory, ReadOnlySpan<byte> name, out FileDescriptor file) =>
        Kernel.OpenName(directory, name, OpenFlags.NewFile, TemporaryPermissions, out file);

    public virtual int Write(FileDescriptor file, long offset, ReadOnlySpan<byte> data) => Kernel.Write(file, offset, data);

    public virtual int Clone(FileDescriptor source, FileDescriptor target) => Kernel.Clone(source, target);

    public virtual int CopyRange(FileDescriptor source, long sourceOffset, FileDescriptor target, long targetOffset, long count, out long copied) =>
        Kernel.CopyRange(source, sourceOffset, target, targetOffset, count, out copied);

    public virtual int SetLength(FileDescriptor file, long length) => Kernel.SetLength(file, length);

    public virtual int ChangeMode(FileDescriptor file, int permissions) => Kernel.ChangeMode(file, permissions);

    public virtual int SetTimes(FileDescriptor file, long? accessTime, long? modificationTime) => Kernel.SetTimes(file, accessTime, modificationTime);

    public virtual int OpenForSync(FileDescriptor pinned, out FileDescriptor directory) =>
        Kernel.OpenName(pinned, "."u8, OpenFlags.ReadDirectory, 0, out directory);

    public virtual int GetUsage(FileDescriptor file, out StatVfs usage) => Kernel.GetUsage(file, out usage);

    public virtual int SyncFile(FileDescriptor file) => Kernel.Sync(file);

    public virtual int SyncDirectory(FileDescriptor directory) => Kernel.Sync(directory);

    /// <summary>The last close of a file that has no name any more: frees what it held, which takes as long as it is large.</summary>
    public virtual void CloseUnnamed(FileDescriptor file) => file.Dispose();

    public virtual int Publish(
        FileDescriptor sourceDirectory, ReadOnlySpan<byte> temporary, FileDescriptor targetDirectory, ReadOnlySpan<byte> name, uint flags) =>
        Kernel.Rename(sourceDirectory, temporary, targetDirectory, name, flags);

    /// <summary>0600: until it is published nobody else on the machine reads an upload, and the server can always open a leftover.</summary>
    private const uint TemporaryPermissions = 0x180;
}
