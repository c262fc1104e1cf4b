using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Waybill.Net.Buffers;
using Waybill.Core.Audit;
using Waybill.Core.Retention;
using Waybill.Ftp.Hosting;
using Waybill.Net.Gate;
using Waybill.Net.Rates;
using Waybill.Ntsapi.Hosting;
using Waybill.Server.Certificates;
using Waybill.Server.Configuration;
using Waybill.Server.Control;
using Waybill.Server.HostKeys;
using Waybill.Server.Scheduling;
using Waybill.Ssh.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>The running server: Kestrel with every listener, the control socket, and what they share.</summary>
internal sealed partial class WaybillHost : IAsyncDisposable
{
    /// <summary>Bytes that Kestrel buffers for one connection, each way; smaller ones make bulk transfers wait for each other.</summary>
    private const int TransportBuffer = 4 * 1024 * 1024;

    private readonly Installation _installation;
    private readonly ILoggerFactory _loggers;
    private readonly HostKeyRing _hostKeys;
    private readonly ConnectionGate _gate;
    private readonly LoginRates _rates;
    private readonly SessionGuard _guard;
    private readonly BlockMemoryPoolFactory _blocks = new();
    private readonly ControlServer _control;
    private readonly KeysOnlyBanner _banner;
    private readonly ArrivalWorker _arrivals;
    private readonly PublicationWatch _publications;
    private readonly NotificationWorker _notifications;
    private readonly CatalogueUpkeep _upkeep;
    private readonly ClockLoop _clock;
    private readonly AuditIndexing _indexing;
    private readonly JobScheduler _scheduler;
    private readonly RefusalLog _refusals;
    private readonly ServerIdentity _identity = new();
    private readonly Lazy<CertificateWatch> _certificate;
    private readonly List<(Listener Listener, ListenOptions Bound)> _listeners = [];
    private readonly List<(FtpListener Listener, ListenOptions Bound)> _ftpListeners = [];
    private readonly List<(NtsapiListener Listener, ListenOptions Bound)> _ntsapiListeners = [];
    private List<(Listener Listener, SshConnectionHandler Handler)> _handlers = [];
    private WebApplication? _application;
    private PortalHost? _portal;

    private WaybillHost(Installation installation, WaybillConfiguration configuration, ILoggerFactory loggers)
    {
        _installation = installation;
        _loggers = loggers;
        _hostKeys = new HostKeyRing(new HostKeyStore(installation.Data));
        _certificate = new Lazy<CertificateWatch>(() =>
        {
            var watch = new CertificateWatch(installation.Data, configuration.Portal, TimeProvider.System, _identity.Use, loggers.CreateLogger<CertificateWatch>());
            _identity.Follow(watch);
            return watch;
        });
        _refusals = new RefusalLog(installation, loggers.CreateLogger<RefusalLog>());
        _gate = new ConnectionGate(Limits(configuration.Limits), TimeProvider.System);
        _rates = new LoginRates(configuration.Ntsapi.CommandsPerSecond, TimeProvider.System);
        _guard = new SessionGuard(installation.Sessions, installation.Directory, TimeProvider.System, loggers.CreateLogger<SessionGuard>());
        _banner = new KeysOnlyBanner(installation.Directory, configuration.Provider.SupportMail, TimeProvider.System, loggers.CreateLogger<KeysOnlyBanner>());
        _arrivals = new ArrivalWorker(installation.Arrivals(configuration), installation.Sessions, TimeProvider.System, loggers.CreateLogger<ArrivalWorker>());
        _publications = new PublicationWatch(installation.Publisher, TimeProvider.System, loggers.CreateLogger<PublicationWatch>());
        _notifications = new NotificationWorker(installation, configuration, TimeProvider.System, loggers.CreateLogger<NotificationWorker>());
        _upkeep = new CatalogueUpkeep(installation, configuration.Catalogue, TimeProvider.System, loggers.CreateLogger<CatalogueUpkeep>());
        var watch = new ClockWatch(installation.Database, installation.Audit, TimeProvider.System);
        _clock = new ClockLoop(watch, TimeProvider.System, loggers.CreateLogger<ClockLoop>());
        _indexing = new AuditIndexing(installation.Audit, TimeProvider.System, loggers.CreateLogger<AuditIndexing>());
        List<IScheduledJob> jobs = [.. RetentionJobs.All(installation.OpenRetention(configuration, watch), configuration)];
        if (configuration.Catalogue.ScanMinutes > 0)
        {
            jobs.Add(new CatalogueScanJob(installation, configuration.Catalogue, loggers.CreateLogger<CatalogueScanJob>()));
        }

        jobs.Add(new NotificationPurgeJob(installation.Notifications, configuration));
        jobs.Add(new RequestPurgeJob(installation.OpenOnboarding(configuration), configuration));
        jobs.Add(new KeyReminderJob(installation, configuration));
        jobs.Add(new HandoverPurgeJob(installation.OpenHandovers(configuration)));
        jobs.Add(new CertificateJob(installation, configuration));
        jobs.Add(new NumberJob(installation.OpenNumbers(configuration), configuration));
        jobs.Add(new PortingLetterJob(installation.OpenPorting(configuration), configuration));
        jobs.Add(new BalanceJob(installation.Balances, configuration));
        jobs.Add(new PortingOverdueJob(installation.OpenPorting(configuration)));
        _scheduler = new JobScheduler(installation.Schedule, jobs, TimeProvider.System, loggers);
        _control = new ControlServer(
            installation.Data.ControlSocket,
            new ControlHandler(installation, _gate, _guard, _blocks, ReloadHostKeysAsync).HandleAsync,
            loggers.CreateLogger<ControlServer>());
    }

