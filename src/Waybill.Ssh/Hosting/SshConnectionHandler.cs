using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Waybill.Ssh.HostKeys;
using Waybill.Ssh.KeyExchange;
using Waybill.Ssh.Transport;
using Waybill.SshKeys.Keys;

namespace Waybill.Ssh.Hosting;

/// <summary>SSH on one listener: Kestrel calls it for each connection.</summary>
public sealed class SshConnectionHandler : ConnectionHandler
{
    private readonly ISshApplication _application;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SteeringWaits _steeringWaits;
    private readonly byte[] _versionLine;
    private volatile ListenerKeys _keys;

    /// <summary>Checks that the policy can be offered on this machine with these host keys.</summary>
    /// <exception cref="PlatformNotSupportedException">The policy needs what this machine's OpenSSL lacks; the message says so to an operator.</exception>
    /// <exception cref="InvalidOperationException">No host key fits the policy, or there are too many.</exception>
    public SshConnectionHandler(SshServerOptions options, ISshApplication application, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        _application = application;
        _time = time;
        _logger = loggers.CreateLogger<SshConnectionHandler>();
        _keys = ListenerKeys.Require(options);
        _steeringWaits = new SteeringWaits(time);
        _versionLine = VersionExchange.ServerLine(options.Software);
    }

    /// <summary>The host key algorithms that clients are offered, in this order. To change them is a rollover: many clients pin the one key that they have seen.</summary>
    public IReadOnlyList<string> HostKeyAlgorithms => _keys.Offer.HostKeys;

    /// <summary>The host key algorithms that a listener with these options would offer.</summary>
    public static IReadOnlyList<string> HostKeyAlgorithmsOf(SshServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return AlgorithmOffer.For(options.Policy, options.HostKeys).HostKeys;
    }

    /// <summary>
    /// Takes other host keys into use, for connections that come from now on. Those that are there keep theirs, so none of the keys may be disposed of before
    /// this handler's last connection has ended.
    /// </summary>
    /// <param name="hostKeys">As <see cref="SshServerOptions.HostKeys"/>.</param>
    /// <param name="announced">As <see cref="SshServerOptions.AnnouncedHostKeys"/>.</param>
    /// <exception cref="InvalidOperationException">No host key fits the policy, or there are too many; then nothing has changed.</exception>
    public void UseHostKeys(IReadOnlyList<SshPrivateKey> hostKeys, IReadOnlyList<SshPrivateKey> announced) =>
        _keys = ListenerKeys.Require(_keys.Options with { HostKeys = hostKeys, AnnouncedHostKeys = announced });

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        await using var ssh = new SshConnection(connection, _keys, _steeringWaits, _versionLine, _application, _time, _logger);
        await ssh.RunAsync();
    }
}
