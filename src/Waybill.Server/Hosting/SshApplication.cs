using Microsoft.Extensions.Logging;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Core.Logins;
using Waybill.Net.Gate;
using Waybill.Server.Configuration;
using Waybill.Server.Control;
using Waybill.Sftp;
using Waybill.Ssh.Hosting;

namespace Waybill.Server.Hosting;

/// <summary>Joins the SSH server to accounts, vaults and the audit log.</summary>
internal sealed partial class SshApplication(Installation installation, WaybillConfiguration configuration, ILogger logger) : ISshApplication
{
    public async ValueTask<bool> IsKeyAcceptableAsync(SshKeyOffer offer, CancellationToken cancellationToken) =>
        (await CheckAsync(offer, cancellationToken)).Reason == LoginReason.Ok;

    public async ValueTask<ISshLogin?> LogInAsync(SshKeyOffer offer, CancellationToken cancellationToken)
    {
        var (candidate, reason) = await CheckAsync(offer, cancellationToken);
        if (reason != LoginReason.Ok || candidate is null)
        {
            return null;
        }

        var address = offer.Connection.RemoteEndPoint.Address;
        var actor = Actor.Login(candidate.Login.UserName, address.ToString(), offer.Connection.Id);
        var lease = offer.Connection.Features.Get<ConnectionLease>();
        if (lease is not null && !lease.TryAuthenticate(candidate.Login.UserName))
        {
            await RecordRefusalAsync(actor, candidate, "the login has as many connections as it may (Limits:PerLogin)");
            return null;
        }

        var key = candidate.FindKey(offer.Key.Blob.Span)!;
        var session = new LiveSession(
            new SessionView(
                offer.Connection.Id, "sftp", candidate.Login.UserName, candidate.Login.Account, offer.Connection.RemoteEndPoint.ToString(), offer.Connection.ClientSoftware,
                offer.Connection.Algorithms, key.Sha256, TimeProvider.System.GetUtcNow()),
            candidate.Login, key.Blob, address);
        var recorded = await installation.Audit.AppendAsync(
            new AuditEntry(AuditActions.LogIn, actor)
            {
                Account = candidate.Login.Account,
                Subject = key.Sha256,
                Detail = $"{offer.Connection.ClientSoftware}; {offer.Connection.Algorithms}",
            },
            cancellationToken);
        if (!recorded.Succeeded)
        {
            // No login without its row: nobody works unseen while the audit cannot be written.
            LogNoAudit(logger, recorded.Problem.Message);
            session.Dispose();
            return null;
        }

        installation.Usage.Note(candidate.Login.Id, key.Id, address.ToString(), offer.Connection.ClientSoftware);
        installation.Sessions.Add(session);
        return new SshLogin(installation, session, actor, configuration);
    }

    public async ValueTask ConnectionEndedAsync(SshConnectionReport report)
    {
        var lease = report.Connection.Features.Get<ConnectionLease>();
        if (lease is not null)
        {
            lease.Offence = Offence(report);
        }

        var address = report.Connection.RemoteEndPoint.Address.ToString();
        var actor = report.LoggedIn
            ? Actor.Login(report.User!, address, report.Connection.Id)
            : Actor.System with { Address = address, Connection = report.Connection.Id };
        await installation.Audit.AppendAsync(new AuditEntry(report.LoggedIn ? AuditActions.ConnectionEnded : AuditActions.LogInRefused, actor)
        {
            Subject = report.LoggedIn ? null : report.User,
            Outcome = report.LoggedIn ? AuditOutcome.Done : AuditOutcome.Refused,
            Detail = await DescribeAsync(report),
        });
    }

    private static Offence Offence(SshConnectionReport report) => report.Reason switch
    {
        _ when report.LoggedIn => Waybill.Net.Gate.Offence.None,
        SshEndReason.ServerStopping or SshEndReason.InternalError => Waybill.Net.Gate.Offence.None,
        SshEndReason.LoginTimeout => Waybill.Net.Gate.Offence.LoginTimeout,
        SshEndReason.ProtocolError or SshEndReason.IntegrityError or SshEndReason.LimitExceeded => Waybill.Net.Gate.Offence.BrokenProtocol,
        _ when report.OfferedKeys.Count > 0 => Waybill.Net.Gate.Offence.FailedLogin,
        _ => Waybill.Net.Gate.Offence.NoAttempt,
    };

