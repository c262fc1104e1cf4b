using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Waybill.Net.Gate;
using Waybill.Portal;
using Waybill.Server.Certificates;
using Waybill.Server.Configuration;

namespace Waybill.Server.Hosting;

/// <summary>
/// The portal's listeners. A web server of its own beside that of SSH: there connections run on the event loops and get blocks for bulk transfers
/// (docs/decisions/0008), while pages wait for the database and are best served by the pool, from small blocks. A gate of its own too: nobody logs in to
/// a connection here, and whoever floods pages takes no places from customers' transfers.
/// </summary>
internal sealed class PortalHost : IAsyncDisposable
{
    /// <summary>Connections at once; beyond it the source with most of them makes room.</summary>
    public const int Connections = 1_000;

    /// <summary>Connections of one source.</summary>
    public const int ConnectionsPerSource = 100;

    /// <summary>Connections that a source may begin within <see cref="ConnectionGate.RateWindow"/>.</summary>
    public const int ConnectionRate = 60;

    /// <summary>Marks a connection that has begun as TLS.</summary>
    private static readonly object Greeted = new();

    private readonly WebApplication _application;
    private readonly PortalSite _site;
    private readonly ConnectionGate _gate;
    private readonly List<ListenOptions> _bound;

    private PortalHost(WebApplication application, PortalSite site, ConnectionGate gate, List<ListenOptions> bound)
    {
        _application = application;
        _site = site;
        _gate = gate;
        _bound = bound;
    }

    /// <summary>Where it is bound: a port 0 has become a real one.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints => [.. _bound.Select(static each => each.IPEndPoint!)];

    /// <summary>Binds the listeners; null when there are none. Throws <see cref="CommandException"/> when one cannot be bound.</summary>
    public static async Task<PortalHost?> StartAsync(
        Installation installation, WaybillConfiguration configuration, ServerIdentity identity, Lazy<CertificateWatch> shown, IRunningServer server, ILoginRate rate, RefusalLog refusals, ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        IPEndPoint[] endPoints = [.. configuration.Portal.Listen.Select(static text => ConfigurationCheck.EndPoint("Portal:Listen", text))];
        if (endPoints.Length == 0)
        {
            return null;
        }

        installation.Data.CreatePortalKeys();
        var certificate = shown.Value;
        var gate = new ConnectionGate(Limits(configuration.Limits), TimeProvider.System);
        List<ListenOptions> bound = [];
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = installation.Data.Root });
        builder.Services.AddSingleton<ILoggerFactory>(new StrangersQuiet(loggers));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(configuration.ShutdownSeconds));
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Bound(kestrel);
            foreach (var endPoint in endPoints)
            {
                kestrel.Listen(endPoint, listener =>
                {
                    bound.Add(listener);
                    listener.Protocols = HttpProtocols.Http1AndHttp2;
                    listener.UseConnectionGate(gate, refusals.Record);
                    listener.Use(static next => connection =>
                    {
                        // Nobody logs in to a connection here: one that ends has done nothing wrong.
                        connection.Features.Get<ConnectionLease>()!.Offence = Offence.None;
                        return next(connection);
                    });
                    listener.Use(static next => connection => EndQuietlyAsync(connection, next));
                    listener.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        OnConnection = handshake =>
                        {
                            handshake.Connection.Items[Greeted] = true;
                            return ValueTask.FromResult(certificate.ForConnection());
                        },
                        HandshakeTimeout = PortalLimits.HandshakeTime,
                    });
                });
            }
        });
        var application = builder.Build();
        var site = new PortalSite(PortalSettings.Options(configuration, installation.Data), loggers, services => PortalServices.Add(services, installation, configuration, identity, server, rate));
        application.Run(site.InvokeAsync);
        try
        {
            await application.StartAsync(cancellationToken);
            return new PortalHost(application, site, gate, bound);
        }
        catch (Exception error)
        {
            await application.DisposeAsync();
            await site.DisposeAsync();
            if (error is IOException or SocketException)
            {
                throw new CommandException(WaybillHost.CannotListen(error, endPoints, "Portal:Listen=127.0.0.1:9443"));
            }

            throw;
        }
    }

    /// <summary>Lets nobody in any more; answers that have begun get their time.</summary>
    public Task StopAsync(CancellationToken now)
    {
        _gate.Stop();
        return WaybillHost.StopAsync(_application, now);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        await _site.DisposeAsync();
    }

    /// <summary>
    /// What does not begin with a TLS client's greeting is never asked which certificate it gets, and the framework then fails for the lack of one: an error in the log for
    /// each stranger who speaks plain HTTP. It ends like any other connection that came to the wrong door.
    /// </summary>
    private static async Task EndQuietlyAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            await next(connection);
        }
        catch (NotSupportedException) when (!connection.Items.ContainsKey(Greeted))
        {
        }
    }

    private static void Bound(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = PortalLimits.Body;
        kestrel.Limits.MaxRequestLineSize = PortalLimits.RequestLine;
        kestrel.Limits.MaxRequestHeadersTotalSize = PortalLimits.Headers;
        kestrel.Limits.MaxRequestHeaderCount = PortalLimits.HeaderCount;
        kestrel.Limits.RequestHeadersTimeout = PortalLimits.HeaderTime;
        kestrel.Limits.KeepAliveTimeout = PortalLimits.Idle;
        kestrel.Limits.Http2.MaxStreamsPerConnection = PortalLimits.Streams;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = PortalLimits.Headers;
    }

    private static GateLimits Limits(LimitsSection limits) => new()
    {
        // More than may wait: the gate refuses at its total, and makes room before that.
        Total = 2 * Connections,
        PerSource = ConnectionsPerSource,
        Unauthenticated = Connections,
        UnauthenticatedPerSource = ConnectionsPerSource,
        UnauthenticatedPerSecond = ConnectionRate,
        Exempt = [.. limits.Exempt.Select(IPNetwork.Parse)],
    };
}
