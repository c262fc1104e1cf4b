using System.Buffers.Text;
using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Links;
using Waybill.Core.Passwords;

namespace Waybill.Core.People;

/// <summary>
/// How a person signs in: signing up through a link, a new password, another authenticator, recovery codes, passkeys. Password and authenticator are only ever there
/// together, so that no person has one factor. Opening a link changes nothing; the last step of its page uses it up.
/// </summary>
public sealed partial class CredentialService
{
    private readonly WaybillDatabase _database;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly SecretLinks _links;
    private readonly PeopleOptions _options;
    private readonly PeopleKey _key;
    private readonly PasswordWork _work;
    private readonly SecondFactor _factor;
    private readonly PersonMails _mails;
    private readonly SignInService _signIn;
    private readonly SignUpCodes _codes;

    internal CredentialService(
        WaybillDatabase database, AuditLog audit, TimeProvider time, SecretLinks links, PeopleOptions options, PeopleKey key, PasswordWork work, SecondFactor factor, PersonMails mails,
        SignInService signIn, SignUpCodes codes)
    {
        (_database, _audit, _time, _links, _options) = (database, audit, time, links, options);
        (_key, _work, _factor, _mails, _signIn) = (key, work, factor, mails, signIn);
        _codes = codes;
    }

    /// <summary>Whom a link is for; null when it opens nothing. Uses nothing up.</summary>
    public async ValueTask<PersonLink?> FindLinkAsync(string? token, CancellationToken cancellationToken = default)
    {
        var (kind, link) = (PersonLinkKind.SignUp, await _links.FindAsync(token, PersonLinks.SignUp, cancellationToken).ConfigureAwait(false));
        if (link is null)
        {
            (kind, link) = (PersonLinkKind.Reset, await _links.FindAsync(token, PersonLinks.Reset, cancellationToken).ConfigureAwait(false));
        }

        return link is null ? null : await _database.ReadAsync(
            connection => Holder(connection, link) is { } person
                ? new PersonLink(kind, person, link.Expires) { NeedsCode = kind == PersonLinkKind.SignUp && SignUpCodes.IsNeeded(connection, person) }
                : null,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The first step of signing up: takes a password, and the code where one is needed, and makes an authenticator for the browser that goes on. Whoever takes this step
    /// elsewhere, as a mail scanner may, gets another one, and the one counts whose code is shown with <see cref="SignUpAsync"/>.
    /// </summary>
    public async ValueTask<Result<SignUpStep>> BeginSignUpAsync(string? link, string password, string? spokenCode, PortalClient client, CancellationToken cancellationToken = default)
    {
        if (await FindLinkAsync(link, cancellationToken).ConfigureAwait(false) is not { Kind: PersonLinkKind.SignUp } found)
        {
            return NoLink();
        }

        var hashed = await HashAsync(password, found.Person, cancellationToken).ConfigureAwait(false);
        if (!hashed.Succeeded)
        {
            return hashed.Problem;
        }

        var begun = await _database.WriteAsync<Begun>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (!_links.IsOpen(transaction, link, PersonLinks.SignUp) || Holder(connection, found.Person.Id) is not { SignsIn: SignInMeans.None } person)
                {
                    return NoLink();
                }

                if (_codes.Check(transaction, person, spokenCode, client) is { } refused)
                {
                    // A value, so that what counts it is committed.
                    return new Begun(refused, null);
                }

                var draft = new SignUpDraft(_time.GetUtcNow() + SignInLimits.Pending, person.IsStaff, Totp.NewSecret(), hashed.Value);
                var kept = _key.SealKept(connection, person.Id, link!, draft.Pack());
                return kept.Succeeded ? new Begun(null, new SignUpStep(Enrolment(draft.Secret, person), Base64Url.EncodeToString(kept.Value))) : kept.Problem;
            },
            cancellationToken).ConfigureAwait(false);
        return !begun.Succeeded ? begun.Problem : begun.Value.Step is { } step ? step : begun.Value.Problem!;
    }

