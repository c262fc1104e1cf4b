using Waybill.Storage.Local.Native;

namespace Waybill.Storage.Local;

/// <summary>
/// The uploads of new files that logins are at; shared by all sessions of the program. Of two to one name the one that began the file anew later, or has become
/// it, is what the login wants: what the other one sent, most often over a line that died, is not kept when it ends.
/// </summary>
internal sealed class RunningUploads
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Upload>> _byOwner = [];

    public void Add(string owner, Upload upload)
    {
        lock (_lock)
        {
            if (!_byOwner.TryGetValue(owner, out var own))
            {
                _byOwner[owner] = own = [];
            }

            own.Add(upload);
        }
    }

    /// <summary>Forgets an upload that ends, before it closes its directory.</summary>
    public void Remove(string owner, Upload upload)
    {
        lock (_lock)
        {
            if (_byOwner.TryGetValue(owner, out var own) && own.Remove(upload) && own.Count == 0)
            {
                _byOwner.Remove(owner);
            }
        }
    }

    /// <summary>What the login's uploads to a name have sent is not wanted any more.</summary>
    /// <param name="owner">The login.</param>
    /// <param name="directory">Where the name is.</param>
    /// <param name="name">The name.</param>
    /// <param name="order">Those that began before the upload of that order; the others are wanted.</param>
    public void Overtake(string owner, FileDescriptor directory, ReadOnlySpan<byte> name, long order)
    {
        lock (_lock)
        {
            if (!_byOwner.TryGetValue(owner, out var own))
            {
                return;
            }

            foreach (var upload in own)
            {
                if (upload.Order < order && upload.HasName(name)
                    && Kernel.Stat(directory, out var status) == Errno.None && upload.IsFor(status.Identity, name))
                {
                    upload.MarkOvertaken();
                }
            }
        }
    }
}
