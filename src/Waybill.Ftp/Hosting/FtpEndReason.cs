namespace Waybill.Ftp.Hosting;

/// <summary>How a connection ended. Every connection has exactly one, in the log, the metric and the audit.</summary>
public enum FtpEndReason
{
    /// <summary>The client said QUIT, or closed while nothing was under way.</summary>
    ClientClosed,

    /// <summary>The network connection broke.</summary>
    ConnectionLost,

    /// <summary>The server is stopping.</summary>
    ServerStopping,

    /// <summary>An operator or a suspended login ended it.</summary>
    Kicked,

    /// <summary>It speaks another protocol: HTTP, SSH, TLS on a port for explicit TLS.</summary>
    NotFtp,

    /// <summary>The TLS handshake failed.</summary>
    TlsFailed,

    /// <summary>Bytes came behind AUTH before the handshake: somebody on the way may have put them there.</summary>
    InjectedBytes,

    /// <summary>A line that no client of the protocol sends: too long, or too many unknown ones.</summary>
    ProtocolError,

    /// <summary>Too many passwords were wrong.</summary>
    TooManyAttempts,

    /// <summary>The password was right, but the application refused the login with words for the client: a limit.</summary>
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
