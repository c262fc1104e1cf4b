using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Wire;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Channels;

/// <summary>Floods leave nothing behind. Alone, because the whole process is measured.</summary>
[Collection(nameof(ChannelAllocationTests))]
public sealed class ChannelMemoryTests
{
    [Fact]
    public void A_hundred_thousand_rejected_opens_keep_nothing()
    {
        var fixture = new ChannelFixture();
        var message = new SshWriter(new byte[29]);
        message.WriteByte(90);
        message.WriteString("direct-tcpip"u8);
        message.WriteUInt32(1);
        message.WriteUInt32(2);
        message.WriteUInt32(3);
        Assert.Equal(0, Allocated(fixture, message.Written.ToArray()));
        Assert.Equal(0, fixture.Table.OpenChannels);
    }

    [Fact]
    public void A_hundred_thousand_opens_past_the_limit_keep_nothing()
    {
        var fixture = new ChannelFixture(new SshLimits { Channels = 1 });
        fixture.Open();
        var message = new SshWriter(new byte[24]);
        message.WriteByte(90);
        message.WriteString("session"u8);
        message.WriteUInt32(1);
        message.WriteUInt32(2);
        message.WriteUInt32(3);
        Assert.Equal(0, Allocated(fixture, message.Written.ToArray()));
        Assert.Equal(1, fixture.Table.OpenChannels);
    }

    [Theory]
    [InlineData(99)]
    [InlineData(100)]
    public void A_hundred_thousand_unsolicited_replies_keep_nothing_and_are_not_answered(byte reply)
    {
        var fixture = new ChannelFixture();
        fixture.Open();
        fixture.Sender.Clear();
        Assert.Equal(0, Allocated(fixture, [reply, 0, 0, 0, 0]));
        Assert.Empty(fixture.Sender.Messages);
        fixture.Close();
        Assert.Equal(0, fixture.Table.OpenChannels);
    }

    [Fact]
    public async Task Ten_thousand_channels_one_after_the_other_leave_memory_flat()
    {
        await using var fixture = new ChannelFixture();
        fixture.Sender.Records = false;
        fixture.Login.Program = new EchoProgram();
        long before = 0;
        for (var i = 0; i < 10_000; i++)
        {
            fixture.Open();
            fixture.Subsystem();
            fixture.Data(100);
            fixture.Eof();
            await fixture.Table.DrainAsync(TestContext.Current.CancellationToken);
            fixture.Close();
            before = i == 1000 ? GC.GetTotalMemory(forceFullCollection: true) : before;
        }

        Assert.Equal(0, fixture.Table.OpenChannels);
        Assert.Equal(1_000_000, fixture.Sender.DataBytes);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 2 * 1024 * 1024);
    }

    [Fact]
    public async Task An_idle_program_holds_no_block()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        fixture.Data(5);
        var before = Ssh.Channels.ChannelServices.Blocks.IdleBlocks;
        var result = await program.Input.ReadAsync(TestContext.Current.CancellationToken);
        program.Input.AdvanceTo(result.Buffer.End);
        Assert.True(Ssh.Channels.ChannelServices.Blocks.IdleBlocks >= Math.Min(before + 1, Net.Buffers.BlockMemoryPool.MaximumIdleBlocks));
        program.End();
    }

    private static long Allocated(ChannelFixture fixture, byte[] message)
    {
        fixture.Sender.Records = false;
        var allocated = Allocations.InSteadyState(() =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                fixture.Handle(message);
            }
        });
        fixture.Sender.Records = true;
        return allocated;
    }

    private sealed class EchoProgram : ISshProgram
    {
        public async Task<int> RunAsync(System.IO.Pipelines.IDuplexPipe channel, CancellationToken cancellationToken)
        {
            while (true)
            {
                var result = await channel.Input.ReadAsync(cancellationToken);
                foreach (var piece in result.Buffer)
                {
                    await channel.Output.WriteAsync(piece, cancellationToken);
                }

                channel.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return 0;
                }
            }
        }
    }
}
