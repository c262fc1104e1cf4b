using System.Text;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.Core.AccountFiles;

/// <summary>An account's files as one person sees them, for one request about one path.</summary>
public sealed partial class AccountFileSession : IAsyncDisposable
{
    private readonly WaybillDatabase _database;
    private readonly IFileStore _store;
    private readonly IAccessRules _rules;
    private readonly IFileJournal _journal;
    private readonly long _account;
    private readonly string _root;
    private readonly string _email;
    private readonly string? _vendorUser;

    internal AccountFileSession(
        WaybillDatabase database, IFileStore store, IAccessRules rules, IFileJournal journal, long account, string root, VaultPath path, string email, string? vendorUser)
    {
        (_database, _store, _rules, _journal, _account) = (database, store, rules, journal, account);
        (_root, Path, _email, _vendorUser) = (root, path, email, vendorUser);
    }

    internal int MaximumEntries { get; init; }

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The path that it is about, as the person's login sees it.</summary>
    public VaultPath Path { get; }

    /// <summary>The same in the vault.</summary>
    public string PathInVault => InVault(Path);

    /// <summary>Where the person begins, in the vault.</summary>
    public string Root => _root.Length == 0 ? "/" : _root;

    /// <summary>Whether it is a vendor's part alone.</summary>
    internal bool IsVendors => _vendorUser is not null;

    /// <summary>Whether new files may be put into the folder.</summary>
    public bool MayUpload => _rules.RightsAt(Child(Path, "x") ?? Path).HasFlag(FileRights.Create);

    /// <summary>The folders into which something may be put, where this is none of them.</summary>
    public IReadOnlyList<string> UploadFolders => [.. _rules.FoldersWith(FileRights.Create).Select(InVault)];

    /// <summary>Whether the path is a folder that may be listed, or a file; null when it is neither.</summary>
    public async ValueTask<bool?> IsFolderAsync()
    {
        if (!_rules.RightsAt(Path).HasFlag(FileRights.List))
        {
            return null;
        }

        var there = await _store.GetAttributesAsync(Path, followLink: true).ConfigureAwait(false);
        return !there.Succeeded ? null : there.Value.Kind switch
        {
            FileKind.Directory => true,
            FileKind.File => false,
            _ => null,
        };
    }

    /// <summary>Lists the folder.</summary>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="FolderPage.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<FolderPage>> ListAsync(int size, string? after, CancellationToken cancellationToken = default)
    {
        if (!_rules.RightsAt(Path).HasFlag(FileRights.List))
        {
            return Gone();
        }

        var opened = await _store.OpenDirectoryAsync(Path).ConfigureAwait(false);
        if (!opened.Succeeded)
        {
            return Explain(opened.Error);
        }

        await using var listing = opened.Value;

        // The page's entries and one more: whatever the folder's length, memory stays that of a page.
        var kept = new PriorityQueue<(string Key, FileAttributes Attributes), string>(Comparer<string>.Create(static (one, other) => string.CompareOrdinal(other, one)));
        var batch = new DirectoryEntry[Math.Min(256, MaximumEntries)];
        var seen = 0;
        while (seen <= MaximumEntries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = await listing.ReadAsync(batch).ConfigureAwait(false);
            if (read.Error != StoreError.None)
            {
                return Explain(read.Error);
            }

            if (read.Value == 0)
            {
                break;
            }

            foreach (var entry in batch.AsSpan(0, read.Value))
            {
                if (entry.Name.Span is [(byte)'.'] or [(byte)'.', (byte)'.'])
                {
                    continue;
                }

                seen++;
                var name = Encoding.UTF8.GetString(entry.Name.Span);
                var key = (entry.Attributes.Kind == FileKind.Directory ? "d" : "f") + name;
                if (string.CompareOrdinal(key, after ?? "") <= 0 || Child(Path, name) is not { } path || _rules.RightsAt(path) == FileRights.None)
                {
                    continue;
                }

                kept.Enqueue((key, entry.Attributes), key);
                if (kept.Count > size + 1)
                {
                    kept.Dequeue();
                }
            }
        }

        var rows = new List<(string Key, FileAttributes Attributes)>(kept.Count);
        while (kept.TryDequeue(out var row, out _))
        {
            rows.Add(row);
        }

        rows.Reverse();
        var shown = rows.Take(size).Select(row => (Path: Child(Path, row.Key[1..])!, row.Attributes)).ToList();
        var entries = await EntriesAsync(shown, cancellationToken).ConfigureAwait(false);
        return new FolderPage(entries, rows.Count > size ? rows[size - 1].Key : null, seen > MaximumEntries);
    }

