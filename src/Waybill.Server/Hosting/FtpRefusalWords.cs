using System.Globalization;
using Waybill.Core.Logins;
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
            { Attempts: [.., var last] } => Password(facts, last),
            { Report.User: { } user, Report.Connection.Tls: "" } => $"{facts.Client} named `{user}` without TLS and gave no password: it is set to plain FTP; it must use TLS (explicit, \"FTPES\"){NoLogin(facts)}",
            { Report: { User: null, Connection.Tls: "" } } when report.Commands.Any(static each => each.Verb == "USER") =>
                $"{facts.Client} wanted to log in without TLS: it is set to plain FTP; it must use TLS (explicit, \"FTPES\")",
            { Report.User: { } user } => $"{facts.Client} named `{user}` and gave no password{NoLogin(facts)}",
            { Report.Reason: FtpEndReason.NotFtp } => "something else than FTP came to the port for FTP; an SFTP program belongs to the port of SSH, a browser to that of the portal",
            { Report.Reason: FtpEndReason.TlsFailed } => $"{facts.Client} did not come to terms over TLS: it does not trust the certificate, knows the server by another name, or is too old for TLS 1.2",
            _ => null,
        };
        return sentence is null ? $"{report.Reason}: {report.Detail}" : $"{sentence} ({report.Reason}: {report.Detail})";
    }

    private static string Password(FtpRefusalFacts facts, FtpAttempt last)
    {
        var name = $"{facts.Client} gave a password for `{last.User}`";
        var login = facts.Candidate?.Login;
        var wrong = facts.Attempts.Count(attempt => attempt.User == last.User && attempt.Reason == LoginReason.WrongPassword);
        return last.Reason switch
        {
            LoginReason.UnknownUser => $"{name}, which no login has{(facts.Meant is { } meant ? $"; there is `{meant.Name}`, it differs only {meant.Difference}" : "")}",
            LoginReason.NoPassword => $"{name}, which has no password: it uses SFTP with its key, or staff set one (./waybill password link {login?.UserName ?? last.User})",
            LoginReason.WrongPassword => $"{facts.Client} gave the wrong password for `{last.User}`{(wrong > 1 ? string.Create(CultureInfo.InvariantCulture, $" {wrong} times") : "")}{Wait(last)}",
            LoginReason.PasswordLocked => $"{name}, which was not looked at after wrong ones from there{Wait(last)}; staff end that with ./waybill password unlock {last.User}",
            LoginReason.TlsRequired => $"{name} without TLS; the password is right, but the login must use TLS",
            LoginReason.AddressNotAllowed => $"{name}, which is right, but the login may not come from this address, only from {string.Join(", ", login?.AllowFrom.Networks ?? [])}",
            LoginReason.Ok => $"{name}, which is right, but {facts.Limit ?? "the login was changed in this moment"}",
            LoginReason.Busy => $"{name}; too many waited to be compared",
            _ => $"{name}, which is right, but {last.Reason.Describe()}{(string.IsNullOrEmpty(login?.StatusReason) ? "" : $" ({login.StatusReason})")}",
        };
    }

    private static string Wait(FtpAttempt attempt) =>
        attempt.TryAgain is { } time ? $"; from there none is looked at until {time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)}" : "";

    private static string NoLogin(FtpRefusalFacts facts) => facts.Candidate is not null ? "" : $"; there is no such login{(facts.Meant is { } meant ? $"; there is `{meant.Name}`, it differs only {meant.Difference}" : "")}";
}