    /// <summary>What was asked for, and where it is bound (a port 0 has become a real one).</summary>
    public IReadOnlyList<(Listener Listener, ListenOptions Bound)> Listeners => _listeners;

    /// <summary>The same of FTP.</summary>
    public IReadOnlyList<(FtpListener Listener, ListenOptions Bound)> FtpListeners => _ftpListeners;

    /// <summary>The same of NTSAPI.</summary>
    public IReadOnlyList<(NtsapiListener Listener, ListenOptions Bound)> NtsapiListeners => _ntsapiListeners;

    /// <summary>Where the portal is bound; empty when it is off.</summary>
    public IReadOnlyList<IPEndPoint> Portal => _portal?.EndPoints ?? [];

    /// <summary>Binds every listener; throws <see cref="CommandException"/> when one cannot be bound. The installation is the caller's.</summary>
    public static async Task<WaybillHost> StartAsync(Installation installation, WaybillConfiguration configuration, bool jsonLogs, CancellationToken cancellationToken)
    {
        var host = new WaybillHost(installation, configuration, ServerLogging.Create(jsonLogs));
        try
        {
            await host._banner.StartAsync();
            await host._publications.StartAsync();
            await host.BindAsync(configuration, cancellationToken);
            host._portal = await PortalHost.StartAsync(
                installation, configuration, host._identity, host._certificate, new RunningServer(installation.Sessions, host._gate, host._blocks), new SharedRate(host._rates), host._refusals, host._loggers, cancellationToken);
            await host.RecordOffersAsync();
            host._guard.Start();
            host._arrivals.Start();
            host._notifications.Start();
            host._control.Start();
            host._upkeep.Start();
            host._clock.Start();
            host._indexing.Start();
            await host._scheduler.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Lets nobody in any more, ends idle sessions, gives running transfers their time (<see cref="WaybillConfiguration.ShutdownSeconds"/>, or until
    /// <paramref name="now"/>), then ends what is left.
    /// </summary>
    public async Task StopAsync(CancellationToken now)
    {
        _gate.Stop();
        await Task.WhenAll(StopAsync(_application, now), _portal?.StopAsync(now) ?? Task.CompletedTask);
    }

    /// <summary>Ends a web server; when the time is over Kestrel aborts the connections that are left.</summary>
    internal static async Task StopAsync(WebApplication? application, CancellationToken now)
    {
        try
        {
            await (application?.StopAsync(now) ?? Task.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            // The time was over.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _scheduler.DisposeAsync();
        await _clock.DisposeAsync();
        await _indexing.DisposeAsync();
        await _control.DisposeAsync();
        await _publications.DisposeAsync();
        await _notifications.DisposeAsync();
        await _upkeep.DisposeAsync();
        await _guard.DisposeAsync();
        await _arrivals.DisposeAsync();
        if (_portal is not null)
        {
            await _portal.DisposeAsync();
        }

        if (_application is not null)
        {
            await _application.DisposeAsync();
        }

        await _banner.DisposeAsync();
        _loggers.Dispose();
        _hostKeys.Dispose();
    }

    /// <summary>A command has changed the host keys: connections from now on see what it says, sessions go on with theirs.</summary>
    private async ValueTask<ControlReply> ReloadHostKeysAsync()
    {
        try
        {
            var keys = _hostKeys.Load();
            _identity.Use(keys);
            foreach (var (_, handler) in _handlers)
            {
                handler.UseHostKeys(keys.Used, keys.Announced);
            }
        }
        catch (Exception error) when (error is CommandException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return new ControlReply(false, error.Message);
        }

        await RecordOffersAsync();
        return new ControlReply(true, Count: _handlers.Count);
    }

    /// <summary>Notes which types of host keys each port offers; what differs from before is said aloud, since many clients pin one key.</summary>
    private async Task RecordOffersAsync()
    {
        (int, IReadOnlyList<string>)[] offers =
        [
            .. from each in _handlers where each.Listener.EndPoint.Port != 0 select (each.Listener.EndPoint.Port, each.Handler.HostKeyAlgorithms),
        ];
        var known = new HostKeyOffers(_installation.Data);
        var (all, changed) = known.Compare(offers, TimeProvider.System.GetUtcNow());
        foreach (var change in changed)
        {
            var words = HostKeyOffers.Describe(change.Before!, change.Algorithms);
            LogOfferChanged(_loggers.CreateLogger<WaybillHost>(), change.Port, words);
            await _installation.RecordAsync(AuditActions.HostKeyOfferChanged, change.Port.ToString(CultureInfo.InvariantCulture), words);
        }

        known.Write(all);
    }

    private async Task BindAsync(WaybillConfiguration configuration, CancellationToken cancellationToken)
    {
        var door = new SessionDoor(_installation, configuration, _loggers.CreateLogger<SessionDoor>());
        var handlers = _handlers = Handlers(configuration, door);
        var ftp = FtpHandlers(configuration, door);
        var ntsapi = NtsapiHandlers(configuration, door);
        if (handlers.Count == 0 && ftp.Count == 0 && ntsapi.Count == 0)
        {
            // Kestrel without a listener would open one of its own, for HTTP on port 5000.
            return;
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = _installation.Data.Root });
        builder.Services.AddSingleton(_loggers);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(configuration.ShutdownSeconds));
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(options =>
        {
            options.MaxReadBufferSize = options.MaxWriteBufferSize = TransportBuffer;

            // A receive, its packets and their replies run in one go on one pool thread instead of three: the read loop never blocks.
            options.UnsafePreferInlineScheduling = true;
        });

        // After Kestrel's own registration, which would win otherwise, and with it 4 KiB receives.
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>>(_blocks));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (var (listener, handler) in handlers)
            {
                kestrel.Listen(listener.EndPoint, options =>
                {
                    _listeners.Add((listener, options));
                    options.UseConnectionGate(_gate, _refusals.Record);
                    options.Run(handler.OnConnectedAsync);
                });
            }

            foreach (var (listener, handler) in ftp)
            {
                kestrel.Listen(listener.EndPoint, options =>
                {
                    _ftpListeners.Add((listener, options));
                    options.UseConnectionGate(_gate, _refusals.Record);
                    options.Run(handler.OnConnectedAsync);
                });
            }

            foreach (var (listener, handler) in ntsapi)
            {
                kestrel.Listen(listener.EndPoint, options =>
                {
                    _ntsapiListeners.Add((listener, options));
                    options.UseConnectionGate(_gate, _refusals.Record);
                    options.Run(handler.OnConnectedAsync);
                });
            }
        });
        _application = builder.Build();
        try
        {
            await _application.StartAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // Kestrel names the one that it failed at.
            List<(IPEndPoint EndPoint, string Another)> asked =
            [
                .. handlers.Select(each => (each.Listener.EndPoint, "Ssh:Listen=127.0.0.1:2022")), .. ftp.Select(each => (each.Listener.EndPoint, "Ftp:Listen=127.0.0.1:2122, or Ftp:Listen=[] for none")),
                .. ntsapi.Select(each => (each.Listener.EndPoint, "Ntsapi:ListenTls=127.0.0.1:7778, or Ntsapi:ListenTls=[] for none")),
            ];
            var failed = asked.Where(each => error.Message.Contains($"{each.EndPoint}:", StringComparison.Ordinal)).DefaultIfEmpty(asked[0]).First();
            throw new CommandException(CannotListen(error, [failed.EndPoint], failed.Another));
        }
    }

