using System.IO.Pipelines;

namespace Waybill.Ssh.Channels;

/// <summary>
/// Wakes a channel's reader without an allocation: in the read loop's own turn when that brought the data (<see cref="Collect"/>, <see cref="RunCollected"/>),
/// else on the thread pool. A pipe has one reader, and schedules it again only after the last wake-up has started to run, so one slot is enough.
/// </summary>
internal sealed class ReaderScheduler : PipeScheduler, IThreadPoolWorkItem
{
    private Action<object?>? _action;
    private object? _state;
    private int _collector;
    private bool _collected;

    /// <summary>Until <see cref="RunCollected"/> a wake-up by this thread waits for it.</summary>
    public void Collect() => _collector = Environment.CurrentManagedThreadId;

    /// <summary>Runs the wake-up, if there was one: on this thread, unless the program wants its turn <paramref name="elsewhere"/>.</summary>
    public void RunCollected(PipeScheduler? elsewhere)
    {
        _collector = 0;
        if (_collected)
        {
            _collected = false;
            if (elsewhere is null)
            {
                Run();
            }
            else
            {
                elsewhere.Schedule(static self => ((ReaderScheduler)self!).Run(), this);
            }
        }
    }

    /// <inheritdoc/>
    public override void Schedule(Action<object?> action, object? state)
    {
        if (Interlocked.CompareExchange(ref _action, action, null) is not null)
        {
            // A cancelled read beside arriving data: rare, so it may cost an allocation.
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);
            return;
        }

        _state = state;
        if (_collector == Environment.CurrentManagedThreadId)
        {
            _collected = true;
        }
        else
        {
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute() => Run();

    private void Run()
    {
        var state = _state;
        var action = Interlocked.Exchange(ref _action, null);
        action?.Invoke(state);
    }
}