    /// <summary>The authenticator that a browser sets up, to be shown to it again; null when what it kept is nothing, of another link, or too old.</summary>
    public async ValueTask<TotpEnrolment?> ResumeSignUpAsync(string? link, string? kept, CancellationToken cancellationToken = default) =>
        await FindLinkAsync(link, cancellationToken).ConfigureAwait(false) is not { Kind: PersonLinkKind.SignUp } found ? null
        : await _database.ReadAsync(connection => Draft(connection, found.Person, link!, kept), cancellationToken).ConfigureAwait(false) is { } draft ? Enrolment(draft.Secret, found.Person)
        : null;

    /// <summary>Signs up with a code of the authenticator that this browser was given with its password; uses the link up and signs in.</summary>
    public ValueTask<Result<Enrolled>> SignUpAsync(string? link, string? kept, string code, PortalClient client, CancellationToken cancellationToken = default) => _database.WriteAsync(
        transaction =>
        {
            var (connection, now) = (transaction.Connection, _time.GetUtcNow());

            // Its own problem rolls all of this back, the link too: a mistyped code is typed again.
            if (_links.Redeem(transaction, link, PersonLinks.SignUp) is not { } redeemed || Holder(connection, redeemed) is not { SignsIn: SignInMeans.None } person)
            {
                return NoLink();
            }

            if (Draft(connection, person, link!, kept) is not { } draft)
            {
                return Problem.Refused("The authenticator was not set up in time, or in another browser. Begin again with the password.");
            }

            if (person.IsStaff && !draft.IsStaff)
            {
                return Problem.Refused("You were given a role at the provider meanwhile, and that needs another link. Ask for it.");
            }

            var step = MatchFirst(draft.Secret, code, now);
            var totp = _key.Seal(connection, person.Id, draft.Secret);
            if (!step.Succeeded || !totp.Succeeded)
            {
                return (step.Problem ?? totp.Problem)!;
            }

            CredentialSql.SetPasswordAndTotp(connection, person.Id, draft.Password, totp.Value, step.Value, now);
            return SignedUp(transaction, person, client, "password and authenticator", withCodes: true);
        },
        cancellationToken);

    /// <summary>Signs up with a passkey whose attestation the portal has verified; uses the link up and signs in.</summary>
    public ValueTask<Result<Enrolled>> SignUpWithPasskeyAsync(string? link, Passkey passkey, PortalClient client, CancellationToken cancellationToken = default) => _database.WriteAsync(
        transaction =>
        {
            var connection = transaction.Connection;
            if (_links.Redeem(transaction, link, PersonLinks.SignUp) is not { } redeemed || Holder(connection, redeemed) is not { SignsIn: SignInMeans.None } person)
            {
                return NoLink();
            }

            // A passkey's page has no code to show.
            if (SignUpCodes.IsNeeded(connection, person))
            {
                return Problem.Refused("Sign up with a password, an authenticator and the code that is told to you by telephone; add the passkey then.");
            }

            return Insert(connection, person, passkey) is { } problem ? problem : SignedUp(transaction, person, client, "passkey", withCodes: false);
        },
        cancellationToken);

    /// <summary>
    /// Mails a link to a new password to whoever has this address and signs in with one. The answer is the same for everybody: nobody learns who there is.
    /// </summary>
    /// <returns>Done, or a wait or trouble that has nothing to do with the address.</returns>
    public async ValueTask<Outcome> AskResetAsync(string email, PortalClient client, CancellationToken cancellationToken = default) => new((await _database.WriteAsync<bool>(
        transaction =>
        {
            var (connection, now) = (transaction.Connection, _time.GetUtcNow());
            if (SignInTries.BlockedUntil(connection, TryRule.ResetOfSource, client.Source, now) is { } until)
            {
                return Problem.LimitReached(string.Create(CultureInfo.InvariantCulture, $"Links were asked for several times. Look into your mail, also among the unwanted, or try again after {until.UtcDateTime:HH:mm} UTC."));
            }

            SignInTries.Count(connection, TryRule.ResetOfSource, client.Source, now);
            var folded = EmailAddress.IsOne(email) ? EmailAddress.Fold(email) : "";
            var isFull = SignInTries.BlockedUntil(connection, TryRule.ResetOfPerson, folded, now) is not null;
            if (!isFull)
            {
                SignInTries.Count(connection, TryRule.ResetOfPerson, folded, now);
            }

            // A link is made for nobody too, so that both take as long; it opens nothing.
            var candidate = CredentialSql.Candidate(connection, email);
            var person = candidate is { Status: PersonStatus.Active, Hash: not null } && !isFull ? PersonSql.Find(connection, candidate.Person) : null;
            var token = _links.Create(transaction, PersonLinks.Reset, PersonLinks.Subject(person?.Id ?? 0), PeopleLimits.ResetLink);
            _audit.Append(transaction, new AuditEntry(PeopleActions.ResetAsked, Actor.Person(folded.Length > 0 ? email : "(no e-mail address)", client.Text, null))
            {
                Subject = folded.Length > 0 ? email : null,
                Outcome = person is null ? AuditOutcome.Refused : AuditOutcome.Done,
                Detail = person is not null ? null : isFull ? "several links were mailed already" : candidate.Person == 0 ? "nobody has this e-mail address" : "the person is suspended or has no password",
            });
            return person is null ? true
                : _mails.Add(transaction, PersonMails.PasswordReset, person, ("link", _options.Link(token)), ("until", Until(PeopleLimits.ResetLink))) is { } problem ? problem : true;
        },
        cancellationToken).ConfigureAwait(false)).Problem);

