using System.Data.Common;
using Waybill.Core.Database;
using Waybill.Core.Feeds;

namespace Waybill.Core.Expectations;

/// <summary>The expectations' statements.</summary>
internal static class ExpectationSql
{
    public const string Select = """
        SELECT e.id, a.number, e.feed, e.folder, e.pattern, e.by_minute, e.days, e.unfetched_days, a.time_zone, e.next_due_at, e.account_id, e.looked_until,
               e.of_feed, e.next_day, e.last_due_at, e.looked_id
        FROM expectation e JOIN account a ON a.id = e.account_id
        """;

    /// <summary>Those that are due, and those that a clock that was ahead has judged, or set, further than can be.</summary>
    internal const string DueStatement = Select + " WHERE e.next_due_at <= @now OR e.next_due_at > @far OR e.last_due_at > @judged ORDER BY e.next_due_at LIMIT @limit";

    /// <summary>Those of whose account files came so long ago that they are to be looked at.</summary>
    internal const string UnfetchedStatement = Select + """
         WHERE e.unfetched_days > 0 AND EXISTS (
            SELECT 1 FROM file f
            WHERE f.account_id = e.account_id AND (f.arrived_at, f.id) > (e.looked_until, e.looked_id) AND f.arrived_at <= @now - e.unfetched_days * 86400000
            UNION ALL SELECT 1 FROM file f
            WHERE f.account_id = e.account_id AND (f.named_at, f.id) > (e.looked_until, e.looked_id) AND f.named_at <= @now - e.unfetched_days * 86400000)
         ORDER BY +e.id LIMIT @limit
        """;

    /// <summary>Files are looked at when their days are over: an end that lies ahead was set by a clock that was.</summary>
    internal const string LookedAheadStatement = "UPDATE expectation SET looked_until = @now WHERE unfetched_days > 0 AND looked_until > @now";

    /// <summary>What came to an account before then was judged by all its expectations.</summary>
    internal const string JudgedStatement = """
        SELECT min(min(iif(unfetched_days IS NULL, 9223372036854775807, looked_until), iif(by_minute IS NULL, 9223372036854775807, coalesce(last_due_at, 0))))
        FROM expectation WHERE account_id = @account
        """;

    internal const string OpenStatement =
        "SELECT rowid, expectation_id, due_at, late_until FROM missed WHERE state = 'open' AND rowid > @after ORDER BY rowid LIMIT @limit";

    internal const string OpenCountStatement = "SELECT count(*) FROM missed WHERE state = 'open'";

    internal const string OverStatement = "DELETE FROM missed WHERE due_at < @before";

    // Programs upload under these names first. What is held, or was taken back, was not delivered, and neither was a file of a set that could not be shown: only its row says so.
    private const string Matches = """
        substr(place, 1, length(@folder)) = @folder AND substr(place, length(@folder) + 1) LIKE @like ESCAPE '\'
        AND instr(substr(place, length(@folder) + 1), '/') = 0 AND substr(place, length(@folder) + 1, 1) <> '.'
        AND place NOT LIKE '%.filepart' AND place NOT LIKE '%.part' AND place NOT LIKE '%.partial' AND place NOT LIKE '%.tmp'
        AND (gone_how IS NULL OR gone_how NOT IN ('held', 'recalled'))
        AND (publication_id IS NULL OR EXISTS (SELECT 1 FROM publication_file p WHERE p.file_id = came.id AND p.publication_id = came.publication_id))
        """;

    private const string Columns =
        "f.id, coalesce(f.taken_from, f.path) AS place, f.size, f.login, f.gone_at, f.gone_how, f.first_fetched_at, f.publication_id, f.taken_from";

