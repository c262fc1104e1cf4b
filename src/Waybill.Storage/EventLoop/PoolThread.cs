using System.Runtime.CompilerServices;

namespace Waybill.Storage.EventLoop;

/// <summary>
/// Where blocking calls belong. The network runs sessions on a few event-loop threads, each with many connections (docs/decisions/0008): a disk, a database or a
/// long computation there would hold all of them.
/// </summary>
public static class PoolThread
{
    /// <summary>Whether this thread may block: it is one of the pool's.</summary>
    public static bool IsHere => Thread.CurrentThread.IsThreadPoolThread;

    /// <summary>Awaited before something that may block: goes on upon a thread of the pool, at once if this is one.</summary>
    public static ConfiguredTaskAwaitable EnterAsync() =>
        Task.CompletedTask.ConfigureAwait(IsHere ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
}
