using System.Net;
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

        Public("Ssh:Public", configuration.Ssh.Public);
        Public("Ftp:Public", configuration.Ftp.Public);
        Public("Ntsapi:Public", configuration.Ntsapi.Public);
        if (!Uri.TryCreate(configuration.Portal.PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
        {
            throw new CommandException($"Portal:PublicUrl: '{configuration.Portal.PublicUrl}' is no web address; write it as https://files.example.com");
        }

        _ = Layout(configuration.Layout);
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

        if (configuration.ShutdownSeconds is < 0 or > 3_600)
        {
            throw new CommandException($"ShutdownSeconds: {configuration.ShutdownSeconds} is out of range; 0 to 3600");
        }

        if (configuration.Provider.TimeZone is { } zone && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            throw new CommandException($"Provider:TimeZone: '{zone}' is not known here; write it as Europe/London");
        }
    }

    public static LayoutTemplate Layout(LayoutSection section)
    {
        if (section.Folders is null)
        {
            return LayoutTemplate.Default;
        }

        var template = new LayoutTemplate([.. section.Folders.Select(folder => new FolderTemplate(folder.Path, Rights(folder.Customer), Rights(folder.Vendor)))]);
        return template.Check() is { } problem ? throw new CommandException($"Layout:Folders: {problem.Message}") : template;
    }

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

    private static FileRights Rights(string text) => text.ToLowerInvariant() switch
    {
        "none" => FileRights.None,
        "read" => FileRights.ReadOnly,
        "deliver" => LayoutTemplate.Deliver,
        "all" => FileRights.All,
        _ => throw new CommandException($"Layout:Folders: '{text}' are no rights; none, read, deliver or all"),
    };

    private static void Public(string key, IReadOnlyList<PublicEndpoint> endPoints)
    {
        foreach (var endPoint in endPoints)
        {
            if (Uri.CheckHostName(endPoint.Host) == UriHostNameType.Unknown)
            {
                throw new CommandException($"{key}: '{endPoint.Host}' is no host name; write it as sftp.example.com");
            }

            if (endPoint.Port is < 1 or > 65_535)
            {
                throw new CommandException($"{key}: {endPoint.Port} is no port; 1 to 65535");
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
