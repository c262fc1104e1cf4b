using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Waybill.Ntsapi.Hosting;

/// <summary>NTSAPI on one listener: Kestrel calls it for each connection.</summary>
public sealed class NtsapiConnectionHandler : ConnectionHandler
{
    private readonly NtsapiServer _server;

    /// <summary>Serves with these options; listeners that are one service share <paramref name="logins"/>.</summary>
    public NtsapiConnectionHandler(NtsapiServerOptions options, INtsapiApplication application, NtsapiLogins logins, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(application);
        ArgumentNullException.ThrowIfNull(logins);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        _server = new NtsapiServer(options, application, logins, time, loggers.CreateLogger<NtsapiConnectionHandler>());
    }

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        await using var ntsapi = new NtsapiConnection(connection, _server);
        await ntsapi.RunAsync();
    }
}
