using System.Buffers;
using System.Globalization;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Retention;

/// <summary>
/// Where files go instead of being deleted: <c>archive/account/path</c>. On the vaults' file system a rename, else a copy that is on the disk before the original goes.
/// Cut off at any point and begun again it leaves one copy.
/// </summary>
internal sealed class RetentionArchive(string directory, LocalVaults staging) : IDisposable
{
    private const int BufferSize = 256 * 1024;

    private readonly LocalVaults _archive = new(directory);

    public async ValueTask<StoreError> TakeAsync(Removal removal, CancellationToken cancellationToken)
    {
        var suffix = "";
        while (true)
        {
            if (VaultPath.TryParse(System.Text.Encoding.UTF8.GetBytes($"/{removal.Account}{removal.Path}{suffix}"), VaultPath.Root, out var target) != VaultPathError.None)
            {
                return StoreError.NameTooLong;
            }

            var error = _archive.EnsureDirectory(target!.Parent);
            if (error == StoreError.None)
            {
                error = staging.MoveFile(VaultPath.Root, removal.Staged, _archive, VaultPath.Root, target);
            }

            if (error == StoreError.CrossDevice)
            {
                error = await CopyAsync(removal.Staged, target, cancellationToken).ConfigureAwait(false);
            }

            if (error != StoreError.AlreadyExists)
            {
                return error;
            }

            // An earlier version of that name, or the copy that an interrupted run made.
            if (await IsSameAsync(removal.Staged, target, cancellationToken).ConfigureAwait(false))
            {
                return await RemoveAsync(staging, removal.Staged).ConfigureAwait(false);
            }

            if (suffix.Length > 0)
            {
                return StoreError.AlreadyExists;
            }

            suffix = string.Create(CultureInfo.InvariantCulture, $".~{removal.File}");
        }
    }

    public void Dispose() => _archive.Dispose();

    /// <summary>Removes a file of one of the program's own directories.</summary>
    public static async ValueTask<StoreError> RemoveAsync(LocalVaults place, VaultPath path)
    {
        var opened = place.OpenStore(VaultPath.Root, AllRights.Instance);
        if (!opened.Succeeded)
        {
            return opened.Error;
        }

        await using var store = opened.Value;
        return await store.RemoveAsync(path).ConfigureAwait(false);
    }

    private async ValueTask<StoreError> CopyAsync(VaultPath source, VaultPath target, CancellationToken cancellationToken)
    {
        var opened = staging.OpenStore(VaultPath.Root, AllRights.Instance);
        var archive = _archive.OpenStore(VaultPath.Root, AllRights.Instance);
        if (!opened.Succeeded || !archive.Succeeded)
        {
            return opened.Succeeded ? archive.Error : opened.Error;
        }

        await using var from = opened.Value;
        await using var to = archive.Value;
        var error = await CopyAsync(from, source, to, target, cancellationToken).ConfigureAwait(false);
        return error == StoreError.None ? await from.RemoveAsync(source).ConfigureAwait(false) : error;
    }

    private static async ValueTask<StoreError> CopyAsync(IFileStore from, VaultPath source, IFileStore to, VaultPath target, CancellationToken cancellationToken)
    {
        var read = await from.OpenAsync(source, OpenModes.Read).ConfigureAwait(false);
        if (!read.Succeeded)
        {
            return read.Error;
        }

        await using var input = read.Value;
        var written = await to.OpenAsync(target, OpenModes.Write | OpenModes.Create | OpenModes.Exclusive).ConfigureAwait(false);
        if (!written.Succeeded)
        {
            return written.Error;
        }

        await using var output = written.Value;
        var buffer = new byte[BufferSize];
        for (var offset = 0L; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = await input.ReadAsync(offset, buffer).ConfigureAwait(false);
            if (!count.Succeeded)
            {
                return count.Error;
            }

            if (count.Value == 0)
            {
                break;
            }

            var error = await output.WriteAsync(offset, new ReadOnlySequence<byte>(buffer, 0, count.Value)).ConfigureAwait(false);
            if (error != StoreError.None)
            {
                return error;
            }

            offset += count.Value;
        }

        if (await input.GetAttributesAsync().ConfigureAwait(false) is { Succeeded: true } attributes)
        {
            await output.SetAttributesAsync(new AttributeChanges { AccessTime = attributes.Value.AccessTime, ModificationTime = attributes.Value.ModificationTime }).ConfigureAwait(false);
        }

        return await output.CommitAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> IsSameAsync(VaultPath staged, VaultPath archived, CancellationToken cancellationToken)
    {
        var one = staging.OpenStore(VaultPath.Root, AllRights.Instance);
        var other = _archive.OpenStore(VaultPath.Root, AllRights.Instance);
        if (!one.Succeeded || !other.Succeeded)
        {
            return false;
        }

        await using var first = one.Value;
        await using var second = other.Value;
        var left = await first.OpenAsync(staged, OpenModes.Read).ConfigureAwait(false);
        if (!left.Succeeded)
        {
            return false;
        }

        await using var a = left.Value;
        var right = await second.OpenAsync(archived, OpenModes.Read).ConfigureAwait(false);
        if (!right.Succeeded)
        {
            return false;
        }

        await using var b = right.Value;
        var (x, y) = (new byte[BufferSize], new byte[BufferSize]);
        for (var offset = 0L; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = await a.ReadAsync(offset, x).ConfigureAwait(false);
            var against = await b.ReadAsync(offset, y).ConfigureAwait(false);
            if (!read.Succeeded || !against.Succeeded || !x.AsSpan(0, read.Value).SequenceEqual(y.AsSpan(0, against.Value)))
            {
                return false;
            }

            if (read.Value == 0)
            {
                return true;
            }

            offset += read.Value;
        }
    }
}
