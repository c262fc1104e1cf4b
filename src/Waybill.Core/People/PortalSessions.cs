using System.Globalization;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.People;

/// <summary>The portal's sessions: known by a random token of which the database holds a hash. Signing in, confirming and viewing change the token.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where their ends are recorded.</param>
/// <param name="time">The clock.</param>
public sealed class PortalSessions(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>The session that a token opens and whose person is signed in; null when none. Whatever ended it, the answer is the same.</summary>
    public async ValueTask<PortalSession?> FindAsync(string? token, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        var found = await database.ReadAsync(connection => SessionSql.Find(connection, token, SessionStage.Full, now), cancellationToken).ConfigureAwait(false);
        if (found is not null && now - found.LastUsed >= SessionLimits.Touch)
        {
            // That this fails ends no session: the next request tries again.
            _ = await database.WriteAsync<int>(
                transaction => transaction.Connection.Execute(
                    "UPDATE portal_session SET last_used_at = max(last_used_at, @now) WHERE id = @id", ("@now", now.ToColumn()), ("@id", found.Id)),
                cancellationToken).ConfigureAwait(false);
        }

        return found;
    }

    /// <summary>Whose second factor a token waits for: the e-mail address to show; null when the time for it is over.</summary>
    public ValueTask<PortalSession?> FindWaitingAsync(string? token, CancellationToken cancellationToken = default) =>
        database.ReadAsync(connection => SessionSql.Find(connection, token, SessionStage.Password, time.GetUtcNow()), cancellationToken);

    /// <summary>Signs out. A token that opens nothing is no problem.</summary>
    public async ValueTask<Outcome> EndAsync(string? token, PortalClient client, CancellationToken cancellationToken = default) => new((await database.WriteAsync<int>(
        transaction =>
        {
            if (SessionSql.Find(transaction.Connection, token, SessionStage.Full, time.GetUtcNow()) is not { } session)
            {
                return 0;
            }

            EndView(transaction, session, session.ActorFrom(client));
            audit.Append(transaction, new AuditEntry(PeopleActions.SignOut, session.ActorFrom(client)) { Subject = session.Person.Email });
            return SessionSql.End(transaction.Connection, session.Id);
        },
        cancellationToken).ConfigureAwait(false)).Problem);

    /// <summary>A session by its number, for whoever decides who may end it; null when it has ended.</summary>
    public ValueTask<PortalSession?> FindAsync(long id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(connection => SessionSql.Find(connection, id, time.GetUtcNow()), cancellationToken);

    /// <summary>Ends a session by its number.</summary>
    /// <param name="id">The session's number.</param>
    /// <param name="owner">Only if it is this person's: for people who end their own; null for staff.</param>
    /// <param name="actor">Who ends it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<PortalSession>> EndAsync(long id, Person? owner, Actor actor, CancellationToken cancellationToken = default) => database.WriteAsync<PortalSession>(
        transaction =>
        {
            if (SessionSql.Find(transaction.Connection, id, time.GetUtcNow()) is not { } session || (owner is not null && owner.Id != session.Person.Id))
            {
                return Problem.NotFound("There is no such session; it may have ended. Look at the list again.");
            }

            EndView(transaction, session, actor);
            SessionSql.End(transaction.Connection, session.Id);
            audit.Append(transaction, new AuditEntry(PeopleActions.SessionEnded, actor) { Subject = session.Person.Email, Detail = string.Create(CultureInfo.InvariantCulture, $"session {id} from {session.Source}") });
            return session;
        },
        cancellationToken);

    /// <summary>The sessions of a person, the last used first.</summary>
    public ValueTask<List<PortalSession>> OfAsync(Person person, CancellationToken cancellationToken = default) =>
        database.ReadAsync(connection => SessionSql.Of(connection, person.Id, time.GetUtcNow()), cancellationToken);

    /// <summary>All sessions, the newest first.</summary>
    public ValueTask<Page<PortalSession>> ListAsync(int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<PortalSession>.Clamp(size);
        var before = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : long.MaxValue;
        return database.ReadAsync(
            connection =>
            {
                var rows = SessionSql.List(connection, before, size + 1, time.GetUtcNow());
                return new Page<PortalSession>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    /// <summary>Begins to look at an account as its customer sees it, read-only; the customer can read who did so and why. The session gets another token.</summary>
    public ValueTask<Result<string>> BeginViewAsync(string? token, string account, string reason, PortalClient client, CancellationToken cancellationToken = default) =>
        database.WriteAsync<string>(
            transaction =>
            {
                var (connection, now) = (transaction.Connection, time.GetUtcNow());
                if (SessionSql.Find(connection, token, SessionStage.Full, now) is not { } session)
                {
                    return SignedOut();
                }

                var allowed = PortalAccess.Check(session with { View = null }, PortalOperation.ViewAsCustomer);
                if (!allowed.Succeeded)
                {
                    return allowed.Problem;
                }

                if (Words.Check("reason", reason) is { } problem)
                {
                    return problem;
                }

                if (AccountService.Find(connection, account) is not { } found)
                {
                    return AccountService.Unknown(account);
                }

                var actor = session.ActorFrom(client);
                EndView(transaction, session, actor);
                connection.Execute(
                    "INSERT INTO portal_view (account_id, viewer, reason, began_at, until) VALUES (@account, @viewer, @reason, @now, @until)",
                    ("@account", found.Id), ("@viewer", $"{session.Person.Name} <{session.Person.Email}>"), ("@reason", reason), ("@now", now.ToColumn()),
                    ("@until", (now + SessionLimits.View).ToColumn()));
                connection.Execute("UPDATE portal_session SET view_id = last_insert_rowid() WHERE id = @id", ("@id", session.Id));
                audit.Append(transaction, new AuditEntry(PeopleActions.ViewBegan, actor) { Account = found.Number, Subject = session.Person.Email, Detail = reason });
                return SessionSql.Rotate(connection, session.Id);
            },
            cancellationToken);

    /// <summary>Ends the view; the session goes on with another token.</summary>
    public ValueTask<Result<string>> EndViewAsync(string? token, PortalClient client, CancellationToken cancellationToken = default) => database.WriteAsync<string>(
        transaction =>
        {
            if (SessionSql.Find(transaction.Connection, token, SessionStage.Full, time.GetUtcNow()) is not { } session)
            {
                return SignedOut();
            }

            EndView(transaction, session, session.ActorFrom(client));
            return SessionSql.Rotate(transaction.Connection, session.Id);
        },
        cancellationToken);

    /// <summary>Who has looked at an account as its customer, the newest first.</summary>
    public ValueTask<Page<AccountView>> ViewsAsync(string account, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<AccountView>.Clamp(size);
        var before = long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : long.MaxValue;
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    """
                    SELECT v.id, a.number, v.viewer, v.reason, v.began_at, v.until, v.ended_at FROM portal_view v JOIN account a ON a.id = v.account_id
                    WHERE a.number_key = @account AND v.id < @before ORDER BY v.id DESC LIMIT @limit
                    """,
                    static row => SessionSql.ReadView(row, 0)!, ("@account", AccountNumber.Fold(account)), ("@before", before), ("@limit", size + 1));
                return new Page<AccountView>([.. rows.Take(size)], rows.Count > size ? rows[size - 1].Id.ToString(CultureInfo.InvariantCulture) : null);
            },
            cancellationToken);
    }

    internal static Problem SignedOut() => Problem.Refused("The session has ended. Sign in again.");

    private void EndView(WriteTransaction transaction, PortalSession session, Actor actor)
    {
        if (session.View is not { } view)
        {
            return;
        }

        transaction.Connection.Execute("UPDATE portal_view SET ended_at = @now WHERE id = @id", ("@now", time.GetUtcNow().ToColumn()), ("@id", view.Id));
        transaction.Connection.Execute("UPDATE portal_session SET view_id = NULL WHERE id = @id", ("@id", session.Id));
        audit.Append(transaction, new AuditEntry(PeopleActions.ViewEnded, actor) { Account = view.Account, Subject = session.Person.Email, Detail = view.Reason });
    }
}
