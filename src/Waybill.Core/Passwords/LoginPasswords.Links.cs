using Waybill.Core.Database;
using Waybill.Core.Links;
using Waybill.Core.Logins;

namespace Waybill.Core.Passwords;

/// <summary>Links that staff send, by which a customer sets the password: nobody at the provider ever knows it.</summary>
public sealed partial class LoginPasswords
{
    /// <summary>What these links are for.</summary>
    public const string LinkPurpose = "login-password";

    /// <summary>Makes a link by which the password of a login is set, once; links made before end. Returns its token, which is told this once.</summary>
    public ValueTask<Result<string>> LinkAsync(string userName, Actor actor, CancellationToken cancellationToken = default) => _database.WriteAsync<string>(
        transaction => LoginSql.Find(transaction.Connection, userName) is { } login ? Link(transaction, login, actor, null) : LoginSql.Unknown(userName), cancellationToken);

    /// <summary>The login whose password a token sets; null when it sets none. Uses nothing up.</summary>
    public async ValueTask<Login?> FindLinkAsync(string? token, CancellationToken cancellationToken = default) =>
        await _links.FindAsync(token, LinkPurpose, cancellationToken).ConfigureAwait(false) is { } link
            ? await _database.ReadAsync(connection => LoginLinks.Find(connection, link), cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Sets the password through a link, and uses the link up; a password that is refused leaves it.</summary>
    /// <param name="token">What stands in the link.</param>
    /// <param name="password">The password.</param>
    /// <param name="address">Where the browser is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<LoginPassword>> SetByLinkAsync(string? token, string password, string? address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (await FindLinkAsync(token, cancellationToken).ConfigureAwait(false) is not { } login)
        {
            return NoLink();
        }

        var hashed = await HashAsync(password, login, cancellationToken).ConfigureAwait(false);
        return !hashed.Succeeded ? hashed.Problem : await _database.WriteAsync<LoginPassword>(
            transaction => _links.Redeem(transaction, token, LinkPurpose) is { } link && LoginLinks.Find(transaction.Connection, link) is { } current
                ? Set(transaction, current, hashed.Value, "the customer, by a link", "by a link", Actor.System with { Address = address })
                : NoLink(),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same, in the transaction that mails it.</summary>
    internal string Link(WriteTransaction transaction, Login login, Actor actor, string? how)
    {
        SecretLinks.Revoke(transaction, LinkPurpose, LoginLinks.Subject(login));
        Record(transaction, PasswordActions.Linked, login, actor, how);
        return _links.Create(transaction, LinkPurpose, LoginLinks.Subject(login), PasswordLimits.Link);
    }

    private static Problem NoLink() => Problem.NotFound("The link does not open anything: it was used, or its time is over. Ask for another one.");
}
