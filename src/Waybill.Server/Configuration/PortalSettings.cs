using Waybill.Portal;

namespace Waybill.Server.Configuration;

/// <summary>What the configuration says of the portal; what cannot work is refused with the reason.</summary>
internal static class PortalSettings
{
    private static readonly string[] Pictures = [".svg", ".png", ".jpg", ".jpeg", ".webp"];

    public static void Validate(WaybillConfiguration configuration)
    {
        foreach (var text in configuration.Portal.Listen)
        {
            _ = ConfigurationCheck.EndPoint("Portal:Listen", text);
        }

        if (!Uri.TryCreate(configuration.Portal.PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
        {
            throw new CommandException($"Portal:PublicUrl: '{configuration.Portal.PublicUrl}' is no web address; write it as https://files.example.com");
        }

        if ((configuration.Portal.Certificate is null) != (configuration.Portal.CertificateKey is null))
        {
            throw new CommandException("Portal:Certificate and Portal:CertificateKey belong together; set both, or neither");
        }

        // A link of another scheme would run script in the page or call other programs.
        if (configuration.Provider.CaseLink is { } link && (!Uri.TryCreate(link, UriKind.Absolute, out var cases) || cases.Scheme is not ("https" or "http")))
        {
            throw new CommandException($"Provider:CaseLink: '{link}' is no web address; write it as https://cases.example.com");
        }
    }

    /// <summary>What links begin with.</summary>
    public static string BaseUrl(PortalSection section) => new Uri(section.PublicUrl).GetLeftPart(UriPartial.Authority);

    public static PortalOptions Options(WaybillConfiguration configuration, DataDirectory data) => new()
    {
        PublicUrl = BaseUrl(configuration.Portal),
        ProviderName = configuration.Provider.Name ?? "Waybill",
        LogoFile = Logo(configuration.Provider.Logo, data),
        SupportMail = configuration.Provider.SupportMail,
        Phone = configuration.Provider.Phone,
        CaseLink = configuration.Provider.CaseLink,
        Zone = ConfigurationCheck.Zone(configuration.Provider),
        Ssh = [.. configuration.Ssh.Public.Select(static each => new PublicAddress(each.Host, each.Port, each.Region))],
        Ftp = [.. FtpSettings.Public(configuration.Ftp).Select(static each => new PublicAddress(each.Host, each.Port, each.Region) { ImplicitTls = each.ImplicitTls })],
        Ntsapi = [.. NtsapiSettings.Public(configuration.Ntsapi)],
        RetentionMonths = configuration.Retention.Months,
        KeyFolder = data.PortalKeys,
        ReserveBytes = configuration.Storage.ReserveBytes,
    };

    /// <summary>The file of the logo, relative to the data directory unless it is absolute.</summary>
    private static string? Logo(string? setting, DataDirectory data)
    {
        if (setting is null)
        {
            return null;
        }

        var file = Path.Combine(data.Root, setting);
        if (!Pictures.Contains(Path.GetExtension(file).ToLowerInvariant()))
        {
            throw new CommandException($"Provider:Logo: '{setting}' is no picture that browsers show; use a file that ends in {string.Join(", ", Pictures)}");
        }

        return File.Exists(file) && new FileInfo(file).Length <= PortalLimits.Logo
            ? file
            : throw new CommandException($"Provider:Logo: {file} is not there, or larger than {PortalLimits.Logo / 1024} KiB; put a smaller one there");
    }
}
