using System.Globalization;
using Microsoft.Extensions.Logging;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;
using Waybill.Core.Vaults;
using Waybill.Ftp.Hosting;
using Waybill.Net.Gate;
using Waybill.Server.Control;
using Waybill.Storage;
using Waybill.Storage.Quotas;

namespace Waybill.Server.Hosting;

/// <summary>Joins the FTP server to accounts, passwords, vaults and the audit log.</summary>
internal sealed partial class FtpApplication(Installation installation, SessionDoor door, ILogger logger) : IFtpApplication
{
    private const string MustUseTls = "This login must use TLS (AUTH TLS).";

    public ValueTask<bool> MayUsePlainAsync(FtpConnectionInfo connection, string user, CancellationToken cancellationToken) =>
        installation.Passwords.MayUsePlainAsync(user, cancellationToken);

    public async ValueTask<IFtpLogin?> LogInAsync(FtpConnectionInfo connection, string user, string password, CancellationToken cancellationToken)
    {
        var address = connection.RemoteEndPoint.Address;
        var client = Client(connection);
        var answer = await installation.Passwords.CheckAsync(new PasswordAttempt(user, password, address, connection.Tls.Length > 0, client), cancellationToken);
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

        var session = await door.OpenAsync(
            new SessionDoor.Knock(
                connection.Id, Protocol(connection), candidate, credential, connection.RemoteEndPoint, connection.Features, client, connection.Tls.Length > 0 ? connection.Tls : "no TLS",
                words => connection.Refusal = words),
            cancellationToken);
        if (session is null)
        {
            return null;
        }

        var used = installation.Usage.NotePassword(candidate.Login.Id, SourceOf(connection), client);
        try
        {
            return new FtpLogin(session, connection, installation, used with { PlainAt = answer.Value.PlainAt });
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DataPortRefusedAsync(FtpDataPortRefusal refusal)
    {
        var session = refusal.Connection.Features.Get<LiveSession>();
        await installation.Audit.AppendLaterAsync(
            new AuditEntry(AuditActions.DataPortRefused, Actor.System with { Address = refusal.Address.Address.ToString(), Connection = refusal.Connection.Id })
            {
                Account = session?.Login.Account,
                Subject = session?.Login.UserName,
                Outcome = AuditOutcome.Refused,
                Detail = refusal.Words,
            },
            static () => { });
    }

    public async ValueTask ConnectionEndedAsync(FtpConnectionReport report)
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
        var facts = new FtpRefusalFacts(
            report, connection.Features.Get<LoginRefusal>()?.Words, PasswordTries.Of(connection.Features).All, candidate, Client(connection),
            candidate is null && report.User is { } name ? await door.GuessAsync(name) : null);
        await installation.Audit.AppendAsync(SessionDoor.Refused(remote, connection.Id, report.User, candidate, FtpRefusalWords.Of(facts)));
    }

    private static string Client(FtpConnectionInfo connection) => connection.ClientName is { Length: > 0 } name ? name : "an FTP program";

    private static string Protocol(FtpConnectionInfo connection) => connection.Tls.Length > 0 ? DeliveryProtocol.Ftps : DeliveryProtocol.Ftp;

    private static string SourceOf(FtpConnectionInfo connection) => connection.RemoteEndPoint.Address.ToString();

    private static Offence Offence(FtpConnectionReport report) => report.Reason switch
    {
        _ when report.LoggedIn => Waybill.Net.Gate.Offence.None,
        _ when report.WrongPasswords > 0 => Waybill.Net.Gate.Offence.FailedLogin,
        FtpEndReason.ServerStopping or FtpEndReason.InternalError or FtpEndReason.LoginRefused or FtpEndReason.Kicked => Waybill.Net.Gate.Offence.None,
        FtpEndReason.LoginTimeout => Waybill.Net.Gate.Offence.LoginTimeout,
        FtpEndReason.ProtocolError or FtpEndReason.InjectedBytes or FtpEndReason.NotFtp => Waybill.Net.Gate.Offence.BrokenProtocol,
        _ => Waybill.Net.Gate.Offence.NoAttempt,
    };

    [LoggerMessage(EventId = 52, Level = LogLevel.Error, Message = "A login is refused because passwords cannot be looked at: {Problem}")]
    private static partial void LogTrouble(ILogger logger, string problem);

    /// <summary>One logged-in connection.</summary>
    private sealed class FtpLogin : IFtpLogin
    {
        private readonly LoginSession _session;
        private readonly IStoreFront? _front;
        private readonly SessionQuota? _quota;
        private readonly FtpConnectionInfo _connection;
        private readonly Installation _installation;
        private readonly PasswordUse _used;

        public FtpLogin(LoginSession session, FtpConnectionInfo connection, Installation installation, PasswordUse used)
        {
            (_session, _connection, _installation, _used) = (session, connection, installation, used);
            _front = session.OpenFront();
            _quota = session.OpenQuota();
            var journal = session.JournalOf(Protocol(connection), _quota);
            Journal = _front?.Wrap(journal) ?? journal;
        }

        public CancellationToken Kicked => _session.Kicked;

        public string? Farewell => _session.TlsFrom is { } from
            ? string.Create(CultureInfo.InvariantCulture, $"Your login must use TLS since {from.UtcDateTime:yyyy-MM-dd HH:mm} UTC. Set your program to explicit FTP over TLS and connect again.")
            : null;

        public string OwnerName => _session.Login.UserName;

        public IAccessRules Rules => _session.Rules;

        public IFileJournal Journal { get; }

        public VaultPath StartDirectory => _session.StartDirectory;

        public async ValueTask<bool> AcceptsUncleanUploadsAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await _installation.Directory.FindAsync(OwnerName, cancellationToken) is { AcceptsUncleanUploads: true };
            }
            catch (DatabaseException)
            {
                // Nobody can say so now: it is one that was cut.
                return false;
            }
        }

        public void ClientNamed()
        {
            var client = Client(_connection);
            _session.NameClient(client);
            _installation.Usage.NameClient(_used, client);
        }

        public StoreResult<IFileStore> OpenStore() => _session.OpenStore(_front, _quota);

        public ValueTask DisposeAsync() => _session.DisposeAsync();
    }
}
