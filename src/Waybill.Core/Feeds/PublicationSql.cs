using System.Data.Common;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Storage;

namespace Waybill.Core.Feeds;

/// <summary>The statements of publications.</summary>
internal static class PublicationSql
{
    private const string Select = """
        SELECT p.id, a.number, p.feed, p.state, p.reason, p.publisher, b.number, p.begun_at
        FROM publication p JOIN account a ON a.id = p.account_id LEFT JOIN account b ON b.id = p.by_account_id
        """;

    private const string FilesOf = """
        SELECT path, token, size, sha256, heartbeat, held, file_id, replaced_id, source FROM publication_file WHERE publication_id = @id ORDER BY position
        """;

    /// <summary>By the sets that a process works on, which are few, whatever SQLite thinks of it: else it walks through the files of all that were ever published.</summary>
    internal const string UnsettledStatement = """
        SELECT p.id, p.state FROM publication p INDEXED BY publication_unsettled CROSS JOIN publication_file f ON f.publication_id = p.id
        WHERE p.owner IS NOT NULL AND p.account_id = @account AND p.state IN ('committing', 'recalling') AND f.path = @path LIMIT 1
        """;

    internal const string OwnersStatement = "SELECT DISTINCT owner FROM publication WHERE owner IS NOT NULL ORDER BY owner LIMIT @limit";

    internal const string LeftStatement = "SELECT id FROM publication WHERE owner = @owner AND id > @after ORDER BY id LIMIT @limit";

    internal const string BeingHiddenStatement = """
        SELECT EXISTS (
            SELECT 1 FROM publication p INDEXED BY publication_unsettled CROSS JOIN publication_file f ON f.publication_id = p.id
            WHERE p.owner IS NOT NULL AND p.account_id = @account AND ((p.state = 'recalling' AND f.path = @path) OR (p.state = 'holding' AND f.source = @path)))
        """;

    /// <summary>Begins a set: its hidden names are known before there is a file of theirs.</summary>
    public static void Begin(DatabaseConnection connection, PublicationSet set, string owner, DateTimeOffset now)
    {
        set.Id = connection.Number(
            """
            INSERT INTO publication (account_id, feed, state, replaces, reason, publisher, by_account_id, owner, begun_at)
            VALUES (@account, @feed, @state, @replaces, @reason, @publisher, @by, @owner, @now) RETURNING id
            """,
            ("@account", set.AccountId), ("@feed", set.Feed), ("@state", set.State.ToWord()), ("@replaces", set.Replaces ? 1 : 0), ("@reason", set.Reason),
            ("@publisher", set.Actor.Name), ("@by", set.By is null ? null : CatalogueSql.AccountId(connection, set.By)), ("@owner", owner), ("@now", now.ToColumn()));
        for (var position = 0; position < set.Files.Count; position++)
        {
            var file = set.Files[position];
            connection.Execute(
                """
                INSERT INTO publication_file (publication_id, position, path, token, size, sha256, heartbeat, file_id, source)
                VALUES (@id, @position, @path, @token, @size, @sha256, @heartbeat, @file, @source)
                """,
                ("@id", set.Id), ("@position", position), ("@path", file.Path.ToString()), ("@token", file.Token), ("@size", file.Size), ("@sha256", file.Sha256),
                ("@heartbeat", file.IsHeartbeat ? 1 : 0), ("@file", file.FileId), ("@source", file.HeldFrom?.ToString()));
        }
    }

    /// <summary>Writes what is known of the files of a set now.</summary>
    public static void WriteFiles(DatabaseConnection connection, PublicationSet set)
    {
        for (var position = 0; position < set.Files.Count; position++)
        {
            var file = set.Files[position];
            connection.Execute(
                """
                UPDATE publication_file SET size = @size, sha256 = @sha256, heartbeat = @heartbeat, held = @held, file_id = @file, replaced_id = @replaced
                WHERE publication_id = @id AND position = @position
                """,
                ("@size", file.Size), ("@sha256", file.Sha256), ("@heartbeat", file.IsHeartbeat ? 1 : 0), ("@held", file.Held?.ToWord()), ("@file", file.FileId),
                ("@replaced", file.ReplacedId), ("@id", set.Id), ("@position", position));
        }
    }

