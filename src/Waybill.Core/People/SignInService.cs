using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Passwords;

namespace Waybill.Core.People;

/// <summary>
/// Signing in to the portal: password, then a code; or a passkey. An address that nobody has is as much work and gets the same answer as a wrong password. Each step
/// hands out a new token, and the one before opens nothing.
/// </summary>
public sealed class SignInService
{
    private const string UnknownPasskey = "(a passkey)";

    private readonly WaybillDatabase _database;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly PasswordWork _work;
    private readonly SecondFactor _factor;

    internal SignInService(WaybillDatabase database, AuditLog audit, TimeProvider time, PasswordWork work, SecondFactor factor)
    {
        _database = database;
        _audit = audit;
        _time = time;
        _work = work;
        _factor = factor;
    }

    /// <summary>Checks e-mail address and password.</summary>
    /// <returns><see cref="SignInVerdict.SecondFactorNeeded"/> with a token, or wrong, wait, busy.</returns>
    public async ValueTask<Result<SignInAnswer>> CheckPasswordAsync(string email, string password, PortalClient client, CancellationToken cancellationToken = default)
    {
        var reserved = await ReserveAsync(email, client, cancellationToken).ConfigureAwait(false);
        if (reserved is not { Succeeded: true, Value: { IsFree: true } })
        {
            return reserved.Succeeded ? new SignInAnswer(SignInVerdict.Wait, TryAgain: reserved.Value.Until) : reserved.Problem;
        }

        var (person, status, hash) = await _database.ReadAsync(connection => CredentialSql.Candidate(connection, email), cancellationToken).ConfigureAwait(false);
        var isRight = await _work.VerifyAsync(hash ?? PasswordHash.OfNobody, password.Length > PasswordRules.Longest ? "" : password, cancellationToken).ConfigureAwait(false);
        return await _database.WriteAsync<SignInAnswer>(
            transaction =>
            {
                var (connection, now) = (transaction.Connection, _time.GetUtcNow());
                if (isRight is null)
                {
                    // Nothing was compared.
                    SignInTries.TakeBack(connection, TryRule.Password, Who(email, client), reserved.Value.Tries);
                    SignInTries.TakeBack(connection, TryRule.Source, client.Source, reserved.Value.OfSource);
                    return new SignInAnswer(SignInVerdict.Busy);
                }

                // Whoever was suspended or got another password meanwhile comes too late.
                if (isRight.Value && hash is not null && CredentialSql.Candidate(connection, email) == (person, PersonStatus.Active, hash))
                {
                    SignInTries.Clear(connection, TryRule.Password, Who(email, client));
                    SignInTries.TakeBack(connection, TryRule.Source, client.Source, reserved.Value.OfSource);
                    return new SignInAnswer(SignInVerdict.SecondFactorNeeded, SessionSql.Start(connection, person, SessionStage.Password, client, now));
                }

                var why = person == 0 ? "nobody has this e-mail address"
                    : hash is null ? "the person has no password"
                    : !isRight.Value ? "wrong password"
                    : status == PersonStatus.Suspended ? "the person is suspended" : "the person was changed in this moment";
                Refuse(transaction, EmailAddress.IsOne(email) ? email : "(no e-mail address)", client, why);
                return new SignInAnswer(SignInVerdict.Wrong, TryAgain: SignInTries.BlockedUntil(connection, TryRule.Password, Who(email, client), now));
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks the code behind a password: of the authenticator, or a recovery code.</summary>
    /// <param name="token">What the password got.</param>
    /// <param name="code">What was typed.</param>
    /// <param name="client">From where.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<SignInAnswer>> CheckSecondFactorAsync(string? token, string code, PortalClient client, CancellationToken cancellationToken = default) =>
        _database.WriteAsync(
            transaction =>
            {
                var (connection, now) = (transaction.Connection, _time.GetUtcNow());
                if (SessionSql.Find(connection, token, SessionStage.Password, now) is not { } waiting)
                {
                    return new SignInAnswer(SignInVerdict.Expired);
                }

                var answer = _factor.Check(transaction, waiting.Person, code, takesRecovery: true, client, waiting.ActorFrom(client));
                if (answer is not { Succeeded: true, Value.Verdict: SignInVerdict.Accepted })
                {
                    return answer;
                }

                SessionSql.End(connection, waiting.Id);
                return answer.Value with { Token = Enter(transaction, waiting.Person, client, answer.Value.RecoveryCodesLeft is null ? "password and code" : "password and recovery code") };
            },
            cancellationToken);

    /// <summary>Signs in with a passkey whose assertion the portal has verified.</summary>
    /// <param name="use">What the assertion said.</param>
    /// <param name="client">From where.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<SignInAnswer>> SignInWithPasskeyAsync(PasskeyUse use, PortalClient client, CancellationToken cancellationToken = default) =>
        _database.WriteAsync<SignInAnswer>(
            transaction =>
            {
                var connection = transaction.Connection;
                var passkey = PasskeySql.Find(connection, use.CredentialId);
                var person = passkey is null ? null : PersonSql.Find(connection, passkey.Person);
                if (Refusal(connection, use, person) is { } why)
                {
                    Refuse(transaction, person?.Email ?? UnknownPasskey, client, why);
                    return new SignInAnswer(SignInVerdict.Wrong);
                }

                return new SignInAnswer(SignInVerdict.Accepted, Enter(transaction, person!, client, "passkey"));
            },
            cancellationToken);

    /// <summary>
    /// Records an answer of a passkey that is no right one: the portal has verified that. Who is known by the passkey that it names, which anybody may do. It counts as a wrong
    /// password of its source, so that nobody fills the audit.
    /// </summary>
    /// <param name="credentialId">The passkey that was named; null for none.</param>
    /// <param name="why">What is wrong with it.</param>
    /// <param name="client">From where.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<SignInAnswer>> RefusePasskeyAsync(byte[]? credentialId, string why, PortalClient client, CancellationToken cancellationToken = default) =>
        _database.WriteAsync<SignInAnswer>(
            transaction =>
            {
                var (connection, now) = (transaction.Connection, _time.GetUtcNow());
                if (SignInTries.BlockedUntil(connection, TryRule.Source, client.Source, now) is { } until)
                {
                    return new SignInAnswer(SignInVerdict.Wait, TryAgain: until);
                }

                SignInTries.Count(connection, TryRule.Source, client.Source, now);
                var passkey = credentialId is null ? null : PasskeySql.Find(connection, credentialId);
                Refuse(transaction, passkey is null ? UnknownPasskey : PersonSql.Find(connection, passkey.Person)!.Email, client, "passkey: " + why);
                return new SignInAnswer(SignInVerdict.Wrong);
            },
            cancellationToken);

    /// <summary>Shows the second factor again in a session, so that credentials may be changed for a while; the session gets another token. A recovery code will not do.</summary>
    public ValueTask<Result<SignInAnswer>> ConfirmAsync(string? token, string code, PortalClient client, CancellationToken cancellationToken = default) =>
        _database.WriteAsync(
            transaction =>
            {
                var (connection, now) = (transaction.Connection, _time.GetUtcNow());
                if (SessionSql.Find(connection, token, SessionStage.Full, now) is not { } session)
                {
                    return new SignInAnswer(SignInVerdict.Expired);
                }

                var answer = _factor.Check(transaction, session.Person, code, takesRecovery: false, client, session.ActorFrom(client));
                return answer is { Succeeded: true, Value.Verdict: SignInVerdict.Accepted } ? answer.Value with { Token = Confirm(connection, session, now) } : answer;
            },
            cancellationToken);

    /// <summary>The same with a passkey of the person, whose assertion the portal has verified.</summary>
    public ValueTask<Result<SignInAnswer>> ConfirmWithPasskeyAsync(string? token, PasskeyUse use, PortalClient client, CancellationToken cancellationToken = default) =>
        _database.WriteAsync<SignInAnswer>(
            transaction =>
            {
                var (connection, now) = (transaction.Connection, _time.GetUtcNow());
                if (SessionSql.Find(connection, token, SessionStage.Full, now) is not { } session)
                {
                    return new SignInAnswer(SignInVerdict.Expired);
                }

                var why = PasskeySql.Find(connection, use.CredentialId)?.Person != session.Person.Id ? "the passkey is not the person's" : Refusal(connection, use, session.Person);
                if (why is not null)
                {
                    Refuse(transaction, session.Person.Email, client, why);
                    return new SignInAnswer(SignInVerdict.Wrong);
                }

                return new SignInAnswer(SignInVerdict.Accepted, Confirm(connection, session, now));
            },
            cancellationToken);

    /// <summary>Begins a session of somebody who has shown all that is asked, and records it.</summary>
    internal string Enter(WriteTransaction transaction, Person person, PortalClient client, string how)
    {
        var (connection, now) = (transaction.Connection, _time.GetUtcNow());
        var token = SessionSql.Start(connection, person.Id, SessionStage.Full, client, now);
        CredentialSql.SignedIn(connection, person.Id, client.Source, now);
        var session = SessionSql.Find(connection, token, SessionStage.Full, now)!;
        _audit.Append(transaction, new AuditEntry(PeopleActions.SignIn, session.ActorFrom(client)) { Subject = person.Email, Detail = how });
        return token;
    }

    private static string Who(string email, PortalClient client) => $"{EmailAddress.Fold(email)}\n{client.Source}";

    private static string Confirm(DatabaseConnection connection, PortalSession session, DateTimeOffset now)
    {
        SessionSql.Confirm(connection, session.Id, now);
        return SessionSql.Rotate(connection, session.Id);
    }

    /// <summary>Why a passkey's use does not count; null when it does, and then it is noted.</summary>
    private string? Refusal(DatabaseConnection connection, PasskeyUse use, Person? person) =>
        person is null ? "nobody has this passkey"
        : person.Status == PersonStatus.Suspended ? "the person is suspended"
        : !use.IsUserVerified ? "the authenticator did not verify its user, so that the passkey is one factor alone"
        : PasskeySql.Use(connection, use, _time.GetUtcNow()) ? null : "the passkey's counter went back: it may have been copied";

    private ValueTask<Result<Reservation>> ReserveAsync(string email, PortalClient client, CancellationToken cancellationToken) => _database.WriteAsync<Reservation>(
        transaction =>
        {
            var (connection, now) = (transaction.Connection, _time.GetUtcNow());
            var (ofSource, ofBoth) = (SignInTries.BlockedUntil(connection, TryRule.Source, client.Source, now), SignInTries.BlockedUntil(connection, TryRule.Password, Who(email, client), now));
            if (ofSource is not null || ofBoth is not null)
            {
                return new Reservation(IsFree: false, 0, 0, ofSource > ofBoth || ofBoth is null ? ofSource : ofBoth);
            }

            var countOfSource = SignInTries.Count(connection, TryRule.Source, client.Source, now);
            return new Reservation(IsFree: true, SignInTries.Count(connection, TryRule.Password, Who(email, client), now), countOfSource, null);
        },
        cancellationToken);

    private void Refuse(WriteTransaction transaction, string email, PortalClient client, string why) =>
        _audit.Append(transaction, new AuditEntry(PeopleActions.SignInRefused, Actor.Person(email, client.Text, null))
        {
            Subject = email,
            Outcome = AuditOutcome.Refused,
            Detail = why,
        });

    private sealed record Reservation(bool IsFree, long Tries, long OfSource, DateTimeOffset? Until);
}
