using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.Server;

/// <summary>The SSH server library with a recording program around it, reached over in-memory connections.</summary>
internal sealed class ServerUnderTest
{
    // Made once: RSA keys take their time. Compat, so that every algorithm that we have is offered.
    private static readonly SshPrivateKey[] HostKeys = [SshPrivateKeys.GenerateEd25519(), SshPrivateKeys.GenerateEcdsa(256), SshPrivateKeys.GenerateRsa(3072)];

    private readonly SshConnectionHandler _handler;

    public ServerUnderTest(SshLimits? limits = null, TimeProvider? time = null, SshPolicy policy = SshPolicy.Compat)
    {
        var options = new SshServerOptions { HostKeys = HostKeys, Policy = policy, Limits = limits ?? new SshLimits() };
        _handler = new SshConnectionHandler(options, Application, time ?? TimeProvider.System, NullLoggerFactory.Instance);
        Application.Allow(User.Name, User.Key.PublicKey);
    }

    /// <summary>Who may log in.</summary>
    public static SshUser User { get; } = new("00012345", SshPrivateKeys.GenerateEd25519());

    /// <summary>What reached the program.</summary>
    public RecordingApplication Application { get; } = new();

    /// <summary>A new connection, with nothing sent yet.</summary>
    public ServerConnection Connect(long pauseAt = 1024 * 1024, Func<Stream, Stream>? wire = null)
    {
        var connection = new InMemoryConnection(pauseAt);
        var running = connection.RunAsync(_handler.OnConnectedAsync);
        var stream = connection.ClientStream();
        return new ServerConnection(connection, new RawSshClient(wire?.Invoke(stream) ?? stream), running, Application);
    }

    /// <summary>A new connection, logged in.</summary>
    public async Task<ServerConnection> LogInAsync(RawKexInit? offer = null)
    {
        var connection = Connect();
        await connection.Client.LogInAsync(User.Name, User.Key, offer);
        return connection;
    }
}
