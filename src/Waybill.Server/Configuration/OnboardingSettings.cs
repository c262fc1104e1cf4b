using Waybill.Core.Onboarding;
using Waybill.Server.HostKeys;

namespace Waybill.Server.Configuration;

/// <summary>What the configuration says of requests for access.</summary>
internal static class OnboardingSettings
{
    private const int LongestRule = 1_000;

    public static void Validate(OnboardingSection section)
    {
        if (section.CallBack is { } rule && (string.IsNullOrWhiteSpace(rule) || rule.Length > LongestRule || rule.Any(char.IsControl)))
        {
            throw new CommandException($"Onboarding:CallBack: one line of 1 to {LongestRule} characters, as: Call the number in the contract, and ask for the person.");
        }
    }

    public static OnboardingOptions Options(WaybillConfiguration configuration, DataDirectory data) => new()
    {
        Notifications = NotificationSettings.Options(configuration, data),
        PublicUrl = PortalSettings.BaseUrl(configuration.Portal),
        TwoPersons = configuration.Onboarding.TwoPersons,
        CallBack = configuration.Onboarding.CallBack,
        Phone = configuration.Provider.Phone,
        Hosts = [.. configuration.Ssh.Public.Select(endpoint => new PublicHost(endpoint.Host, endpoint.Port, endpoint.Region))],
        HostKeys = () => [.. new HostKeyStore(data).Read().Keys.Where(key => key.IsKnownToClients).Select(key => key.Key)],
        RetentionMonths = configuration.Retention.Months,
        WithPackLink = configuration.Portal.Listen.Count > 0,
    };
}
