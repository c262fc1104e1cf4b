using System.Data.Common;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.Core.Expectations;
using Waybill.Core.Feeds;
using Waybill.Core.Quotas;
using Waybill.Storage;

namespace Waybill.Core.Catalogue;

/// <summary>The catalogue's statements. All changes are for a transaction that also has the audit's row.</summary>
internal static class CatalogueSql
{
    private const string Below = "@target || substr(path, length(@path) + 1)";

    public const string Select = """
        SELECT f.id, a.number, f.path, f.size, f.expected_size, f.arrived_at, f.login, f.protocol, f.sha256, f.first_fetched_at, f.first_fetched_by, f.gone_at, f.gone_how, f.is_unclean
        FROM file f JOIN account a ON a.id = f.account_id
        """;

    public static CatalogueFile Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.IsDBNull(4) ? null : row.GetInt64(4), row.Time(5), row.TextOrNull(6), row.GetString(7),
        row.IsDBNull(8) ? null : row.Bytes(8), row.TimeOrNull(9), row.TextOrNull(10), row.TimeOrNull(11), row.IsDBNull(12) ? null : row.Word<GoneHow>(12)) { IsUnclean = row.GetInt64(13) != 0 };

    public static FileFetch ReadFetch(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.TextOrNull(2), row.Time(3), row.GetInt64(4), row.GetInt64(5) != 0);

    public static long? AccountId(DatabaseConnection connection, string number) =>
        connection.First<long?>("SELECT id FROM account WHERE number_key = @key", static row => row.GetInt64(0), ("@key", AccountNumber.Fold(number)));

    /// <summary>The file that is at a path now.</summary>
    public static long? Present(DatabaseConnection connection, long account, string path) => connection.First<long?>(
        "SELECT id FROM file WHERE account_id = @account AND path = @path AND gone_at IS NULL", static row => row.GetInt64(0), ("@account", account), ("@path", path));

    /// <summary>The latest version that was a file on the disk, wherever it lies and whether it is there or not.</summary>
    public const string ByFile = "SELECT id FROM file WHERE account_id = @account AND inode = @inode AND born = @born ORDER BY id DESC LIMIT 1";

    /// <summary>The latest version that had a path until after the file was made that was read there, and of which nobody knows which file it was.</summary>
    public const string OfUnknownFile = "SELECT id FROM file WHERE account_id = @account AND path = @path AND inode IS NULL AND gone_at >= @born ORDER BY id DESC LIMIT 1";

    /// <summary>
    /// The version that somebody has read at a path. It may have been replaced, removed or renamed since; what has its path now is meant where that is the file that was read,
    /// where nobody knows which file it is, and where the file was made after it: somebody has put it back from a copy. Else it was one before it whose file nobody knows.
    /// </summary>
    public static long? WasRead(DatabaseConnection connection, long account, string path, FileNumber read)
    {
        var there = connection.First<(long Id, FileNumber File, long Placed)?>(
            "SELECT id, inode, born, max(arrived_at, coalesce(placed_at, 0)) FROM file WHERE account_id = @account AND path = @path AND gone_at IS NULL",
            static row => (row.GetInt64(0), new FileNumber(row.IsDBNull(1) ? null : row.GetInt64(1), row.IsDBNull(2) ? null : row.GetInt64(2)), row.GetInt64(3)),
            ("@account", account), ("@path", path));
        if (read.Inode is null || there?.File == read)
        {
            return there?.Id;
        }

        return connection.First<long?>(ByFile, static row => row.GetInt64(0), ("@account", account), ("@inode", read.Inode), ("@born", read.Born))
            ?? (there is { } now && (now.File.Inode is null || read.Born > now.Placed)
                ? now.Id
                : connection.First<long?>(OfUnknownFile, static row => row.GetInt64(0), ("@account", account), ("@path", path), ("@born", read.Born)));
    }

    /// <summary>A new version is in place; the one before it is replaced.</summary>
    /// <returns>Its number.</returns>
    public static long Arrived(
        DatabaseConnection connection, long account, string path, long size, long? expectedSize, string? login, string protocol, DateTimeOffset now,
        FileNumber number = default)
    {
        Leave(connection, account, path, GoneHow.Replaced, now);
        var file = connection.Number(
            """
            INSERT INTO file (account_id, path, size, expected_size, arrived_at, login, protocol, inode, born)
            VALUES (@account, @path, @size, @expected, @now, @login, @protocol, @inode, @born) RETURNING id
            """,
            ("@account", account), ("@path", path), ("@size", size), ("@expected", expectedSize), ("@now", now.ToColumn()), ("@login", login), ("@protocol", protocol),
            ("@inode", number.Inode), ("@born", number.Born));
        QuotaWatch.Look(connection, account, now);
        return file;
    }

    /// <summary>Says of a file what is known of it besides: the feed that it belongs to, the hash of its content.</summary>
    public static void Describe(DatabaseConnection connection, long file, string? feed, byte[]? sha256)
    {
        if (feed is not null || sha256 is not null)
        {
            connection.Execute(
                "UPDATE file SET feed = coalesce(@feed, feed), sha256 = coalesce(@sha256, sha256) WHERE id = @file", ("@feed", feed), ("@sha256", sha256), ("@file", file));
        }
    }

    /// <summary>Its client cut the connection without saying that this was all.</summary>
    public static void EndedUncleanly(DatabaseConnection connection, long file) => connection.Execute("UPDATE file SET is_unclean = 1 WHERE id = @file", ("@file", file));

    /// <summary>The file at a path, or those in the directory there, belong to the feeds that their places say and to no other; to none under a name that is not final.</summary>
    public static void BelongsTo(DatabaseConnection connection, long account, string path, Func<string, string?> feedOf)
    {
        foreach (var (id, place, had) in connection.All(
            """
            SELECT id, path, feed FROM file WHERE account_id = @account AND path = @path AND gone_at IS NULL
            UNION ALL SELECT id, path, feed FROM file WHERE account_id = @account AND path > @path || '/' AND path < @path || '0' AND gone_at IS NULL
            """,
            static row => (row.GetInt64(0), row.GetString(1), row.TextOrNull(2)), ("@account", account), ("@path", path)))
        {
            if (feedOf(place) is var feed && feed != had)
            {
                connection.Execute("UPDATE file SET feed = @feed WHERE id = @file", ("@feed", feed), ("@file", id));
            }
        }
    }

    /// <summary>The file at a path is there no longer; nothing happens if the catalogue does not know one.</summary>
    public static void Left(DatabaseConnection connection, long account, string path, GoneHow how, DateTimeOffset now)
    {
        Leave(connection, account, path, how, now);
        QuotaWatch.Look(connection, account, now);
    }

    /// <summary>A file, or a directory with all that lies in it, has another name.</summary>
    public static void Renamed(DatabaseConnection connection, long account, string path, string target, DateTimeOffset now)
    {
        if (path == target)
        {
            return;
        }

        if (Present(connection, account, path) is { } file)
        {
            Left(connection, account, target, GoneHow.Replaced, now);
            connection.Execute(
                $"UPDATE file SET path = @target{(IsFirstName(path, target) ? Named("@target") : "")} WHERE id = @file",
                ("@target", target), ("@now", now.ToColumn()), ("@account", account), ("@file", file));
            return;
        }

        // A file that the catalogue does not know: what it knows there is replaced all the same.
        Left(connection, account, target, GoneHow.Replaced, now);

        // A directory, in the place of none or of an empty one: what the catalogue still has below it is not there. '0' is the character behind '/'.
        connection.Execute(
            "UPDATE file SET gone_at = @now, gone_how = @how WHERE account_id = @account AND path > @target || '/' AND path < @target || '0' AND gone_at IS NULL",
            ("@now", now.ToColumn()), ("@how", GoneHow.Replaced.ToWord()), ("@account", account), ("@target", target));
        connection.Execute(
            $"""
            UPDATE file SET path = {Below}{Named(Below)}
            WHERE account_id = @account AND path > @path || '/' AND path < @path || '0' AND gone_at IS NULL
            """,
            ("@target", target), ("@path", path), ("@now", now.ToColumn()), ("@account", account));
    }

    /// <summary>A file was cut or lengthened by path: another file lies there now, with the arrival of the one before.</summary>
    public static void Resized(DatabaseConnection connection, long account, string path, long size, DateTimeOffset now)
    {
        connection.Execute(
            "UPDATE file SET size = @size, expected_size = NULL, sha256 = NULL, placed_at = @now, inode = NULL, born = NULL WHERE account_id = @account AND path = @path AND gone_at IS NULL",
            ("@size", size), ("@now", now.ToColumn()), ("@account", account), ("@path", path));
        QuotaWatch.Look(connection, account, now);
    }

    /// <summary>Somebody read a file.</summary>
    public static void Fetched(DatabaseConnection connection, long file, FileFetch fetch, in FileEvent read = default)
    {
        connection.Execute(
            """
            INSERT INTO fetch (file_id, login, protocol, address, fetched_at, bytes, whole, identity, read_from, read_to, cut)
            VALUES (@file, @login, @protocol, @address, @time, @bytes, @whole, @identity, @from, @to, @cut)
            """,
            ("@file", file), ("@login", fetch.Login), ("@protocol", fetch.Protocol), ("@address", fetch.Address), ("@time", fetch.Time.ToColumn()), ("@bytes", fetch.Bytes),
            ("@whole", fetch.Whole ? 1 : 0), ("@identity", read.Identity == 0 ? null : unchecked((long)read.Identity)), ("@from", read.ReadFrom), ("@to", read.ReadTo), ("@cut", read.IsCut ? 1 : 0));
        if (fetch.Whole)
        {
            connection.Execute(
                "UPDATE file SET first_fetched_at = @time, first_fetched_by = @login WHERE id = @file AND first_fetched_at IS NULL",
                ("@time", fetch.Time.ToColumn()), ("@login", fetch.Login), ("@file", file));
        }
    }

    /// <summary>
    /// It comes by a name, unless it goes back to the one that it was last renamed from, and its coming there was judged before that: then it has not come again. What
    /// was not there when it was looked for comes when it is back.
    /// </summary>
    private static string Named(string target) => $"""
        , named_at = CASE WHEN named_from IS {target} THEN named_before ELSE @now END, named_before = named_at,
        named_from = CASE WHEN coalesce(named_at, arrived_at) < ({ExpectationSql.JudgedStatement}) THEN path END
        """;

    /// <summary>Whether a file comes by its renaming for who waits for it: out of another folder, or from a name that was not final.</summary>
    private static bool IsFirstName(string path, string target)
    {
        var (end, targetEnd) = (path.LastIndexOf('/'), target.LastIndexOf('/'));
        return UnfinishedNames.Has(path[(end + 1)..]) || !path.AsSpan(0, end).SequenceEqual(target.AsSpan(0, targetEnd));
    }

    // Without a look at the quotas: in the middle of a replacement usage is lower for a moment, and would be warned of anew.
    private static void Leave(DatabaseConnection connection, long account, string path, GoneHow how, DateTimeOffset now) => connection.Execute(
        "UPDATE file SET gone_at = @now, gone_how = @how WHERE account_id = @account AND path = @path AND gone_at IS NULL",
        ("@now", now.ToColumn()), ("@how", how.ToWord()), ("@account", account), ("@path", path));
}
