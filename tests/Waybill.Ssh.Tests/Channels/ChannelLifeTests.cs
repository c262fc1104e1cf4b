using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ssh.Channels;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Channels;

public sealed class ChannelLifeTests
{
    [Fact]
    public void A_close_is_answered_with_one_close_and_a_second_ends_the_connection()
    {
        var fixture = new ChannelFixture();
        fixture.Open();
        fixture.Sender.Clear();
        fixture.Close();
        Assert.Equal<byte[]>([[97, 0, 0, 0, 7]], fixture.Sender.Messages);
        Assert.Equal(0, fixture.Table.OpenChannels);
        ChannelFixture.Refused(() => fixture.Close());
    }

    [Fact]
    public async Task A_close_that_crosses_ours_is_not_answered_again()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        program.End();
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.Numbers.Contains((byte)97));
        fixture.Data(10);
        fixture.Adjust(10);
        fixture.Subsystem();
        fixture.Eof();
        fixture.Close();
        Assert.Equal<byte>([98, 96, 97], fixture.Sender.Numbers);
        Assert.Equal(0, fixture.Table.OpenChannels);
    }

    [Fact]
    public async Task A_close_without_eof_ends_the_input_of_the_program()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        fixture.Data(3);
        fixture.Close();
        var result = await program.Input.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, result.Buffer.Length);
        Assert.True(result.IsCompleted);
        Assert.False(program.Token.IsCancellationRequested);
        program.End();
        await fixture.Table.DrainAsync(TestContext.Current.CancellationToken);
        Assert.Equal<byte>([97], fixture.Sender.Numbers);
        Assert.Equal(0, fixture.Table.OpenChannels);
    }

    [Fact]
    public async Task A_client_cannot_pile_up_programs_by_closing_channels_quickly()
    {
        await using var fixture = new ChannelFixture(new SshLimits { Channels = 2 });
        var first = await fixture.StartAsync();
        fixture.Close();
        Assert.Equal(1, fixture.Table.OpenChannels);
        ChannelFixture.Refused(() => fixture.Data(1));
        var second = await fixture.StartAsync(channel: 1);
        fixture.Close(1);
        fixture.Sender.Clear();
        fixture.Open();
        Assert.Equal<byte>([92], fixture.Sender.Numbers);

        first.End();
        await ChannelFixture.EventuallyAsync(() => fixture.Table.OpenChannels == 1);
        fixture.Open();
        Assert.Equal<byte>([92, 91], fixture.Sender.Numbers);
        second.End();
    }

    [Fact]
    public async Task Draining_waits_for_the_last_program()
    {
        await using var fixture = new ChannelFixture();
        Assert.True(fixture.Table.DrainAsync(TestContext.Current.CancellationToken).IsCompletedSuccessfully);
        var first = await fixture.StartAsync();
        var second = await fixture.StartAsync(channel: 1);
        var drained = fixture.Table.DrainAsync(TestContext.Current.CancellationToken);
        first.End();
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.Numbers.Contains((byte)97));
        Assert.False(drained.IsCompleted);
        second.End();
        await drained.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Draining_can_be_given_up()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        using var source = new CancellationTokenSource();
        var drained = fixture.Table.DrainAsync(source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => drained);
        program.End();
    }

    [Fact]
    public async Task Disposing_cancels_the_programs_and_waits_for_them()
    {
        var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        var disposed = fixture.Table.DisposeAsync().AsTask();
        await ChannelFixture.EventuallyAsync(() => program.Token.IsCancellationRequested);
        Assert.False(disposed.IsCompleted);
        program.Fail(new OperationCanceledException());
        await disposed.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, fixture.Table.OpenChannels);
        Assert.Empty(fixture.Sender.Messages);
    }

    [Fact]
    public async Task After_the_connection_is_lost_nothing_is_opened()
    {
        await using var fixture = new ChannelFixture();
        fixture.Table.ConnectionLost(null);
        fixture.Open();
        Assert.Equal<byte>([92], fixture.Sender.Numbers);
    }

    [Fact]
    public async Task What_windows_grew_by_is_returned_at_the_end()
    {
        await using var fixture = new ChannelFixture();
        var free = fixture.Budget.Free;
        var program = await fixture.StartAsync();
        var data = new byte[32 * 1024];
        for (var i = 0; i < 200; i++)
        {
            fixture.Data(data);
            var result = await program.Input.ReadAsync(TestContext.Current.CancellationToken);
            program.Input.AdvanceTo(result.Buffer.End);
        }

        Assert.True(fixture.Budget.Free < free);
        program.End();
        await fixture.Table.DrainAsync(TestContext.Current.CancellationToken);
        fixture.Close();
        Assert.Equal(free, fixture.Budget.Free);
    }

    [Fact]
    public async Task A_timer_that_sees_no_channel_never_sees_an_old_time_without_one()
    {
        var time = new WatchedTime();
        await using var table = new ChannelTable(new RecordingSender(), new ChannelFixture.FakeLogin(), new SshLimits(), time, NullLogger.Instance);
        table.Handle(90, new MessageBuilder(90).String("session").UInt32(7).UInt32(1 << 20).UInt32(1 << 15).ToArray());
        var seen = new List<int>();
        time.Asked = () => seen.Add(table.OpenChannels);
        table.Handle(97, new MessageBuilder(97).UInt32(0).ToArray());
        Assert.Equal(0, table.OpenChannels);
        Assert.NotEmpty(seen);
        Assert.All(seen, open => Assert.Equal(1, open));
    }

    [Fact]
    public async Task A_program_that_fails_when_told_to_end_keeps_no_other_from_being_told()
    {
        await using var fixture = new ChannelFixture();
        var told = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            var number = i;
            fixture.Login.Program = new StubbornProgram(() =>
            {
                told.Add(number);
                throw new InvalidOperationException("The program failed.");
            });
            fixture.Open();
            fixture.Subsystem(channel: (uint)i);
        }

        fixture.Table.RefuseNewWork();
        Assert.Equal([0, 1, 2], told);
    }

    private sealed class WatchedTime : TimeProvider
    {
        public Action? Asked { get; set; }

        public override long GetTimestamp()
        {
            Asked?.Invoke();
            return base.GetTimestamp();
        }
    }

    private sealed class StubbornProgram(Action asked) : ISshProgram
    {
        public async Task<int> RunAsync(System.IO.Pipelines.IDuplexPipe channel, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }

        public void EndWhenIdle() => asked();
    }
}
