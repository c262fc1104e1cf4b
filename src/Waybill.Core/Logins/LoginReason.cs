namespace Waybill.Core.Logins;

/// <summary>Whether a user name with a key or password may log in from an address, and why not: for log and audit, never for the client.</summary>
public enum LoginReason
{
    /// <summary>They may.</summary>
    Ok,

    /// <summary>There is no such login.</summary>
    UnknownUser,

    /// <summary>The login has no such key.</summary>
    UnknownKey,

    /// <summary>The key was revoked.</summary>
    KeyRevoked,

    /// <summary>The key has expired.</summary>
    KeyExpired,

    /// <summary>The login is suspended.</summary>
    LoginSuspended,

    /// <summary>The account is suspended.</summary>
    AccountSuspended,

    /// <summary>The account is closed.</summary>
    AccountClosed,

    /// <summary>The login may not come from this address.</summary>
    AddressNotAllowed,

    /// <summary>The login has no password.</summary>
    NoPassword,

    /// <summary>The password is another one.</summary>
    WrongPassword,

    /// <summary>Wrong passwords came from the same source before: none is looked at for a while.</summary>
    PasswordLocked,

    /// <summary>The password was set anew since the session began.</summary>
    PasswordChanged,

    /// <summary>The connection is not encrypted, and the login must use TLS.</summary>
    TlsRequired,

    /// <summary>Too many passwords wait to be compared.</summary>
    Busy,
}
