using System.Runtime.CompilerServices;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// The bound of a login's root. A path is resolved by the kernel beneath the root's descriptor, and nowhere else: no string is compared to decide what may be reached.
/// First without any link, which is the common case and proves that the path as written is the real one. Only when there is a link it is followed, kept inside
/// the root by the kernel, to learn the real path; that one's rights are asked, and it is opened in turn without any link.
/// </summary>
internal sealed class Jail : IDisposable
{
    /// <summary>How often a resolution is repeated when the tree changes under it.</summary>
    public const int MaximumRetries = 128;

    private const int PathBuffer = 2 * (VaultPath.MaximumLength + 1);

    private readonly FileDescriptor _vaults;
    private readonly VaultPath _rootPath;
    private readonly IAccessRules _rules;
    private readonly LocalStoreStatistics _statistics;
    private FileDescriptor _root;
    private byte[]? _rootPlace;

    private Jail(FileDescriptor vaults, VaultPath rootPath, FileDescriptor root, IAccessRules rules, LocalStoreStatistics statistics)
    {
        _vaults = vaults;
        _rootPath = rootPath;
        _root = root;
        _rules = rules;
        _statistics = statistics;
    }

    /// <summary>
    /// Opens a jail at <paramref name="rootPath"/> beneath the directory of all vaults. No link is followed on the way: a customer who plants one in a vendor's
    /// place, or moves a relative one up, must not turn it into another account's vault.
    /// </summary>
    public static StoreError Open(
        FileDescriptor vaults, VaultPath rootPath, IAccessRules rules, LocalStoreStatistics statistics, out Jail? jail)
    {
        var error = OpenRoot(vaults, rootPath, statistics, out var root);
        jail = error == StoreError.None ? new Jail(vaults, rootPath, root, rules, statistics) : null;
        return error;
    }

    /// <summary>Opens the directory that holds <paramref name="path"/>; for the root itself the root, whose name there is empty.</summary>
    public StoreError OpenParent(VaultPath path, FileRights needed, out Location location)
    {
        _statistics.CountOperation();
        var slash = path.Bytes.LastIndexOf((byte)'/');
        var parent = slash == 0 ? "/"u8 : path.Bytes[..slash];
        var error = Resolve(parent, OpenFlags.DirectoryPath, OpenFlags.ResolveNoSymbolicLinks, out var directory);
        if (error == StoreError.None)
        {
            location = new Location(directory, path, Indirect: false);
            return StoreError.None;
        }

        location = default;
        return error == StoreError.TooManyLinks ? OpenParentThroughLinks(path, parent, needed, out location) : error;
    }

    /// <summary>Pins what <paramref name="path"/> names: the target of a link at its end with <paramref name="followLink"/>, else the link itself.</summary>
    public StoreError Pin(VaultPath path, bool followLink, FileRights needed, out PinnedFile pinned)
    {
        _statistics.CountOperation();
        pinned = default;
        var error = Resolve(path.Bytes, OpenFlags.AnyPath, OpenFlags.ResolveNoSymbolicLinks, out var file);
        if (error == StoreError.None)
        {
            var errno = Kernel.Stat(file, out var status);
            if (errno == Errno.None && !(followLink && status.Kind == FileKind.SymbolicLink))
            {
                pinned = new PinnedFile(file, status, path, Indirect: false);
                return StoreError.None;
            }

            file.Dispose();
            if (errno != Errno.None)
            {
                return Errno.ToStoreError(errno);
            }
        }
        else if (error != StoreError.TooManyLinks)
        {
            return error;
        }

        return PinThroughLinks(path, followLink, needed, out pinned);
    }

    /// <summary>Whether the login may do this at a path where a link led.</summary>
    public bool Allows(VaultPath real, FileRights needed) => (_rules.RightsAt(real) & needed) == needed;

    public FileRights RightsAt(VaultPath real) => _rules.RightsAt(real);

