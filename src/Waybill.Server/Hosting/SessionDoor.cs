using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Waybill.Core;
using Waybill.Core.Audit;
using Waybill.Core.Logins;
using Waybill.Net.Gate;
using Waybill.Server.Configuration;
using Waybill.Server.Control;

namespace Waybill.Server.Hosting;

/// <summary>Lets logins in that have shown what is right, whatever the protocol: their place in the gate, the list of sessions that can be ended, and the row in the audit.</summary>
internal sealed partial class SessionDoor(Installation installation, WaybillConfiguration configuration, ILogger logger)
{
    /// <summary>What a client reads whose login is full; it may know, and one that waits or closes a session gets in.</summary>
    private const string LoginIsFull = "This login has as many connections as it may. Close one and connect again.";

    private const string NoAudit = "Nobody can log in at the moment. Please try again later.";

    /// <summary>Lets it in; null when something stands against it, which the connection's features and <see cref="Knock.Refuse"/> are told.</summary>
    public async ValueTask<LoginSession?> OpenAsync(Knock knock, CancellationToken cancellationToken)
    {
        var login = knock.Candidate.Login;
        var address = knock.Remote.Address;
        var actor = Actor.Login(login.UserName, address.ToString(), knock.Connection);
        if (knock.Features.Get<ConnectionLease>() is { } lease && !lease.TryAuthenticate(login.UserName))
        {
            Refuse(knock, "the login has as many connections as it may (Limits:PerLogin)", LoginIsFull);
            return null;
        }

        var rules = await installation.CollectRights.AddToAsync(installation.Layout.RulesFor(login), login, cancellationToken);
        var session = new LiveSession(
            new SessionView(
                knock.Connection, knock.Protocol, login.UserName, login.Account, knock.Remote.ToString(), knock.Client, knock.Algorithms, knock.Credential.Name, TimeProvider.System.GetUtcNow()),
            login, knock.Credential, address);
        installation.Sessions.Add(session);
        LoginReason reason;
        Outcome recorded;
        try
        {
            // Asked again now that it can be ended: what was revoked before this line is seen here, what is revoked after it ends the session.
            reason = installation.Directory.Check(await installation.Directory.FindAsync(login.UserName, cancellationToken), knock.Credential, address);
            recorded = reason != LoginReason.Ok ? Outcome.Done : await installation.Audit.AppendAsync(
                new AuditEntry(AuditActions.LogIn, actor) { Account = login.Account, Subject = knock.Credential.Name, Detail = $"{knock.Client}; {knock.Algorithms}" }, cancellationToken);
        }
        catch
        {
            // The client's patience, or the database's: nobody else would ever take it out of the list.
            installation.Sessions.Remove(session);
            session.Dispose();
            throw;
        }

        if (reason != LoginReason.Ok || !recorded.Succeeded)
        {
            installation.Sessions.Remove(session);
            session.Dispose();
            if (!recorded.Succeeded)
            {
                // No login without its row: nobody works unseen while the audit cannot be written.
                LogNoAudit(logger, recorded.Problem.Message);
                Refuse(knock, "the audit log cannot be written", NoAudit);
            }

            return null;
        }

        knock.Features.Set(session);
        return new LoginSession(installation, session, actor, rules, configuration);
    }

    /// <summary>Records the end of a connection that had logged in; false when none had, and why is to be said.</summary>
    public async ValueTask<bool> RecordEndAsync(IFeatureCollection features, IPAddress remote, string connection, Func<LiveSession, string> words)
    {
        if (features.Get<LiveSession>() is { } session)
        {
            // Nobody waits for this row: it is written with the next one, or a tenth of a second later.
            await installation.Audit.AppendLaterAsync(
                new AuditEntry(AuditActions.ConnectionEnded, Actor.Login(session.Login.UserName, remote.ToString(), connection)) { Account = session.Login.Account, Detail = words(session) },
                static () => { });
            return true;
        }

        // One that was displaced was recorded then, and no more than so many in a minute: a flood must not become one of audit rows.
        return features.Get<ConnectionLease>() is { IsDisplaced: true };
    }

    /// <summary>The row of a connection that never logged in.</summary>
    public static AuditEntry Refused(IPAddress remote, string connection, string? user, LoginCandidate? candidate, string words) =>
        new(AuditActions.LogInRefused, Actor.System with { Address = remote.ToString(), Connection = connection })
        {
            Account = candidate?.Login.Account,
            Subject = user,
            Outcome = AuditOutcome.Refused,
            Detail = words,
        };

    /// <summary>The login that a user name which nobody has may have meant.</summary>
    public async ValueTask<(string Name, string Difference)?> GuessAsync(string name)
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

    private static void Refuse(Knock knock, string words, string toClient)
    {
        knock.Features.Set(new LoginRefusal(words));
        knock.Refuse(toClient);
    }

    [LoggerMessage(EventId = 12, Level = LogLevel.Error, Message = "A login is refused because the audit log cannot be written: {Problem}")]
    private static partial void LogNoAudit(ILogger logger, string problem);

    /// <summary>Who comes, with what, and how to tell the client what another try would not help against.</summary>
    internal sealed record Knock(
        string Connection, string Protocol, LoginCandidate Candidate, LoginCredential Credential, IPEndPoint Remote, IFeatureCollection Features, string Client, string Algorithms,
        Action<string> Refuse);
}
