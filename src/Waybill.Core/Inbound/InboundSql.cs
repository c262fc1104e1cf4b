using System.Data.Common;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Logins;

namespace Waybill.Core.Inbound;

/// <summary>The inbound table's statements.</summary>
internal static class InboundSql
{
    public const string Select = """
        SELECT f.id, i.sequence, a.number, f.path, f.size, f.sha256, f.arrived_at, f.login, i.state, i.claimant, i.claimed_until, i.decided_at, i.decided_by, i.report,
               i.connection, i.touched_at, i.identity, i.target, i.target_state, f.account_id, i.decider_kind, i.decider_name,
               i.decider_address, i.decider_connection, f.expected_size
        FROM inbound i JOIN file f ON f.id = i.file_id JOIN account a ON a.id = f.account_id
        """;

    /// <summary>In two parts: with an OR SQLite walks through all files of the account.</summary>
    internal const string RenamedStatement = """
        UPDATE inbound SET state = 'arriving', connection = @connection, touched_at = @now
        WHERE state IN ('arriving', 'partial', 'waiting') AND file_id IN (
            SELECT id FROM file WHERE account_id = @account AND gone_at IS NULL AND path = @path
            UNION ALL SELECT id FROM file WHERE account_id = @account AND gone_at IS NULL AND path > @path || '/' AND path < @path || '0')
        """;

    internal const string PiecesStatement = """
        SELECT read_from, read_to, cut FROM fetch
        WHERE file_id = @file AND fetched_at > (SELECT coalesce(placed_at, -1) FROM file WHERE id = @file) AND login = @login AND identity = @identity
        ORDER BY fetched_at DESC, id DESC LIMIT @limit
        """;

    /// <summary>
    /// Files of a state, or all that were ever offered, in the order in which they were offered; by their number those of a state in which there are some that never were. The
    /// sign keeps SQLite from walking through the files of the account.
    /// </summary>
    public static string ListStatement(InboundState? state, bool ofAccount)
    {
        var place = IsOffered(state) ? "i.sequence" : "i.file_id";
        return $"{Select} WHERE {(state is { } one ? $"i.state = '{one.ToWord()}' AND " : "")}{place} > @since{(ofAccount ? " AND +f.account_id = @account" : "")} ORDER BY {place} LIMIT @limit";
    }

    /// <summary>Whether all files of a state were offered; of null all that were.</summary>
    public static bool IsOffered(InboundState? state) => state is not (InboundState.Arriving or InboundState.Partial or InboundState.Rejected or InboundState.Withdrawn);

    public static InboundFile ReadFile(DbDataReader row) => new(
        row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetInt64(4),
        row.IsDBNull(5) ? null : Convert.ToHexStringLower(row.Bytes(5)), row.Time(6), row.TextOrNull(7), row.Word<InboundState>(8), row.TextOrNull(9), row.TimeOrNull(10),
        row.TimeOrNull(11), row.TextOrNull(12), row.TextOrNull(13));

    public static InboundRow Read(DbDataReader row) => new(
        ReadFile(row), row.TextOrNull(14), row.Time(15), row.IsDBNull(16) ? null : row.GetInt64(16), row.TextOrNull(17),
        row.IsDBNull(18) ? null : row.Word<InboundState>(18), row.GetInt64(19),
        row.IsDBNull(20) ? null : new Actor(row.Word<ActorKind>(20), row.GetString(21)) { Address = row.TextOrNull(22), Connection = row.TextOrNull(23) },
        row.IsDBNull(24) ? null : row.GetInt64(24));

    public static InboundRow? Find(DatabaseConnection connection, long file) => connection.First($"{Select} WHERE i.file_id = @file", Read, ("@file", file));

    /// <summary>A login, a person in the portal or a program with a token has committed a file; what customers and vendors commit is for the back office.</summary>
    public static void Delivered(DatabaseConnection connection, long file, Actor actor, DateTimeOffset now)
    {
        if (actor.Kind is not (ActorKind.Person or ActorKind.Token) && (actor.Kind != ActorKind.Login || !Delivers(connection, actor.Name)))
        {
            return;
        }

        connection.Execute(
            "INSERT INTO inbound (file_id, state, connection, touched_at) VALUES (@file, 'arriving', @connection, @now)",
            ("@file", file), ("@connection", actor.Connection), ("@now", now.ToColumn()));
    }

    /// <summary>
    /// A login has renamed a file, or a directory of them: under another name it is another delivery. What somebody has claimed stays claimed.
    /// </summary>
    public static void Renamed(DatabaseConnection connection, long account, string path, Actor actor, DateTimeOffset now) => connection.Execute(
        RenamedStatement,
        ("@connection", actor.Connection), ("@now", now.ToColumn()), ("@account", account), ("@path", path));

    /// <summary>A login has set something of a file that its session delivered: it is not done with it. Other sessions, of the same login too, neither keep nor offer it.</summary>
    public static void Touched(DatabaseConnection connection, long account, string path, Actor actor, DateTimeOffset now) => connection.Execute(
        """
        UPDATE inbound SET touched_at = @now
        WHERE state = 'arriving' AND connection IS @connection AND file_id = (SELECT id FROM file WHERE account_id = @account AND path = @path AND gone_at IS NULL)
        """,
        ("@connection", actor.Connection), ("@now", now.ToColumn()), ("@account", account), ("@path", path));

