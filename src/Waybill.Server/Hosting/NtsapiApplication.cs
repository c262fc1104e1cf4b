using System.Globalization;
using Microsoft.Extensions.Logging;
using Waybill.Core.Logins;
using Waybill.Core.Numbers;
using Waybill.Core.Passwords;
using Waybill.Net.Gate;
using Waybill.Ntsapi.Hosting;
using Waybill.Ntsapi.Numbers;

namespace Waybill.Server.Hosting;

/// <summary>Joins the NTSAPI server to accounts, passwords, numbers and the audit log.</summary>
internal sealed partial class NtsapiApplication(Installation installation, SessionDoor door, NumberService numbers, ILogger logger) : INtsapiApplication
{
    /// <summary>The word for it in the list of sessions.</summary>
    public const string Protocol = "ntsapi";

    private const string Client = "an NTSAPI program";

    private const string MustUseTls = "This login must use TLS.";

    private const string NoNumbers = "This login has no numbers. Use one of the customer's own.";

    public async ValueTask<INtsapiLogin?> LogInAsync(NtsapiConnectionInfo connection, string user, string password, CancellationToken cancellationToken)
    {
        var address = connection.RemoteEndPoint.Address;
        var answer = await installation.Passwords.CheckAsync(new PasswordAttempt(user, password, address, connection.Tls.Length > 0, Client), cancellationToken);
        if (!answer.Succeeded)
        {
            LogTrouble(logger, answer.Problem.Message);
            connection.Features.Set(new LoginRefusal(answer.Problem.Message));
            connection.Refusal = PasswordRefusals.Trouble;
            return null;
        }

        PasswordTries.Of(connection.Features).Add(new PasswordTry(user, answer.Value.Reason, answer.Value.TryAgain, answer.Value.WaitingSource, connection.Tls.Length > 0));
        if (answer.Value is not { Reason: LoginReason.Ok, Candidate: { } candidate, Credential: { } credential })
        {
            connection.Refusal = PasswordRefusals.Of(answer.Value.Reason, MustUseTls);
            return null;
        }

        // A vendor sees its own subtree of the files and no more, and the provider's own logins belong to no account.
        if (candidate.Login is not { Kind: LoginKind.Customer })
        {
            connection.Features.Set(new LoginRefusal("only a customer's own login has numbers"));
            connection.Refusal = NoNumbers;
            return null;
        }

        var session = await door.OpenAsync(
            new SessionDoor.Knock(
                connection.Id, Protocol, candidate, credential, connection.RemoteEndPoint, connection.Features, Client, connection.Tls.Length > 0 ? connection.Tls : "no TLS",
                words => connection.Refusal = words),
            cancellationToken);
        if (session is null)
        {
            return null;
        }

        installation.Usage.NotePassword(candidate.Login.Id, address.ToString(), Client);
        return new NtsapiLogin(session, new LoginNumbers(numbers, NumberCaller.OfLogin(candidate.Login, session.Actor)));
    }

    public async ValueTask ConnectionEndedAsync(NtsapiConnectionReport report)
    {
        var connection = report.Connection;
        if (connection.Features.Get<ConnectionLease>() is { } lease)
        {
            lease.Offence = Offence(report);
        }

        var remote = connection.RemoteEndPoint.Address;
        if (await door.RecordEndAsync(connection.Features, remote, connection.Id, session => ConnectionWords.Ended(report, session.KickReason)))
        {
            return;
        }

        var candidate = report.User is { } user ? await installation.Directory.FindAsync(user) : null;
        var meant = candidate is null && report.User is { } name ? await door.GuessAsync(name) : null;
        await installation.Audit.AppendAsync(SessionDoor.Refused(remote, connection.Id, report.User, candidate, RefusalWordsOf(report, candidate, meant)));
    }

    /// <summary>Why a client did not get in, as one sentence that support staff can act on. A client is told none of it, since it says which logins exist.</summary>
    private static string RefusalWordsOf(NtsapiConnectionReport report, LoginCandidate? candidate, (string Name, string Difference)? meant)
    {
        var features = report.Connection.Features;
        var tries = PasswordTries.Of(features).All;
        var sentence = tries.Count > 0 ? PasswordWords.Of(tries, Client, candidate, features.Get<LoginRefusal>()?.Words, meant) : report.Reason switch
        {
            NtsapiEndReason.NotNtsapi => "something else than NTSAPI came to the port for NTSAPI; a program set to TLS belongs to the port or address for TLS, a browser to that of the portal",
            NtsapiEndReason.TlsFailed => $"{Client} did not come to terms over TLS: it speaks without TLS, does not trust the certificate, knows the server by another name, or is too old for TLS 1.2",
            _ => null,
        };
        return sentence is null ? $"{report.Reason}: {report.Detail}" : $"{sentence} ({report.Reason}: {report.Detail})";
    }

    private static Offence Offence(NtsapiConnectionReport report) => report.Reason switch
    {
        _ when report.LoggedIn => Waybill.Net.Gate.Offence.None,
        _ when report.WrongPasswords > 0 => Waybill.Net.Gate.Offence.FailedLogin,
        NtsapiEndReason.ServerStopping or NtsapiEndReason.InternalError or NtsapiEndReason.LoginRefused or NtsapiEndReason.Kicked => Waybill.Net.Gate.Offence.None,
        NtsapiEndReason.LoginTimeout => Waybill.Net.Gate.Offence.LoginTimeout,
        NtsapiEndReason.ProtocolError or NtsapiEndReason.NotNtsapi => Waybill.Net.Gate.Offence.BrokenProtocol,
        _ => Waybill.Net.Gate.Offence.NoAttempt,
    };

    [LoggerMessage(EventId = 53, Level = LogLevel.Error, Message = "A login is refused because passwords cannot be looked at: {Problem}")]
    private static partial void LogTrouble(ILogger logger, string problem);

    /// <summary>One logged-in connection.</summary>
    private sealed class NtsapiLogin(LoginSession session, INtsapiNumbers numbers) : INtsapiLogin
    {
        public string UserName => session.Login.UserName;

        public CancellationToken Kicked => session.Kicked;

        public string? Farewell => session.TlsFrom is { } from
            ? string.Create(CultureInfo.InvariantCulture, $"Your login must use TLS since {from.UtcDateTime:yyyy-MM-dd HH:mm} UTC. Connect to the port for TLS")
            : null;

        public INtsapiNumbers Numbers => numbers;

        public ValueTask DisposeAsync() => session.DisposeAsync();
    }
}