    private List<(FtpListener Listener, FtpConnectionHandler Handler)> FtpHandlers(WaybillConfiguration configuration, SessionDoor door)
    {
        List<FtpListener> listeners = [.. FtpSettings.ListenersOf(configuration.Ftp)];
        if (listeners.Count == 0)
        {
            return [];
        }

        var application = new FtpApplication(_installation, door, _loggers.CreateLogger<FtpApplication>());
        var hashTurns = new FtpHashTurns(new FtpLimits());
        return [.. listeners.Select(listener => (listener, new FtpConnectionHandler(FtpSettings.Options(listener.Mode, configuration, _certificate.Value), application, TimeProvider.System, _loggers, hashTurns)))];
    }

    private List<(NtsapiListener Listener, NtsapiConnectionHandler Handler)> NtsapiHandlers(WaybillConfiguration configuration, SessionDoor door)
    {
        List<NtsapiListener> listeners = [.. NtsapiSettings.ListenersOf(configuration.Ntsapi)];
        if (listeners.Count == 0)
        {
            return [];
        }

        var application = new NtsapiApplication(_installation, door, _installation.OpenNumbers(configuration), _loggers.CreateLogger<NtsapiApplication>());
        var logins = new NtsapiLogins(NtsapiSettings.Limits(configuration.Ntsapi), _rates);
        return
        [
            .. listeners.Select(listener => (
                listener,
                new NtsapiConnectionHandler(NtsapiSettings.Options(listener, configuration.Ntsapi, _certificate), application, logins, TimeProvider.System, _loggers))),
        ];
    }

