using System.Text;
using Waybill.Storage;
using FileAttributes = Waybill.Storage.FileAttributes;

namespace Waybill.TestKit.Storage;

/// <summary>
/// A file store in memory for tests of the engines above it. It keeps the contract of <see cref="IFileStore"/>: an upload is hidden until its commit, a
/// rename onto an existing name fails unless asked to replace. It does not resolve links in directories.
/// </summary>
public sealed class MemoryFileStore : IFileStore
{
    private readonly Dictionary<string, MemoryNode> _nodes = new(StringComparer.Ordinal) { ["/"] = new MemoryNode(FileKind.Directory) { Permissions = 0x1ED } };
    private readonly Dictionary<string, MemoryOpenFile> _uploads = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>Whether links may be made.</summary>
    public bool Links { get; init; }

    /// <summary>Seconds since 1970 that new files get.</summary>
    public long Now { get; set; } = 1_768_478_400;

    /// <summary>When set, asked before each operation; an error other than None is returned instead of doing it.</summary>
    public Func<string, VaultPath?, StoreError>? Fault { get; set; }

    /// <summary>Files opened and not yet closed.</summary>
    public int OpenFiles { get; private set; }

    /// <summary>Commits of files opened for writing.</summary>
    public int Commits { get; private set; }

    /// <summary>What the last copy could be ended by.</summary>
    public CancellationToken CopyToken { get; set; }

