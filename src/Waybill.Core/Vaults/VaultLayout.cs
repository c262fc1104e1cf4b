using System.Text;
using Waybill.Core.Accounts;
using Waybill.Core.Feeds;
using Waybill.Core.Logins;
using Waybill.Core.Vaults.Mounts;
using Waybill.Storage;

namespace Waybill.Core.Vaults;

/// <summary>The layout template applied: what each login sees of a vault, and which folders a vault has.</summary>
public sealed class VaultLayout
{
    private const string VendorRoot = "/vendors/" + LayoutTemplate.VendorToken;

    private readonly LayoutTemplate _template;
    private readonly FolderRules _customer;
    private readonly FolderRules _vendor;
    private readonly string[] _feedFolders;
    private readonly AccountsTree _publisher;
    private readonly AccountsTree _collector;

    /// <summary>Applies a template that was checked.</summary>
    /// <param name="template">The folders.</param>
    /// <param name="feeds">The folder of each feed type; null for those that are shipped.</param>
    public VaultLayout(LayoutTemplate template, IReadOnlyDictionary<string, string>? feeds = null)
    {
        ArgumentNullException.ThrowIfNull(template);
        _template = template;

        // All logins of a kind have the same rules: two trees serve everybody.
        _customer = new FolderRules(template.Folders.Select(static folder => (folder.Path, folder.Customer)));
        feeds ??= FeedTypes.Default.Folders;
        _feedFolders = [.. feeds.Values.Distinct().Order(StringComparer.Ordinal)];
        _publisher = AccountsTree.ForPublisher(feeds);
        _collector = AccountsTree.ForCollector(template);
        _vendor = new FolderRules(template.Folders.Where(static folder => IsVendors(folder)).Select(static folder => (folder.Path[VendorRoot.Length..], folder.Vendor)));
    }

    /// <summary>The login's rights, on paths as it sees them.</summary>
    public IAccessRules RulesFor(Login login)
    {
        ArgumentNullException.ThrowIfNull(login);
        return login.Kind switch
        {
            LoginKind.Customer => _customer,
            LoginKind.Vendor => _vendor,
            LoginKind.Publisher => _publisher,
            LoginKind.Collector => _collector,
            _ => throw new ArgumentOutOfRangeException(nameof(login)),
        };
    }

    /// <summary>How the login's paths lie in the vaults.</summary>
    public ILoginView ViewOf(Login login, AccountService accounts) =>
        RulesFor(login) is AccountsTree tree ? new AccountsView(tree, accounts) : new VaultView(login.Account!, RootInVault(login));

    /// <summary>Where the login's root lies in its vault, as the provider sees it: empty for a customer, <c>/vendors/name</c> for a vendor.</summary>
    public static string RootInVault(Login login)
    {
        ArgumentNullException.ThrowIfNull(login);
        return login.Kind == LoginKind.Vendor ? $"/vendors/{login.Vendor}" : "";
    }

    /// <summary>Whether what lies at a path of a vault was delivered by a customer or vendor: it lies in a folder that one of them may put files into.</summary>
    public bool IsDelivery(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return _collector.Mounts[0].StoreRules.RightsAt(Encoding.UTF8.GetBytes(path[1..])).HasFlag(FileRights.Read);
    }

    /// <summary>The folders that a login has, as it sees them, to be shown to people: a part in angle brackets stands for any name.</summary>
    public IReadOnlyList<string> FoldersOf(Login login)
    {
        ArgumentNullException.ThrowIfNull(login);
        return RulesFor(login) switch
        {
            AccountsTree { Drop: { } drop } tree => [$"/{tree.Top}/<number>", "/" + drop],
            AccountsTree tree => [.. tree.Mounts.Select(mount => $"/{tree.Top}/<number>/{mount.Name}")],
            _ when login.Kind == LoginKind.Vendor => [.. _template.Folders.Where(static folder => IsVendors(folder) && folder.Vendor != FileRights.None)
                .Select(static folder => folder.Path.Length == VendorRoot.Length ? "/" : folder.Path[VendorRoot.Length..])],
            _ => [.. _template.Folders.Where(static folder => folder.Customer != FileRights.None).Where(folder => !IsVendors(folder) || !RepeatsAbove(folder))
                .Select(static folder => folder.Path.Replace(LayoutTemplate.VendorToken, "<vendor>", StringComparison.Ordinal))],
        };
    }

    /// <summary>The folders of a new vault, parents first.</summary>
    public IReadOnlyList<string> FoldersOfVault()
    {
        var template = _template.Folders.Where(static folder => !IsVendors(folder)).Select(static folder => folder.Path).Append("/vendors").ToList();

        // A feed whose folder is no part of the layout has none: customers could not read it.
        return [.. template.Union(_feedFolders.Where(folder => template.Exists(above => folder.StartsWith(above + "/", StringComparison.Ordinal))))];
    }

    /// <summary>The folders of a new vendor, in the vault, parents first.</summary>
    public IReadOnlyList<string> FoldersOfVendor(string vendor) =>
    [
        $"/vendors/{vendor}",
        .. _template.Folders.Where(static folder => IsVendors(folder) && folder.Path != VendorRoot).Select(folder => $"/vendors/{vendor}{folder.Path[VendorRoot.Length..]}"),
    ];

    /// <summary>Whether a folder of vendors lies in another one in which customers may do the same.</summary>
    private bool RepeatsAbove(FolderTemplate folder) =>
        _template.Folders.Any(above => IsVendors(above) && above.Customer == folder.Customer && folder.Path.StartsWith(above.Path + "/", StringComparison.Ordinal));

    private static bool IsVendors(FolderTemplate folder) =>
        folder.Path == VendorRoot || folder.Path.StartsWith(VendorRoot + "/", StringComparison.Ordinal);
}
