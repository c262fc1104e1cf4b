using System.Net;
using Waybill.Core.Feeds;
using Waybill.Core.Inbound;
using Waybill.Core.People;
using Waybill.Core.Retention;
using Waybill.Core.Vaults;
using Waybill.Ssh.Hosting;
using Waybill.Storage;

namespace Waybill.Server.Configuration;

/// <summary>Finds what cannot work before anything is opened; each message names the key, the value and what is allowed.</summary>
internal static class ConfigurationCheck
{
    public static void Validate(WaybillConfiguration configuration)
    {
        foreach (var text in configuration.Ssh.Listen)
        {
            _ = EndPoint("Ssh:Listen", text);
        }

        foreach (var text in configuration.Ssh.ListenCompat)
        {
            _ = EndPoint("Ssh:ListenCompat", text);
        }

        Public("Ssh:Public", configuration.Ssh.Public.Select(static endPoint => (endPoint.Host, endPoint.Port)));
        foreach (var endPoint in configuration.Ssh.Public.Where(endPoint => endPoint.Policy is not null))
        {
            _ = Policy(endPoint.Policy!);
        }

        FtpSettings.Validate(configuration.Ftp);
        Public("Ftp:Public", FtpSettings.Public(configuration.Ftp).Select(static endPoint => (endPoint.Host, endPoint.Port)));
        NtsapiSettings.Validate(configuration.Ntsapi);
        Public("Ntsapi:Public", configuration.Ntsapi.Public.Select(static endPoint => (endPoint.Host, endPoint.Port)));
        PortalSettings.Validate(configuration);
        _ = BillingSettings.Options(configuration.Billing);
        Certificates(configuration.Certificates);
        _ = Files(configuration.Portal);
        NotificationSettings.Validate(configuration);
        OnboardingSettings.Validate(configuration.Onboarding);
        _ = Layout(configuration.Layout);
        _ = Inbound(configuration.Inbound);
        _ = Routes(configuration.Feeds);
        Retention(configuration.Retention);
        _ = Policy(configuration.Ssh.Policy);
        _ = IsDurable(configuration.Storage.Durability);
        OneOf("Database:Provider", configuration.Database.Provider, "Sqlite");
        OneOf("Storage:Provider", configuration.Storage.Provider, "Local");
        foreach (var text in configuration.Limits.Exempt)
        {
            if (!IPNetwork.TryParse(text, out _))
            {
                throw new CommandException($"Limits:Exempt: '{text}' is no network; write it as 192.0.2.0/24 or 2001:db8::/32");
            }
        }

        AtLeastOne("Limits:Total", configuration.Limits.Total);
        AtLeastOne("Limits:PerSource", configuration.Limits.PerSource);
        AtLeastOne("Limits:PerLogin", configuration.Limits.PerLogin);
        AtLeastOne("Limits:Unauthenticated", configuration.Limits.Unauthenticated);
        AtLeastOne("Limits:UnauthenticatedPerSource", configuration.Limits.UnauthenticatedPerSource ?? 1);
        AtLeastOne("Limits:UnauthenticatedPerSecond", configuration.Limits.UnauthenticatedPerSecond);
        if (configuration.Ssh.KeepAliveSeconds is < 1 or > 3_600)
        {
            throw new CommandException($"Ssh:KeepAliveSeconds: {configuration.Ssh.KeepAliveSeconds} is out of range; 1 to 3600");
        }

        if (configuration.Storage.ReserveBytes < 0)
        {
            throw new CommandException($"Storage:ReserveBytes: {configuration.Storage.ReserveBytes} is out of range; 0 or more bytes");
        }

        if (configuration.Storage.Archive is { } archive && !Path.IsPathRooted(archive))
        {
            throw new CommandException($"Storage:Archive: '{archive}' is no absolute path; write it as /srv/archive");
        }

        if (configuration.ShutdownSeconds is < 0 or > 3_600)
        {
            throw new CommandException($"ShutdownSeconds: {configuration.ShutdownSeconds} is out of range; 0 to 3600");
        }

        if (configuration.Catalogue.ScanMinutes is < 0 or > 10_080)
        {
            throw new CommandException($"Catalogue:ScanMinutes: {configuration.Catalogue.ScanMinutes} is out of range; 1 to 10080 (a week), 0 for never");
        }

        if (configuration.Catalogue.HashMegabytesPerSecond is < 0 or > 100_000)
        {
            throw new CommandException($"Catalogue:HashMegabytesPerSecond: {configuration.Catalogue.HashMegabytesPerSecond} is out of range; 1 to 100000, 0 for not at all");
        }

        if (configuration.Storage.KeepPartialsHours is < 0 or > 8_760)
        {
            throw new CommandException($"Storage:KeepPartialsHours: {configuration.Storage.KeepPartialsHours} is out of range; 0 (keep none) to 8760");
        }

        if (configuration.Provider.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            throw new CommandException($"Provider:TimeZone: '{zone}' is not known here; write it as Europe/London");
        }

        _ = NumberSettings.Options(configuration);
        _ = PortingSettings.Options(configuration);
    }

