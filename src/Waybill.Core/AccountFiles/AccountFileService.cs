using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Core.Quotas;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.Storage.Quotas;

namespace Waybill.Core.AccountFiles;

/// <summary>
/// An account's files for its people and programs: the same rules, the same archive, the same quota and the same jail as its logins have, and each act in catalogue and audit. Owners
/// and members see what a customer login sees, a vendor contact what the vendor's login sees.
/// </summary>
/// <param name="database">Where the catalogue is.</param>
/// <param name="audit">Where each act is recorded.</param>
/// <param name="layout">The folders and the rights on them.</param>
/// <param name="collect">Who tidies up what was fetched.</param>
/// <param name="vaults">The vaults.</param>
/// <param name="archive">Where what is tidied up goes.</param>
/// <param name="quotas">What running uploads hold.</param>
/// <param name="time">The clock.</param>
public sealed class AccountFileService(
    WaybillDatabase database, AuditLog audit, VaultLayout layout, CollectRights collect, LocalVaults vaults, FileArchive archive, QuotaLedger quotas, TimeProvider time)
{
    private const string Vendors = "/vendors/";

    private static readonly Problem Nothing = Problem.NotFound("There is nothing here. It may have been fetched away, moved or removed.");

    /// <summary>Entries of a folder that are looked at.</summary>
    internal int MaximumEntries { get; init; } = AccountFileLimits.FolderEntries;

    /// <summary>Where somebody begins: the vault, or the folder of each vendor that they work for.</summary>
    public static IReadOnlyList<string> RootsOf(AccountAccess access)
    {
        ArgumentNullException.ThrowIfNull(access);
        return access.Vendors is null ? ["/"] : [.. access.Vendors.Select(static vendor => Vendors + vendor)];
    }

    /// <summary>Opens what a person sees of an account's files, for one request.</summary>
    /// <param name="access">What they may do there.</param>
    /// <param name="person">Who it is.</param>
    /// <param name="path">The path in the vault that it is about, as it came.</param>
    /// <param name="actor">The same for the audit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public ValueTask<Result<AccountFileSession>> OpenAsync(AccountAccess access, Person person, string? path, Actor actor, CancellationToken cancellationToken = default) =>
        OpenAsync(access, FileUser.Of(person), path, actor, cancellationToken);

    /// <summary>Opens what somebody, or a program, sees of an account's files, for one request.</summary>
    /// <param name="access">What they may do there.</param>
    /// <param name="user">Who it is.</param>
    /// <param name="path">The path in the vault that it is about, as it came.</param>
    /// <param name="actor">The same for the audit.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<AccountFileSession>> OpenAsync(AccountAccess access, FileUser user, string? path, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(access);
        ArgumentNullException.ThrowIfNull(user);
        if (VaultPath.TryParse(Encoding.UTF8.GetBytes("/" + path), VaultPath.Root, out var asked) != VaultPathError.None)
        {
            return Nothing;
        }

        var found = access.Vendors is null ? Customer(access.Account, user) : await VendorAsync(access, asked!.ToString(), cancellationToken).ConfigureAwait(false);
        if (!found.Succeeded)
        {
            return found.Problem;
        }

        var login = found.Value;
        var root = VaultLayout.RootInVault(login);
        var seen = VaultPath.Parse(asked!.ToString()[root.Length..]);
        IAccessRules rules = layout.RulesFor(login);
        rules = login.Kind == LoginKind.Customer ? await collect.AddToAccountAsync(rules, access.Account, cancellationToken).ConfigureAwait(false) : rules;
        var account = await database.ReadAsync(connection => AccountService.Find(connection, access.Account), cancellationToken).ConfigureAwait(false);
        if (account is null)
        {
            return Nothing;
        }

        var front = rules.Anywhere.HasFlag(FileRights.Collect) ? new Collecting(rules, account.Number, root, vaults, archive, time) : null;
        var view = new VaultView(account.Number, root);
        var quota = quotas.Open(account.Number, login.UserName, view);
        var opened = vaults.OpenStore(VaultPath.Parse($"/{account.Number}{root}"), new NeverReplacing(front?.StoreRules ?? rules), user.Owner, quota, saysLength: true);
        if (!opened.Succeeded)
        {
            return Problem.Unusable("The files of this account cannot be read at the moment. Try again in some minutes.");
        }

        IFileJournal journal = new QuotaJournal(new FileJournal(audit, actor, user.Protocol, view, time, deliverer: login.UserName), quota);
        return new AccountFileSession(
            database, front?.Wrap(opened.Value) ?? opened.Value, rules, front?.Wrap(journal) ?? journal, account.Id, root, seen, user.Name,
            login.Kind == LoginKind.Vendor ? login.UserName : null) { MaximumEntries = MaximumEntries, Time = time };
    }

    /// <summary>What is no longer so of a session that goes on for long: its part is another's now, or the vendor's login is suspended. Null for nothing.</summary>
    /// <param name="access">What the person may do at the account now.</param>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Problem?> CheckAsync(AccountAccess access, AccountFileSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(access);
        ArgumentNullException.ThrowIfNull(session);
        return !session.IsVendors ? access.Vendors is null ? null : Nothing
            : access.Vendors is null ? Nothing
            : (await VendorAsync(access, session.Root, cancellationToken).ConfigureAwait(false)).Problem;
    }

    /// <summary>The newest files that somebody has not fetched, the latest first; none for a vendor contact.</summary>
    public async ValueTask<IReadOnlyList<NewFile>> NewAsync(AccountAccess access, Person person, int limit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(access);
        ArgumentNullException.ThrowIfNull(person);
        if (access.Vendors is not null)
        {
            return [];
        }

        var rules = layout.RulesFor(Customer(access.Account, FileUser.Of(person)).Value!);
        var files = await database.ReadAsync(
            connection => CatalogueSql.AccountId(connection, access.Account) is { } account ? AccountFileSql.New(connection, account, person.Email) : [],
            cancellationToken).ConfigureAwait(false);
        return [.. files.Where(file => VaultPath.TryParse(Encoding.UTF8.GetBytes(file.Path), VaultPath.Root, out var path) == VaultPathError.None
            && rules.RightsAt(path!).HasFlag(FileRights.Read)).Take(limit)];
    }

    private static Result<Login> Customer(string account, FileUser user) => new Login(
        0, user.Name, LoginKind.Customer, account, null, null, AllowedNetworks.Anywhere, LoginStatus.Active, null, user.Created, null);

    /// <summary>The vendor's login whose folder a path is in; a login that is suspended takes its people's files with it.</summary>
    private async ValueTask<Result<Login>> VendorAsync(AccountAccess access, string path, CancellationToken cancellationToken)
    {
        var name = path.StartsWith(Vendors, StringComparison.Ordinal) ? path[Vendors.Length..].Split('/')[0] : "";
        if (name.Length == 0 || !access.Covers(name))
        {
            return Nothing;
        }

        var login = await database.ReadAsync(connection => LoginSql.Find(connection, $"{access.Account}-{name}"), cancellationToken).ConfigureAwait(false);
        return login is not { Kind: LoginKind.Vendor } || login.Vendor != name || !string.Equals(login.Account, access.Account, StringComparison.OrdinalIgnoreCase) ? Nothing
            : login.Status != LoginStatus.Active ? Problem.Refused("The vendor's login is suspended. Ask an owner of the account.")
            : login;
    }

    /// <summary>Nothing is ever replaced here: who wants a file gone says so first.</summary>
    private sealed class NeverReplacing(IAccessRules rules) : IAccessRules
    {
        public FileRights Anywhere => rules.Anywhere & ~FileRights.Overwrite;

        public FileRights RightsAt(VaultPath path) => rules.RightsAt(path) & ~FileRights.Overwrite;

        public IReadOnlyList<VaultPath> FoldersWith(FileRights rights) => rules.FoldersWith(rights);
    }
}
