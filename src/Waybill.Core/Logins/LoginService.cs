using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.People;
using Waybill.Storage;

namespace Waybill.Core.Logins;

/// <summary>Logins: adding, finding, suspending, removing.</summary>
/// <param name="database">Where they are kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
/// <param name="time">The clock.</param>
public sealed class LoginService(WaybillDatabase database, AuditLog audit, TimeProvider time)
{
    /// <summary>Adds a login.</summary>
    public ValueTask<Result<Login>> AddAsync(NewLogin login, Actor actor, CancellationToken cancellationToken = default) =>
        database.WriteAsync<Login>(transaction => Add(transaction, login, actor), cancellationToken);

    /// <summary>Adds a login in the transaction of something larger.</summary>
    internal Result<Login> Add(WriteTransaction transaction, NewLogin login, Actor actor)
    {
        if (CheckAccountGiven(login) is { } problem)
        {
            return problem;
        }

        var networks = AllowedNetworks.Parse(login.AllowFrom);
        if (!networks.Succeeded)
        {
            return networks.Problem;
        }

        var start = ParseStart(login.StartDirectory);
        if (!start.Succeeded)
        {
            return start.Problem;
        }

        var connection = transaction.Connection;
        Account? account = null;
        if (login.Account is not null)
        {
            account = AccountService.Find(connection, login.Account);
            if (account is null)
            {
                return AccountService.Unknown(login.Account);
            }

            if (account.Status == AccountStatus.Closed)
            {
                return Problem.Refused($"Account {account.Number} is closed: it gets no more logins. Use another account.");
            }
        }

        var named = Name(login, account);
        if (!named.Succeeded)
        {
            return named.Problem;
        }

        var (userName, vendor) = named.Value;
        if (LoginSql.Find(connection, userName) is { } taken)
        {
            var whose = taken.Account is null ? "" : $" for account {taken.Account}";
            return Problem.AlreadyExists($"The user name {taken.UserName} is taken{whose}. Choose another one, or use that login.");
        }

        connection.Execute(
            """
            INSERT INTO login (id, user_name, user_key, kind, account_id, vendor, start_directory, allow_from, status, created_at)
            SELECT MAX(value, COALESCE((SELECT MAX(id) FROM login), 0)) + 1, @name, @key, @kind, @account, @vendor, @start, @allow, 'active', @created
            FROM revision WHERE topic = 'login-removed'
            """,
            ("@name", userName),
            ("@key", UserName.Fold(userName)),
            ("@kind", login.Kind.ToWord()),
            ("@account", account?.Id),
            ("@vendor", vendor),
            ("@start", start.Value.IsRoot ? null : start.Value.ToString()),
            ("@allow", networks.Value.ToString()),
            ("@created", time.GetUtcNow().ToColumn()));
        transaction.TouchLogins();
        audit.Append(transaction, new AuditEntry(AuditActions.LoginAdded, actor)
        {
            Account = account?.Number,
            Subject = userName,
            Detail = $"kind {login.Kind.ToWord()}" + (networks.Value.Networks.Count == 0 ? "" : $", from {networks.Value}"),
        });
        return LoginSql.Find(connection, userName)!;
    }

    /// <summary>Lists logins by user name.</summary>
    /// <param name="account">Only those of this account; null lists all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Login>> ListAsync(string? account = null, int size = 100, string? after = null, CancellationToken cancellationToken = default)
    {
        size = Page<Login>.Clamp(size);
        return database.ReadAsync(
            connection =>
            {
                var rows = account is null
                    ? connection.All(
                        $"{LoginSql.Select} WHERE l.user_key > @after ORDER BY l.user_key LIMIT @limit",
                        LoginSql.Read,
                        ("@after", after ?? ""),
                        ("@limit", size + 1))
                    : connection.All(
                        $"{LoginSql.Select} WHERE a.number_key = @account AND l.user_key > @after ORDER BY l.user_key LIMIT @limit",
                        LoginSql.Read,
                        ("@account", AccountNumber.Fold(account)),
                        ("@after", after ?? ""),
                        ("@limit", size + 1));
                return new Page<Login>([.. rows.Take(size)], rows.Count > size ? UserName.Fold(rows[size - 1].UserName) : null);
            },
            cancellationToken);
    }