    public static PortalFiles Files(PortalSection section) => PortalAccess.Parse(section.Files.ToLowerInvariant())
        ?? throw new CommandException($"Portal:Files: '{section.Files}' is not known; off, read or read-write");

    public static LayoutTemplate Layout(LayoutSection section)
    {
        if (section.Folders is null)
        {
            return LayoutTemplate.Default;
        }

        var template = new LayoutTemplate([.. section.Folders.Select(folder => new FolderTemplate(folder.Path, Rights(folder.Customer), Rights(folder.Vendor)))]);
        return template.Check() is { } problem ? throw new CommandException($"Layout:Folders: {problem.Message}") : template;
    }

    public static InboundOptions Inbound(InboundSection section)
    {
        if (section.QuietSeconds is < 0 or > 3_600)
        {
            throw new CommandException($"Inbound:QuietSeconds: {section.QuietSeconds} is out of range; 0 to 3600");
        }

        if (section.TemporarySuffixes.Count > InboundLimits.Suffixes || section.TemporarySuffixes.Any(suffix => suffix is not ['.', _, ..] || suffix.Contains('/', StringComparison.Ordinal)))
        {
            throw new CommandException($"Inbound:TemporarySuffixes: at most {InboundLimits.Suffixes} ends of names, each with a dot in front, as .filepart");
        }

        return new InboundOptions { Quiet = TimeSpan.FromSeconds(section.QuietSeconds), TemporarySuffixes = section.TemporarySuffixes };
    }

    public static FeedTypes Feeds(FeedsSection section)
    {
        if (section.Types is null)
        {
            return FeedTypes.Default;
        }

        var types = new FeedTypes([.. section.Types.Select(type => new FeedType(type.Name, type.Folder, type.FileTypes, type.DetectSameContent, type.OpenToParents))]);
        return types.Check() is { } problem ? throw new CommandException($"Feeds:Types: {problem.Message}") : types;
    }

    public static IReadOnlyList<FeedRoute> Routes(FeedsSection section)
    {
        var types = Feeds(section);
        FeedRoute[] routes = [.. section.Routes.Select(route => new FeedRoute(route.Pattern, route.Feed))];
        return routes.Select(route => route.Check(types)).FirstOrDefault(problem => problem is not null) is { } bad
            ? throw new CommandException($"Feeds:Routes: {bad.Message}")
            : routes;
    }

    /// <summary>The provider's time zone; UTC where none is set.</summary>
    public static TimeZoneInfo Zone(ProviderSection section) => section.TimeZone is { } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : TimeZoneInfo.Utc;

