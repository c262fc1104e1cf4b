using Waybill.Storage.EventLoop;
using Waybill.Storage.Local.Native;
using Waybill.Storage.Quotas;

namespace Waybill.Storage.Local;

/// <summary>
/// A login's tree on a local file system. Every path goes through <see cref="Jail"/>; what acts on a name is an *at() call on one component of a pinned
/// directory. Calls run on the caller's thread: they work on the page cache, only commits wait for the disk.
/// </summary>
internal sealed partial class LocalFileStore : IFileStore
{
    /// <summary>What clients may set: set-user-id, set-group-id and sticky (07000) never.</summary>
    public const int PermissionMask = 0x1FF;

    private const int OwnerRead = 0x100;
    private const int OwnerAll = 0x1C0;

    private readonly Jail _jail;
    private readonly LocalStoreOptions _options;
    private readonly List<Upload> _uploads = [];
    private int _resuming;
    private readonly Lock _uploadsLock = new();
    private readonly Lock _changes = new();
    private readonly PendingNames _pendingNames;
    private readonly OpenFileBudget _budget;

    public LocalFileStore(
        Jail jail, LocalStoreOptions options, PendingNames pendingNames, OpenFileBudget budget, UploadNames? names, KeptPartials partials, DiskReserve reserve, SessionQuota? quota)
    {
        _names = names;
        _partials = partials;
        Reserve = reserve;
        Quota = quota;
        _budget = budget;
        _jail = jail;
        _options = options;
        _pendingNames = pendingNames;
    }

    public UploadCalls Calls => _options.Calls;

    public UnsettledNames Unsettled => _pendingNames.Unsettled;

    /// <summary>What uploads leave free on the disk.</summary>
    public DiskReserve Reserve { get; }

    /// <summary>What this session may store.</summary>
    public SessionQuota? Quota { get; }

    /// <summary>Held while a name is put in place, removed or renamed; one for all sessions of an account that has quotas.</summary>
    public Lock Changes => Quota?.Changes ?? _changes;

    public bool IsDurable => _options.Durability == Durability.Full;

    public ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if ((modes & (OpenModes.Read | OpenModes.Write)) == 0)
        {
            return new(StoreError.InvalidArgument);
        }

