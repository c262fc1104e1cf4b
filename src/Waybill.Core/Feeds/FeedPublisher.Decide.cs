using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Retention;
using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>The transactions of a set: what is decided, and what came of it.</summary>
public sealed partial class FeedPublisher
{
    /// <summary>Decides about sets whose files are all written: held or published. From its commit on a published set will appear, whoever is killed.</summary>
    private async ValueTask<Problem?> DecideAsync(List<PublicationSet> sets, string owner)
    {
        if (sets.Count == 0)
        {
            return null;
        }

        var decided = await database.WriteAsync<int>(transaction =>
        {
            foreach (var set in sets)
            {
                Decide(transaction, set, owner);
            }

            return sets.Count;
        }).ConfigureAwait(false);
        return decided.Problem;
    }

    private void Decide(WriteTransaction transaction, PublicationSet set, string owner)
    {
        var (connection, now) = (transaction.Connection, time.GetUtcNow());
        if (set.Problem is not null)
        {
            Fail(connection, set, now);
            return;
        }

        var sameContent = types.Find(set.Feed) is { Succeeded: true, Value.DetectSameContent: true };
        foreach (var file in set.Files)
        {
            file.Held = set.Replaces ? null : PublicationSql.Duplicate(connection, set, file, sameContent);
        }

        set.Problem = set.Replaces ? WhyNotReplaced(connection, set) : set.IsOfParentItself ? WhyNotByParent(connection, set) : null;
        if (set.Problem is not null)
        {
            return;
        }

        if (set.Files.Exists(static file => file.Held is not null))
        {
            PublicationSql.WriteFiles(connection, set);
            Hold(transaction, set, now);
            return;
        }

        Commit(transaction, set, AuditActions.Published, owner);
    }

    /// <summary>What was staged of sets that are refused goes first: until it has gone they are this process's, and the next one's if it is killed.</summary>
    private async ValueTask RefuseAsync(List<PublicationSet> sets)
    {
        if (sets.Count == 0)
        {
            return;
        }

        await EachAsync(
            sets,
            static (set, store, _) =>
            {
                Discard(set, store);
                return ValueTask.CompletedTask;
            },
            CancellationToken.None).ConfigureAwait(false);
        await database.WriteAsync<int>(transaction =>
        {
            foreach (var set in sets.Where(static set => set.Error == StoreError.None))
            {
                Fail(transaction.Connection, set, time.GetUtcNow());
            }

            return sets.Count;
        }).ConfigureAwait(false);
    }

    private static void Fail(DatabaseConnection connection, PublicationSet set, DateTimeOffset now)
    {
        set.Reason = set.Problem!.Message;
        PublicationSql.Settle(connection, set, PublicationState.Failed, now);
    }

    /// <summary>
    /// Why a set must not take the place of what has its names: a legal hold covers one of these, or another set is about to show or hide it; null when it may.
    /// </summary>
    private static Problem? WhyNotReplaced(DatabaseConnection connection, PublicationSet set) => set.Files
        .Select(static file => file.Path.ToString())
        .Select(path => PublicationSql.CheckSettled(connection, set.AccountId, set.Account, path)
            ?? (CatalogueSql.Present(connection, set.AccountId, path) is null ? null : HoldSql.Check(connection, set.AccountId, set.Account, path)))
        .FirstOrDefault(static problem => problem is not null);

    /// <summary>The files of a set are in the catalogue and in the audit from now on.</summary>
    private void Commit(WriteTransaction transaction, PublicationSet set, string action, string owner)
    {
        var now = time.GetUtcNow();
        foreach (var file in set.Files)
        {
            PublicationSql.Arrived(transaction.Connection, set, file, now);
            Record(transaction, set, action, file.Path.ToString(), new JsonObject
            {
                ["publication"] = set.Id,
                ["feed"] = set.Feed,
                ["size"] = file.Size,
                ["sha256"] = file.Sha256 is null ? null : Convert.ToHexStringLower(file.Sha256),
            });
        }

        PublicationSql.WriteFiles(transaction.Connection, set);
        PublicationSql.MoveOn(transaction.Connection, set, PublicationState.Committing, owner);
    }

