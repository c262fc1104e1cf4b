using System.Data.Common;
using System.Security.Cryptography;
using Waybill.Core.Accounts;
using Waybill.Core.Database;

namespace Waybill.Core.People;

/// <summary>The statements of people, their words and roles.</summary>
internal static class PersonSql
{
    private const int StampBytes = 16;

    private const string AtAccount = "r.person_id = @person AND r.account_id = (SELECT id FROM account WHERE number_key = @account)";

    private const string Columns = """
        SELECT p.id, p.email, p.name, p.phone, p.language, p.time_zone, p.status, p.status_reason, p.created_at, p.deactivated_at, p.last_sign_in_at,
          EXISTS (SELECT 1 FROM person_credential c WHERE c.person_id = p.id AND c.password IS NOT NULL), EXISTS (SELECT 1 FROM person_passkey k WHERE k.person_id = p.id)
        """;

    public static Person? Find(DatabaseConnection connection, string email) => EmailAddress.IsOne(email)
        ? WithRoles(connection, connection.First($"{Columns} FROM person p WHERE p.email_key = @key", Read, ("@key", EmailAddress.Fold(email))))
        : null;

    public static Person? Find(DatabaseConnection connection, long id) =>
        WithRoles(connection, connection.First($"{Columns} FROM person p WHERE p.id = @id", Read, ("@id", id)));

    public static Problem Unknown(string email) =>
        Problem.NotFound($"There is no person {Words.Show(email)}. `waybill person list` shows them; `waybill person add` adds one.");

    public static List<RoleGrant> Roles(DatabaseConnection connection, long person) => connection.All(
        """
        SELECT r.role, a.number, r.vendor, a.status FROM person_role r LEFT JOIN account a ON a.id = r.account_id
        WHERE r.person_id = @person ORDER BY a.number_key, r.id
        """,
        static row => new RoleGrant(row.Word<PersonRole>(0), row.TextOrNull(1), row.TextOrNull(2)) { AccountStatus = row.IsDBNull(3) ? null : row.Word<AccountStatus>(3) },
        ("@person", person));

    public static Page<Person> List(DatabaseConnection connection, PersonQuery query)
    {
        var size = Page<Person>.Clamp(query.Size);
        var words = query.Text is null ? [] : SearchWords.Of(query.Text);
        List<(string, object?)> parameters = [("@after", query.After ?? ""), ("@limit", size + 1)];
        var from = "person p";
        List<string> conditions = ["p.email_key > @after"];

        // Whatever has the fewest people is read first; CROSS JOIN keeps SQLite to that.
        void Begin(string people)
        {
            from = $"(SELECT DISTINCT person_id FROM {people}) m CROSS JOIN person p";
            conditions.Add("p.id = m.person_id");
        }

        if (query.Account is not null)
        {
            parameters.Add(("@account", AccountNumber.Fold(query.Account)));
            Begin("person_role WHERE account_id = (SELECT id FROM account WHERE number_key = @account)");
        }

        if (query.ProviderRole is { } role)
        {
            const string AtProvider = "person_role WHERE role = @role AND account_id IS NULL";
            parameters.Add(("@role", role.ToWord()));
            if (query.Account is null)
            {
                Begin(AtProvider);
            }
            else
            {
                conditions.Add($"p.id IN (SELECT person_id FROM {AtProvider})");
            }
        }

        var rarest = query.Account is null && query.ProviderRole is null ? SearchWords.Rarest(connection, "person_word", words) : null;
        foreach (var (index, word) in words.Index())
        {
            var (first, last) = SearchWords.Names(index);
            parameters.Add((first, word));
            parameters.Add((last, SearchWords.After(word)));
            if (word == rarest)
            {
                Begin($"person_word WHERE word >= {first} AND word < {last}");
            }
            else
            {
                conditions.Add($"EXISTS (SELECT 1 FROM person_word w WHERE w.person_id = p.id AND w.word >= {first} AND w.word < {last})");
            }
        }

        var rows = connection.All($"{Columns} FROM {from} WHERE {string.Join(" AND ", conditions)} ORDER BY p.email_key LIMIT @limit", Read, [.. parameters]);
        return new Page<Person>([.. rows.Take(size).Select(person => WithRoles(connection, person)!)], rows.Count > size ? EmailAddress.Fold(rows[size - 1].Email) : null);
    }

