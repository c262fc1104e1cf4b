using System.Runtime.InteropServices;

// The program's own directory is not searched for a libc.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Waybill.Storage.Local.Native;

/// <summary>The system calls of the store, as libc has them. <see cref="Kernel"/> is the only caller.</summary>
internal static unsafe partial class Libc
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int number);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags);

    /// <summary>openat2 has no wrapper in glibc before 2.43; its number is the same on every architecture.</summary>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint OpenAt2(nint number, FileDescriptor directory, byte* path, OpenHow* how, nuint size);

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(FileDescriptor directory, byte* name, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    public static partial int StatX(FileDescriptor directory, byte* name, int flags, uint mask, Statx* result);

    [LibraryImport(Library, EntryPoint = "fstatvfs", SetLastError = true)]
    public static partial int FStatVfs(FileDescriptor file, StatVfs* result);

    [LibraryImport(Library, EntryPoint = "pread64", SetLastError = true)]
    public static partial nint PRead(FileDescriptor file, byte* buffer, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "pwrite64", SetLastError = true)]
    public static partial nint PWrite(FileDescriptor file, byte* buffer, nuint count, long offset);

    [LibraryImport(Library, EntryPoint = "copy_file_range", SetLastError = true)]
    public static partial nint CopyFileRange(FileDescriptor source, long* sourceOffset, FileDescriptor target, long* targetOffset, nuint count, uint flags);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    public static partial int CloneInto(FileDescriptor target, nuint request, FileDescriptor source);

    [LibraryImport(Library, EntryPoint = "ftruncate64", SetLastError = true)]
    public static partial int FTruncate(FileDescriptor file, long length);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(FileDescriptor file);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int FLock(FileDescriptor file, int operation);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int FChMod(FileDescriptor file, uint mode);

    [LibraryImport(Library, EntryPoint = "chmod", SetLastError = true)]
    public static partial int ChMod(byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    public static partial int FUtimens(FileDescriptor file, TimeSpec* times);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    public static partial int UtimensAt(FileDescriptor directory, byte* name, TimeSpec* times, int flags);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MkDirAt(FileDescriptor directory, byte* name, uint mode);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(FileDescriptor directory, byte* name, int flags);

    /// <summary>glibc's wrapper makes an old renameat of it when there are no flags; one call for both is easier to follow in a trace.</summary>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint RenameAt2(
        nint number, FileDescriptor sourceDirectory, byte* source, FileDescriptor targetDirectory, byte* target, nuint flags);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    public static partial int LinkAt(FileDescriptor sourceDirectory, byte* source, FileDescriptor targetDirectory, byte* target, int flags);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    public static partial int SymLinkAt(byte* text, FileDescriptor directory, byte* name);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    public static partial nint ReadLinkAt(FileDescriptor directory, byte* name, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "readlink", SetLastError = true)]
    public static partial nint ReadLink(byte* path, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "getdents64", SetLastError = true)]
    public static partial nint GetDents(FileDescriptor directory, byte* buffer, nuint size);

    [LibraryImport(Library, EntryPoint = "lseek64", SetLastError = true)]
    public static partial long Seek(FileDescriptor file, long offset, int origin);
}
