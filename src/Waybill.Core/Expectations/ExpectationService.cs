using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Feeds;
using Waybill.Core.Notifications;

namespace Waybill.Core.Expectations;

/// <summary>Expectations: setting, listing, removing.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
/// <param name="types">The feeds, and where their files lie.</param>
public sealed class ExpectationService(WaybillDatabase database, AuditLog audit, TimeProvider time, FeedTypes types)
{
    /// <summary>Expectations of one account.</summary>
    public const int MaximumPerAccount = 100;

    private const int LongestFeed = 32;
    private const int MostDays = 365;

    /// <summary>
    /// Sets an expectation; one with the same folder and pattern is changed. The next due time is in the future, never one that has passed; set again with the same times it
    /// stays what it was.
    /// </summary>
    /// <param name="wanted">What is expected.</param>
    /// <param name="zone">The zone of an account that has none.</param>
    /// <param name="actor">Who sets it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<Expectation>> SetAsync(NewExpectation wanted, TimeZoneInfo zone, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var ofFeed = types.Find(wanted.Feed) is { Succeeded: true } found ? found.Value.Folder : "/" + wanted.Feed;
        var folder = (wanted.Folder ?? ofFeed).TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/";
        if (Check(wanted, folder) is { } problem)
        {
            return problem;
        }

        return await database.WriteAsync<Expectation>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (AccountService.Find(connection, wanted.Account) is not { } account)
                {
                    return AccountService.Unknown(wanted.Account);
                }

                (string, object?)[] key = [("@account", account.Id), ("@folder", folder), ("@pattern", wanted.Pattern)];
                const string Same = "account_id = @account AND folder = @folder AND pattern = @pattern";
                if (wanted.Folder is null)
                {
                    // The feed may have had another folder when it was set.
                    connection.Execute(
                        """
                        UPDATE OR REPLACE expectation SET folder = @folder
                        WHERE account_id = @account AND pattern = @pattern AND of_feed = 1 AND lower(feed) = lower(@feed) AND folder <> @folder
                        """,
                        [.. key, ("@feed", wanted.Feed)]);
                }

                if (connection.Number($"SELECT count(*) FROM expectation WHERE account_id = @account AND NOT ({Same})", key) >= MaximumPerAccount)
                {
                    return Problem.LimitReached($"Account {account.Number} has {MaximumPerAccount} expectations, and that is the limit. Remove one that is not needed.");
                }

