using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Waybill.Ssh.Channels;

/// <summary>
/// What we may still send on a channel (RFC 4254 section 5.2), with one waiter: the program's flush. Waiting allocates nothing. Credit lets the waiter go on
/// in the read loop's turn (<see cref="RunWaiter"/>); whatever else ends a wait does so on the thread pool.
/// </summary>
/// <remarks>
/// A client that reads fast gives credit three packets at a time, ten thousand times a GiB; to go on at each step would cost a turn, a send and a change of
/// processes. So a waiter goes on when there is enough credit, and while it waits the client still has most of the window to work through, for which it must
/// give more. Where credit comes slowly (a network with a delay) each step counts at once.
/// </remarks>
internal sealed class SendWindow(uint initial, TimeProvider time) : IValueTaskSource, IThreadPoolWorkItem
{
    /// <summary>Credit for which a waiter goes on at once, bytes; of a small window a quarter.</summary>
    public const int EnoughCredit = 256 * 1024;

    /// <summary>After this time any credit is enough.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMicroseconds(500);

    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _source;
    private long _available = initial;
    private long _largest = initial;
    private long _waitingSince;
    private bool _waiting;
    private bool _released;
    private bool _woken;
    private bool _closed;

    /// <summary>Bytes that may be sent now.</summary>
    public long Available
    {
        get
        {
            lock (_lock)
            {
                return _available;
            }
        }
    }

    /// <summary>Takes up to <paramref name="wanted"/> bytes; 0 when the window is shut.</summary>
    public int Take(int wanted)
    {
        lock (_lock)
        {
            var taken = (int)Math.Min(wanted, _available);
            _available -= taken;
            return taken;
        }
    }

    /// <summary>
    /// Adds a WINDOW_ADJUST; false when the sum would pass 2^32 - 1, which RFC 4254 section 5.2 forbids. A waiter is not woken before <see cref="RunWaiter"/>.
    /// </summary>
    public bool TryAdd(uint count)
    {
        lock (_lock)
        {
            if (_available + count > uint.MaxValue)
            {
                return false;
            }

            _available += count;
            _largest = Math.Max(_largest, _available);
            return true;
        }
    }

    /// <summary>Lets a waiter for which there is enough credit go on: on this thread, unless the program wants its turn <paramref name="elsewhere"/>.</summary>
    public void RunWaiter(PipeScheduler? elsewhere)
    {
        lock (_lock)
        {
            if (!_waiting || _released || !IsEnough)
            {
                return;
            }

            _released = true;
        }

        if (elsewhere is null)
        {
            _source.SetResult(true);
        }
        else
        {
            elsewhere.Schedule(static self => ((SendWindow)self!)._source.SetResult(true), this);
        }
    }

    /// <summary>Ends one wait, now or the next one: something other than credit has happened.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            _woken = true;
            ReleaseWaiter();
        }
    }

    /// <summary>No wait lasts any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            ReleaseWaiter();
        }
    }

    /// <summary>Completes when there is credit, or after <see cref="Wake"/> or <see cref="Close"/>: the caller looks again. One caller at a time.</summary>
    public ValueTask WaitAsync()
    {
        lock (_lock)
        {
            if (_waiting)
            {
                throw new InvalidOperationException("A channel has one writer.");
            }

            if (_available > 0 || _woken || _closed)
            {
                _woken = false;
                return ValueTask.CompletedTask;
            }

            _source.Reset();
            _waiting = true;
            _waitingSince = time.GetTimestamp();
            return new ValueTask(this, _source.Version);
        }
    }

    void IThreadPoolWorkItem.Execute() => _source.SetResult(true);

    void IValueTaskSource.GetResult(short token)
    {
        _source.GetResult(token);

        // Over only now: a wait that began before would make the old one's end complete the wrong one, and the next one twice, which ends the process.
        lock (_lock)
        {
            _waiting = false;
            _released = false;
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private bool IsEnough =>
        _available >= Math.Max(1, Math.Min(EnoughCredit, _largest / 4)) || (_available > 0 && time.GetElapsedTime(_waitingSince) >= Patience);

    private void ReleaseWaiter()
    {
        if (_waiting && !_released)
        {
            _released = true;
            _woken = false;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
