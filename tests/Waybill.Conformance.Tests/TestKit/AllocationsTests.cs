using Waybill.TestKit;

namespace Waybill.Conformance.Tests.TestKit;

/// <summary>The measure of every allocation test can tell a request that allocates from a runtime that does.</summary>
public sealed class AllocationsTests
{
    [Fact]
    public void One_object_in_each_round_is_counted() => Assert.InRange(Allocations.InSteadyState(() => GC.KeepAlive(new object())), 24, 1024);

    [Fact]
    public void One_object_in_each_round_on_another_thread_is_counted_in_the_whole_process() =>
        Assert.InRange(
            Allocations.InWholeProcess(() =>
            {
                var other = new Thread(() => GC.KeepAlive(new byte[100_000]));
                other.Start();
                other.Join();
            }),
            100_000,
            long.MaxValue);

    [Fact]
    public void What_is_allocated_in_some_rounds_only_is_not()
    {
        var round = 0;
        Assert.Equal(0, Allocations.InSteadyState(() =>
        {
            if (round++ % 3 == 0)
            {
                GC.KeepAlive(new object());
            }
        }));
        Assert.True(round <= Allocations.Rounds + 1);
    }

    [Fact]
    public void Nothing_is_nothing() => Assert.Equal(0, Allocations.InSteadyState(() => GC.KeepAlive(null)));
}
