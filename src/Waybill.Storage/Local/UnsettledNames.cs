using System.Diagnostics.CodeAnalysis;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// Names whose new version is in place and not recorded yet, so that the old one may come back; shared by all sessions of the program. Who wants to commit to such
/// a name waits: else two sessions would put back each other's content, or be recorded in another order than they came. So does who has removed, renamed or set
/// something of such a file before it is answered: what it did is recorded behind the upload, and never of a file that no row has.
/// </summary>
internal sealed class UnsettledNames : IEqualityComparer<UnsettledNames.Key>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Claim> _names;
    private readonly Dictionary<FileIdentity, Claim> _files = [];
    private int _count;

    public UnsettledNames() => _names = new(this);

    /// <summary>There is none: nothing needs to be asked of the kernel to look one up.</summary>
    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <param name="directory">Where the name is.</param>
    /// <param name="name">The name, which nobody changes any more.</param>
    /// <param name="file">What is to be put there.</param>
    /// <param name="ahead">When the claim of another was refused for has ended.</param>
    /// <returns>Null when another has it.</returns>
    public Claim? TryClaim(FileIdentity directory, byte[] name, FileIdentity file, out Task? ahead)
    {
        var key = new Key(directory, name);
        lock (_lock)
        {
            if (_names.TryGetValue(key, out var holder))
            {
                ahead = holder.Ended;
                return null;
            }

            ahead = null;
            _count++;
            return _names[key] = _files[file] = new Claim(this, key, file);
        }
    }

    /// <summary>What was put in place under a name and is not recorded.</summary>
    public Unsettled? Find(FileIdentity directory, ReadOnlySpan<byte> name)
    {
        var key = new Key(directory, name.ToArray());
        lock (_lock)
        {
            return _names.TryGetValue(key, out var claim) && claim.IsInPlace ? new Unsettled(claim.File, claim.Ended) : null;
        }
    }

    /// <summary>Whether a file is recorded, which is put in place and not yet; null when it is none of these. Whoever has found it by a name has found it in its place.</summary>
    public Task<bool>? Find(FileIdentity file)
    {
        lock (_lock)
        {
            return _files.TryGetValue(file, out var claim) ? claim.Ended : null;
        }
    }

    /// <summary>Completes when all that are in place now are recorded.</summary>
    public Task WhenAllEnded()
    {
        lock (_lock)
        {
            return Task.WhenAll(_names.Values.Where(static claim => claim.IsInPlace).Select(static claim => claim.Ended));
        }
    }

    public bool Equals(Key x, Key y) => x.Directory == y.Directory && x.Name.AsSpan().SequenceEqual(y.Name);

    public int GetHashCode([DisallowNull] Key obj)
    {
        var hash = default(HashCode);
        hash.Add(obj.Directory);
        hash.AddBytes(obj.Name);
        return hash.ToHashCode();
    }

    internal readonly record struct Key(FileIdentity Directory, byte[] Name);

    /// <param name="File">What was put in place.</param>
    /// <param name="Recorded">Completes when it is recorded, with false when it is not going to be.</param>
    internal readonly record struct Unsettled(FileIdentity File, Task<bool> Recorded);

    /// <summary>A claimed name; ending it once gives the name back. Every upload has one, so it makes what others wait for when one does.</summary>
    internal sealed class Claim(UnsettledNames owner, Key key, FileIdentity file)
    {
        private TaskCompletionSource<bool>? _ended;

        public FileIdentity File => file;

        /// <summary>Whether the file has its name by now.</summary>
        public bool IsInPlace { get; private set; }

        /// <summary>Asked for under the lock, and so before it has ended.</summary>
        public Task<bool> Ended => (_ended ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void Placed()
        {
            lock (owner._lock)
            {
                IsInPlace = true;
            }
        }

        public void End(bool recorded)
        {
            lock (owner._lock)
            {
                owner._count--;
                owner._names.Remove(key);

                // The number of a file that was removed in between may be another upload's by now.
                if (owner._files.TryGetValue(file, out var claim) && claim == this)
                {
                    owner._files.Remove(file);
                }
            }

            _ended?.TrySetResult(recorded);
        }
    }
}
