using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.People;

/// <summary>What a person who is signed in changes. Each needs a second factor shown a short while ago, is told by mail, and changes the session's token.</summary>
public sealed partial class CredentialService
{
    /// <summary>Changes the password; all other sessions end. The password of now is counted as when signing in.</summary>
    public async ValueTask<Result<SignInAnswer>> ChangePasswordAsync(string? token, string current, string password, PortalClient client, CancellationToken cancellationToken = default)
    {
        var session = await _database.ReadAsync(connection => SessionSql.Find(connection, token, SessionStage.Full, _time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        if (session is null)
        {
            return new SignInAnswer(SignInVerdict.Expired);
        }

        // The new one first: what is wrong with it costs no try.
        var hashed = await HashAsync(password, session.Person, cancellationToken).ConfigureAwait(false);
        if (!hashed.Succeeded)
        {
            return hashed.Problem;
        }

        var checkedNow = await _signIn.CheckPasswordAsync(session.Person.Email, current, client, cancellationToken).ConfigureAwait(false);
        if (checkedNow is not { Succeeded: true, Value.Verdict: SignInVerdict.SecondFactorNeeded })
        {
            return checkedNow;
        }

        return await InSessionAsync(
            token, client,
            (transaction, now) =>
            {
                if (CredentialSql.Password(transaction.Connection, now.Person.Id) is null)
                {
                    return Problem.Refused("There is no password to change: you sign in with a passkey.");
                }

                CredentialSql.SetPassword(transaction.Connection, now.Person.Id, hashed.Value, _time.GetUtcNow());
                _audit.Append(transaction, new AuditEntry(PeopleActions.PasswordChanged, now.ActorFrom(client)) { Subject = now.Person.Email });
                return Tell(transaction, now.Person, client, "your password for the portal was changed") is { } problem ? problem : new Enrolled(null, []);
            },
            static (enrolled, fresh) => new SignInAnswer(SignInVerdict.Accepted, fresh), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An authenticator to set up in the place of the one of now, or as the first one.</summary>
    public ValueTask<Result<TotpEnrolment>> BeginTotpAsync(string? token, CancellationToken cancellationToken = default) => _database.WriteAsync(
        transaction => Confirmed(transaction.Connection, token, out var session) is { } problem ? problem : BeginTotp(transaction.Connection, session!.Person), cancellationToken);

    /// <summary>
    /// Takes the new authenticator into use with one of its codes, and makes new recovery codes; all other sessions end. Somebody with passkeys alone gives a password
    /// too, and has both from then on.
    /// </summary>
    public async ValueTask<Result<Enrolled>> FinishTotpAsync(string? token, string code, string? password, PortalClient client, CancellationToken cancellationToken = default)
    {
        var session = await _database.ReadAsync(connection => SessionSql.Find(connection, token, SessionStage.Full, _time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        if (session is null)
        {
            return PortalSessions.SignedOut();
        }

        string? hash = null;
        if (password is not null)
        {
            var hashed = await HashAsync(password, session.Person, cancellationToken).ConfigureAwait(false);
            if (!hashed.Succeeded)
            {
                return hashed.Problem;
            }

            hash = hashed.Value;
        }

        return await InSessionAsync(
            token, client,
            (transaction, now) =>
            {
                var (connection, time) = (transaction.Connection, _time.GetUtcNow());
                var isFirst = CredentialSql.Password(connection, now.Person.Id) is null;
                if (isFirst != (hash is not null))
                {
                    return Problem.Refused(isFirst ? "An authenticator goes with a password. Choose one too." : "You have a password already. Change it by itself.");
                }

                if (FinishTotp(connection, now.Person, code, (totp, step) => Use(connection, now.Person.Id, hash, totp, step, time)) is { } problem)
                {
                    return problem;
                }

                var codes = NewCodes(connection, now.Person);
                if (!codes.Succeeded)
                {
                    return codes.Problem;
                }

                _audit.Append(transaction, new AuditEntry(PeopleActions.TotpReplaced, now.ActorFrom(client)) { Subject = now.Person.Email, Detail = isFirst ? "with the first password" : null });
                return Tell(transaction, now.Person, client, "a new authenticator was set up for the portal") is { } untold ? untold : new Enrolled(null, codes.Value);
            },
            static (enrolled, fresh) => enrolled with { Token = fresh }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes new recovery codes; those before are worth nothing.</summary>
    public ValueTask<Result<Enrolled>> MakeRecoveryCodesAsync(string? token, PortalClient client, CancellationToken cancellationToken = default) => InSessionAsync(
        token, client,
        (transaction, session) =>
        {
            if (CredentialSql.Password(transaction.Connection, session.Person.Id) is null)
            {
                return Problem.Refused("Recovery codes stand in for an authenticator, and you sign in with a passkey.");
            }

            var codes = NewCodes(transaction.Connection, session.Person);
            if (!codes.Succeeded)
            {
                return codes.Problem;
            }

            _audit.Append(transaction, new AuditEntry(PeopleActions.RecoveryCodesMade, session.ActorFrom(client)) { Subject = session.Person.Email });
            return Tell(transaction, session.Person, client, "new recovery codes were made for the portal") is { } problem ? problem : new Enrolled(null, codes.Value);
        },
        static (enrolled, fresh) => enrolled with { Token = fresh }, cancellationToken);

    /// <summary>The passkeys of a person, the oldest first.</summary>
    public ValueTask<List<Passkey>> PasskeysAsync(Person person, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(connection => PasskeySql.Of(connection, person.Id), cancellationToken);

    /// <summary>Finds a passkey by what its authenticator calls it; null when nobody has it.</summary>
    public ValueTask<Passkey?> FindPasskeyAsync(byte[] credentialId, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(connection => PasskeySql.Find(connection, credentialId), cancellationToken);

    /// <summary>Whose number it is, for the portal's own lookups; null when nobody's or suspended.</summary>
    public ValueTask<Person?> FindPersonAsync(long id, CancellationToken cancellationToken = default) => _database.ReadAsync(connection => Holder(connection, id), cancellationToken);

    /// <summary>How many recovery codes a person has left.</summary>
    public ValueTask<int> RecoveryCodesLeftAsync(Person person, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(connection => CredentialSql.RecoveryCodesLeft(connection, person.Id), cancellationToken);

    /// <summary>Adds a passkey whose attestation the portal has verified.</summary>
    public ValueTask<Result<Enrolled>> AddPasskeyAsync(string? token, Passkey passkey, PortalClient client, CancellationToken cancellationToken = default) => InSessionAsync(
        token, client,
        (transaction, session) =>
        {
            if (Insert(transaction.Connection, session.Person, passkey) is { } problem)
            {
                return problem;
            }

            _audit.Append(transaction, new AuditEntry(PeopleActions.PasskeyAdded, session.ActorFrom(client)) { Subject = session.Person.Email, Detail = passkey.Name });
            return Tell(transaction, session.Person, client, "a passkey was added for the portal") is { } untold ? untold : new Enrolled(null, []);
        },
        static (enrolled, fresh) => enrolled with { Token = fresh }, cancellationToken);

    /// <summary>Removes a passkey; the last one stays where there is no password. All other sessions end: one of them may be the lost telephone's.</summary>
    public ValueTask<Result<Enrolled>> RemovePasskeyAsync(string? token, byte[] credentialId, PortalClient client, CancellationToken cancellationToken = default) => InSessionAsync(
        token, client,
        (transaction, session) =>
        {
            var (connection, person) = (transaction.Connection, session.Person);
            var passkeys = PasskeySql.Of(connection, person.Id);
            if (passkeys.FirstOrDefault(each => each.CredentialId.AsSpan().SequenceEqual(credentialId)) is not { } passkey)
            {
                return Problem.NotFound("There is no such passkey. Look at the list again.");
            }

            if (passkeys.Count == 1 && CredentialSql.Password(connection, person.Id) is null)
            {
                return Problem.Refused("This passkey is all that you sign in with. Add another, or a password and an authenticator, first.");
            }

            PasskeySql.Remove(connection, person.Id, credentialId);
            _audit.Append(transaction, new AuditEntry(PeopleActions.PasskeyRemoved, session.ActorFrom(client)) { Subject = person.Email, Detail = passkey.Name });
            return Tell(transaction, person, client, "a passkey was removed from the portal") is { } untold ? untold : new Enrolled(null, []);
        },
        static (enrolled, fresh) => enrolled with { Token = fresh }, cancellationToken);

    /// <summary>Gives a passkey another name; that needs no second factor.</summary>
    public async ValueTask<Outcome> RenamePasskeyAsync(string? token, byte[] credentialId, string name, CancellationToken cancellationToken = default) => new((await _database.WriteAsync<bool>(
        transaction => SessionSql.Find(transaction.Connection, token, SessionStage.Full, _time.GetUtcNow()) is not { } session ? PortalSessions.SignedOut()
            : Words.Check("name", name) is { } problem ? problem
            : PasskeySql.Rename(transaction.Connection, session.Person.Id, credentialId, name) == 1 ? true : Problem.NotFound("There is no such passkey. Look at the list again."),
        cancellationToken).ConfigureAwait(false)).Problem);

    private static void Use(DatabaseConnection connection, long person, string? hash, byte[] totp, long step, DateTimeOffset now)
    {
        if (hash is null)
        {
            CredentialSql.SetTotp(connection, person, totp, step, now);
        }
        else
        {
            CredentialSql.SetPasswordAndTotp(connection, person, hash, totp, step, now);
        }
    }

    private Problem? Insert(DatabaseConnection connection, Person person, Passkey passkey)
    {
        const int LongestId = 1023; // WebAuthn 6.5.1.
        if (Words.Check("name", passkey.Name) is { } problem)
        {
            return problem;
        }

        if (!passkey.IsUserVerified)
        {
            return Problem.Refused("The authenticator did not verify its user, and would be one factor alone. Use one with a PIN, a fingerprint or a face.");
        }

        if (passkey.CredentialId.Length is 0 or > LongestId || passkey.Transports.Count > SignInLimits.Passkeys || string.Join(' ', passkey.Transports).Length > Words.MaximumLength
            || ((byte[][])[passkey.PublicKey, passkey.AttestationObject, passkey.ClientDataJson]).Any(static part => part.Length > SignInLimits.PasskeyPart))
        {
            return Problem.Invalid("The passkey is larger than any authenticator makes. Use another one.");
        }

        if (PasskeySql.Find(connection, passkey.CredentialId) is not null)
        {
            return Problem.AlreadyExists("This passkey is there already. Use another authenticator.");
        }

        if (PasskeySql.Of(connection, person.Id).Count >= SignInLimits.Passkeys)
        {
            return Problem.LimitReached($"You have {SignInLimits.Passkeys} passkeys, and no more are kept. Remove one first.");
        }

        PasskeySql.Insert(connection, person.Id, passkey with { CreatedAt = _time.GetUtcNow() });
        return null;
    }

    private Problem? Confirmed(DatabaseConnection connection, string? token, out PortalSession? session)
    {
        var now = _time.GetUtcNow();
        session = SessionSql.Find(connection, token, SessionStage.Full, now);
        return session is null ? PortalSessions.SignedOut()
            : session.View is not null ? Problem.Refused("You look at an account as its customer. End that first.")
            : session.IsConfirmed(now) ? null
            : Problem.Refused("To change how you sign in, show your second factor again first.");
    }

    /// <summary>Changes something in a session; ends all others and gives this one another token.</summary>
    private ValueTask<Result<T>> InSessionAsync<T>(
        string? token, PortalClient client, Func<WriteTransaction, PortalSession, Result<Enrolled>> change, Func<Enrolled, string, T> answer, CancellationToken cancellationToken)
        where T : notnull => _database.WriteAsync<T>(
        transaction =>
        {
            if (Confirmed(transaction.Connection, token, out var session) is { } problem)
            {
                return problem;
            }

            var changed = change(transaction, session!);
            if (!changed.Succeeded)
            {
                return changed.Problem;
            }

            SessionSql.ChangeStamp(transaction.Connection, session!.Person.Id, keep: session.Id);
            return answer(changed.Value, SessionSql.Rotate(transaction.Connection, session.Id));
        },
        cancellationToken);
}
