using Waybill.Server.Configuration;

namespace Waybill.Server.Checks;

/// <summary>What <c>doctor</c> says of NTSAPI: where it listens, and who can read passwords on the way.</summary>
internal static class NtsapiChecks
{
    private const string Check = "Ntsapi";

    public static IEnumerable<Finding> Look(WaybillConfiguration configuration)
    {
        var section = configuration.Ntsapi;
        var listeners = NtsapiSettings.ListenersOf(section).ToList();
        if (listeners.Count == 0)
        {
            yield return new Finding(Verdict.Ok, Check, "off (Ntsapi:ListenTls is empty)");
            yield break;
        }

        yield return new Finding(Verdict.Ok, Check, string.Join(", ", listeners.Select(static listener => $"{listener.EndPoint} ({listener.Words})")));
        foreach (var listener in listeners.Where(static listener => !listener.IsTls))
        {
            yield return new Finding(
                Verdict.Warning, "Ntsapi:Listen", $"passwords can be read on the way to {listener.EndPoint}; ./waybill login plain lists who comes so, login ftp USER --tls-from DATE ends it");
        }

        if (section.SessionsPerLogin > configuration.Limits.PerLogin)
        {
            yield return new Finding(
                Verdict.Warning, "Ntsapi:SessionsPerLogin", $"{section.SessionsPerLogin} sessions are more than a login may have of all protocols together (Limits:PerLogin {configuration.Limits.PerLogin}); raise that one too");
        }
    }
}