    /// <summary>What is known of the file.</summary>
    public async ValueTask<Result<FileDetails>> FindAsync(CancellationToken cancellationToken = default)
    {
        var rights = _rules.RightsAt(Path);
        if (!rights.HasFlag(FileRights.List))
        {
            return Gone();
        }

        var there = await _store.GetAttributesAsync(Path, followLink: true).ConfigureAwait(false);
        if (!there.Succeeded || there.Value.Kind != FileKind.File)
        {
            return there.Succeeded ? Gone() : Explain(there.Error);
        }

        var entry = (await EntriesAsync([(Path, there.Value)], cancellationToken).ConfigureAwait(false))[0];
        var known = entry.IsUnfinished ? null : await _database.ReadAsync(
            connection => connection.First($"{CatalogueSql.Select} WHERE f.account_id = @account AND f.path = @path AND f.gone_at IS NULL", CatalogueSql.Read, ("@account", _account), ("@path", entry.Path)),
            cancellationToken).ConfigureAwait(false);
        return new FileDetails(
            entry, known, rights.HasFlag(FileRights.Delete), rights.HasFlag(FileRights.Rename) && !rights.HasFlag(FileRights.Collect) && !entry.IsUnfinished, rights.HasFlag(FileRights.Collect));
    }

    /// <summary>Opens the file to be sent.</summary>
    public async ValueTask<Result<AccountFileStream>> OpenAsync()
    {
        var rights = _rules.RightsAt(Path);
        if (!rights.HasFlag(FileRights.Read))
        {
            return rights.HasFlag(FileRights.List) ? await RefuseAsync(FileOperation.Download, "You may not read this file.").ConfigureAwait(false) : Gone();
        }

        var there = await _store.GetAttributesAsync(Path, followLink: true).ConfigureAwait(false);
        if (!there.Succeeded || there.Value.Kind != FileKind.File || there.Value.IsUnfinished)
        {
            return there.Succeeded || there.Error == StoreError.NotFound ? Gone() : Explain(there.Error);
        }

        var opened = await _store.OpenAsync(Path, OpenModes.Read).ConfigureAwait(false);
        if (!opened.Succeeded)
        {
            return Explain(opened.Error);
        }

        var attributes = await opened.Value.GetAttributesAsync().ConfigureAwait(false);
        if (!attributes.Succeeded)
        {
            await opened.Value.DisposeAsync().ConfigureAwait(false);
            return Explain(attributes.Error);
        }

        return new AccountFileStream(opened.Value, _journal, Path, attributes.Value, Time);
    }

    /// <summary>Removes the file; with the collect right it goes to the archive.</summary>
    public async ValueTask<Outcome> RemoveAsync()
    {
        var rights = _rules.RightsAt(Path);
        if (!rights.HasFlag(FileRights.Delete))
        {
            return rights.HasFlag(FileRights.List) ? await RefuseAsync(FileOperation.Remove, "You may not remove this file.").ConfigureAwait(false) : Gone();
        }

        var there = await _store.GetAttributesAsync(Path, followLink: false).ConfigureAwait(false);
        if (!there.Succeeded || there.Value.Kind == FileKind.Directory)
        {
            return Gone();
        }

        var error = await _store.RemoveAsync(Path).ConfigureAwait(false);
        return error != StoreError.None ? Explain(error) : await RecordAsync(new FileEvent(FileOperation.Remove, Path)).ConfigureAwait(false);
    }

    /// <summary>Gives the file another name in its folder; nothing is replaced.</summary>
    /// <returns>The new path in the vault.</returns>
    public async ValueTask<Result<string>> RenameAsync(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var named = NewName(Path.Parent, name);
        if (!named.Succeeded)
        {
            return named.Problem;
        }

        var target = named.Value;
        var rights = _rules.RightsAt(Path);
        if (!rights.HasFlag(FileRights.Rename) || rights.HasFlag(FileRights.Collect) || !_rules.RightsAt(target).HasFlag(FileRights.Rename))
        {
            return rights.HasFlag(FileRights.List) ? await RefuseAsync(FileOperation.Rename, "You may not rename this file.", target).ConfigureAwait(false) : Gone();
        }

        var there = await _store.GetAttributesAsync(Path, followLink: false).ConfigureAwait(false);
        if (!there.Succeeded || there.Value.Kind == FileKind.Directory)
        {
            return Gone();
        }

        if (Path.Equals(target))
        {
            return InVault(target);
        }

        var error = await _store.RenameAsync(Path, target, replace: false).ConfigureAwait(false);
        if (error != StoreError.None)
        {
            return Explain(error);
        }

        var recorded = await RecordAsync(new FileEvent(FileOperation.Rename, Path, target)).ConfigureAwait(false);
        return recorded.Succeeded ? InVault(target) : recorded.Problem;
    }

    /// <summary>Makes the folder; the one above it must be there.</summary>
    public ValueTask<Outcome> MakeFolderAsync() => ChangeFolderAsync(FileOperation.MakeDirectory, FileRights.MakeDirectory, "You may not make a folder here.", () => _store.MakeDirectoryAsync(Path));

    /// <summary>Removes the folder, which must be empty.</summary>
    public ValueTask<Outcome> RemoveFolderAsync() =>
        ChangeFolderAsync(FileOperation.RemoveDirectory, FileRights.RemoveDirectory, "You may not remove this folder.", () => _store.RemoveDirectoryAsync(Path));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async ValueTask<Outcome> ChangeFolderAsync(FileOperation operation, FileRights needed, string refusal, Func<ValueTask<StoreError>> change)
    {
        var rights = _rules.RightsAt(Path);
        if (!rights.HasFlag(needed))
        {
            return rights.HasFlag(FileRights.List) ? await RefuseAsync(operation, refusal).ConfigureAwait(false) : Gone();
        }

        var error = await change().ConfigureAwait(false);
        return error != StoreError.None ? Explain(error) : await RecordAsync(new FileEvent(operation, Path)).ConfigureAwait(false);
    }

