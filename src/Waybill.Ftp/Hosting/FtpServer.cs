using Microsoft.Extensions.Logging;

namespace Waybill.Ftp.Hosting;

/// <summary>What all connections of a listener share.</summary>
/// <param name="Options">How it behaves.</param>
/// <param name="Application">The program around it.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
/// <param name="HashTurns">Turns to compute hashes, shared with the other listeners.</param>
internal sealed record FtpServer(FtpServerOptions Options, IFtpApplication Application, TimeProvider Time, ILogger Logger, FtpHashTurns HashTurns)
{
    public FtpLimits Limits => Options.Limits;
}
