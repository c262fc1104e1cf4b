namespace Waybill.Storage;

/// <summary>What was done with a file; one audit row each.</summary>
public enum FileOperation
{
    /// <summary>A file was read and closed.</summary>
    Download,

    /// <summary>A file was written: committed, or failed, or never closed.</summary>
    Upload,

    /// <summary>A file or link was removed.</summary>
    Remove,

    /// <summary>A file or directory was renamed.</summary>
    Rename,

    /// <summary>A directory was made.</summary>
    MakeDirectory,

    /// <summary>A directory was removed.</summary>
    RemoveDirectory,

    /// <summary>Times, permissions or size were set by path.</summary>
    SetAttributes,

    /// <summary>A symbolic or hard link was made.</summary>
    Link,

    /// <summary>A directory was listed (recorded only when it was refused).</summary>
    List,

    /// <summary>A file was deleted or moved away by a login that may collect: it lies in the account's archive, at the event's target below it.</summary>
    Archive,
}

/// <summary>One file operation of a session, done or refused.</summary>
/// <param name="Operation">What.</param>
/// <param name="Path">Where, as the login sees it.</param>
/// <param name="Target">The new name of a rename, the name of a link.</param>
/// <param name="Bytes">Bytes moved, of an upload or download.</param>
/// <param name="Size">The file's size when it was committed or opened.</param>
/// <param name="ExpectedSize">The size that the client announced.</param>
/// <param name="Outcome">How it ended; <see cref="StoreError.PermissionDenied"/> makes it a refusal.</param>
/// <param name="Changes">What was set: a size set by path cuts a file.</param>
/// <param name="ResumedAt">How much of a committed upload had come before, in a session that was cut off.</param>
/// <param name="Kept">How much of a cut-off upload is kept for its login to go on with.</param>
/// <param name="Identity">Which file was read, or committed (<see cref="FileAttributes.Identity"/>): under its name another may lie by now.</param>
/// <param name="ReadFrom">Where the longest stretch that was read without a gap begins.</param>
/// <param name="ReadTo">Where it ends.</param>
/// <param name="IsCut">The session ended before the client had closed what it read: nobody knows how much of it arrived.</param>
/// <param name="Sha256">The hash of a committed upload, where the store had to know it.</param>
public readonly record struct FileEvent(
    FileOperation Operation, VaultPath Path, VaultPath? Target = null, long Bytes = 0, long Size = 0, long? ExpectedSize = null, StoreError Outcome = StoreError.None,
    AttributeChanges Changes = default, long ResumedAt = 0, long Kept = 0, ulong Identity = 0,
    long ReadFrom = 0, long ReadTo = 0, bool IsCut = false, byte[]? Sha256 = null)
{
    /// <summary>A committed upload whose client cut the TLS connection without saying that this was all: somebody on the way may have cut it (FTP, where that is let pass).</summary>
    public bool IsUnclean { get; init; }

    /// <summary>When that file was made (<see cref="FileAttributes.Born"/>).</summary>
    public long? Born { get; init; }

    /// <summary>
    /// Nothing for the catalogue. A rename: of an upload of this session that nobody sees yet, and under the new name still lies what lay there, until its commit
    /// says otherwise. A download: of a version whose upload was never recorded.
    /// </summary>
    public bool IsPending { get; init; }
}

/// <summary>Where file operations are recorded. An operation that changed something is answered only after its row is durable (promise D1 of docs/promises.md).</summary>
public interface IFileJournal
{
    /// <summary>
    /// Records <paramref name="fileEvent"/>; completes when the row is on the disk, that of a finished download when it is in line: it changed nothing, and its
    /// bytes are with the client already.
    /// </summary>
    /// <returns>An error when it could not be recorded, or an earlier download of the session: the client then gets a failure.</returns>
    ValueTask<StoreError> RecordAsync(FileEvent fileEvent);
}
