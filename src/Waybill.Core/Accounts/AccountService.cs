using System.Data.Common;
using System.Net.Mail;
using Waybill.Core.Audit;
using Waybill.Core.Database;

namespace Waybill.Core.Accounts;

/// <summary>Accounts: adding, finding, changing, suspending, closing.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
public sealed class AccountService(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    private const int LongestEmail = 254;

    private const int LongestRegion = 32;

    private const string Columns = "SELECT a.id, a.number, a.name, a.email, a.status, a.status_reason, p.number, a.language, a.time_zone, a.created_at, a.region";

    private const string Select = $"{Columns} FROM account a LEFT JOIN account p ON p.id = a.parent_id";

    /// <summary>Adds an account.</summary>
    public async ValueTask<Result<Account>> AddAsync(NewAccount account, Actor actor, CancellationToken cancellationToken = default)
    {
        if (Check(account) is { } problem)
        {
            return problem;
        }

        return await database.WriteAsync<Account>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (Find(connection, account.Number) is { } existing)
                {
                    return Problem.AlreadyExists(existing.Status == AccountStatus.Closed
                        ? $"Account {existing.Number} existed and is closed; its number is not given again. Choose another number."
                        : $"Account {existing.Number} exists already ({existing.Name}). Choose another number.");
                }

                long? parentId = null;
                if (account.Parent is not null)
                {
                    var parent = Find(connection, account.Parent);
                    if (parent is null || parent.Status == AccountStatus.Closed)
                    {
                        return Problem.NotFound($"The parent account {Words.Show(account.Parent)} {(parent is null ? "does not exist" : "is closed")}. Add it first, or leave the parent out.");
                    }

                    parentId = parent.Id;
                }

                connection.Execute(
                    """
                    INSERT INTO account (number, number_key, name, email, status, parent_id, language, time_zone, region, created_at)
                    VALUES (@number, @key, @name, @email, 'active', @parent, @language, @zone, @region, @created)
                    """,
                    ("@number", account.Number),
                    ("@key", AccountNumber.Fold(account.Number)),
                    ("@name", account.Name),
                    ("@email", account.Email),
                    ("@parent", parentId),
                    ("@language", account.Language),
                    ("@zone", account.TimeZone),
                    ("@region", account.Region),
                    ("@created", time.GetUtcNow().ToColumn()));
                audit.Append(transaction, new AuditEntry(AuditActions.AccountAdded, actor) { Account = account.Number, Subject = account.Number, Detail = account.Name });
                var added = Find(connection, account.Number)!;
                AddWords(connection, added);
                return added;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists accounts by number.</summary>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Account>> ListAsync(int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<Account>.Clamp(size);
        return database.ReadAsync(
            connection =>
            {
                var rows = connection.All(
                    $"{Select} WHERE a.number_key > @after ORDER BY a.number_key LIMIT @limit",
                    Read,
                    ("@after", after ?? ""),
                    ("@limit", size + 1));
                return new Page<Account>([.. rows.Take(size)], rows.Count > size ? AccountNumber.Fold(rows[size - 1].Number) : null);
            },
            cancellationToken);
    }

    /// <summary>Searches accounts, by number: each word of the text is the beginning of one of the number or the name.</summary>
    /// <param name="text">The words; without any, all accounts.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="only">The only account that may be found; null for any.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Account>> SearchAsync(string? text, int size = 100, string? after = null, string? only = null, CancellationToken cancellationToken = default)
    {
        var words = SearchWords.Of(text ?? "");
        size = Page<Account>.Clamp(size);

        // Signs alone are a search that finds nothing, not one for everything.
        var isForAll = words.Count == 0 && string.IsNullOrWhiteSpace(text);
        return isForAll && only is null ? ListAsync(size, after, cancellationToken) : database.ReadAsync(
            connection =>
            {
                if (words.Count == 0 && !isForAll)
                {
                    return new Page<Account>([], null);
                }

                // CROSS JOIN keeps SQLite to reading the rarest word first; of one account there is nothing rarer than itself.
                var rarest = only is null ? SearchWords.Rarest(connection, "account_word", words) : null;
                var (from, conditions) = ("account a", new List<string> { "a.number_key > @after" });
                List<(string, object?)> parameters = [("@after", after ?? ""), ("@limit", size + 1)];
                if (only is not null)
                {
                    conditions.Add("a.number_key = @only");
                    parameters.Add(("@only", AccountNumber.Fold(only)));
                }

                foreach (var (index, word) in words.Index())
                {
                    var (first, last) = SearchWords.Names(index);
                    parameters.AddRange([(first, word), (last, SearchWords.After(word))]);
                    if (word == rarest)
                    {
                        from = $"(SELECT DISTINCT account_id FROM account_word WHERE word >= {first} AND word < {last}) m CROSS JOIN account a";
                        conditions.Add("a.id = m.account_id");
                    }
                    else
                    {
                        conditions.Add($"EXISTS (SELECT 1 FROM account_word w WHERE w.account_id = a.id AND w.word >= {first} AND w.word < {last})");
                    }
                }

                var rows = connection.All(
                    $"{Columns} FROM {from} LEFT JOIN account p ON p.id = a.parent_id WHERE {string.Join(" AND ", conditions)} ORDER BY a.number_key LIMIT @limit", Read, [.. parameters]);
                return new Page<Account>([.. rows.Take(size)], rows.Count > size ? AccountNumber.Fold(rows[size - 1].Number) : null);
            },
            cancellationToken);
    }

    /// <summary>Finds an account by its number.</summary>
    public async ValueTask<Result<Account>> FindAsync(string number, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(connection => Find(connection, number), cancellationToken).ConfigureAwait(false) is { } account ? account : Unknown(number);

    /// <summary>Stops all logins of an account until it is resumed. An account that is suspended already stays so.</summary>
    public ValueTask<Result<Account>> SuspendAsync(string number, string? reason, Actor actor, CancellationToken cancellationToken = default) =>
        ChangeStatusAsync(number, AccountStatus.Suspended, reason, AuditActions.AccountSuspended, actor, cancellationToken);

    /// <summary>Lets the logins of a suspended account work again.</summary>
    public ValueTask<Result<Account>> ResumeAsync(string number, Actor actor, CancellationToken cancellationToken = default) =>
        ChangeStatusAsync(number, AccountStatus.Active, null, AuditActions.AccountResumed, actor, cancellationToken);

    /// <summary>Stops all logins of an account for good; its files stay.</summary>
    public ValueTask<Result<Account>> CloseAsync(string number, string? reason, Actor actor, CancellationToken cancellationToken = default) =>
        ChangeStatusAsync(number, AccountStatus.Closed, reason, AuditActions.AccountClosed, actor, cancellationToken);

    /// <summary>Changes what is known of an account. Its number is its name here and in its files, and does not change.</summary>
    public async ValueTask<Result<Account>> ChangeAsync(string number, AccountChange change, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return await database.WriteAsync<Account>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (Find(connection, number) is not { } account)
                {
                    return Unknown(number);
                }

                var changed = account with
                {
                    Name = change.Name ?? account.Name,
                    Email = change.Email is "" ? null : change.Email ?? account.Email,
                    Language = change.Language ?? account.Language,
                    TimeZone = change.TimeZone is "" ? null : change.TimeZone ?? account.TimeZone,
                };
                if (Check(changed.Name, changed.Email, changed.Language, changed.TimeZone) is { } problem)
                {
                    return problem;
                }

                if (changed == account)
                {
                    return account;
                }

                connection.Execute(
                    "UPDATE account SET name = @name, email = @email, language = @language, time_zone = @zone WHERE id = @id",
                    ("@name", changed.Name), ("@email", changed.Email), ("@language", changed.Language), ("@zone", changed.TimeZone), ("@id", account.Id));
                connection.Execute("DELETE FROM account_word WHERE account_id = @id", ("@id", account.Id));
                AddWords(connection, changed);
                audit.Append(transaction, new AuditEntry(AuditActions.AccountChanged, actor) { Account = account.Number, Subject = account.Number, Detail = Describe(account, changed) });
                return changed;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets which of the provider's public host names an account is told; null for any. Connection packs made from then on have them.</summary>
    public async ValueTask<Result<Account>> SetRegionAsync(string number, string? region, Actor actor, CancellationToken cancellationToken = default)
    {
        if (CheckRegion(region) is { } problem)
        {
            return problem;
        }

        return await database.WriteAsync<Account>(
            transaction =>
            {
                if (Find(transaction.Connection, number) is not { } account)
                {
                    return Unknown(number);
                }

                if (account.Region == region)
                {
                    return account;
                }

                transaction.Connection.Execute("UPDATE account SET region = @region WHERE id = @id", ("@region", region), ("@id", account.Id));
                audit.Append(transaction, new AuditEntry(AuditActions.AccountRegion, actor) { Account = account.Number, Subject = account.Number, Detail = region ?? "any" });
                return account with { Region = region };
            },
            cancellationToken).ConfigureAwait(false);
    }

    internal static Account? Find(DatabaseConnection connection, string number) =>
        connection.First($"{Select} WHERE a.number_key = @key", Read, ("@key", AccountNumber.Fold(number)));

    internal static Problem Unknown(string number) =>
        Problem.NotFound($"There is no account {Words.Show(number)}. `waybill account list` shows them; `waybill account add` adds one.");

    private static Account Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.Word<AccountStatus>(4), row.TextOrNull(5), row.TextOrNull(6), row.GetString(7),
        row.TextOrNull(8), row.Time(9), row.TextOrNull(10));

    private static Problem? Check(NewAccount account)
    {
        if ((AccountNumber.Check(account.Number) ?? Check(account.Name, account.Email, account.Language, account.TimeZone) ?? CheckRegion(account.Region)) is { } problem)
        {
            return problem;
        }

        return account.Parent is not null && string.Equals(account.Parent, account.Number, StringComparison.OrdinalIgnoreCase)
            ? Problem.Invalid("An account cannot be its own parent. Leave the parent out.")
            : null;
    }

    private static Problem? Check(string name, string? email, string language, string? zone) =>
        Words.Check("company name", name)
        ?? (email is not null && !(email.Length <= LongestEmail && MailAddress.TryCreate(email, out var address) && address.Address == email)
            ? Problem.Invalid($"'{Words.Show(email)}' is no e-mail address. Give one as name@example.com.")
            : !IsLanguage(language) ? Problem.Invalid($"'{Words.Show(language)}' is no language. Give one as en or de-AT.")
            : zone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)
            ? Problem.Invalid($"'{Words.Show(zone)}' is no time zone of this system. Give one as Europe/London.")
            : null);

    private static void AddWords(DatabaseConnection connection, Account account)
    {
        foreach (var word in SearchWords.Of(account.Number).Union(SearchWords.Of(account.Name)))
        {
            connection.Execute("INSERT INTO account_word (word, account_id) VALUES (@word, @id)", ("@word", word), ("@id", account.Id));
        }
    }

    /// <summary>What changed, as it was and as it is.</summary>
    private static string Describe(Account before, Account after) => string.Join(
        "; ",
        new[] { ("name", before.Name, after.Name), ("e-mail", before.Email, after.Email), ("language", before.Language, after.Language), ("time zone", before.TimeZone, after.TimeZone) }
            .Where(static each => each.Item2 != each.Item3).Select(static each => $"{each.Item1} {each.Item2 ?? "none"} -> {each.Item3 ?? "none"}"));

    private static Problem? CheckRegion(string? region) =>
        region is null || (region.Length is > 0 and <= LongestRegion && region.All(static each => char.IsAsciiLetterOrDigit(each) || each == '-'))
            ? null
            : Problem.Invalid($"'{Words.Show(region)}' is no region: use 1 to {LongestRegion} of A-Z a-z 0-9 -, as in Ssh:Public of the configuration.");

    internal static bool IsLanguage(string text)
    {
        const int Longest = 16;
        var parts = text.Split('-');
        return text.Length <= Longest && parts[0].Length is 2 or 3 && parts[0].All(char.IsAsciiLetterLower)
            && parts.Skip(1).All(static part => part.Length is >= 2 and <= 8 && part.All(char.IsAsciiLetterOrDigit));
    }

    private async ValueTask<Result<Account>> ChangeStatusAsync(
        string number, AccountStatus status, string? reason, string action, Actor actor, CancellationToken cancellationToken)
    {
        if (reason is not null && Words.Check("reason", reason) is { } problem)
        {
            return problem;
        }

        return await database.WriteAsync<Account>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (Find(connection, number) is not { } account)
                {
                    return Unknown(number);
                }

                if (account.Status == status)
                {
                    return account;
                }

                if (account.Status == AccountStatus.Closed)
                {
                    return Problem.Refused($"Account {account.Number} is closed, and that is for good. Add a new account instead.");
                }

                connection.Execute(
                    "UPDATE account SET status = @status, status_reason = @reason WHERE id = @id",
                    ("@status", status.ToWord()),
                    ("@reason", reason),
                    ("@id", account.Id));
                transaction.TouchLogins();
                audit.Append(transaction, new AuditEntry(action, actor) { Account = account.Number, Subject = account.Number, Detail = reason });
                return account with { Status = status, StatusReason = reason };
            },
            cancellationToken).ConfigureAwait(false);
    }
}
