namespace Waybill.Storage;

/// <summary>How a file is to be opened.</summary>
[Flags]
public enum OpenModes
{
    /// <summary>Nothing: not valid alone.</summary>
    None = 0,

    /// <summary>For reading.</summary>
    Read = 1 << 0,

    /// <summary>For writing.</summary>
    Write = 1 << 1,

    /// <summary>Each write goes to the end; offsets are ignored.</summary>
    Append = 1 << 2,

    /// <summary>Make the file if it is not there.</summary>
    Create = 1 << 3,

    /// <summary>Begin empty; the old version stays visible until the commit.</summary>
    Truncate = 1 << 4,

    /// <summary>Fail when the name exists, also as a dangling link.</summary>
    Exclusive = 1 << 5,
}

/// <summary>
/// A tree of files as one login sees it: <see cref="VaultPath.Root"/> is the login's root, and nothing outside it can be reached by any path, link or race.
/// One instance serves one session; operations may overlap on different handles. Ordinary failures are <see cref="StoreError"/> values.
/// </summary>
public interface IFileStore : IAsyncDisposable
{
    /// <summary>
    /// Opens a file. For writing, what the client writes is hidden in a temporary beside the target until <see cref="IOpenFile.CommitAsync"/>: with
    /// <see cref="OpenModes.Truncate"/> (or a new name) it starts empty, without it starts as a copy of what is there (an in-place writer is never torn).
    /// </summary>
    /// <param name="path">What to open.</param>
    /// <param name="modes">How.</param>
    /// <param name="permissions">POSIX bits of a new file, masked with 0777; null means 0644.</param>
    /// <param name="expectedSize">The size that the client announced, if any: kept for the catalogue, never used to extend or cut.</param>
    ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null);

    /// <summary>Opens a directory for listing.</summary>
    ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path);

    /// <summary>
    /// Attributes of a path; of the link's target with <paramref name="followLink"/>. While this session uploads to the path, the growing upload's attributes are returned.
    /// </summary>
    ValueTask<StoreResult<FileAttributes>> GetAttributesAsync(VaultPath path, bool followLink);

    /// <summary>Changes attributes; of the link's target with <paramref name="followLink"/>.</summary>
    ValueTask<StoreError> SetAttributesAsync(VaultPath path, AttributeChanges changes, bool followLink);

    /// <summary>Makes a directory; the parent must exist, the name must not.</summary>
    ValueTask<StoreError> MakeDirectoryAsync(VaultPath path, int? permissions = null);

    /// <summary>Removes an empty directory (one that holds only the store's own leftovers counts as empty).</summary>
    ValueTask<StoreError> RemoveDirectoryAsync(VaultPath path);

    /// <summary>Removes a file or link.</summary>
    ValueTask<StoreError> RemoveAsync(VaultPath path);

    /// <summary>Renames atomically; an existing target is an error unless <paramref name="replace"/>.</summary>
    ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace);

    /// <summary>
    /// Gives an upload of this session that nobody sees yet another name: <see cref="StoreError.NotFound"/> when there is none, whoever's file has the name by then.
    /// </summary>
    ValueTask<StoreError> RenameUploadAsync(VaultPath source, VaultPath target) => new(StoreError.NotFound);

    /// <summary>Whether an upload of this session that nobody sees yet is to be published at <paramref name="path"/>.</summary>
    ValueTask<bool> IsUploadingAsync(VaultPath path) => new(false);

    /// <summary>The text of a symbolic link as the login may see it: relative as stored, absolute ones inside the root.</summary>
    ValueTask<StoreResult<byte[]>> ReadLinkAsync(VaultPath path);

    /// <summary>Makes a symbolic link at <paramref name="path"/>; refused unless links are switched on.</summary>
    ValueTask<StoreError> MakeSymbolicLinkAsync(VaultPath path, ReadOnlyMemory<byte> targetText);

    /// <summary>Makes a hard link; refused unless links are switched on.</summary>
    ValueTask<StoreError> MakeHardLinkAsync(VaultPath existing, VaultPath link);

    /// <summary>Where the path really leads inside the root, links resolved; the last component may be missing.</summary>
    ValueTask<StoreResult<VaultPath>> ResolveAsync(VaultPath path);

    /// <summary>Words for a person about an error that this session was just given, where there is more to say than the error's own: a quota's numbers. Else null.</summary>
    string? Explain(StoreError outcome) => null;

    /// <summary>Room for this login.</summary>
    ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync(VaultPath path);
}
