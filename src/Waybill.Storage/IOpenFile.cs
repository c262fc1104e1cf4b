using System.Buffers;

namespace Waybill.Storage;

/// <summary>
/// An open file. Disposing it without <see cref="CommitAsync"/> abandons what was written: nothing is published (promise D6), and at most its own login sees
/// what is left (promise D7).
/// Calls on one file do not overlap.
/// </summary>
public interface IOpenFile : IAsyncDisposable
{
    /// <summary>
    /// Where the commit publishes it, when the client renamed the upload before anyone could see it (sshfs does); where it has come to lie, when somebody renamed its
    /// directory while it ran; else null.
    /// </summary>
    VaultPath? RenamedTo => null;

    /// <summary>Whether the client removed the upload before anyone could see it: the commit succeeds and publishes nothing.</summary>
    bool IsRemoved => false;

    /// <summary>Where the client went on in an upload that was cut off before: that many bytes were there; 0 for all others.</summary>
    long ResumedAt => 0;

    /// <summary>Bytes that are kept for the login to go on with, after this was disposed without a commit.</summary>
    long Kept => 0;

    /// <summary>The hash of what was committed, where the store had to know it; else null.</summary>
    byte[]? Sha256 => null;

    /// <summary>
    /// Whether the version that was opened for reading is recorded. Where its upload had put it in place and was about to record it, this waits for that; false when it
    /// was not recorded, so that nobody is ever told of it.
    /// </summary>
    ValueTask<bool> IsRecordedAsync() => new(true);

    /// <summary>Reads at <paramref name="offset"/>; fewer bytes than asked only at the end of the file, 0 there.</summary>
    ValueTask<StoreResult<int>> ReadAsync(long offset, Memory<byte> buffer);

    /// <summary>
    /// Writes all of <paramref name="data"/> at <paramref name="offset"/>, or at the end when opened with <see cref="OpenModes.Append"/>. A failed write makes
    /// <see cref="CommitAsync"/> fail too: a later success never masks it.
    /// </summary>
    ValueTask<StoreError> WriteAsync(long offset, ReadOnlySequence<byte> data);

    /// <summary>Attributes by handle, the size as written so far.</summary>
    ValueTask<StoreResult<FileAttributes>> GetAttributesAsync();

    /// <summary>Changes attributes by handle; times survive the commit.</summary>
    ValueTask<StoreError> SetAttributesAsync(AttributeChanges changes);

    /// <summary>Forces what was written to the disk (fsync@openssh.com).</summary>
    ValueTask<StoreError> SyncAsync();

    /// <summary>Copies <paramref name="length"/> bytes (0: to the end) from here to <paramref name="target"/>, overlapping ranges of one file refused (copy-data). A session that is lost ends it.</summary>
    ValueTask<StoreError> CopyToAsync(long offset, long length, IOpenFile target, long targetOffset, CancellationToken cancellationToken = default);

    /// <summary>Room on the file system of this file.</summary>
    ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync();

    /// <summary>
    /// Ends the use of the file. For one opened for writing: publishes it under its name, durably (file and directory synced first under Durability Full),
    /// and returns only when that is done. For a file opened for reading it just closes.
    /// </summary>
    ValueTask<StoreError> CommitAsync();

    /// <summary>
    /// As <see cref="CommitAsync"/>, for those who record it afterwards: a version that it replaced is kept, hidden, until <see cref="SettleAsync"/> says whether
    /// that was done (promise D3). Others who commit to the name wait until then.
    /// </summary>
    ValueTask<StoreError> CommitKeepingOldAsync() => CommitAsync();

    /// <summary>
    /// After <see cref="CommitKeepingOldAsync"/>: recorded, and the old version goes; or not, and it comes back. Where none was replaced it ends the waiting of others
    /// for the name and no more; nothing is to do where the commit failed. Whoever disposes of the file without calling it has recorded it.
    /// </summary>
    /// <param name="recorded">Whether the new version is in the journal.</param>
    ValueTask SettleAsync(bool recorded) => ValueTask.CompletedTask;

    /// <summary>Ends an upload of which nothing is worth keeping. Disposing it keeps what came for the login to go on with (promise D7), as far as the store does that.</summary>
    ValueTask DiscardAsync() => DisposeAsync();
}
