using System.Collections.Concurrent;
using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>Names that are being created exclusively and are not visible yet; shared by all sessions of the program.</summary>
internal sealed class PendingNames
{
    private readonly ConcurrentDictionary<Key, byte> _names = new();

    /// <summary>Names whose new version waits for its record.</summary>
    public UnsettledNames Unsettled { get; } = new();

    /// <summary>The uploads of new files, of all logins.</summary>
    public RunningUploads Running { get; } = new();

    public bool TryClaim(FileIdentity directory, ReadOnlySpan<byte> name, out Claim? claim)
    {
        var key = new Key(directory, Convert.ToHexString(name));
        claim = _names.TryAdd(key, 0) ? new Claim(this, key) : null;
        return claim is not null;
    }

    internal readonly record struct Key(FileIdentity Directory, string Name);

    /// <summary>A claimed name; disposing it gives the name back.</summary>
    internal sealed class Claim(PendingNames owner, Key key) : IDisposable
    {
        public void Dispose() => owner._names.TryRemove(key, out _);
    }
}
