using System.Globalization;
using Waybill.Core.Database;
using Waybill.Core.Logins;

namespace Waybill.Core.Links;

/// <summary>
/// The subject of links that are for a login, as it was added then: a later one of the same name is another, even where the database gives its number again.
/// </summary>
internal static class LoginLinks
{
    /// <summary>What stands for a login.</summary>
    public static string Subject(Login login) => string.Create(CultureInfo.InvariantCulture, $"{login.Id} {login.Created.ToColumn()}");

    /// <summary>The login that a link is for; null when it is not there any more.</summary>
    public static Login? Find(DatabaseConnection connection, SecretLink link) => link.Subject.Split(' ') is [var id, var created]
        ? connection.First($"{LoginSql.Select} WHERE l.id = @id AND l.created_at = @created", LoginSql.Read, ("@id", Number(id)), ("@created", Number(created)))
        : null;

    private static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
