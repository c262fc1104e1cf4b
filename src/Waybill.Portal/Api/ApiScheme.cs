namespace Waybill.Portal.Api;

/// <summary>What opens a call.</summary>
internal enum ApiScheme
{
    /// <summary>A token that has the call's scope: <c>Authorization: Bearer TOKEN</c>. Errors are RFC 9457's.</summary>
    Token,

    /// <summary>
    /// The user name and password of a customer's login, the same as for FTPS and NTSAPI: <c>Authorization: Basic …</c> (RFC 7617). It sees the login's own account.
    /// Errors are <c>{"error": "…"}</c>, as programs that are used to such an API read them.
    /// </summary>
    Login,
}
