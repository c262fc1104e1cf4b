using System.Collections.Concurrent;
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
/// <param name="archive">The archive.</param>
/// <param name="time">The clock.</param>
public sealed class Collecting(IAccessRules rules, string account, string root, LocalVaults vaults, FileArchive archive, TimeProvider time) : IStoreFront
{
    private readonly ConcurrentDictionary<VaultPath, VaultPath> _archived = new();

    /// <inheritdoc/>
    public IAccessRules StoreRules { get; } = new WithoutCollecting(rules);

    /// <inheritdoc/>
    public IFileStore Wrap(IFileStore store) => new CollectingStore(store, this);

    /// <inheritdoc/>
    public IFileJournal Wrap(IFileJournal journal) => new CollectingJournal(journal, _archived);

    internal bool Holds(VaultPath path) => rules.RightsAt(path).HasFlag(FileRights.Collect);

    /// <summary>Puts a file into the archive.</summary>
    internal async ValueTask<StoreError> ArchiveAsync(VaultPath path)
    {
        var taken = await archive.TakeAsync(vaults, VaultPath.Parse($"/{account}{root}"), path, account, $"{root}{path}", time.GetUtcNow()).ConfigureAwait(false);
        if (taken.Succeeded)
        {
            _archived[path] = taken.Value;
        }

        // Links on the way are the operator's: what they lead to is nothing that this folder's right is for.
        return taken.Error == StoreError.TooManyLinks ? StoreError.PermissionDenied : taken.Error;
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
