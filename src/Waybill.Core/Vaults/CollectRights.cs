using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Logins;
using Waybill.Storage;

namespace Waybill.Core.Vaults;

/// <summary>Which customers have the collect right where the layout lets everybody only read. Sessions that begin afterwards have it.</summary>
/// <param name="database">Where it is kept.</param>
/// <param name="audit">Where each change is recorded, in the same transaction.</param>
public sealed class CollectRights(WaybillDatabase database, AuditLog audit)
{
    /// <summary>Rights of one account.</summary>
    public const int Maximum = 100;

    private const string Select = """
        SELECT a.number, l.user_name, c.folder FROM collect_right c JOIN account a ON a.id = c.account_id LEFT JOIN login l ON l.id = c.login_id
        """;

    /// <summary>Gives the right; whoever has it already keeps it.</summary>
    public async ValueTask<Result<CollectRight>> GrantAsync(CollectRight right, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(right);
        if (!IsFolder(right.Folder))
        {
            return Problem.Invalid($"'{Words.Show(right.Folder)}' is no folder of a vault. Give one as /cdr.");
        }

        return await ChangeAsync(
            right, AuditActions.CollectGranted, actor,
            "INSERT INTO collect_right (account_id, login_id, folder) VALUES (@account, @login, @folder) ON CONFLICT DO NOTHING", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes the right.</summary>
    public ValueTask<Result<CollectRight>> RevokeAsync(CollectRight right, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(right);
        return ChangeAsync(
            right, AuditActions.CollectRevoked, actor, "DELETE FROM collect_right WHERE account_id = @account AND login_id IS @login AND folder = @folder", cancellationToken);
    }

    /// <summary>The rights of an account and its logins.</summary>
    public ValueTask<Result<IReadOnlyList<CollectRight>>> ListAsync(string account, CancellationToken cancellationToken = default) => database.ReadAsync(
        connection => CatalogueSql.AccountId(connection, account) is { } number
            ? Result.Of<IReadOnlyList<CollectRight>>(connection.All(
                $"{Select} WHERE c.account_id = @account ORDER BY c.folder, l.user_key LIMIT @limit",
                static row => new CollectRight(row.GetString(0), row.TextOrNull(1), row.GetString(2)),
                ("@account", number), ("@limit", Maximum)))
            : AccountService.Unknown(account),
        cancellationToken);

    /// <summary>A customer's rules with the folders in which it has the right.</summary>
    public async ValueTask<IAccessRules> AddToAsync(IAccessRules rules, Login login, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(login);
        if (login.Kind != LoginKind.Customer)
        {
            return rules;
        }

        var folders = await database.ReadAsync(
            connection => connection.All(
                "SELECT c.folder FROM collect_right c JOIN login l ON l.account_id = c.account_id WHERE l.id = @login AND (c.login_id IS NULL OR c.login_id = l.id) LIMIT @limit",
                static row => VaultPath.Parse(row.GetString(0)),
                ("@login", login.Id), ("@limit", Maximum)),
            cancellationToken).ConfigureAwait(false);
        return folders.Count == 0 ? rules : new Granted(rules, [.. folders]);
    }

    /// <summary>A customer's rules with the folders in which all of its account has the right: for its people, who are none of its logins.</summary>
    public async ValueTask<IAccessRules> AddToAccountAsync(IAccessRules rules, string account, CancellationToken cancellationToken = default)
    {
        var folders = await database.ReadAsync(
            connection => connection.All(
                "SELECT c.folder FROM collect_right c JOIN account a ON a.id = c.account_id WHERE a.number_key = @account AND c.login_id IS NULL LIMIT @limit",
                static row => VaultPath.Parse(row.GetString(0)),
                ("@account", AccountNumber.Fold(account)), ("@limit", Maximum)),
            cancellationToken).ConfigureAwait(false);
        return folders.Count == 0 ? rules : new Granted(rules, [.. folders]);
    }

    private static bool IsFolder(string text)
    {
        try
        {
            return text.Length > 1 && VaultPath.Parse(text).ToString() == text && Words.Check("folder", text) is null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private ValueTask<Result<CollectRight>> ChangeAsync(CollectRight right, string action, Actor actor, string sql, CancellationToken cancellationToken) =>
        database.WriteAsync<CollectRight>(
            transaction =>
            {
                var connection = transaction.Connection;
                if (AccountService.Find(connection, right.Account) is not { } account)
                {
                    return AccountService.Unknown(right.Account);
                }

                var login = right.Login is null ? null : LoginSql.Find(connection, right.Login);
                if (right.Login is not null && (login is null || login.Account != account.Number || login.Kind != LoginKind.Customer))
                {
                    return Problem.NotFound($"Account {account.Number} has no customer login {Words.Show(right.Login)}. `waybill login list --account {account.Number}` shows them.");
                }

                if (action == AuditActions.CollectGranted
                    && connection.Number("SELECT count(*) FROM collect_right WHERE account_id = @account", ("@account", account.Id)) >= Maximum)
                {
                    return Problem.LimitReached($"Account {account.Number} has {Maximum} such rights already. Revoke one first, or grant it for the whole account.");
                }

                if (connection.Execute(sql, ("@account", account.Id), ("@login", login?.Id), ("@folder", right.Folder)) > 0)
                {
                    audit.Append(transaction, new AuditEntry(action, actor) { Account = account.Number, Subject = right.Folder, Detail = login?.UserName });
                }
                else if (action == AuditActions.CollectRevoked)
                {
                    return Problem.NotFound($"There is no such right in {Words.Show(right.Folder)}. `waybill collect list {account.Number}` shows them.");
                }

                return new CollectRight(account.Number, login?.UserName, right.Folder);
            },
            cancellationToken);

    /// <summary>Adds the right to whatever may be read below the folders, and to nothing that may be written: what one has delivered oneself is removed for good.</summary>
    private sealed class Granted(IAccessRules rules, VaultPath[] folders) : IAccessRules
    {
        public FileRights Anywhere => rules.Anywhere | LayoutTemplate.Collect;

        public FileRights RightsAt(VaultPath path)
        {
            var rights = rules.RightsAt(path);
            if (rights != FileRights.ReadOnly)
            {
                return rights;
            }

            foreach (var folder in folders)
            {
                if (path.IsAtOrBelow(folder) && !path.Equals(folder))
                {
                    return LayoutTemplate.Collect;
                }
            }

            return rights;
        }

        public IReadOnlyList<VaultPath> FoldersWith(FileRights rights) => rules.FoldersWith(rights);
    }
}
