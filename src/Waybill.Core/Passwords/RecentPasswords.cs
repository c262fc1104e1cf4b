using System.Security.Cryptography;
using System.Text;

namespace Waybill.Core.Passwords;

/// <summary>
/// Passwords that were right a short while ago: programs that open a connection for each file would take a tenth of a second of a core each time. Kept is a keyed hash under
/// a key of this process, and only what was right is quicker, so that a wrong one tells nothing by its time.
/// </summary>
internal sealed class RecentPasswords(TimeProvider time)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Mark, DateTimeOffset Until)> _known = new(StringComparer.Ordinal);

    /// <summary>Whether it is the password that was right for this stamp.</summary>
    public bool IsKnown(string stamp, string password)
    {
        var mark = Mark(stamp, password);
        lock (_lock)
        {
            return _known.TryGetValue(stamp, out var known) && known.Until > time.GetUtcNow() && CryptographicOperations.FixedTimeEquals(known.Mark, mark);
        }
    }

    /// <summary>It was right just now.</summary>
    public void Remember(string stamp, string password)
    {
        var mark = Mark(stamp, password);
        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_known.Count >= PasswordLimits.Recent && !_known.ContainsKey(stamp))
            {
                foreach (var (old, _) in _known.Where(each => each.Value.Until <= now).ToList())
                {
                    _known.Remove(old);
                }

                if (_known.Count >= PasswordLimits.Recent)
                {
                    return;
                }
            }

            _known[stamp] = (mark, now + PasswordLimits.RecentTime);
        }
    }

    private byte[] Mark(string stamp, string password) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{stamp}\n{password}"));
}
