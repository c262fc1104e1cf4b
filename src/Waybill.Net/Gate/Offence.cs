namespace Waybill.Net.Gate;

/// <summary>What a connection that ended without a login did. Each has its own penalty (values as OpenSSH's PerSourcePenalties).</summary>
public enum Offence
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It left without trying a key: scanners, and persons who tried a password.</summary>
    NoAttempt,

    /// <summary>It offered keys or signatures that were refused.</summary>
    FailedLogin,

    /// <summary>It did not log in within the time allowed.</summary>
    LoginTimeout,

    /// <summary>It broke the protocol.</summary>
    BrokenProtocol,
}