    /// <summary>Lists logins whose user name begins so, by user name.</summary>
    /// <param name="beginning">The beginning; null or empty lists all.</param>
    /// <param name="size">The page's size.</param>
    /// <param name="after"><see cref="Page{T}.Next"/> of the page before.</param>
    /// <param name="account">Only those of this account; null for all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Page<Login>> SearchAsync(string? beginning, int size = 100, string? after = null, string? account = null, CancellationToken cancellationToken = default)
    {
        size = Page<Login>.Clamp(size);
        var first = UserName.Fold(beginning?.Trim() ?? "");
        return database.ReadAsync(
            connection =>
            {
                // One bound below: of two SQLite takes the first, and would read all names before the beginning.
                var goesOn = string.CompareOrdinal(after, first) >= 0;
                var rows = connection.All(
                    $"{LoginSql.Select} WHERE {(account is null ? "" : "a.number_key = @account AND ")}l.user_key {(goesOn ? ">" : ">=")} @from AND l.user_key < @last ORDER BY l.user_key LIMIT @limit",
                    LoginSql.Read,
                    ("@account", account is null ? null : AccountNumber.Fold(account)), ("@from", goesOn ? after : first), ("@last", SearchWords.After(first)), ("@limit", size + 1));
                return new Page<Login>([.. rows.Take(size)], rows.Count > size ? UserName.Fold(rows[size - 1].UserName) : null);
            },
            cancellationToken);
    }

    /// <summary>Finds a login by its user name.</summary>
    public async ValueTask<Result<Login>> FindAsync(string userName, CancellationToken cancellationToken = default) =>
        await database.ReadAsync(connection => LoginSql.Find(connection, userName), cancellationToken).ConfigureAwait(false) is { } login
            ? login
            : LoginSql.Unknown(userName);

    /// <summary>Stops a login until it is resumed; its sessions end. One that is suspended already stays so; what its own account suspended becomes the
    /// provider's, with the reason of the provider.</summary>
    public async ValueTask<Result<Login>> SuspendAsync(string userName, string? reason, Actor actor, CancellationToken cancellationToken = default) =>
        reason is not null && Words.Check("reason", reason) is { } problem
            ? problem
            : await ChangeStatusAsync(userName, LoginStatus.Suspended, reason, AuditActions.LoginSuspended, actor, cancellationToken).ConfigureAwait(false);

    /// <summary>Lets a suspended login work again.</summary>
    public ValueTask<Result<Login>> ResumeAsync(string userName, Actor actor, CancellationToken cancellationToken = default) =>
        ChangeStatusAsync(userName, LoginStatus.Active, null, AuditActions.LoginResumed, actor, cancellationToken);

    /// <summary>Lets a login work again that its own account has suspended, and none that the provider has.</summary>
    internal ValueTask<Result<Login>> ResumeByAccountAsync(string userName, Actor actor, CancellationToken cancellationToken) =>
        ChangeStatusAsync(
            userName, LoginStatus.Active, null, AuditActions.LoginResumed, actor, cancellationToken,
            login => AccountVendors.IsByAccount(login) ? null : Problem.Refused("Your provider has suspended this login. Ask your provider."));