    private void Hold(WriteTransaction transaction, PublicationSet set, DateTimeOffset now)
    {
        PublicationSql.Settle(transaction.Connection, set, PublicationState.Held, now);
        foreach (var file in set.Files.Where(static file => file.Held is not null))
        {
            Record(transaction, set, AuditActions.FileHeld, file.Path.ToString(), new JsonObject
            {
                ["publication"] = set.Id,
                ["feed"] = set.Feed,
                ["because"] = file.Held!.Value.ToWord(),
            });
        }

        Raise(transaction, set, FeedTopics.Held, now);
    }

    /// <summary>Says of sets that were shown, or were not, that this is so.</summary>
    private async ValueTask<Problem?> SettleAsync(List<PublicationSet> sets)
    {
        if (sets.Count == 0)
        {
            return null;
        }

        var settled = await database.WriteAsync<int>(transaction =>
        {
            foreach (var set in sets)
            {
                Settle(transaction, set);
            }

            return sets.Count;
        }).ConfigureAwait(false);
        return settled.Problem;
    }

    private void Settle(WriteTransaction transaction, PublicationSet set)
    {
        var (connection, now) = (transaction.Connection, time.GetUtcNow());
        if (set.Error == StoreError.None)
        {
            PublicationSql.Settle(connection, set, PublicationState.Published, now);
            Raise(transaction, set, FeedTopics.Published, now);
            return;
        }

        foreach (var file in set.Files.Where(static file => !file.IsTaken))
        {
            PublicationSql.Undone(connection, file, now);
            Record(transaction, set, AuditActions.PublishUndone, file.Path.ToString(), new JsonObject { ["publication"] = set.Id, ["error"] = set.Error.ToString() }, AuditOutcome.Failed);
        }

        PublicationSql.WriteFiles(connection, set);
        if (set.Aside is { } before)
        {
            set.Problem = Problem.Unusable($"Publication {set.Id} for account {set.Account} could not be shown ({set.Error}): it is {CommandWord(before)} as before. Run `waybill doctor`, then try again.");
            PublicationSql.Settle(connection, set, before, now);
            return;
        }

        if (set is { Error: StoreError.AlreadyExists, IsOfParentItself: true })
        {
            set.Problem = Twice(set, set.Files.Find(static file => file.Held is not null)!);
            Fail(connection, set, now);
            return;
        }

        if (set.Error != StoreError.AlreadyExists && set.IsRecovered)
        {
            var why = $"interrupted, then not shown ({set.Error})";
            set.Reason = set.Reason is null ? why : $"{set.Reason}; {why}";
        }

        if (set.Error == StoreError.AlreadyExists || set.IsRecovered)
        {
            Hold(transaction, set, now);
            return;
        }

        set.Problem = Problem.Unusable($"Publication {set.Id} for account {set.Account} was undone ({set.Error}): nothing of it is there. Run `waybill doctor`, then publish again.");
        Fail(connection, set, now);
    }

    private void Record(WriteTransaction transaction, PublicationSet set, string action, string subject, JsonObject detail, AuditOutcome outcome = AuditOutcome.Done)
    {
        if (set.By is not null)
        {
            detail["by"] = set.By;
        }

        if (set.Reason is not null)
        {
            detail["reason"] = set.Reason;
        }

        audit.Append(transaction, new AuditEntry(action, set.Actor) { Account = set.Account, Subject = subject, Outcome = outcome, Detail = detail.ToJsonString() });
    }

    private static void Raise(WriteTransaction transaction, PublicationSet set, string topic, DateTimeOffset now)
    {
        const int Named = 5;
        var names = string.Join(", ", set.Files.Take(Named).Select(static file => System.Text.Encoding.UTF8.GetString(file.Path.Name)));
        EventSql.Raise(transaction.Connection, topic, set.AccountId, new JsonObject
        {
            ["publication"] = set.Id.ToString(CultureInfo.InvariantCulture),
            ["account"] = set.Account,
            ["feed"] = set.Feed,
            ["count"] = set.Files.Count,
            ["files"] = set.Files.Count > Named ? names + ", ..." : names,
            ["folder"] = set.Files[0].Path.Parent.ToString(),
            ["because"] = set.Files.FirstOrDefault(static file => file.Held is not null)?.Held?.ToWord(),
            ["reason"] = set.Reason,
        }, now);
    }
}
