using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Links;
using Waybill.Core.Onboarding;

namespace Waybill.Core.People;

/// <summary>Lets people in for the first time, or again: a link to sign up with, mailed or handed over.</summary>
public sealed class InvitationService
{
    private readonly WaybillDatabase _database;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly SecretLinks _links;
    private readonly PeopleOptions _options;
    private readonly PersonMails _mails;
    private readonly PersonService _people;
    private readonly SignUpCodes _codes;

    internal InvitationService(
        WaybillDatabase database, AuditLog audit, TimeProvider time, SecretLinks links, PeopleOptions options, PersonMails mails, PersonService people, SignUpCodes codes)
    {
        (_database, _audit, _time, _links, _options) = (database, audit, time, links, options);
        (_mails, _people, _codes) = (mails, people, codes);
    }

    /// <summary>Adds a person with roles and a sign-up link.</summary>
    /// <param name="person">The person.</param>
    /// <param name="handOver">Whether the link is answered, for whoever hands it over; else it is mailed.</param>
    /// <param name="actor">Who adds.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<Invitation>> AddAsync(NewPerson person, bool handOver, Actor actor, CancellationToken cancellationToken = default) => _database.WriteAsync(
        transaction =>
        {
            var added = _people.Add(transaction, person, actor);
            return added.Succeeded ? Invite(transaction, added.Value, handOver, actor) : added.Problem;
        },
        cancellationToken);

    /// <summary>Gives somebody who has not signed up yet another link.</summary>
    public ValueTask<Result<Invitation>> InviteAsync(string email, bool handOver, Actor actor, CancellationToken cancellationToken = default) => _database.WriteAsync(
        transaction => PersonSql.Find(transaction.Connection, email) is not { } person ? PersonSql.Unknown(email)
            : person.Status == PersonStatus.Suspended ? Problem.Refused($"{person.Email} is suspended. `waybill person resume` first.")
            : person.SignsIn != SignInMeans.None
                ? Problem.Refused($"{person.Email} has signed up already. Whoever has lost the means to sign in gets new ones with `waybill person reset`.")
            : Invite(transaction, person, handOver, actor),
        cancellationToken);

    /// <summary>
    /// Gives somebody a role at an account, whether they are known or not: whoever invites learns nothing of people of other accounts. Who is new gets a sign-up link by
    /// mail, who is not is told. Who has the role, or more, is not invited to it again.
    /// </summary>
    public async ValueTask<Outcome> InviteToAccountAsync(NewPerson person, Actor actor, CancellationToken cancellationToken = default)
    {
        if (person.Roles is not [{ IsAtProvider: false } role])
        {
            throw new ArgumentException("Exactly one role, at an account.", nameof(person));
        }

        return new((await _database.WriteAsync<bool>(transaction => InviteToAccount(transaction, person, role, actor), cancellationToken).ConfigureAwait(false)).Problem);
    }

    /// <summary>Takes all means to sign in away from somebody who has lost them or whose are in wrong hands, and sends a link to choose new ones. The person is told in any case.</summary>
    public ValueTask<Result<Invitation>> ResetAsync(string email, string reason, bool handOver, Actor actor, CancellationToken cancellationToken = default) => _database.WriteAsync<Invitation>(
        transaction =>
        {
            if (PersonSql.Find(transaction.Connection, email) is not { } person)
            {
                return PersonSql.Unknown(email);
            }

            if (Words.Check("reason", reason) is { } problem)
            {
                return problem;
            }

            if (person.Status == PersonStatus.Suspended)
            {
                return Problem.Refused($"{person.Email} is suspended. `waybill person resume` first.");
            }

            CredentialSql.Reset(transaction.Connection, person.Id);
            PersonLinks.Revoke(transaction, person.Id);
            var code = _codes.Prepare(transaction, person, handOver);
            if (!code.Succeeded)
            {
                return code.Problem;
            }

            var token = _links.Create(transaction, PersonLinks.SignUp, PersonLinks.Subject(person.Id), PeopleLimits.SignUpLink);
            _audit.Append(transaction, new AuditEntry(PeopleActions.CredentialsReset, actor) { Subject = person.Email, Detail = reason });
            var told = _mails.Add(
                transaction, PersonMails.CredentialsReset, person, ("reason", reason), ("link", handOver ? "(you get the link from your provider)" : _options.Link(token)),
                ("code", CodeWords(code.Value)), ("until", Until()));
            return told is not null ? told : new Invitation(
                PersonSql.Find(transaction.Connection, person.Id)!, handOver ? _options.Link(token) : null, _time.GetUtcNow() + PeopleLimits.SignUpLink) { Code = code.Value.Length > 0 ? code.Value : null };
        },
        cancellationToken);

    private Result<bool> InviteToAccount(WriteTransaction transaction, NewPerson person, RoleGrant role, Actor actor)
    {
        // What is said of a name must not tell who is known already.
        if (PersonService.Check(person) is { } wrong)
        {
            return wrong;
        }

        var (connection, now) = (transaction.Connection, _time.GetUtcNow());
        var known = PersonSql.Find(connection, person.Email);
        var held = known?.Roles.Where(each => string.Equals(each.Account, role.Account, StringComparison.OrdinalIgnoreCase)).ToList() ?? [];

        // An owner invited as a member is owner no more: the last one would leave the account without any.
        if (held.Find(each => each.Role < role.Role) is { } higher)
        {
            return Problem.Refused($"{known!.Email} is {higher} already, which is more. Take that role away first.");
        }

        // An account's owner makes no link for somebody of the provider: it would end the one that has a code.
        var isWaiting = known is not null && (known.Status == PersonStatus.Suspended || (known.SignsIn == SignInMeans.None && (known.IsStaff || HasFreshLink(connection, known, now))));
        if (known is not null && held.Find(each => each.Role == role.Role && string.Equals(each.Vendor, role.Vendor, StringComparison.OrdinalIgnoreCase)) is { } same
            && (isWaiting || known.SignsIn != SignInMeans.None))
        {
            return Problem.AlreadyExists($"{known.Email} is {same} already, and gets no further mail about it.");
        }

        if (known is null)
        {
            var added = _people.Add(transaction, person with { Roles = [] }, actor);
            if (!added.Succeeded)
            {
                return added.Problem;
            }

            known = added.Value;
        }

        if (_people.Grant(transaction, known, role, actor, person.Name) is { } problem)
        {
            return problem;
        }

        // Whoever is not mailed learns of the role by the link that they have; whoever invites reads the same words.
        if (isWaiting)
        {
            return true;
        }

        if (!FormThrottle.CountInvitation(connection, role.Account!, now))
        {
            return Problem.LimitReached($"{PeopleLimits.Invitations} people were invited to this account within an hour, and more mails are not sent. Try again in an hour.");
        }

        var unsent = known.SignsIn == SignInMeans.None
            ? Invite(transaction, known, handOver: false, actor).Problem
            : _mails.Add(transaction, PersonMails.Joined, known, ("role", PortalPermissions.Name(role.Role) + " of account " + role.Account));
        return unsent is null ? true : unsent;
    }

    private static bool HasFreshLink(DatabaseConnection connection, Person person, DateTimeOffset now) =>
        SecretLinks.IsMadeSince(connection, PersonLinks.SignUp, PersonLinks.Subject(person.Id), now - PeopleLimits.FreshLink);

    /// <summary>That there is a code, for the mail that does not hold it.</summary>
    private static string CodeWords(string code) => code.Length == 0 ? "" : " You also need a code, which is told to you by telephone and stands in no mail.";

    private string Until() => LocalTimes.Show(_time.GetUtcNow() + PeopleLimits.SignUpLink, _options.Notifications.Zone);

    private Result<Invitation> Invite(WriteTransaction transaction, Person person, bool handOver, Actor actor)
    {
        var code = _codes.Prepare(transaction, person, handOver);
        if (!code.Succeeded)
        {
            return code.Problem;
        }

        var token = _links.Create(transaction, PersonLinks.SignUp, PersonLinks.Subject(person.Id), PeopleLimits.SignUpLink);
        _audit.Append(transaction, new AuditEntry(PeopleActions.Invited, actor) { Subject = person.Email, Detail = handOver ? "the link was handed over" : "the link was mailed" });
        return !handOver && _mails.Add(transaction, PersonMails.SignUp, person, ("link", _options.Link(token)), ("code", CodeWords(code.Value)), ("until", Until())) is { } problem
            ? problem
            : new Invitation(person, handOver ? _options.Link(token) : null, _time.GetUtcNow() + PeopleLimits.SignUpLink) { Code = code.Value.Length > 0 ? code.Value : null };
    }
}
