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
