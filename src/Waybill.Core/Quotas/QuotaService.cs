using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Logins;
using Waybill.Storage.Quotas;

namespace Waybill.Core.Quotas;

/// <summary>Quotas of accounts and logins: setting, listing, showing. Running servers see a change within <see cref="SessionQuota.MaximumAge"/>.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
public sealed class QuotaService(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>Sets the limits of an account.</summary>
    /// <param name="account">The account's number.</param>
    /// <param name="change">Gets the limits that hold and says which are to.</param>
    /// <param name="actor">Who sets them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<Quota>> SetForAccountAsync(string account, Func<QuotaLimits, QuotaLimits> change, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            transaction => AccountService.Find(transaction.Connection, account) is not { } found ? AccountService.Unknown(account)
                : found.Status == AccountStatus.Closed ? Problem.Refused($"Account {found.Number} is closed: nothing more is stored for it.")
                : Set(transaction, found.Id, found.Number, "", change, actor),
            cancellationToken);

    /// <summary>Sets the limits of a login.</summary>
    /// <param name="userName">The login's user name.</param>
    /// <param name="change">Gets the limits that hold and says which are to.</param>
    /// <param name="actor">Who sets them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<Quota>> SetForLoginAsync(string userName, Func<QuotaLimits, QuotaLimits> change, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync(
            transaction =>
            {
                var connection = transaction.Connection;
                return LoginSql.Find(connection, userName) is not { } login ? LoginSql.Unknown(userName)
                    : login.Account is null
                        ? Problem.Refused($"Login {login.UserName} is a {login.Kind.ToWord()} and belongs to no account: it has no quota. Set one for an account instead.")
                    : Set(transaction, CatalogueSql.AccountId(connection, login.Account)!.Value, login.Account, login.UserName, change, actor);
            },
            cancellationToken);

    /// <summary>An account's quota, then those of its logins that have one. The account's is there also without a limit: it says what is stored.</summary>
    public async ValueTask<Result<IReadOnlyList<Quota>>> OfAccountAsync(string account, CancellationToken cancellationToken = default) =>
        await database.ReadAsync<Result<IReadOnlyList<Quota>>>(
            connection =>
            {
                if (AccountService.Find(connection, account) is not { } found)
                {
                    return AccountService.Unknown(account);
                }

                var whole = QuotaSql.Find(connection, found.Id, "") ?? new Quota(found.Number, null, default, default, 0);
                return (List<Quota>)
                [
                    whole,
                    .. connection.All(
                        $"{QuotaSql.Select} WHERE q.account_id = @account AND q.login <> '' AND {QuotaSql.IsLimited} ORDER BY q.login LIMIT @limit",
                        QuotaSql.Read,
                        ("@account", found.Id), ("@limit", Page<Quota>.MaximumSize)),
                ];
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>A login's quota.</summary>
    public async ValueTask<Result<Quota>> OfLoginAsync(string userName, CancellationToken cancellationToken = default) =>
        await database.ReadAsync<Result<Quota>>(
            connection => LoginSql.Find(connection, userName) is not { } login ? LoginSql.Unknown(userName)
                : login.Account is null ? Problem.NotFound($"Login {login.UserName} belongs to no account: it has no quota.")
                : QuotaSql.Find(connection, CatalogueSql.AccountId(connection, login.Account)!.Value, login.UserName)
                    ?? new Quota(login.Account, login.UserName, default, default, 0),
            cancellationToken).ConfigureAwait(false);

    /// <summary>All limits, by account; that of an account before those of its logins.</summary>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Quota>> ListAsync(int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<Quota>.Clamp(size);
        var (account, login) = after?.Split('/') is [var number, var name] ? (number, name) : ("", "");
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    $"""
                    {QuotaSql.Select} WHERE {QuotaSql.IsLimited} AND (a.number_key, q.login) > (@account, @login)
                    ORDER BY a.number_key, q.login LIMIT @limit
                    """,
                    QuotaSql.Read,
                    ("@account", account), ("@login", login), ("@limit", size + 1));
                return new Page<Quota>(
                    [.. rows.Take(size)], rows.Count > size ? $"{AccountNumber.Fold(rows[size - 1].Account)}/{rows[size - 1].Login}" : null);
            },
            cancellationToken);
    }

    private Result<Quota> Set(WriteTransaction transaction, long account, string number, string login, Func<QuotaLimits, QuotaLimits> change, Actor actor)
    {
        var connection = transaction.Connection;
        var limits = change(QuotaSql.Find(connection, account, login)?.Limits ?? default);
        if (limits.Bytes < 0 || limits.Files < 0)
        {
            return Problem.Invalid("A quota cannot be less than nothing. Give 0 or more, or none for no limit.");
        }

        connection.Execute(
            """
            INSERT INTO quota (account_id, login, max_bytes, max_files, revision) VALUES (@account, @login, @bytes, @files, 1)
            ON CONFLICT (account_id, login) DO UPDATE SET max_bytes = @bytes, max_files = @files, revision = revision + 1
            """,
            ("@account", account), ("@login", login), ("@bytes", limits.Bytes), ("@files", limits.Files));
        QuotaWatch.Look(connection, account, time.GetUtcNow());
        audit.Append(transaction, new AuditEntry(AuditActions.QuotaSet, actor)
        {
            Account = number,
            Subject = login.Length > 0 ? login : number,
            Detail = string.Create(CultureInfo.InvariantCulture, $"bytes {Shown(limits.Bytes)}, files {Shown(limits.Files)}"),
        });
        return QuotaSql.Find(connection, account, login)!;
    }

    private static string Shown(long? limit) => limit?.ToString(CultureInfo.InvariantCulture) ?? "unlimited";
}
