using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Waybill.Ssh.KeyExchange;
using Waybill.Ssh.Transport;

namespace Waybill.Ssh.Hosting;

/// <summary>SSH on one listener: Kestrel calls it for each connection.</summary>
public sealed class SshConnectionHandler : ConnectionHandler
{
    private readonly SshServerOptions _options;
    private readonly ISshApplication _application;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AlgorithmOffer _offer;
    private readonly byte[] _versionLine;

    /// <summary>Checks that the policy can be offered on this machine with these host keys.</summary>
    /// <exception cref="PlatformNotSupportedException">The policy needs what this machine's OpenSSL lacks; the message says so to an operator.</exception>
    /// <exception cref="InvalidOperationException">No host key fits the policy.</exception>
    public SshConnectionHandler(SshServerOptions options, ISshApplication application, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        _options = options;
        _application = application;
        _time = time;
        _logger = loggers.CreateLogger<SshConnectionHandler>();
        _offer = AlgorithmOffer.Require(options);
        _versionLine = VersionExchange.ServerLine(options.Software);
    }

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        await using var ssh = new SshConnection(connection, _options, _offer, _versionLine, _application, _time, _logger);
        await ssh.RunAsync();
    }
}
