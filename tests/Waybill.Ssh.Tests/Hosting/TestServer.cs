using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Ssh.Tests.Hosting;

/// <summary>The real connection handler with one in-memory connection and a raw client on it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly List<SshPrivateKey> _hostKeys = [SshPrivateKeys.GenerateEd25519()];
    private readonly Task _running;

    public TestServer(Func<SshServerOptions, SshServerOptions>? configure = null, FakeTimeProvider? clock = null, long pauseAt = 1024 * 1024,
        Func<IDuplexPipe, IDuplexPipe>? transport = null)
    {
        Clock = clock ?? new FakeTimeProvider();
        var options = new SshServerOptions { HostKeys = _hostKeys };
        Options = configure?.Invoke(options) ?? options;
        Handler = new SshConnectionHandler(Options, Application, Clock, NullLoggerFactory.Instance);
        Connection = new InMemoryConnection(pauseAt);
        Connection.Transport = transport?.Invoke(Connection.Transport) ?? Connection.Transport;
        Client = new RawSshClient(Connection.Client);
        _running = Connection.RunAsync(Handler.OnConnectedAsync);
    }

    public SshServerOptions Options { get; }

    public SshConnectionHandler Handler { get; }

    public TestApplication Application { get; } = new();

    public FakeTimeProvider Clock { get; }

    public InMemoryConnection Connection { get; }

    public RawSshClient Client { get; }

    /// <summary>The report of the connection, which must have ended or be about to.</summary>
    public Task<SshConnectionReport> Report => Application.Report;

    public static TestServer With(SshLimits limits, FakeTimeProvider? clock = null) => new(options => options with { Limits = limits }, clock);

    public Task LogInAsync(RawKexInit? offer = null) => Client.LogInAsync(TestApplication.User, Application.UserKey, offer);

    /// <summary>The connection ends for this reason and with one report.</summary>
    public async Task<SshConnectionReport> EndsWithAsync(SshEndReason reason)
    {
        var report = await Report;
        await _running.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(reason == report.Reason, $"ended with {report.Reason}: {report.Detail}");
        Assert.Single(Application.Reports);
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Connection.DisposeAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(60));
        foreach (var key in _hostKeys)
        {
            key.Dispose();
        }

        Application.Dispose();
    }
}
