namespace Waybill.Ssh.Hosting;

/// <summary>How a connection ended. Every connection has exactly one, in the log, the metric and the audit.</summary>
public enum SshEndReason
{
    /// <summary>The client said goodbye or closed after its last channel.</summary>
    ClientClosed,

    /// <summary>The network connection broke.</summary>
    ConnectionLost,

    /// <summary>The server is stopping.</summary>
    ServerStopping,

    /// <summary>An operator, a revoked key or a suspended login ended it.</summary>
    Kicked,

    /// <summary>The first bytes were no SSH version line.</summary>
    NotSsh,

    /// <summary>The client speaks a protocol version other than 2.0.</summary>
    UnsupportedVersion,

    /// <summary>No algorithm in common.</summary>
    NoCommonAlgorithm,

    /// <summary>A malformed or illegal message.</summary>
    ProtocolError,

    /// <summary>A tag or MAC was wrong.</summary>
    IntegrityError,

    /// <summary>The key exchange failed: a bad share or signature.</summary>
    KeyExchangeFailed,

    /// <summary>Too many authentication attempts.</summary>
    TooManyAttempts,

    /// <summary>The signature was right, but the application refused the login with words for the client: a limit.</summary>
    LoginRefused,

    /// <summary>Not logged in within the time allowed.</summary>
    LoginTimeout,

    /// <summary>Another limit was exceeded.</summary>
    LimitExceeded,

    /// <summary>The peer stopped answering.</summary>
    IdleTimeout,

    /// <summary>A key exchange did not finish in time.</summary>
    RekeyTimeout,

    /// <summary>A defect of ours.</summary>
    InternalError,
}
