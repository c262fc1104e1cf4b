using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Events;
using Waybill.Core.Logins;
using Waybill.Core.People;

namespace Waybill.Core.Keys.Life;

/// <summary>What happens to keys after they were installed: they are lost, replaced, and shared by mistake.</summary>
/// <param name="database">Where keys are.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="keys">Revokes keys.</param>
/// <param name="burntKeys">Refuses keys for good.</param>
/// <param name="time">The clock.</param>
public sealed class KeyLife(WaybillDatabase database, AuditLog audit, KeyService keys, BurntKeys burntKeys, TimeProvider time)
{
    /// <summary>Logins that are named of a shared key; the rest is counted.</summary>
    public const int LoginsNamed = 20;

    /// <summary>Shared keys that a list shows.</summary>
    public const int SharedListed = 1000;

    /// <summary>
    /// "Someone may have my key": it is revoked at once on this login and on the others of its account, live sessions end, it is refused for good everywhere, and staff are
    /// told, with the logins of others that have it too. A key that was revoked before is refused for good all the same.
    /// </summary>
    /// <remarks>
    /// Anybody can install the public key of another on a login of their own, and report that one: so a customer stops it only where they may, and it is refused for good only
    /// if it has logged in there, for which its private half is needed. Staff are told in any case.
    /// </remarks>
    /// <param name="userName">The login.</param>
    /// <param name="fingerprint">The key, as in <see cref="KeyService.RevokeAsync"/>.</param>
    /// <param name="note">What happened, in the words of whoever says so; null for nothing.</param>
    /// <param name="access">What they may do at the login's account; null for staff.</param>
    /// <param name="actor">Who says so.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<LostKey>> ReportCompromisedAsync(
        string userName, string fingerprint, string? note, AccountAccess? access, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync<LostKey>(
            transaction =>
            {
                if (note is not null && Words.Check("note", note) is { } problem)
                {
                    return problem;
                }

                var connection = transaction.Connection;
                if (LoginSql.Find(connection, userName) is not { } login)
                {
                    return LoginSql.Unknown(userName);
                }

                var found = KeySearch.Find(KeySql.OfLogin(connection, login.Id), fingerprint, login.UserName);
                if (!found.Succeeded)
                {
                    return found.Problem;
                }

                var owners = Owners(connection, found.Value.Sha256);
                var own = owners.Where(owner => owner.LoginId == login.Id
                    || (owner.Account is not null && owner.Account == login.Account && (access?.Vendors is null || (owner.Vendor is { } vendor && access.Covers(vendor))))).ToList();
                foreach (var owner in own)
                {
                    var revoked = keys.Revoke(transaction, owner.UserName, found.Value.Sha256, note is null ? "reported lost" : "reported lost: " + note, actor);
                    if (!revoked.Succeeded)
                    {
                        return revoked.Problem;
                    }
                }

                var isBurnt = access is null || (access.Vendors is null ? WasUsedAtAccount(connection, login.Id, found.Value.Sha256) : found.Value.LastUsed is not null);
                if (isBurnt)
                {
                    burntKeys.Add(transaction, new SentHalf(found.Value.Sha256, IsProven: true), BurntKeys.ReportedLost, actor);
                }

                var lost = new LostKey(
                    KeySql.Find(connection, login.Id, found.Value.Sha256)!, [.. own.Select(static owner => owner.UserName)], [.. owners.Except(own).Select(static owner => owner.UserName)], isBurnt);
                Tell(transaction, login, lost, note, actor);
                return lost;
            },
            cancellationToken);

    /// <summary>How far the changes of a login's keys are: one for each older key that still works.</summary>
    public async ValueTask<Result<IReadOnlyList<KeyRotation>>> RotationsAsync(string userName, CancellationToken cancellationToken = default)
    {
        var installed = await keys.ListAsync(userName, cancellationToken).ConfigureAwait(false);
        return installed.Succeeded ? Result.Of(KeyRotation.Of(installed.Value, time.GetUtcNow())) : installed.Problem;
    }

