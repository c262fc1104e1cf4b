using Waybill.Ntsapi.Hosting;
using Waybill.Portal;
using Waybill.Server.Certificates;
using Waybill.Server.Hosting;

namespace Waybill.Server.Configuration;

/// <summary>What the configuration says about NTSAPI.</summary>
internal static class NtsapiSettings
{
    private const int LongestText = 200;

    public static void Validate(NtsapiSection section)
    {
        var listeners = ListenersOf(section).ToList();
        if (listeners.GroupBy(static listener => listener.EndPoint).FirstOrDefault(static same => same.Key.Port != 0 && same.Count() > 1) is { } twice)
        {
            throw new CommandException(
                $"Ntsapi: {twice.Key} stands in Ntsapi:Listen and Ntsapi:ListenTls, or twice; plain and TLS may have one port number on two addresses, as 192.0.2.1:777 and 192.0.2.2:777");
        }

        if (section.Greeting is { } greeting && (greeting is not ['0', ' ', _, ..] || !IsLine(greeting)))
        {
            throw new CommandException($"Ntsapi:Greeting: it begins with `0 ` and is one line of at most {LongestText} characters of ASCII, as {NtsapiServerOptions.KnownGreeting}");
        }

        if (section.Welcome is { } welcome && (welcome.Length == 0 || !IsLine(welcome)))
        {
            throw new CommandException($"Ntsapi:Welcome: it is one line of at most {LongestText} characters of ASCII, as {NtsapiServerOptions.KnownWelcome}");
        }

        ConfigurationCheck.Within("Ntsapi:QuietMilliseconds", section.QuietMilliseconds, 10, 2_000);
        ConfigurationCheck.Within("Ntsapi:IdleSeconds", section.IdleSeconds, 10, 86_400);
        ConfigurationCheck.Within("Ntsapi:CommandsPerSecond", section.CommandsPerSecond, 1, 1_000_000);
        ConfigurationCheck.Within("Ntsapi:SessionsPerLogin", section.SessionsPerLogin, 1, 100_000);
    }

    /// <summary>The listeners that a configuration asks for.</summary>
    public static IEnumerable<NtsapiListener> ListenersOf(NtsapiSection section) =>
        section.Listen.Select(static text => new NtsapiListener(ConfigurationCheck.EndPoint("Ntsapi:Listen", text), IsTls: false))
            .Concat(section.ListenTls.Select(static text => new NtsapiListener(ConfigurationCheck.EndPoint("Ntsapi:ListenTls", text), IsTls: true)));

    /// <summary>What customers are told.</summary>
    public static IEnumerable<PublicAddress> Public(NtsapiSection section) =>
        section.Public.Select(each => new PublicAddress(each.Host, each.Port, each.Region) { ImplicitTls = each.Tls ?? (section.ListenTls.Count > 0 || section.Listen.Count == 0) });

    /// <summary>The bounds.</summary>
    public static NtsapiLimits Limits(NtsapiSection section) => new()
    {
        QuietTime = TimeSpan.FromMilliseconds(section.QuietMilliseconds),
        IdleTime = TimeSpan.FromSeconds(section.IdleSeconds),
        CommandsPerSecond = section.CommandsPerSecond,
        SessionsPerLogin = section.SessionsPerLogin,
    };

    /// <summary>How a listener behaves.</summary>
    public static NtsapiServerOptions Options(NtsapiListener listener, NtsapiSection section, Lazy<CertificateWatch> certificate)
    {
        var watch = listener.IsTls ? certificate.Value : null;
        return new NtsapiServerOptions
        {
            Certificate = watch is null ? null : () => watch.Current,
            Greeting = section.Greeting ?? NtsapiServerOptions.KnownGreeting,
            Welcome = section.Welcome ?? NtsapiServerOptions.KnownWelcome,
            Limits = Limits(section),
        };
    }

    private static bool IsLine(string text) => text.Length <= LongestText && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');
}
