using System.Diagnostics;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Waybill.Portal.Security;

namespace Waybill.Portal;

/// <summary>
/// The portal, to be run by somebody else's web server: it brings pages and what protects them, the server brings listeners, certificates and the services of Core.
/// It is built by its first request: the frameworks of pages take a fifth of a second and 20 MB, which a server that moves files by SSH need not spend.
/// </summary>
public sealed class PortalSite : IAsyncDisposable
{
    private static readonly FormOptions Forms = new()
    {
        ValueCountLimit = PortalLimits.FormFields,
        ValueLengthLimit = PortalLimits.Body,
        MultipartBodyLengthLimit = PortalLimits.Body,

        // Nothing of a form goes into a file: somebody may have sent a private key.
        MemoryBufferThreshold = PortalLimits.Body,
    };

    private readonly Lazy<Built> _built;

    /// <summary>Describes it.</summary>
    /// <param name="options">What the configuration says.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="services">Adds the services of Core, and an <see cref="IServerIdentity"/>, as singletons that the caller keeps.</param>
    public PortalSite(PortalOptions options, ILoggerFactory loggers, Action<IServiceCollection> services)
    {
        ArgumentNullException.ThrowIfNull(options);
        _built = new Lazy<Built>(() => Build(options, loggers, services));
    }

    /// <summary>Answers a request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var built = _built.Value;
        var scope = new RequestServicesFeature(context, built.Scopes);
        context.Features.Set<IServiceProvidersFeature>(scope);

        // Of the context that the server made it has the server's bounds.
        context.Features.Set<IFormFeature>(new FormFeature(context.Request, Forms));
        await built.Way(context);
    }

    /// <summary>Every address that there is.</summary>
    internal IReadOnlyList<Endpoint> Endpoints => _built.Value.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_built.IsValueCreated)
        {
            await _built.Value.Services.DisposeAsync();
            await _built.Value.Rate.DisposeAsync();
        }
    }

    private static Built Build(PortalOptions options, ILoggerFactory loggers, Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddSingleton(loggers);
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddOptions();
        services.AddSingleton<IWebHostEnvironment>(new Surroundings());
        services.AddSingleton<IHostEnvironment>(static provider => provider.GetRequiredService<IWebHostEnvironment>());

        // Pages report to it what nobody listens to.
        var listener = new DiagnosticListener("Waybill.Portal");
        services.AddSingleton(listener);
        services.AddSingleton<DiagnosticSource>(listener);
        add(services);
        PortalSetup.Add(services, options);
        var provider = services.BuildServiceProvider();
        var rate = RequestRate.Create();
        var application = new ApplicationBuilder(provider);
        PortalSetup.Use(application, rate);
        return new Built(provider, provider.GetRequiredService<IServiceScopeFactory>(), application.Build(), rate);
    }

    private sealed record Built(ServiceProvider Services, IServiceScopeFactory Scopes, RequestDelegate Way, PartitionedRateLimiter<HttpContext> Rate);

    /// <summary>There are no files beside the program that pages are made of.</summary>
    private sealed class Surroundings : IWebHostEnvironment
    {
        public string ApplicationName { get; set; } = typeof(PortalSite).Assembly.GetName().Name!;

        public string EnvironmentName { get; set; } = Environments.Production;

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public string WebRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();

        public IFileProvider WebRootFileProvider { get; set; } = new NullFileProvider();
    }
}