    /// <summary>
    /// The files that came in a time: by their arrival, or where they got their name later, by that. What the back office has taken over came to where it was delivered.
    /// </summary>
    internal const string FilesStatement = $"""
        SELECT place, came_at, size, login, id FROM (
            SELECT {Columns}, f.arrived_at AS came_at FROM file f
            WHERE f.account_id = @account AND (f.arrived_at, f.id) > (@after, @afterId) AND f.arrived_at <= @until AND f.named_at IS NULL
            UNION ALL
            SELECT {Columns}, f.named_at FROM file f WHERE f.account_id = @account AND (f.named_at, f.id) > (@after, @afterId) AND f.named_at <= @until) came
        WHERE {Matches}
        """;

    private const string OnlyUnfetched = " AND gone_at IS NULL AND first_fetched_at IS NULL AND taken_from IS NULL";

    public static Expectation Read(DbDataReader row, FeedTypes types)
    {
        var (feed, folder) = (row.GetString(2), row.GetString(3));
        return new Expectation(
            row.GetInt64(0), row.GetString(1), feed, row.GetInt64(12) != 0 && types.Find(feed) is { Succeeded: true } type ? type.Value.Folder : folder, row.GetString(4),
            row.IsDBNull(5) ? null : TimeOnly.MinValue.AddMinutes(row.GetInt64(5)), (Weekdays)row.GetInt64(6), row.IsDBNull(7) ? null : (int)row.GetInt64(7),
            row.TextOrNull(8), row.IsDBNull(9) || row.GetInt64(9) == 0 ? null : row.Time(9));
    }

    public static Watched ReadWatched(DbDataReader row, FeedTypes types) => new(
        Read(row, types), row.GetInt64(10), row.Time(11), row.GetInt64(15), row.IsDBNull(13) ? null : DateOnly.FromDayNumber((int)row.GetInt64(13)), row.TimeOrNull(14));

    /// <summary>The first file that came in a time, also one that has gone since.</summary>
    public static Arrival? First(DatabaseConnection connection, Watched watched, DateTimeOffset after, DateTimeOffset until) => connection.First(
        FilesStatement + " ORDER BY came_at, id LIMIT 1", ReadArrival, Parameters(watched, after, long.MaxValue, until));

    /// <summary>The first files that came since it was looked, are still there, and that nobody has fetched.</summary>
    public static List<Arrival> Unfetched(DatabaseConnection connection, Watched watched, DateTimeOffset until, int count) => connection.All(
        FilesStatement + OnlyUnfetched + " ORDER BY came_at, id LIMIT @limit",
        ReadArrival,
        [.. Parameters(watched, watched.LookedUntil, watched.LookedId, until), ("@limit", count)]);

    private static Arrival ReadArrival(DbDataReader row) => new(row.GetString(0), row.Time(1), row.GetInt64(2), row.TextOrNull(3), row.GetInt64(4));

    private static (string, object?)[] Parameters(Watched watched, DateTimeOffset after, long afterId, DateTimeOffset until) =>
    [
        ("@account", watched.AccountId), ("@folder", watched.Expectation.Folder.TrimEnd('/') + "/"), ("@like", Like(watched.Expectation.Pattern)),
        ("@after", after.ToColumn()), ("@afterId", afterId), ("@until", until.ToColumn()),
    ];

    private static string Like(string pattern) => pattern
        .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)
        .Replace('*', '%').Replace('?', '_');
}

/// <summary>An expectation with what the checker keeps of it.</summary>
/// <param name="Expectation">It.</param>
/// <param name="AccountId">The account's number in the database.</param>
/// <param name="LookedUntil">Until when files were looked at whether somebody has fetched them.</param>
/// <param name="LookedId">The last file of that instant that was looked at; more than any number for all.</param>
/// <param name="NextDay">The next day that is judged, by the clocks of the account; null where an older version has set it.</param>
/// <param name="LastDue">The due time that was judged last; null for none since it was set.</param>
internal sealed record Watched(Expectation Expectation, long AccountId, DateTimeOffset LookedUntil, long LookedId, DateOnly? NextDay, DateTimeOffset? LastDue);

/// <summary>A file that came.</summary>
internal sealed record Arrival(string Path, DateTimeOffset Time, long Size, string? Login, long Id);
