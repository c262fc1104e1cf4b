using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Feeds;
using Waybill.Core.Retention;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Backup;

/// <summary>
/// The vaults' part of a backup. The copied catalogue says which files belong to it and under which names: what was acknowledged before the copy is looked for where
/// the catalogue of now has it, so that a rename meanwhile loses nothing. Then comes what no catalogue knows: directories, links, files put in by hand.
/// </summary>
internal sealed class BackupTreeWriter(BackupWriter writer, WaybillDatabase live, DatabaseConnection copy, VaultStores vaults, bool withFiles, TimeProvider time)
{
    private const int Batch = 256;

    /// <summary>Files that are neither where the catalogue of now has them nor gone by it: looked for once more at the end, when rows under way are written.</summary>
    internal const int LookAgain = 4096;

    private readonly List<(VaultOwner Owner, PresentFile Row)> _again = [];

    public long Files { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Files that are held or were taken back.</summary>
    public long Hidden { get; private set; }

    /// <summary>Where retention puts files aside.</summary>
    public required string AsideDirectory { get; init; }

    /// <summary>Files that retention put aside and that stay: held, or overwritten in the moment of their removal.</summary>
    public long Aside { get; private set; }

    public long Missing { get; private set; }

    public long GoneMeanwhile { get; private set; }

    public long LeftOut { get; private set; }

    /// <summary>Vaults that were not seen whole.</summary>
    public int VaultsInPart { get; private set; }

    /// <summary>As <see cref="BackupService.AtEntry"/>.</summary>
    public Action<string, VaultEntry>? AtEntry { get; init; }

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        for (var after = 0L; ;)
        {
            var owners = UpkeepSql.Accounts(copy, after, null, Batch);
            if (owners.Count == 0)
            {
                break;
            }

            foreach (var owner in owners)
            {
                await AddVaultAsync(owner, cancellationToken).ConfigureAwait(false);
            }

            after = owners[^1].Id;
        }

        await AddAsideAsync(cancellationToken).ConfigureAwait(false);
        if (_again.Count > 0)
        {
            await Task.Delay(CatalogueScan.Settle, time, cancellationToken).ConfigureAwait(false);
            foreach (var (owner, row) in _again)
            {
                if (!await TryAddAsync(owner, row, cancellationToken).ConfigureAwait(false))
                {
                    Missing++;
                }
            }
        }
    }

    private async ValueTask AddVaultAsync(VaultOwner owner, CancellationToken cancellationToken)
    {
        var opened = vaults.OpenVault(owner.Number);
        using var vault = opened.Value;
        var isWhole = vault is null || await AddDirectoriesAsync(owner, vault, cancellationToken).ConfigureAwait(false);

        for (var after = ""; ;)
        {
            var rows = UpkeepSql.Present(copy, owner.Id, after, Batch);
            foreach (var row in rows)
            {
                if (!withFiles)
                {
                    await ListAsync(owner, row, cancellationToken).ConfigureAwait(false);
                }
                else if (!await TryAddAsync(owner, row, cancellationToken).ConfigureAwait(false))
                {
                    if (_again.Count < LookAgain && vault is not null)
                    {
                        _again.Add((owner, row));
                    }
                    else
                    {
                        Missing++;
                    }
                }
            }

            if (rows.Count < Batch)
            {
                break;
            }

            after = rows[^1].Path;
        }

        await AddHiddenAsync(owner, cancellationToken).ConfigureAwait(false);
        if (vault is not null && withFiles)
        {
            isWhole &= await AddUncataloguedAsync(owner, vault, cancellationToken).ConfigureAwait(false);
        }

        VaultsInPart += isWhole ? 0 : 1;
    }

    /// <summary>The tree of folders is small and always in it: a restored vault has its folders, and what is missing is missing files. False when not all of it was seen.</summary>
    private async ValueTask<bool> AddDirectoriesAsync(VaultOwner owner, LocalVault vault, CancellationToken cancellationToken)
    {
        var root = vault.Look(VaultPath.Root);
        if (root.Succeeded)
        {
            await AddDirectoryAsync(owner, "", root.Value, cancellationToken).ConfigureAwait(false);
        }

        using var walk = vault.Walk();
        while (walk.TryRead(out var entry))
        {
            if (entry.Kind == FileKind.Directory)
            {
                await AddDirectoryAsync(owner, entry.Path.ToString(), entry, cancellationToken).ConfigureAwait(false);
            }
        }

        LeftOut += walk.Unnameable;
        return !walk.IsInterrupted;
    }

