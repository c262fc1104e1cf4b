using System.Globalization;
using System.Net;
using System.Net.Mail;
using Waybill.Core.Notifications;

namespace Waybill.Server.Configuration;

/// <summary>What the configuration says of mails, digests and web hooks; what cannot work is refused with the reason.</summary>
internal static class NotificationSettings
{
    private const int ImplicitTlsPort = 465;

    public static void Validate(WaybillConfiguration configuration)
    {
        _ = Smtp(configuration.Smtp);
        _ = DigestAt(configuration.Notifications);
        _ = Topics(configuration.Notifications);
        _ = HookNetworks(configuration.Notifications);
        Address("Smtp:From", configuration.Smtp.From);
    }

    public static NotificationOptions Options(WaybillConfiguration configuration, DataDirectory data) => new()
    {
        Smtp = Smtp(configuration.Smtp),
        MailFolder = data.Mail,
        TemplateFolder = data.Templates,
        From = configuration.Smtp.From,
        ProviderName = configuration.Provider.Name,
        SupportMail = configuration.Provider.SupportMail,
        Zone = Zone(configuration),
        DigestAt = DigestAt(configuration.Notifications),
        Topics = Topics(configuration.Notifications),
        HookNetworks = HookNetworks(configuration.Notifications),
        PortalUrl = configuration.Portal.Listen.Count > 0 ? PortalSettings.BaseUrl(configuration.Portal) : null,
    };

    public static TimeZoneInfo Zone(WaybillConfiguration configuration) =>
        configuration.Provider.TimeZone is { } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : TimeZoneInfo.Utc;

    public static IReadOnlyList<IPNetwork> HookNetworks(NotificationsSection section) =>
    [
        .. section.HookNetworks.Select(text => IPNetwork.TryParse(text, out var network)
            ? network
            : throw new CommandException($"Notifications:HookNetworks: '{text}' is no network; write it as 10.20.0.0/16")),
    ];

    private static SmtpOptions? Smtp(SmtpSection section)
    {
        var startTls = section.Security.ToLowerInvariant() switch
        {
            "starttls" => true,
            "none" => false,
            "tls" or "ssl" or "implicit" or "smtps" => throw new CommandException(
                $"Smtp:Security: '{section.Security}': connections that are encrypted from their first byte cannot be made; use starttls, on port 587 of most servers"),
            _ => throw new CommandException($"Smtp:Security: '{section.Security}' is not known; starttls or none"),
        };
        if (!section.Auth.Equals("login", StringComparison.OrdinalIgnoreCase))
        {
            throw new CommandException($"Smtp:Auth: '{section.Auth}' cannot be done; login is the only way, so allow AUTH LOGIN on the server or use a relay that needs no user");
        }

        if (section.Port is < 1 or > 65_535)
        {
            throw new CommandException($"Smtp:Port: {section.Port} is no port; 1 to 65535");
        }

        if (string.IsNullOrWhiteSpace(section.Host))
        {
            return null;
        }

        if (section.Port == ImplicitTlsPort)
        {
            throw new CommandException($"Smtp:Port: {ImplicitTlsPort} is for connections that are encrypted from their first byte, which cannot be made; use starttls, on port 587 of most servers");
        }

        if (Uri.CheckHostName(section.Host) == UriHostNameType.Unknown)
        {
            throw new CommandException($"Smtp:Host: '{section.Host}' is no host name; write it as mail.example.com");
        }

        if ((section.User is null) != (section.PasswordFile is null))
        {
            throw new CommandException("Smtp:User and Smtp:PasswordFile belong together; set both, or neither");
        }

        var isLocal = section.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(section.Host, out var address) && IPAddress.IsLoopback(address));
        return section.User is not null && !startTls && !isLocal
            ? throw new CommandException("Smtp:User: a password is not sent in clear text over a network; set Smtp:Security to starttls")
            : new SmtpOptions(section.Host, section.Port, startTls, section.User, section.PasswordFile);
    }

    private static TimeOnly DigestAt(NotificationsSection section) =>
        TimeOnly.TryParseExact(section.DigestAt, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw new CommandException($"Notifications:DigestAt: '{section.DigestAt}' is no time; write it as 07:00");

    private static IReadOnlyList<TopicRule> Topics(NotificationsSection section) =>
        [.. section.Topics.Select(topic => new TopicRule(topic.Topic, Telling(topic.Account), Telling(topic.Provider)))];

    private static Telling Telling(string word) => word.ToLowerInvariant() switch
    {
        "none" => Core.Notifications.Telling.None,
        "digest" => Core.Notifications.Telling.Digest,
        "now" => Core.Notifications.Telling.Now,
        _ => throw new CommandException($"Notifications:Topics: '{word}' is not known; none, digest or now"),
    };

    private static void Address(string key, string text)
    {
        if (text.Any(char.IsControl) || !MailAddress.TryCreate(text, out var address) || address.Address != text)
        {
            throw new CommandException($"{key}: '{text.ReplaceLineEndings(" ")}' is no e-mail address; write it as files@example.com");
        }
    }
}
