namespace Waybill.Ftp.Hosting;

/// <summary>
/// Turns to compute hashes, for all listeners of a program: more at once would take the processors from transfers. A login has one at a time, so that nobody's hashes keep
/// those of the others waiting, and those that wait do so in the order in which they came.
/// </summary>
/// <param name="limits"><see cref="FtpLimits.HashesAtOnce"/> and <see cref="FtpLimits.HashesWaiting"/>.</param>
public sealed class FtpHashTurns(FtpLimits limits)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _logins = new(StringComparer.Ordinal);
    private readonly LinkedList<FtpHashTurn> _waiting = new();
    private int _taken;

    /// <summary>Those that wait.</summary>
    internal int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>A turn for a login, at once or later; null with the words for the client when there is none.</summary>
    internal FtpHashTurn? TryEnter(string login, out string? refusal)
    {
        lock (_lock)
        {
            refusal = _logins.Contains(login) ? "A hash is being computed for your login already. Ask again when it is done."
                : _taken >= limits.HashesAtOnce && _waiting.Count >= limits.HashesWaiting ? "Too many hashes wait to be computed. Ask again in a moment."
                : null;
            if (refusal is not null)
            {
                return null;
            }

            _logins.Add(login);
            var turn = new FtpHashTurn(this, login);
            if (_taken < limits.HashesAtOnce)
            {
                _taken++;
                turn.Begin();
            }
            else
            {
                _waiting.AddLast(turn);
            }

            return turn;
        }
    }

    internal void Leave(FtpHashTurn turn)
    {
        lock (_lock)
        {
            _logins.Remove(turn.Login);
            if (_waiting.Remove(turn))
            {
                return;
            }

            if (_waiting.First is { } next)
            {
                _waiting.RemoveFirst();
                next.Value.Begin();
            }
            else
            {
                _taken--;
            }
        }
    }
}