    /// <summary>Sets the networks that a login may come from, in place of those before; none means anywhere. Sessions from elsewhere end.</summary>
    public async ValueTask<Result<Login>> SetAllowedNetworksAsync(
        string userName, IReadOnlyList<string> networks, Actor actor, CancellationToken cancellationToken = default)
    {
        var parsed = AllowedNetworks.Parse(networks);
        return !parsed.Succeeded ? parsed.Problem : await database.WriteAsync<Login>(
            transaction =>
            {
                if (LoginSql.Find(transaction.Connection, userName) is not { } login)
                {
                    return LoginSql.Unknown(userName);
                }

                transaction.Connection.Execute("UPDATE login SET allow_from = @allow WHERE id = @id", ("@allow", parsed.Value.ToString()), ("@id", login.Id));
                transaction.TouchLogins();
                audit.Append(transaction, new AuditEntry(AuditActions.LoginNetworksSet, actor)
                {
                    Account = login.Account,
                    Subject = login.UserName,
                    Detail = $"from {Describe(parsed.Value)}, before {Describe(login.AllowFrom)}",
                });
                return login with { AllowFrom = parsed.Value };
            },
            cancellationToken).ConfigureAwait(false);

        static string Describe(AllowedNetworks networks) => networks.Networks.Count == 0 ? "anywhere" : networks.ToString();
    }

    /// <summary>Sets what a customer's login may do with the numbers of its account; it counts from its next command on.</summary>
    public ValueTask<Result<Login>> SetNumbersAsync(string userName, NumberRight numbers, Actor actor, CancellationToken cancellationToken = default) => database.WriteAsync<Login>(
        transaction =>
        {
            if (LoginSql.Find(transaction.Connection, userName) is not { } login)
            {
                return LoginSql.Unknown(userName);
            }

            if (login.Numbers is not { } before)
            {
                return Problem.Refused($"{login.UserName} is a {login.Kind.ToWord()} login and has no numbers. Name one of the customer's own.");
            }

            if (numbers == before)
            {
                return login;
            }

            transaction.Connection.Execute("UPDATE login SET numbers = @numbers WHERE id = @id", ("@numbers", numbers.ToWord()), ("@id", login.Id));
            audit.Append(transaction, new AuditEntry(AuditActions.LoginNumbersSet, actor) { Account = login.Account, Subject = login.UserName, Detail = $"{numbers.ToWord()}, before {before.ToWord()}" });
            return login with { Numbers = numbers };
        },
        cancellationToken);

    /// <summary>Removes a login and its keys; its sessions end, files and audit rows stay. With a vendor's last login the roles of its people go.</summary>
    public ValueTask<Result<Login>> RemoveAsync(string userName, Actor actor, CancellationToken cancellationToken = default) => database.WriteAsync<Login>(
        transaction =>
        {
            var connection = transaction.Connection;
            if (LoginSql.Find(connection, userName) is not { } login)
            {
                return LoginSql.Unknown(userName);
            }

            var keys = connection.Number("SELECT count(*) FROM login_key WHERE login_id = @id", ("@id", login.Id));
            connection.Execute("DELETE FROM login WHERE id = @id", ("@id", login.Id));
            transaction.TouchLogins();
            audit.Append(transaction, new AuditEntry(AuditActions.LoginRemoved, actor) { Account = login.Account, Subject = login.UserName, Detail = $"{keys} keys" });
            if (login.Vendor is not null)
            {
                TakeVendorRoles(transaction, login, actor);
            }

            return login;
        },
        cancellationToken);

    /// <summary>Takes their roles from the people of a vendor that has no login any more: they would have the folder and the keys of the next vendor of that name.</summary>
    private void TakeVendorRoles(WriteTransaction transaction, Login login, Actor actor)
    {
        (string, object?)[] vendor = [("@account", AccountNumber.Fold(login.Account!)), ("@vendor", login.Vendor!.ToLowerInvariant())];
        if (transaction.Connection.Number(
            "SELECT EXISTS (SELECT 1 FROM login WHERE account_id = (SELECT id FROM account WHERE number_key = @account) AND lower(vendor) = @vendor)", vendor) != 0)
        {
            return;
        }

        const string Roles = "r.role = 'vendor' AND r.account_id = (SELECT id FROM account WHERE number_key = @account) AND r.vendor_key = @vendor";
        foreach (var (email, held) in transaction.Connection.All(
            $"SELECT p.email, r.vendor FROM person_role r JOIN person p ON p.id = r.person_id WHERE {Roles}",
            row => (row.GetString(0), new RoleGrant(PersonRole.Vendor, login.Account, row.GetString(1))), vendor))
        {
            audit.Append(transaction, new AuditEntry(PeopleActions.RoleRevoked, actor) { Account = login.Account, Subject = email, Detail = held.ToString() });
        }

        transaction.Connection.Execute($"DELETE FROM person_role AS r WHERE {Roles}", vendor);
    }

