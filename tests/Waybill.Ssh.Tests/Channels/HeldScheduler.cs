using System.IO.Pipelines;

namespace Waybill.Ssh.Tests.Channels;

/// <summary>Keeps the one wake-up that a channel gives it until the test runs it, on a thread of the test's choice; allocates nothing.</summary>
internal sealed class HeldScheduler : PipeScheduler
{
    private Action<object?>? _action;
    private object? _state;

    public bool Holds => _action is not null;

    public override void Schedule(Action<object?> action, object? state)
    {
        Assert.Null(_action);
        (_action, _state) = (action, state);
    }

    public void Run()
    {
        var (action, state) = (_action, _state);
        Assert.NotNull(action);
        (_action, _state) = (null, null);
        action(state);
    }
}
