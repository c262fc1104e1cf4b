using Waybill.Ftp.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>
/// Why an FTP client did not get in, as one sentence that support staff can act on. For the audit only; a client is told none of it, since it says which logins exist.
/// </summary>
internal static class FtpRefusalWords
{
    public static string Of(FtpRefusalFacts facts)
    {
        var report = facts.Report;
        var sentence = facts switch
        {
            { Attempts: [_, ..] } => PasswordWords.Of(facts.Attempts, facts.Client, facts.Candidate, facts.Limit, facts.Meant),
            { Report: { User: { } user, WrongPasswords: > 0 } } =>
                $"{facts.Client} named `{user}` and gave a password that can be none: not in UTF-8, with control characters, or too long; set the program to UTF-8, or the login's password to one of letters and digits{NoLogin(facts)}",
            { Report: { User: null, Connection.Tls: "" } } when report.Commands.Any(static each => each.Verb == "USER") =>
                $"{facts.Client} wanted to log in without TLS: it is set to plain FTP; it must use TLS (explicit, \"FTPES\")",
            { Report.User: { } user } => $"{facts.Client} named `{user}`{(report.Connection.Tls.Length == 0 ? " without TLS" : "")} and gave no password{NoLogin(facts)}",
            { Report.Reason: FtpEndReason.NotFtp } => "something else than FTP came to the port for FTP; an SFTP program belongs to the port of SSH, a browser to that of the portal",
            { Report.Reason: FtpEndReason.TlsFailed } => $"{facts.Client} did not come to terms over TLS: it does not trust the certificate, knows the server by another name, or is too old for TLS 1.2",
            _ => null,
        };
        return sentence is null ? $"{report.Reason}: {report.Detail}" : $"{sentence} ({report.Reason}: {report.Detail})";
    }

    private static string NoLogin(FtpRefusalFacts facts) => facts.Candidate is not null ? "" : $"; there is no such login{(facts.Meant is { } meant ? $"; there is `{meant.Name}`, it differs only {meant.Difference}" : "")}";
}
