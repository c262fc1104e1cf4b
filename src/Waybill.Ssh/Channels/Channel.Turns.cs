using System.Diagnostics;

namespace Waybill.Ssh.Channels;

/// <summary>When the program goes on: in the read loop's turn, at the end of the batch that brought what it waited for.</summary>
internal sealed partial class Channel
{
    /// <summary>Bytes that a program sends in the read loop's turn before it goes on upon the thread pool: so long may other messages wait.</summary>
    public const int LongestTurn = 1024 * 1024;

    private int _turnThread;
    private int _turnLeft;
    private bool _inputEnds;

    /// <summary>Shows the program what the batch brought, and lets it go on until it waits again.</summary>
    public void EndBatch()
    {
        lock (_inputGate)
        {
            if (!_inputCompleted)
            {
                _wakeUp.Collect();
                if (_inputEnds)
                {
                    _inputCompleted = true;
                    _pipe.Writer.Complete();
                }
                else
                {
                    // Completes at once: the pipe has no pause threshold, since the window is its bound.
                    var flushed = _pipe.Writer.FlushAsync();
                    Debug.Assert(flushed.IsCompleted, "The input pipe has no pause threshold.");
                    _ = flushed.GetAwaiter().GetResult();
                }
            }
        }

        var elsewhere = _program?.TurnScheduler;
        BeginTurn();
        _sendWindow.RunWaiter(elsewhere);
        _wakeUp.RunCollected(elsewhere);
        EndTurn();
    }

    /// <summary>The program has sent this much: whether it has had its turn, and must leave this thread to the read loop.</summary>
    internal bool TurnIsOver(int sent) =>
        Volatile.Read(ref _turnThread) == Environment.CurrentManagedThreadId && (_turnLeft -= sent) <= 0;

    private void BeginTurn()
    {
        _turnLeft = LongestTurn;
        Volatile.Write(ref _turnThread, Environment.CurrentManagedThreadId);
    }

    private void EndTurn() => Volatile.Write(ref _turnThread, 0);
}
