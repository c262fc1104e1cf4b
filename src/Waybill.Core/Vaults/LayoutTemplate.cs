using Waybill.Storage;

namespace Waybill.Core.Vaults;

/// <summary>The folders of a vault and who may do what in them. What it does not name is closed to everybody.</summary>
/// <param name="Folders">The folders.</param>
public sealed record LayoutTemplate(IReadOnlyList<FolderTemplate> Folders)
{
    /// <summary>Stands for a vendor's short name in a path.</summary>
    public const string VendorToken = "{vendor}";

    /// <summary>
    /// For whoever delivers: everything but links. Reading is part of it, since clients read back what they delivered to compare it.
    /// </summary>
    public const FileRights Deliver = FileRights.All & ~FileRights.Link;

    /// <summary>For whoever tidies up what it has fetched: what is deleted or moved away goes to the account's archive.</summary>
    public const FileRights Collect = FileRights.ReadOnly | FileRights.Delete | FileRights.Rename | FileRights.Collect;

    /// <summary>For the back office: what it deletes, or moves to the place meant for that, it has taken over.</summary>
    public const FileRights Confirm = FileRights.ReadOnly | FileRights.Delete | FileRights.Rename;

    /// <summary>The layout that is shipped.</summary>
    public static LayoutTemplate Default { get; } = new(
    [
        new("/cdr", FileRights.ReadOnly),
        new("/data", FileRights.ReadOnly),
        new("/invoices", FileRights.ReadOnly),
        new("/reports", FileRights.ReadOnly),
        new("/upload", Deliver),
        new("/processed", FileRights.ReadOnly),
        new("/rejected", FileRights.ReadOnly),
        new("/vendors/{vendor}", FileRights.ReadOnly, Deliver),
        new("/vendors/{vendor}/usage", FileRights.ReadOnly, Deliver),
        new("/vendors/{vendor}/processed", FileRights.ReadOnly, FileRights.ReadOnly),
        new("/vendors/{vendor}/rejected", FileRights.ReadOnly, FileRights.ReadOnly),
    ]);

    /// <summary>What is wrong with a template that came from configuration, or null.</summary>
    public Problem? Check()
    {
        const string VendorRoot = "/vendors/" + VendorToken;
        foreach (var folder in Folders)
        {
            string canonical;
            try
            {
                canonical = VaultPath.Parse(folder.Path).ToString();
            }
            catch (ArgumentException)
            {
                canonical = "";
            }

            var isVendors = folder.Path.Contains(VendorToken, StringComparison.Ordinal);
            if (canonical != folder.Path || (isVendors && folder.Path != VendorRoot && !folder.Path.StartsWith(VendorRoot + "/", StringComparison.Ordinal)))
            {
                return Problem.Invalid($"The folder '{Words.Show(folder.Path)}' of the layout is no path as /cdr or {VendorRoot}/usage. Correct it.");
            }
        }

        return Folders.Select(static folder => folder.Path).Distinct().Count() == Folders.Count
            ? null
            : Problem.Invalid("A folder stands twice in the layout. Remove one of them.");
    }
}
