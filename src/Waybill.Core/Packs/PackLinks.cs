using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Links;
using Waybill.Core.Logins;

namespace Waybill.Core.Packs;

/// <summary>
/// Links to the page with a login's connection pack. They open any number of times until they expire, since nothing in a pack is secret and people come back to it.
/// </summary>
/// <param name="database">Where logins are kept.</param>
/// <param name="audit">Where links that staff make are recorded.</param>
/// <param name="links">The links.</param>
public sealed class PackLinks(WaybillDatabase database, AuditLog audit, SecretLinks links)
{
    /// <summary>What these links are for.</summary>
    public const string Purpose = "pack";

    /// <summary>The user name of the login whose pack a token opens; null when it opens none.</summary>
    public async ValueTask<string?> FindAsync(string? token, CancellationToken cancellationToken = default) =>
        await links.FindAsync(token, Purpose, cancellationToken).ConfigureAwait(false) is { } link
            ? (await database.ReadAsync(connection => LoginLinks.Find(connection, link), cancellationToken).ConfigureAwait(false))?.UserName
            : null;

    /// <summary>Makes a link to a login's pack, for staff to pass on; returns its token, which is told this once.</summary>
    public ValueTask<Result<string>> CreateAsync(string userName, Actor actor, CancellationToken cancellationToken = default) => database.WriteAsync<string>(
        transaction =>
        {
            if (LoginSql.Find(transaction.Connection, userName) is not { } login)
            {
                return LoginSql.Unknown(userName);
            }

            audit.Append(transaction, new AuditEntry(AuditActions.PackLinked, actor) { Account = login.Account, Subject = login.UserName });
            return Create(links, transaction, login);
        },
        cancellationToken);

    /// <summary>Makes a link together with the mail that holds it.</summary>
    internal static string Create(SecretLinks links, WriteTransaction transaction, Login login) =>
        links.Create(transaction, Purpose, LoginLinks.Subject(login), PackLimits.LinkTime);
}
