using System.Security.Cryptography;
using System.Text;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// Where the kept partials of all vaults lie, so that the hourly purge need not walk the vaults. It is filled by the walk at the start and by every upload that
/// is set aside. The names on the disk are the truth: a partial that is missing here is still adopted, and the next walk finds it.
/// </summary>
internal sealed class KeptPartials
{
    private const int PathBuffer = 2 * (VaultPath.MaximumLength + 1);
    private const int BootText = 36;

    private readonly FileDescriptor _vaults;
    private readonly LocalStoreOptions _options;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, Entry>> _byOwner = [];
    private readonly Lock _keeping = new();
    private long _added;
    private long _begun;
    private volatile bool _isComplete;

    public KeptPartials(FileDescriptor vaults, LocalStoreOptions options)
    {
        _vaults = vaults;
        _options = options;
        Boot = options.Boot ?? ReadBoot();
    }

    private static ReadOnlySpan<byte> BootFile => "/proc/sys/kernel/random/boot_id"u8;

    /// <summary>Which boot of the machine this is.</summary>
    public string Boot { get; }

    /// <summary>Whether the walk has been everywhere: every upload that a crash left is now a kept partial, or gone.</summary>
    public bool IsComplete => _isComplete;

    public bool IsOn => _options.KeepPartials > TimeSpan.Zero;

    /// <summary>False only when this login certainly has none: then nothing is looked for, and small uploads pay nothing.</summary>
    public bool MayHave(string owner)
    {
        if (!_isComplete)
        {
            return true;
        }

        lock (_lock)
        {
            return _byOwner.ContainsKey(owner);
        }
    }

    /// <summary>
    /// Whether its time is over. The change time counts: no client can set it. A partial from far in the future (the clock was wrong) is over too, else it would
    /// stay for years.
    /// </summary>
    public bool IsOver(in Statx status) => IsOver(status.ChangeSeconds);

    /// <summary>The place of an upload that begins among all of the program: of two to one name, the later one is what the login wants.</summary>
    public long NextOrder() => Interlocked.Increment(ref _begun);

    /// <summary>
    /// Sets a synced upload aside under the name of a kept partial, unless what lies there began later, and gives up its lock: the login may go on with it at once.
    /// </summary>
    /// <param name="directory">Where.</param>
    /// <param name="temporary">The upload's name until now.</param>
    /// <param name="hidden">The name of the kept partial.</param>
    /// <param name="owner">The login.</param>
    /// <param name="file">The upload, locked.</param>
    /// <param name="order">When it began (<see cref="NextOrder"/>); 0 if that was before the program did.</param>
    public bool Keep(FileDescriptor directory, ReadOnlySpan<byte> temporary, ReadOnlySpan<byte> hidden, string owner, FileDescriptor file, long order)
    {
        List<string> tooMany;
        var older = FileDescriptor.Closed;
        lock (_keeping)
        {
            var errno = Kernel.Rename(directory, temporary, directory, hidden, OpenFlags.RenameNoReplace);
            if (errno == Errno.Exists && OrderOf(directory, hidden, owner) <= order && Temporaries.UnlinkIfDead(directory, hidden, out older))
            {
                errno = Kernel.Rename(directory, temporary, directory, hidden, OpenFlags.RenameNoReplace);
            }

            if (errno != Errno.None)
            {
                older.Dispose();
                return false;
            }

            tooMany = Kernel.Stat(file, out var status) == Errno.None ? Note(directory, hidden, owner, status, order) : [];
            Kernel.Unlock(file);
        }

        older.Dispose();
        SyncDirectory(directory);
        tooMany.ForEach(key => RemoveFile(key));
        return true;
    }

    /// <summary>Forgets one that was adopted or removed, unless another one has its place by now.</summary>
    public void Forget(FileDescriptor directory, ReadOnlySpan<byte> hidden, string owner)
    {
        lock (_keeping)
        {
            if (Kernel.StatName(directory, hidden, out _) == Errno.NoEntry && PlaceOf(directory, hidden) is { } place)
            {
                lock (_lock)
                {
                    Remove(owner, place);
                }
            }
        }
    }

