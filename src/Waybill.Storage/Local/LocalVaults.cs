using System.Collections.Concurrent;
using System.Text;
using Waybill.Storage.Local.Native;
using Waybill.Storage.Quotas;

namespace Waybill.Storage.Local;

/// <summary>The directory that holds all vaults on this machine. It opens a store for each login; there is one of it in the program.</summary>
public sealed partial class LocalVaults : IDisposable
{
    private readonly FileDescriptor _directory;
    private readonly LocalStoreOptions _options;
    private readonly PendingNames _pendingNames = new();
    private readonly KeptPartials _partials;
    private readonly DiskReserve _reserve;

    // One for each root that was ever opened: as many as there are vaults, vendors and folders of feeds.
    private readonly ConcurrentDictionary<VaultPath, OpenFileBudget> _budgets = new();

    /// <summary>Opens <paramref name="directory"/>, which must exist.</summary>
    /// <exception cref="PlatformNotSupportedException">The kernel cannot confine paths; there is no fallback.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory cannot be opened.</exception>
    public LocalVaults(string directory, LocalStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (CheckKernel() is { } problem)
        {
            throw new PlatformNotSupportedException(problem);
        }

        _options = options ?? new LocalStoreOptions();
        _reserve = new DiskReserve(_options.ReserveBytes);
        var errno = Kernel.OpenConfigured(Encoding.UTF8.GetBytes(directory), OpenFlags.DirectoryPath, out _directory);
        if (errno != Errno.None)
        {
            throw new DirectoryNotFoundException($"The vaults directory {directory} cannot be opened (error {errno}).");
        }

        _partials = new KeptPartials(_directory, _options);
    }

    /// <summary>Counters of all stores.</summary>
    public LocalStoreStatistics Statistics { get; } = new();

    /// <summary>Whether this machine can confine logins to their roots.</summary>
    /// <returns>What is missing and what to do, or null when all is well.</returns>
    public static string? CheckKernel()
    {
        var text = new byte[VaultPath.MaximumLength + 1];
        var errno = Kernel.OpenConfigured("/"u8, OpenFlags.DirectoryPath, out var root);
        using (root)
        {
            if (errno == Errno.None)
            {
                errno = Kernel.OpenBeneath(root, "/"u8, OpenFlags.DirectoryPath, OpenFlags.ResolveNoSymbolicLinks, out var probe);
                probe.Dispose();
            }

            return errno switch
            {
                Errno.None when Kernel.WhereIs(root, text, out _) != Errno.None =>
                    "/proc is not mounted. The file store needs /proc/self/fd; mount /proc in the container or chroot.",
                Errno.None => null,
                Errno.NoSystemCall or Errno.TooBig =>
                    "This kernel has no openat2 system call, which keeps every login inside its root. Linux 5.6 or newer is needed.",
                Errno.NotPermitted =>
                    "The openat2 system call, which keeps every login inside its root, is forbidden here, most likely by an old seccomp profile of the "
                    + "container runtime. Allow openat2.",
                _ => $"The openat2 system call, which keeps every login inside its root, fails on this machine (error {errno}).",
            };
        }
    }

    /// <summary>Opens a login's store at <paramref name="root"/>, a vault or a directory inside one. No symbolic link is followed on the way there.</summary>
    /// <param name="root">The login's root.</param>
    /// <param name="rules">Its rights.</param>
    /// <param name="owner">
    /// 1 to 16 ASCII letters and digits that mean this login and no other, ever: what it uploads and is cut off is kept for it alone. Null keeps nothing.
    /// </param>
    /// <param name="quota">What the login and its account may store; null for no limit.</param>
    /// <param name="saysLength">
    /// Whether the owner says how long an upload will be, as the portal does. To clients of SFTP and FTP a partial that is as long as their own file is the whole file: they send nothing more, and it
    /// would never be published. Their partials therefore end one byte before what came.
    /// </param>
    public StoreResult<IFileStore> OpenStore(VaultPath root, IAccessRules rules, string? owner = null, SessionQuota? quota = null, bool saysLength = false)
    {
        var opened = OpenStaging(root, rules, owner, quota, saysLength);
        return new StoreResult<IFileStore>(opened.Error, opened.Value);
    }

    /// <summary>Opens a store in which the program itself may hide and show files; <paramref name="rules"/> allow everything.</summary>
    public StoreResult<IStagingStore> OpenStaging(VaultPath root, IAccessRules rules) => OpenStaging(root, rules, owner: null, quota: null, saysLength: false);

