using Microsoft.Extensions.Logging;

namespace Waybill.Ssh.Channels;

/// <summary>What channels log. Ids 1200 to 1299; the highest in use is 1206. Peer text is sanitised by the caller.</summary>
internal static partial class ChannelLog
{
    [LoggerMessage(1200, LogLevel.Debug, "Channel {Channel} opened.")]
    public static partial void Opened(ILogger logger, int channel);

    [LoggerMessage(1201, LogLevel.Debug, "A channel of type {Type} was refused: {Why}")]
    public static partial void OpenRefused(ILogger logger, string type, string why);

    [LoggerMessage(1202, LogLevel.Debug, "Channel {Channel}: request {Type} was refused.")]
    public static partial void RequestRefused(ILogger logger, int channel, string type);

    [LoggerMessage(1203, LogLevel.Error, "Channel {Channel}: the program could not be found because of a defect.")]
    public static partial void LookupFailed(ILogger logger, Exception exception, int channel);

    [LoggerMessage(1204, LogLevel.Error, "Channel {Channel}: the program failed.")]
    public static partial void ProgramFailed(ILogger logger, Exception exception, int channel);

    [LoggerMessage(1205, LogLevel.Debug, "Channel {Channel}: the connection was lost while the program ran.")]
    public static partial void ProgramCutOff(ILogger logger, int channel);

    [LoggerMessage(1206, LogLevel.Debug, "Channel {Channel}: a message could not be sent.")]
    public static partial void CloseNotSent(ILogger logger, Exception exception, int channel);

    [LoggerMessage(1207, LogLevel.Error, "A program failed when it was told to end.")]
    public static partial void StopFailed(ILogger logger, Exception exception);
}