    /// <summary>Sets a new password through a mailed link and a code (or recovery code), uses the link up, ends all sessions and signs in.</summary>
    public async ValueTask<Result<SignInAnswer>> ResetAsync(string? link, string password, string code, PortalClient client, CancellationToken cancellationToken = default)
    {
        var found = await FindLinkAsync(link, cancellationToken).ConfigureAwait(false);
        if (found is not { Kind: PersonLinkKind.Reset })
        {
            return new SignInAnswer(SignInVerdict.Expired);
        }

        var hashed = await HashAsync(password, found.Person, cancellationToken).ConfigureAwait(false);
        return !hashed.Succeeded ? hashed.Problem : await _database.WriteAsync(
            transaction =>
            {
                var (connection, now) = (transaction.Connection, _time.GetUtcNow());

                // The code first: a wrong one is counted and leaves the link. Both are in one transaction, so of two at once one finds the link used up.
                if (Holder(connection, found.Person.Id) is not { } person || !_links.IsOpen(transaction, link, PersonLinks.Reset) || CredentialSql.Password(connection, person.Id) is null)
                {
                    return new SignInAnswer(SignInVerdict.Expired);
                }

                var actor = Actor.Person(person.Email, client.Text, null);
                var answer = _factor.Check(transaction, person, code, takesRecovery: true, client, actor);
                if (answer is not { Succeeded: true, Value.Verdict: SignInVerdict.Accepted })
                {
                    return answer;
                }

                _links.Redeem(transaction, link, PersonLinks.Reset);
                CredentialSql.SetPassword(connection, person.Id, hashed.Value, now);
                SessionSql.ChangeStamp(connection, person.Id, keep: null);
                PersonLinks.Revoke(transaction, person.Id);
                _audit.Append(transaction, new AuditEntry(PeopleActions.PasswordReset, actor) { Subject = person.Email });
                return Tell(transaction, person, client, "your password for the portal was set anew") is { } problem
                    ? problem
                    : answer.Value with { Token = _signIn.Enter(transaction, person, client, "new password and code") };
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static Person? Holder(DatabaseConnection connection, SecretLink link) => PersonLinks.PersonOf(link) is { } id ? Holder(connection, id) : null;

    private static Person? Holder(DatabaseConnection connection, long id) => PersonSql.Find(connection, id) is { Status: PersonStatus.Active } person ? person : null;

    private static Problem NoLink() => Problem.NotFound("The link does not open anything: it was used, or its time is over. Ask for another one.");

    private string Until(TimeSpan lifetime) => LocalTimes.Show(_time.GetUtcNow() + lifetime, _options.Notifications.Zone);

    private async ValueTask<Result<string>> HashAsync(string password, Person person, CancellationToken cancellationToken) =>
        PasswordRules.Check(password, person.Email, person.Name) is { } problem ? problem
        : await _work.CreateAsync(password, cancellationToken).ConfigureAwait(false) is { } hash ? hash
        : Problem.LimitReached("Too many people sign in at this moment. Try again in a minute.");

    private Result<Enrolled> SignedUp(WriteTransaction transaction, Person person, PortalClient client, string how, bool withCodes)
    {
        PersonLinks.Revoke(transaction, person.Id);
        SignUpCodes.Remove(transaction.Connection, person.Id);
        SessionSql.ChangeStamp(transaction.Connection, person.Id, keep: null);
        _audit.Append(transaction, new AuditEntry(PeopleActions.SignedUp, Actor.Person(person.Email, client.Text, null)) { Subject = person.Email, Detail = how });
        var codes = withCodes ? NewCodes(transaction.Connection, person) : Result.Of<IReadOnlyList<string>>([]);
        return codes.Succeeded ? new Enrolled(_signIn.Enter(transaction, person, client, how), codes.Value) : codes.Problem;
    }

    private Result<IReadOnlyList<string>> NewCodes(DatabaseConnection connection, Person person)
    {
        List<string> codes = [];
        List<byte[]> hashes = [];
        while (codes.Count < SignInLimits.RecoveryCodes)
        {
            var code = RecoveryCode.New();
            var hash = _key.Hash(connection, person.Id, RecoveryCode.Normalise(code)!);
            if (!hash.Succeeded)
            {
                return hash.Problem;
            }

            codes.Add(code);
            hashes.Add(hash.Value);
        }

        CredentialSql.SetRecoveryCodes(connection, person.Id, hashes);
        return Result.Of<IReadOnlyList<string>>(codes);
    }

    private Result<TotpEnrolment> BeginTotp(DatabaseConnection connection, Person person)
    {
        var now = _time.GetUtcNow();
        byte[] secret;
        if (CredentialSql.Next(connection, person.Id, now) is { } waiting)
        {
            var opened = _key.Open(connection, person.Id, waiting);
            if (!opened.Succeeded)
            {
                return opened.Problem;
            }

            secret = opened.Value;
        }
        else
        {
            secret = Totp.NewSecret();
            var next = _key.Seal(connection, person.Id, secret);
            if (!next.Succeeded)
            {
                return next.Problem;
            }

            CredentialSql.SetNext(connection, person.Id, next.Value, now);
        }

        return Enrolment(secret, person);
    }

    private TotpEnrolment Enrolment(byte[] secret, Person person) => new(Base32.Encode(secret), Totp.Uri(secret, _options.Issuer, person.Email));

    /// <summary>What a browser did so far; null for anything else that it sends.</summary>
    private SignUpDraft? Draft(DatabaseConnection connection, Person person, string link, string? kept) =>
        kept is { Length: > 0 and <= SignInLimits.KeptSignUp } && Base64Url.IsValid(kept) && _key.OpenKept(connection, person.Id, link, Base64Url.DecodeFromChars(kept)) is { Succeeded: true } opened
        && SignUpDraft.Unpack(opened.Value) is var draft && draft.Expires > _time.GetUtcNow() ? draft : null;

    private static Result<long> MatchFirst(byte[] secret, string code, DateTimeOffset now) => Totp.Match(secret, code, now, lastUsed: 0) is { } step
        ? step
        : Problem.Refused("The code does not fit. Type the one that your authenticator shows now; the clock of your telephone must be right.");

    /// <summary>Takes the authenticator that is being set up into use, once a code of it is shown.</summary>
    private Problem? FinishTotp(DatabaseConnection connection, Person person, string code, Action<byte[], long> use)
    {
        var now = _time.GetUtcNow();
        if (CredentialSql.Next(connection, person.Id, now) is not { } next)
        {
            return Problem.Refused("The authenticator was not set up in time. Read the new QR code and type its code.");
        }

        var secret = _key.Open(connection, person.Id, next);
        if (!secret.Succeeded)
        {
            return secret.Problem;
        }

        var step = MatchFirst(secret.Value, code, now);
        if (step.Succeeded)
        {
            use(next, step.Value);
        }

        return step.Problem;
    }

    private Problem? Tell(WriteTransaction transaction, Person person, PortalClient client, string what) =>
        _mails.Add(transaction, PersonMails.Changed, person, ("what", what), ("source", client.Text));

    /// <summary>What was decided and committed: the next step, or why not.</summary>
    private sealed record Begun(Problem? Problem, SignUpStep? Step);
}
