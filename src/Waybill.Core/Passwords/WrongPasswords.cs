using System.Security.Cryptography;
using System.Text;

namespace Waybill.Core.Passwords;

/// <summary>
/// Wrong passwords that came, so that a program which has an old one and sends it again and again is not taken for somebody who guesses. Kept is a keyed hash under a key of
/// this process; of too many the oldest is forgotten, and counts as another one when it comes again.
/// </summary>
internal sealed class WrongPasswords
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);
    private readonly Lock _lock = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    /// <summary>It was wrong just now; whether it came for the first time.</summary>
    /// <param name="stamp">Of the login's password.</param>
    /// <param name="source">From where.</param>
    /// <param name="password">The wrong one.</param>
    public bool Add(string stamp, string source, string password)
    {
        var mark = Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{stamp}\n{source}\n{password}")));
        lock (_lock)
        {
            if (!_known.Add(mark))
            {
                return false;
            }

            _order.Enqueue(mark);
            if (_order.Count > PasswordLimits.GuessesKept)
            {
                _known.Remove(_order.Dequeue());
            }

            return true;
        }
    }
}