    /// <summary>The set goes on in the hands of a process.</summary>
    public static void MoveOn(DatabaseConnection connection, PublicationSet set, PublicationState state, string owner)
    {
        set.State = state;
        connection.Execute(
            "UPDATE publication SET state = @state, owner = @owner, replaces = @replaces, aside = @aside, reason = @reason WHERE id = @id",
            ("@state", state.ToWord()), ("@reason", set.Reason), ("@aside", set.Aside?.ToWord()), ("@owner", owner), ("@replaces", set.Replaces ? 1 : 0), ("@id", set.Id));
    }

    /// <summary>The work on the set is over.</summary>
    public static void Settle(DatabaseConnection connection, PublicationSet set, PublicationState state, DateTimeOffset now)
    {
        set.State = state;
        connection.Execute(
            "UPDATE publication SET state = @state, owner = NULL, settled_at = @now, reason = @reason WHERE id = @id",
            ("@state", state.ToWord()), ("@now", now.ToColumn()), ("@reason", set.Reason), ("@id", set.Id));
    }

    /// <summary>Why a file must not be published as it is, or null.</summary>
    public static HeldReason? Duplicate(DatabaseConnection connection, PublicationSet set, PublicationEntry file, bool sameContent)
    {
        var path = file.Path.ToString();
        if (file.IsOnDisk || CatalogueSql.Present(connection, set.AccountId, path) is not null)
        {
            return HeldReason.Present;
        }

        if (connection.Number(
                "SELECT EXISTS (SELECT 1 FROM file WHERE account_id = @account AND path = @path AND gone_at IS NOT NULL AND first_fetched_at IS NOT NULL)",
                ("@account", set.AccountId), ("@path", path)) != 0)
        {
            return HeldReason.Fetched;
        }

        return sameContent && !file.IsHeartbeat && connection.Number(
            "SELECT EXISTS (SELECT 1 FROM file WHERE account_id = @account AND sha256 = @sha256 AND feed IS NOT NULL AND sha256 IS NOT NULL AND feed = @feed AND path <> @path AND id IS NOT @own AND gone_how IS NOT 'held')",
            ("@account", set.AccountId), ("@sha256", file.Sha256), ("@feed", set.Feed), ("@path", path), ("@own", file.FileId)) != 0
                ? HeldReason.Content
                : null;
    }

    /// <summary>What a held file's delivery is called that has the same name and content: a client that tries again finds it, instead of adding a second one.</summary>
    public static (long Id, string Token)? Held(DatabaseConnection connection, PublicationSet set, PublicationEntry file) => connection.First<(long, string)?>(
        """
        SELECT p.id, f.token FROM publication p JOIN publication_file f ON f.publication_id = p.id AND f.position = 0
        WHERE p.state IN ('held', 'recalled') AND p.state = 'held' AND p.account_id = @account AND f.path = @path AND f.sha256 = @sha256
          AND NOT EXISTS (SELECT 1 FROM publication_file WHERE publication_id = p.id AND position > 0) ORDER BY p.id LIMIT 1
        """,
        static row => (row.GetInt64(0), row.GetString(1)), ("@account", set.AccountId), ("@path", file.Path.ToString()), ("@sha256", file.Sha256));

    /// <summary>A file is in the catalogue from now on, with what only publishing knows of it.</summary>
    public static void Arrived(DatabaseConnection connection, PublicationSet set, PublicationEntry file, DateTimeOffset now)
    {
        var path = file.Path.ToString();
        file.ReplacedId = CatalogueSql.Present(connection, set.AccountId, path);
        file.FileId = CatalogueSql.Arrived(connection, set.AccountId, path, file.Size, null, set.Actor.Name, DeliveryProtocol.Publish, now, file.Number);
        connection.Execute(
            "UPDATE file SET feed = @feed, publication_id = @publication, sha256 = @sha256 WHERE id = @file",
            ("@feed", set.Feed), ("@publication", set.Id), ("@sha256", file.Sha256), ("@file", file.FileId));
    }

