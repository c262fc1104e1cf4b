using System.Globalization;
using Waybill.Ftp.Hosting;
using Waybill.Server.Configuration;
using Waybill.SshKeys.Crypto;

namespace Waybill.Server.Checks;

/// <summary>What <c>doctor</c> says of FTP: whether clients reach it, and who sends passwords that anybody can read.</summary>
internal static class FtpChecks
{
    private const int Days = 30;

    private const int Named = 5;

    public static IEnumerable<Finding> Look(WaybillConfiguration configuration)
    {
        var listeners = FtpSettings.ListenersOf(configuration.Ftp).ToList();
        if (listeners.Count == 0)
        {
            yield return new Finding(Verdict.Ok, "Ftp", "off (Ftp:Listen is empty)");
            yield break;
        }

        yield return new Finding(Verdict.Ok, "Ftp", string.Join(", ", listeners.Select(static listener => $"{listener.EndPoint} ({listener.Words})")));
        foreach (var listener in listeners.Where(static listener => listener.Mode == FtpMode.PlainAllowed))
        {
            yield return new Finding(Verdict.Warning, "Ftp:ListenPlain", $"passwords and files can be read on the way to {listener.EndPoint}; ./waybill login plain lists who comes so, login ftp USER --tls-from DATE ends it");
        }

        var ports = FtpSettings.Ports(configuration.Ftp.PassivePorts);
        foreach (var listener in listeners.Where(listener => listener.EndPoint.Port >= ports.First && listener.EndPoint.Port <= ports.Last))
        {
            yield return new Finding(Verdict.Failure, "Ftp:PassivePorts", $"{configuration.Ftp.PassivePorts} holds the port of the listener {listener.EndPoint}; choose another range");
        }

        if (ports.Count < configuration.Limits.PerLogin)
        {
            yield return new Finding(Verdict.Warning, "Ftp:PassivePorts", string.Create(CultureInfo.InvariantCulture, $"{ports.Count} ports are fewer than the transfers that one login may have (Limits:PerLogin {configuration.Limits.PerLogin}); widen it"));
        }
    }

    /// <summary>Who comes without TLS, and whether passwords of another server can be compared.</summary>
    public static async ValueTask<IEnumerable<Finding>> UseAsync(Installation installation, CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        if (!UnixCrypt.IsLoaded)
        {
            findings.Add(new Finding(Verdict.Warning, "libcrypt", UnixCrypt.Missing));
        }

        var plain = await installation.Passwords.PlainAsync(TimeProvider.System.GetUtcNow().AddDays(-Days), cancellationToken);
        if (plain.Count > 0)
        {
            findings.Add(new Finding(
                Verdict.Warning, "without TLS",
                string.Create(CultureInfo.InvariantCulture, $"in the last {Days} days {plain.Count} {(plain.Count == 1 ? "login" : "logins")} sent passwords that anybody can read: {string.Join(", ", plain.Take(Named).Select(static login => login.UserName))}{(plain.Count > Named ? ", ..." : "")}"))
            {
                Remedy = new Remedy("list them", "login plain"),
            });
        }

        return findings;
    }
}
