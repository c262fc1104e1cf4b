using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Database;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Backup;

/// <summary>
/// Puts a backup's vaults in place, through the same jail and with the same durability as an upload: a link in the archive leads nobody out of a vault, and nothing
/// that is there is overwritten.
/// </summary>
internal sealed class RestoredVaults(string vaults, string aside) : IAsyncDisposable
{
    private const int Piece = 256 * 1024;

    private readonly LocalVaults _vaults = new(vaults, new LocalStoreOptions { Links = true });
    private readonly byte[] _buffer = new byte[Piece];
    private IFileStore? _store;
    private string? _account;
    private VaultPath? _lastParent;

    /// <summary>Takes a member; the hash of a file.</summary>
    public async ValueTask<string?> TakeAsync(BackupFile file, Stream? content, CancellationToken cancellationToken)
    {
        var (account, path) = BackupReader.Place(file);
        var permissions = Convert.ToInt32(file.Mode, 8);
        if (file.Kind == BackupFile.Directory)
        {
            Check(file, EnsureDirectory(account, path));
            Check(file, await (await StoreAsync(file, account).ConfigureAwait(false)).SetAttributesAsync(
                path, path.IsRoot ? default : new AttributeChanges(Permissions: permissions), followLink: false).ConfigureAwait(false));
            return null;
        }

        if (file.Kind == BackupFile.Aside)
        {
            await TakeAsideAsync(file, content ?? Stream.Null, cancellationToken).ConfigureAwait(false);
            return null;
        }

        if (_account != account || !path.Parent.Equals(_lastParent))
        {
            Check(file, EnsureDirectory(account, path.Parent));
            _lastParent = path.Parent;
        }

        if (file.Kind == BackupFile.Hidden)
        {
            await TakeHiddenAsync(file, account, path, content ?? Stream.Null, cancellationToken).ConfigureAwait(false);
            return null;
        }

        var store = await StoreAsync(file, account).ConfigureAwait(false);
        if (file.Kind == BackupFile.Link)
        {
            Check(file, await store.MakeSymbolicLinkAsync(path, Encoding.UTF8.GetBytes(file.Target ?? "")).ConfigureAwait(false));
            return null;
        }

        var opened = await store.OpenAsync(path, OpenModes.Write | OpenModes.Create | OpenModes.Exclusive | OpenModes.Truncate, permissions).ConfigureAwait(false);
        Check(file, opened.Error);
        await using (opened.Value!.ConfigureAwait(false))
        {
            var sha256 = await CopyAsync(file, content ?? Stream.Null, opened.Value!, cancellationToken).ConfigureAwait(false);
            Check(file, await opened.Value!.SetAttributesAsync(new AttributeChanges(Permissions: permissions, AccessTime: file.Modified, ModificationTime: file.Modified)).ConfigureAwait(false));
            Check(file, await opened.Value!.CommitAsync().ConfigureAwait(false));
            return sha256;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync().ConfigureAwait(false);
        }

        _vaults.Dispose();
    }

    private async ValueTask TakeHiddenAsync(BackupFile file, string account, VaultPath path, Stream content, CancellationToken cancellationToken)
    {
        var opened = new VaultStores(_vaults).OpenStaging(account);
        Check(file, opened.Error);
        await using (opened.Value!.ConfigureAwait(false))
        {
            Check(file, (await opened.Value!.StageAsync(path, file.Token!, content, cancellationToken).ConfigureAwait(false)).Error);
            var hidden = opened.Value.OpenHidden(path, file.Token!);
            Check(file, hidden.Error);
            await using (hidden.Value!.ConfigureAwait(false))
            {
                Check(file, await hidden.Value!.SetAttributesAsync(
                    new AttributeChanges(Permissions: Convert.ToInt32(file.Mode, 8), AccessTime: file.Modified, ModificationTime: file.Modified)).ConfigureAwait(false));
                Check(file, await hidden.Value.SyncAsync().ConfigureAwait(false));
            }

            Check(file, opened.Value.SyncDirectory(path.Parent));
        }
    }

    /// <summary>Its number is its name; digits only, so that it lies nowhere else.</summary>
    private async ValueTask TakeAsideAsync(BackupFile file, Stream content, CancellationToken cancellationToken)
    {
        PrivateDirectory.Ensure(Path.GetDirectoryName(aside)!);
        PrivateDirectory.Ensure(aside);
        var path = Path.Combine(aside, long.Parse(file.Token!, NumberStyles.None, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
        var target = PrivateFile.Open(path, FileMode.CreateNew, FileShare.None);
        await using (target.ConfigureAwait(false))
        {
            await content.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(target.SafeFileHandle, (UnixFileMode)Convert.ToInt32(file.Mode, 8));
            }

            await target.FlushAsync(cancellationToken).ConfigureAwait(false);
            File.SetLastWriteTimeUtc(target.SafeFileHandle, DateTimeOffset.FromUnixTimeSeconds(file.Modified ?? 0).UtcDateTime);
            target.Flush(flushToDisk: true);
        }

        LocalDirectory.Sync(aside);
    }

    private static void Check(BackupFile file, StoreError error)
    {
        if (error != StoreError.None)
        {
            throw new IOException($"{Words.Show(file.Path)} cannot be put in place ({error}).");
        }
    }

    private StoreError EnsureDirectory(string account, VaultPath path) =>
        VaultPath.TryParse(Encoding.UTF8.GetBytes($"/{account}{(path.IsRoot ? "" : path)}"), VaultPath.Root, out var place) == VaultPathError.None
            ? _vaults.EnsureDirectory(place!)
            : StoreError.NameTooLong;

    private async ValueTask<IFileStore> StoreAsync(BackupFile file, string account)
    {
        if (_account != account)
        {
            if (_store is not null)
            {
                await _store.DisposeAsync().ConfigureAwait(false);
                _store = null;
            }

            var opened = new VaultStores(_vaults).Open(account);
            Check(file, opened.Error);
            (_store, _account, _lastParent) = (opened.Value, account, null);
        }

        return _store!;
    }

    private async ValueTask<string> CopyAsync(BackupFile file, Stream content, IOpenFile target, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var offset = 0L; await content.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false) is var count and > 0; offset += count)
        {
            hash.AppendData(_buffer, 0, count);
            Check(file, await target.WriteAsync(offset, new ReadOnlySequence<byte>(_buffer, 0, count)).ConfigureAwait(false));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
