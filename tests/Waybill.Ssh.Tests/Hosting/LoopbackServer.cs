using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;

namespace Waybill.Ssh.Tests.Hosting;

/// <summary>The handler behind Kestrel on a loopback port, for real clients.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _host;

    private LoopbackServer(WebApplication host, TestApplication application, int port)
    {
        _host = host;
        Application = application;
        Port = port;
    }

    public TestApplication Application { get; }

    public int Port { get; }

    public static async Task<LoopbackServer> StartAsync(SshPrivateKey hostKey, Func<SshServerOptions, SshServerOptions>? configure = null)
    {
        var application = new TestApplication();
        var options = new SshServerOptions { HostKeys = [hostKey] };
        var handler = new SshConnectionHandler(configure?.Invoke(options) ?? options, application, TimeProvider.System, NullLoggerFactory.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(handler);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseConnectionHandler<SshConnectionHandler>()));
        var host = builder.Build();
        await host.StartAsync();
        return new LoopbackServer(host, application, new Uri(host.Urls.First()).Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
        Application.Dispose();
    }
}