    public void CountRetry() => _statistics.CountRetry();

    public StoreError GiveUp()
    {
        _statistics.CountExhausted();
        return StoreError.Busy;
    }

    public void Dispose() => _root.Dispose();

    /// <summary>Links only tell where to go: what is acted on is opened again by its real path, without any link, so that path and rights belong together.</summary>
    private StoreError OpenParentThroughLinks(VaultPath path, ReadOnlySpan<byte> parent, FileRights needed, out Location location)
    {
        location = default;
        for (var attempts = 0; attempts <= MaximumRetries; attempts++)
        {
            var error = Follow(parent, OpenFlags.DirectoryPath, path.Name, out var real);
            if (error != StoreError.None)
            {
                return error;
            }

            if (!Allows(real!, needed))
            {
                return StoreError.PermissionDenied;
            }

            if (Resolve(real!.Parent.Bytes, OpenFlags.DirectoryPath, OpenFlags.ResolveNoSymbolicLinks, out var directory) == StoreError.None)
            {
                location = new Location(directory, real, Indirect: true);
                return StoreError.None;
            }

            CountRetry();
        }

        return GiveUp();
    }

    private StoreError PinThroughLinks(VaultPath path, bool followLink, FileRights needed, out PinnedFile pinned)
    {
        pinned = default;
        for (var attempts = 0; attempts <= MaximumRetries; attempts++)
        {
            var error = Follow(path.Bytes, followLink ? OpenFlags.PathOnly | OpenFlags.CloseOnExec : OpenFlags.AnyPath, [], out var real);
            if (error != StoreError.None)
            {
                return error;
            }

            if (!Allows(real!, needed))
            {
                return StoreError.PermissionDenied;
            }

            if (Resolve(real!.Bytes, OpenFlags.AnyPath, OpenFlags.ResolveNoSymbolicLinks, out var file) == StoreError.None)
            {
                if (Kernel.Stat(file, out var status) == Errno.None && !(followLink && status.Kind == FileKind.SymbolicLink))
                {
                    pinned = new PinnedFile(file, status, real, Indirect: true);
                    return StoreError.None;
                }

                file.Dispose();
            }

            CountRetry();
        }

        return GiveUp();
    }

    /// <summary>Follows links, as far as the kernel lets them go, and tells the path where they end, with <paramref name="name"/> below it.</summary>
    private StoreError Follow(ReadOnlySpan<byte> path, int flags, ReadOnlySpan<byte> name, out VaultPath? real)
    {
        real = null;
        var error = Resolve(path, flags, 0, out var file);
        using (file)
        {
            return error == StoreError.None ? RealPath(file, name, out real) : error;
        }
    }

    private StoreError Resolve(ReadOnlySpan<byte> path, int flags, ulong resolve, out FileDescriptor file)
    {
        var root = Volatile.Read(ref _root);
        var errno = OpenWithRetries(root, path, flags, resolve, _statistics, out file);
        if (errno == Errno.NoEntry && ReplaceVanishedRoot(root))
        {
            errno = OpenWithRetries(Volatile.Read(ref _root), path, flags, resolve, _statistics, out file);
        }

        return Errno.ToStoreError(errno);
    }