    /// <summary>Every path that exists, in order.</summary>
    public IReadOnlyList<string> Paths
    {
        get
        {
            lock (_lock)
            {
                return [.. _nodes.Keys.Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Puts a file there, with its parents.</summary>
    public void AddFile(string path, ReadOnlySpan<byte> content)
    {
        lock (_lock)
        {
            AddParents(path);
            _nodes[path] = new MemoryNode(FileKind.File) { Content = content.ToArray(), ModificationTime = Now, AccessTime = Now };
        }
    }

    /// <summary>Puts a directory there, with its parents.</summary>
    public void AddDirectory(string path)
    {
        lock (_lock)
        {
            AddParents(path + "/x");
        }
    }

    /// <summary>Puts a symbolic link there, with its parents.</summary>
    public void AddLink(string path, string target)
    {
        lock (_lock)
        {
            AddParents(path);
            _nodes[path] = new MemoryNode(FileKind.SymbolicLink) { Content = Encoding.UTF8.GetBytes(target), Permissions = 0x1FF };
        }
    }

    /// <summary>A file's published content; null when there is none.</summary>
    public byte[]? ContentOf(string path)
    {
        lock (_lock)
        {
            return _nodes.TryGetValue(path, out var node) && node.Kind == FileKind.File ? node.Content : null;
        }
    }

    /// <summary>A path's published attributes; null when it does not exist.</summary>
    public FileAttributes? AttributesOf(string path)
    {
        lock (_lock)
        {
            return _nodes.TryGetValue(path, out var node) ? node.Attributes : null;
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreResult<IOpenFile>> OpenAsync(VaultPath path, OpenModes modes, int? permissions = null, long? expectedSize = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        lock (_lock)
        {
            return new(Open(path, modes, permissions));
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreResult<IDirectoryListing>> OpenDirectoryAsync(VaultPath path)
    {
        lock (_lock)
        {
            if (Failing("opendir", path) is var fault and not StoreError.None)
            {
                return new(fault);
            }

            if (!TryFind(path, followLink: true, out var name, out var node))
            {
                return new(StoreError.NotFound);
            }

            if (node.Kind != FileKind.Directory)
            {
                return new(StoreError.NotADirectory);
            }

            var entries = new List<DirectoryEntry> { new("."u8.ToArray(), node.Attributes), new(".."u8.ToArray(), node.Attributes) };
            entries.AddRange(ChildrenOf(name).Select(child => new DirectoryEntry(Encoding.UTF8.GetBytes(child[(child.LastIndexOf('/') + 1)..]), _nodes[child].Attributes)));
            return new(new StoreResult<IDirectoryListing>(StoreError.None, new MemoryListing(entries)));
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreResult<FileAttributes>> GetAttributesAsync(VaultPath path, bool followLink)
    {
        ArgumentNullException.ThrowIfNull(path);
        lock (_lock)
        {
            if (Failing("stat", path) is var fault and not StoreError.None)
            {
                return new(fault);
            }

            if (_uploads.TryGetValue(path.ToString(), out var upload))
            {
                return new(upload.Attributes);
            }

            return new(TryFind(path, followLink, out _, out var node) ? node.Attributes : StoreError.NotFound);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreError> SetAttributesAsync(VaultPath path, AttributeChanges changes, bool followLink)
    {
        lock (_lock)
        {
            if (Failing("setstat", path) is var fault and not StoreError.None)
            {
                return new(fault);
            }

            if (!TryFind(path, followLink, out _, out var node))
            {
                return new(StoreError.NotFound);
            }

            return new(node.Apply(changes));
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreError> MakeDirectoryAsync(VaultPath path, int? permissions = null)
    {
        lock (_lock)
        {
            var error = CheckNewName("mkdir", path);
            if (error == StoreError.None)
            {
                _nodes[path.ToString()] = new MemoryNode(FileKind.Directory) { Permissions = (permissions ?? 0x1ED) & 0x1FF, ModificationTime = Now, AccessTime = Now };
            }

            return new(error);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreError> RemoveDirectoryAsync(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        lock (_lock)
        {
            if (Failing("rmdir", path) is var fault and not StoreError.None)
            {
                return new(fault);
            }

            var name = path.ToString();
            if (path.IsRoot)
            {
                return new(StoreError.PermissionDenied);
            }

            if (!_nodes.TryGetValue(name, out var node))
            {
                return new(StoreError.NotFound);
            }

            if (node.Kind != FileKind.Directory)
            {
                return new(StoreError.NotADirectory);
            }

            if (ChildrenOf(name).Any())
            {
                return new(StoreError.DirectoryNotEmpty);
            }

            _nodes.Remove(name);
            return new(StoreError.None);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreError> RemoveAsync(VaultPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        lock (_lock)
        {
            if (Failing("remove", path) is var fault and not StoreError.None)
            {
                return new(fault);
            }

            if (!_nodes.TryGetValue(path.ToString(), out var node))
            {
                return new(StoreError.NotFound);
            }

            if (node.Kind == FileKind.Directory)
            {
                return new(StoreError.IsADirectory);
            }

            _nodes.Remove(path.ToString());
            return new(StoreError.None);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreError> RenameAsync(VaultPath source, VaultPath target, bool replace)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        lock (_lock)
        {
            if (Failing("rename", source) is var fault and not StoreError.None)
            {
                return new(fault);
            }

            return new(Rename(source, target, replace));
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreResult<byte[]>> ReadLinkAsync(VaultPath path)
    {
        lock (_lock)
        {
            if (Failing("readlink", path) is var fault and not StoreError.None)
            {
                return new(fault);
            }

            if (!TryFind(path, followLink: false, out _, out var node))
            {
                return new(StoreError.NotFound);
            }

            return new(node.Kind == FileKind.SymbolicLink ? node.Content : StoreError.InvalidArgument);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreError> MakeSymbolicLinkAsync(VaultPath path, ReadOnlyMemory<byte> targetText)
    {
        lock (_lock)
        {
            if (!Links)
            {
                return new(StoreError.NotSupported);
            }

            var error = CheckNewName("symlink", path);
            if (error == StoreError.None)
            {
                _nodes[path.ToString()] = new MemoryNode(FileKind.SymbolicLink) { Content = targetText.ToArray(), Permissions = 0x1FF };
            }

            return new(error);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreError> MakeHardLinkAsync(VaultPath existing, VaultPath link)
    {
        lock (_lock)
        {
            if (!Links)
            {
                return new(StoreError.NotSupported);
            }

            if (!TryFind(existing, followLink: false, out _, out var node))
            {
                return new(StoreError.NotFound);
            }

            var error = CheckNewName("link", link);
            if (error == StoreError.None)
            {
                _nodes[link.ToString()] = node;
            }

            return new(error);
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreResult<VaultPath>> ResolveAsync(VaultPath path)
    {
        lock (_lock)
        {
            if (Failing("realpath", path) is var fault and not StoreError.None)
            {
                return new(fault);
            }

            return new(new StoreResult<VaultPath>(StoreError.None, TryFind(path, followLink: true, out var name, out _) ? VaultPath.Parse(name) : path));
        }
    }

    /// <inheritdoc/>
    public ValueTask<StoreResult<FileSystemUsage>> GetUsageAsync(VaultPath path) =>
        Failing("statvfs", path) is var fault and not StoreError.None ? new(fault) : new(Usage);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static FileSystemUsage Usage => new(4096, 1_000_000, 600_000, 100_000, 90_000, 0x57_41_59, 255);

    internal StoreError Failing(string operation, VaultPath? path) => Fault?.Invoke(operation, path) ?? StoreError.None;

    internal StoreError Commit(MemoryOpenFile file)
    {
        lock (_lock)
        {
            if (Failing("commit", file.Path) is var fault and not StoreError.None)
            {
                return fault;
            }

            _nodes[file.Path.ToString()] = file.Node;
            Commits++;
            return StoreError.None;
        }
    }

    internal void Closed(MemoryOpenFile file)
    {
        lock (_lock)
        {
            OpenFiles--;
            if (_uploads.TryGetValue(file.Path.ToString(), out var upload) && upload == file)
            {
                _uploads.Remove(file.Path.ToString());
            }
        }
    }

    private StoreResult<IOpenFile> Open(VaultPath path, OpenModes modes, int? permissions)
    {
        if (Failing("open", path) is var fault and not StoreError.None)
        {
            return fault;
        }

        var exists = TryFind(path, followLink: !modes.HasFlag(OpenModes.Exclusive), out var name, out var node);
        if (exists && modes.HasFlag(OpenModes.Exclusive))
        {
            return StoreError.AlreadyExists;
        }

        if (exists && node.Kind != FileKind.File)
        {
            return node.Kind == FileKind.Directory ? StoreError.IsADirectory : StoreError.NotARegularFile;
        }

        if (!exists && (!modes.HasFlag(OpenModes.Create) || !modes.HasFlag(OpenModes.Write)))
        {
            return StoreError.NotFound;
        }

        var real = exists ? VaultPath.Parse(name) : path;
        if (!exists && (!_nodes.TryGetValue(path.Parent.ToString(), out var parent) || parent.Kind != FileKind.Directory))
        {
            return StoreError.NotFound;
        }

        MemoryOpenFile file;
        if (modes.HasFlag(OpenModes.Write))
        {
            var fresh = exists ? node.Clone() : new MemoryNode(FileKind.File) { Permissions = (permissions ?? 0x1A4) & 0x1FF };
            fresh.ModificationTime = fresh.AccessTime = Now;
            fresh.Content = exists && !modes.HasFlag(OpenModes.Truncate) ? (byte[])node.Content.Clone() : [];
            file = new MemoryOpenFile(this, real, modes, fresh);
            _uploads[real.ToString()] = file;
        }
        else
        {
            file = new MemoryOpenFile(this, real, modes, node);
        }

        OpenFiles++;
        return new StoreResult<IOpenFile>(StoreError.None, file);
    }

    private StoreError Rename(VaultPath source, VaultPath target, bool replace)
    {
        var (from, to) = (source.ToString(), target.ToString());
        if (!_nodes.TryGetValue(from, out var node) || source.IsRoot)
        {
            return source.IsRoot ? StoreError.PermissionDenied : StoreError.NotFound;
        }

        if (from == to)
        {
            return StoreError.None;
        }

        if (target.IsAtOrBelow(source))
        {
            return StoreError.InvalidArgument;
        }

        if (_nodes.TryGetValue(to, out var there))
        {
            if (!replace)
            {
                return StoreError.AlreadyExists;
            }

            if (there.Kind == FileKind.Directory && (node.Kind != FileKind.Directory || ChildrenOf(to).Any()))
            {
                return node.Kind == FileKind.Directory ? StoreError.DirectoryNotEmpty : StoreError.IsADirectory;
            }

            if (there.Kind != FileKind.Directory && node.Kind == FileKind.Directory)
            {
                return StoreError.NotADirectory;
            }
        }
        else if (!_nodes.TryGetValue(target.Parent.ToString(), out var parent) || parent.Kind != FileKind.Directory)
        {
            return StoreError.NotFound;
        }

        foreach (var child in _nodes.Keys.Where(name => name.StartsWith(from + "/", StringComparison.Ordinal)).ToArray())
        {
            _nodes[to + child[from.Length..]] = _nodes[child];
            _nodes.Remove(child);
        }

        _nodes.Remove(from);
        _nodes[to] = node;
        return StoreError.None;
    }

    private StoreError CheckNewName(string operation, VaultPath path)
    {
        if (Failing(operation, path) is var fault and not StoreError.None)
        {
            return fault;
        }

        if (_nodes.ContainsKey(path.ToString()))
        {
            return StoreError.AlreadyExists;
        }

        return _nodes.TryGetValue(path.Parent.ToString(), out var parent)
            ? parent.Kind == FileKind.Directory ? StoreError.None : StoreError.NotADirectory
            : StoreError.NotFound;
    }

    private bool TryFind(VaultPath path, bool followLink, out string name, out MemoryNode node)
    {
        name = path.ToString();
        for (var hops = 0; hops < 40; hops++)
        {
            if (!_nodes.TryGetValue(name, out node!))
            {
                return false;
            }

            if (!followLink || node.Kind != FileKind.SymbolicLink)
            {
                return true;
            }

            if (VaultPath.TryParse(node.Content, VaultPath.Parse(name).Parent, out var next) != VaultPathError.None)
            {
                return false;
            }

            name = next!.ToString();
        }

        node = null!;
        return false;
    }

    private IEnumerable<string> ChildrenOf(string directory)
    {
        var prefix = directory == "/" ? "/" : directory + "/";
        return _nodes.Keys
            .Where(name => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal) && name.IndexOf('/', prefix.Length) < 0)
            .Order(StringComparer.Ordinal);
    }

    private void AddParents(string path)
    {
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            _nodes.TryAdd(path[..slash], new MemoryNode(FileKind.Directory) { Permissions = 0x1ED, ModificationTime = Now, AccessTime = Now });
        }
    }
}
