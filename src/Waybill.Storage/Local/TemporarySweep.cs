using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// Walks all vaults and removes dead temporaries, but for those that their login may go on with. One directory is open at a time: the way up is <c>..</c>, checked against where the walk came from, and the
/// place in the parent is a cookie. So a tree deeper than any path or descriptor limit costs a few bytes a level.
/// </summary>
internal sealed class TemporarySweep(FileDescriptor top, KeptPartials partials, CancellationToken cancellationToken)
{
    private readonly Stack<Level> _levels = new();
    private readonly byte[] _buffer = new byte[DirectoryRecord.BufferSize];
    private int _removed;
    private bool _missedOne;

    public int Run()
    {
        if (!Enter(top, "."u8, out var current))
        {
            return 0;
        }

        var isDone = false;

        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                if (TryDescend(current, out var below))
                {
                    current.Dispose();
                    current = below;
                }
                else if (_levels.Count <= 1)
                {
                    isDone = true;
                    break;
                }
                else if (!TryAscend(current, out var above))
                {
                    break;
                }
                else
                {
                    current.Dispose();
                    current = above;
                }
            }
        }
        finally
        {
            current.Dispose();
        }

        if (isDone && !_missedOne)
        {
            partials.Complete();
        }

        return _removed;
    }

    /// <summary>Goes on with the directory until a subdirectory is found.</summary>
    private bool TryDescend(FileDescriptor directory, out FileDescriptor below)
    {
        below = directory;
        while (Kernel.ReadDirectory(directory, _buffer, out var length) == Errno.None && length > 0)
        {
            var rest = _buffer.AsSpan(0, length);
            while (DirectoryRecord.TryRead(ref rest, out var record))
            {
                if (Temporaries.IsUpload(record.Name))
                {
                    _removed += Temporaries.RemoveIfDead(directory, record.Name) ? 1 : 0;
                }
                else if (Temporaries.IsReserved(record.Name) && UploadNames.TryParse(record.Name, out var parsed))
                {
                    _removed += partials.Inspect(directory, record.Name, parsed) ? 1 : 0;
                }
                else if (record.MayBeDirectory && !record.IsDot)
                {
                    var here = _levels.Pop();
                    _levels.Push(here with { Cookie = record.NextCookie });
                    if (Enter(directory, record.Name, out below))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private bool TryAscend(FileDescriptor directory, out FileDescriptor above)
    {
        _levels.Pop();
        var expected = _levels.Peek();
        if (Kernel.OpenName(directory, ".."u8, OpenFlags.ReadDirectory, 0, out above) != Errno.None)
        {
            return false;
        }

        // A directory that was moved while the walk was in it would lead somewhere else: the sweep ends, and the next one does the rest.
        if (Kernel.Stat(above, out var status) == Errno.None && status.Identity == expected.Identity
            && Kernel.SeekDirectory(above, expected.Cookie) == Errno.None)
        {
            return true;
        }

        above.Dispose();
        return false;
    }

    private bool Enter(FileDescriptor parent, ReadOnlySpan<byte> name, out FileDescriptor directory)
    {
        var errno = Kernel.OpenName(parent, name, OpenFlags.ReadDirectory | OpenFlags.NoFollow, 0, out directory);
        if (errno != Errno.None)
        {
            // Removed meanwhile, or no directory at all, on a file system that does not say so in its listings.
            _missedOne |= errno is not (Errno.NoEntry or Errno.NotADirectory or Errno.Loop);
            return false;
        }

        if (Kernel.Stat(directory, out var status) == Errno.None)
        {
            _levels.Push(new Level(status.Identity, Cookie: 0));
            return true;
        }

        directory.Dispose();
        return false;
    }

    private readonly record struct Level(FileIdentity Identity, long Cookie);
}
