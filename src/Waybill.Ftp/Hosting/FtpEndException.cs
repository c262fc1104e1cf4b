namespace Waybill.Ftp.Hosting;

/// <summary>Ends a connection: thrown where a peer broke the protocol or a limit, caught by the connection's loop alone.</summary>
internal sealed class FtpEndException(FtpEndReason reason, string words) : Exception(words)
{
    public FtpEndReason Reason { get; } = reason;
}
