using System.Text;
using Waybill.Storage;

namespace Waybill.Core.Vaults.Mounts;

/// <summary>
/// What a login of the provider sees: a directory with one directory for each account, and in it mounts of that account's vault. The text of a path alone tells
/// the rights; whether there is such an account is asked by who opens something.
/// </summary>
public sealed class AccountsTree : IAccessRules
{
    private readonly byte[] _top;
    private readonly Mount[] _mounts;
    private readonly bool _wholeVault;
    private readonly byte[]? _drop;

    private AccountsTree(string top, Mount[] mounts, string advice, string? drop = null)
    {
        Drop = drop;
        _drop = drop is null ? null : Encoding.UTF8.GetBytes(drop);
        Top = top;
        _top = Encoding.UTF8.GetBytes(top);
        _mounts = mounts;
        _wholeVault = mounts is [{ Name.Length: 0 }];
        Advice = advice;
        Anywhere = mounts.Aggregate(FileRights.List, static (rights, mount) => rights | mount.Rules.Anywhere);
    }

    /// <inheritdoc/>
    public FileRights Anywhere { get; }

    /// <inheritdoc/>
    public string Advice { get; }

    /// <summary>The name of the directory of the accounts.</summary>
    internal string Top { get; }

    /// <summary>The name of the directory beside it to which a collector moves what it has processed; null for none.</summary>
    internal string? Drop { get; }

    internal IReadOnlyList<Mount> Mounts => _mounts;

    /// <summary>The billing system's: <c>/accounts/NUMBER/TYPE</c> is the folder of that feed type, and it may do there whatever a customer may in its upload folder.</summary>
    /// <param name="feeds">The folder of each feed type.</param>
    public static AccountsTree ForPublisher(IReadOnlyDictionary<string, string> feeds)
    {
        ArgumentNullException.ThrowIfNull(feeds);
        var rules = new FolderRules([("/", LayoutTemplate.Deliver)]);
        var types = feeds.Keys.Order(StringComparer.Ordinal).ToArray();
        return new AccountsTree(
            "accounts",
            [.. types.Select(type => new Mount(type, VaultPath.Parse(feeds[type]).ToString(), rules))],
            $"Files go into /accounts/NUMBER/TYPE, where TYPE is {string.Join(", ", types)}; the directories above and these themselves stay as they are.");
    }

    /// <summary>
    /// The back office's: <c>/inbound/NUMBER</c> is the vault, of which it reads what customers and vendors may deliver to, and nothing else. What it has fetched it
    /// deletes, or moves to <c>/processed</c>; what that means is for <see cref="Inbound.Confirming"/>, and the store itself lets it do neither.
    /// </summary>
    /// <param name="template">The layout of the vaults.</param>
    public static AccountsTree ForCollector(LayoutTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var delivered = template.Folders.Where(static folder => ((folder.Customer | folder.Vendor) & FileRights.Create) != 0).Select(static folder => folder.Path).ToList();

        // A vendor's /processed lies in a folder that it delivers to: fetched from there everything would come again and again.
        var closed = template.Folders.Select(static folder => folder.Path)
            .Where(path => !delivered.Exists(other => other == path || other.StartsWith(path + "/", StringComparison.Ordinal))).ToList();
        FolderRules Rules(FileRights rights) => new(delivered.Select(path => (path, rights)), closed);
        return new AccountsTree(
            "inbound",
            [new Mount("", "", Rules(LayoutTemplate.Confirm), Rules(FileRights.ReadOnly))],
            "A collector login lists and fetches what was delivered, and deletes each file that it has fetched, or moves it to /processed. Nothing here can be written or renamed.",
            Inbound.Confirming.Drop);
    }

    /// <inheritdoc/>
    public FileRights RightsAt(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var place = Split(path);
        if (place.Level == TreeLevel.Nowhere && IsInDrop(path))
        {
            // A name to move to: nothing is ever there.
            return FileRights.List | FileRights.Rename;
        }

        return place.Level == TreeLevel.Nowhere ? FileRights.None : place.Mount?.Rules.RightsAt(place.Inner) ?? FileRights.List;
    }

    internal TreePath Split(VaultPath path)
    {
        if (path.IsRoot)
        {
            return new TreePath(TreeLevel.Root);
        }

        var rest = path.Bytes[1..];
        var top = Take(ref rest);
        if (!top.SequenceEqual(_top))
        {
            return _drop is not null && rest.IsEmpty && top.SequenceEqual(_drop) ? new TreePath(TreeLevel.Drop) : default;
        }

        if (rest.IsEmpty)
        {
            return new TreePath(TreeLevel.Accounts);
        }

        var number = Take(ref rest);
        if (!Accounts.AccountNumber.IsWellFormed(number))
        {
            return default;
        }

        if (_wholeVault || rest.IsEmpty)
        {
            return new TreePath(rest.IsEmpty ? TreeLevel.Account : TreeLevel.Mount, number, _wholeVault ? _mounts[0] : null, rest);
        }

        var name = Take(ref rest);
        foreach (var mount in _mounts)
        {
            if (name.SequenceEqual(mount.NameBytes))
            {
                return new TreePath(TreeLevel.Mount, number, mount, rest);
            }
        }

        return default;
    }

    private bool IsInDrop(VaultPath path)
    {
        var rest = path.Bytes[1..];
        return _drop is not null && Take(ref rest).SequenceEqual(_drop) && !rest.IsEmpty && !rest.Contains((byte)'/');
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest)
    {
        var slash = rest.IndexOf((byte)'/');
        var name = slash < 0 ? rest : rest[..slash];
        rest = slash < 0 ? [] : rest[(slash + 1)..];
        return name;
    }
}
