using System.Runtime.CompilerServices;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>Symbolic and hard links.</summary>
internal sealed partial class LocalFileStore
{
    public ValueTask<StoreResult<byte[]>> ReadLinkAsync(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var error = _jail.Pin(path, followLink: false, FileRights.List, out var link);
        using (link)
        {
            if (error != StoreError.None)
            {
                return new(error);
            }

            return link.Kind == FileKind.SymbolicLink ? new(ReadLink(path, link)) : new(StoreError.InvalidArgument);
        }
    }

    public ValueTask<StoreError> MakeSymbolicLinkAsync(VaultPath path, ReadOnlyMemory<byte> targetText)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!_options.Links)
        {
            return new(StoreError.NotSupported);
        }

        if (path.IsRoot)
        {
            return new(StoreError.AlreadyExists);
        }

        var error = _jail.OpenParent(path, FileRights.Link, out var location);
        if (error != StoreError.None)
        {
            return new(error);
        }

        using (location)
        {
            error = LinkText.ForStorage(targetText.Span, location.Path.Parent, out var text);
            var errno = error == StoreError.None ? Kernel.SymbolicLink(text, location.Directory, location.Name) : Errno.None;
            error = error == StoreError.None ? Errno.ToStoreError(errno) : error;
            return new(error == StoreError.None ? SyncDirectory(location.Directory) : error);
        }
    }

    public ValueTask<StoreError> MakeHardLinkAsync(VaultPath existing, VaultPath link)
    {
        ArgumentNullException.ThrowIfNull(existing);
        ArgumentNullException.ThrowIfNull(link);
        if (!_options.Links)
        {
            return new(StoreError.NotSupported);
        }

        if (existing.IsRoot || link.IsRoot)
        {
            return new(StoreError.PermissionDenied);
        }

        var error = _jail.OpenParent(existing, FileRights.Link, out var from);
        using (from)
        {
            if (error != StoreError.None)
            {
                return new(error);
            }

            error = _jail.OpenParent(link, FileRights.Link, out var to);
            using (to)
            {
                return new(error == StoreError.None ? HardLink(from, to) : error);
            }
        }
    }

    private StoreError HardLink(in Location from, in Location to)
    {
        // A second name in a folder that may be read must not open a file in one that may not, nor let its permissions and times be set: those are the file's.
        if (!Allows(from.Path, FileRights.Read) || (Allows(to.Path, FileRights.SetAttributes) && !Allows(from.Path, FileRights.SetAttributes)))
        {
            return StoreError.PermissionDenied;
        }

        var errno = Kernel.StatName(from.Directory, from.Name, out var status);
        if (errno != Errno.None)
        {
            return Errno.ToStoreError(errno);
        }

        if (status.Kind != FileKind.File)
        {
            return status.Kind == FileKind.Directory ? StoreError.IsADirectory : StoreError.NotARegularFile;
        }

        errno = Kernel.Link(from.Directory, from.Name, to.Directory, to.Name);
        return errno == Errno.None ? SyncDirectory(to.Directory) : Errno.ToStoreError(errno);
    }

    /// <summary>
    /// A relative text that stays inside the root is shown as it is stored. Any other may be an operator's and name this machine's directories: the client sees
    /// where it leads inside the root, or nothing.
    /// </summary>
    [SkipLocalsInit]
    private StoreResult<byte[]> ReadLink(VaultPath path, in PinnedFile link)
    {
        Span<byte> buffer = stackalloc byte[VaultPath.MaximumLength + 1];
        var errno = Kernel.ReadLink(link.File, buffer, out var length);
        if (errno != Errno.None)
        {
            return Errno.ToStoreError(errno);
        }

        var text = buffer[..length];
        if (LinkText.StaysInside(text, link.Path.Parent))
        {
            return text.ToArray();
        }

        var error = _jail.Pin(path, followLink: true, FileRights.List, out var target);
        using (target)
        {
            return error == StoreError.None ? target.Path.Bytes.ToArray() : error;
        }
    }
}
