using Waybill.SshKeys.Keys;

namespace Waybill.Server.HostKeys;

/// <summary>
/// The host keys of a running server. A key that was loaded once stays loaded until the server has stopped, retired or not: sessions that began with it
/// exchange keys with it to their end.
/// </summary>
internal sealed class HostKeyRing(HostKeyStore store) : IDisposable
{
    private readonly Dictionary<SshPublicKey, SshPrivateKey> _loaded = [];

    /// <summary>Reads what the directory says now.</summary>
    public HostKeySet Load()
    {
        var read = store.LoadSet();
        return new HostKeySet([.. read.Used.Select(Keep)], [.. read.Announced.Select(Keep)]);
    }

    public void Dispose()
    {
        foreach (var key in _loaded.Values)
        {
            key.Dispose();
        }
    }

    private SshPrivateKey Keep(SshPrivateKey key)
    {
        if (_loaded.TryAdd(key.PublicKey, key))
        {
            return key;
        }

        key.Dispose();
        return _loaded[key.PublicKey];
    }
}
