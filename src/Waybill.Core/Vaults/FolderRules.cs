using System.Text;
using Waybill.Storage;

namespace Waybill.Core.Vaults;

/// <summary>
/// A login's rights as a tree of folders. The folders of the layout themselves can be neither removed nor renamed nor changed, only what lies in them;
/// the directories above them can be listed; everything else is closed. Built once for each login, asked without allocation.
/// </summary>
internal sealed class FolderRules : IAccessRules
{
    private const FileRights NotOnTheFolderItself = FileRights.Delete | FileRights.Rename | FileRights.RemoveDirectory | FileRights.SetAttributes | FileRights.Collect;

    private readonly Node _root = new([]);
    private readonly List<(VaultPath Path, FileRights Below)> _named = [];

    /// <param name="folders">Paths as the login sees them, and the rights below each.</param>
    /// <param name="closed">Folders in them that are not there for it.</param>
    public FolderRules(IEnumerable<(string Path, FileRights Below)> folders, IEnumerable<string>? closed = null)
    {
        foreach (var path in closed ?? [])
        {
            var node = NodeOf(path);
            (node.IsClosed, node.Below) = (true, FileRights.None);
        }

        foreach (var (path, below) in folders)
        {
            var node = NodeOf(path);

            // Whose name stands for many has none that a person could use.
            if (!path.Contains(LayoutTemplate.VendorToken, StringComparison.Ordinal))
            {
                _named.Add((VaultPath.Parse(path), below));
            }

            node.Below = below;
            Anywhere |= below;
        }
    }

    /// <inheritdoc/>
    public FileRights Anywhere { get; } = FileRights.List;

    /// <inheritdoc/>
    public FileRights RightsAt(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return RightsAt(path.IsRoot ? [] : path.Bytes[1..]);
    }

    /// <summary>The rights at a canonical path, without the slash at its beginning.</summary>
    public FileRights RightsAt(ReadOnlySpan<byte> path)
    {
        var node = _root;
        var below = node.Below ?? FileRights.None;
        var rest = path;
        while (!rest.IsEmpty)
        {
            var slash = rest.IndexOf((byte)'/');
            var name = slash < 0 ? rest : rest[..slash];
            if (node.Find(name) is not { } next)
            {
                return below;
            }

            // A directory on the way to a folder, as /vendors, has the rights of the folder that it lies in.
            node = next;
            below = node.Below ?? below;
            rest = slash < 0 ? [] : rest[(slash + 1)..];
        }

        return node.IsClosed ? FileRights.None : FileRights.List | (below & ~NotOnTheFolderItself);
    }

    /// <inheritdoc/>
    public IReadOnlyList<VaultPath> FoldersWith(FileRights rights) =>
        [.. _named.Where(folder => (folder.Below & rights) == rights).Select(folder => folder.Path)];

    private Node NodeOf(string path)
    {
        var node = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = node.Enter(name);
        }

        return node;
    }

    private sealed class Node(byte[] name)
    {
        private readonly List<Node> _children = [];
        private Node? _anyName;

        public FileRights? Below { get; set; }

        public bool IsClosed { get; set; }

        public Node Enter(string childName)
        {
            if (childName == LayoutTemplate.VendorToken)
            {
                return _anyName ??= new Node([]);
            }

            var bytes = Encoding.UTF8.GetBytes(childName);
            if (_children.Find(child => child.HasName(bytes)) is not { } found)
            {
                found = new Node(bytes);
                _children.Add(found);
            }

            return found;
        }

        public Node? Find(ReadOnlySpan<byte> childName)
        {
            foreach (var child in _children)
            {
                if (child.HasName(childName))
                {
                    return child;
                }
            }

            return _anyName;
        }

        private bool HasName(ReadOnlySpan<byte> other) => name.AsSpan().SequenceEqual(other);
    }
}
