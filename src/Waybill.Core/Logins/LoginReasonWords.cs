namespace Waybill.Core.Logins;

/// <summary>The reasons in words, for audit and log.</summary>
public static class LoginReasonWords
{
    /// <summary>One short sentence.</summary>
    public static string Describe(this LoginReason reason) => reason switch
    {
        LoginReason.Ok => "allowed",
        LoginReason.UnknownUser => "there is no such login",
        LoginReason.UnknownKey => "the login has no such key",
        LoginReason.KeyRevoked => "the key was revoked",
        LoginReason.KeyExpired => "the key has expired",
        LoginReason.LoginSuspended => "the login is suspended",
        LoginReason.AccountSuspended => "the account is suspended",
        LoginReason.AccountClosed => "the account is closed",
        LoginReason.AddressNotAllowed => "the login may not come from this address",
        LoginReason.NoPassword => "the login has no password",
        LoginReason.WrongPassword => "the password is wrong",
        LoginReason.PasswordLocked => "wrong passwords came from there before, and none is looked at for a while",
        LoginReason.PasswordChanged => "the password was set anew",
        LoginReason.TlsRequired => "the login must use TLS",
        LoginReason.Busy => "too many passwords wait to be compared",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