        // What goes on with a partial syncs its directory, which no event loop waits for.
        return modes.HasFlag(OpenModes.Write) && (modes & (OpenModes.Truncate | OpenModes.Exclusive)) == 0 && MayHavePartials && !PoolThread.IsHere
            ? OpenOnPoolAsync(path, modes, permissions)
            : Open(path, modes, permissions);
    }

    private ValueTask<StoreResult<IOpenFile>> Open(VaultPath path, OpenModes modes, int? permissions)
    {
        var error = modes.HasFlag(OpenModes.Write)
            ? OpenForWriting(path, modes, permissions, out var file)
            : OpenForReading(path, out file);
        return error == StoreError.None && Quota is not null && file is Upload upload
            ? BeginWithinQuotaAsync(upload, Quota)
            : new(new StoreResult<IOpenFile>(error, file));
    }

    private async ValueTask<StoreResult<IOpenFile>> OpenOnPoolAsync(VaultPath path, OpenModes modes, int? permissions)
    {
        await PoolThread.EnterAsync();
        return await Open(path, modes, permissions).ConfigureAwait(false);
    }

    public ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var error = _jail.Pin(path, followLink: true, FileRights.List, out var pinned);
        if (error != StoreError.None)
        {
            return new(error);
        }

        using (pinned)
        {
            if (pinned.Kind != FileKind.Directory)
            {
                return new(StoreError.NotADirectory);
            }

            error = Charge(Errno.ToStoreError(Kernel.OpenName(pinned.File, "."u8, OpenFlags.ReadDirectory, 0, out var directory)), directory);
            return error == StoreError.None
                ? new(new StoreResult<IDirectoryListing>(StoreError.None, new LocalDirectoryListing(this, directory, pinned)))
                : new(error);
        }
    }

    public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync(VaultPath path, bool followLink)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (FindUpload(path, FileRights.List) is { } upload)
        {
            return upload.GetAttributesAsync();
        }

        var error = _jail.Pin(path, followLink, FileRights.List, out var pinned);
        using (pinned)
        {
            return error == StoreError.NotFound && TryShowPartial(path, out var partial)
                ? new(partial)
                : new(error == StoreError.None ? Show(pinned.Status) : error);
        }
    }

    public async ValueTask<StoreError> SetAttributesAsync(VaultPath path, AttributeChanges changes, bool followLink)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (FindUpload(path, FileRights.SetAttributes) is { } upload)
        {
            return await upload.SetAttributesAsync(changes).ConfigureAwait(false);
        }

        if (changes.Size is null)
        {
            var outcome = SetAttributesOfPath(path, changes, followLink, out var ahead);
            await (ahead ?? Task.CompletedTask).ConfigureAwait(false);
            return outcome;
        }

        if (!followLink && await GetAttributesAsync(path, followLink: false).ConfigureAwait(false) is { Value.Kind: FileKind.SymbolicLink })
        {
            return StoreError.NotSupported;
        }

        // A new length is a new version: readers keep the old one whole, and a crash tears nothing.
        var (error, file) = await OpenAsync(path, OpenModes.Write).ConfigureAwait(false);
        if (file is null)
        {
            return error;
        }

        await using (file.ConfigureAwait(false))
        {
            if (file is Upload { Replaces: null })
            {
                // A cut-off upload of this login: it would be published as if somebody had sent all of it.
                return StoreError.NotFound;
            }

            error = await file.SetAttributesAsync(changes).ConfigureAwait(false);
            return error == StoreError.None ? await file.CommitAsync().ConfigureAwait(false) : error;
        }
    }

    public ValueTask<StoreResult<VaultPath>> ResolveAsync(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var error = _jail.Pin(path, followLink: true, FileRights.List, out var pinned);
        using (pinned)
        {
            if (error == StoreError.None)
            {
                return new(pinned.Path);
            }
        }

        if (error == StoreError.NotFound)
        {
            error = _jail.OpenParent(path, FileRights.List, out var location);
            using (location)
            {
                if (error == StoreError.None)
                {
                    return new(location.Path);
                }
            }
        }

        return new(error);
    }

    public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var error = _jail.Pin(path, followLink: true, FileRights.List, out var pinned);
        using (pinned)
        {
            return error == StoreError.None ? ShowUsageAsync(UsageOf(pinned.File)) : new(error);
        }
    }

    /// <summary>Abandons what was not committed: a lost session publishes nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        Upload[] open;
        lock (_uploadsLock)
        {
            open = [.. _uploads];
        }

        foreach (var upload in open)
        {
            await upload.DisposeAsync().ConfigureAwait(false);
        }

        Quota?.End();
        _jail.Dispose();
    }

    public string? Explain(StoreError outcome) => outcome == StoreError.QuotaExceeded ? Quota?.Explain() : null;

    /// <summary>Attributes as clients see them, with the configured owner.</summary>
    public FileAttributes Show(in Statx status) => new(
        status.Kind,
        status.Permissions,
        (long)status.Size,
        status.AccessSeconds,
        status.ModificationSeconds,
        _options.ShownUserId,
        _options.ShownGroupId,
        status.LinkCount) { Identity = status.Inode, Born = status.BirthMilliseconds };

    /// <summary>
    /// A file with a second name that no client can have given it: the operator's backup or another tree. Writing makes a new inode and so leaves that
    /// alone; setting permissions or times would not.
    /// </summary>
    public bool IsShared(in Statx status) => !_options.Links && status.Kind == FileKind.File && status.LinkCount > 1;

    public bool Allows(VaultPath real, FileRights needed) => _jail.Allows(real, needed);

    /// <summary>The room that this session has: the disk's, less what uploads must leave free, or that of a quota.</summary>
    public async ValueTask<StoreResult<FileSystemUsage>> ShowUsageAsync(StoreResult<FileSystemUsage> disk)
    {
        if (!disk.Succeeded)
        {
            return disk;
        }

        var usage = Reserve.Without(disk.Value);
        return Quota is null ? usage : await Quota.NarrowAsync(usage).ConfigureAwait(false);
    }

    public static StoreResult<FileSystemUsage> UsageOf(FileDescriptor file)
    {
        var errno = Kernel.GetUsage(file, out var usage);
        return errno != Errno.None
            ? Errno.ToStoreError(errno)
            : new FileSystemUsage(
                usage.FragmentSize, usage.Blocks, usage.AvailableBlocks, usage.Files, usage.AvailableFiles, usage.FileSystemId, usage.MaximumNameLength);
    }

    /// <summary>
    /// The permissions that are asked for, and what the server itself needs: else a customer could keep backups, retention and the back office from its files, and a backup of
    /// read-only directories could not be put back.
    /// </summary>
    public static int Usable(int permissions, FileKind kind) => (permissions & PermissionMask) | (kind == FileKind.Directory ? OwnerAll : OwnerRead);

    /// <summary>Permissions and times of a file that is open for use.</summary>
    public static StoreError ApplyToOpenFile(FileDescriptor file, AttributeChanges changes)
    {
        var errno = changes.Permissions is { } permissions ? Kernel.ChangeMode(file, Usable(permissions, FileKind.File)) : Errno.None;
        if (errno == Errno.None && (changes.AccessTime is not null || changes.ModificationTime is not null))
        {
            errno = Kernel.SetTimes(file, changes.AccessTime, changes.ModificationTime);
        }

        return Errno.ToStoreError(errno);
    }

    private StoreError SetAttributesOfPath(VaultPath path, AttributeChanges changes, bool followLink, out Task? ahead)
    {
        ahead = null;
        var error = _jail.Pin(path, followLink, FileRights.SetAttributes, out var pinned);
        if (error != StoreError.None)
        {
            return error;
        }

        using (pinned)
        {
            ahead = Unsettled.IsEmpty ? null : Unsettled.Find(pinned.Status.Identity);
            return pinned.Kind switch
            {
                FileKind.Other => StoreError.NotARegularFile,
                FileKind.SymbolicLink => SetAttributesOfLink(path, changes),
                _ when changes.Permissions is not null && pinned.Path.IsRoot => StoreError.PermissionDenied,
                _ when IsShared(pinned.Status) => StoreError.PermissionDenied,
                _ => ApplyToPinned(pinned, changes),
            };
        }
    }

    /// <summary>A link has times of its own, but Linux keeps no permissions for it.</summary>
    private StoreError SetAttributesOfLink(VaultPath path, AttributeChanges changes)
    {
        if (changes.Permissions is not null)
        {
            return StoreError.NotSupported;
        }

        var error = _jail.OpenParent(path, FileRights.SetAttributes, out var location);
        using (location)
        {
            return error == StoreError.None
                ? Errno.ToStoreError(Kernel.SetTimesOfName(location.Directory, location.Name, changes.AccessTime, changes.ModificationTime))
                : error;
        }
    }

    private static StoreError ApplyToPinned(in PinnedFile pinned, AttributeChanges changes)
    {
        var errno = changes.Permissions is { } permissions
            ? Kernel.ChangeModeOfPinned(pinned.File, pinned.Status.SpecialBits | Usable(permissions, pinned.Kind))
            : Errno.None;
        if (errno == Errno.None && (changes.AccessTime is not null || changes.ModificationTime is not null))
        {
            errno = Kernel.SetTimesOfPinned(pinned.File, changes.AccessTime, changes.ModificationTime);
        }

        return Errno.ToStoreError(errno);
    }
}
