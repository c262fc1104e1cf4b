using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Feeds;

/// <summary>What accounts want to get: feeds and file types. An account that never chose gets everything.</summary>
/// <param name="database">Where subscriptions are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="types">The feeds.</param>
public sealed class SubscriptionService(WaybillDatabase database, AuditLog audit, FeedTypes types)
{
    /// <summary>Sets all that an account wants: each of the feeds in each of the file types that it carries. Empty lists mean everything.</summary>
    public async ValueTask<Result<IReadOnlyList<Subscription>>> SetAsync(
        string account, IReadOnlyCollection<string> feeds, IReadOnlyCollection<string> fileTypes, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(feeds);
        ArgumentNullException.ThrowIfNull(fileTypes);
        var chosen = Choose(feeds, fileTypes);
        return chosen.Succeeded
            ? await database.WriteAsync<IReadOnlyList<Subscription>>(transaction => Set(transaction, account, chosen.Value, actor), cancellationToken).ConfigureAwait(false)
            : chosen.Problem;
    }

    /// <summary>
    /// Adds to what an account wants, in the transaction of something larger. One that gets everything gets no less: only with its first login
    /// (<paramref name="isFirst"/>) does this choose.
    /// </summary>
    internal Result<IReadOnlyList<Subscription>> Extend(
        WriteTransaction transaction, Account account, IReadOnlyCollection<string> feeds, IReadOnlyCollection<string> fileTypes, bool isFirst, Actor actor)
    {
        var chosen = Choose(feeds, fileTypes);
        if (!chosen.Succeeded)
        {
            return chosen.Problem;
        }

        var before = transaction.Connection.All(
            "SELECT feed, file_type FROM subscription WHERE account_id = @account ORDER BY feed, file_type",
            static row => (Feed: row.GetString(0), FileType: row.GetString(1)), ("@account", account.Id));
        if (chosen.Value.Count == 0 || (before.Count == 0 && !isFirst) || chosen.Value.TrueForAll(before.Contains))
        {
            return Result.Of<IReadOnlyList<Subscription>>([.. before.Select(pair => new Subscription(account.Number, pair.Feed, pair.FileType))]);
        }

        return Set(transaction, account.Number, [.. before.Union(chosen.Value)], actor);
    }

    /// <summary>What is wrong with a choice, or null.</summary>
    internal Problem? Check(IReadOnlyCollection<string> feeds, IReadOnlyCollection<string> fileTypes) => Choose(feeds, fileTypes).Problem;

    /// <summary>Lists subscriptions by account; accounts that get everything are not among them.</summary>
    /// <param name="account">Of this account only; null lists all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Subscription>> ListAsync(string? account = null, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<Subscription>.Clamp(size);
        var (number, feed, fileType) = after?.Split(' ') is [var one, var two, var three] ? (one, two, three) : ("", "", "");
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    $"""
                    SELECT a.number, s.feed, s.file_type FROM account a JOIN subscription s ON s.account_id = a.id
                    WHERE a.number_key >= @number AND (a.number_key, s.feed, s.file_type) > (@number, @feed, @type) {(account is null ? "" : "AND a.number_key = @account")}
                    ORDER BY a.number_key, s.feed, s.file_type LIMIT @limit
                    """,
                    static row => new Subscription(row.GetString(0), row.GetString(1), row.GetString(2)),
                    ("@number", number), ("@feed", feed), ("@type", fileType), ("@account", account is null ? null : AccountNumber.Fold(account)), ("@limit", size + 1));
                return new Page<Subscription>(
                    [.. rows.Take(size)], rows.Count > size ? $"{AccountNumber.Fold(rows[size - 1].Account)} {rows[size - 1].Feed} {rows[size - 1].FileType}" : null);
            },
            cancellationToken);
    }

    private Result<IReadOnlyList<Subscription>> Set(WriteTransaction transaction, string account, List<(string Feed, string FileType)> pairs, Actor actor)
    {
        var connection = transaction.Connection;
        if (AccountService.Find(connection, account) is not { } found)
        {
            return AccountService.Unknown(account);
        }

        connection.Execute("DELETE FROM subscription WHERE account_id = @account", ("@account", found.Id));
        foreach (var (feed, fileType) in pairs)
        {
            connection.Execute(
                "INSERT INTO subscription (account_id, feed, file_type) VALUES (@account, @feed, @type)", ("@account", found.Id), ("@feed", feed), ("@type", fileType));
        }

        audit.Append(transaction, new AuditEntry(AuditActions.SubscriptionSet, actor)
        {
            Account = found.Number,
            Subject = found.Number,
            Detail = pairs.Count == 0 ? "everything" : string.Join(", ", pairs.Select(static pair => $"{pair.Feed}/{pair.FileType}")),
        });
        return Result.Of<IReadOnlyList<Subscription>>([.. pairs.Select(pair => new Subscription(found.Number, pair.Feed, pair.FileType))]);
    }

    private Result<List<(string Feed, string FileType)>> Choose(IReadOnlyCollection<string> feeds, IReadOnlyCollection<string> fileTypes)
    {
        List<(string Feed, string FileType)> pairs = [];
        List<FeedType> wanted = [];
        foreach (var name in feeds)
        {
            var found = types.Find(name);
            if (!found.Succeeded)
            {
                return found.Problem;
            }

            wanted.Add(found.Value);
        }

        // File types alone mean these of every feed, and feeds alone all of theirs.
        foreach (var feed in wanted.Count > 0 || fileTypes.Count == 0 ? wanted.Distinct() : types.All)
        {
            pairs.AddRange(feed.FileTypes.Where(type => fileTypes.Count == 0 || fileTypes.Contains(type, StringComparer.OrdinalIgnoreCase)).Select(type => (feed.Name, type)));
        }

        var unused = fileTypes.FirstOrDefault(type => !pairs.Exists(pair => pair.FileType.Equals(type, StringComparison.OrdinalIgnoreCase)));
        if (unused is not null)
        {
            return Problem.Invalid($"None of these feeds carries {Words.Show(unused)}. They carry: {Carried(wanted.Count > 0 ? wanted : types.All)}.");
        }

        return wanted.Find(feed => !pairs.Exists(pair => pair.Feed == feed.Name)) is { } empty
            ? Problem.Invalid($"The feed {empty.Name} carries none of these file types. It carries: {string.Join(", ", empty.FileTypes)}.")
            : pairs;
    }

    private static string Carried(IEnumerable<FeedType> feeds) => string.Join(", ", feeds.SelectMany(static feed => feed.FileTypes).Distinct());
}
