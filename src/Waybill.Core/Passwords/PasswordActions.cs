namespace Waybill.Core.Passwords;

/// <summary>The audit's words for passwords of logins.</summary>
public static class PasswordActions
{
    /// <summary>A password was set; the detail says how.</summary>
    public const string Set = "password-set";

    /// <summary>A password was removed.</summary>
    public const string Removed = "password-removed";

    /// <summary>A hash was taken over from another server.</summary>
    public const string Imported = "password-imported";

    /// <summary>A password logged in for the first time.</summary>
    public const string FirstUsed = "password-first-used";

    /// <summary>Wrong passwords locked a login for a source; the detail says which and how long.</summary>
    public const string Locked = "password-locked";

    /// <summary>So many different wrong passwords came for a login from a source that it has come from before that somebody there may be guessing.</summary>
    public const string Guessing = "password-guessing";

    /// <summary>Staff let a login try again at once, or a source.</summary>
    public const string Unlocked = "password-unlocked";

    /// <summary>Staff made a link by which a customer sets the password.</summary>
    public const string Linked = "password-linked";

    /// <summary>What holds for a login over FTP was set: TLS, and uploads that end without closing it.</summary>
    public const string FtpTermsSet = "login-ftp-set";

    /// <summary>The same for every login of an account.</summary>
    public const string AccountFtpTermsSet = "account-ftp-set";
}
