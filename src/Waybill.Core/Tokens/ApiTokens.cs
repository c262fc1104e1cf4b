using System.Buffers.Text;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Tokens;

/// <summary>Bearer tokens for the REST API: made, listed, revoked, checked. Every one ends by itself.</summary>
/// <param name="database">Where their hashes are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
public sealed class ApiTokens(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>What every secret begins with: so that scanners of source code and logs know one.</summary>
    public const string Prefix = "waybill_";

    /// <summary>The most tokens that work.</summary>
    public const int Maximum = 1000;

    private const int SecretBytes = 32;

    private const string Select = """
        SELECT t.id, t.name, a.number, t.scopes, t.created_at, t.created_by, t.expires_at, t.last_used_at, t.last_used_from, t.revoked_at, t.revoked_by, t.revoked_reason
        FROM api_token t LEFT JOIN account a ON a.id = t.account_id
        """;

    private static readonly int SecretLength = Prefix.Length + Base64Url.GetEncodedLength(SecretBytes);

    /// <summary>The longest that one may work.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(400);

    /// <summary>How long a use waits to be written again: a program that calls each second must not cost a write each.</summary>
    public static readonly TimeSpan UseInterval = TimeSpan.FromMinutes(5);

    /// <summary>Makes one.</summary>
    public async ValueTask<Result<IssuedToken>> AddAsync(NewApiToken token, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(token);
        var now = time.GetUtcNow();
        if ((Words.Check("name", token.Name) ?? Check(token, now)) is { } problem)
        {
            return problem;
        }

        var secret = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        return await database.WriteAsync<IssuedToken>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (connection.Number("SELECT count(*) FROM api_token WHERE revoked_at IS NULL AND expires_at > @now", ("@now", now.ToColumn())) >= Maximum)
                {
                    return Problem.LimitReached($"There are {Maximum} tokens that work, and that is the limit. Revoke those that are not used any more.");
                }

                Account? account = null;
                if (token.Account is not null && (account = AccountService.Find(connection, token.Account)) is null)
                {
                    return AccountService.Unknown(token.Account);
                }

                var id = connection.Number(
                    """
                    INSERT INTO api_token (hash, name, account_id, scopes, created_at, created_by, expires_at)
                    VALUES (@hash, @name, @account, @scopes, @now, @by, @expires) RETURNING id
                    """,
                    ("@hash", Hash(secret)), ("@name", token.Name), ("@account", account?.Id), ("@scopes", string.Join(' ', token.Scopes.Distinct())), ("@now", now.ToColumn()),
                    ("@by", actor.Name), ("@expires", token.Expires.ToColumn()));
                audit.Append(transaction, new AuditEntry(AuditActions.TokenAdded, actor)
                {
                    Account = account?.Number,
                    Subject = token.Name,
                    Detail = $"token {id}: {string.Join(' ', token.Scopes.Distinct())}, until {Format(token.Expires)}",
                });
                return new IssuedToken(Find(connection, id)!, secret);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>All of them, those that do not work any more too, the newest first.</summary>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<ApiToken>> ListAsync(int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<ApiToken>.Clamp(size);
        var before = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : long.MaxValue;
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All($"{Select} WHERE t.id < @before ORDER BY t.id DESC LIMIT @limit", Map, ("@before", before), ("@limit", size + 1));
                return new Page<ApiToken>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    /// <summary>Ends one for good.</summary>
    public async ValueTask<Result<ApiToken>> RevokeAsync(long id, string reason, Actor actor, CancellationToken cancellationToken = default) =>
        Words.Check("reason", reason) is { } problem ? problem : await database.WriteAsync<ApiToken>(
            transaction =>
            {
                if (Find(transaction.Connection, id) is not { } token)
                {
                    return Problem.NotFound($"There is no token {id.ToString(CultureInfo.InvariantCulture)}. `waybill token list` shows them.");
                }

                if (token.Revoked is { } before)
                {
                    return Problem.Refused($"Token {id} was revoked already, on {Format(before)} by {token.RevokedBy}: {token.RevokedReason}.");
                }

                var now = time.GetUtcNow();
                transaction.Connection.Execute(
                    "UPDATE api_token SET revoked_at = @now, revoked_by = @by, revoked_reason = @reason WHERE id = @id",
                    ("@now", now.ToColumn()), ("@by", actor.Name), ("@reason", reason), ("@id", id));
                audit.Append(transaction, new AuditEntry(AuditActions.TokenRevoked, actor) { Account = token.Account, Subject = token.Name, Detail = $"token {id}: {reason}" });
                return token with { Revoked = now, RevokedBy = actor.Name, RevokedReason = reason };
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>The token of a secret, if it works now; null otherwise, whatever the reason.</summary>
    /// <param name="secret">What the program sent.</param>
    /// <param name="address">From where.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<ApiToken?> CheckAsync(string secret, string address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var now = time.GetUtcNow();
        var hash = Hash(secret);
        var token = await database.ReadAsync(
            connection => connection.First(
                $"{Select} WHERE t.hash = @hash AND t.revoked_at IS NULL AND t.expires_at > @now AND (a.status IS NULL OR a.status = 'active')",
                Map, ("@hash", hash), ("@now", now.ToColumn())),
            cancellationToken).ConfigureAwait(false);
        if (token is not null && (token.LastUsed is not { } last || now - last >= UseInterval || token.LastUsedFrom != address))
        {
            await database.WriteAsync<int>(
                transaction => transaction.Connection.Execute(
                    "UPDATE api_token SET last_used_at = @now, last_used_from = @from WHERE id = @id", ("@now", now.ToColumn()), ("@from", address), ("@id", token.Id)),
                cancellationToken).ConfigureAwait(false);
        }

        return token;
    }

    private static Problem? Check(NewApiToken token, DateTimeOffset now)
    {
        if (token.Expires <= now || token.Expires - now > LongestLife)
        {
            return Problem.Invalid($"A token ends within {LongestLife.Days} days. Give a time to come that is not further away.");
        }

        if (token.Scopes.Count == 0)
        {
            return Problem.Invalid($"A token needs at least one scope: {All(static _ => true)}.");
        }

        if (token.Scopes.FirstOrDefault(static word => ApiScope.Find(word) is null) is { } unknown)
        {
            return Problem.Invalid($"{Words.Show(unknown)} is no scope. There are {All(static _ => true)}.");
        }

        return token.Account is not null && token.Scopes.FirstOrDefault(static word => !ApiScope.Find(word)!.OfAccount) is { } global
            ? Problem.Invalid($"{global} concerns all accounts. A token of one account may have {All(static scope => scope.OfAccount)}.")
            : null;

        static string All(Func<ApiScope, bool> which) => string.Join(", ", ApiScope.All.Where(which).Select(static scope => scope.Word));
    }

    private static ApiToken? Find(DatabaseConnection connection, long id) => connection.First($"{Select} WHERE t.id = @id", Map, ("@id", id));

    private static ApiToken Map(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.TextOrNull(2), row.GetString(3).Split(' '), row.Time(4), row.GetString(5), row.Time(6), row.TimeOrNull(7), row.TextOrNull(8),
        row.TimeOrNull(9), row.TextOrNull(10), row.TextOrNull(11));

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    // A secret of 256 random bits needs no slow hash. What is too long is none, and is not hashed whole.
    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret.Length > SecretLength ? secret[..(SecretLength + 1)] : secret));
}
