namespace Waybill.Storage.Access;

/// <summary>
/// What this session has uploaded to where it may write but not look or change (a drop box): the client may still ask for the size and set the times of its
/// own fresh file, as every client does after an upload. Only the newest <see cref="Limit"/> are remembered.
/// </summary>
public sealed class OwnUploads
{
    /// <summary>How many are remembered.</summary>
    public const int Limit = 256;

    private readonly List<VaultPath> _paths = [];

    /// <summary>Whether it is one.</summary>
    public bool Contains(VaultPath path) => _paths.Contains(path);

    /// <summary>Remembers one.</summary>
    public void Add(VaultPath path)
    {
        Remove(path);
        if (_paths.Count == Limit)
        {
            _paths.RemoveAt(0);
        }

        _paths.Add(path);
    }

    /// <summary>It is gone.</summary>
    public void Remove(VaultPath path) => _paths.Remove(path);

    /// <summary>WinSCP uploads as name.filepart, renames, then sets the times of name.</summary>
    public void Renamed(VaultPath source, VaultPath target)
    {
        var wasOwn = Contains(source);
        Remove(source);
        Remove(target);
        if (wasOwn)
        {
            Add(target);
        }
    }
}
