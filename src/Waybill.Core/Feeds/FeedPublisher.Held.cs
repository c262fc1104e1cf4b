using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Retention;
using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>What is set aside: held duplicates and files that were taken back. Nothing of it goes by itself.</summary>
public sealed partial class FeedPublisher
{
    /// <summary>Lists what is set aside, the oldest first.</summary>
    /// <param name="recalled">What was taken back, instead of what is held.</param>
    /// <param name="account">Of this account only.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Publication>> ListSetAsideAsync(
        bool recalled = false, string? account = null, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<Publication>.Clamp(size);
        var last = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        return database.ReadAsync(
            connection =>
            {
                var rows = PublicationSql.SetAside(connection, recalled ? PublicationState.Recalled : PublicationState.Held, account, last, size + 1);
                return new Page<Publication>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    /// <summary>How many sets are held and wait for a decision, and since when the oldest does.</summary>
    public static ValueTask<(long Sets, DateTimeOffset? Oldest)> HeldAsync(WaybillDatabase database, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.ReadAsync(
            static connection => connection.First(
                "SELECT count(*), min(begun_at) FROM publication WHERE state IN ('held', 'recalled') AND state = 'held'", static row => (row.GetInt64(0), row.TimeOrNull(1))),
            cancellationToken);
    }

    /// <summary>How many sets were taken back before <paramref name="before"/> and lie hidden still, and since when the oldest does.</summary>
    public static ValueTask<(long Sets, DateTimeOffset? Oldest)> RecalledAsync(WaybillDatabase database, DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.ReadAsync(
            connection => connection.First(
                "SELECT count(*), min(settled_at) FROM publication WHERE state IN ('held', 'recalled') AND state = 'recalled' AND settled_at < @before",
                static row => (row.GetInt64(0), row.TimeOrNull(1)), ("@before", before.ToColumn())),
            cancellationToken);
    }

    /// <summary>A publication by its number.</summary>
    public async ValueTask<Result<Publication>> FindAsync(long id, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(connection => PublicationSql.Find(connection, id), cancellationToken).ConfigureAwait(false) is { } found ? found : Unknown(id);

    /// <summary>
    /// Publishes what is set aside. A held set takes the place of what has its names: whoever releases it has looked. One that was taken back does not.
    /// </summary>
    public ValueTask<Result<Publication>> ReleaseAsync(long id, string? reason, Actor actor, CancellationToken cancellationToken = default) =>
        EndSetAsideAsync(id, reason, actor, release: true, cancellationToken);

    /// <summary>Removes what is set aside for good.</summary>
    public ValueTask<Result<Publication>> DiscardAsync(long id, string reason, Actor actor, CancellationToken cancellationToken = default) =>
        EndSetAsideAsync(id, reason, actor, release: false, cancellationToken);

    private async ValueTask<Result<Publication>> EndSetAsideAsync(long id, string? reason, Actor actor, bool release, CancellationToken cancellationToken)
    {
        if (reason is not null && Words.Check("reason", reason) is { } bad)
        {
            return bad;
        }

        await RecoverAsync(cancellationToken).ConfigureAwait(false);
        using var lease = PublicationLease.Take(leases);
        var decided = await database.WriteAsync<PublicationSet>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (PublicationSql.Load(connection, id) is not { } found)
                {
                    return Unknown(id);
                }

                if (found.State is not (PublicationState.Held or PublicationState.Recalled))
                {
                    return Problem.Refused($"Publication {id} is neither held nor recalled: it is {CommandWord(found.State)}. `waybill held list` shows what is.");
                }

                var set = new PublicationSet(found.AccountId, found.Account, found.Feed)
                {
                    Id = id, Actor = actor, By = found.By, Reason = reason ?? found.Reason, Replaces = release && found.State == PublicationState.Held,
                    Aside = found.State,
                };
                set.Files.AddRange(found.Files);
                if (!release)
                {
                    if (set.Files.Select(file => HoldSql.Check(connection, set.AccountId, set.Account, file.Path.ToString())).FirstOrDefault(static problem => problem is not null) is { } covered)
                    {
                        return covered;
                    }

                    set.Files.ForEach(file => Record(transaction, set, AuditActions.HeldDiscarded, file.Path.ToString(), new() { ["publication"] = id }));
                    PublicationSql.MoveOn(connection, set, PublicationState.Staging, lease.Owner);
                    return set;
                }

                if (!set.Replaces && set.Files.Find(file => CatalogueSql.Present(connection, set.AccountId, file.Path.ToString()) is not null) is { } taken)
                {
                    return Problem.AlreadyExists($"{taken.Path} of account {set.Account} is there again. Recall that first, or discard {id}.");
                }

                if (AccountService.Find(connection, set.Account) is { Status: AccountStatus.Closed })
                {
                    return Problem.Refused($"Account {set.Account} is closed; nothing is published to it any more. Discard {id}.");
                }

                if (set.Replaces && WhyNotReplaced(connection, set) is { } replaced)
                {
                    return replaced;
                }

                Commit(transaction, set, AuditActions.HeldReleased, lease.Owner);
                return set;
            },
            cancellationToken).ConfigureAwait(false);
        if (!decided.Succeeded)
        {
            return decided.Problem;
        }

        var decidedSet = decided.Value;
        Step(release ? "release-decided" : "discard-decided");
        await EachAsync(
            [decidedSet],
            release ? ShowAsync : RemoveAsync,
            CancellationToken.None).ConfigureAwait(false);
        if (!release && (decidedSet.Problem is not null || decidedSet.Error != StoreError.None))
        {
            return Problem.Unusable(
                $"Publication {id} of account {decidedSet.Account} is discarded, but its files could not be removed yet ({decidedSet.Error}). It is tried again; see `waybill doctor`.");
        }

        Step("discarded");
        var settled = await database.WriteAsync<Publication>(
            transaction =>
            {
                if (release)
                {
                    Settle(transaction, decidedSet);
                }
                else
                {
                    PublicationSql.Settle(transaction.Connection, decidedSet, PublicationState.Discarded, time.GetUtcNow());
                }

                return PublicationSql.Find(transaction.Connection, id)!;
            },
            CancellationToken.None).ConfigureAwait(false);
        return decidedSet.Problem is { } failed ? failed : settled;
    }

    /// <summary>Removes the hidden files of a set; what is gone already is no error.</summary>
    private ValueTask RemoveAsync(PublicationSet set, IStagingStore store, CancellationToken cancellationToken)
    {
        foreach (var file in set.Files)
        {
            if (store.Discard(file.Path, file.Token) is var error and not (StoreError.None or StoreError.NotFound or StoreError.NotADirectory))
            {
                set.Error = error;
            }

            Step("discarded-one");
        }

        // Their row may say that they are gone once the disk says so.
        set.Error = set.Error == StoreError.None && Sync(set, store) is var unsynced and not (StoreError.NotFound or StoreError.NotADirectory) ? unsynced : set.Error;
        return ValueTask.CompletedTask;
    }

    private static string CommandWord(PublicationState state) => state.ToString().ToLowerInvariant();

    private static Problem Unknown(long id) => Problem.NotFound($"There is no publication {id}. `waybill receipts list` and `waybill held list` show their numbers.");
}
