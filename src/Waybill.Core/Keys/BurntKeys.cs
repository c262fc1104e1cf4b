using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Keys.Life;
using Waybill.Core.Logins;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys;

/// <summary>
/// Keys whose private half reached us by mail, form or command line, or was reported lost. Nobody can say who else has a copy, so they are refused on every login, until staff
/// lift that. Only the public fingerprint is kept, never anything of the private key.
/// </summary>
/// <remarks>Logins that have the key keep it: whether to lock a customer out is staff's decision.</remarks>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where it is recorded.</param>
/// <param name="time">The clock.</param>
public sealed class BurntKeys(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>
    /// Keys that are remembered. Anybody can send private keys that were made for it: beyond these one is remembered only if it is on a login, for which somebody installed it.
    /// </summary>
    public const int Maximum = 1_000_000;

    /// <summary>How a key came here that its owner reported.</summary>
    internal const string ReportedLost = "reported lost";

    private const string Prefix = "SHA256:";
    private const int Base64Length = 43;
    private const int LoginsNamed = 100;

    private const string Columns = "b.sha256, b.how, b.burnt_at, b.burnt_by, b.proven, b.lifted_at, b.lifted_by, b.lifted_reason";

    /// <summary>Refuses a key from now on, because somebody who is believed says so.</summary>
    /// <param name="sha256">The public fingerprint, as <c>SHA256:...</c>.</param>
    /// <param name="how">How the private key came to others.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<BurntKey>> AddAsync(string sha256, string how, Actor actor, CancellationToken cancellationToken = default) =>
        AddAsync(new SentHalf(sha256, IsProven: true), how, actor, cancellationToken);

    /// <summary>Refuses the public half of a private key that was sent, from now on, and says on which logins it is installed: on none when the file does not show it, or is none.</summary>
    /// <param name="reading">What was sent.</param>
    /// <param name="how">How it came.</param>
    /// <param name="actor">Who brought it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<IReadOnlyList<string>>> AddAsync(PublicKeyReading reading, string how, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reading);
        if (SentHalf.Of(reading) is not { } half)
        {
            return Result.Of<IReadOnlyList<string>>([]);
        }

        var burnt = await AddAsync(half, how, actor, cancellationToken).ConfigureAwait(false);
        return burnt.Succeeded ? Result.Of(burnt.Value.InstalledOn) : burnt.Problem;
    }

    internal async ValueTask<Result<BurntKey>> AddAsync(SentHalf half, string how, Actor actor, CancellationToken cancellationToken = default)
    {
        if (CheckFingerprint(half.Sha256) is { } badFingerprint)
        {
            return badFingerprint;
        }

        if (Words.Check("description", how) is { } problem)
        {
            return problem;
        }

        return await database.WriteAsync<BurntKey>(transaction => Add(transaction, half, how, actor), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Refuses a key from now on, in the transaction of something larger. The fingerprint is a whole one. What only claims to be a key's private half brings no refusal back that
    /// staff have lifted.
    /// </summary>
    internal BurntKey Add(WriteTransaction transaction, SentHalf half, string how, Actor actor)
    {
        var connection = transaction.Connection;
        var burnt = new BurntKey(half.Sha256, InstalledOn(connection, half.Sha256));
        if (burnt.InstalledOn.Count == 0 && how != ReportedLost && Remembered(connection) >= Maximum && Find(connection, half.Sha256) is null)
        {
            audit.Append(transaction, new AuditEntry(AuditActions.KeyBurnt, actor) { Subject = half.Sha256, Detail = $"{how} (not remembered, since {Remembered(connection)} keys are)" });
            return burnt;
        }

        var isNews = connection.Execute(
            """
            INSERT INTO burnt_key (sha256, how, burnt_at, burnt_by, proven) VALUES (@sha256, @how, @at, @by, @proven)
            ON CONFLICT (sha256) DO UPDATE SET how = @how, burnt_at = @at, burnt_by = @by, proven = 1, lifted_at = NULL, lifted_by = NULL, lifted_reason = NULL
            WHERE @proven = 1 AND (proven = 0 OR lifted_at IS NOT NULL)
            """,
            ("@sha256", half.Sha256),
            ("@how", how),
            ("@at", time.GetUtcNow().ToColumn()),
            ("@by", actor.Name),
            ("@proven", half.IsProven ? 1 : 0)) > 0;
        audit.Append(transaction, new AuditEntry(AuditActions.KeyBurnt, actor) { Subject = half.Sha256, Detail = half.IsProven ? how : how + " (unproven: under a passphrase)" });

        // Once for each key, so that nobody floods the mailbox with one file. Who reports a key lost has a mail of its own.
        if (isNews && burnt.InstalledOn.Count > 0 && how != ReportedLost)
        {
            Tell(connection, half, how, burnt.InstalledOn, actor);
        }

        return burnt;
    }

    /// <summary>How many are remembered, those that were lifted too.</summary>
    public ValueTask<long> CountAsync(CancellationToken cancellationToken = default) => database.ReadAsync(Remembered, cancellationToken);

    /// <summary>The keys that work on logins although they are refused everywhere, the newest first.</summary>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<IReadOnlyList<RefusedKey>> InUseAsync(int limit = 100, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<RefusedKey>>(
        connection =>
        [
            .. connection.All(
                $"""
                SELECT {Columns} FROM burnt_key b
                WHERE b.lifted_at IS NULL AND b.logins > 0 ORDER BY b.rowid DESC LIMIT @limit
                """,
                Read,
                ("@limit", Math.Clamp(limit, 1, Page<RefusedKey>.MaximumSize)))
            .Select(key => key with { InstalledOn = InstalledOn(connection, key.Sha256) }),
        ],
        cancellationToken);

    /// <summary>The keys of a login that work there although they are refused everywhere, by fingerprint.</summary>
    public ValueTask<IReadOnlyDictionary<string, RefusedKey>> InUseAsync(string userName, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyDictionary<string, RefusedKey>>(
        connection => InUse(connection, "l.user_key = @of", UserName.Fold(userName)).ToDictionary(static key => key.Sha256), cancellationToken);

    /// <summary>The keys that work on logins of an account although they are refused everywhere.</summary>
    internal static List<RefusedKey> InUseAt(DatabaseConnection connection, long account) =>
        [.. InUse(connection, "l.account_id = @of", account).Select(key => key with { InstalledOn = InstalledOn(connection, key.Sha256) })];

    private static List<RefusedKey> InUse(DatabaseConnection connection, string where, object of) => connection.All(
        $"""
        SELECT DISTINCT {Columns} FROM login l JOIN login_key k ON k.login_id = l.id AND k.revoked_at IS NULL JOIN burnt_key b ON b.sha256 = k.sha256 AND b.lifted_at IS NULL
        WHERE {where} ORDER BY b.rowid LIMIT {LoginsNamed}
        """,
        Read,
        ("@of", of));

    private void Tell(DatabaseConnection connection, SentHalf half, string how, IReadOnlyList<string> installedOn, Actor actor) => EventSql.Raise(
        connection, KeyTopics.SentInUse, null,
        new JsonObject
        {
            ["key"] = half.Sha256, ["how"] = how, ["by"] = actor.Name, ["proven"] = half.IsProven, ["installedOn"] = string.Join(", ", installedOn.Take(KeyLife.LoginsNamed)),
            ["what"] = half.IsProven ? "The private half of a key reached us" : "A file under a passphrase reached us that claims to be a private key; whether it is one nobody can see",
            ["todo"] = half.IsProven
                ? "Whoever carried it may have a copy: ask the customer for a new key, and revoke this one."
                : "Anybody can write such a file around a public key: ask the customer, at a number that you know, whether they sent it. If they did, revoke the key.",
        },
        time.GetUtcNow());

    /// <summary>Takes a refusal back. The key can be installed again; what only claims to be its private half does not have it refused another time.</summary>
    /// <param name="sha256">The whole fingerprint.</param>
    /// <param name="reason">Why.</param>
    /// <param name="actor">Who takes it back.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<RefusedKey>> LiftAsync(string sha256, string reason, Actor actor, CancellationToken cancellationToken = default)
    {
        if (Words.Check("reason", reason) is { } problem)
        {
            return problem;
        }

        return await database.WriteAsync<RefusedKey>(
            transaction =>
            {
                if (Find(transaction.Connection, sha256) is not { Lifted: null } key)
                {
                    return Problem.NotFound($"{Words.Show(sha256)} is not refused. Give the whole fingerprint, as SHA256:...");
                }

                var now = time.GetUtcNow();
                audit.Append(transaction, new AuditEntry(AuditActions.KeyBurntLifted, actor) { Subject = key.Sha256, Detail = reason });
                transaction.Connection.Execute(
                    "UPDATE burnt_key SET lifted_at = @now, lifted_by = @by, lifted_reason = @reason WHERE sha256 = @sha256",
                    ("@now", now.ToColumn()), ("@by", actor.Name), ("@reason", reason), ("@sha256", key.Sha256));
                return Find(transaction.Connection, key.Sha256)!;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists keys that are refused, the newest first.</summary>
    /// <param name="withLifted">Those whose refusal was lifted too.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="before"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="inUse">Only those that work on logins all the same.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<RefusedKey>> ListAsync(bool withLifted = false, int size = 100, string? before = null, bool inUse = false, CancellationToken cancellationToken = default)
    {
        size = Page<RefusedKey>.Clamp(size);
        var below = long.TryParse(before, NumberStyles.None, CultureInfo.InvariantCulture, out var row) ? row : long.MaxValue;
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    $"""
                    SELECT {Columns}, b.rowid FROM burnt_key b WHERE b.rowid < @below{(withLifted ? "" : " AND b.lifted_at IS NULL")}{(inUse ? " AND b.logins > 0" : "")}
                    ORDER BY b.rowid DESC LIMIT @limit
                    """,
                    static row => (Key: Read(row), Row: row.GetInt64(8)),
                    ("@below", below), ("@limit", size + 1));
                return new Page<RefusedKey>(
                    [.. rows.Take(size).Select(each => each.Key with { InstalledOn = InstalledOn(connection, each.Key.Sha256) })],
                    rows.Count > size ? rows[size - 1].Row.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    /// <summary>The key if it is refused or was; null for any other.</summary>
    internal static RefusedKey? Find(DatabaseConnection connection, string sha256) => connection.First(
        $"SELECT {Columns} FROM burnt_key b WHERE b.sha256 = @sha256", Read, ("@sha256", sha256.Trim()));

    /// <summary>
    /// Why a key is refused; null if it is not. How it came here may name another customer's request, or be what staff wrote for themselves: it is in the sentence for staff alone.
    /// </summary>
    internal static Problem? Refusal(DatabaseConnection connection, string sha256, bool forStaff = false)
    {
        if (Find(connection, sha256) is not { Lifted: null } key)
        {
            return null;
        }

        var when = KeyService.Format(key.Burnt);
        var (how, end) = (forStaff ? $" ({key.How})" : "", "so others may have it. Ask for a new key pair, and for its public half only.");
        return Problem.Refused(
            key.How == ReportedLost ? $"This key was reported lost on {when}, {end}"
            : key.IsProven ? $"The private half of this key reached us on {when}{how}, {end}"
            : $"A private key file that names this key as its public half reached us on {when}{how}. It is under a passphrase, so whether it is true cannot be seen. "
                + (forStaff
                    ? $"If the customer sent it, ask for a new key pair. If they did not, somebody may want to keep them out: `waybill key burnt lift {key.Sha256} --reason TEXT`."
                    : "If it was yours, make a new key pair and send its public half only. If you sent no such file, write to us."));
    }

    // None is ever deleted: the last row's number is their count, without counting.
    private static long Remembered(DatabaseConnection connection) => connection.Number("SELECT coalesce(max(rowid), 0) FROM burnt_key");

    private static Problem? CheckFingerprint(string sha256) => sha256.StartsWith(Prefix, StringComparison.Ordinal) && sha256.Length == Prefix.Length + Base64Length
        ? null
        : Problem.Invalid($"'{Words.Show(sha256)}' is no whole SHA256 fingerprint.");

    private static List<string> InstalledOn(DatabaseConnection connection, string sha256) => connection.All(
        "SELECT l.user_name FROM login_key k JOIN login l ON l.id = k.login_id WHERE k.sha256 = @sha256 AND k.revoked_at IS NULL ORDER BY l.user_key LIMIT @limit",
        static row => row.GetString(0),
        ("@sha256", sha256), ("@limit", LoginsNamed));

    private static RefusedKey Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.Time(2), row.GetString(3), row.GetInt64(4) != 0)
    {
        Lifted = row.TimeOrNull(5), LiftedBy = row.TextOrNull(6), LiftedReason = row.TextOrNull(7),
    };
}
