using System.Buffers;
using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.Tests.Channels;

public sealed class ChannelInputTests
{
    private const int Packet = 32 * 1024;
    private const int MiB = 1024 * 1024;

    [Fact]
    public async Task What_the_client_sends_is_what_the_program_reads_to_the_end()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        var sent = new byte[777_777];
        new TestKit.SeededRandom(1).Fill(sent);
        for (var at = 0; at < sent.Length; at += 10_001)
        {
            fixture.Data(sent.AsSpan(at, Math.Min(10_001, sent.Length - at)));
        }

        fixture.Eof();
        var received = new ArrayBufferWriter<byte>();
        while (true)
        {
            var result = await program.Input.ReadAsync(TestContext.Current.CancellationToken);
            foreach (var piece in result.Buffer)
            {
                received.Write(piece.Span);
            }

            program.Input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        Assert.Equal(sent, received.WrittenSpan.ToArray());
        program.End();
    }

    [Fact]
    public async Task Data_that_came_before_the_program_is_kept_for_it()
    {
        await using var fixture = new ChannelFixture();
        var program = new ChannelFixture.HeldProgram();
        fixture.Login.Program = program;
        fixture.Open();
        fixture.Data("early"u8);
        fixture.Subsystem();
        await program.Started;
        var result = await program.Input.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal("early"u8.ToArray(), result.Buffer.ToArray());
        program.End();
    }

    [Fact]
    public async Task The_reader_is_woken_once_for_a_batch()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        var read = program.Input.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        byte[] message = [94, 0, 0, 0, 0, 0, 0, 0, 1, 9];
        for (var i = 0; i < 10; i++)
        {
            fixture.Table.Handle(94, message);
        }

