using Microsoft.Extensions.Logging;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Net.Gate;
using Waybill.Server.Configuration;
using Waybill.Server.Control;
using Waybill.Sftp;
using Waybill.Sftp.Scp;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;
using Waybill.Storage.Quotas;

namespace Waybill.Server.Hosting;

/// <summary>Joins the SSH server to accounts, vaults and the audit log.</summary>
internal sealed partial class SshApplication(Installation installation, WaybillConfiguration configuration, KeysOnlyBanner banner, ILogger logger) : ISshApplication
{
    /// <summary>Other logins with an offered key that are looked up for a row.</summary>
    private const int MaximumOwners = 4;

    /// <summary>What a client whose key is right reads when its login is full; it may know, and one that waits or closes a session gets in.</summary>
    private const string LoginIsFull = "This login has as many connections as it may. Close one and connect again.";

    private const string NoAudit = "Nobody can log in at the moment. Please try again later.";

    public async ValueTask<bool> IsKeyAcceptableAsync(SshKeyOffer offer, CancellationToken cancellationToken)
    {
        var (candidate, reason) = await CheckAsync(offer, cancellationToken);
        offer.Found = candidate;
        return reason == LoginReason.Ok;
    }

    public async ValueTask<ISshLogin?> LogInAsync(SshKeyOffer offer, CancellationToken cancellationToken)
    {
        // What was found before the signature was verified, in this same request. What has changed since is seen below.
        if (offer.Found is not LoginCandidate candidate)
        {
            return null;
        }

        var address = offer.Connection.RemoteEndPoint.Address;
        var actor = Actor.Login(candidate.Login.UserName, address.ToString(), offer.Connection.Id);
        var lease = offer.Connection.Features.Get<ConnectionLease>();
        if (lease is not null && !lease.TryAuthenticate(candidate.Login.UserName))
        {
            Refuse(offer.Connection, "the login has as many connections as it may (Limits:PerLogin)", LoginIsFull);
            return null;
        }

        var rules = await installation.CollectRights.AddToAsync(installation.Layout.RulesFor(candidate.Login), candidate.Login, cancellationToken);
        var key = candidate.FindKey(offer.Key.Blob.Span)!;
        var session = new LiveSession(
            new SessionView(
                offer.Connection.Id, "sftp", candidate.Login.UserName, candidate.Login.Account, offer.Connection.RemoteEndPoint.ToString(), offer.Connection.ClientSoftware,
                offer.Connection.Algorithms, key.Sha256, TimeProvider.System.GetUtcNow()),
            candidate.Login, key, address);
        installation.Sessions.Add(session);

        // Asked again now that it can be ended: what was revoked before this line is seen here, what is revoked after it ends the session.
        var (_, reason) = await CheckAsync(offer, cancellationToken);
        var recorded = reason != LoginReason.Ok ? Outcome.Done : await installation.Audit.AppendAsync(
            new AuditEntry(AuditActions.LogIn, actor)
            {
                Account = candidate.Login.Account,
                Subject = key.Sha256,
                Detail = $"{offer.Connection.ClientSoftware}; {offer.Connection.Algorithms}",
            },
            cancellationToken);
        if (reason != LoginReason.Ok || !recorded.Succeeded)
        {
            installation.Sessions.Remove(session);
            session.Dispose();
            if (!recorded.Succeeded)
            {
                // No login without its row: nobody works unseen while the audit cannot be written.
                LogNoAudit(logger, recorded.Problem.Message);
                Refuse(offer.Connection, "the audit log cannot be written", NoAudit);
            }

            return null;
        }

        offer.Connection.Features.Set(session);
        banner.Note(address);
        installation.Usage.Note(candidate.Login.Id, key.Id, address.ToString(), offer.Connection.ClientSoftware);
        return new SshLogin(installation, session, actor, rules, configuration);
    }

    public string? Banner(SshConnectionInfo connection) => banner.For(connection);

    public async ValueTask ConnectionEndedAsync(SshConnectionReport report)
    {
        var features = report.Connection.Features;
        if (features.Get<ConnectionLease>() is { } lease)
        {
            lease.Offence = Offence(report);
        }

        var remote = report.Connection.RemoteEndPoint.Address;
        var session = features.Get<LiveSession>();
        if (session is not null)
        {
            // Nobody waits for this row: it is written with the next one, or a tenth of a second later.
            await installation.Audit.AppendLaterAsync(new AuditEntry(AuditActions.ConnectionEnded, Actor.Login(session.Login.UserName, remote.ToString(), report.Connection.Id))
            {
                Account = session.Login.Account,
                Detail = ConnectionWords.Ended(report, session.KickReason),
            }, static () => { });
            return;
        }

        if (features.Get<ConnectionLease>() is { IsDisplaced: true })
        {
            // Recorded when it was displaced, and no more than so many in a minute: a flood must not become one of audit rows.
            return;
        }

        var facts = await GatherAsync(report);
        var entry = new AuditEntry(AuditActions.LogInRefused, Actor.System with { Address = remote.ToString(), Connection = report.Connection.Id })
        {
            Account = facts.Candidate?.Login.Account,
            Subject = report.User ?? report.InvalidUser,
            Outcome = AuditOutcome.Refused,
            Detail = RefusalWords.Of(facts),
        };
        await installation.Audit.AppendAsync(facts.Candidate is { } tried
            ? OfferedKeys.With(entry, tried.Login.Id, NotInstalled(report, tried), remote.ToString(), report.Connection.ClientName, TimeProvider.System.GetUtcNow())
            : entry);
    }

