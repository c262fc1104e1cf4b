using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Keys;
using Waybill.Core.Logins;

namespace Waybill.Core.Passwords;

/// <content>What holds for logins over FTP: TLS from a day on, and uploads that end without closing it.</content>
public sealed partial class LoginPasswords
{
    /// <summary>Sets what holds for a login over FTP; sessions that must have TLS from now on end.</summary>
    /// <returns>What holds for it now, by itself or by its account.</returns>
    public ValueTask<Result<FtpTerms>> SetFtpTermsAsync(string userName, Func<FtpTerms, FtpTerms> change, Actor actor, CancellationToken cancellationToken = default) =>
        _database.WriteAsync<FtpTerms>(
            transaction =>
            {
                if (LoginSql.Find(transaction.Connection, userName) is not { } login)
                {
                    return LoginSql.Unknown(userName);
                }

                SetTerms(transaction, FtpTermsOwner.Login(login.Id), change, new AuditEntry(PasswordActions.FtpTermsSet, actor) { Account = login.Account, Subject = login.UserName });
                return LoginPasswordSql.Terms(transaction.Connection, login.Id);
            },
            cancellationToken);

    /// <summary>Sets what holds for every login of an account over FTP, besides what was said for single ones.</summary>
    /// <returns>What was set.</returns>
    public ValueTask<Result<FtpTerms>> SetAccountFtpTermsAsync(string account, Func<FtpTerms, FtpTerms> change, Actor actor, CancellationToken cancellationToken = default) =>
        _database.WriteAsync<FtpTerms>(
            transaction => AccountService.Find(transaction.Connection, account) is { } found
                ? SetTerms(transaction, FtpTermsOwner.Account(found.Id), change, new AuditEntry(PasswordActions.AccountFtpTermsSet, actor) { Account = found.Number })
                : AccountService.Unknown(account),
            cancellationToken);

    /// <summary>Whether a user name may send its password without TLS, as far as the login has a say. One that nobody has may, as most others.</summary>
    public ValueTask<bool> MayUsePlainAsync(string userName, CancellationToken cancellationToken = default) => _database.ReadAsync(
        connection => !LoginPasswordSql.Terms(connection, LoginSql.Find(connection, userName)?.Id ?? 0).DemandsTls(_time.GetUtcNow()), cancellationToken);

    /// <summary>The logins that came without TLS since then, the latest first.</summary>
    public ValueTask<List<PlainLogin>> PlainAsync(DateTimeOffset since, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(connection => LoginPasswordSql.Plain(connection, since), cancellationToken);

    /// <summary>The logins that came without TLS since then, by user name.</summary>
    /// <param name="since">Since when.</param>
    /// <param name="account">Only those of this account; null for all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<PlainLogin>> ListPlainAsync(DateTimeOffset since, string? account = null, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<PlainLogin>.Clamp(size);
        return _database.ReadAsync(
            connection =>
            {
                var rows = LoginPasswordSql.PlainByName(connection, since, account, after, size + 1);
                return new Page<PlainLogin>([.. rows.Take(size)], rows.Count > size ? UserName.Fold(rows[size - 1].UserName) : null);
            },
            cancellationToken);
    }

    private FtpTerms SetTerms(Database.WriteTransaction transaction, FtpTermsOwner owner, Func<FtpTerms, FtpTerms> change, AuditEntry entry)
    {
        var terms = change(LoginPasswordSql.OwnTerms(transaction.Connection, owner));
        LoginPasswordSql.SetTerms(transaction.Connection, owner, terms);
        transaction.TouchLogins();
        _audit.Append(transaction, entry with
        {
            Detail = $"{(terms.TlsFrom is { } time ? $"TLS from {KeyService.Format(time)} on" : "TLS as the listener has it")}; uploads that end without closing TLS {(terms.AcceptsUncleanUploads ? "count, with a flag" : "as the listener has it")}",
        });
        return terms;
    }
}