    /// <summary>A file was not shown after all: it is gone, and what it was to replace is there as before.</summary>
    public static void Undone(DatabaseConnection connection, PublicationEntry file, DateTimeOffset now)
    {
        connection.Execute(
            "UPDATE file SET gone_at = @now, gone_how = 'removed' WHERE id = @file AND gone_at IS NULL", ("@now", now.ToColumn()), ("@file", file.FileId));
        connection.Execute("UPDATE file SET gone_at = NULL, gone_how = NULL WHERE id = @file AND gone_how = 'replaced'", ("@file", file.ReplacedId));
        (file.FileId, file.ReplacedId) = (null, null);
    }

    /// <summary>Whether somebody has had a file: a login has fetched it, moved it or made it go. One that the scan missed was perhaps never there.</summary>
    public static bool WasSeen(DatabaseConnection connection, PublicationEntry file) => connection.Number(
        """
        SELECT EXISTS (
            SELECT 1 FROM file f WHERE f.id = @file
              AND (f.path <> @path OR (f.gone_at IS NOT NULL AND f.gone_how <> 'missing') OR EXISTS (SELECT 1 FROM fetch WHERE file_id = f.id)))
        """,
        ("@file", file.FileId), ("@path", file.Path.ToString())) != 0;

    /// <summary>Processes that left work, living ones too.</summary>
    public static List<string> Owners(DatabaseConnection connection) => connection.All(
        OwnersStatement, static row => row.GetString(0), ("@limit", FeedLimits.Group));

    /// <summary>The next sets that a process left.</summary>
    public static List<PublicationSet> Left(DatabaseConnection connection, string owner, long after) => Load(
        connection, connection.All(
            LeftStatement, static row => row.GetInt64(0), ("@owner", owner), ("@after", after), ("@limit", FeedLimits.Group)));

    /// <summary>A set with its files, to work on; null when there is none.</summary>
    public static PublicationSet? Load(DatabaseConnection connection, long id) => Load(connection, [id]).FirstOrDefault();

    /// <summary>A publication with its files.</summary>
    public static Publication? Find(DatabaseConnection connection, long id) =>
        connection.First($"{Select} WHERE p.id = @id", row => Read(connection, row), ("@id", id));

    /// <summary>What is hidden: held, or taken back.</summary>
    public static List<Publication> SetAside(DatabaseConnection connection, PublicationState state, string? account, long after, int limit)
    {
        var ids = connection.All(
            """
            SELECT p.id FROM publication p JOIN account a ON a.id = p.account_id
            WHERE p.state IN ('held', 'recalled') AND p.state = @state AND p.id > @after AND (@account IS NULL OR a.number_key = @account) ORDER BY p.id LIMIT @limit
            """,
            static row => row.GetInt64(0), ("@state", state.ToWord()), ("@after", after), ("@account", account?.ToLowerInvariant()), ("@limit", limit));
        return [.. ids.Select(id => Find(connection, id)!)];
    }

    /// <summary>The next hidden files of an account: of sets that are held or were taken back, that just become so, and that are just being released.</summary>
    public static List<HiddenFile> HiddenOf(DatabaseConnection connection, long account, (string Token, long Publication) after, int limit) => connection.All(
        """
        SELECT f.publication_id, f.path, f.token, f.size, f.sha256, f.source FROM publication_file f JOIN publication p ON p.id = f.publication_id
        WHERE p.account_id = @account AND (p.state IN ('held', 'recalled', 'recalling', 'holding') OR (p.state = 'committing' AND p.aside IS NOT NULL))
          AND (f.publication_id, f.token) > (@publication, @token)
        ORDER BY f.publication_id, f.token LIMIT @limit
        """,
        static row => new HiddenFile(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.IsDBNull(4) ? null : row.Bytes(4), row.TextOrNull(5)),
        ("@account", account), ("@publication", after.Publication), ("@token", after.Token), ("@limit", limit));

