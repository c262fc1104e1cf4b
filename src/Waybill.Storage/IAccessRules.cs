namespace Waybill.Storage;

/// <summary>A login's rights by path, from the layout template of its vault.</summary>
public interface IAccessRules
{
    /// <summary>
    /// The rights that hold for <paramref name="path"/> itself, as the login sees it. For a new name these are the rights of its folder.
    /// Cheap and without I/O: it is asked for every request.
    /// </summary>
    FileRights RightsAt(VaultPath path);

    /// <summary>The rights that hold somewhere: what is not among them is not even advertised.</summary>
    FileRights Anywhere => FileRights.All;

    /// <summary>
    /// The folders in which all of <paramref name="rights"/> hold, as far as they have a name of their own: what a refused person is told. Asked for refusals only.
    /// </summary>
    IReadOnlyList<VaultPath> FoldersWith(FileRights rights) => [];

    /// <summary>What a refused person is told in place of the words for everybody: what this login is for. Asked for refusals only.</summary>
    string? Advice => null;
}
