using Waybill.Core.Database;
using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>What killed processes left: finished if it was decided, undone if not.</summary>
public sealed partial class FeedPublisher
{
    /// <summary>Finishes or undoes what processes began that are no more. The server does it at its start and every few seconds, and each command before its own work.</summary>
    /// <returns>How many sets there were.</returns>
    public async ValueTask<int> RecoverAsync(CancellationToken cancellationToken = default)
    {
        var owners = await database.ReadAsync(PublicationSql.Owners, cancellationToken).ConfigureAwait(false);
        var count = 0;

        // A process that was killed outside of any set left the file of its lease alone.
        foreach (var owner in owners.Union(PublicationLease.All(leases).Take(FeedLimits.Group)))
        {
            using var lease = PublicationLease.TryTake(leases, owner);
            if (lease is not null)
            {
                count += await RecoverAsync(owner, cancellationToken).ConfigureAwait(false);
            }
        }

        return count;
    }

    private async ValueTask<int> RecoverAsync(string owner, CancellationToken cancellationToken)
    {
        var (count, last) = (0, 0L);
        while (true)
        {
            var sets = await database.ReadAsync(connection => PublicationSql.Left(connection, owner, last), cancellationToken).ConfigureAwait(false);
            if (sets.Count == 0)
            {
                return count;
            }

            // What customers have fetched a moment ago may wait to be recorded.
            await audit.CatchUpAsync().ConfigureAwait(false);
            sets.ForEach(static set => set.IsRecovered = true);
            await EachAsync(sets, FinishAsync, CancellationToken.None).ConfigureAwait(false);

            // One that cannot be worked on now stays as it is, for the next time.
            var done = sets.Where(static set => set.Problem is null).ToList();
            await database.WriteAsync<int>(
                transaction =>
                {
                    done.ForEach(set => SettleRecovered(transaction, set));
                    return done.Count;
                },
                CancellationToken.None).ConfigureAwait(false);
            (count, last) = (count + done.Count, sets[^1].Id);
        }
    }

    /// <summary>
    /// Whether a file that cannot be shown was shown before the kill: it lies there, by its content, or its customer has fetched it, moved it or put it away since.
    /// </summary>
    private async ValueTask<StoreError> FindShownAsync(PublicationSet set, PublicationEntry file, IStagingStore store)
    {
        var isHidden = set.Error == StoreError.AlreadyExists;
        if (await store.GetAttributesAsync(file.Path, followLink: false).ConfigureAwait(false) is { Succeeded: true, Value: { Kind: FileKind.File } there } && there.Size == file.Size)
        {
            var opened = await store.OpenAsync(file.Path, OpenModes.Read).ConfigureAwait(false);
            if (!opened.Succeeded)
            {
                return opened.Error;
            }

            await using var content = opened.Value.ConfigureAwait(false);
            var isSame = await HasContentAsync(file, opened.Value).ConfigureAwait(false);
            if (!isSame.Succeeded || (isSame.Value && (!isHidden || file.Sha256 is not null)))
            {
                // A second copy, as a restore may leave it, is not needed.
                file.IsShown = isSame.Succeeded;
                return isSame.Succeeded && isHidden ? store.Discard(file.Path, file.Token) : isSame.Error;
            }
        }

        file.IsTaken = !isHidden && await database.ReadAsync(connection => PublicationSql.WasSeen(connection, file)).ConfigureAwait(false);
        return file.IsTaken ? StoreError.None : set.Error;
    }

    /// <summary>Which file on the disk is one that is being held, by its content; a name alone may be another's by now.</summary>
    private static async ValueTask<StoreResult<ulong>> IdentifyAsync(PublicationEntry file, VaultPath from, IStagingStore store)
    {
        var hidden = await IdentifyAsync(file, store.OpenHidden(file.Path, file.Token), orLast: true).ConfigureAwait(false);
        if (hidden.Error == StoreError.Busy)
        {
            // The second name of a version that took the old one: that version keeps it.
            store.Discard(file.Path, file.Token);
        }

        return hidden.Error is StoreError.NotFound or StoreError.Busy
            ? await IdentifyAsync(file, await store.OpenAsync(from, OpenModes.Read).ConfigureAwait(false), orLast: false).ConfigureAwait(false)
            : hidden;
    }

    private static async ValueTask<StoreResult<ulong>> IdentifyAsync(PublicationEntry file, StoreResult<IOpenFile> opened, bool orLast)
    {
        if (!opened.Succeeded)
        {
            return opened.Error is StoreError.NotADirectory or StoreError.IsADirectory ? StoreError.NotFound : opened.Error;
        }

        await using var content = opened.Value.ConfigureAwait(false);
        var attributes = await opened.Value.GetAttributesAsync().ConfigureAwait(false);
        var isSame = await HasContentAsync(file, opened.Value).ConfigureAwait(false);
        return !attributes.Succeeded || !isSame.Succeeded ? (attributes.Succeeded ? isSame.Error : attributes.Error)
            : isSame.Value || (orLast && attributes.Value.LinkCount == 1) ? attributes.Value.Identity
            : StoreError.Busy;
    }

    private static async ValueTask<StoreResult<bool>> HasContentAsync(PublicationEntry file, IOpenFile opened)
    {
        var attributes = await opened.GetAttributesAsync().ConfigureAwait(false);
        if (!attributes.Succeeded || attributes.Value.Size != file.Size || file.Sha256 is null)
        {
            return attributes.Succeeded ? attributes.Value.Size == file.Size : attributes.Error;
        }

        var seen = new PublicationEntry(file.Path, file.Token);
        var error = await MeasureAsync(seen, opened.ReadAsync).ConfigureAwait(false);
        return error == StoreError.None ? seen.Sha256.AsSpan().SequenceEqual(file.Sha256) : error;
    }

    private ValueTask FinishAsync(PublicationSet set, IStagingStore store, CancellationToken cancellationToken)
    {
        switch (set.State)
        {
            case PublicationState.Committing:
                return ShowAsync(set, store, cancellationToken);
            case PublicationState.Recalling or PublicationState.Holding:
                return HideAsync(set, store, cancellationToken);
            default:
                return RemoveAsync(set, store, cancellationToken);
        }
    }

    private void SettleRecovered(WriteTransaction transaction, PublicationSet set)
    {
        switch (set.State)
        {
            case PublicationState.Committing:
                Settle(transaction, set);
                break;
            case PublicationState.Recalling when set.Error == StoreError.None:
                PublicationSql.Settle(transaction.Connection, set, PublicationState.Recalled, time.GetUtcNow());
                break;
            case PublicationState.Holding when set.Error is StoreError.None or StoreError.NotFound or StoreError.Busy:
                SettleHeld(transaction, set);
                break;
            case PublicationState.Staging when set.Error != StoreError.None:
                break;
            case PublicationState.Staging when set.Aside is not null:
                PublicationSql.Settle(transaction.Connection, set, PublicationState.Discarded, time.GetUtcNow());
                break;
            case PublicationState.Staging:
                set.Reason = "interrupted before it was decided";
                PublicationSql.Settle(transaction.Connection, set, PublicationState.Failed, time.GetUtcNow());
                break;
            default:
                break;
        }
    }
}
