using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// Everything in a vault, one entry after the other, directories before what lies in them. No link is followed, the store's own temporaries are left out, and one
/// directory is open beside the vault's own, as in <see cref="TemporarySweep"/>: memory and descriptors stay the same however many files there are.
/// </summary>
public sealed class VaultWalk : IDisposable
{
    private readonly Stack<Level> _levels = new();
    private readonly byte[] _records = new byte[DirectoryRecord.BufferSize];
    private readonly byte[] _path = new byte[VaultPath.MaximumLength + 1 + VaultPath.MaximumNameLength];
    private readonly FileDescriptor _root;
    private FileDescriptor? _directory;
    private int _start;
    private int _end;
    private int _pathLength;

    // Bytes of the path of the entry that was taken last, and whether it is a directory that the walk is yet to enter.
    private int _last;
    private bool _descend;

    internal VaultWalk(FileDescriptor root)
    {
        if (Kernel.OpenName(root, "."u8, OpenFlags.ReadDirectory, 0, out _root) != Errno.None || !Enter(_root, "."u8))
        {
            IsInterrupted = true;
        }
    }

    /// <summary>The walk has not seen everything: a directory was moved or removed while it was deeper in it, or one cannot be read.</summary>
    public bool IsInterrupted { get; private set; }

    /// <summary>Entries whose name is not UTF-8 or whose path is longer than clients can name: no path can stand for them.</summary>
    public long Unnameable { get; private set; }

    /// <summary>Takes the next entry; false at the end.</summary>
    public bool TryRead(out VaultEntry entry)
    {
        if (_descend)
        {
            _descend = false;
            Descend();
        }

        while (_directory is not null)
        {
            var rest = _records.AsSpan(_start, _end - _start);
            if (!DirectoryRecord.TryRead(ref rest, out var record))
            {
                if (!Refill())
                {
                    Ascend();
                }

                continue;
            }

            _start += record.Length;
            if (record.IsDot || Temporaries.IsReserved(record.Name) || Kernel.StatName(_directory, record.Name, out var status) != Errno.None)
            {
                continue;
            }

            var length = Append(record.Name);
            if (VaultPath.TryParse(_path.AsSpan(0, length), VaultPath.Root, out var path) != VaultPathError.None)
            {
                Unnameable++;
                continue;
            }

            entry = LocalVault.Entry(path!, status);
            if (entry.Kind == FileKind.Directory)
            {
                _levels.Push(_levels.Pop() with { Cookie = record.NextCookie });
                _descend = true;
            }

            _last = length;
            return true;
        }

        entry = default;
        return false;
    }

    /// <summary>Closes the directories that are open.</summary>
    public void Dispose()
    {
        _directory?.Dispose();
        _directory = null;
        _root.Dispose();
    }

    private int Append(ReadOnlySpan<byte> name)
    {
        _path[_pathLength] = (byte)'/';
        name.CopyTo(_path.AsSpan(_pathLength + 1));
        return _pathLength + 1 + name.Length;
    }

    private bool Refill()
    {
        _start = 0;
        var errno = Kernel.ReadDirectory(_directory!, _records, out _end);
        if (errno != Errno.None)
        {
            IsInterrupted = true;
            _end = 0;
        }

        return _end > 0;
    }

    private void Descend()
    {
        var parent = _directory!;
        var slash = _path.AsSpan(0, _last).LastIndexOf((byte)'/');
        if (Enter(parent, _path.AsSpan(slash + 1, _last - slash - 1)))
        {
            _pathLength = _last;
            parent.Dispose();
        }
        else
        {
            // Removed meanwhile, or its rights were taken away: the records of its parent are still there to go on with.
            IsInterrupted |= Kernel.StatName(parent, _path.AsSpan(slash + 1, _last - slash - 1), out _) == Errno.None;
        }
    }

    /// <summary>
    /// Goes on in the directory above, by its path: out of one that was moved ".." leads elsewhere, and what is in it has other names now. Then on in the nearest one that is
    /// still at its place.
    /// </summary>
    private void Ascend()
    {
        _directory!.Dispose();
        _directory = null;
        while (Leave() && !TryResume())
        {
            IsInterrupted = true;
        }
    }

    /// <summary>Forgets the directory that is read to its end; false when that was the vault's own.</summary>
    private bool Leave()
    {
        _levels.Pop();
        _pathLength = int.Max(0, _path.AsSpan(0, _pathLength).LastIndexOf((byte)'/'));
        return _levels.Count > 0;
    }

    private bool TryResume()
    {
        var expected = _levels.Peek();
        if (Kernel.OpenBeneath(_root, _pathLength == 0 ? "."u8 : _path.AsSpan(0, _pathLength), OpenFlags.ReadDirectory, OpenFlags.ResolveNoSymbolicLinks, out var directory) == Errno.None
            && Kernel.Stat(directory, out var status) == Errno.None && status.Identity == expected.Identity && Kernel.SeekDirectory(directory, expected.Cookie) == Errno.None)
        {
            _directory = directory;
            _start = _end = 0;
            return true;
        }

        directory.Dispose();
        return false;
    }

    private bool Enter(FileDescriptor parent, ReadOnlySpan<byte> name)
    {
        if (Kernel.OpenName(parent, name, OpenFlags.ReadDirectory | OpenFlags.NoFollow, 0, out var directory) == Errno.None
            && Kernel.Stat(directory, out var status) == Errno.None)
        {
            _levels.Push(new Level(status.Identity, Cookie: 0));
            _directory = directory;
            _start = _end = 0;
            return true;
        }

        directory.Dispose();
        return false;
    }

    private readonly record struct Level(FileIdentity Identity, long Cookie);
}
