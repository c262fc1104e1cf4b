using Microsoft.Extensions.Logging;

namespace Waybill.Ftp.Hosting;

/// <summary>The log of connections; ids 1200 to 1299. Text of the peer in them is escaped before it comes here.</summary>
internal static partial class FtpLog
{
    [LoggerMessage(1200, LogLevel.Debug, "{ConnectionId}: connection from {Remote}")]
    public static partial void Accepted(ILogger logger, string connectionId, string remote);

    [LoggerMessage(1201, LogLevel.Debug, "{ConnectionId}: {Tls}")]
    public static partial void Negotiated(ILogger logger, string connectionId, string tls);

    [LoggerMessage(1202, LogLevel.Information, "{ConnectionId}: {User} logged in from {Remote} with {Client}")]
    public static partial void LoggedIn(ILogger logger, string connectionId, string user, string remote, string client);

    [LoggerMessage(1203, LogLevel.Information, "{ConnectionId}: ended, {Reason}: {Detail}")]
    public static partial void Ended(ILogger logger, string connectionId, FtpEndReason reason, string detail);

    [LoggerMessage(1204, LogLevel.Error, "{ConnectionId}: a defect of this server ended the connection")]
    public static partial void Defect(ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(1205, LogLevel.Error, "{ConnectionId}: what had to be done at the end of the connection failed")]
    public static partial void EndFailed(ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(1206, LogLevel.Warning, "{ConnectionId}: {Remote} was refused at a data port: {Words}")]
    public static partial void DataPortRefused(ILogger logger, string connectionId, string remote, string words);

    // Highest id in use: 1206.
}
