namespace Waybill.Storage;

/// <summary>
/// A vault in which the program itself writes files that nobody sees yet, and shows them later, several together. A hidden file lies beside its place, in the same
/// directory, under a name that no client can see or use; so showing and hiding are one rename each, and another process can finish what a killed one began.
/// Tokens are <see cref="TokenLength"/> hexadecimal digits.
/// </summary>
public interface IStagingStore : IFileStore
{
    /// <summary>Digits of a token.</summary>
    const int TokenLength = 32;

    /// <summary>Writes a hidden file, content synced; nothing is left of one that fails.</summary>
    /// <param name="target">The place that it is for.</param>
    /// <param name="token">Its token.</param>
    /// <param name="content">What is written, to its end.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What it is: its size, and which file on the disk.</returns>
    ValueTask<StoreResult<FileAttributes>> StageAsync(VaultPath target, string token, Stream content, CancellationToken cancellationToken = default);

    /// <summary>
    /// Shows a hidden file at its place. With <paramref name="replace"/> it takes the place of the file there, which is kept hidden until <see cref="ForgetReplaced"/>;
    /// else a taken name is <see cref="StoreError.AlreadyExists"/>. <see cref="StoreError.NotFound"/> when there is no hidden file.
    /// </summary>
    StoreError Show(VaultPath target, string token, bool replace);

    /// <summary>Hides the file at a place; the file that it had replaced, if that is still kept, is back.</summary>
    StoreError Hide(VaultPath target, string token);

    /// <summary>
    /// Hides a file as if it lay at another place: beside that, to be shown there. One that is hidden already is no error. <see cref="StoreError.NotFound"/> when it is
    /// neither here nor there, <see cref="StoreError.NotADirectory"/> when the folder of that place is not, <see cref="StoreError.Busy"/> when another file has its name.
    /// </summary>
    /// <param name="source">Where it lies.</param>
    /// <param name="target">The place beside which it is hidden.</param>
    /// <param name="token">Its token.</param>
    /// <param name="identity">Which file is meant (<see cref="FileAttributes.Identity"/>).</param>
    StoreError HideAs(VaultPath source, VaultPath target, string token, ulong identity);

    /// <summary>Removes the file that is meant: one that is gone is no error, and another that has its name by now stays and is <see cref="StoreError.Busy"/>.</summary>
    StoreError RemoveOnly(VaultPath path, ulong identity);

    /// <summary>Opens a hidden file for reading; its attributes can be set. <see cref="StoreError.NotFound"/> when there is none.</summary>
    StoreResult<IOpenFile> OpenHidden(VaultPath target, string token);

    /// <summary>Removes the file that was replaced, if one is kept.</summary>
    StoreError ForgetReplaced(VaultPath target, string token);

    /// <summary>Removes a hidden file; one that is not there is no error.</summary>
    StoreError Discard(VaultPath target, string token);

    /// <summary>
    /// Keeps listings out of a directory while several files are shown or hidden there, in this process and in all others; null where that is not possible. Listings
    /// that were begun are waited for, but not for ever.
    /// </summary>
    ValueTask<IDisposable?> LockAsync(VaultPath directory);

    /// <summary>Forces the names in a directory to the disk.</summary>
    StoreError SyncDirectory(VaultPath directory);
}
