namespace Waybill.Core.Logins;

/// <summary>Whether a user name and key may log in from an address, and why not: for log and audit, never for the client.</summary>
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
}
