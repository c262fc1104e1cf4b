using Microsoft.Extensions.Logging;

namespace Waybill.Ftp.Hosting;

/// <summary>What all connections of a listener share.</summary>
/// <param name="Options">How it behaves.</param>
/// <param name="Application">The program around it.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">The log.</param>
internal sealed record FtpServer(FtpServerOptions Options, IFtpApplication Application, TimeProvider Time, ILogger Logger)
{
    public FtpLimits Limits => Options.Limits;

    /// <summary>Turns to compute hashes: more at once would take the processors from transfers.</summary>
    public SemaphoreSlim HashTurns { get; } = new(Options.Limits.HashesAtOnce, Options.Limits.HashesAtOnce);
}
