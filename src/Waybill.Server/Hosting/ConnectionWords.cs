using Waybill.Ssh.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>How a session ended, in the words that support staff need.</summary>
internal static class ConnectionWords
{
    /// <summary>A connection that had logged in.</summary>
    /// <param name="report">Its story.</param>
    /// <param name="kickReason">Why it was ended, if it was.</param>
    public static string Ended(SshConnectionReport report, string? kickReason) =>
        $"{report.Reason}: {(report.Reason == SshEndReason.Kicked ? kickReason ?? report.Detail : report.Detail)}; "
        + $"{report.BytesReceived} bytes in, {report.BytesSent} out, {report.Duration.TotalSeconds:0.0} s";
}
