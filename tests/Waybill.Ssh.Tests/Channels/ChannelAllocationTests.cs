using System.Buffers.Binary;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Channels;

/// <summary>Steady state costs no allocation in either direction. Alone, because one test counts the whole process.</summary>
[CollectionDefinition(nameof(ChannelAllocationTests), DisableParallelization = true)]
[Collection(nameof(ChannelAllocationTests))]
public sealed class ChannelAllocationTests
{
    private const int Packet = 32 * 1024;

#if DEBUG
    // The compiler makes the state of an async method an object in a debug build, whether it waits or not.
    private const int BytesForEachPacket = 1024;
    private const int BytesForEachTurn = 1024;
#else
    private const int BytesForEachTurn = 0;

    // The smallest object has 24 bytes.
    private const int BytesForEachPacket = 24;
#endif

    [Fact]
    public async Task Receiving_consuming_and_crediting_a_packet_allocates_nothing()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        fixture.Sender.Records = false;
        var message = DataMessage();
        var allocated = Repeated(() =>
        {
            fixture.Table.Handle(94, message);
            fixture.Table.BatchEnd();
            Assert.True(program.Input.TryRead(out var result));
            program.Input.AdvanceTo(result.Buffer.End);
        });
        Assert.Equal(0, allocated);
        program.End();
    }

    [Fact]
    public async Task Sending_a_255_kib_reply_allocates_nothing()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: uint.MaxValue);
        fixture.Sender.Records = false;
        byte[] adjust = [93, 0, 0, 0, 0, 0, 3, 252, 13];
        var allocated = Repeated(() =>
        {
            program.Output.GetSpan(261_133);
            program.Output.Advance(261_133);
            var flush = program.Output.FlushAsync();
            Assert.True(flush.IsCompletedSuccessfully);
            flush.GetAwaiter().GetResult();
            fixture.Table.Handle(93, adjust);
        });
        Assert.Equal(0, allocated);
        program.End();
    }

    [Fact]
    public async Task Waking_a_reader_and_waiting_for_the_window_cost_less_than_one_object_for_each_packet()
    {
        const int Packets = 5_000;
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: 0);
        fixture.Sender.Records = false;
        var echo = Task.Run(program.EchoAsync);
        var message = DataMessage();
        byte[] adjust = [93, 0, 0, 0, 0, 0, 0, 0x80, 0];
        long expected = 0;
        var allocated = Allocations.InWholeProcess(() =>
        {
            for (var i = 0; i < Packets; i++)
            {
                fixture.Table.Handle(94, message);
                fixture.Table.BatchEnd();
                fixture.Table.Handle(93, adjust);
                fixture.Table.BatchEnd();
                expected += Packet;
                while (fixture.Sender.DataBytes < expected)
                {
                    Thread.Yield();
                }
            }
        });
        fixture.Eof();
        await echo.WaitAsync(TimeSpan.FromSeconds(60));
        program.End();

        Assert.True(allocated < BytesForEachPacket * Packets, $"{allocated} bytes for {Packets} packets");
    }

    [Fact]
    public async Task A_turn_elsewhere_allocates_nothing()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync(window: 0);
        var elsewhere = new HeldScheduler();
        program.TurnScheduler = elsewhere;
        fixture.Sender.Records = false;
        var echo = program.EchoAsync();
        var message = DataMessage();
        byte[] adjust = [93, 0, 0, 0, 0, 0, 0, 0x80, 0];
        long expected = 0;
        var allocated = Repeated(() =>
        {
            fixture.Table.Handle(94, message);
            fixture.Table.BatchEnd();
            elsewhere.Run();
            fixture.Table.Handle(93, adjust);
            fixture.Table.BatchEnd();
            elsewhere.Run();
            expected += Packet;
            if (fixture.Sender.DataBytes != expected)
            {
                Assert.Fail("A turn did not send what it had received.");
            }
        });
        fixture.Eof();
        elsewhere.Run();
        await echo.WaitAsync(TimeSpan.FromSeconds(60));
        program.End();

        Assert.InRange(allocated, 0, BytesForEachTurn * 1000);
    }

    private static byte[] DataMessage()
    {
        var message = new byte[9 + Packet];
        message[0] = 94;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(5), Packet);
        return message;
    }

    private static long Repeated(Action action) => Allocations.InSteadyState(() =>
    {
        for (var i = 0; i < 1000; i++)
        {
            action();
        }
    });
}
