using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Waybill.Core.Packs;
using Waybill.Ftp.Hosting;
using Waybill.Server.Certificates;
using Waybill.Server.Hosting;

namespace Waybill.Server.Configuration;

/// <summary>What the configuration says about FTP.</summary>
internal static class FtpSettings
{
    private const int MaximumClients = 100;

    /// <summary>RFC 959.</summary>
    private const int ExplicitPort = 21;

    /// <summary>Where programs expect TLS before the first word, by custom.</summary>
    private const int ImplicitPort = 990;

    public static void Validate(FtpSection section)
    {
        _ = ListenersOf(section).ToList();
        _ = Ports(section.PassivePorts);
        _ = Address(section.PassiveAddress);
        if (section is { RequireTlsSessionReuse: true, ResumeTlsSessions: false })
        {
            throw new CommandException("Ftp:RequireTlsSessionReuse: clients cannot do what Ftp:ResumeTlsSessions forbids them; set one of the two");
        }

        if (section.LenientClients.Count > MaximumClients || section.LenientClients.Any(string.IsNullOrWhiteSpace))
        {
            throw new CommandException($"Ftp:LenientClients: at most {MaximumClients} beginnings of the names that clients say in CLNT, none of them empty");
        }
    }

    /// <summary>The listeners that a configuration asks for.</summary>
    public static IEnumerable<FtpListener> ListenersOf(FtpSection section) =>
        Of("Ftp:Listen", section.Listen, FtpMode.ExplicitTls).Concat(Of("Ftp:ListenImplicitTls", section.ListenImplicitTls, FtpMode.ImplicitTls)).Concat(Of("Ftp:ListenPlain", section.ListenPlain, FtpMode.PlainAllowed));

    /// <summary>What customers are told: each host with its port, and how TLS begins there. Behind a router a port says nothing of the listener, and then the configuration does.</summary>
    public static IEnumerable<PackEndpoint> Public(FtpSection section)
    {
        var onlyImplicit = section.ListenImplicitTls.Count > 0 && section.Listen.Count == 0 && section.ListenPlain.Count == 0;
        return section.Public.Select(each =>
        {
            var isImplicit = each.ImplicitTls ?? (each.Port == ImplicitPort || onlyImplicit);
            return new PackEndpoint(each.Host, each.Port ?? (isImplicit ? ImplicitPort : ExplicitPort), each.Region) { ImplicitTls = isImplicit };
        });
    }

    /// <summary>How a listener behaves.</summary>
    public static FtpServerOptions Options(FtpMode mode, WaybillConfiguration configuration, CertificateWatch certificate) => new()
    {
        Certificate = () => certificate.Current,
        Mode = mode,
        PassivePorts = Ports(configuration.Ftp.PassivePorts),
        PassiveAddress = Address(configuration.Ftp.PassiveAddress),
        AllowActive = configuration.Ftp.AllowActive,
        ResumesSessions = configuration.Ftp.ResumeTlsSessions,
        RequiresSessionReuse = configuration.Ftp.RequireTlsSessionReuse,
        LenientClients = configuration.Ftp.LenientClients,
        HostNames = [.. configuration.Ftp.Public.Select(static each => each.Host)],
        Greeting = $"{configuration.Provider.Name ?? "Waybill"} FTP server ready.",
    };

    /// <summary>The first and the last port of data connections.</summary>
    public static FtpPortRange Ports(string text) =>
        text.Split('-') is [var from, var to] && Port(from) is { } first && Port(to) is { } last && first <= last
            ? new FtpPortRange(first, last)
            : throw new CommandException($"Ftp:PassivePorts: '{text}' is no range of ports; write it as 42000-42999");

    private static int? Port(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1_024 and <= 65_535 ? port : null;

    private static IPAddress? Address(string? text) => text is null ? null
        : IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text ? address
        : throw new CommandException($"Ftp:PassiveAddress: '{text}' is no IPv4 address; write the one that customers reach, as 192.0.2.1");

    private static IEnumerable<FtpListener> Of(string key, IReadOnlyList<string> texts, FtpMode mode) =>
        texts.Select(text => new FtpListener(ConfigurationCheck.EndPoint(key, text), mode));
}