    private static List<SshPublicKey> NotInstalled(SshConnectionReport report, LoginCandidate tried) =>
        [.. report.KeyAttempts
            .Where(attempt => attempt.User == report.User && attempt.Parsed is not null && !tried.Keys.Any(key => key.Sha256 == attempt.Sha256))
            .Select(attempt => attempt.Parsed!)
            .Distinct()
            .Take(OfferedKeys.MaximumPerLogin)];

    private async ValueTask<RefusalFacts> GatherAsync(SshConnectionReport report)
    {
        var candidate = report.User is null ? null : await installation.Directory.FindAsync(report.User);
        var unknown = report.KeyAttempts
            .Where(attempt => candidate is null || !candidate.Keys.Any(key => key.Sha256 == attempt.Sha256))
            .Select(attempt => attempt.Sha256)
            .Distinct()
            .ToList();
        IReadOnlyList<KeyOwner> owners = unknown.Count == 0 ? [] : await installation.Directory.OwnersAsync(unknown, MaximumOwners);
        return new RefusalFacts(
            report,
            report.Connection.Features.Get<LoginRefusal>()?.Words,
            candidate,
            key => installation.Directory.Check(candidate, key.Blob.Span, report.Connection.RemoteEndPoint.Address),
            owners,
            candidate is null && (report.User ?? report.InvalidUser) is { } name ? await GuessAsync(name) : null);
    }

    private async ValueTask<(string Name, string Difference)?> GuessAsync(string name)
    {
        foreach (var (guess, difference) in UserNameGuesses.Of(name))
        {
            if (await installation.Directory.FindAsync(guess) is { } meant)
            {
                return (meant.Login.UserName, difference);
            }
        }

        return null;
    }

    private static void Refuse(SshConnectionInfo connection, string words, string toClient)
    {
        connection.Features.Set(new LoginRefusal(words));
        connection.Refusal = toClient;
    }

    private static Offence Offence(SshConnectionReport report) => report.Reason switch
    {
        _ when report.LoggedIn => Waybill.Net.Gate.Offence.None,
        SshEndReason.ServerStopping or SshEndReason.InternalError or SshEndReason.LoginRefused => Waybill.Net.Gate.Offence.None,
        SshEndReason.LoginTimeout => Waybill.Net.Gate.Offence.LoginTimeout,
        SshEndReason.ProtocolError or SshEndReason.IntegrityError or SshEndReason.LimitExceeded => Waybill.Net.Gate.Offence.BrokenProtocol,
        _ when report.KeyAttempts.Count > 0 => Waybill.Net.Gate.Offence.FailedLogin,
        _ => Waybill.Net.Gate.Offence.NoAttempt,
    };

    private async ValueTask<(LoginCandidate? Candidate, LoginReason Reason)> CheckAsync(SshKeyOffer offer, CancellationToken cancellationToken)
    {
        var candidate = await installation.Directory.FindAsync(offer.User, cancellationToken);
        return (candidate, installation.Directory.Check(candidate, offer.Key.Blob.Span, offer.Connection.RemoteEndPoint.Address));
    }

    [LoggerMessage(EventId = 12, Level = LogLevel.Error, Message = "A login is refused because the audit log cannot be written: {Problem}")]
    private static partial void LogNoAudit(ILogger logger, string problem);

    /// <summary>Why a login with a right signature was refused; a feature of its connection.</summary>
    private sealed record LoginRefusal(string Words);

    /// <summary>One logged-in connection.</summary>
    private sealed class SshLogin(Installation installation, LiveSession session, Actor actor, Storage.IAccessRules rules, WaybillConfiguration configuration) : ISshLogin
    {
        public CancellationToken Kicked => session.Kicked;

        private Storage.IFileJournal JournalOf(string protocol, SessionQuota? quota)
        {
            var journal = new FileJournal(
                installation.Audit, actor, protocol, installation.Layout.ViewOf(session.Login, installation.Accounts), TimeProvider.System,
                session.Login.Kind == LoginKind.Publisher ? installation.Feeds : null);
            return quota is null ? journal : new QuotaJournal(journal, quota);
        }

        private Storage.VaultPath StartDirectory => session.Login.StartDirectory ?? Storage.VaultPath.Root;

        public ISshProgram? FindSubsystem(string name)
        {
            if (name != "sftp")
            {
                return null;
            }

            var front = installation.FrontOf(session.Login, rules, actor, configuration);
            var quota = installation.OpenQuota(session.Login);
            var journal = JournalOf(DeliveryProtocol.Sftp, quota);
            return new SftpProgram(
                () => installation.OpenStore(session.Login, rules, front, quota, actor),
                rules,
                front?.Wrap(journal) ?? journal,
                new SftpOptions
                {
                    Links = configuration.Sftp.Links,
                    StartDirectory = StartDirectory,
                    OwnerName = session.Login.UserName,
                },
                installation.Pace,
                TimeProvider.System);
        }

        public ISshProgram? FindCommand(string command)
        {
            if (!ScpArguments.TryParse(command, out var arguments))
            {
                return new RefusedCommand();
            }

            var quota = installation.OpenQuota(session.Login);
            return new ScpProgram(
                arguments,
                () => installation.OpenStore(session.Login, rules, installation.FrontOf(session.Login, rules, actor, configuration), quota, actor),
                rules,
                JournalOf(DeliveryProtocol.Scp, quota),
                new ScpOptions { StartDirectory = StartDirectory },
                installation.Pace);
        }

        public ValueTask DisposeAsync()
        {
            installation.Sessions.Remove(session);
            session.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
