using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Logins;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys;

/// <summary>Keys of logins: adding, listing, revoking.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
public sealed class KeyService(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>The most keys of one login that are not revoked.</summary>
    public const int MaximumPerLogin = 100;

    /// <summary>The most keys of one login, those that were revoked included: they are remembered so that none comes back.</summary>
    public const int MaximumRemembered = 1000;

    private static Problem Suspended { get; } = Problem.Refused("The login is suspended: no key is added or changed until it is resumed.");

    /// <summary>Installs a key on a login. A key that is there already stays as it is, and the result says so.</summary>
    public async ValueTask<Result<KeyAddition>> AddAsync(string userName, NewKey key, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        Refused? refused = null;
        var result = await database.WriteAsync<KeyAddition>(transaction => Add(transaction, userName, key, actor, out refused), cancellationToken).ConfigureAwait(false);

        // A known bad key that is sent in again is news for whoever watches; the transaction that refused it was rolled back.
        if (refused is not null)
        {
            var (login, refusal) = refused;
            var recorded = await audit.AppendAsync(
                new AuditEntry(AuditActions.KeyRefused, actor)
                {
                    Account = login.Account,
                    Subject = login.UserName,
                    Outcome = AuditOutcome.Refused,
                    Detail = $"{key.Key.KeyType} {key.Key.Bits} {KeyFingerprint.Sha256(key.Key.Blob.Span)}: {refusal.Message}",
                },
                cancellationToken).ConfigureAwait(false);
            return recorded.Succeeded ? result : recorded.Problem;
        }

        return result;
    }

    /// <summary>Installs a key in the transaction of something larger; <paramref name="refused"/> is for a row of the audit beside it, since a refusal rolls it back.</summary>
    internal Result<KeyAddition> Add(WriteTransaction transaction, string userName, NewKey key, Actor actor, out Refused? refused)
    {
        refused = null;
        var now = time.GetUtcNow();
        if (key.Label is not null && Words.Check("label", key.Label) is { } problem)
        {
            return problem;
        }

        if (key.Expires is { } expires && expires <= now)
        {
            return Problem.Invalid($"The expiry {Format(expires)} is over already. Give a time to come.");
        }

        var sha256 = KeyFingerprint.Sha256(key.Key.Blob.Span);
        var connection = transaction.Connection;
        if (LoginSql.Find(connection, userName) is not { } login)
        {
            return LoginSql.Unknown(userName);
        }

        if (key.IsRefusedWhileSuspended && login.Status == LoginStatus.Suspended)
        {
            return Suspended;
        }

        var existing = KeySql.Find(connection, login.Id, sha256);
        var refusal = BurntKeys.Refusal(connection, sha256, key.IsForStaff) ?? (existing is { Revoked: { } revoked }
            ? Problem.Refused(
                $"This key was revoked on {Format(revoked)} by {existing.RevokedBy} ({existing.RevokedReason}); a revoked key does not come back. Ask for a new key.")
            : null);
        if (refusal is not null)
        {
            refused = new Refused(login, BurntKeys.Refusal(connection, sha256, forStaff: true) ?? refusal);
            return refusal;
        }

        if (existing is not null)
        {
            return new KeyAddition(existing, AlreadyInstalled: true);
        }

        if (CheckRoom(connection, login) is { } full)
        {
            return full;
        }

        var label = key.Label ?? Label(key.Comment);
        connection.Execute(
            """
            INSERT INTO login_key (login_id, type, blob, bits, sha256, md5, label, added_at, added_by, expires_at)
            VALUES (@login, @type, @blob, @bits, @sha256, @md5, @label, @added, @by, @expires)
            """,
            ("@login", login.Id),
            ("@type", key.Key.KeyType),
            ("@blob", key.Key.Blob.ToArray()),
            ("@bits", key.Key.Bits),
            ("@sha256", sha256),
            ("@md5", KeyFingerprint.Md5(key.Key.Blob.Span)),
            ("@label", label),
            ("@added", now.ToColumn()),
            ("@by", actor.Name),
            ("@expires", key.Expires?.ToColumn()));
        OfferedKeys.Forget(connection, login.Id, sha256);
        transaction.TouchLogins();
        audit.Append(transaction, new AuditEntry(AuditActions.KeyAdded, actor)
        {
            Account = login.Account,
            Subject = login.UserName,
            Detail = $"{key.Key.KeyType} {key.Key.Bits} {sha256} {label}".TrimEnd() + (key.Expires is { } end ? $", expires {Format(end)}" : ""),
        });
        return new KeyAddition(KeySql.Find(connection, login.Id, sha256)!, AlreadyInstalled: false);
    }

    /// <summary>Records that what was sent in for a login is no key that can be installed: a private key, a file that was cut off.</summary>
    /// <param name="userName">The login.</param>
    /// <param name="sha256">The fingerprint, when there is one.</param>
    /// <param name="reason">Why; never anything of the file.</param>
    /// <param name="actor">Who brought it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Outcome> RecordRefusalAsync(
        string userName, string? sha256, string reason, Actor actor, CancellationToken cancellationToken = default)
    {
        var login = await database.ReadAsync(connection => LoginSql.Find(connection, userName), cancellationToken).ConfigureAwait(false);
        return login is null ? LoginSql.Unknown(userName) : await audit.AppendAsync(
            new AuditEntry(AuditActions.KeyRefused, actor)
            {
                Account = login.Account,
                Subject = login.UserName,
                Outcome = AuditOutcome.Refused,
                Detail = sha256 is null ? reason : $"{sha256}: {reason}",
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All keys of a login, the oldest first, the revoked ones too.</summary>
    public async ValueTask<Result<IReadOnlyList<InstalledKey>>> ListAsync(string userName, CancellationToken cancellationToken = default)
    {
        var keys = await database.ReadAsync(
            connection => LoginSql.Find(connection, userName) is { } login ? KeySql.OfLogin(connection, login.Id) : null,
            cancellationToken).ConfigureAwait(false);

        // An interface has no implicit conversion.
        return keys is null ? LoginSql.Unknown(userName) : Result.Of<IReadOnlyList<InstalledKey>>(keys);
    }

    /// <summary>
    /// Installs a key that a client offered for the login in vain. The whole fingerprint is asked for: anybody can offer a key for any user name, so whoever
    /// decides has compared it with what the customer says.
    /// </summary>
    /// <param name="userName">The login.</param>
    /// <param name="sha256">The fingerprint.</param>
    /// <param name="label">What to call it; null takes where it was offered from.</param>
    /// <param name="expires">When it stops working; null means never.</param>
    /// <param name="forStaff">As <see cref="NewKey.IsForStaff"/>.</param>
    /// <param name="actor">Who decides.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<KeyAddition>> AddOfferedAsync(
        string userName, string sha256, string? label, DateTimeOffset? expires, bool forStaff, Actor actor, CancellationToken cancellationToken = default)
    {
        var offered = await database.ReadAsync(
            connection => LoginSql.Find(connection, userName) is { } login
                ? OfferedKeys.OfLogin(connection, login.Id, time.GetUtcNow()).Find(key => key.Sha256 == sha256.Trim())
                : null,
            cancellationToken).ConfigureAwait(false);
        return offered is not null && SshPublicKeys.TryParse(offered.Blob.Span, out var key) == PublicKeyError.None
            ? await AddAsync(userName, new NewKey(key!) { Label = label, Comment = $"offered from {offered.Address}", Expires = expires, IsForStaff = forStaff }, actor, cancellationToken).ConfigureAwait(false)
            : Problem.NotFound(
                $"No key {Words.Show(sha256)} was offered for {Words.Show(userName)} in the last {OfferedKeys.Memory.Days} days. `waybill why {Words.Show(userName)}` lists them; give the whole fingerprint.");
    }

    /// <summary>
    /// Revokes a key for good; its sessions end. The fingerprint may be SHA256 or MD5 in any usual notation, or the beginning of one
    /// (<see cref="KeySearch.ShortestPrefix"/> characters or more) that fits one key only.
    /// </summary>
    public async ValueTask<Result<InstalledKey>> RevokeAsync(
        string userName, string fingerprint, string reason, Actor actor, CancellationToken cancellationToken = default)
    {
        if (Words.Check("reason", reason) is { } problem)
        {
            return problem;
        }

        return await database.WriteAsync<InstalledKey>(transaction => Revoke(transaction, userName, fingerprint, reason, actor), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes what a key is called and how long it works. A revoked key stays as it is; one that has run out works again with a time to come.</summary>
    /// <param name="userName">The login.</param>
    /// <param name="fingerprint">The key, as in <see cref="RevokeAsync"/>.</param>
    /// <param name="change">What changes.</param>
    /// <param name="actor">Who changes it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<InstalledKey>> ChangeAsync(string userName, string fingerprint, KeyChange change, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync<InstalledKey>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (LoginSql.Find(connection, userName) is not { } login)
                {
                    return LoginSql.Unknown(userName);
                }

                if (change.IsRefusedWhileSuspended && login.Status == LoginStatus.Suspended)
                {
                    return Suspended;
                }

                var found = KeySearch.Find(KeySql.OfLogin(connection, login.Id), fingerprint, login.UserName);
                if (!found.Succeeded)
                {
                    return found.Problem;
                }

                var key = found.Value;
                if (key.Revoked is not null)
                {
                    return Problem.Refused($"The key {key.Sha256} is revoked, and that is for good. Add a new key.");
                }

                if (change.Label is { Length: > 0 } label && Words.Check("label", label) is { } bad)
                {
                    return bad;
                }

                if (change.Expires is { } expires && expires <= time.GetUtcNow())
                {
                    return Problem.Invalid($"The expiry {Format(expires)} is over already. Give a time to come; to stop the key now, revoke it.");
                }

                var changed = key with { Label = change.Label ?? key.Label, Expires = change.Never ? null : change.Expires ?? key.Expires };
                if (changed == key)
                {
                    return key;
                }

                connection.Execute(
                    "UPDATE login_key SET label = @label, expires_at = @expires WHERE id = @id",
                    ("@label", changed.Label), ("@expires", changed.Expires?.ToColumn()), ("@id", key.Id));
                if (changed.Expires != key.Expires)
                {
                    // Its reminders were of another day.
                    connection.Execute("DELETE FROM key_reminder WHERE key_id = @id", ("@id", key.Id));
                    transaction.TouchLogins();
                }

                audit.Append(transaction, new AuditEntry(AuditActions.KeyChanged, actor)
                {
                    Account = login.Account,
                    Subject = login.UserName,
                    Detail = $"{key.Sha256} {changed.Label}".TrimEnd() + (changed.Expires is { } end ? $", expires {Format(end)}" : ", never expires"),
                });
                return changed;
            },
            cancellationToken);

    /// <summary>Revokes a key, in the transaction of something larger.</summary>
    internal Result<InstalledKey> Revoke(WriteTransaction transaction, string userName, string fingerprint, string reason, Actor actor)
    {
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

        var key = found.Value;
        return key.Revoked is { } before
            ? Problem.Refused($"The key {key.Sha256} was revoked already, on {Format(before)} by {key.RevokedBy}: {key.RevokedReason}.")
            : Revoke(transaction, login, key, reason, actor);
    }

    /// <summary>Revokes a key that is not revoked, in the transaction of something larger.</summary>
    internal InstalledKey Revoke(WriteTransaction transaction, Login login, InstalledKey key, string reason, Actor actor)
    {
        var now = time.GetUtcNow();
        transaction.Connection.Execute(
            "UPDATE login_key SET revoked_at = @now, revoked_by = @by, revoked_reason = @reason WHERE id = @id",
            ("@now", now.ToColumn()),
            ("@by", actor.Name),
            ("@reason", reason),
            ("@id", key.Id));
        transaction.TouchLogins();
        audit.Append(transaction, new AuditEntry(AuditActions.KeyRevoked, actor)
        {
            Account = login.Account,
            Subject = login.UserName,
            Detail = $"{key.Type} {key.Bits} {key.Sha256}: {reason}",
        });
        return key with { Revoked = now, RevokedBy = actor.Name, RevokedReason = reason };
    }

    internal static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A key that was refused for a login, and why.</summary>
    internal sealed record Refused(Login Login, Problem Refusal);

    private static Problem? CheckRoom(DatabaseConnection connection, Login login)
    {
        var usable = connection.Number("SELECT count(*) FROM login_key WHERE login_id = @login AND revoked_at IS NULL", ("@login", login.Id));
        if (usable >= MaximumPerLogin)
        {
            return Problem.LimitReached($"{login.UserName} has {usable} keys, the most that one login can have. Revoke those that are not used any more.");
        }

        var all = connection.Number("SELECT count(*) FROM login_key WHERE login_id = @login", ("@login", login.Id));
        return all >= MaximumRemembered
            ? Problem.LimitReached($"{login.UserName} has had {all} keys, the most that are remembered for one login. Add another login for its next keys.")
            : null;
    }

    /// <summary>A comment comes from the customer's file: whatever it holds must be fit to be shown.</summary>
    private static string Label(string? comment) => AuditText.Clean(comment?.Trim(), Words.MaximumLength, doubleBackslash: false) ?? "";
}
