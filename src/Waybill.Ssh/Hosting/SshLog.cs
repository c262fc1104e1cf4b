using Microsoft.Extensions.Logging;

namespace Waybill.Ssh.Hosting;

/// <summary>The log of connections; ids 1000 to 1099. Text of the peer in them is escaped before it comes here.</summary>
internal static partial class SshLog
{
    [LoggerMessage(1000, LogLevel.Debug, "{ConnectionId}: connection from {Remote}")]
    public static partial void Accepted(ILogger logger, string connectionId, string remote);

    [LoggerMessage(1001, LogLevel.Debug, "{ConnectionId}: client {Software} negotiated {Algorithms}")]
    public static partial void Negotiated(ILogger logger, string connectionId, string software, string algorithms);

    [LoggerMessage(1002, LogLevel.Information, "{ConnectionId}: {User} logged in from {Remote} with {Software}")]
    public static partial void LoggedIn(ILogger logger, string connectionId, string user, string remote, string software);

    [LoggerMessage(1003, LogLevel.Information, "{ConnectionId}: ended, {Reason}: {Detail}")]
    public static partial void Ended(ILogger logger, string connectionId, SshEndReason reason, string detail);

    [LoggerMessage(1004, LogLevel.Error, "{ConnectionId}: a defect of this server ended the connection")]
    public static partial void Defect(ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(1005, LogLevel.Error, "{ConnectionId}: what had to be done at the end of the connection failed")]
    public static partial void EndFailed(ILogger logger, Exception exception, string connectionId);

    // Highest id in use: 1005.
}
