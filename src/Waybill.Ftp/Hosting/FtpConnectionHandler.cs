using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Waybill.Ftp.Hosting;

/// <summary>FTP on one listener: Kestrel calls it for each control connection.</summary>
public sealed class FtpConnectionHandler : ConnectionHandler
{
    private readonly FtpServer _server;

    /// <summary>Serves with these options; the turns to compute hashes are those of all listeners of a program, or its own.</summary>
    public FtpConnectionHandler(FtpServerOptions options, IFtpApplication application, TimeProvider time, ILoggerFactory loggers, FtpHashTurns? hashTurns = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(application);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        _server = new FtpServer(options, application, time, loggers.CreateLogger<FtpConnectionHandler>(), hashTurns ?? new FtpHashTurns(options.Limits));
    }

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var ftp = new FtpConnection(connection, _server);
        await ftp.RunAsync();
    }
}