    private List<(Listener Listener, SshConnectionHandler Handler)> Handlers(WaybillConfiguration configuration, SessionDoor door)
    {
        var keys = _hostKeys.Load();
        _identity.Use(keys);
        var application = new SshApplication(_installation, configuration, _banner, door);
        try
        {
            return [.. ListenersOf(configuration).Select(listener => (listener, new SshConnectionHandler(Options(listener.Policy, configuration, keys), application, TimeProvider.System, _loggers)))];
        }
        catch (Exception error) when (error is PlatformNotSupportedException or InvalidOperationException)
        {
            throw new CommandException(error.Message);
        }
    }

    /// <summary>The listeners that a configuration asks for.</summary>
    public static IEnumerable<Listener> ListenersOf(WaybillConfiguration configuration) =>
        configuration.Ssh.Listen.Select(text => new Listener(ConfigurationCheck.EndPoint("Ssh:Listen", text), ConfigurationCheck.Policy(configuration.Ssh.Policy)))
            .Concat(configuration.Ssh.ListenCompat.Select(text => new Listener(ConfigurationCheck.EndPoint("Ssh:ListenCompat", text), SshPolicy.Compat)));

    /// <summary>How a listener behaves.</summary>
    public static SshServerOptions Options(SshPolicy policy, WaybillConfiguration configuration, HostKeySet keys) => new()
    {
        HostKeys = keys.Used,
        AnnouncedHostKeys = keys.Announced,
        Policy = policy,
        CipherSteering = configuration.Ssh.CipherSteering,
        Limits = new SshLimits { KeepAlive = TimeSpan.FromSeconds(configuration.Ssh.KeepAliveSeconds) },
    };

    /// <summary>Why a listener could not be bound, and what to do.</summary>
    internal static string CannotListen(Exception error, IEnumerable<IPEndPoint> endPoints, string another)
    {
        var where = string.Join(", ", endPoints);
        return (error as SocketException ?? error.GetBaseException() as SocketException)?.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"cannot listen on {where}: the port is taken; stop what listens there, or set another address: --set {another}",
            SocketError.AddressNotAvailable => $"cannot listen on {where}: this machine has no such address; set one that it has, or *:PORT for all",
            SocketError.AccessDenied => $"cannot listen on {where}: ports below 1024 need the capability CAP_NET_BIND_SERVICE; give it to the service, or use a higher port",
            _ => $"cannot listen on {where}: {error.Message}",
        };
    }

    [LoggerMessage(EventId = 40, Level = LogLevel.Warning, Message = "Port {Port} offers {Words}")]
    private static partial void LogOfferChanged(ILogger logger, int port, string words);

    private static GateLimits Limits(LimitsSection limits) => new()
    {
        Total = limits.Total,
        PerSource = limits.PerSource,
        PerLogin = limits.PerLogin,
        Unauthenticated = limits.Unauthenticated,
        UnauthenticatedPerSource = limits.UnauthenticatedPerSource,
        UnauthenticatedPerSecond = limits.UnauthenticatedPerSecond,
        Exempt = [.. limits.Exempt.Select(IPNetwork.Parse)],
    };
}
