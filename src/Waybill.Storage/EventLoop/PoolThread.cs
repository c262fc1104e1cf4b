using System.Runtime.CompilerServices;

namespace Waybill.Storage.EventLoop;

/// <summary>
/// Where blocking calls belong. The network runs sessions on a few event-loop threads, each with many connections (docs/decisions/0008): a disk, a database or a
/// long computation there would hold all of them.
/// </summary>
public static class PoolThread
{
    /// <summary>Whether this thread may block: it is one of the pool's, or one of those that are kept for it.</summary>
    public static bool IsHere => BlockingThreads.IsHere || Thread.CurrentThread.IsThreadPoolThread;

    /// <summary>Awaited before something that may block: goes on upon a thread that may, at once if this is one.</summary>
    public static PoolThreadEntry EnterAsync() => default;
}

/// <summary>What <see cref="PoolThread.EnterAsync"/> is awaited by.</summary>
/// <param name="MayStay">Whether the thread does not matter.</param>
public readonly record struct PoolThreadEntry(bool MayStay) : ICriticalNotifyCompletion
{
    /// <summary>Whether nothing has to be done.</summary>
    public bool IsCompleted => MayStay || PoolThread.IsHere;

    /// <summary>For the compiler.</summary>
    public PoolThreadEntry GetAwaiter() => this;

    /// <summary>For the compiler.</summary>
    public void GetResult()
    {
        // There is no result.
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => BlockingThreads.Shared.Run(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => BlockingThreads.Shared.Run(continuation);
}
