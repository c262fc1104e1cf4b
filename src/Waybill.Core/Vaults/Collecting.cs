using System.Collections.Concurrent;
using System.Globalization;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Vaults;

/// <summary>
/// The collect right of one session: what a customer deletes, or moves away, where it has that right goes to the account's archive and is never gone. The
/// store below is not even given the right to delete there, so no other way, as a link into the folder, leads around the archive.
/// </summary>
/// <param name="rules">The login's rules.</param>
/// <param name="account">The account's number.</param>
/// <param name="root">Where the login's root lies in the vault: empty, or <c>/vendors/name</c>.</param>
/// <param name="vaults">The vaults.</param>
/// <param name="archive">The directory of the archive.</param>
/// <param name="time">The clock.</param>
public sealed class Collecting(IAccessRules rules, string account, string root, LocalVaults vaults, LocalVaults archive, TimeProvider time)
{
    /// <summary>Files of one path that the archive takes in a month.</summary>
    public const int MaximumVersions = 1_000;

    private readonly ConcurrentDictionary<VaultPath, VaultPath> _archived = new();

    /// <summary>The rules for the store below.</summary>
    public IAccessRules StoreRules { get; } = new WithoutCollecting(rules);

    /// <summary>Puts the archive in front of a store that was opened with <see cref="StoreRules"/>.</summary>
    public IFileStore Wrap(IFileStore store) => new CollectingStore(store, this);

    /// <summary>Lets a journal say archived where the store archived.</summary>
    public IFileJournal Wrap(IFileJournal journal) => new CollectingJournal(journal, _archived);

    internal bool Holds(VaultPath path) => rules.RightsAt(path).HasFlag(FileRights.Collect);

    /// <summary>Puts a file into the archive: <c>/number/yyyy-mm/path</c>, and where that is taken <c>/number/yyyy-mm.2/path</c> and so on.</summary>
    internal async ValueTask<StoreError> ArchiveAsync(VaultPath path)
    {
        var source = VaultPath.Parse($"/{account}{root}{path}");
        var error = StoreError.None;
        var month = time.GetUtcNow().ToString("yyyy-MM", CultureInfo.InvariantCulture);
        for (var version = 1; version <= MaximumVersions; version++)
        {
            var target = VaultPath.Parse(string.Create(CultureInfo.InvariantCulture, $"/{account}/{month}{(version == 1 ? "" : $".{version}")}{root}{path}"));
            error = await vaults.MoveOutAsync(source, archive, target).ConfigureAwait(false);

            // Taken, or a file of this name where a directory of that name is needed.
            if (error is not (StoreError.AlreadyExists or StoreError.NotADirectory))
            {
                if (error == StoreError.None)
                {
                    _archived[path] = target;
                }

                // Links on the way are the operator's: what they lead to is nothing that this folder's right is for.
                return error == StoreError.TooManyLinks ? StoreError.PermissionDenied : error;
            }
        }

        return error;
    }

    private sealed class WithoutCollecting(IAccessRules rules) : IAccessRules
    {
        public FileRights Anywhere => rules.Anywhere;

        public FileRights RightsAt(VaultPath path)
        {
            var rights = rules.RightsAt(path);
            return rights.HasFlag(FileRights.Collect) ? rights & FileRights.ReadOnly : rights;
        }

        public IReadOnlyList<VaultPath> FoldersWith(FileRights rights) => rules.FoldersWith(rights);
    }

    private sealed class CollectingJournal(IFileJournal journal, ConcurrentDictionary<VaultPath, VaultPath> archived) : IFileJournal
    {
        public ValueTask<StoreError> RecordAsync(FileEvent fileEvent) => journal.RecordAsync(
            fileEvent is { Operation: FileOperation.Remove or FileOperation.Rename, Outcome: StoreError.None } && archived.TryRemove(fileEvent.Path, out var target)
                ? fileEvent with { Operation = FileOperation.Archive, Target = target }
                : fileEvent);
    }
}