    /// <summary>When the upload that lies there began; 0 if that was before the program did.</summary>
    public long OrderOf(FileDescriptor directory, ReadOnlySpan<byte> hidden, string owner)
    {
        var place = PlaceOf(directory, hidden);
        lock (_lock)
        {
            return place is not null && _byOwner.TryGetValue(owner, out var own) && own.TryGetValue(place, out var entry) ? entry.Order : 0;
        }
    }

    /// <summary>What is kept below a root.</summary>
    public PartialUsage UsageOf(VaultPath root)
    {
        var prefix = root.IsRoot ? "/" : Encoding.Latin1.GetString(root.Bytes) + "/";
        lock (_lock)
        {
            var below = _byOwner.Values.SelectMany(own => own).Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(entry => entry.Value.Size).ToList();
            return new PartialUsage(below.Count, below.Sum());
        }
    }

    /// <summary>Removes those whose time is over.</summary>
    /// <param name="missed">One was not where it had been: its directory was moved, and only a walk finds it again.</param>
    /// <returns>How many were removed.</returns>
    public int Purge(out bool missed)
    {
        missed = !_isComplete;
        List<(string Owner, string Place)> over;
        lock (_lock)
        {
            over = [.. from owner in _byOwner from entry in owner.Value where IsOver(entry.Value.Since) select (owner.Key, entry.Key)];
            over.ForEach(entry => Remove(entry.Owner, entry.Place));
        }

        var removed = 0;
        foreach (var (_, key) in over)
        {
            var gone = RemoveFile(key);
            removed += gone ? 1 : 0;
            missed |= !gone;
        }

        return removed;
    }

    /// <summary>A walk has been everywhere.</summary>
    public void Complete() => _isComplete = true;

    /// <summary>
    /// What the walk found: the upload of a killed server is synced and set aside; one of an earlier boot, one whose time is over, or one that another version
    /// has overtaken, goes. What somebody holds stays as it is.
    /// </summary>
    /// <returns>Whether it was removed.</returns>
    public bool Inspect(FileDescriptor directory, ReadOnlySpan<byte> hidden, in UploadNames.Parsed parsed)
    {
        if (Kernel.OpenName(directory, hidden, OpenFlags.ExistingFile, 0, out var file) != Errno.None)
        {
            return false;
        }

        using (file)
        {
            if (Kernel.Stat(file, out var status) != Errno.None || status.Kind != FileKind.File)
            {
                return false;
            }

            var isTrusted = parsed.IsKept || parsed.Boot == Boot;
            if (!IsOn || !isTrusted || status.Size == 0 || IsOver(status) || Kernel.StatName(directory, parsed.Name, out _) != Errno.NoEntry)
            {
                return Temporaries.RemoveIfDead(directory, hidden);
            }

            if (parsed.IsKept)
            {
                Note(directory, hidden, parsed.Owner, status, order: 0).ForEach(key => RemoveFile(key));
                return false;
            }

            // Synced before the lock is taken: the login may come back meanwhile and adopt it, and must not be told to wait.
            var isSynced = _options.Durability != Durability.Full || _options.Calls.SyncFile(file) == Errno.None;
            if (Temporaries.TryLock(directory, hidden, file))
            {
                if (!isSynced)
                {
                    // The disk has said so once: the next sync would succeed, and what was lost be acknowledged (promise D4).
                    Kernel.Rename(directory, hidden, directory, Temporaries.NewQuarantineName(), OpenFlags.RenameNoReplace);
                    return false;
                }

                var kept = new UploadNames(parsed.Owner, Boot).Kept(parsed.Name);
                if (Kernel.StatName(directory, kept, out var later) == Errno.None && !IsOver(later))
                {
                    return Kernel.Unlink(directory, hidden, 0) == Errno.None;
                }

                Keep(directory, hidden, kept, parsed.Owner, file, order: 0);
            }

            return false;
        }
    }

    /// <summary>After a partial got its name no failure is an error: one that a power cut undoes loses a partial and nothing else.</summary>
    public StoreError SyncDirectory(FileDescriptor directory)
    {
        if (_options.Durability != Durability.Full)
        {
            return StoreError.None;
        }

        var errno = _options.Calls.OpenForSync(directory, out var open);
        using (open)
        {
            return Errno.ToStoreError(errno == Errno.None ? _options.Calls.SyncDirectory(open) : errno);
        }
    }