    /// <summary>A login has set the size of a file: it has another content, which nobody has judged, claimed or fetched.</summary>
    public static void Resized(DatabaseConnection connection, long account, string path, Actor actor, DateTimeOffset now) => connection.Execute(
        """
        UPDATE inbound SET state = 'arriving', connection = @connection, touched_at = @now, claimant = NULL, claimed_until = NULL, identity = NULL
        WHERE state IN ('arriving', 'partial', 'waiting', 'claimed') AND target IS NULL
          AND file_id = (SELECT id FROM file WHERE account_id = @account AND path = @path AND gone_at IS NULL)
        """,
        ("@connection", actor.Connection), ("@now", now.ToColumn()), ("@account", account), ("@path", path));

    /// <summary>A file that lies where customers and vendors deliver and that no login committed: the operator's, or an upload whose end a crash cut off.</summary>
    public static void Found(DatabaseConnection connection, long file, DateTimeOffset now) => connection.Execute(
        """
        INSERT INTO inbound (file_id, state, touched_at) VALUES (@file, 'arriving', @now)
        ON CONFLICT (file_id) DO UPDATE SET state = 'arriving', touched_at = @now WHERE state = 'withdrawn'
        """,
        ("@file", file), ("@now", now.ToColumn()));

    /// <summary>
    /// Whether a login has read all of a file, of that one on the disk and no other, in however many pieces; of many the newest count. One that was cut off counts as
    /// far as the client says that it has it: up to where it went on. What was read before its size was set is no more of it.
    /// </summary>
    public static bool IsFetched(DatabaseConnection connection, long file, string login, long identity, long size)
    {
        var pieces = connection.All(
            PiecesStatement,
            static row => (From: row.GetInt64(0), To: row.GetInt64(1), IsCut: row.GetInt64(2) != 0),
            ("@file", file), ("@login", login), ("@identity", identity), ("@limit", InboundLimits.Pieces));
        pieces.Sort(static (one, other) => one.From.CompareTo(other.From));
        var starts = pieces.ConvertAll(static piece => piece.From);
        var reached = 0L;
        foreach (var piece in pieces)
        {
            reached = piece.From <= reached ? Math.Max(reached, piece.IsCut ? LastUpTo(starts, piece.To) : piece.To) : reached;
        }

        return reached >= size;
    }

    /// <summary>The next number of what is offered; numbers become visible in their order, since there is one writer.</summary>
    public static long NextSequence(DatabaseConnection connection) =>
        connection.Number("UPDATE revision SET value = value + 1 WHERE topic = 'inbound' RETURNING value");

    /// <summary>Says where a file is to go. Until this is undone or done, whoever comes by finishes the move.</summary>
    public static void Intend(DatabaseConnection connection, long file, InboundState state, string target, long identity, string by, Actor decider, string? report) =>
        connection.Execute(
            """
            UPDATE inbound SET target = @target, target_state = @state, identity = @identity, decided_by = @by, report = @report, decider_kind = @kind,
                decider_name = @name, decider_address = @address, decider_connection = @connection
            WHERE file_id = @file
            """,
            ("@target", target), ("@state", state.ToWord()), ("@identity", identity), ("@by", by), ("@report", report),
            ("@kind", decider.Kind.ToWord()), ("@name", decider.Name), ("@address", decider.Address), ("@connection", decider.Connection), ("@file", file));

    public static void Undo(DatabaseConnection connection, long file) => connection.Execute(
        "UPDATE inbound SET target = NULL, target_state = NULL, decided_by = NULL, report = NULL WHERE file_id = @file", ("@file", file));

    /// <summary>
    /// The file lies where it was to go. If its sender has delivered a new version of it meanwhile, this one is not replaced but moved.
    /// </summary>
    public static void Done(DatabaseConnection connection, InboundRow row, DateTimeOffset now)
    {
        CatalogueSql.Left(connection, row.AccountId, row.Target!, GoneHow.Replaced, now);
        connection.Execute(
            "UPDATE file SET path = @target, taken_from = CASE WHEN @taken THEN path END, gone_at = NULL, gone_how = NULL WHERE id = @file",
            ("@target", row.Target), ("@taken", row.TargetState == InboundState.Processed ? 1 : 0), ("@file", row.File.Id));
        connection.Execute(
            "UPDATE inbound SET state = target_state, target = NULL, target_state = NULL, decided_at = @now WHERE file_id = @file",
            ("@now", now.ToColumn()), ("@file", row.File.Id));
    }

    /// <summary>The last start that is not behind a point; a piece's own is one of them.</summary>
    private static long LastUpTo(List<long> starts, long point)
    {
        var index = starts.BinarySearch(point);
        return index >= 0 ? point : ~index > 0 ? starts[~index - 1] : 0;
    }

    private static bool Delivers(DatabaseConnection connection, string userName) =>
        connection.Number(
            "SELECT count(*) FROM login WHERE user_key = @key AND kind IN ('customer', 'vendor')", ("@key", UserName.Fold(userName))) > 0;
}
