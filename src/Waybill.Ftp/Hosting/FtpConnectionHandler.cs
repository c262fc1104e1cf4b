using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Waybill.Ftp.Hosting;

/// <summary>FTP on one listener: Kestrel calls it for each control connection.</summary>
public sealed class FtpConnectionHandler : ConnectionHandler
{
    private readonly FtpServer _server;

    /// <summary>Serves with these options.</summary>
    public FtpConnectionHandler(FtpServerOptions options, IFtpApplication application, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(application);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        _server = new FtpServer(options, application, time, loggers.CreateLogger<FtpConnectionHandler>());
    }

    internal SemaphoreSlim HashTurns => _server.HashTurns;

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var ftp = new FtpConnection(connection, _server);
        await ftp.RunAsync();
    }
}
