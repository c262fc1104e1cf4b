using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Retention;
using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>Taking files back: they leave the customer's folder together, and stay hidden beside it.</summary>
public sealed partial class FeedPublisher
{
    /// <summary>Takes files back, and says who had fetched them.</summary>
    public async ValueTask<Result<RecallReport>> RecallAsync(RecallRequest request, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Words.Check("reason", request.Reason) is { } bad)
        {
            return bad;
        }

        if (request.Paths.Count > FeedLimits.SetFiles)
        {
            return Problem.Invalid($"At most {FeedLimits.SetFiles} files are recalled together; these are {request.Paths.Count}.");
        }

        await RecoverAsync(cancellationToken).ConfigureAwait(false);
        using var lease = PublicationLease.Take(leases);
        List<RecalledFile> files = [];
        var decided = await database.WriteAsync<PublicationSet>(
            transaction =>
            {
                var found = Recallable(transaction.Connection, request);
                if (!found.Succeeded)
                {
                    return found.Problem;
                }

                var set = new PublicationSet(found.Value.AccountId, found.Value.Account, found.Value.Feed)
                {
                    Actor = actor, State = PublicationState.Recalling, Reason = request.Reason, By = found.Value.By,
                };
                foreach (var file in found.Value.Files)
                {
                    set.Files.Add(new PublicationEntry(VaultPath.Parse(file.Path), NewToken()) { Size = file.Size, Sha256 = file.Sha256, FileId = file.Id });
                }

                PublicationSql.Begin(transaction.Connection, set, lease.Owner, time.GetUtcNow());
                files = TakeBack(transaction, set, found.Value.Files, request.Publication);
                return set;
            },
            cancellationToken).ConfigureAwait(false);
        if (!decided.Succeeded)
        {
            return decided.Problem;
        }

        var recalled = decided.Value;
        Step("recall-decided");
        await EachAsync([recalled], HideAsync, CancellationToken.None).ConfigureAwait(false);
        Step("hidden");
        if (recalled.Error != StoreError.None)
        {
            return Problem.Unusable($"Recall {recalled.Id} is decided, but files of account {recalled.Account} could not be hidden yet ({recalled.Error}). It is tried again; see `waybill doctor`.");
        }

        var settled = await database.WriteAsync<int>(
            transaction =>
            {
                PublicationSql.Settle(transaction.Connection, recalled, PublicationState.Recalled, time.GetUtcNow());
                return 1;
            },
            CancellationToken.None).ConfigureAwait(false);
        return settled.Succeeded ? new RecallReport(recalled.Id, recalled.Account, files) : settled.Problem;
    }

    /// <summary>From this transaction's commit on the files are not the customer's any more.</summary>
    private List<RecalledFile> TakeBack(WriteTransaction transaction, PublicationSet set, IReadOnlyList<CatalogueFile> files, long? publication)
    {
        var (connection, now) = (transaction.Connection, time.GetUtcNow());
        List<RecalledFile> told = [];
        for (var i = 0; i < files.Count; i++)
        {
            var (file, entry) = (files[i], set.Files[i]);
            CatalogueSql.Left(connection, set.AccountId, file.Path, GoneHow.Recalled, now);
            var fetches = connection.All(
                "SELECT login, protocol, address, fetched_at, bytes, whole FROM fetch WHERE file_id = @file ORDER BY fetched_at DESC LIMIT @limit",
                CatalogueSql.ReadFetch, ("@file", file.Id), ("@limit", FeedLimits.FetchesTold));
            told.Add(new RecalledFile(file.Path, file.Size, file.Arrived, entry.HiddenPath, fetches));
            Record(transaction, set, AuditActions.Recalled, file.Path, new JsonObject { ["recall"] = set.Id, ["publication"] = publication, ["fetches"] = fetches.Count });
        }

        EventSql.Raise(connection, FeedTopics.Recalled, set.AccountId, new JsonObject
        {
            ["recall"] = set.Id.ToString(CultureInfo.InvariantCulture),
            ["account"] = set.Account,
            ["feed"] = set.Feed,
            ["count"] = files.Count,
            ["files"] = string.Join(", ", set.Files.Take(5).Select(static file => Encoding.UTF8.GetString(file.Path.Name))),
            ["fetchedBy"] = string.Join(", ", told.SelectMany(static file => file.Fetches).Select(static fetch => fetch.Login).Distinct().Take(5)),
            ["reason"] = set.Reason,
        }, now);
        return told;
    }

    private Result<Recallables> Recallable(DatabaseConnection connection, RecallRequest request)
    {
        if (request.Publication is { } id)
        {
            if (PublicationSql.Load(connection, id) is not { } publication)
            {
                return Unknown(id);
            }

            var files = connection.All($"{CatalogueSql.Select} WHERE f.publication_id = @id AND f.gone_at IS NULL ORDER BY f.id", CatalogueSql.Read, ("@id", id));
            return WhyNotTaken(connection, publication.AccountId, publication.Account, files) is { } problem ? problem
                : files.Count > 0
                ? new Recallables(publication.AccountId, publication.Account, publication.Feed, publication.By, files)
                : Problem.Refused($"Publication {id} has no file in the folders of account {publication.Account}: {CommandWord(publication.State)}, or its files are gone already.");
        }

        if (request.Account is null || request.Paths.Count == 0)
        {
            return Problem.Invalid("Say what to recall: --publication ID, or --account NUMBER and the files as /cdr/june.csv.");
        }

        if (AccountService.Find(connection, request.Account) is not { } account)
        {
            return AccountService.Unknown(request.Account);
        }

        List<CatalogueFile> found = [];
        foreach (var path in request.Paths.Distinct())
        {
            if (connection.First(
                    $"{CatalogueSql.Select} WHERE f.account_id = @account AND f.path = @path AND f.gone_at IS NULL", CatalogueSql.Read,
                    ("@account", account.Id), ("@path", path)) is not { } file)
            {
                return Problem.NotFound($"Account {account.Number} has no file {Words.Show(path)}. `waybill receipts list --account {account.Number}` shows what was published.");
            }

            if (types.At(path) is null)
            {
                return Problem.Refused($"{Words.Show(path)} lies in no folder of a feed: it is the customer's own. Only what was published is recalled.");
            }

            found.Add(file);
        }

        if (WhyNotTaken(connection, account.Id, account.Number, found) is { } refused)
        {
            return refused;
        }

        return new Recallables(account.Id, account.Number, types.At(found[0].Path)!.Name, null, found);
    }

    /// <summary>
    /// What is under a legal hold is not taken away either: it stays where the customer, and whoever asks for it, finds it. What is just being published is not there yet.
    /// </summary>
    private static Problem? WhyNotTaken(DatabaseConnection connection, long accountId, string account, List<CatalogueFile> files) => files
        .Select(file => PublicationSql.CheckSettled(connection, accountId, account, file.Path) ?? HoldSql.Check(connection, accountId, account, file.Path))
        .FirstOrDefault(static problem => problem is not null);

    private sealed record Recallables(long AccountId, string Account, string Feed, string? By, IReadOnlyList<CatalogueFile> Files);
}
