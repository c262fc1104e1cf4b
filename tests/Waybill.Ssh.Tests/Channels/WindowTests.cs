using Waybill.Ssh.Channels;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Channels;

public sealed class WindowTests
{
    private const int Packet = 32 * 1024;
    private const int MiB = 1024 * 1024;

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Credit_is_given_for_three_packets_consumed_and_not_for_less()
    {
        var window = Make();
        Assert.True(window.TryReceive(10 * Packet));
        window.Consume((3 * Packet) - 1);
        Assert.Equal(0u, window.TakeCredit(caughtUp: true));
        window.Consume(1 + (2 * MiB / 16));
        Assert.Equal((uint)((3 * Packet) + (2 * MiB / 16)), window.TakeCredit(caughtUp: false));
        Assert.Equal(0u, window.TakeCredit(caughtUp: true));
    }

    [Fact]
    public void A_program_that_waits_for_more_gives_back_whatever_it_has_once_half_of_the_window_is_used()
    {
        var window = Make();
        Assert.True(window.TryReceive(MiB + 1));
        window.Consume(1);
        Assert.Equal(0u, window.TakeCredit(caughtUp: false));
        Assert.Equal(1u, window.TakeCredit(caughtUp: true));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(4096)]
    public void The_smallest_windows_never_stall(int size)
    {
        var window = Make(new SshLimits { Window = size, MaximumWindow = size });
        long left = size;
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(left > 0, "The client may never send again.");
            var count = (int)Math.Min(left, 7);
            Assert.True(window.TryReceive(count));
            left -= count;
            window.Consume(count);
            left += window.TakeCredit(caughtUp: true);
        }
    }

    [Fact]
    public void A_tenth_past_the_window_is_tolerated_and_a_byte_more_is_not()
    {
        var window = Make(new SshLimits { Window = 1000, MaximumWindow = 1000 });
        Assert.True(window.TryReceive(1100));
        Assert.False(window.TryReceive(1));
    }

    [Fact]
    public void Repeated_overruns_do_not_add_up()
    {
        var window = Make(new SshLimits { Window = 1000, MaximumWindow = 1000 });
        long promised = 1000;
        long sent = 0;
        for (var i = 0; i < 100; i++)
        {
            var count = (int)(promised + 100 - sent);
            Assert.True(window.TryReceive(count));
            sent += count;
            window.Consume(count);
            promised += window.TakeCredit(caughtUp: true);
            Assert.True(promised - sent <= 1000);
        }
    }

    [Fact]
    public void The_window_doubles_to_its_maximum_while_the_program_keeps_up()
    {
        var window = Make();
        Pump(window, 64 * MiB, TimeSpan.FromMilliseconds(1));
        Assert.Equal(16 * MiB, window.Size);
    }

    [Fact]
    public void A_slow_client_gets_no_larger_window()
    {
        var window = Make();
        Pump(window, 64 * MiB, TimeSpan.FromMilliseconds(100));
        Assert.Equal(2 * MiB, window.Size);
    }

    [Fact]
    public void A_program_that_is_behind_gets_no_larger_window()
    {
        var window = Make();
        Assert.True(window.TryReceive((MiB * 3 / 2) + (128 * 1024)));
        for (var i = 0; i < 100; i++)
        {
            window.Consume(128 * 1024);
            window.TryReceive((int)window.TakeCredit(caughtUp: false));
        }

        Assert.Equal(2 * MiB, window.Size);
    }

    [Fact]
    public void Growth_stops_where_the_budget_of_all_connections_ends_and_comes_back_with_the_channel()
    {
        var budget = new WindowBudget(6 * MiB);
        var first = Make(budget: budget);
        Pump(first, 64 * MiB, TimeSpan.FromMilliseconds(1));
        Assert.Equal(8 * MiB, first.Size);
        Assert.Equal(0, budget.Free);
        var second = Make(budget: budget);
        Pump(second, 64 * MiB, TimeSpan.FromMilliseconds(1));
        Assert.Equal(2 * MiB, second.Size);

        first.Release();
        first.Release();

        Assert.Equal(6 * MiB, budget.Free);
    }

    [Fact]
    public void The_largest_window_stays_below_two_to_the_31()
    {
        var window = Make(new SshLimits { Window = 1 << 30, MaximumWindow = int.MaxValue }, new WindowBudget(long.MaxValue));
        for (var i = 0; i < 8; i++)
        {
            Assert.True(window.TryReceive(1 << 30));
            window.Consume(1 << 30);
            window.TakeCredit(caughtUp: true);
        }

        Assert.Equal(int.MaxValue, window.Size);
    }

    [Fact]
    public void The_budget_is_never_overdrawn_by_concurrent_takers()
    {
        var budget = new WindowBudget(1000);
        var taken = 0;
        Parallel.For(0, 10_000, _ =>
        {
            if (budget.TryTake(3))
            {
                Interlocked.Add(ref taken, 3);
            }
        });
        Assert.Equal(999, taken);
        Assert.Equal(1, budget.Free);
    }

    [Fact]
    public void A_send_window_gives_what_it_has_and_no_more()
    {
        var window = new SendWindow(10, _time);
        Assert.Equal(4, window.Take(4));
        Assert.Equal(6, window.Take(100));
        Assert.Equal(0, window.Take(1));
        Assert.True(window.TryAdd(0));
        Assert.Equal(0, window.Take(1));
        Assert.True(window.TryAdd(5));
        Assert.Equal(5, window.Available);
    }

    [Theory]
    [InlineData(0u, uint.MaxValue, true)]
    [InlineData(1u, uint.MaxValue, false)]
    [InlineData(uint.MaxValue, 1u, false)]
    [InlineData(uint.MaxValue, 0u, true)]
    [InlineData(0x80000000u, 0x7fffffffu, true)]
    [InlineData(0x80000000u, 0x80000000u, false)]
    public void A_send_window_holds_up_to_two_to_the_32_minus_1(uint initial, uint added, bool fits) =>
        Assert.Equal(fits, new SendWindow(initial, _time).TryAdd(added));

    [Fact]
    public async Task A_waiter_goes_on_at_credit_a_wake_up_or_the_end()
    {
        var window = new SendWindow(0, _time);
        for (var i = 0; i < 100; i++)
        {
            var wait = window.WaitAsync().AsTask();
            Assert.False(wait.IsCompleted);
            Assert.True(window.TryAdd(0));
            window.RunWaiter(elsewhere: null);
            Assert.False(wait.IsCompleted);
            window.TryAdd(1);
            window.RunWaiter(elsewhere: null);
            await wait.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.Equal(1, window.Take(2));
        }

        var woken = window.WaitAsync().AsTask();
        window.Wake();
        await woken.WaitAsync(TimeSpan.FromSeconds(60));
        var closed = window.WaitAsync().AsTask();
        window.Close();
        await closed.WaitAsync(TimeSpan.FromSeconds(60));
        await window.WaitAsync();
    }

    [Fact]
    public async Task A_waiter_goes_on_at_enough_credit_or_after_its_patience()
    {
        var window = new SendWindow(2 * 1024 * 1024, _time);
        Assert.Equal(2 * 1024 * 1024, window.Take(int.MaxValue));
        var wait = window.WaitAsync().AsTask();
        window.TryAdd(SendWindow.EnoughCredit - 1);
        window.RunWaiter(elsewhere: null);
        Assert.False(wait.IsCompleted);
        window.TryAdd(1);
        window.RunWaiter(elsewhere: null);
        Assert.True(wait.IsCompleted);

        window.Take(int.MaxValue);
        wait = window.WaitAsync().AsTask();
        window.TryAdd(1);
        window.RunWaiter(elsewhere: null);
        Assert.False(wait.IsCompleted);
        _time.Advance(SendWindow.Patience);
        window.RunWaiter(elsewhere: null);
        Assert.True(wait.IsCompleted);
        await wait;
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100, 100)]
    [InlineData(32768, 32768)]
    [InlineData(65536, 40000)]
    [InlineData(2 * 1024 * 1024, 98304)]
    [InlineData(2 * 1024 * 1024, 2 * 1024 * 1024)]
    [InlineData(16 * 1024 * 1024, 15 * 1024 * 1024)]
    [InlineData(int.MaxValue, 1024 * 1024)]
    public async Task However_a_client_gives_credit_the_waiter_goes_on(int size, int step)
    {
        // The clock stands still, so that patience never helps. The client reads all that comes and gives credit each step bytes.
        var window = new SendWindow((uint)size, _time);
        long uncredited = 0;
        for (var turn = 0; turn < 50; turn++)
        {
            uncredited += window.Take(int.MaxValue);
            var wait = window.WaitAsync();
            Assert.False(wait.IsCompleted);
            while (!wait.IsCompleted)
            {
                Assert.True(uncredited >= step, "The client has nothing more to give credit for.");
                uncredited -= step;
                window.TryAdd((uint)step);
                window.RunWaiter(elsewhere: null);
            }

            await wait;
        }
    }

    [Fact]
    public async Task A_second_wait_before_the_first_has_gone_on_never_completes_another_wait()
    {
        // A program that gave up a flush and returned: the last flush must not meet the old one's wake-up. On the thread pool that would end the process.
        for (var i = 0; i < 5000; i++)
        {
            var window = new SendWindow(0, _time);
            var first = window.WaitAsync().AsTask();
            window.Wake();
            window.TryAdd(1);
            window.RunWaiter(elsewhere: null);
            window.Take(1);
            Task? second = null;
            try
            {
                second = window.WaitAsync().AsTask();
            }
            catch (InvalidOperationException)
            {
                // The first has not gone on yet.
            }

            window.TryAdd(1);
            window.RunWaiter(elsewhere: null);
            await first.WaitAsync(TimeSpan.FromSeconds(60));
            await (second ?? Task.CompletedTask).WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    private ReceiveWindow Make(SshLimits? limits = null, WindowBudget? budget = null) =>
        new(limits ?? new SshLimits(), budget ?? new WindowBudget(1L << 30), _time);

    private void Pump(ReceiveWindow window, int bytes, TimeSpan each)
    {
        for (var done = 0; done < bytes; done += Packet)
        {
            Assert.True(window.TryReceive(Packet));
            window.Consume(Packet);
            window.TakeCredit(caughtUp: true);
            _time.Advance(each);
        }
    }
}
