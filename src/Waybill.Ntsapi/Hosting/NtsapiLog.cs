using Microsoft.Extensions.Logging;

namespace Waybill.Ntsapi.Hosting;

/// <summary>The log of connections; ids 1300 to 1399. Text of the peer in them is escaped before it comes here.</summary>
internal static partial class NtsapiLog
{
    [LoggerMessage(1300, LogLevel.Debug, "{ConnectionId}: connection from {Remote}")]
    public static partial void Accepted(ILogger logger, string connectionId, string remote);

    [LoggerMessage(1301, LogLevel.Debug, "{ConnectionId}: {Tls}")]
    public static partial void Negotiated(ILogger logger, string connectionId, string tls);

    [LoggerMessage(1302, LogLevel.Information, "{ConnectionId}: {User} logged in from {Remote}")]
    public static partial void LoggedIn(ILogger logger, string connectionId, string user, string remote);

    [LoggerMessage(1303, LogLevel.Information, "{ConnectionId}: ended, {Reason}: {Detail}")]
    public static partial void Ended(ILogger logger, string connectionId, NtsapiEndReason reason, string detail);

    [LoggerMessage(1304, LogLevel.Error, "{ConnectionId}: a defect of this server")]
    public static partial void Defect(ILogger logger, Exception exception, string connectionId);

    [LoggerMessage(1305, LogLevel.Error, "{ConnectionId}: what had to be done at the end of the connection failed")]
    public static partial void EndFailed(ILogger logger, Exception exception, string connectionId);

    // Highest id in use: 1305.
}
