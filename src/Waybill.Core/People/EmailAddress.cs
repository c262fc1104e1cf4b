using System.Diagnostics.CodeAnalysis;
using Waybill.Core.Notifications;

namespace Waybill.Core.People;

/// <summary>
/// E-mail addresses that name people: ASCII, compared without case. Other letters fold to ASCII ones (the Kelvin sign to k), and a link for one address would open
/// another person's account.
/// </summary>
internal static class EmailAddress
{
    public static bool IsOne([NotNullWhen(true)] string? text) => text is not null && MailMessages.IsAddress(text) && text.All(char.IsAscii);

    public static Problem? Check(string email) => IsOne(email)
        ? null
        : Problem.Invalid($"'{Words.Show(email)}' is no e-mail address that can be used. Give one in ASCII letters as name@example.com; a domain with others in its xn-- form.");

    public static string Fold(string email) => email.ToLowerInvariant();
}