    private bool IsOver(long since) => Math.Abs(_options.Time.GetUtcNow().ToUnixTimeSeconds() - since) > _options.KeepPartials.TotalSeconds;

    /// <returns>Those that make room for it: the login's oldest, when there are too many.</returns>
    private List<string> Note(FileDescriptor directory, ReadOnlySpan<byte> hidden, string owner, in Statx status, long order)
    {
        var tooMany = new List<string>();
        if (PlaceOf(directory, hidden) is not { } place)
        {
            _isComplete = false;
            return tooMany;
        }

        lock (_lock)
        {
            if (!_byOwner.TryGetValue(owner, out var own))
            {
                _byOwner[owner] = own = [];
            }

            // A walk that finds it again does not know when it began.
            order = order > 0 || !own.TryGetValue(place, out var known) ? order : known.Order;
            own[place] = new Entry((long)status.Size, status.ChangeSeconds, ++_added, order);
            var (count, bytes) = (0, 0L);
            foreach (var (key, entry) in own.OrderByDescending(entry => entry.Value.Since).ThenByDescending(entry => entry.Value.Added))
            {
                count++;
                bytes += entry.Size;
                if (count > _options.MaximumPartials || bytes > _options.MaximumPartialBytes)
                {
                    tooMany.Add(key);
                }
            }

            tooMany.ForEach(key => Remove(owner, key));
        }

        return tooMany;
    }

    private void Remove(string owner, string place)
    {
        if (_byOwner.TryGetValue(owner, out var own) && own.Remove(place) && own.Count == 0)
        {
            _byOwner.Remove(owner);
        }
    }

    private bool RemoveFile(string place)
    {
        var path = Encoding.Latin1.GetBytes(place);
        var slash = path.AsSpan().LastIndexOf((byte)'/');
        var parent = slash == 0 ? "/"u8 : path.AsSpan(0, slash);
        var errno = Kernel.OpenBeneath(_vaults, parent, OpenFlags.DirectoryPath, OpenFlags.ResolveNoSymbolicLinks, out var directory);
        using (directory)
        {
            return errno == Errno.None && Temporaries.RemoveIfDead(directory, path.AsSpan(slash + 1));
        }
    }

    /// <summary>The path below the directory of all vaults, each byte a character; null when the kernel cannot tell.</summary>
    private string? PlaceOf(FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        var top = new byte[PathBuffer];
        var path = new byte[PathBuffer];
        if (Kernel.WhereIs(_vaults, top, out var topLength) != Errno.None || Kernel.WhereIs(directory, path, out var length) != Errno.None
            || !path.AsSpan(0, length).StartsWith(top.AsSpan(0, topLength)))
        {
            return null;
        }

        var place = Encoding.Latin1.GetString(path, topLength, length - topLength) + "/" + Encoding.Latin1.GetString(name);
        return place.StartsWith('/') ? place : "/" + place;
    }

    private static string ReadBoot()
    {
        Span<byte> text = stackalloc byte[BootText];
        var length = 0;
        if (Kernel.OpenConfigured(BootFile, OpenFlags.ReadFile, out var file) == Errno.None)
        {
            using (file)
            {
                length = Kernel.Read(file, 0, text, out var read) == Errno.None ? read : 0;
            }
        }

        var boot = Encoding.ASCII.GetString(text[..length]).Replace("-", "", StringComparison.Ordinal);

        // Without one, nothing that another process wrote is trusted, unless it was synced.
        return boot.Length >= UploadNames.BootLength ? boot[..UploadNames.BootLength] : RandomNumberGenerator.GetHexString(UploadNames.BootLength, lowercase: true);
    }

    /// <param name="Size">Its bytes.</param>
    /// <param name="Since">When it was changed last.</param>
    /// <param name="Added">Which of two that were changed in one second is the newer one.</param>
    /// <param name="Order">When the upload began (<see cref="NextOrder"/>).</param>
    private sealed record Entry(long Size, long Since, long Added, long Order);
}
