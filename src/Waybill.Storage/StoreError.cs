namespace Waybill.Storage;

/// <summary>How a file operation ended; each protocol maps it to its own codes and words.</summary>
public enum StoreError
{
    /// <summary>It succeeded.</summary>
    None,

    /// <summary>No such file, directory or parent (also a name that the policy refuses in a lookup).</summary>
    NotFound,

    /// <summary>The target exists already.</summary>
    AlreadyExists,

    /// <summary>The login has no right to do this here.</summary>
    PermissionDenied,

    /// <summary>A directory was needed.</summary>
    NotADirectory,

    /// <summary>A file was needed.</summary>
    IsADirectory,

    /// <summary>Neither a regular file nor a directory: FIFO, socket, device.</summary>
    NotARegularFile,

    /// <summary>The directory is not empty.</summary>
    DirectoryNotEmpty,

    /// <summary>A name or path is too long.</summary>
    NameTooLong,

    /// <summary>The name is not valid UTF-8, holds a zero byte or is reserved.</summary>
    InvalidName,

    /// <summary>Too many symbolic links.</summary>
    TooManyLinks,

    /// <summary>Disk or inodes are full.</summary>
    NoSpace,

    /// <summary>The quota is used up.</summary>
    QuotaExceeded,

    /// <summary>Source and target lie on different file systems.</summary>
    CrossDevice,

    /// <summary>The handle was opened for another purpose, or is closed.</summary>
    BadHandle,

    /// <summary>An argument is out of range.</summary>
    InvalidArgument,

    /// <summary>Not offered by this store or switched off.</summary>
    NotSupported,

    /// <summary>The file system is read-only.</summary>
    ReadOnlyFileSystem,

    /// <summary>The process has too many open files.</summary>
    TooManyOpenFiles,

    /// <summary>The tree changed under the operation more often than the retry limit allows.</summary>
    Busy,

    /// <summary>The disk failed.</summary>
    InputOutput,

    /// <summary>It is a duplicate of what is there or was fetched: kept aside, and not published.</summary>
    Held,

    /// <summary>The upload ended without a commit: its session ended, or its client removed the file before it was closed.</summary>
    Abandoned,
}