    private static Problem? CheckAccountGiven(NewLogin login)
    {
        var needsAccount = login.Kind is LoginKind.Customer or LoginKind.Vendor;
        if (needsAccount && login.Account is null)
        {
            return Problem.Invalid($"A {login.Kind.ToWord()} login belongs to an account. Say which with --account NUMBER.");
        }

        if (!needsAccount && login.Account is not null)
        {
            return Problem.Invalid($"A {login.Kind.ToWord()} login works for all accounts. Leave --account out.");
        }

        return login.Kind != LoginKind.Vendor && login.Vendor is not null
            ? Problem.Invalid($"A {login.Kind.ToWord()} login has no vendor. Leave --vendor out, or say --kind vendor.")
            : null;
    }

    private static Result<(string UserName, string? Vendor)> Name(NewLogin login, Account? account)
    {
        if (login.Kind != LoginKind.Vendor)
        {
            var name = login.UserName ?? (login.Kind == LoginKind.Customer ? account!.Number : null);
            return name is null
                ? Problem.Invalid($"A {login.Kind.ToWord()} login needs a user name. Give one.")
                : UserName.Check(name) is { } problem ? problem : (name, null);
        }

        var vendor = login.Vendor ?? login.UserName?[(login.UserName.IndexOf('-') + 1)..];
        if (vendor is null)
        {
            return Problem.Invalid("A vendor login needs the vendor's short name. Give it with --vendor SHORT.");
        }

        if (UserName.CheckVendor(vendor) is { } bad)
        {
            return bad;
        }

        var expected = $"{account!.Number}-{vendor}";
        return login.UserName is null || UserName.Fold(login.UserName) == UserName.Fold(expected)
            ? (expected, vendor)
            : Problem.Invalid($"A vendor's user name is the account number, a hyphen and its short name: use {expected}, or leave the user name out.");
    }

    internal static Result<VaultPath> ParseStart(string? text)
    {
        if (text is null)
        {
            return VaultPath.Root;
        }

        return Words.Check("starting directory", text) is null && text.StartsWith('/')
            && VaultPath.TryParse(Encoding.UTF8.GetBytes(text), VaultPath.Root, out var path) == VaultPathError.None
                ? path!
                : Problem.Invalid($"'{Words.Show(text)}' is no starting directory. Give a path as the login sees it, such as /cdr.");
    }

    private ValueTask<Result<Login>> ChangeStatusAsync(
        string userName, LoginStatus status, string? reason, string action, Actor actor, CancellationToken cancellationToken, Func<Login, Problem?>? check = null) =>
        database.WriteAsync<Login>(
        transaction =>
        {
            var connection = transaction.Connection;
            if (LoginSql.Find(connection, userName) is not { } login)
            {
                return LoginSql.Unknown(userName);
            }

            // The provider's word stands over the account's: an owner who suspended a vendor first could resume it in spite of the provider.
            if (login.Status == status
                && !(status == LoginStatus.Suspended && AccountVendors.IsByAccount(login) && reason?.StartsWith(AccountVendors.ByAccount, StringComparison.Ordinal) != true))
            {
                return login;
            }

            if (check?.Invoke(login) is { } refused)
            {
                return refused;
            }

            connection.Execute(
                "UPDATE login SET status = @status, status_reason = @reason WHERE id = @id",
                ("@status", status.ToWord()),
                ("@reason", reason),
                ("@id", login.Id));
            transaction.TouchLogins();
            audit.Append(transaction, new AuditEntry(action, actor) { Account = login.Account, Subject = login.UserName, Detail = reason });
            return login with { Status = status, StatusReason = reason };
        },
        cancellationToken);
}
