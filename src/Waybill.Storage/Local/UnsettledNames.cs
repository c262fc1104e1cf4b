using System.Diagnostics.CodeAnalysis;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// Names whose new version is in place and not recorded yet, so that the old one may come back; shared by all sessions of the program. Who wants to commit to such
/// a name waits: else two sessions would put back each other's content, or be recorded in another order than they came.
/// </summary>
internal sealed class UnsettledNames : IEqualityComparer<UnsettledNames.Key>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Claim> _names;

    public UnsettledNames() => _names = new(this);

    /// <param name="directory">Where the name is.</param>
    /// <param name="name">The name, which nobody changes any more.</param>
    /// <param name="ahead">When the claim of another was refused for has ended.</param>
    /// <returns>Null when another has it.</returns>
    public Claim? TryClaim(FileIdentity directory, byte[] name, out Task? ahead)
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
            return _names[key] = new Claim(this, key);
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

    /// <summary>A claimed name; disposing it once gives the name back. Every upload has one, so it makes what others wait for when one does.</summary>
    internal sealed class Claim(UnsettledNames owner, Key key) : IDisposable
    {
        private TaskCompletionSource? _ended;

        /// <summary>Asked for under the lock, and so before it has ended.</summary>
        public Task Ended => (_ended ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._names.Remove(key);
            }

            _ended?.TrySetResult();
        }
    }
}
