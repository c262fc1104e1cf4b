using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Waybill.Net.Buffers;
using Waybill.Net.Gate;
using Waybill.Server.Configuration;
using Waybill.Server.Control;
using Waybill.Server.HostKeys;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.Hosting;

/// <summary>The running server: Kestrel with every listener, the control socket, and what they share.</summary>
internal sealed class WaybillHost : IAsyncDisposable
{
    /// <summary>Bytes that Kestrel buffers for one connection, each way; smaller ones make bulk transfers wait for each other (design.md 3.3).</summary>
    private const int TransportBuffer = 4 * 1024 * 1024;

    private readonly WebApplication _application;
    private readonly ControlServer _control;
    private readonly SessionGuard _guard;
    private readonly Installation _installation;
    private readonly IReadOnlyList<SshPrivateKey> _hostKeys;
    private readonly ConnectionGate _gate;

    private WaybillHost(
        WebApplication application, ControlServer control, SessionGuard guard, Installation installation, IReadOnlyList<SshPrivateKey> hostKeys, ConnectionGate gate,
        IReadOnlyList<(Listener Listener, ListenOptions Bound)> listeners)
    {
        _application = application;
        _control = control;
        _guard = guard;
        _installation = installation;
        _hostKeys = hostKeys;
        _gate = gate;
        Listeners = listeners;
    }

    /// <summary>What was asked for, and where it is bound (a port 0 has become a real one).</summary>
    public IReadOnlyList<(Listener Listener, ListenOptions Bound)> Listeners { get; }

    /// <summary>Binds every listener; throws <see cref="CommandException"/> when one cannot be bound.</summary>
    public static async Task<WaybillHost> StartAsync(Installation installation, WaybillConfiguration configuration, bool jsonLogs, CancellationToken cancellationToken)
    {
        var listeners = configuration.Ssh.Listen.Select(text => new Listener(ConfigurationCheck.EndPoint("Ssh:Listen", text), ConfigurationCheck.Policy(configuration.Ssh.Policy)))
            .Concat(configuration.Ssh.ListenCompat.Select(text => new Listener(ConfigurationCheck.EndPoint("Ssh:ListenCompat", text), SshPolicy.Compat))).ToList();
        var gate = new ConnectionGate(Limits(configuration.Limits), TimeProvider.System);
        var hostKeys = new HostKeyStore(installation.Data).Load();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = installation.Data.Root });
        Log(builder, jsonLogs);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(configuration.ShutdownSeconds));
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(options =>
        {
            options.MaxReadBufferSize = options.MaxWriteBufferSize = TransportBuffer;

            // A receive, its packets and their replies run in one go on one pool thread instead of three: the read loop never blocks.
            options.UnsafePreferInlineScheduling = true;
        });

        // After Kestrel's own registration, which would win otherwise, and with it 4 KiB receives.
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>, BlockMemoryPoolFactory>());
        var bound = new List<(Listener, ListenOptions)>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var loggers = kestrel.ApplicationServices.GetRequiredService<ILoggerFactory>();
            var application = new SshApplication(installation, configuration, loggers.CreateLogger<SshApplication>());
            var refusals = new RefusalLog(installation, loggers.CreateLogger<RefusalLog>());
            foreach (var listener in listeners)
            {
                var handler = new SshConnectionHandler(Options(listener, configuration, hostKeys), application, TimeProvider.System, loggers);
                kestrel.Listen(listener.EndPoint, options =>
                {
                    bound.Add((listener, options));
                    options.UseConnectionGate(gate, refusals.Record);
                    options.Run(handler.OnConnectedAsync);
                });
            }
        });
        var web = builder.Build();
        try
        {
            await web.StartAsync(cancellationToken);
        }
        catch (IOException error)
        {
            await web.DisposeAsync();
            throw new CommandException($"{error.Message.TrimEnd('.')}; stop what listens there, or set another address: --set Ssh:Listen=127.0.0.1:2022");
        }

        var guard = new SessionGuard(installation.Sessions, installation.Directory, TimeProvider.System, web.Services.GetRequiredService<ILogger<SessionGuard>>());
        guard.Start();
        var control = new ControlServer(
            installation.Data.ControlSocket, new ControlHandler(installation, gate, guard).HandleAsync, web.Services.GetRequiredService<ILogger<ControlServer>>());
        control.Start();
        return new WaybillHost(web, control, guard, installation, hostKeys, gate, bound);
    }

    /// <summary>Lets nobody in any more, gives running transfers their time, then ends what is left.</summary>
    public async Task StopAsync()
    {
        _gate.Stop();
        await _application.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync();
        await _guard.DisposeAsync();
        await _application.DisposeAsync();
        await _installation.DisposeAsync();
        foreach (var key in _hostKeys)
        {
            key.Dispose();
        }
    }

    private static SshServerOptions Options(Listener listener, WaybillConfiguration configuration, IReadOnlyList<SshPrivateKey> hostKeys) => new()
    {
        // ECDSA host keys are for old clients; under the other policies a scanner would rightly frown at them.
        HostKeys = [.. hostKeys.Where(key => listener.Policy == SshPolicy.Compat || !key.PublicKey.KeyType.StartsWith("ecdsa", StringComparison.Ordinal))],
        Policy = listener.Policy,
        CipherSteering = configuration.Ssh.CipherSteering,
    };

    private static GateLimits Limits(LimitsSection limits) => new()
    {
        Total = limits.Total,
        PerSource = limits.PerSource,
        PerLogin = limits.PerLogin,
        Unauthenticated = limits.Unauthenticated,
        UnauthenticatedPerSecond = limits.UnauthenticatedPerSecond,
        Exempt = [.. limits.Exempt.Select(System.Net.IPNetwork.Parse)],
    };

    // Standard output belongs to READY and the listeners; logs go to standard error.
    private static void Log(WebApplicationBuilder builder, bool json)
    {
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        if (json)
        {
            builder.Logging.AddJsonConsole(options => options.UseUtcTimestamp = true);
        }
        else
        {
            builder.Logging.AddSimpleConsole(options =>
            {
                options.SingleLine = true;
                options.UseUtcTimestamp = true;
                options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            });
        }

        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace);
    }
}
