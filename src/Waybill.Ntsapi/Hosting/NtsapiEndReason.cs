namespace Waybill.Ntsapi.Hosting;

/// <summary>How a connection ended. Every connection has exactly one, in the log, the metric and the audit.</summary>
public enum NtsapiEndReason
{
    /// <summary>The client said QUIT, or closed between two commands.</summary>
    ClientClosed,

    /// <summary>The network connection broke.</summary>
    ConnectionLost,

    /// <summary>The server is stopping.</summary>
    ServerStopping,

    /// <summary>An operator or a suspended login ended it.</summary>
    Kicked,

    /// <summary>It speaks another protocol: HTTP, SSH, TLS on a plain port.</summary>
    NotNtsapi,

    /// <summary>The TLS handshake failed.</summary>
    TlsFailed,

    /// <summary>What no client of the protocol sends: bytes without end, or too many unknown commands before the login.</summary>
    ProtocolError,

    /// <summary>Too many passwords were wrong.</summary>
    TooManyAttempts,

    /// <summary>The password was right, but the login was refused with words for the client: a limit.</summary>
    LoginRefused,

    /// <summary>Not logged in within the time allowed.</summary>
    LoginTimeout,

    /// <summary>No command for longer than allowed.</summary>
    IdleTimeout,

    /// <summary>The client does not read its replies.</summary>
    NotReading,

    /// <summary>A defect of ours.</summary>
    InternalError,
}
