using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Export;
using Waybill.Core.Links;
using Waybill.Core.Vaults;

namespace Waybill.Core.Retention;

/// <summary>
/// What stands behind the link of a notice: the files that the account was told of, and all of them in one zip. The link works until the run and any number of
/// times; it shows no other file and no other account.
/// </summary>
/// <param name="database">Where files are listed.</param>
/// <param name="audit">Where downloads are recorded.</param>
/// <param name="links">The links.</param>
/// <param name="stores">The vaults.</param>
/// <param name="time">The clock.</param>
public sealed class RetentionLinks(WaybillDatabase database, AuditLog audit, SecretLinks links, VaultStores stores, TimeProvider time)
{
    /// <summary>What these links are for.</summary>
    public const string Purpose = "retention";

    private const string From = """
        FROM retention_noticed n JOIN file f ON f.id = n.file_id AND f.account_id = n.account_id LEFT JOIN retention_mark m ON m.file_id = f.id
        WHERE n.due_at = @due AND n.account_id = @account
        """;

    private static readonly string State = $"""
        CASE WHEN f.gone_at IS NOT NULL THEN 'gone'
             WHEN m.due_at IS NULL OR m.due_at > @due OR EXISTS (SELECT 1 FROM hold h WHERE h.account_id = f.account_id AND {HoldSql.Covers("h.path", "f.path")}) THEN 'stays'
             ELSE 'goes' END
        """;

    private static readonly string Count = $"""
        SELECT count(*), coalesce(sum(state = 'goes'), 0), coalesce(sum(CASE WHEN state = 'goes' THEN size END), 0), coalesce(sum(state = 'goes' AND first_fetched_at IS NULL), 0)
        FROM (SELECT f.size, f.first_fetched_at, {State} AS state {From})
        """;

    private static readonly string List = $"""
        SELECT n.position, f.id, f.path, f.size, f.arrived_at, f.first_fetched_at IS NOT NULL, {State} {From} AND n.position > @after
        ORDER BY n.position LIMIT @limit
        """;

    /// <summary>More than the content of a small zip: what a reader has when it has this much behind a file is the file.</summary>
    internal int SettledBehind { get; init; } = 1024 * 1024;

    /// <summary>The most content that a zip has.</summary>
    internal long MaximumBytes { get; init; } = RetentionLimits.LinkBytes;

    /// <summary>The most memory for a zip's list of files.</summary>
    internal int MaximumDirectory { get; init; } = RetentionLimits.LinkDirectory;

