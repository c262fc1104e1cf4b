using System.Collections.Concurrent;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// Names whose new version is in place and not recorded yet, so that the old one may come back; shared by all sessions of the program. Who wants to commit to such
/// a name waits: else two sessions would put back each other's content.
/// </summary>
internal sealed class UnsettledNames
{
    private readonly ConcurrentDictionary<PendingNames.Key, Claim> _names = new();

    /// <param name="directory">Where the name is.</param>
    /// <param name="name">The name.</param>
    /// <param name="ahead">When the claim of another was refused for has ended.</param>
    /// <returns>Null when another has it.</returns>
    public Claim? TryClaim(FileIdentity directory, ReadOnlySpan<byte> name, out Task ahead)
    {
        var own = new Claim(this, new PendingNames.Key(directory, Convert.ToHexString(name)));
        var holder = _names.GetOrAdd(own.Key, own);
        ahead = holder.Ended;
        return holder == own ? own : null;
    }

    /// <summary>A claimed name; disposing it once gives the name back.</summary>
    internal sealed class Claim(UnsettledNames owner, PendingNames.Key key) : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public PendingNames.Key Key => key;

        public Task Ended => _ended.Task;

        public void Dispose()
        {
            owner._names.TryRemove(key, out _);
            _ended.TrySetResult();
        }
    }
}
