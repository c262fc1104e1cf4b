using Waybill.Core.Logins;
using Waybill.Ssh.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>How a connection ended, in the words that support staff need: what the client was, what it did, and what stood against it.</summary>
internal static class ConnectionWords
{
    /// <summary>Installed keys named in a refusal.</summary>
    private const int NamedKeys = 3;

    /// <summary>A connection that had logged in.</summary>
    /// <param name="report">Its story.</param>
    /// <param name="kickReason">Why it was ended, if it was.</param>
    public static string Ended(SshConnectionReport report, string? kickReason) =>
        $"{report.Reason}: {(report.Reason == SshEndReason.Kicked ? kickReason ?? report.Detail : report.Detail)}; "
        + $"{report.BytesReceived} bytes in, {report.BytesSent} out, {report.Duration.TotalSeconds:0.0} s";

    /// <summary>A connection that never logged in.</summary>
    /// <param name="report">Its story.</param>
    /// <param name="refusal">What stood against a login whose signature was right; null if there was none.</param>
    /// <param name="candidate">The login that it tried, as it is now.</param>
    /// <param name="check">Says what stands against a key of the candidate.</param>
    public static string Refused(SshConnectionReport report, string? refusal, LoginCandidate? candidate, Func<ReadOnlyMemory<byte>, LoginReason> check)
    {
        var software = report.Connection.ClientSoftware.Length > 0 ? report.Connection.ClientSoftware : "a client";
        var end = $"({report.Reason}: {report.Detail})";
        if (report.OfferedKeys.Count > 0)
        {
            return $"{software} offered {string.Join(", ", report.OfferedKeys)} for '{report.User}': {refusal ?? Why(report, candidate, check)} {end}";
        }

        return report switch
        {
            { User: null } => $"{report.Reason}: {report.Detail}",
            { TriedMethods.Count: > 0 } => $"{software} tried {string.Join(", ", report.TriedMethods)} for '{report.User}' and no key; only keys are accepted {end}",
            _ => $"{software} came for '{report.User}' without a key {end}",
        };
    }

    private static string Why(SshConnectionReport report, LoginCandidate? candidate, Func<ReadOnlyMemory<byte>, LoginReason> check)
    {
        if (candidate is null)
        {
            return LoginReason.UnknownUser.Describe();
        }

        var offered = candidate.Keys.FirstOrDefault(key => report.OfferedKeys.Any(text => text.EndsWith(key.Sha256, StringComparison.Ordinal)));
        if (offered is not null)
        {
            var reason = check(offered.Blob);
            return reason == LoginReason.Ok ? "the key is right, but no valid signature by it came"
                : reason == LoginReason.KeyRevoked ? $"{reason.Describe()} ({offered.RevokedReason})"
                : reason.Describe();
        }

        var installed = candidate.Keys.Where(key => key.Revoked is null).Select(key => $"{key.Type} {key.Bits} {key.Sha256}").ToList();
        return installed.Count == 0
            ? "no key is installed for it; next: ./waybill key add"
            : $"the key is not installed; installed are {string.Join(", ", installed.Take(NamedKeys))}{(installed.Count > NamedKeys ? " and more" : "")}";
    }
}