    /// <summary>What a token opens; null when nothing.</summary>
    public async ValueTask<RetentionNotice?> FindAsync(string? token, CancellationToken cancellationToken = default)
    {
        if (await links.FindAsync(token, Purpose, cancellationToken).ConfigureAwait(false) is not { } link || !TryRead(link.Subject, out var account, out var run))
        {
            return null;
        }

        return await database.ReadAsync(
            connection =>
            {
                var owner = connection.First("SELECT number, name FROM account WHERE id = @id", static row => (Number: row.GetString(0), Name: row.GetString(1)), ("@id", account));
                return owner.Number is null ? null : connection.First(
                    Count,
                    row => new RetentionNotice(owner.Number, owner.Name, run, row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)) { AccountId = account },
                    ("@due", run.ToColumn()), ("@account", account));
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The files of a notice in order, those first that nobody had fetched when it was sent.</summary>
    /// <param name="notice">The notice.</param>
    /// <param name="after">How many to leave out at the beginning.</param>
    /// <param name="limit">How many.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<IReadOnlyList<NoticedFile>> ListAsync(RetentionNotice notice, long after, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(notice);
        return database.ReadAsync<IReadOnlyList<NoticedFile>>(
            connection => connection.All(
                List,
                static row => new NoticedFile(row.GetInt64(1), row.GetString(2), row.GetInt64(3), row.Time(4), row.GetInt64(5) != 0, row.Word<NoticedState>(6)),
                ("@due", notice.Run.ToColumn()), ("@account", notice.AccountId), ("@after", after), ("@limit", Math.Min(limit, RetentionLimits.Page))),
            cancellationToken);
    }

    /// <summary>
    /// Writes all files of a notice that still go as one zip. A file counts as fetched once it and some more behind it were written, or the zip is whole. A
    /// problem before the first byte is returned; after that, whatever goes wrong is an exception and the zip stays unfinished, so that nobody takes it for whole.
    /// </summary>
    /// <param name="notice">The notice.</param>
    /// <param name="output">Where to.</param>
    /// <param name="address">Where the reader is.</param>
    /// <param name="cancellationToken">The reader is gone.</param>
    public async ValueTask<Result<RetentionDownload>> SendAsync(RetentionNotice notice, Stream output, string? address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var opened = stores.Open(notice.Account);
        if (!opened.Succeeded)
        {
            return Problem.Unusable("The files of this account cannot be read at the moment. Try again in some minutes.");
        }

        await using var store = opened.Value;

        // A blank in its name: no login can have it.
        var actor = new Actor(ActorKind.System, "retention link") { Address = address };
        await using var writer = await ZipStreamWriter.CreateAsync(output, MaximumDirectory, cancellationToken).ConfigureAwait(false);
        var zip = new RetentionZip(this, store, audit, actor, notice, writer, time);
        try
        {
            return await zip.WriteAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await audit.AppendAsync(new AuditEntry(AuditActions.RetentionDownload, actor)
            {
                Account = notice.Account,
                Outcome = zip.IsWhole ? AuditOutcome.Done : AuditOutcome.Failed,
                Detail = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{{\"run\":\"{notice.Run.ToEvent()}\",\"files\":{zip.Files},\"bytes\":{zip.Bytes},\"leftOut\":{zip.LeftOut},\"whole\":{(zip.IsWhole ? "true" : "false")}}}"),
            }, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Notes which files an account is told of, behind those that it was told of before; in the transaction that tells it.</summary>
    internal static void Remember(DatabaseConnection connection, long account, DateTimeOffset run, long? told)
    {
        var known = connection.Number("SELECT coalesce(max(position), 0) FROM retention_noticed WHERE due_at = @due AND account_id = @account", ("@due", run.ToColumn()), ("@account", account));
        connection.Execute(
            """
            INSERT INTO retention_noticed (due_at, account_id, position, file_id)
            SELECT @due, m.account_id, @known + row_number() OVER (ORDER BY f.first_fetched_at IS NOT NULL, f.arrived_at, f.id), f.id
            FROM retention_mark m JOIN file f ON f.id = m.file_id
            WHERE m.account_id = @account AND m.due_at <= @due AND m.marked_at > @told AND f.gone_at IS NULL
              AND f.id NOT IN (SELECT file_id FROM retention_noticed WHERE due_at = @due AND account_id = @account)
            ORDER BY f.first_fetched_at IS NOT NULL, f.arrived_at, f.id LIMIT @limit
            """,
            ("@account", account), ("@due", run.ToColumn()), ("@told", told ?? 0), ("@known", known), ("@limit", RetentionLimits.LinkFiles - known));
    }

    /// <summary>Forgets what accounts were told of runs that are over; says how many rows it removed, at most <see cref="RetentionLimits.Page"/>.</summary>
    internal static int Forget(DatabaseConnection connection, DateTimeOffset now) => connection.Execute(
        """
        DELETE FROM retention_noticed WHERE (due_at, account_id, position) IN
          (SELECT due_at, account_id, position FROM retention_noticed WHERE due_at < @now LIMIT @limit)
        """,
        ("@now", now.ToColumn()), ("@limit", RetentionLimits.Page));

    /// <summary>Makes the link of a notice; null when its run is over.</summary>
    internal static string? Create(WriteTransaction transaction, SecretLinks links, long account, JsonObject body, DateTimeOffset now)
    {
        if (body["run"] is not JsonValue value || !value.TryGetValue<string>(out var text)
            || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var run) || run <= now)
        {
            return null;
        }

        var lifetime = run - now < LinkLimits.Lifetime ? run - now : LinkLimits.Lifetime;
        return links.Create(transaction, Purpose, string.Create(CultureInfo.InvariantCulture, $"{account} {run.ToColumn()}"), lifetime);
    }

    private static bool TryRead(string subject, out long account, out DateTimeOffset run)
    {
        var parts = subject.Split(' ');
        run = default;
        account = 0;
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out account)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
        {
            return false;
        }

        run = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }
}
