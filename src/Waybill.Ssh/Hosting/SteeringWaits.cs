namespace Waybill.Ssh.Hosting;

/// <summary>
/// Connections whose KEXINIT is held back until the client's comes, or until it has not come in <see cref="Time"/>. All of a listener share one timer: a timer of
/// its own for each, the nearest of the process, woke the runtime's timer thread twice and the pool once for every login.
/// </summary>
internal sealed class SteeringWaits
{
    /// <summary>How long cipher steering holds our KEXINIT back; clients send theirs unprompted within 5 ms.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMilliseconds(300);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();

    // The oldest first; each leaves when its exchange begins or it ends, so that there are no more than connections.
    private readonly LinkedList<Wait> _waits = [];
    private bool _armed;

    public SteeringWaits(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static waits => ((SteeringWaits)waits!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins a wait.</summary>
    /// <param name="isOver">Called once, unless the wait is ended before; must return at once and throw nothing.</param>
    public Wait Begin(Action isOver)
    {
        var wait = new Wait(this, isOver, _time.GetTimestamp());
        lock (_lock)
        {
            _waits.AddLast(wait.Node);
            Arm(Time);
        }

        return wait;
    }

    private void Arm(TimeSpan due)
    {
        if (!_armed)
        {
            _armed = _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _armed = false;
            while (_waits.First is { } first)
            {
                var left = Time - _time.GetElapsedTime(first.Value.Began);
                if (left > TimeSpan.Zero)
                {
                    // A system timer counts whole milliseconds and would otherwise fire just too early, again and again.
                    Arm(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
                    return;
                }

                _waits.RemoveFirst();
                first.Value.IsOver();
            }
        }
    }

    /// <summary>One connection's.</summary>
    internal sealed class Wait
    {
        private readonly SteeringWaits _waits;

        internal Wait(SteeringWaits waits, Action isOver, long began)
        {
            _waits = waits;
            IsOver = isOver;
            Began = began;
            Node = new LinkedListNode<Wait>(this);
        }

        internal Action IsOver { get; }

        internal long Began { get; }

        internal LinkedListNode<Wait> Node { get; }

        /// <summary>From now on it is not called any more; harmless when it was.</summary>
        public void End()
        {
            lock (_waits._lock)
            {
                if (Node.List is not null)
                {
                    _waits._waits.Remove(Node);
                }
            }
        }
    }
}
