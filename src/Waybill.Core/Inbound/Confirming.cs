using System.Collections.Concurrent;
using Waybill.Core.Database;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Inbound;

/// <summary>
/// A collector's session: its script deletes what it has fetched (<c>mirror --Remove-source-files</c>, <c>get -delete</c>, <c>rm</c>) or moves it to
/// <c>/processed</c>, and so confirms it. The store behind is not even given the right to delete, so nothing of a sender's can be lost by it.
/// </summary>
/// <param name="inbound">What was delivered.</param>
/// <param name="view">How the login's paths lie in the vaults.</param>
/// <param name="actor">The login, its address and connection.</param>
public sealed class Confirming(InboundService inbound, ILoginView view, Actor actor) : IStoreFront
{
    /// <summary>The directory at the login's root that takes what was processed; nothing is ever seen in it.</summary>
    public const string Drop = "processed";

    private static readonly VaultPath DropPath = VaultPath.Parse("/" + Drop);

    private readonly ConcurrentDictionary<VaultPath, bool> _confirmed = new();

    /// <inheritdoc/>
    public IAccessRules? StoreRules => null;

    /// <inheritdoc/>
    public IFileStore Wrap(IFileStore store) => new ConfirmingStore(store, this);

    /// <inheritdoc/>
    public IFileJournal Wrap(IFileJournal journal) => new ConfirmingJournal(journal, _confirmed);

    internal static bool IsDrop(VaultPath target) => !target.Equals(DropPath) && target.Parent.Equals(DropPath);

    /// <summary>Whether what a login sees at a path may be shown to it yet.</summary>
    internal async ValueTask<bool> IsOfferedAsync(VaultPath path)
    {
        try
        {
            return await view.LocateAsync(path).ConfigureAwait(false) is not { } place || await inbound.IsShownAsync(place.Account, place.Path).ConfigureAwait(false);
        }
        catch (DatabaseException)
        {
            return false;
        }
    }

    /// <summary>As <see cref="IsOfferedAsync"/>, of files of one directory, in their order.</summary>
    internal async ValueTask<bool[]> AreOfferedAsync(VaultPath directory, IReadOnlyList<string> names)
    {
        try
        {
            return names.Count > 0 && await view.LocateAsync(directory).ConfigureAwait(false) is { } place
                ? await inbound.AreShownAsync(place.Account, place.Path.TrimEnd('/'), names).ConfigureAwait(false)
                : [.. names.Select(static _ => true)];
        }
        catch (DatabaseException)
        {
            return new bool[names.Count];
        }
    }

    internal async ValueTask<Problem?> ConfirmAsync(VaultPath path)
    {
        try
        {
            if (await view.LocateAsync(path).ConfigureAwait(false) is not { } place)
            {
                return Problem.NotFound("There is no such account. List /inbound to see them.");
            }

            var confirmed = await inbound.ConfirmFetchedAsync(place.Account, place.Path, actor).ConfigureAwait(false);
            if (confirmed.Succeeded)
            {
                _confirmed[path] = true;
            }

            return confirmed.Problem;
        }
        catch (DatabaseException error)
        {
            return error.Problem;
        }
    }

    /// <summary>A confirmed file has its row already, <c>file-processed</c>; one that says removed would be wrong, and would hit what its sender has delivered since.</summary>
    private sealed class ConfirmingJournal(IFileJournal journal, ConcurrentDictionary<VaultPath, bool> confirmed) : IFileJournal
    {
        public ValueTask<StoreError> RecordAsync(FileEvent fileEvent) =>
            fileEvent is { Operation: FileOperation.Remove or FileOperation.Rename, Outcome: StoreError.None } && confirmed.TryRemove(fileEvent.Path, out _)
                ? new(StoreError.None)
                : journal.RecordAsync(fileEvent);
    }
}
