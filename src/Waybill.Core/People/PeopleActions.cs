namespace Waybill.Core.People;

/// <summary>The audit's words for people and the portal.</summary>
public static class PeopleActions
{
    /// <summary>A person was added.</summary>
    public const string Added = "person-added";

    /// <summary>A person's name, telephone, language or time zone was changed.</summary>
    public const string Changed = "person-changed";

    /// <summary>A person got a role.</summary>
    public const string RoleGranted = "role-granted";

    /// <summary>A person lost a role.</summary>
    public const string RoleRevoked = "role-revoked";

    /// <summary>A person may not sign in any more.</summary>
    public const string Suspended = "person-suspended";

    /// <summary>A suspended person may sign in again.</summary>
    public const string Resumed = "person-resumed";

    /// <summary>A person was removed with all credentials.</summary>
    public const string Removed = "person-removed";

    /// <summary>A person got a link to sign up with.</summary>
    public const string Invited = "person-invited";

    /// <summary>A wrong code was typed behind a sign-up link of somebody with a role at the provider.</summary>
    public const string SignUpRefused = "sign-up-refused";

    /// <summary>A person chose how to sign in.</summary>
    public const string SignedUp = "signed-up";

    /// <summary>Somebody signed in to the portal.</summary>
    public const string SignIn = "sign-in";

    /// <summary>Somebody did not get in; the detail says why.</summary>
    public const string SignInRefused = "sign-in-refused";

    /// <summary>A second factor was wrong, behind a right password or a link.</summary>
    public const string FactorRefused = "second-factor-refused";

    /// <summary>Somebody signed out.</summary>
    public const string SignOut = "sign-out";

    /// <summary>A session of the portal was ended.</summary>
    public const string SessionEnded = "portal-session-ended";

    /// <summary>A password was changed by its owner.</summary>
    public const string PasswordChanged = "password-changed";

    /// <summary>Somebody asked for a link to a new password.</summary>
    public const string ResetAsked = "password-reset-asked";

    /// <summary>A password was set through such a link, with the second factor.</summary>
    public const string PasswordReset = "password-reset";

    /// <summary>Staff took all means to sign in away from a person, who gets a link to choose new ones.</summary>
    public const string CredentialsReset = "credentials-reset";

    /// <summary>Another authenticator took the place of the one before.</summary>
    public const string TotpReplaced = "totp-replaced";

    /// <summary>New recovery codes took the place of those before.</summary>
    public const string RecoveryCodesMade = "recovery-codes-made";

    /// <summary>A recovery code was used up.</summary>
    public const string RecoveryCodeUsed = "recovery-code-used";

    /// <summary>A passkey was added.</summary>
    public const string PasskeyAdded = "passkey-added";

    /// <summary>A passkey was removed.</summary>
    public const string PasskeyRemoved = "passkey-removed";

    /// <summary>Staff began to look at an account as its customer sees it; the detail says why.</summary>
    public const string ViewBegan = "view-began";

    /// <summary>Staff ended that.</summary>
    public const string ViewEnded = "view-ended";

    /// <summary>It was set whether an account's people may use its files in the portal.</summary>
    public const string PortalFilesSet = "portal-files-set";
}
