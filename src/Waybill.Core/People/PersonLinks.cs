using System.Globalization;
using Waybill.Core.Database;
using Waybill.Core.Links;

namespace Waybill.Core.People;

/// <summary>The secret links of people: their purposes and subjects.</summary>
internal static class PersonLinks
{
    /// <summary>Lets its holder choose how to sign in, once.</summary>
    public const string SignUp = "person-sign-up";

    /// <summary>Lets its holder set a new password, with the second factor.</summary>
    public const string Reset = "person-reset";

    /// <summary>The subject of a person's links.</summary>
    public static string Subject(long person) => string.Create(CultureInfo.InvariantCulture, $"person {person}");

    /// <summary>Whom a link is for; null when it is of another kind.</summary>
    public static long? PersonOf(SecretLink link) =>
        link.Subject.StartsWith("person ", StringComparison.Ordinal) && long.TryParse(link.Subject.AsSpan("person ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>Ends all that are open.</summary>
    public static void Revoke(WriteTransaction transaction, long person)
    {
        SecretLinks.Revoke(transaction, SignUp, Subject(person));
        SecretLinks.Revoke(transaction, Reset, Subject(person));
    }
}