    /// <summary>Where a set is; null when there is none of that number.</summary>
    public static PublicationState? StateOf(DatabaseConnection connection, long id) =>
        connection.First<PublicationState?>("SELECT state FROM publication WHERE id = @id", static row => row.Word<PublicationState>(0), ("@id", id));

    /// <summary>Whether a file at a path is about to be hidden: it was taken back, or is held instead of renamed.</summary>
    public static bool IsBeingHidden(DatabaseConnection connection, long account, string path) =>
        connection.Number(BeingHiddenStatement, ("@account", account), ("@path", path)) != 0;

    /// <summary>
    /// Why a file must not be replaced or taken back at the moment: another set is decided that shows or hides what has its name, and the disk does not have it yet. Null
    /// when it may.
    /// </summary>
    public static Problem? CheckSettled(DatabaseConnection connection, long accountId, string account, string path)
    {
        var other = connection.First<(long Id, PublicationState State)?>(
            UnsettledStatement, static row => (row.GetInt64(0), row.Word<PublicationState>(1)), ("@account", accountId), ("@path", path));
        return other is { } set
            ? Problem.Refused($"{Words.Show(path)} of account {account} is just being {(set.State == PublicationState.Recalling ? "recalled" : "published")}, by {set.Id}. Try again in a moment. If it stays so, see `waybill doctor`.")
            : null;
    }

    private static List<PublicationSet> Load(DatabaseConnection connection, List<long> ids)
    {
        List<PublicationSet> sets = [];
        foreach (var id in ids)
        {
            var set = connection.First(
                """
                SELECT p.account_id, a.number, p.feed, p.state, p.replaces, p.reason, p.publisher, b.number, p.aside
                FROM publication p JOIN account a ON a.id = p.account_id LEFT JOIN account b ON b.id = p.by_account_id WHERE p.id = @id
                """,
                row => new PublicationSet(row.GetInt64(0), row.GetString(1), row.GetString(2))
                {
                    Id = id,
                    State = row.Word<PublicationState>(3),
                    Replaces = row.GetInt64(4) != 0,
                    Reason = row.TextOrNull(5),
                    Actor = Actor.Operator(row.GetString(6)),
                    By = row.TextOrNull(7),
                    Aside = row.IsDBNull(8) ? null : row.Word<PublicationState>(8),
                },
                ("@id", id));
            if (set is not null)
            {
                set.Files.AddRange(connection.All(
                    FilesOf, ReadFile, ("@id", id)));
                sets.Add(set);
            }
        }

        return sets;
    }

    private static PublicationEntry ReadFile(DbDataReader row) => new(VaultPath.Parse(row.GetString(0)), row.GetString(1))
    {
        Size = row.GetInt64(2),
        Sha256 = row.IsDBNull(3) ? null : row.Bytes(3),
        IsHeartbeat = row.GetInt64(4) != 0,
        Held = row.IsDBNull(5) ? null : row.Word<HeldReason>(5),
        FileId = row.IsDBNull(6) ? null : row.GetInt64(6),
        ReplacedId = row.IsDBNull(7) ? null : row.GetInt64(7),
        HeldFrom = row.IsDBNull(8) ? null : VaultPath.Parse(row.GetString(8)),
    };

    private static Publication Read(DatabaseConnection connection, DbDataReader row)
    {
        var (id, state) = (row.GetInt64(0), row.Word<PublicationState>(3));
        var files = connection.All(
            FilesOf, ReadFile, ("@id", id));
        return new Publication(
            id, row.GetString(1), row.GetString(2), state, row.TextOrNull(4), row.GetString(5), row.TextOrNull(6), row.Time(7),
            [.. files.Select(file => file.View(hidden: state is PublicationState.Held or PublicationState.Recalled))]);
    }
}
