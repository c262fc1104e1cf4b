using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.People;

/// <summary>People: adding, finding, suspending, removing, and what they are.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
public sealed class PersonService(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>Adds a person, with roles.</summary>
    public ValueTask<Result<Person>> AddAsync(NewPerson person, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync(transaction => Add(transaction, person, actor), cancellationToken);

    /// <summary>Lists or searches people, by e-mail address.</summary>
    public ValueTask<Page<Person>> ListAsync(PersonQuery query, CancellationToken cancellationToken = default) =>
        database.ReadAsync(connection => PersonSql.List(connection, query), cancellationToken);

    /// <summary>Lists the people of an account for its own people, by e-mail address; the page's size counts people, who may have several roles.</summary>
    public ValueTask<Page<AccountPerson>> ListAtAsync(string account, int size, string? after, CancellationToken cancellationToken = default) => database.ReadAsync(
        connection =>
        {
            var page = PersonSql.List(connection, new PersonQuery { Account = account, Size = size, After = after });
            return new Page<AccountPerson>([.. page.Items.SelectMany(person => PersonSql.At(connection, person, account))], page.Next);
        },
        cancellationToken);

    /// <summary>Notes that somebody is at the pages of an account where they have a role: whoever invited them may know their name now.</summary>
    public async ValueTask SeenAsync(Person person, string account, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(person);
        var now = time.GetUtcNow();
        if (await database.ReadAsync(connection => PersonSql.IsToBeSeen(connection, person.Id, account, now - PeopleLimits.SeenAgain), cancellationToken).ConfigureAwait(false))
        {
            // That it could not be written down is no reason to keep anybody from the page.
            await database.WriteAsync<bool>(
                transaction =>
                {
                    PersonSql.Seen(transaction.Connection, person.Id, account, now);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds a person by the e-mail address.</summary>
    public async ValueTask<Result<Person>> FindAsync(string email, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(connection => PersonSql.Find(connection, email), cancellationToken).ConfigureAwait(false) is { } person ? person : PersonSql.Unknown(email);

    /// <summary>Changes what is known of a person. The address is the person's name here and does not change.</summary>
    public ValueTask<Result<Person>> ChangeAsync(string email, PersonChange change, Actor actor, CancellationToken cancellationToken = default) =>
        WriteAsync(
            email,
            (transaction, person) =>
            {
                var changed = person with
                {
                    Name = change.Name ?? person.Name,
                    Phone = change.Phone is "" ? null : change.Phone ?? person.Phone,
                    Language = change.Language ?? person.Language,
                    TimeZone = change.TimeZone is "" ? null : change.TimeZone ?? person.TimeZone,
                };
                if (Check(changed.Name, changed.Phone, changed.Language, changed.TimeZone) is { } problem)
                {
                    return problem;
                }

                if (changed != person)
                {
                    transaction.Connection.Execute(
                        "UPDATE person SET name = @name, phone = @phone, language = @language, time_zone = @zone WHERE id = @id",
                        ("@name", changed.Name), ("@phone", changed.Phone), ("@language", changed.Language), ("@zone", changed.TimeZone), ("@id", person.Id));
                    PersonSql.WriteWords(transaction.Connection, person.Id, person.Email, changed.Name);
                    audit.Append(transaction, new AuditEntry(PeopleActions.Changed, actor) { Subject = person.Email, Detail = changed.Name });
                }

                return changed;
            },
            cancellationToken);

    /// <summary>Gives a person a role; one that they have already stays. At an account the newer of owner and member counts.</summary>
    public ValueTask<Result<Person>> GrantAsync(string email, RoleGrant role, Actor actor, CancellationToken cancellationToken = default) =>
        WriteAsync(
            email,
            (transaction, person) => Grant(transaction, person, role, actor) is { } problem ? problem : PersonSql.Find(transaction.Connection, person.Id)!,
            cancellationToken);

    /// <summary>Takes a role away.</summary>
    public ValueTask<Result<Person>> RevokeAsync(string email, RoleGrant role, Actor actor, CancellationToken cancellationToken = default) =>
        WriteAsync(email, (transaction, person) => Revoke(transaction, person, role, actor), cancellationToken);

    /// <summary>Takes a role at an account away, for its owners: the last one of them who may sign in stays, or nobody could invite anybody.</summary>
    public ValueTask<Result<Person>> TakeAwayAsync(string email, RoleGrant role, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(role);
        ArgumentOutOfRangeException.ThrowIfEqual(role.IsAtProvider, true, nameof(role));
        return WriteAsync(
            email,
            (transaction, person) => role.Role == PersonRole.Owner && !PersonSql.HasAnotherOwner(transaction.Connection, role.Account!, person)
                ? Problem.Refused($"{person.Email} is the last owner of the account. Make somebody else an owner first, or ask your provider.")
                : Revoke(transaction, person, role, actor),
            cancellationToken);
    }

    /// <summary>Keeps a person out until they are resumed; their sessions end. One who is suspended already stays so.</summary>
    public ValueTask<Result<Person>> SuspendAsync(string email, string? reason, Actor actor, CancellationToken cancellationToken = default) =>
        WriteAsync(
            email,
            (transaction, person) =>
            {
                if (reason is not null && Words.Check("reason", reason) is { } problem)
                {
                    return problem;
                }

                if (person.Status == PersonStatus.Suspended)
                {
                    return person;
                }

                if (PersonSql.IsLastAdministrator(transaction.Connection, person))
                {
                    return LastAdministrator(person);
                }

                var now = time.GetUtcNow();
                transaction.Connection.Execute(
                    "UPDATE person SET status = 'suspended', status_reason = @reason, deactivated_at = @now WHERE id = @id",
                    ("@reason", reason), ("@now", now.ToColumn()), ("@id", person.Id));
                transaction.Connection.Execute("DELETE FROM portal_session WHERE person_id = @id", ("@id", person.Id));
                audit.Append(transaction, new AuditEntry(PeopleActions.Suspended, actor) { Subject = person.Email, Detail = reason });
                return PersonSql.Find(transaction.Connection, person.Id)!;
            },
            cancellationToken);

    /// <summary>Lets a suspended person in again.</summary>
    public ValueTask<Result<Person>> ResumeAsync(string email, Actor actor, CancellationToken cancellationToken = default) =>
        WriteAsync(
            email,
            (transaction, person) =>
            {
                if (person.Status == PersonStatus.Active)
                {
                    return person;
                }

                transaction.Connection.Execute(
                    "UPDATE person SET status = 'active', status_reason = NULL, deactivated_at = NULL WHERE id = @id", ("@id", person.Id));
                audit.Append(transaction, new AuditEntry(PeopleActions.Resumed, actor) { Subject = person.Email });
                return PersonSql.Find(transaction.Connection, person.Id)!;
            },
            cancellationToken);

    /// <summary>Removes a person with roles, credentials, sessions and links. Audit rows stay.</summary>
    public ValueTask<Result<Person>> RemoveAsync(string email, Actor actor, CancellationToken cancellationToken = default) =>
        WriteAsync(
            email,
            (transaction, person) =>
            {
                if (PersonSql.IsLastAdministrator(transaction.Connection, person))
                {
                    return LastAdministrator(person);
                }

                // Before the number can be somebody else's.
                PersonLinks.Revoke(transaction, person.Id);
                transaction.Connection.Execute("DELETE FROM person WHERE id = @id", ("@id", person.Id));
                audit.Append(transaction, new AuditEntry(PeopleActions.Removed, actor) { Subject = person.Email, Detail = string.Join(", ", person.Roles) });
                return person;
            },
            cancellationToken);

    /// <summary>Adds a person as part of a larger change.</summary>
    internal Result<Person> Add(WriteTransaction transaction, NewPerson person, Actor actor)
    {
        if (Check(person) is { } problem)
        {
            return problem;
        }

        var connection = transaction.Connection;
        if (PersonSql.Find(connection, person.Email) is { } existing)
        {
            return Problem.AlreadyExists($"{existing.Email} is there already ({Words.Show(existing.Name)}). `waybill person grant` gives another role.");
        }

        var added = PersonSql.Insert(connection, person, time.GetUtcNow());
        audit.Append(transaction, new AuditEntry(PeopleActions.Added, actor) { Subject = added.Email, Detail = added.Name });
        foreach (var role in person.Roles)
        {
            if (Grant(transaction, added, role, actor) is { } refused)
            {
                return refused;
            }

            added = PersonSql.Find(connection, added.Id)!;
        }

        return added;
    }

    /// <summary>What is wrong with somebody who is to be added; null for nothing.</summary>
    internal static Problem? Check(NewPerson person) => EmailAddress.Check(person.Email) ?? Check(person.Name, person.Phone, person.Language, person.TimeZone);

    /// <summary>Gives a role as part of a larger change; <paramref name="knownAs"/> is what an account that invites calls the person.</summary>
    internal Problem? Grant(WriteTransaction transaction, Person person, RoleGrant role, Actor actor, string? knownAs = null)
    {
        var connection = transaction.Connection;
        if (CheckShape(role) is { } problem)
        {
            return problem;
        }

        Account? account = null;
        if (role.Account is not null)
        {
            account = AccountService.Find(connection, role.Account);
            if (account is null || account.Status == AccountStatus.Closed)
            {
                return account is null ? AccountService.Unknown(role.Account) : Problem.Refused($"Account {account.Number} is closed: nobody gets a role at it.");
            }
        }

        var granted = role with { Account = account?.Number };
        if (person.Roles.Any(held => IsSame(held, granted)))
        {
            return null;
        }

        // Owner and member are one place at the account.
        var before = granted.Role is not (PersonRole.Owner or PersonRole.Member) ? null : connection.First(
            "DELETE FROM person_role WHERE person_id = @person AND account_id = @account AND role IN ('owner', 'member') RETURNING known_as, seen_at",
            static row => new Place(row.TextOrNull(0), row.TimeOrNull(1)), ("@person", person.Id), ("@account", account!.Id));
        var replaced = before is not null;
        if (!replaced && person.Roles.Count >= PeopleLimits.Roles)
        {
            return Problem.LimitReached($"{person.Email} has {PeopleLimits.Roles} roles, and no more are kept for one person. Revoke one first.");
        }

        if (account is not null
            && connection.Number("SELECT count(DISTINCT person_id) FROM person_role WHERE account_id = @id AND person_id <> @person", ("@id", account.Id), ("@person", person.Id)) >= PeopleLimits.AtAccount)
        {
            return Problem.LimitReached($"Account {account.Number} has {PeopleLimits.AtAccount} people, and no more are kept for one account. Revoke somebody's role first.");
        }

        connection.Execute(
            """
            INSERT INTO person_role (person_id, role, account_id, vendor, vendor_key, granted_at, granted_by, known_as, seen_at)
            VALUES (@person, @role, @account, @vendor, @vendorKey, @now, @by, @known, @seen)
            """,
            ("@person", person.Id), ("@role", granted.Role.ToWord()), ("@account", account?.Id), ("@vendor", granted.Vendor), ("@vendorKey", granted.Vendor?.ToLowerInvariant() ?? ""),
            ("@now", time.GetUtcNow().ToColumn()), ("@by", actor.Name), ("@known", knownAs ?? before?.KnownAs), ("@seen", before?.Seen?.ToColumn()));
        audit.Append(transaction, new AuditEntry(PeopleActions.RoleGranted, actor) { Account = granted.Account, Subject = person.Email, Detail = granted.ToString() });
        return null;
    }

    private Result<Person> Revoke(WriteTransaction transaction, Person person, RoleGrant role, Actor actor)
    {
        var connection = transaction.Connection;
        if (person.Roles.FirstOrDefault(each => IsSame(each, role)) is not { } held)
        {
            return Problem.NotFound($"{person.Email} is not {Words.Show(role.ToString())}. `waybill person show` lists the roles.");
        }

        if (held.Role == PersonRole.Administrator && PersonSql.IsLastAdministrator(connection, person))
        {
            return LastAdministrator(person);
        }

        connection.Execute(
            """
            DELETE FROM person_role WHERE person_id = @person AND role = @role AND vendor_key = @vendor
              AND account_id IS (SELECT id FROM account WHERE number_key = @account)
            """,
            ("@person", person.Id), ("@role", held.Role.ToWord()), ("@vendor", held.Vendor?.ToLowerInvariant() ?? ""),
            ("@account", held.Account is null ? null : AccountNumber.Fold(held.Account)));
        audit.Append(transaction, new AuditEntry(PeopleActions.RoleRevoked, actor) { Account = held.Account, Subject = person.Email, Detail = held.ToString() });
        return PersonSql.Find(connection, person.Id)!;
    }

    private static bool IsSame(RoleGrant one, RoleGrant other) =>
        one.Role == other.Role && string.Equals(one.Account, other.Account, StringComparison.OrdinalIgnoreCase) && string.Equals(one.Vendor, other.Vendor, StringComparison.OrdinalIgnoreCase);

    private static Problem? CheckShape(RoleGrant role)
    {
        var word = role.Role.ToWord();
        if (role.IsAtProvider)
        {
            return role.Account is null && role.Vendor is null ? null : Problem.Invalid($"{word} is a role at the provider. Leave account and vendor out.");
        }

        if (role.Account is null)
        {
            return Problem.Invalid($"{word} is a role at an account. Say which with --account NUMBER.");
        }

        if (role.Role == PersonRole.Vendor)
        {
            return role.Vendor is null
                ? Problem.Invalid("A vendor contact works for a vendor of the account. Say which with --vendor SHORT.")
                : Logins.UserName.CheckVendor(role.Vendor);
        }

        return role.Vendor is null ? null : Problem.Invalid($"A vendor's short name goes with the role vendor, not {word}. Leave --vendor out.");
    }

    private static Problem LastAdministrator(Person person) =>
        Problem.Refused($"{person.Email} is the last administrator who can sign in. Add another first: `waybill person add EMAIL --name TEXT --provider administrator`.");

    private static Problem? Check(string name, string? phone, string language, string? zone)
    {
        if (Words.Check("name", name) is { } problem)
        {
            return problem;
        }

        if (phone is not null && (phone.Length > PeopleLimits.Phone || !phone.Any(char.IsAsciiDigit) || phone.Any(static c => !char.IsAsciiDigit(c) && !"+-./() x".Contains(c, StringComparison.Ordinal))))
        {
            return Problem.Invalid($"'{Words.Show(phone)}' is no telephone number. Give one as +44 20 7946 0000, at most {PeopleLimits.Phone} characters.");
        }

        if (!AccountService.IsLanguage(language))
        {
            return Problem.Invalid($"'{Words.Show(language)}' is no language. Give one as en or de-AT.");
        }

        return zone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)
            ? Problem.Invalid($"'{Words.Show(zone)}' is no time zone of this system. Give one as Europe/London.")
            : null;
    }

    private ValueTask<Result<Person>> WriteAsync(string email, Func<WriteTransaction, Person, Result<Person>> change, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => PersonSql.Find(transaction.Connection, email) is { } person ? change(transaction, person) : PersonSql.Unknown(email), cancellationToken);

    private sealed record Place(string? KnownAs, DateTimeOffset? Seen);
}
