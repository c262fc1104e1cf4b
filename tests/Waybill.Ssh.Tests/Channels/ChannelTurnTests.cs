using Waybill.Ssh.Channels;

namespace Waybill.Ssh.Tests.Channels;

/// <summary>A program goes on in the read loop's turn, and gives the thread back.</summary>
public sealed class ChannelTurnTests
{
    private const int Piece = 64 * 1024;

    [Fact]
    public async Task A_program_goes_on_in_the_batch_that_brought_its_data()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        var thread = 0;
        var reading = ReadAsync();

        fixture.Data(100);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        await reading;
        program.End();

        async Task ReadAsync()
        {
            var result = await program.Input.ReadAsync().ConfigureAwait(false);
            thread = Environment.CurrentManagedThreadId;
            program.Input.AdvanceTo(result.Buffer.End);
        }
    }

    [Fact]
    public async Task A_program_that_waits_for_the_window_goes_on_in_the_batch_that_brought_credit()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: 0);
        var thread = 0;
        var writing = WriteAsync();
        Assert.False(writing.IsCompleted);

        fixture.Adjust(Piece);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        await writing;
        program.End();

        async Task WriteAsync()
        {
            program.Output.GetSpan(Piece);
            program.Output.Advance(Piece);
            await program.Output.FlushAsync().ConfigureAwait(false);
            thread = Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task A_program_that_wants_its_turns_elsewhere_has_all_of_them_there()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: 0);
        var elsewhere = new HeldScheduler();
        program.TurnScheduler = elsewhere;
        var echoing = program.EchoAsync();

        fixture.Data(100);
        Assert.True(elsewhere.Holds);
        elsewhere.Run();
        Assert.Empty(fixture.Sender.Data());
        fixture.Adjust(100);
        Assert.True(elsewhere.Holds);
        Assert.Empty(fixture.Sender.Data());

        // Asked for every turn: the next one is the read loop's again.
        program.TurnScheduler = null;
        elsewhere.Run();
        Assert.Equal(100, fixture.Sender.Data().Length);
        fixture.Adjust(100);
        fixture.Data(100);
        Assert.False(elsewhere.Holds);
        Assert.Equal(200, fixture.Sender.Data().Length);
        fixture.Eof();
        await echoing.WaitAsync(TimeSpan.FromSeconds(60));
        program.End();
    }

    [Fact]
    public async Task A_wait_that_is_over_for_other_reasons_too_ends_once_when_its_turn_is_elsewhere()
    {
        var window = new SendWindow(0, TimeProvider.System);
        var elsewhere = new HeldScheduler();
        var wait = window.WaitAsync().AsTask();
        window.TryAdd(1);
        window.RunWaiter(elsewhere);
        window.RunWaiter(elsewhere);
        window.Wake();
        window.Close();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await window.WaitAsync());
        Assert.False(wait.IsCompleted);
        elsewhere.Run();
        await wait.WaitAsync(TimeSpan.FromSeconds(60));
        await window.WaitAsync();
    }

    [Fact]
    public async Task A_program_that_never_waits_leaves_the_read_loop_after_its_turn()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: uint.MaxValue);
        fixture.Sender.Records = false;
        var stop = false;
        long inTurn = 0;
        var loop = Environment.CurrentManagedThreadId;
        var left = false;
        var sending = SendAsync();

        // Would never return if the program kept this thread.
        fixture.Data(100);
        Volatile.Write(ref stop, true);
        await sending.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.InRange(inTurn, Channel.LongestTurn - Piece, Channel.LongestTurn + Piece);
        program.End();

        async Task SendAsync()
        {
            var result = await program.Input.ReadAsync().ConfigureAwait(false);
            program.Input.AdvanceTo(result.Buffer.End);
            while (!Volatile.Read(ref stop))
            {
                left |= Environment.CurrentManagedThreadId != loop;
                inTurn += left ? 0 : Piece;
                program.Output.GetSpan(Piece);
                program.Output.Advance(Piece);
                await program.Output.FlushAsync().ConfigureAwait(false);
            }
        }
    }
}