    /// <summary>A new name of a person's in a folder. A name that a spreadsheet or a shell would take for something else is the person's to choose; one that cannot be seen is not.</summary>
    private static Result<VaultPath> NewName(VaultPath folder, string name)
    {
        var problem = Words.Check("name", name);
        return problem is not null && !(name.Length > Words.MaximumLength && Words.Check("name", name[..Words.MaximumLength]) is null) ? problem
            : Child(folder, name) is { } path ? path
            : Problem.Invalid($"'{Words.Show(name)}' is no name of a file. Leave out slashes, and use at most {VaultPath.MaximumNameLength} bytes.");
    }

    private static VaultPath? Child(VaultPath folder, string name) =>
        !name.Contains('/', StringComparison.Ordinal) && VaultPath.TryParse(Encoding.UTF8.GetBytes(name), folder, out var path) == VaultPathError.None && path!.Parent.Equals(folder) && path.Name.Length > 0 && !path.Equals(folder)
            ? path
            : null;

    private static Problem Gone() => Problem.NotFound("There is no such file. It may have been fetched away, moved or removed.");

    private string InVault(VaultPath path) => path.IsRoot ? Root : _root + path;

    private async ValueTask<IReadOnlyList<FolderEntry>> EntriesAsync(IReadOnlyList<(VaultPath Path, FileAttributes Attributes)> found, CancellationToken cancellationToken)
    {
        List<(VaultPath Path, FileAttributes Attributes)> resolved = [];
        foreach (var (path, attributes) in found)
        {
            // A link of the operator's is what it leads to.
            var target = attributes.Kind == FileKind.SymbolicLink ? await _store.GetAttributesAsync(path, followLink: true).ConfigureAwait(false) : attributes;
            resolved.Add((path, target.Succeeded ? target.Value : attributes));
        }

        var known = await _database.ReadAsync(
            connection => resolved.Select(each => each.Attributes.Kind == FileKind.File && !each.Attributes.IsUnfinished
                ? AccountFileSql.Find(connection, _account, InVault(each.Path), _email, _vendorUser)
                : null).ToList(),
            cancellationToken).ConfigureAwait(false);
        return
        [
            .. resolved.Select((each, index) => new FolderEntry(
                Encoding.UTF8.GetString(each.Path.Name), InVault(each.Path), each.Attributes.Kind == FileKind.Directory, each.Attributes.Size,
                known[index]?.Arrived ?? DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(each.Attributes.ModificationTime, 0, 253_402_300_799)), known[index]?.IsNew ?? false,
                each.Attributes.IsUnfinished)),
        ];
    }

    /// <summary>What was not allowed stands in the audit, as it does for a login.</summary>
    private async ValueTask<Problem> RefuseAsync(FileOperation operation, string words, VaultPath? target = null)
    {
        var recorded = await _journal.RecordAsync(new FileEvent(operation, Path, target, Outcome: StoreError.PermissionDenied)).ConfigureAwait(false);
        return recorded == StoreError.None ? Problem.Refused(words) : NotRecorded();
    }

    private async ValueTask<Outcome> RecordAsync(FileEvent fileEvent) =>
        await _journal.RecordAsync(fileEvent).ConfigureAwait(false) == StoreError.None ? Outcome.Done : NotRecorded();

    private static Problem NotRecorded() => Problem.Unusable("It could not be recorded. Look at the folder again in some minutes, and ask your provider if it stays so.");

    private Problem Explain(StoreError error) => error switch
    {
        StoreError.NotFound or StoreError.NotADirectory or StoreError.IsADirectory or StoreError.NotARegularFile => Gone(),
        StoreError.AlreadyExists => Problem.AlreadyExists("There is something of this name already, and nothing was replaced. Remove or rename it first, or choose another name."),
        StoreError.DirectoryNotEmpty => Problem.Refused("The folder is not empty. Remove what is in it first."),
        StoreError.PermissionDenied or StoreError.TooManyLinks => Problem.Refused("You may not do this here."),
        StoreError.NameTooLong or StoreError.InvalidName => Problem.Invalid("The name cannot be used for a file. Choose another one."),
        StoreError.QuotaExceeded => Problem.LimitReached(_store.Explain(error) ?? "The quota is used up. Remove files that you no longer need, or ask for more room."),
        StoreError.Busy => Problem.Refused("Somebody else is at this file at the moment. Try again in a minute."),
        StoreError.TooManyOpenFiles => Problem.LimitReached("Too many files are open at this moment. Try again in a minute."),
        StoreError.NoSpace => Problem.Unusable("The disk is full. Nothing was changed; tell your provider."),
        _ => Problem.Unusable("The disk did not do this. Nothing was acknowledged; try again in some minutes, and tell your provider if it stays so."),
    };
}
