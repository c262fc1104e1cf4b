using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// New names that a login began anew (TRUNC, EXCL) while another of its sessions was uploading to them, most often over a line that died: what that one sent is not
/// wanted any more, whenever it ends. Shared by all sessions of the program. An entry that nobody needs any more harms nobody: later uploads have a later order.
/// </summary>
internal sealed class OvertakenUploads
{
    /// <summary>Names that are remembered, the latest ones.</summary>
    public const int Remembered = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Owner, PendingNames.Key Name), long> _since = [];

    /// <summary>The login began the name anew.</summary>
    /// <param name="owner">The login.</param>
    /// <param name="directory">Where the name is.</param>
    /// <param name="name">The name.</param>
    /// <param name="order">The order of the upload that began then.</param>
    public void Note(string owner, FileIdentity directory, ReadOnlySpan<byte> name, long order)
    {
        var key = (owner, new PendingNames.Key(directory, Convert.ToHexString(name)));
        lock (_lock)
        {
            _since[key] = order;
            if (_since.Count > Remembered)
            {
                _since.Remove(_since.MinBy(entry => entry.Value).Key);
            }
        }
    }

    /// <summary>Whether the upload of that order is one of those.</summary>
    public bool Contains(string owner, FileIdentity directory, ReadOnlySpan<byte> name, long order)
    {
        lock (_lock)
        {
            return _since.Count > 0
                && _since.TryGetValue((owner, new PendingNames.Key(directory, Convert.ToHexString(name))), out var since) && since > order;
        }
    }
}