    private StoreResult<IStagingStore> OpenStaging(VaultPath root, IAccessRules rules, string? owner, SessionQuota? quota, bool saysLength)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(rules);
        var error = Jail.Open(_directory, root, rules, Statistics, out var jail);
        var names = owner is null || !_partials.IsOn ? null : new UploadNames(owner, _partials.Boot) { HeldBack = saysLength ? 0 : 1 };
        return jail is null
            ? error
            : new StoreResult<IStagingStore>(StoreError.None, new LocalFileStore(jail, _options, _pendingNames, BudgetOf(root), names, _partials, _reserve, quota));
    }

    /// <summary>Opens a vault for the program's own upkeep. No symbolic link is followed on the way there.</summary>
    public StoreResult<LocalVault> OpenVault(VaultPath root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var errno = Kernel.OpenBeneath(_directory, root.Bytes, OpenFlags.DirectoryPath, OpenFlags.ResolveNoSymbolicLinks, out var vault);
        return errno == Errno.None ? new LocalVault(vault, _pendingNames.Unsettled) : Errno.ToStoreError(errno);
    }

    /// <summary>
    /// Makes a directory and those above it where they are missing: a new vault and the folders of its template. A link on the way is
    /// <see cref="StoreError.TooManyLinks"/> and never followed, whenever it was put there.
    /// </summary>
    public StoreError EnsureDirectory(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        for (var end = 1; end <= path.Bytes.Length; end++)
        {
            if (end < path.Bytes.Length && path.Bytes[end] != (byte)'/')
            {
                continue;
            }

            VaultPath.TryParse(path.Bytes[..end], VaultPath.Root, out var prefix);
            var error = prefix!.IsRoot ? StoreError.None : EnsureOne(prefix);
            if (error != StoreError.None)
            {
                return error;
            }
        }

        return StoreError.None;
    }

    /// <summary>
    /// Removes the temporaries that a crash left behind, in all vaults, but for what their logins may go on with (promise D7). Uploads that are running, here or in
    /// another process, keep theirs, so it may run beside them; memory and descriptors stay bounded however deep clients made their directories.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public int SweepTemporaries(CancellationToken cancellationToken = default) => new TemporarySweep(_directory, _partials, cancellationToken).Run();

    /// <summary>
    /// Removes cut-off uploads that were kept for <see cref="LocalStoreOptions.KeepPartials"/>. It goes where they are known to lie; only when one is not there,
    /// since its directory was moved, the vaults are walked.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public int PurgePartials(CancellationToken cancellationToken = default)
    {
        var removed = _partials.Purge(out var missed);
        return missed ? removed + SweepTemporaries(cancellationToken) : removed;
    }

    /// <summary>What the kept partials below a root take up: a vault's, or all with <see cref="VaultPath.Root"/>. Uploads that run are not among them.</summary>
    public PartialUsage PartialsBelow(VaultPath root)
    {
        ArgumentNullException.ThrowIfNull(root);
        return _partials.UsageOf(root);
    }

    /// <summary>Closes the directory; open stores keep working.</summary>
    public void Dispose() => _directory.Dispose();

    private static int Sync(FileDescriptor directory)
    {
        var errno = Kernel.OpenName(directory, "."u8, OpenFlags.ReadDirectory, 0, out var open);
        using (open)
        {
            return errno == Errno.None ? Kernel.Sync(open) : errno;
        }
    }

    private OpenFileBudget BudgetOf(VaultPath root) =>
        _budgets.GetOrAdd(root, static (_, limit) => new OpenFileBudget(limit), _options.MaximumOpenFiles);

    private StoreError EnsureOne(VaultPath path)
    {
        var parent = path.Parent;
        var errno = Kernel.OpenBeneath(_directory, parent.Bytes, OpenFlags.DirectoryPath, OpenFlags.ResolveNoSymbolicLinks, out var directory);
        using (directory)
        {
            if (errno != Errno.None)
            {
                return Errno.ToStoreError(errno);
            }

            errno = Kernel.MakeDirectory(directory, path.Name, _options.DirectoryPermissions);
            if (errno == Errno.Exists)
            {
                return Errno.ToStoreError(RequireDirectory(directory, path.Name));
            }

            if (errno == Errno.None && _options.Durability == Durability.Full)
            {
                errno = Sync(directory);
            }

            return Errno.ToStoreError(errno);
        }
    }

    /// <summary>What is there already must be a directory itself: a link could be a customer's, and lead into another account's vault.</summary>
    private static int RequireDirectory(FileDescriptor parent, ReadOnlySpan<byte> name)
    {
        var errno = Kernel.StatName(parent, name, out var status);
        return errno != Errno.None ? errno
            : status.Kind switch
            {
                FileKind.Directory => Errno.None,
                FileKind.SymbolicLink => Errno.Loop,
                _ => Errno.NotADirectory,
            };
    }
}
