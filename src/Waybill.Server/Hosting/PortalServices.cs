using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Waybill.Core.Feeds;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Core.Packs;
using Waybill.Core.Retention;
using Waybill.Core.Tokens;
using Waybill.Portal;
using Waybill.Portal.Api;
using Waybill.Server.Configuration;
using Waybill.Server.Scheduling;

namespace Waybill.Server.Hosting;

/// <summary>
/// The services of Core that pages and the REST API call, the same as commands do. A new one is added here. What the installation keeps is given as it is; what it
/// makes is made by whoever asks first.
/// </summary>
internal static class PortalServices
{
    public static void Add(
        IServiceCollection services, Installation installation, WaybillConfiguration configuration, IServerIdentity identity, IRunningServer server, ILoginRate rate)
    {
        services.AddSingleton(identity);
        services.AddSingleton(server);
        services.AddSingleton(rate);
        services.AddSingleton<IServerHealth>(provider => new ServerHealth(installation, configuration, TimeProvider.System, provider.GetRequiredService<ILoggerFactory>().CreateLogger<ServerHealth>()));
        services.AddSingleton<IServerSchedule>(new ScheduleOfJobs(installation.Schedule, configuration, TimeProvider.System));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(installation.Database);
        services.AddSingleton(installation.Audit);
        services.AddSingleton(new ApiOptions(NotificationSettings.Zone(configuration), NotificationSettings.HookNetworks(configuration.Notifications)));
        services.AddSingleton(installation.Accounts);
        services.AddSingleton(installation.Logins);
        services.AddSingleton(installation.Keys);
        services.AddSingleton(installation.BurntKeys);
        services.AddSingleton(_ => installation.SentKeys);
        services.AddSingleton(installation.KeyLife);
        services.AddSingleton(installation.Links);
        services.AddSingleton(installation.Passwords);
        services.AddSingleton(installation.Usage);
        services.AddSingleton(installation.Balances);
        services.AddSingleton(_ => installation.LastCalls);
        services.AddSingleton(installation.Feeds);
        services.AddSingleton(installation.Expectations);
        services.AddSingleton(installation.Quotas);
        services.AddSingleton(installation.RetentionPolicies);
        services.AddSingleton(installation.Holds);
        services.AddSingleton(installation.Notifications);
        services.AddSingleton(installation.Hooks);
        services.AddSingleton(_ => installation.OpenAccountFiles());
        services.AddSingleton(installation.Catalogue);
        services.AddSingleton(_ => new AccountLogins(installation.Database));
        services.AddSingleton(_ => new AccountVendors(installation.Database, installation.Logins, new AccountLogins(installation.Database)));
        services.AddSingleton(_ => new KeyDelivery(installation.Keys, installation.BurntKeys));
        services.AddSingleton(_ => new AccountRetention(installation.Database, installation.RetentionPolicies));
        services.AddSingleton(_ => installation.Tokens);
        services.AddSingleton(_ => installation.PackLinks);
        services.AddSingleton(_ => installation.RetentionLinks);
        services.AddSingleton(_ => installation.Folders);
        services.AddSingleton(_ => installation.Diagnosis);
        services.AddSingleton(_ => installation.Publisher);
        services.AddSingleton(_ => new FeedRouter(installation.Database, installation.Feeds, ConfigurationCheck.Routes(configuration.Feeds)));
        services.AddSingleton(_ => installation.Subscriptions);
        services.AddSingleton(_ => installation.Receipts);
        services.AddSingleton(_ => installation.ArrivalRules);
        services.AddSingleton(_ => installation.CollectRights);
        services.AddSingleton(_ => installation.Inbound);
        services.AddSingleton(_ => installation.OpenRetention(configuration));
        services.AddSingleton(installation.NumberRanges);
        services.AddSingleton(installation.NumberChanges);
        services.AddSingleton(_ => installation.OpenNumbers(configuration));
        services.AddSingleton(_ => new IdempotentRequests(installation.Database, TimeProvider.System));

        services.AddSingleton(_ => installation.OpenPorting(configuration));

        // A template that somebody broke takes no other page away.
        services.AddSingleton(_ => installation.OpenOnboarding(configuration));
        services.AddSingleton(_ => installation.OpenHandovers(configuration));
        services.AddSingleton(_ => installation.OpenPasswordLinkMails(configuration));

        // Ended with the site.
        services.AddSingleton(_ => installation.OpenPeople(configuration));

        // For each page anew: host keys change while a server runs.
        services.AddSingleton<Func<ConnectionPackService>>(() => installation.OpenPacks(configuration));
    }
}
