namespace Waybill.Ssh.Hosting;

/// <summary>Ends a connection: thrown where a peer broke the protocol or a limit, caught by the connection's loop alone.</summary>
public sealed class SshDisconnectException : Exception
{
    /// <summary>Makes one with what the log, the metric and the audit will say.</summary>
    public SshDisconnectException(SshEndReason reason, string message) : base(message) => Reason = reason;

    /// <summary>Why.</summary>
    public SshEndReason Reason { get; }

    /// <summary>What the client is told instead of the reason's usual words: our own words only.</summary>
    internal string? ToClient { get; init; }
}
