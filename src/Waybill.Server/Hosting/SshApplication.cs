using Waybill.Core.Catalogue;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Net.Gate;
using Waybill.Server.Configuration;
using Waybill.Sftp;
using Waybill.Sftp.Scp;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.Hosting;

/// <summary>Joins the SSH server to accounts, vaults and the audit log.</summary>
internal sealed class SshApplication(Installation installation, WaybillConfiguration configuration, KeysOnlyBanner banner, SessionDoor door) : ISshApplication
{
    /// <summary>Other logins with an offered key that are looked up for a row.</summary>
    private const int MaximumOwners = 4;

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

        var connection = offer.Connection;
        var key = candidate.FindKey(offer.Key.Blob.Span)!;
        var session = await door.OpenAsync(
            new SessionDoor.Knock(
                connection.Id, "sftp", candidate, new LoginCredential.OfKey(key), connection.RemoteEndPoint, connection.Features, connection.ClientSoftware, connection.Algorithms,
                words => connection.Refusal = words),
            cancellationToken);
        if (session is null)
        {
            return null;
        }

        var address = connection.RemoteEndPoint.Address;
        banner.Note(address);
        installation.Usage.Note(candidate.Login.Id, key.Id, address.ToString(), connection.ClientSoftware);
        return new SshLogin(installation, session, configuration);
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
        if (await door.RecordEndAsync(features, remote, report.Connection.Id, session => ConnectionWords.Ended(report, session.KickReason)))
        {
            return;
        }

        var facts = await GatherAsync(report);
        var entry = SessionDoor.Refused(remote, report.Connection.Id, report.User ?? report.InvalidUser, facts.Candidate, RefusalWords.Of(facts));
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
            candidate is null && (report.User ?? report.InvalidUser) is { } name ? await door.GuessAsync(name) : null);
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

    /// <summary>One logged-in connection.</summary>
    private sealed class SshLogin(Installation installation, LoginSession session, WaybillConfiguration configuration) : ISshLogin
    {
        public CancellationToken Kicked => session.Kicked;

        public ISshProgram? FindSubsystem(string name)
        {
            if (name != "sftp")
            {
                return null;
            }

            var front = session.OpenFront();
            var quota = session.OpenQuota();
            var journal = session.JournalOf(DeliveryProtocol.Sftp, quota);
            return new SftpProgram(
                () => session.OpenStore(front, quota),
                session.Rules,
                front?.Wrap(journal) ?? journal,
                new SftpOptions
                {
                    Links = configuration.Sftp.Links,
                    StartDirectory = session.StartDirectory,
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

            var quota = session.OpenQuota();
            return new ScpProgram(
                arguments,
                () => session.OpenStore(session.OpenFront(), quota),
                session.Rules,
                session.JournalOf(DeliveryProtocol.Scp, quota),
                new ScpOptions { StartDirectory = session.StartDirectory },
                installation.Pace);
        }

        public ValueTask DisposeAsync() => session.DisposeAsync();
    }
}
