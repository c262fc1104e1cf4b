using System.IO.Pipelines;

namespace Waybill.Ssh.Channels;

/// <summary>
/// Wakes a channel's reader on the thread pool without an allocation. A pipe has one reader, and schedules it again only after the last wake-up has
/// started to run, so one slot is enough.
/// </summary>
internal sealed class ReaderScheduler : PipeScheduler, IThreadPoolWorkItem
{
    private Action<object?>? _action;
    private object? _state;

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
        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        var state = _state;
        var action = Interlocked.Exchange(ref _action, null);
        action?.Invoke(state);
    }
}