    /// <summary>With the files that of the copy's moment has its place, where a login has renamed it since and made a directory of its old name.</summary>
    private async ValueTask AddDirectoryAsync(VaultOwner owner, string path, VaultEntry entry, CancellationToken cancellationToken)
    {
        if (!withFiles || !UpkeepSql.HasFileOn(copy, owner.Id, path))
        {
            await writer.AddAsync(new BackupFile(owner.Number + path, BackupFile.Directory, null, Mode(entry), entry.ModificationTime, null), null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Without the files: what there was, so that another copy of them can be checked.</summary>
    private async ValueTask ListAsync(VaultOwner owner, PresentFile row, CancellationToken cancellationToken)
    {
        var hash = copy.First<byte[]?>("SELECT sha256 FROM file WHERE id = @id", static found => found.IsDBNull(0) ? null : found.Bytes(0), ("@id", row.Id));
        await writer.ListAsync(
            new BackupFile(owner.Number + row.Path, BackupFile.File, row.Size, null, null, hash is null ? null : Convert.ToHexStringLower(hash)), cancellationToken).ConfigureAwait(false);
        Files++;
        Bytes += row.Size;
    }

    /// <summary>Adds a file of the catalogue under the name that the copy has; false when it is not where it should be.</summary>
    private async ValueTask<bool> TryAddAsync(VaultOwner owner, PresentFile row, CancellationToken cancellationToken)
    {
        var now = await live.ReadAsync(
            connection => connection.First(
                "SELECT path, gone_how FROM file WHERE id = @id", static found => (Path: found.GetString(0), Gone: found.TextOrNull(1)), ("@id", row.Id)),
            cancellationToken).ConfigureAwait(false);
        if (now.Gone is not (null or "replaced"))
        {
            GoneMeanwhile++;
            return true;
        }

        return await TryAddContentAsync(owner, row.Path, now.Gone is null ? now.Path : row.Path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the copy says is held, or taken back: without it a held set could not be released after the restore.</summary>
    private async ValueTask AddHiddenAsync(VaultOwner owner, CancellationToken cancellationToken)
    {
        for (var after = ("", 0L); ;)
        {
            var files = PublicationSql.HiddenOf(copy, owner.Id, after, Batch);
            foreach (var file in files)
            {
                if (!withFiles)
                {
                    await writer.ListAsync(
                        new BackupFile(owner.Number + file.Path, BackupFile.Hidden, file.Size, null, null, file.Sha256 is null ? null : Convert.ToHexStringLower(file.Sha256), Token: file.Token),
                        cancellationToken).ConfigureAwait(false);
                    Hidden++;
                }
                else if (!await TryAddHiddenAsync(owner, file, cancellationToken).ConfigureAwait(false))
                {
                    Missing++;
                }
            }

            if (files.Count < Batch)
            {
                return;
            }

            after = files[^1].Key;
        }
    }

    private async ValueTask<bool> TryAddHiddenAsync(VaultOwner owner, HiddenFile file, CancellationToken cancellationToken)
    {
        var store = vaults.OpenStaging(owner.Number);
        if (!store.Succeeded)
        {
            return false;
        }

        await using (store.Value.ConfigureAwait(false))
        {
            var opened = store.Value.OpenHidden(VaultPath.Parse(file.Path), file.Token);
            if (opened.Error == StoreError.NotFound)
            {
                switch (await live.ReadAsync(connection => PublicationSql.StateOf(connection, file.Publication), cancellationToken).ConfigureAwait(false))
                {
                    case PublicationState.Discarded or PublicationState.Staging or PublicationState.Failed:
                        GoneMeanwhile++;
                        return true;

                    // Released meanwhile, or not hidden yet: it lies at its place, or at the one it came from, and the copy needs it hidden.
                    default:
                        opened = await FindAsync(store.Value, file, cancellationToken).ConfigureAwait(false);
                        break;
                }
            }

            if (!opened.Succeeded)
            {
                return opened.Error == StoreError.NotFound ? false : throw Unreadable(owner, file.Path, opened.Error);
            }

            return await AddContentAsync(
                opened.Value, owner, new BackupFile(owner.Number + file.Path, BackupFile.Hidden, null, null, null, null, Token: file.Token), file.Size, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>What retention put aside and nobody may delete: it lies in no vault, and under a legal hold it may be what a court asks for.</summary>
    private async ValueTask AddAsideAsync(CancellationToken cancellationToken)
    {
        for (var after = 0L; ;)
        {
            var removals = RemovalSql.Kept(copy, after, Batch);
            foreach (var removal in removals)
            {
                var line = new BackupFile(
                    removal.Account + removal.Path, BackupFile.Aside, removal.Size, null, null, null,
                    Token: removal.File.ToString($"D{BackupFormat.AsideDigits}", CultureInfo.InvariantCulture));
                if (!withFiles)
                {
                    await writer.ListAsync(line, cancellationToken).ConfigureAwait(false);
                    Aside++;
                }
                else if (await TryAddAsideAsync(removal, line, cancellationToken).ConfigureAwait(false))
                {
                    Aside++;
                }
                else if (await live.ReadAsync(connection => RemovalSql.IsThere(connection, removal), cancellationToken).ConfigureAwait(false))
                {
                    Missing++;
                }
                else
                {
                    GoneMeanwhile++;
                }
            }

            if (removals.Count < Batch)
            {
                return;
            }

            after = removals[^1].File;
        }
    }

    private async ValueTask<bool> TryAddAsideAsync(Removal removal, BackupFile line, CancellationToken cancellationToken)
    {
        FileStream file;
        try
        {
            file = new FileStream(AsideDirectory + removal.Staged, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }

        await using (file.ConfigureAwait(false))
        {
            var mode = OperatingSystem.IsWindows() ? 0 : (int)File.GetUnixFileMode(file.SafeFileHandle);
            var modified = new DateTimeOffset(File.GetLastWriteTimeUtc(file.SafeFileHandle)).ToUnixTimeSeconds();
            await writer.AddAsync(line with { Size = file.Length, Mode = Octal(mode & 0x1FF), Modified = modified }, MemberStream.Of(file), cancellationToken).ConfigureAwait(false);
            Bytes += line.Size ?? 0;
            return true;
        }
    }

    private static async ValueTask<StoreResult<IOpenFile>> FindAsync(IStagingStore store, HiddenFile file, CancellationToken cancellationToken)
    {
        foreach (var path in (IEnumerable<string>)(file.Source is null ? [file.Path] : [file.Path, file.Source]))
        {
            var opened = await store.OpenAsync(VaultPath.Parse(path), OpenModes.Read).ConfigureAwait(false);
            if (opened.Succeeded && !await IsAsync(opened.Value, file, cancellationToken).ConfigureAwait(false))
            {
                await opened.Value.DisposeAsync().ConfigureAwait(false);
            }
            else if (opened.Error is not (StoreError.NotFound or StoreError.NotADirectory or StoreError.IsADirectory))
            {
                return opened;
            }
        }

        // Hidden while it was looked for.
        return store.OpenHidden(VaultPath.Parse(file.Path), file.Token);
    }

    /// <summary>Whether what lies under a name is the file that is meant: another of its size would be released as it after a restore.</summary>
    private static async ValueTask<bool> IsAsync(IOpenFile opened, HiddenFile file, CancellationToken cancellationToken)
    {
        var attributes = await opened.GetAttributesAsync().ConfigureAwait(false);
        if (attributes.Error != StoreError.None || attributes.Value.Size != file.Size || file.Sha256 is null)
        {
            return attributes.Error == StoreError.None && attributes.Value.Size == file.Size;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(FileHashing.Piece);
        try
        {
            for (var offset = 0L; ;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var read = await opened.ReadAsync(offset, buffer.AsMemory(0, FileHashing.Piece)).ConfigureAwait(false);
                if (read.Error != StoreError.None || read.Value == 0)
                {
                    return read.Error == StoreError.None && hash.GetHashAndReset().AsSpan().SequenceEqual(file.Sha256);
                }

                hash.AppendData(buffer, 0, read.Value);
                offset += read.Value;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static IOException Unreadable(VaultOwner owner, string path, StoreError error) => new($"{owner.Number}{path} cannot be read ({error}).");

    private async ValueTask<bool> TryAddContentAsync(VaultOwner owner, string name, string path, CancellationToken cancellationToken)
    {
        if (VaultPath.TryParse(Encoding.UTF8.GetBytes(path), VaultPath.Root, out var where) != VaultPathError.None
            || VaultPath.TryParse(Encoding.UTF8.GetBytes(name), VaultPath.Root, out _) != VaultPathError.None)
        {
            LeftOut++;
            return true;
        }

        var store = vaults.Open(owner.Number);
        if (!store.Succeeded)
        {
            return false;
        }

        await using (store.Value.ConfigureAwait(false))
        {
            var opened = await store.Value.OpenAsync(where!, OpenModes.Read).ConfigureAwait(false);
            if (!opened.Succeeded)
            {
                return opened.Error is StoreError.NotFound or StoreError.NotADirectory or StoreError.IsADirectory
                    ? false
                    : throw Unreadable(owner, path, opened.Error);
            }

            return await AddContentAsync(
                opened.Value, owner, new BackupFile(owner.Number + name, BackupFile.File, null, null, null, null), size: null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds an open file and closes it; false when it is not of the size that it must have.</summary>
    private async ValueTask<bool> AddContentAsync(IOpenFile file, VaultOwner owner, BackupFile line, long? size, CancellationToken cancellationToken)
    {
        await using (file.ConfigureAwait(false))
        {
            var attributes = await file.GetAttributesAsync().ConfigureAwait(false);
            if (!attributes.Succeeded)
            {
                throw Unreadable(owner, line.Path, attributes.Error);
            }

            if (size is not null && size != attributes.Value.Size)
            {
                return false;
            }

            var content = new MemberStream(attributes.Value.Size, async (offset, buffer, _) =>
            {
                var read = await file.ReadAsync(offset, buffer).ConfigureAwait(false);
                return read.Error == StoreError.None ? read.Value : throw Unreadable(owner, line.Path, read.Error);
            });
            if (await writer.AddAsync(
                line with { Size = content.Length, Mode = Octal(attributes.Value.Permissions), Modified = attributes.Value.ModificationTime }, content, cancellationToken).ConfigureAwait(false))
            {
                Files += line.Kind == BackupFile.File ? 1 : 0;
                Hidden += line.Kind == BackupFile.Hidden ? 1 : 0;
                Bytes += content.Length;
            }

            return true;
        }
    }

    /// <summary>
    /// What neither the copied catalogue nor that of now knows; what came or was renamed since the copy is not of its moment. False when not everything was seen.
    /// </summary>
    private async ValueTask<bool> AddUncataloguedAsync(VaultOwner owner, LocalVault vault, CancellationToken cancellationToken)
    {
        using var walk = vault.Walk();
        while (walk.TryRead(out var entry))
        {
            var path = entry.Path.ToString();
            AtEntry?.Invoke(owner.Number, entry);
            if (entry.Kind == FileKind.Directory
                || (entry.Kind == FileKind.File && await IsCataloguedAsync(owner, path, cancellationToken).ConfigureAwait(false)))
            {
                continue;
            }

            if (entry.Kind == FileKind.Other || UpkeepSql.HasFileAround(copy, owner.Id, path))
            {
                LeftOut++;
            }
            else if (entry.Kind == FileKind.SymbolicLink)
            {
                await AddLinkAsync(owner, entry, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await TryAddContentAsync(owner, path, path, cancellationToken).ConfigureAwait(false);
            }
        }

        return !walk.IsInterrupted;
    }

    /// <summary>Whether a file is in the backup by its row, is being hidden, or came after the copy.</summary>
    private async ValueTask<bool> IsCataloguedAsync(VaultOwner owner, string path, CancellationToken cancellationToken) =>
        UpkeepSql.Present(copy, owner.Id, path) is not null || PublicationSql.IsBeingHidden(copy, owner.Id, path)
        || await live.ReadAsync(connection => UpkeepSql.Present(connection, owner.Id, path), cancellationToken).ConfigureAwait(false) is not null;

    private async ValueTask AddLinkAsync(VaultOwner owner, VaultEntry entry, CancellationToken cancellationToken)
    {
        var store = vaults.Open(owner.Number);
        if (!store.Succeeded)
        {
            return;
        }

        await using (store.Value.ConfigureAwait(false))
        {
            var text = await store.Value.ReadLinkAsync(entry.Path).ConfigureAwait(false);
            if (!text.Succeeded || !Utf8.IsValid(text.Value))
            {
                LeftOut++;
                return;
            }

            await writer.AddAsync(
                new BackupFile(owner.Number + entry.Path, BackupFile.Link, null, "777", entry.ModificationTime, null, Encoding.UTF8.GetString(text.Value)), null, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Mode(VaultEntry entry) => Octal(entry.Permissions);

    private static string Octal(int permissions) => Convert.ToString(permissions, 8);
}
