using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>One vault for the program's own upkeep: what lies where, without following any link and without opening a file.</summary>
public sealed class LocalVault : IDisposable
{
    private readonly FileDescriptor _root;

    private readonly UnsettledNames _unsettled;

    internal LocalVault(FileDescriptor root, UnsettledNames unsettled) => (_root, _unsettled) = (root, unsettled);

    /// <summary>What lies at a path. A path that leads over a link is <see cref="StoreError.TooManyLinks"/>; a link at its end is shown itself.</summary>
    public StoreResult<VaultEntry> Look(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var errno = Kernel.OpenBeneath(_root, path.Bytes, OpenFlags.AnyPath, OpenFlags.ResolveNoSymbolicLinks, out var file);
        using (file)
        {
            if (errno == Errno.None)
            {
                errno = Kernel.Stat(file, out var status);
                if (errno == Errno.None)
                {
                    return Entry(path, status) with { IsPending = !_unsettled.IsEmpty && _unsettled.Find(status.Identity) is not null };
                }
            }

            return Errno.ToStoreError(errno);
        }
    }

    /// <summary>Begins a walk over everything in the vault.</summary>
    public VaultWalk Walk() => new(_root);

    /// <summary>Closes the vault; a walk that has begun goes on.</summary>
    public void Dispose() => _root.Dispose();

    internal static VaultEntry Entry(VaultPath path, in Statx status) => new(
        path, status.Kind, status.Permissions, status.ModificationSeconds,
        new FileStamp(status.Identity.Device, status.Identity.Inode, (long)status.Size, ((Int128)status.ChangeSeconds * 1_000_000_000) + status.ChangeNanoseconds))
    {
        Born = status.BirthMilliseconds,
    };
}
