using Waybill.Storage;

namespace Waybill.TestKit.Storage;

/// <summary>
/// Rights by folder, the deepest named one counts; everything everywhere unless told otherwise. A folder itself can have other rights than what lies in it.
/// </summary>
public sealed class FolderRules(FileRights root = FileRights.All) : IAccessRules
{
    private readonly List<(VaultPath Folder, FileRights Rights)> _folders = [(VaultPath.Root, root)];
    private readonly Dictionary<VaultPath, FileRights> _itself = [];

    public FileRights Anywhere => _folders.Aggregate(FileRights.None, (all, folder) => all | folder.Rights);

    public string? Advice { get; init; }

    public FolderRules With(string folder, FileRights rights)
    {
        _folders.Add((VaultPath.Parse(folder), rights));
        return this;
    }

    public FolderRules WithItself(string folder, FileRights rights)
    {
        _itself[VaultPath.Parse(folder)] = rights;
        return this;
    }

    public IReadOnlyList<VaultPath> FoldersWith(FileRights rights) => [.. _folders.Where(folder => (folder.Rights & rights) == rights).Select(folder => folder.Folder)];

    public FileRights RightsAt(VaultPath path) => _itself.TryGetValue(path, out var itself) ? itself : _folders.Where(folder => path.IsAtOrBelow(folder.Folder)).MaxBy(folder => folder.Folder.Bytes.Length).Rights;
}
