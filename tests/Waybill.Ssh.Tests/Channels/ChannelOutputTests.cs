using Waybill.Ssh.Channels;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Channels;

public sealed class ChannelOutputTests
{
    private const int Packet = 32 * 1024;

    [Fact]
    public async Task A_255_kib_reply_leaves_in_one_flush_as_packets_of_32_kib()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        var reply = Bytes(261_133);
        reply.CopyTo(program.Output.GetSpan(reply.Length));
        program.Output.Advance(reply.Length);
        Assert.Equal(reply.Length, program.Output.UnflushedBytes);
        var result = await program.Output.FlushAsync(TestContext.Current.CancellationToken);
        Assert.False(result.IsCompleted || result.IsCanceled);
        Assert.Equal(0, program.Output.UnflushedBytes);
        Assert.Equal(reply, fixture.Sender.Data());
        Assert.Equal([Packet, Packet, Packet, Packet, Packet, Packet, Packet, 261_133 - (7 * Packet)], Sizes(fixture));
        Assert.All(fixture.Sender.Messages, message => Assert.Equal(ChannelFixture.ClientNumber, ChannelFixture.Field(message, 1)));
        program.End();
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(16_384u)]
    [InlineData(0x7fffffffu)]
    [InlineData(0xffffffffu)]
    public async Task Messages_fit_the_packet_size_of_the_client(uint packet)
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(packet: packet);
        var reply = Bytes(40_000);
        await program.Output.WriteAsync(reply, TestContext.Current.CancellationToken);
        Assert.Equal(reply, fixture.Sender.Data());
        Assert.Equal(Math.Min(packet, Packet), (uint)Sizes(fixture).Max());
        program.End();
    }

    [Fact]
    public async Task The_transport_is_asked_for_room_after_each_burst()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(packet: 1);
        fixture.Sender.HoldFlushes();
        var flush = program.Output.WriteAsync(Bytes(100), TestContext.Current.CancellationToken).AsTask();
        Assert.Equal(ChannelPipeWriter.Burst, fixture.Sender.Messages.Length);
        Assert.False(flush.IsCompleted);
        fixture.Sender.ReleaseFlushes();
        await flush.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(100, fixture.Sender.Messages.Length);
        program.End();
    }

    [Fact]
    public async Task A_zero_window_waits_until_the_client_opens_it()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: 0);
        var flush = program.Output.WriteAsync(Bytes(10), TestContext.Current.CancellationToken).AsTask();
        fixture.Adjust(0);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(flush.IsCompleted);
        Assert.Empty(fixture.Sender.Messages);
        for (var i = 0; i < 10; i++)
        {
            fixture.Adjust(1);
        }

        await flush.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(Bytes(10), fixture.Sender.Data());
        program.End();
    }

    [Theory]
    [InlineData(5u)]
    [InlineData(40_000u)]
    public async Task What_fits_into_the_window_is_pushed_before_the_wait_for_more(uint window)
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: window);
        Bytes(50_000).CopyTo(program.Output.GetSpan(50_000));
        program.Output.Advance(50_000);
        var before = fixture.Sender.Flushes;
        var flush = program.Output.FlushAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.Equal(window, fixture.Sender.DataBytes);
        Assert.Equal(before + 1, fixture.Sender.Flushes);
        fixture.Close();
        await flush.WaitAsync(TimeSpan.FromSeconds(60));
        program.End();
    }

    [Fact]
    public async Task Never_a_byte_more_than_the_window_is_sent()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: 100_000);
        var flush = program.Output.WriteAsync(Bytes(300_000), TestContext.Current.CancellationToken).AsTask();
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.DataBytes == 100_000);
        fixture.Adjust(100_000);
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.DataBytes == 200_000);
        Assert.False(flush.IsCompleted);
        fixture.Adjust(uint.MaxValue);
        await flush.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(Bytes(300_000), fixture.Sender.Data());
        program.End();
    }

    [Fact]
    public async Task More_than_4_gib_pass_through_one_channel()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: uint.MaxValue);
        fixture.Sender.Records = false;
        var piece = new byte[1 << 20];
        const long Whole = (4L << 30) + (8L << 20);
        for (long sent = 0; sent < Whole; sent += piece.Length)
        {
            await program.Output.WriteAsync(piece, TestContext.Current.CancellationToken);
            fixture.Adjust((uint)piece.Length);
        }

        Assert.Equal(Whole, fixture.Sender.DataBytes);
        program.End();
    }

    [Fact]
    public void An_adjust_past_two_to_the_32_ends_the_connection()
    {
        var fixture = new ChannelFixture();
        fixture.Open(window: uint.MaxValue);
        fixture.Adjust(0);
        ChannelFixture.Refused(() => fixture.Adjust(1));
    }

    [Fact]
    public async Task A_cancelled_flush_can_be_taken_up_again_without_a_byte_lost_or_twice()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: 5);
        Bytes(20).CopyTo(program.Output.GetSpan(20));
        program.Output.Advance(20);
        using var source = new CancellationTokenSource();
        var flush = program.Output.FlushAsync(source.Token).AsTask();
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.DataBytes == 5);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(15, program.Output.UnflushedBytes);

        var second = program.Output.FlushAsync(CancellationToken.None).AsTask();
        program.Output.CancelPendingFlush();
        Assert.True((await second.WaitAsync(TimeSpan.FromSeconds(60))).IsCanceled);
        fixture.Adjust(100);
        Assert.False((await program.Output.FlushAsync(CancellationToken.None)).IsCanceled);
        Assert.Equal(Bytes(20), fixture.Sender.Data());
        program.End();
    }

    [Fact]
    public async Task Memory_is_as_large_as_asked_for_and_what_was_written_before_stays()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        var output = program.Output;
        var expected = new List<byte>();
        var random = new SeededRandom(5);
        foreach (var hint in new[] { 0, 1, 1000, 200_000, 100_000, 300_000, 0, 1 })
        {
            var memory = output.GetMemory(hint);
            Assert.True(memory.Length >= Math.Max(1, hint));
            var bytes = random.Bytes(Math.Min(memory.Length, Math.Max(1, hint)));
            bytes.CopyTo(memory);
            output.Advance(bytes.Length);
            expected.AddRange(bytes);
        }

        Assert.Equal(expected.Count, output.UnflushedBytes);
        fixture.Adjust(1 << 30);
        await output.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, fixture.Sender.Data());
        Assert.Throws<ArgumentOutOfRangeException>(() => output.GetMemory(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => output.Advance(1));
        program.End();
    }

    [Fact]
    public async Task A_program_cannot_pile_up_output_without_a_flush()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        Assert.Throws<ArgumentOutOfRangeException>(() => program.Output.GetMemory(ChannelPipeWriter.MaximumUnflushed + 1));
        program.Output.GetMemory(ChannelPipeWriter.MaximumUnflushed);
        program.Output.Advance(ChannelPipeWriter.MaximumUnflushed);
        Assert.Throws<InvalidOperationException>(() => program.Output.GetMemory(1));
        program.End();
        fixture.Close();
    }

    [Fact]
    public async Task What_was_written_but_not_flushed_is_sent_before_the_channel_closes()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        Bytes(3).CopyTo(program.Output.GetSpan());
        program.Output.Advance(3);
        await program.Output.CompleteAsync();
        Assert.Throws<InvalidOperationException>(() => program.Output.GetSpan());
        program.End();
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.Numbers.Contains((byte)97));
        Assert.Equal<byte>([94, 98, 96, 97], fixture.Sender.Numbers);
    }

    [Fact]
    public async Task A_writer_learns_that_the_client_has_closed_even_while_it_waits_for_the_window()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: 0);
        var flush = program.Output.WriteAsync(Bytes(10), TestContext.Current.CancellationToken).AsTask();
        fixture.Close();
        Assert.True((await flush.WaitAsync(TimeSpan.FromSeconds(60))).IsCompleted);
        Assert.True((await program.Output.WriteAsync(Bytes(10), TestContext.Current.CancellationToken)).IsCompleted);
        Assert.Equal<byte>([97], fixture.Sender.Numbers);
        program.End();
    }

    [Fact]
    public async Task A_writer_fails_when_the_connection_is_lost_even_while_it_waits_for_the_window()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: 0);
        var flush = program.Output.WriteAsync(Bytes(10), CancellationToken.None).AsTask();
        fixture.Table.ConnectionLost(null);
        await Assert.ThrowsAsync<IOException>(() => flush.WaitAsync(TimeSpan.FromSeconds(60)));
        program.End();
    }

    [Fact]
    public async Task A_writer_fails_when_the_transport_says_that_it_is_over()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        fixture.Sender.Ended = true;
        await Assert.ThrowsAsync<IOException>(async () => await program.Output.WriteAsync(Bytes(10), CancellationToken.None));
        program.End();
    }

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new SeededRandom(3).Fill(bytes);
        return bytes;
    }

    private static int[] Sizes(ChannelFixture fixture) => [.. fixture.Sender.Of(94).Select(message => message.Length - 9)];
}