                var now = time.GetUtcNow();
                var times = wanted.By is { } by ? new DueTimes(by, wanted.Days, ExpectationChecker.Zone(account.TimeZone, zone)) : null;
                var looked = now - TimeSpan.FromDays(wanted.UnfetchedDays ?? 0);
                connection.Execute(
                    """
                    INSERT INTO expectation (account_id, feed, of_feed, folder, pattern, by_minute, days, unfetched_days, created_at, next_due_at, next_day, looked_until)
                    VALUES (@account, @feed, @ofFeed, @folder, @pattern, @by, @days, @unfetched, @now, @due, @day, @looked)
                    ON CONFLICT (account_id, folder, pattern) DO UPDATE SET feed = @feed, of_feed = @ofFeed, by_minute = @by, days = @days, unfetched_days = @unfetched,
                        next_due_at = CASE WHEN by_minute IS @by AND days = @days AND next_day IS NOT NULL THEN next_due_at ELSE @due END,
                        last_due_at = CASE WHEN by_minute IS @by AND days = @days AND next_day IS NOT NULL THEN last_due_at ELSE NULL END,
                        next_day = CASE WHEN by_minute IS @by AND days = @days AND next_day IS NOT NULL THEN next_day ELSE @day END,
                        looked_until = CASE WHEN unfetched_days IS NULL THEN @looked ELSE looked_until END
                    """,
                    [
                        .. key, ("@feed", wanted.Feed), ("@ofFeed", wanted.Folder is null ? 1 : 0),
                        ("@by", wanted.By is { } minute ? (minute.Hour * 60) + minute.Minute : null), ("@days", (int)wanted.Days),
                        ("@unfetched", wanted.UnfetchedDays), ("@now", now.ToColumn()), ("@due", times?.After(now).ToColumn()), ("@day", times?.DayAfter(now).DayNumber),
                        ("@looked", looked.ToColumn()),
                    ]);
                audit.Append(transaction, new AuditEntry(NotificationActions.ExpectationSet, actor)
                {
                    Account = account.Number,
                    Subject = $"{folder.TrimEnd('/')}/{wanted.Pattern}",
                    Detail = $"{(wanted.By is { } until ? $"by {until:HH:mm} {wanted.Days.Show()}" : "at no time")}{(wanted.UnfetchedDays is { } days ? $", fetched within {days} days" : "")}",
                });
                return connection.First(
                    ExpectationSql.Select + $" WHERE e.{Same.Replace(" AND ", " AND e.", StringComparison.Ordinal)}", row => ExpectationSql.Read(row, types), key)!;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists expectations by account and folder.</summary>
    /// <param name="account">Only those of this account; null for all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Expectation>> ListAsync(string? account = null, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<Expectation>.Clamp(size);
        var above = long.TryParse(after, System.Globalization.CultureInfo.InvariantCulture, out var id) ? id : 0;
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    ExpectationSql.Select + (account is null
                        ? " WHERE e.id > @above ORDER BY e.id LIMIT @limit"
                        : " WHERE e.id > @above AND e.account_id = (SELECT id FROM account WHERE number_key = @account) ORDER BY e.id LIMIT @limit"),
                    row => ExpectationSql.Read(row, types),
                    ("@above", above), ("@account", account is null ? null : AccountNumber.Fold(account)), ("@limit", size + 1));
                return new Page<Expectation>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].Id.ToString(System.Globalization.CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    /// <summary>How many files were due and are still waited for.</summary>
    public ValueTask<long> CountMissedAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(static connection => connection.Number(ExpectationSql.OpenCountStatement), cancellationToken);

    /// <summary>Removes an expectation.</summary>
    public ValueTask<Result<Expectation>> RemoveAsync(long id, Actor actor, CancellationToken cancellationToken = default) => database.WriteAsync<Expectation>(
        transaction =>
        {
            var connection = transaction.Connection;
            if (connection.First(ExpectationSql.Select + " WHERE e.id = @id", row => ExpectationSql.Read(row, types), ("@id", id)) is not { } expectation)
            {
                return Problem.NotFound($"There is no expectation {id}. `waybill expectation list` shows them.");
            }

            connection.Execute("DELETE FROM expectation WHERE id = @id", ("@id", id));
            audit.Append(transaction, new AuditEntry(NotificationActions.ExpectationRemoved, actor)
            {
                Account = expectation.Account, Subject = $"{expectation.Folder.TrimEnd('/')}/{expectation.Pattern}",
            });
            return expectation;
        },
        cancellationToken);

    private static Problem? Check(NewExpectation wanted, string folder)
    {
        if (wanted.Feed.Length is 0 or > LongestFeed || !wanted.Feed.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return Problem.Invalid($"'{Words.Show(wanted.Feed)}' is no feed. Name it as cdr, with at most {LongestFeed} letters, digits, - and _.");
        }

        if (Words.Check("folder", folder) is { } badFolder)
        {
            return badFolder;
        }

        if (!folder.StartsWith('/') || folder.Split('/').Any(static name => name is "." or ".."))
        {
            return Problem.Invalid($"'{Words.Show(folder)}' is no folder of a vault. Write it as /cdr.");
        }

        if (Words.Check("pattern", wanted.Pattern) is { } badPattern)
        {
            return badPattern;
        }

        if (wanted.Pattern.Contains('/', StringComparison.Ordinal))
        {
            return Problem.Invalid($"'{Words.Show(wanted.Pattern)}' is no pattern of a name. Write it as *.csv, without a folder.");
        }

        if (wanted.By is null && wanted.UnfetchedDays is null)
        {
            return Problem.Invalid("Nothing is expected. Give a time by which a file is there, or days within which files are fetched.");
        }

        return wanted.Days == Weekdays.None || wanted.UnfetchedDays is < 1 or > MostDays
            ? Problem.Invalid($"The days are out of range. Give at least one day of the week, and 1 to {MostDays} days to fetch.")
            : null;
    }
}