    /// <summary>What support staff need: what the client was, what it did, and what stood against it.</summary>
    private async ValueTask<string> DescribeAsync(SshConnectionReport report)
    {
        var software = report.Connection.ClientSoftware.Length > 0 ? report.Connection.ClientSoftware : "a client";
        if (report.LoggedIn)
        {
            return $"{report.Reason}: {report.Detail}; {report.BytesReceived} bytes in, {report.BytesSent} out, {report.Duration.TotalSeconds:0.0} s";
        }

        if (report.OfferedKeys.Count > 0)
        {
            var candidate = await installation.Directory.FindAsync(report.User ?? "");
            var installed = candidate?.Keys.Where(key => key.Revoked is null).Select(key => $"{key.Type} {key.Bits} {key.Sha256}").ToList() ?? [];
            var why = candidate is null ? "there is no such login"
                : installed.Count == 0 ? "no key is installed for it; next: ./waybill key add"
                : $"installed are {string.Join(", ", installed.Take(3))}{(installed.Count > 3 ? " and more" : "")}";
            return $"{software} offered {string.Join(", ", report.OfferedKeys)} for '{report.User}': {Refused(candidate, report)}{why} ({report.Reason}: {report.Detail})";
        }

        if (report.User is not null)
        {
            return report.TriedMethods.Count > 0
                ? $"{software} tried {string.Join(", ", report.TriedMethods)} and no key; only keys are accepted ({report.Reason}: {report.Detail})"
                : $"{software} came without a key ({report.Reason}: {report.Detail})";
        }

        return $"{report.Reason}: {report.Detail}";
    }

    private string Refused(LoginCandidate? candidate, SshConnectionReport report)
    {
        var matching = candidate?.Keys.FirstOrDefault(key => report.OfferedKeys.Any(offered => offered.EndsWith(key.Sha256, StringComparison.Ordinal)));
        if (matching is null)
        {
            return "";
        }

        var reason = installation.Directory.Check(candidate, matching.Blob.Span, report.Connection.RemoteEndPoint.Address);
        return reason == LoginReason.Ok ? "the key is right, but no valid signature came; " : reason.Describe() + "; ";
    }

    private async ValueTask<(LoginCandidate? Candidate, LoginReason Reason)> CheckAsync(SshKeyOffer offer, CancellationToken cancellationToken)
    {
        var candidate = await installation.Directory.FindAsync(offer.User, cancellationToken);
        return (candidate, installation.Directory.Check(candidate, offer.Key.Blob.Span, offer.Connection.RemoteEndPoint.Address));
    }

    private async ValueTask RecordRefusalAsync(Actor actor, LoginCandidate candidate, string why) =>
        await installation.Audit.AppendAsync(new AuditEntry(AuditActions.LogInRefused, actor)
        {
            Account = candidate.Login.Account,
            Outcome = AuditOutcome.Refused,
            Detail = why,
        });

    [LoggerMessage(EventId = 12, Level = LogLevel.Error, Message = "A login is refused because the audit log cannot be written: {Problem}")]
    private static partial void LogNoAudit(ILogger logger, string problem);

    /// <summary>One logged-in connection.</summary>
    private sealed class SshLogin(Installation installation, LiveSession session, Actor actor, WaybillConfiguration configuration) : ISshLogin
    {
        public CancellationToken Kicked => session.Kicked;

        public ISshProgram? FindSubsystem(string name)
        {
            if (name != "sftp")
            {
                return null;
            }

            var rules = installation.Layout.RulesFor(session.Login);
            return new SftpProgram(
                () => installation.OpenStore(session.Login, rules),
                rules,
                new AuditFileJournal(installation.Audit, actor, session.Login.Account, Core.Vaults.VaultLayout.RootInVault(session.Login)),
                new SftpOptions
                {
                    Links = configuration.Sftp.Links,
                    StartDirectory = session.Login.StartDirectory ?? Storage.VaultPath.Root,
                    OwnerName = session.Login.UserName,
                },
                TimeProvider.System);
        }

        public ISshProgram? FindCommand(string command) => null;

        public ValueTask DisposeAsync()
        {
            installation.Sessions.Remove(session);
            session.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
