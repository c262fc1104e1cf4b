using Microsoft.Extensions.DependencyInjection;
using Waybill.Core.Tokens;
using Waybill.Portal;
using Waybill.Portal.Api;
using Waybill.Server.Configuration;

namespace Waybill.Server.Hosting;

/// <summary>The services of Core that the REST API calls, the same as commands do; each is made by the first call that asks.</summary>
internal static class ApiServices
{
    public static void Add(IServiceCollection services, Installation installation, WaybillConfiguration configuration, IRunningServer server)
    {
        services.AddSingleton(server);
        services.AddSingleton(new ApiOptions(NotificationSettings.Zone(configuration), NotificationSettings.HookNetworks(configuration.Notifications)));
        services.AddSingleton(_ => installation.Tokens);
        services.AddSingleton(_ => new IdempotentRequests(installation.Database, TimeProvider.System));
        services.AddSingleton(installation.Accounts);
        services.AddSingleton(installation.Logins);
        services.AddSingleton(installation.Keys);
        services.AddSingleton(installation.BurntKeys);
        services.AddSingleton(installation.KeyLife);
        services.AddSingleton(installation.Quotas);
        services.AddSingleton(installation.Hooks);
        services.AddSingleton(installation.Notifications);
        services.AddSingleton(installation.Expectations);
        services.AddSingleton(installation.RetentionPolicies);
        services.AddSingleton(installation.Holds);
        services.AddSingleton(_ => installation.Folders);
        services.AddSingleton(_ => installation.Diagnosis);
        services.AddSingleton(_ => installation.Publisher);
        services.AddSingleton(_ => installation.Subscriptions);
        services.AddSingleton(_ => installation.Receipts);
        services.AddSingleton(_ => installation.Inbound);
        services.AddSingleton(_ => installation.OpenRetention(configuration));
    }
}