    /// <summary>A time of the day, as <c>02:00</c>.</summary>
    public static TimeOnly TimeOfDay(string key, string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var time)
            ? time
            : throw new CommandException($"{key}: '{text}' is no time of the day; write it as 02:00");

    public static SshPolicy Policy(string text) => text.ToLowerInvariant() switch
    {
        "modern" => SshPolicy.Modern,
        "pq" => SshPolicy.PostQuantum,
        "compat" => SshPolicy.Compat,
        _ => throw new CommandException($"Ssh:Policy: '{text}' is not known; modern, pq or compat"),
    };

    public static bool IsDurable(string text) => text.ToLowerInvariant() switch
    {
        "full" => true,
        "rename" => false,
        _ => throw new CommandException($"Storage:Durability: '{text}' is not known; Full or Rename"),
    };

    public static IPEndPoint EndPoint(string key, string text)
    {
        var address = text.StartsWith('*') ? "0.0.0.0" + text[1..] : text;
        var colon = address.LastIndexOf(':');

        // IPEndPoint takes ::1 for an address without a port, and would listen anywhere.
        var hasPort = colon > 0 && (address[colon - 1] == ']' || !address.AsSpan(0, colon).Contains(':'));
        return hasPort && IPEndPoint.TryParse(address, out var endPoint)
            ? endPoint
            : throw new CommandException($"{key}: '{text}' is no address with a port; write it as 127.0.0.1:2222, [::1]:2222 or *:22");
    }

    private static void Certificates(CertificatesSection section)
    {
        if (section.AnnounceDays is < 0 or > 180)
        {
            throw new CommandException($"Certificates:AnnounceDays: {section.AnnounceDays} is out of range; 0 (never) to 180 days before the end");
        }

        if (section.TakeOverDays < 1 || (section.AnnounceDays > 0 && section.TakeOverDays >= section.AnnounceDays))
        {
            throw new CommandException($"Certificates:TakeOverDays: {section.TakeOverDays} is out of range; at least 1, and fewer than Certificates:AnnounceDays ({section.AnnounceDays})");
        }
    }

    private static void Retention(RetentionSection section)
    {
        Within("Retention:Months", section.Months, 1, RetentionLimits.Months);
        Within("Retention:RunDay", section.RunDay, 1, 28);
        Within("Retention:NoticeDays", section.NoticeDays, 0, 28);
        _ = TimeOfDay("Retention:PlanAt", section.PlanAt);
        _ = TimeOfDay("Retention:RunAt", section.RunAt);
    }

    public static void Within(string key, int value, int least, int most)
    {
        if (value < least || value > most)
        {
            throw new CommandException($"{key}: {value} is out of range; {least} to {most}");
        }
    }

    private static FileRights Rights(string text) => text.ToLowerInvariant() switch
    {
        "none" => FileRights.None,
        "read" => FileRights.ReadOnly,
        "collect" => LayoutTemplate.Collect,
        "deliver" => LayoutTemplate.Deliver,
        "all" => FileRights.All,
        _ => throw new CommandException($"Layout:Folders: '{text}' are no rights; none, read, collect, deliver or all"),
    };

    private static void Public(string key, IEnumerable<(string Host, int Port)> endPoints)
    {
        foreach (var (host, port) in endPoints)
        {
            if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
            {
                throw new CommandException($"{key}: '{host}' is no host name; write it as sftp.example.com");
            }

            if (port is < 1 or > 65_535)
            {
                throw new CommandException($"{key}: {port} is no port; 1 to 65535");
            }
        }
    }

    private static void AtLeastOne(string key, int value)
    {
        if (value < 1)
        {
            throw new CommandException($"{key}: {value} would let nobody in; at least 1");
        }
    }

    private static void OneOf(string key, string value, string allowed)
    {
        if (!value.Equals(allowed, StringComparison.OrdinalIgnoreCase))
        {
            throw new CommandException($"{key}: '{value}' is not known; {allowed}");
        }
    }
}
