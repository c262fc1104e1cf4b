using System.IO.Pipelines;

namespace Waybill.Storage.EventLoop;

/// <summary>
/// Threads for calls that may block. The runtime's pool wakes two of its threads for each piece of work, one to do it and one to see whether there is more; a login
/// alone has five such pieces. Here one is woken, and the one that worked last: its stack is in the cache.
/// </summary>
internal sealed class BlockingThreads : PipeScheduler
{
    /// <summary>Threads at most; what comes while all of them are busy goes to the runtime's pool.</summary>
    public const int Maximum = 32;

    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(20);

    [ThreadStatic]
    private static bool _isHere;

    private readonly Lock _lock = new();
    private readonly List<Worker> _idle = [];
    private readonly Action<Thread, object> _start;
    private int _count;

    /// <param name="start">How a thread is started; tests let it fail.</param>
    public BlockingThreads(Action<Thread, object>? start = null) => _start = start ?? (static (thread, worker) => thread.UnsafeStart(worker));

    /// <summary>The process's.</summary>
    public static BlockingThreads Shared { get; } = new();

    /// <summary>Whether this thread is one of them.</summary>
    public static bool IsHere => _isHere;

    /// <summary>Threads that there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Runs a continuation on one of the threads, or on the pool.</summary>
    public void Run(Action work) => Schedule(static work => ((Action)work!)(), work);

    /// <inheritdoc/>
    public override void Schedule(Action<object?> action, object? state)
    {
        lock (_lock)
        {
            if (_idle.Count > 0)
            {
                // Inside the lock, so that one that leaves for good (TryLeave) is not being woken.
                _idle[^1].Give(action, state);
                _idle.RemoveAt(_idle.Count - 1);
                return;
            }

            if (_count < Maximum && TryStart(action, state))
            {
                _count++;
                return;
            }
        }

        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);
    }

    /// <returns>False when the machine has no thread to give (TasksMax, a cgroup, memory): an exception here would end the process.</returns>
    private bool TryStart(Action<object?> action, object? state)
    {
        var worker = new Worker(this, action, state);
        try
        {
            _start(Worker.MakeThread(), worker);
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            worker.Dispose();
            return false;
        }
    }

    private void IsIdle(Worker worker)
    {
        lock (_lock)
        {
            _idle.Add(worker);
        }
    }

    /// <returns>False when work is on its way to it.</returns>
    private bool TryLeave(Worker worker)
    {
        lock (_lock)
        {
            if (!_idle.Remove(worker))
            {
                return false;
            }

            _count--;
            return true;
        }
    }

    private sealed class Worker : IDisposable
    {
        private readonly BlockingThreads _threads;

        // Not a monitor: whoever is pulsed wakes up to wait for the one that pulsed, a second time.
        private readonly AutoResetEvent _wake = new(false);
        private Action<object?>? _action;
        private object? _state;

        public Worker(BlockingThreads threads, Action<object?> first, object? state) => (_threads, _action, _state) = (threads, first, state);

        public static Thread MakeThread() => new(static worker =>
        {
            using var self = (Worker)worker!;
            self.Loop();
        }) { IsBackground = true, Name = "Blocking calls" };

        public void Dispose() => _wake.Dispose();

        public void Give(Action<object?> action, object? state)
        {
            _state = state;
            Volatile.Write(ref _action, action);
            _wake.Set();
        }

        private void Loop()
        {
            _isHere = true;
            var nobodys = ExecutionContext.Capture()!;
            while (WaitForWork())
            {
                // As the pool does it: nothing that one session sets for itself (AsyncLocal) is seen by the next.
                ExecutionContext.Run(nobodys, static self => ((Worker)self!).RunOne(), this);
                _threads.IsIdle(this);
            }
        }

        private bool WaitForWork()
        {
            while (Volatile.Read(ref _action) is null)
            {
                if (!_wake.WaitOne(IdleTime) && _threads.TryLeave(this))
                {
                    return false;
                }
            }

            return true;
        }

        private void RunOne()
        {
            var (action, state) = (_action!, _state);
            (_action, _state) = (null, null);
            action(state);
        }
    }
}
