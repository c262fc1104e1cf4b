namespace Waybill.Core.Passwords;

/// <summary>The topics of passwords of logins.</summary>
public static class PasswordTopics
{
    /// <summary>Somebody may be guessing the password of a login behind an address that the login comes from.</summary>
    public const string Guessing = "password-guessing";
}
