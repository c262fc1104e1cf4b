using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Waybill.Core.People;
using Waybill.Portal.Connecting;
using Waybill.Portal.Files;
using Waybill.Portal.Hosting;
using Waybill.Portal.Links;
using Waybill.Portal.Packs;
using Waybill.Portal.Passkeys;
using Waybill.Portal.People;
using Waybill.Portal.Security;
using Waybill.Portal.Staff;

namespace Waybill.Portal;

/// <summary>What the portal is made of: its services, and the way that a request takes through it.</summary>
internal static class PortalSetup
{
    /// <summary>Registers the pages and what they need besides Core's services and an <see cref="IServerIdentity"/>.</summary>
    public static void Add(IServiceCollection services, PortalOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<AssetSet>();
        services.AddSingleton<Health>();
        services.AddSingleton<LinkRouting>();
        services.AddSingleton<ZipTurns>();
        services.AddSingleton<ExportTurns>();
        services.AddSingleton<TransferTurns>();
        services.AddTransient<TransferRight>();
        services.AddSingleton<ReceiptTurns>();
        services.AddSingleton<ListingTurns>();
        services.AddSingleton<ConnectionFacts>();
        services.AddSingleton<Files.UploadRoom>();
        services.AddSingleton<Api.LongTurns>();
        services.AddSingleton<Answers>();
        services.AddSingleton<Staff.ForecastTurns>();
        services.AddSingleton<RetentionForecast>();
        services.AddSingleton<PackDesk>();
        services.AddSingleton(static provider => new PasskeyChallenges(
            provider.GetRequiredService<IDataProtectionProvider>(), provider.GetRequiredService<PeopleServices>().Challenges, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PasskeyDesk>();
        services.AddLocalization(static localization => localization.ResourcesPath = "Resources");
        services.AddDataProtection()
            .SetApplicationName("waybill-portal")
            .PersistKeysToFileSystem(new DirectoryInfo(options.KeyFolder));
        services.AddAntiforgery(static antiforgery =>
        {
            antiforgery.Cookie.Name = "__Host-waybill-form";
            antiforgery.Cookie.Path = "/";
            antiforgery.Cookie.HttpOnly = true;
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.Always;
            antiforgery.SuppressXFrameOptionsHeader = true;
        });
        services.AddRazorPages().AddMvcOptions(static options =>
        {
            options.Filters.Add<StrayKeyFilter>();
            options.Filters.Add<FormWithoutHandlerFilter>();
        }).AddApplicationPart(typeof(PortalSetup).Assembly);
    }

    /// <summary>The way of a request.</summary>
    public static void Use(IApplicationBuilder application, PartitionedRateLimiter<HttpContext> rate)
    {
        application.Use(SecurityHeaders.InvokeAsync);
        application.UseStatusCodePages(ErrorAnswers.ExplainAsync);
        application.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = ErrorAnswers.FailAsync });
        application.Use(EndQuietlyAsync);
        application.Use((context, next) => LimitAsync(rate, context, next));
        application.Use(RefuseMethodAsync);
        application.Use(application.ApplicationServices.GetRequiredService<LinkRouting>().InvokeAsync);
        application.UseRouting();
        application.Use(RefuseLargeAsync);
        application.Use(SessionLookup.InvokeAsync);
        application.UseEndpoints(Map);
    }

    private static void Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        string[] methods = [HttpMethods.Get, HttpMethods.Head];
        endpoints.MapMethods("/healthz", methods, Health.LiveAsync);
        endpoints.MapMethods("/readyz", methods, services.GetRequiredService<Health>().ReadyAsync);
        var assets = services.GetRequiredService<AssetSet>();
        endpoints.MapMethods("/assets/{name}", methods, context => assets.SendAsync(context, (string)context.Request.RouteValues["name"]!));
        endpoints.MapMethods("/tls/{file}", methods, RootDownload.SendAsync);
        Api.ApiTable.Map(endpoints);
        endpoints.MapRazorPages();
    }

    /// <summary>A client that goes in the middle of what it sends, or breaks the rules of HTTP/2, is no failure of the server, and any stranger could fill the log with it.</summary>
    private static async Task EndQuietlyAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception error) when (error is ConnectionAbortedException or ConnectionResetException || error.InnerException is ConnectionAbortedException or ConnectionResetException)
        {
            context.Abort();
        }
    }

    /// <summary>A page that has no handler for a method would be shown without one: with nothing of what the handler reads and checks.</summary>
    private static Task RefuseMethodAsync(HttpContext context, RequestDelegate next)
    {
        var method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPost(method) || HttpMethods.IsOptions(method) || ErrorAnswers.IsApi(context))
        {
            return next(context);
        }

        context.Response.Headers.Allow = "GET, HEAD, POST, OPTIONS";
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    /// <summary>Says so at once, where else a form that is cut off would look like a forged one.</summary>
    private static Task RefuseLargeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentLength > PortalLimits.Body && context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is null)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return Task.CompletedTask;
        }

        return next(context);
    }

    private static async Task LimitAsync(PartitionedRateLimiter<HttpContext> rate, HttpContext context, RequestDelegate next)
    {
        using var lease = rate.AttemptAcquire(context);
        if (lease.IsAcquired || IsErrorPage(context))
        {
            await next(context);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = lease.TryGetMetadata(MetadataName.RetryAfter, out var wait)
            ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture)
            : "1";
    }

    // The page of an error is no request of its own, and the error that is told most is this one.
    private static bool IsErrorPage(HttpContext context) => context.Features.Get<Microsoft.AspNetCore.Diagnostics.IStatusCodeReExecuteFeature>() is not null;
}