        Assert.False(read.IsCompleted);
        fixture.Table.BatchEnd();
        Assert.Equal(10, (await read.WaitAsync(TimeSpan.FromSeconds(60))).Buffer.Length);
        program.End();
    }

    [Fact]
    public async Task A_slow_consumer_gets_no_credit_and_the_client_cannot_fill_memory()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        for (var sent = 0; sent < 2 * MiB; sent += Packet)
        {
            fixture.Data(Packet);
        }

        Assert.Empty(fixture.Sender.Messages);
        for (var sent = 0; sent < 6 * Packet; sent += Packet)
        {
            fixture.Data(Packet);
        }

        Assert.Empty(fixture.Sender.Messages);
        Assert.Contains("window", ChannelFixture.Refused(() => fixture.Data(Packet)).Message, StringComparison.Ordinal);
        program.End();
    }

    [Fact]
    public async Task Credit_returns_what_was_consumed_and_not_what_arrived()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        for (var i = 0; i < 40; i++)
        {
            fixture.Data(Packet);
        }

        var result = await program.Input.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(40 * Packet, result.Buffer.Length);
        program.Input.AdvanceTo(result.Buffer.GetPosition(30 * Packet), result.Buffer.End);
        Assert.Equal(30 * Packet, fixture.Sender.Credit());
        Assert.Equal(ChannelFixture.ClientNumber, ChannelFixture.Field(Assert.Single(fixture.Sender.Messages), 1));
        program.End();
    }

    [Fact]
    public async Task A_gibibyte_passes_with_a_client_that_never_sends_past_its_credit()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        var consumer = Task.Run(async () =>
        {
            long total = 0;
            while (true)
            {
                var result = await program.Input.ReadAsync();
                total += result.Buffer.Length;
                program.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return total;
                }
            }
        });

        long allowed = fixture.Limits.Window;
        var data = new byte[Packet];
        const long Whole = 1L << 30;
        for (long sent = 0; sent < Whole; sent += Packet)
        {
            for (var i = 0; allowed - sent < Packet; i++)
            {
                Assert.True(i < 10_000, "No credit came for 10 s.");
                allowed += fixture.Sender.TakeCredit();
                if (allowed - sent < Packet)
                {
                    await Task.Delay(1, TestContext.Current.CancellationToken);
                }
            }

            fixture.Data(data);
        }

        fixture.Eof();
        Assert.Equal(Whole, await consumer.WaitAsync(TimeSpan.FromSeconds(60)));
        program.End();
    }

    [Fact]
    public void Data_after_eof_ends_the_connection()
    {
        var fixture = new ChannelFixture();
        fixture.Open();
        fixture.Eof();
        ChannelFixture.Refused(() => fixture.Data(1));
        ChannelFixture.Refused(() => fixture.ExtendedData(1));
    }

    [Fact]
    public void A_second_eof_and_an_adjust_after_eof_do_no_harm()
    {
        var fixture = new ChannelFixture();
        fixture.Open(window: 0);
        fixture.Eof();
        fixture.Eof();
        fixture.Adjust(1);
        Assert.Equal(1, fixture.Table.OpenChannels);
    }

    [Fact]
    public void Data_above_the_packet_size_that_we_named_ends_the_connection()
    {
        var fixture = new ChannelFixture();
        fixture.Open();
        fixture.Data(Packet);
        ChannelFixture.Refused(() => fixture.Data(Packet + 1));
        ChannelFixture.Refused(() => fixture.ExtendedData(Packet + 1));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(5u)]
    [InlineData(0xffffffffu)]
    public async Task Extended_data_is_dropped_and_its_credit_returned(uint type)
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        long sent = 0;
        for (var i = 0; i < 1000; i++)
        {
            fixture.ExtendedData(Packet, type);
            sent += Packet;
        }

        Assert.InRange(fixture.Sender.Credit(), sent - (2 * MiB), long.MaxValue);
        Assert.False(program.Input.TryRead(out _));
        program.End();
    }

    [Fact]
    public async Task A_program_that_reads_no_more_does_not_stop_the_client()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        for (var i = 0; i < 32; i++)
        {
            fixture.Data(Packet);
        }

        await program.Input.CompleteAsync();
        Assert.Equal(32 * Packet, fixture.Sender.Credit());
        for (var i = 0; i < 200; i++)
        {
            fixture.Data(Packet);
        }

        Assert.InRange(fixture.Sender.Credit(), 200 * Packet, long.MaxValue);
        program.End();
    }

    [Fact]
    public async Task A_program_that_gives_its_input_up_with_an_exception_does_not_end_the_connection()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        await program.Input.CompleteAsync(new InvalidOperationException("The program failed."));
        fixture.Data(Packet);
        program.End();
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.Numbers.Contains((byte)97));
    }

    [Fact]
    public async Task No_credit_is_sent_to_a_client_that_sends_no_more()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        for (var i = 0; i < 40; i++)
        {
            fixture.Data(Packet);
        }

        fixture.Eof();
        var result = await program.Input.ReadAsync(TestContext.Current.CancellationToken);
        program.Input.AdvanceTo(result.Buffer.End);
        Assert.Empty(fixture.Sender.Messages);
        program.End();
    }

    [Fact]
    public async Task While_the_transport_has_no_room_credit_adds_up_to_one_message()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        fixture.Sender.HoldFlushes();
        for (var i = 0; i < 48; i++)
        {
            fixture.Data(Packet);
            var result = await program.Input.ReadAsync(TestContext.Current.CancellationToken);
            program.Input.AdvanceTo(result.Buffer.End);
        }

        Assert.Single(fixture.Sender.Messages);
        fixture.Sender.ReleaseFlushes();
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.Messages.Length == 2);
        Assert.Equal(48 * Packet, fixture.Sender.Credit());
        program.End();
    }

    [Fact]
    public async Task When_the_connection_is_lost_reading_fails_and_the_token_is_cancelled()
    {
        var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        var waiting = program.Input.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        var cause = new SshDisconnectException(SshEndReason.ConnectionLost, "gone");
        fixture.Table.ConnectionLost(cause);
        fixture.Table.ConnectionLost(null);

        var exception = await Assert.ThrowsAsync<IOException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Same(cause, exception.InnerException);
        await Assert.ThrowsAsync<IOException>(async () => await program.Input.ReadAsync());
        await ChannelFixture.EventuallyAsync(() => program.Token.IsCancellationRequested);
        program.End();
        await fixture.DisposeAsync();
        Assert.Equal(0, fixture.Table.OpenChannels);
        Assert.Empty(fixture.Sender.Messages);
    }

    [Fact]
    public async Task Buffered_data_never_looks_complete_after_the_connection_is_lost()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        fixture.Data(100);
        fixture.Table.ConnectionLost(null);
        await Assert.ThrowsAsync<IOException>(async () => await program.Input.ReadAsync());
        program.End();
    }
}
