using System.Net;

namespace Waybill.Core.Notifications;

/// <summary>How notifications are made and sent.</summary>
public sealed record NotificationOptions
{
    /// <summary>The mail server; null writes mails to <see cref="MailFolder"/>.</summary>
    public SmtpOptions? Smtp { get; init; }

    /// <summary>Where mails are written when there is no mail server.</summary>
    public required string MailFolder { get; init; }

    /// <summary>Templates of the operator's own, before the shipped ones; need not exist.</summary>
    public required string TemplateFolder { get; init; }

    /// <summary>The sender's address.</summary>
    public string From { get; init; } = "no-reply@localhost";

    /// <summary>The provider's name, shown in every mail.</summary>
    public string? ProviderName { get; init; }

    /// <summary>The provider's address; null tells the provider nothing.</summary>
    public string? SupportMail { get; init; }

    /// <summary>The zone of the provider, and of each account that has none.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>When digests are made, in the recipient's zone.</summary>
    public TimeOnly DigestAt { get; init; } = new(7, 0);

    /// <summary>Rules of the configuration; they stand before <see cref="TopicRule.Shipped"/>.</summary>
    public IReadOnlyList<TopicRule> Topics { get; init; } = [];

    /// <summary>Networks that are not public and that web hooks may be in all the same.</summary>
    public IReadOnlyList<IPNetwork> HookNetworks { get; init; } = [];

    /// <summary>What links begin with, without a slash at its end; null where there is no portal, and so no link.</summary>
    public string? PortalUrl { get; init; }
}
