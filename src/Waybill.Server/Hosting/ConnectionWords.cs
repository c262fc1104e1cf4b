using Waybill.Ftp.Hosting;
using Waybill.Ntsapi.Hosting;
using Waybill.Ssh.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>How a session ended, in the words that support staff need.</summary>
internal static class ConnectionWords
{
    /// <summary>A connection that had logged in.</summary>
    /// <param name="report">Its story.</param>
    /// <param name="kickReason">Why it was ended, if it was.</param>
    public static string Ended(SshConnectionReport report, string? kickReason) =>
        Ended(report.Reason.ToString(), report.Reason == SshEndReason.Kicked ? kickReason ?? report.Detail : report.Detail, report.BytesReceived, report.BytesSent, report.Duration);

    /// <summary>The same of FTP, with the program where it has said what it is: many do so behind the password, and the row of the login cannot have it.</summary>
    public static string Ended(FtpConnectionReport report, string? kickReason)
    {
        var detail = report.Reason == FtpEndReason.Kicked ? kickReason ?? report.Detail : report.Detail;
        var client = report.Connection.ClientName is { Length: > 0 } name ? $"; {name}" : "";
        return Ended(report.Reason.ToString(), detail, report.BytesReceived, report.BytesSent, report.Duration) + client;
    }

    /// <summary>The same of NTSAPI.</summary>
    public static string Ended(NtsapiConnectionReport report, string? kickReason)
    {
        var commands = report.Commands.Sum(static count => count.Count);
        var detail = report.Reason == NtsapiEndReason.Kicked ? kickReason ?? report.Detail : report.Detail;
        var tooFast = report.TooFast == 0 ? "" : $", {report.TooFast} refused because they came too fast";
        return $"{report.Reason}: {detail}; {commands} {(commands == 1 ? "command" : "commands")}{tooFast}, {report.Duration.TotalSeconds:0.0} s";
    }

    private static string Ended(string reason, string detail, long received, long sent, TimeSpan duration) =>
        $"{reason}: {detail}; {received} bytes in, {sent} out, {duration.TotalSeconds:0.0} s";
}
