using Waybill.Core.Notifications;

namespace Waybill.Core.People;

/// <summary>What the configuration says about people and the portal.</summary>
public sealed record PeopleOptions
{
    /// <summary>How mails look and who sends them.</summary>
    public required NotificationOptions Notifications { get; init; }

    /// <summary>The base of every link.</summary>
    public string PublicUrl { get; init; } = "https://localhost:8443";

    /// <summary>What the portal does with files, for all accounts.</summary>
    public PortalFiles Files { get; init; }

    /// <summary>What an authenticator shows beside the codes.</summary>
    public string Issuer => Notifications.ProviderName ?? "Waybill";

    /// <summary>The address of a secret link.</summary>
    public string Link(string token) => $"{PublicUrl.TrimEnd('/')}/l/{token}";
}
