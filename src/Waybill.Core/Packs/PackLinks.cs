using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Links;
using Waybill.Core.Logins;

namespace Waybill.Core.Packs;

/// <summary>
/// Links to the page with a login's connection pack. They open any number of times until they expire, since nothing in a pack is secret and people come back to it. A link
/// is for the login as it was added then: a later one of the same name is another, even where the database gives its number again.
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
        (await links.FindAsync(token, Purpose, cancellationToken).ConfigureAwait(false))?.Subject.Split(' ') is [var id, var created]
            ? await database.ReadAsync(
                connection => connection.First(
                    "SELECT user_name FROM login WHERE id = @id AND created_at = @created", static row => row.GetString(0), ("@id", Number(id)), ("@created", Number(created))),
                cancellationToken).ConfigureAwait(false)
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
        links.Create(transaction, Purpose, string.Create(CultureInfo.InvariantCulture, $"{login.Id} {login.Created.ToColumn()}"), PackLimits.LinkTime);

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