    /// <summary>A person's roles at an account, and what its people see of them.</summary>
    public static List<AccountPerson> At(DatabaseConnection connection, Person person, string account) => connection.All(
        $"SELECT r.role, r.vendor, r.known_as, r.seen_at FROM person_role r WHERE {AtAccount} ORDER BY r.id",
        row => new AccountPerson(
            person.Email, row.IsDBNull(3) ? row.TextOrNull(2) ?? person.Name : person.Name, new RoleGrant(row.Word<PersonRole>(0), account, row.TextOrNull(1)), row.TimeOrNull(3)),
        ("@person", person.Id), ("@account", AccountNumber.Fold(account)));

    /// <summary>Whether somebody has a role at an account that was not used there since a time.</summary>
    public static bool IsToBeSeen(DatabaseConnection connection, long person, string account, DateTimeOffset since) => connection.Number(
        $"SELECT EXISTS (SELECT 1 FROM person_role r WHERE {AtAccount} AND (r.seen_at IS NULL OR r.seen_at < @since))",
        ("@person", person), ("@account", AccountNumber.Fold(account)), ("@since", since.ToColumn())) != 0;

    public static void Seen(DatabaseConnection connection, long person, string account, DateTimeOffset now) => connection.Execute(
        $"UPDATE person_role AS r SET seen_at = @now WHERE {AtAccount}", ("@person", person), ("@account", AccountNumber.Fold(account)), ("@now", now.ToColumn()));

    /// <summary>Whether an account has an owner besides somebody who may sign in.</summary>
    public static bool HasAnotherOwner(DatabaseConnection connection, string account, Person person) => connection.Number(
        """
        SELECT EXISTS (SELECT 1 FROM person_role r JOIN person p ON p.id = r.person_id
          WHERE r.account_id = (SELECT id FROM account WHERE number_key = @account) AND r.role = 'owner' AND p.id <> @person AND p.status = 'active')
        """,
        ("@account", AccountNumber.Fold(account)), ("@person", person.Id)) != 0;

    public static Person Insert(DatabaseConnection connection, NewPerson person, DateTimeOffset now)
    {
        connection.Execute(
            """
            INSERT INTO person (email, email_key, name, phone, language, time_zone, status, created_at)
            VALUES (@email, @key, @name, @phone, @language, @zone, 'active', @now)
            """,
            ("@email", person.Email), ("@key", EmailAddress.Fold(person.Email)), ("@name", person.Name), ("@phone", person.Phone), ("@language", person.Language),
            ("@zone", person.TimeZone), ("@now", now.ToColumn()));
        var added = Find(connection, person.Email)!;
        connection.Execute("INSERT INTO person_credential (person_id, stamp, totp_step) VALUES (@id, @stamp, 0)", ("@id", added.Id), ("@stamp", NewStamp()));
        WriteWords(connection, added.Id, added.Email, added.Name);
        return added;
    }

    public static void WriteWords(DatabaseConnection connection, long person, string email, string name)
    {
        connection.Execute("DELETE FROM person_word WHERE person_id = @id", ("@id", person));
        foreach (var word in SearchWords.Of(email).Union(SearchWords.Of(name)))
        {
            connection.Execute("INSERT INTO person_word (word, person_id) VALUES (@word, @id)", ("@word", word), ("@id", person));
        }
    }

    /// <summary>What sessions are compared with: whoever changes it ends them.</summary>
    public static string NewStamp() => RandomNumberGenerator.GetHexString(2 * StampBytes, lowercase: true);

    public static bool IsLastAdministrator(DatabaseConnection connection, Person person) =>
        person.Status == PersonStatus.Active && person.Roles.Any(static role => role.Role == PersonRole.Administrator)
        && connection.Number(
            """
            SELECT count(*) FROM person_role r JOIN person p ON p.id = r.person_id
            WHERE r.role = 'administrator' AND r.account_id IS NULL AND p.status = 'active' AND p.id <> @id
            """,
            ("@id", person.Id)) == 0;

    private static Person? WithRoles(DatabaseConnection connection, Person? person) => person is null ? null : person with { Roles = Roles(connection, person.Id) };

    private static Person Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.GetString(4), row.TextOrNull(5), row.Word<PersonStatus>(6), row.TextOrNull(7), row.Time(8),
        row.TimeOrNull(9), row.TimeOrNull(10), (row.GetInt64(11) != 0 ? SignInMeans.Password : SignInMeans.None) | (row.GetInt64(12) != 0 ? SignInMeans.Passkey : SignInMeans.None), []);
}