    /// <summary>Drops an old key: revokes it in favour of the newest one, if that one was seen to work.</summary>
    /// <param name="userName">The login.</param>
    /// <param name="fingerprint">The old key.</param>
    /// <param name="evenIfUsed">Also when it was used in the last days.</param>
    /// <param name="actor">Who drops it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<InstalledKey>> DropOldAsync(string userName, string fingerprint, bool evenIfUsed, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync<InstalledKey>(
            transaction =>
            {
                if (LoginSql.Find(transaction.Connection, userName) is not { } login)
                {
                    return LoginSql.Unknown(userName);
                }

                var installed = KeySql.OfLogin(transaction.Connection, login.Id);
                var found = KeySearch.Find(installed, fingerprint, login.UserName);
                if (!found.Succeeded)
                {
                    return found.Problem;
                }

                var rotation = KeyRotation.Of(installed, time.GetUtcNow()).FirstOrDefault(each => each.Old.Id == found.Value.Id);
                return rotation switch
                {
                    null => Problem.Refused($"{found.Value.Sha256} is no old key of {login.UserName}: it is the newest that works, or works no more. Add its successor first."),
                    { State: RotationState.NewNotUsed } => Problem.Refused(
                        $"The new key {rotation.New.Sha256} has not logged in yet. Use it once, so that it is certain to work, and drop the old one then."),
                    { State: RotationState.OldStillUsed } when !evenIfUsed => Problem.Refused(
                        $"The old key was used on {KeyService.Format(rotation.Old.LastUsed!.Value)} from {rotation.Old.LastUsedFrom}, after the new one was added: some program has it still. Give that the new key first."),
                    _ => keys.Revoke(transaction, login.UserName, rotation.Old.Sha256, $"replaced by {rotation.New.Sha256}", actor),
                };
            },
            cancellationToken);

    /// <summary>How many keys expire within a time.</summary>
    public ValueTask<long> CountExpiringAsync(TimeSpan within, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        return database.ReadAsync(
            connection => connection.Number(
                "SELECT count(*) FROM login_key WHERE expires_at IS NOT NULL AND revoked_at IS NULL AND expires_at > @now AND expires_at <= @until",
                ("@now", now.ToColumn()), ("@until", (now + within).ToColumn())),
            cancellationToken);
    }

    /// <summary>The keys that expire within a time, the next first.</summary>
    /// <param name="within">How far to look.</param>
    /// <param name="account">Only those of this account; null for all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public ValueTask<Page<ExpiringKey>> ExpiringAsync(TimeSpan within, string? account = null, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<ExpiringKey>.Clamp(size);
        var now = time.GetUtcNow();

        // "1700000000000-17": behind the key 17, which expires then.
        var (from, key) = after?.Split('-') is [var moment, var id] && Number(moment) is { } at && at > now.ToColumn() && Number(id) is { } last ? (at, last) : (now.ToColumn(), long.MaxValue);
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    """
                    SELECT l.user_name, k.sha256, k.label, k.expires_at, k.id FROM login_key k JOIN login l ON l.id = k.login_id
                    WHERE k.expires_at IS NOT NULL AND k.revoked_at IS NULL AND k.expires_at >= @from AND k.expires_at <= @until AND (k.expires_at > @from OR k.id > @key)
                      AND (@account IS NULL OR l.account_id = (SELECT id FROM account WHERE number_key = @account))
                    ORDER BY k.expires_at, k.id LIMIT @limit
                    """,
                    static row => (Key: new ExpiringKey(row.GetString(0), row.GetString(1), row.GetString(2), row.Time(3)), Id: row.GetInt64(4)),
                    ("@from", from), ("@until", (now + within).ToColumn()), ("@key", key), ("@account", account is null ? null : AccountNumber.Fold(account)), ("@limit", size + 1));
                return new Page<ExpiringKey>(
                    [.. rows.Take(size).Select(static row => row.Key)],
                    rows.Count > size ? string.Create(CultureInfo.InvariantCulture, $"{rows[size - 1].Key.Expires.ToColumn()}-{rows[size - 1].Id}") : null);
            },
            cancellationToken);

        static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>How many keys more than one login has.</summary>
    public ValueTask<long> CountSharedAsync(CancellationToken cancellationToken = default) =>
        database.ReadAsync(static connection => connection.Number("SELECT count(*) FROM shared_key"), cancellationToken);

    /// <summary>The keys that more than one login has, those of the most logins first.</summary>
    /// <param name="limit">How many at most, 1 to <see cref="SharedListed"/>.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public ValueTask<IReadOnlyList<SharedKey>> SharedAsync(int limit = SharedListed, CancellationToken cancellationToken = default) => database.ReadAsync<IReadOnlyList<SharedKey>>(
        connection =>
        [
            .. connection.All(
                "SELECT sha256, type, logins FROM shared_key ORDER BY logins DESC, sha256 LIMIT @limit",
                ReadShared, ("@limit", Math.Clamp(limit, 1, SharedListed)))
            .Select(each => WithLogins(connection, each)),
        ],
        cancellationToken);

    /// <summary>The keys that more than one login has, by fingerprint: in pages, which have each key once however many logins take it or leave it meanwhile.</summary>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public ValueTask<Page<SharedKey>> ListSharedAsync(int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<SharedKey>.Clamp(size);
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    "SELECT sha256, type, logins FROM shared_key WHERE sha256 > @after ORDER BY sha256 LIMIT @limit", ReadShared, ("@after", after ?? ""), ("@limit", size + 1));
                return new Page<SharedKey>([.. rows.Take(size).Select(each => WithLogins(connection, each))], rows.Count > size ? rows[size - 1].Sha256 : null);
            },
            cancellationToken);
    }

    private static SharedKey ReadShared(DbDataReader row) => new(row.GetString(0), row.GetString(1), [], row.GetInt32(2));

    private static SharedKey WithLogins(DatabaseConnection connection, SharedKey key) =>
        key with { Logins = [.. Owners(connection, key.Sha256, LoginsNamed).Select(static owner => owner.UserName)] };

    /// <summary>
    /// The keys of a login that others have too and that work there, by fingerprint, with those others; also of one that is revoked on the login itself. For staff, since
    /// whose they are is not the customer's business.
    /// </summary>
    public ValueTask<IReadOnlyDictionary<string, IReadOnlyList<string>>> SharedWithAsync(string userName, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyDictionary<string, IReadOnlyList<string>>>(
            connection => connection.All(
                    """
                    SELECT k.sha256, o.user_name FROM login l
                    JOIN login_key k ON k.login_id = l.id
                    JOIN login_key s ON s.sha256 = k.sha256 AND s.login_id <> l.id AND s.revoked_at IS NULL
                    JOIN login o ON o.id = s.login_id
                    WHERE l.user_key = @user ORDER BY o.user_key LIMIT 1000
                    """,
                    static row => (Sha256: row.GetString(0), UserName: row.GetString(1)), ("@user", UserName.Fold(userName)))
                .GroupBy(static each => each.Sha256, static each => each.UserName)
                .ToDictionary(static group => group.Key, static IReadOnlyList<string> (group) => [.. group.Take(LoginsNamed)]),
            cancellationToken);

    private static List<Owner> Owners(DatabaseConnection connection, string sha256, int limit = SharedListed) => connection.All(
        """
        SELECT l.id, l.user_name, a.number, l.vendor FROM login_key k JOIN login l ON l.id = k.login_id LEFT JOIN account a ON a.id = l.account_id
        WHERE k.sha256 = @sha256 AND k.revoked_at IS NULL ORDER BY l.user_key LIMIT @limit
        """,
        static row => new Owner(row.GetInt64(0), row.GetString(1), row.TextOrNull(2), row.TextOrNull(3)), ("@sha256", sha256), ("@limit", limit));

    private static bool WasUsedAtAccount(DatabaseConnection connection, long loginId, string sha256) => connection.Number(
        """
        SELECT count(*) FROM login_key k JOIN login l ON l.id = k.login_id
        WHERE k.sha256 = @sha256 AND k.last_used_at IS NOT NULL AND (l.id = @login OR l.account_id = (SELECT account_id FROM login WHERE id = @login))
        """,
        ("@sha256", sha256), ("@login", loginId)) > 0;

    private void Tell(WriteTransaction transaction, Login login, LostKey lost, string? note, Actor actor)
    {
        var key = lost.Key;
        audit.Append(transaction, new AuditEntry(AuditActions.KeyReportedLost, actor)
        {
            Account = login.Account,
            Subject = login.UserName,
            Detail = $"{key.Sha256}, revoked on {(lost.RevokedOn.Count > 0 ? string.Join(", ", lost.RevokedOn) : "none, since it was before")}"
                + (lost.IsBurnt ? "" : "; not refused elsewhere, since it has not logged in here")
                + (lost.AlsoOn.Count > 0 ? $"; installed too on {string.Join(", ", lost.AlsoOn)}" : "") + (note is null ? "" : $": {note}"),
        });
        EventSql.Raise(
            transaction.Connection, KeyTopics.ReportedLost,
            login.Account is null ? null : transaction.Connection.Number("SELECT account_id FROM login WHERE id = @id", ("@id", login.Id)),
            new JsonObject
            {
                ["user"] = login.UserName, ["key"] = key.Sha256, ["label"] = key.Label, ["by"] = actor.Name, ["note"] = note, ["revokedOn"] = Names(lost.RevokedOn),
                ["refusedForAll"] = lost.IsBurnt ? "yes" : "no, since it has not logged in there", ["lastUsed"] = key.LastUsed?.ToEvent(), ["lastUsedFrom"] = key.LastUsedFrom,
            },
            time.GetUtcNow());
        if (lost.AlsoOn.Count > 0)
        {
            // Not in the account's own: whoever adds another's public key and reports it would read there whether that one is a customer.
            EventSql.Raise(
                transaction.Connection, KeyTopics.LostElsewhere, null,
                new JsonObject { ["user"] = login.UserName, ["key"] = key.Sha256, ["by"] = actor.Name, ["count"] = lost.AlsoOn.Count, ["logins"] = Names(lost.AlsoOn) }, time.GetUtcNow());
        }
    }

    private static JsonArray Names(IReadOnlyList<string> names) => [.. names.Take(LoginsNamed).Select(static name => (JsonNode)name)];

    private sealed record Owner(long LoginId, string UserName, string? Account, string? Vendor);
}
