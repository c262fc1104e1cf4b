using System.Collections.Concurrent;
using Waybill.Storage.EventLoop;

namespace Waybill.Storage.Tests.EventLoop;

public sealed class BlockingThreadsTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Who_may_block_is_on_a_thread_that_no_event_loop_needs()
    {
        var isLoop = false;
        var (mayBlock, isPool) = await OnLoopThreadAsync(async () =>
        {
            isLoop = !PoolThread.IsHere;
            await PoolThread.EnterAsync();
            return (PoolThread.IsHere, Thread.CurrentThread.IsThreadPoolThread);
        });
        Assert.True(isLoop);
        Assert.True(mayBlock);
        Assert.False(isPool);
    }

    [Fact]
    public async Task Who_may_block_already_stays_where_it_is()
    {
        var (before, after) = await OnLoopThreadAsync(async () =>
        {
            await PoolThread.EnterAsync();
            var before = Environment.CurrentManagedThreadId;
            await PoolThread.EnterAsync();
            return (before, Environment.CurrentManagedThreadId);
        });
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task What_one_session_sets_for_itself_is_not_seen_by_the_next()
    {
        var threads = new BlockingThreads();
        var local = new AsyncLocal<string>();
        var seen = new ConcurrentBag<string?>();
        for (var i = 0; i < 50; i++)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            threads.Run(() =>
            {
                seen.Add(local.Value);
                local.Value = "a session's";
                done.SetResult();
            });
            await done.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        }

        Assert.Equal(50, seen.Count);
        Assert.All(seen, Assert.Null);
    }

    [Fact]
    public async Task More_calls_that_block_than_there_are_threads_go_to_the_pool_and_none_is_lost()
    {
        var threads = new BlockingThreads();
        using var release = new ManualResetEventSlim();
        var kinds = new ConcurrentBag<bool>();
        using var ended = new CountdownEvent(BlockingThreads.Maximum + 4);
        var started = Enumerable.Range(0, BlockingThreads.Maximum + 4).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToList();
        foreach (var each in started)
        {
            threads.Run(() =>
            {
                kinds.Add(Thread.CurrentThread.IsThreadPoolThread);
                each.SetResult();
                release.Wait();
                ended.Signal();
            });
        }

        await Task.WhenAll(started.Take(BlockingThreads.Maximum).Select(each => each.Task)).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(BlockingThreads.Maximum, threads.Count);
        release.Set();
        Assert.True(ended.Wait(Deadline, TestContext.Current.CancellationToken));
        Assert.Equal(4, kinds.Count(isPool => isPool));
        Assert.Equal(BlockingThreads.Maximum, threads.Count);
    }

    [Fact]
    public async Task Calls_from_many_threads_at_once_all_run()
    {
        const int Callers = 8;
        const int Each = 2_000;
        var threads = new BlockingThreads();
        using var ended = new CountdownEvent(Callers * Each);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                threads.Run(() => ended.Signal());
            }
        })));
        Assert.True(ended.Wait(Deadline, TestContext.Current.CancellationToken));
        Assert.InRange(threads.Count, 1, BlockingThreads.Maximum);
    }

    [Fact]
    public async Task Where_no_thread_can_be_started_the_pool_does_the_work_and_the_next_one_is_tried_again()
    {
        var fails = true;
        var threads = new BlockingThreads((thread, worker) =>
        {
            if (fails)
            {
                throw new InsufficientMemoryException();
            }

            thread.UnsafeStart(worker);
        });
        for (var i = 0; i <= BlockingThreads.Maximum; i++)
        {
            Assert.True(await RunAsync(threads));
        }

        Assert.Equal(0, threads.Count);
        fails = false;
        Assert.False(await RunAsync(threads));
        Assert.Equal(1, threads.Count);
    }

    private static async Task<bool> RunAsync(BlockingThreads threads)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        threads.Run(() => done.SetResult(Thread.CurrentThread.IsThreadPoolThread));
        return await done.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    /// <summary>Begins on a thread as an event loop's: neither of the pool nor kept for blocking calls.</summary>
    private static async Task<T> OnLoopThreadAsync<T>(Func<Task<T>> begin)
    {
        var result = new TaskCompletionSource<Task<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => result.SetResult(begin())).Start();
        return await (await result.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken)).WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }
}