    /// <summary>An operator who removed and restored the root while the session was open gets a session that works again.</summary>
    private bool ReplaceVanishedRoot(FileDescriptor seen)
    {
        if (Kernel.Stat(seen, out var status) != Errno.None || status.LinkCount != 0
            || OpenRoot(_vaults, _rootPath, _statistics, out var root) != StoreError.None)
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref _root, root, seen) == seen)
        {
            seen.Dispose();
        }
        else
        {
            root.Dispose();
        }

        return true;
    }

    /// <summary>
    /// The path inside the root of a file that was reached through links. The comparison guards no border, the kernel did that: it only finds out which
    /// folder's rights hold. What lies outside the root by now (somebody moved it), or has no name that a client could write, is refused.
    /// </summary>
    [SkipLocalsInit]
    private StoreError RealPath(FileDescriptor file, ReadOnlySpan<byte> name, out VaultPath? real)
    {
        real = null;
        Span<byte> rootBuffer = stackalloc byte[PathBuffer];
        Span<byte> fileBuffer = stackalloc byte[PathBuffer];
        if (Kernel.WhereIs(Volatile.Read(ref _root), rootBuffer, out var rootLength) != Errno.None
            || Kernel.WhereIs(file, fileBuffer, out var fileLength) != Errno.None)
        {
            return StoreError.PermissionDenied;
        }

        ReadOnlySpan<byte> root = rootBuffer[..rootLength];
        ReadOnlySpan<byte> path = fileBuffer[..fileLength];
        if (root.Length > 1)
        {
            if (!path.StartsWith(root) || (path.Length > root.Length && path[root.Length] != (byte)'/'))
            {
                return StoreError.PermissionDenied;
            }

            path = path[root.Length..];
        }

        if (VaultPath.TryParse(path, VaultPath.Root, out var directory) != VaultPathError.None)
        {
            return StoreError.PermissionDenied;
        }

        return VaultPath.TryParse(name, directory!, out real) == VaultPathError.None ? StoreError.None : StoreError.NameTooLong;
    }

    /// <summary>
    /// The real path that <paramref name="path"/> has now by its directory; null when that is the same, or lies outside the root. One link is read while nothing has moved:
    /// each upload asks for it.
    /// </summary>
    [SkipLocalsInit]
    public VaultPath? Moved(FileDescriptor directory, VaultPath path)
    {
        Span<byte> buffer = stackalloc byte[PathBuffer];
        var parent = path.Bytes[..path.Bytes.LastIndexOf((byte)'/')];
        if (Kernel.WhereIs(directory, buffer, out var length) != Errno.None)
        {
            return null;
        }

        ReadOnlySpan<byte> there = length > 1 ? buffer[..length] : default;
        if (Volatile.Read(ref _rootPlace) is { } known && there.StartsWith(known) && there[known.Length..].SequenceEqual(parent))
        {
            return null;
        }

        Span<byte> rootBuffer = stackalloc byte[PathBuffer];
        if (Kernel.WhereIs(Volatile.Read(ref _root), rootBuffer, out length) != Errno.None)
        {
            return null;
        }

        // The root itself may have been moved, too.
        ReadOnlySpan<byte> root = length > 1 ? rootBuffer[..length] : default;
        Volatile.Write(ref _rootPlace, root.ToArray());
        if (!there.StartsWith(root) || there[root.Length..] is not ([] or [(byte)'/', ..]) || there[root.Length..].SequenceEqual(parent))
        {
            return null;
        }

        return VaultPath.TryParse((byte[])[.. there[root.Length..], (byte)'/', .. path.Name], VaultPath.Root, out var moved) == VaultPathError.None ? moved : null;
    }

    private static StoreError OpenRoot(FileDescriptor vaults, VaultPath rootPath, LocalStoreStatistics statistics, out FileDescriptor root) =>
        Errno.ToStoreError(OpenWithRetries(
            vaults, rootPath.Bytes, OpenFlags.DirectoryPath | OpenFlags.NoFollow, OpenFlags.ResolveNoSymbolicLinks, statistics, out root));

    private static int OpenWithRetries(
        FileDescriptor root, ReadOnlySpan<byte> path, int flags, ulong resolve, LocalStoreStatistics statistics, out FileDescriptor file)
    {
        for (var retries = 0; ; retries++)
        {
            var errno = Kernel.OpenBeneath(root, path, flags, resolve, out file);
            if (errno != Errno.Again)
            {
                return errno;
            }

            if (retries == MaximumRetries)
            {
                statistics.CountExhausted();
                return Errno.Again;
            }

            statistics.CountRetry();
        }
    }
}
