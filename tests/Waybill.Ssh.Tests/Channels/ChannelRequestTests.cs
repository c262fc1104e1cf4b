using System.Text;
using Waybill.Ssh.Channels;
using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.Tests.Channels;

public sealed class ChannelRequestTests
{
    [Fact]
    public async Task A_known_subsystem_is_answered_before_its_program_can_write()
    {
        await using var fixture = new ChannelFixture();
        fixture.Login.Program = new WritingProgram("hello"u8.ToArray(), 0);
        fixture.Open();
        fixture.Subsystem();
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.Numbers.Contains((byte)97));
        Assert.Equal<byte>([91, 99, 94, 98, 96, 97], fixture.Sender.Numbers);
        Assert.Equal("hello"u8.ToArray(), fixture.Sender.Data());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(-1)]
    public async Task What_a_program_returns_is_the_exit_status_before_eof_and_close(int status)
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        program.End(status);
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.Messages.Length == 3);
        byte[] expected =
        [
            98, 0, 0, 0, 7, 0, 0, 0, 11, .. "exit-status"u8, 0,
            (byte)(status >> 24), (byte)(status >> 16), (byte)(status >> 8), (byte)status,
        ];
        Assert.Equal(expected, fixture.Sender.Messages[0]);
        Assert.Equal<byte>([98, 96, 97], fixture.Sender.Numbers);
    }

    [Fact]
    public async Task A_command_starts_a_program_too()
    {
        await using var fixture = new ChannelFixture();
        fixture.Login.Program = new WritingProgram([1], 0);
        fixture.Open();
        fixture.Request("exec", true, 0, "scp -t /upload/Überweisung.csv"u8.ToArray());
        Assert.Equal("exec scp -t /upload/Überweisung.csv", Assert.Single(fixture.Login.Asked));
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.Numbers.Contains((byte)97));
        Assert.Equal<byte>([91, 99, 94, 98, 96, 97], fixture.Sender.Numbers);
    }

    [Fact]
    public void A_shell_is_a_command_without_words()
    {
        var fixture = new ChannelFixture();
        fixture.Open();
        fixture.Sender.Clear();
        fixture.Request("shell", wantReply: true);
        Assert.Equal<byte[]>([[100, 0, 0, 0, 7]], fixture.Sender.Messages);
        Assert.Equal("exec ", Assert.Single(fixture.Login.Asked));
        Assert.Throws<SshDisconnectException>(() => fixture.Request("shell", wantReply: true, strings: "x"u8.ToArray()));
    }

    [Theory]
    [InlineData("pty-req")]
    [InlineData("env")]
    [InlineData("x11-req")]
    [InlineData("auth-agent-req@openssh.com")]
    [InlineData("winadj@putty.projects.tartarus.org")]
    [InlineData("simple@putty.projects.tartarus.org")]
    [InlineData("signal")]
    [InlineData("window-change")]
    [InlineData("break")]
    [InlineData("eow@openssh.com")]
    [InlineData("")]
    public void Other_requests_get_a_failure_if_they_want_a_reply_and_nothing_else(string type)
    {
        var fixture = new ChannelFixture { Login = { Program = new ChannelFixture.HeldProgram() } };
        fixture.Open();
        fixture.Sender.Clear();
        fixture.Request(type, wantReply: false, strings: "x"u8.ToArray());
        Assert.Empty(fixture.Sender.Messages);
        fixture.Request(type, wantReply: true, strings: "x"u8.ToArray());
        Assert.Equal<byte[]>([[100, 0, 0, 0, 7]], fixture.Sender.Messages);
        Assert.Empty(fixture.Login.Asked);
    }

    [Theory]
    [InlineData("netconf")]
    [InlineData("SFTP")]
    [InlineData("")]
    public void An_unknown_subsystem_or_command_fails_at_once_and_the_channel_stays(string name)
    {
        var fixture = new ChannelFixture { Login = { Program = new ChannelFixture.HeldProgram() } };
        fixture.Open();
        fixture.Sender.Clear();
        fixture.Subsystem(name);
        fixture.Request("exec", true, 0, Encoding.UTF8.GetBytes(name));
        Assert.Equal<byte>([100, 100], fixture.Sender.Numbers);
        Assert.Equal(1, fixture.Table.OpenChannels);
    }

    [Fact]
    public async Task A_second_program_on_one_channel_is_refused()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        fixture.Subsystem();
        fixture.Request("exec", true, 0, "scp -t x"u8.ToArray());
        Assert.Equal<byte>([100, 100], fixture.Sender.Numbers);
        Assert.Single(fixture.Login.Asked);
        program.End();
    }

    [Fact]
    public void Names_past_their_limit_or_not_utf8_are_never_looked_up()
    {
        var fixture = new ChannelFixture { Login = { Program = new ChannelFixture.HeldProgram() } };
        fixture.Open();
        fixture.Sender.Clear();
        fixture.Request("subsystem", true, 0, new byte[ChannelTable.MaximumSubsystemName + 1]);
        fixture.Request("exec", true, 0, new byte[ChannelTable.MaximumCommand + 1]);
        fixture.Request("exec", true, 0, [0xff, 0xfe]);
        Assert.Equal<byte>([100, 100, 100], fixture.Sender.Numbers);
        Assert.Empty(fixture.Login.Asked);
        fixture.Request("subsystem", true, 0, new byte[ChannelTable.MaximumSubsystemName]);
        fixture.Request("exec", true, 0, new byte[ChannelTable.MaximumCommand]);
        Assert.Equal(2, fixture.Login.Asked.Count);
    }

    [Fact]
    public void A_defect_in_the_lookup_refuses_one_request_and_no_more()
    {
        var fixture = new ChannelFixture { Login = { Failure = new InvalidOperationException("defect") } };
        fixture.Open();
        fixture.Sender.Clear();
        fixture.Subsystem();
        Assert.Equal<byte>([100], fixture.Sender.Numbers);
    }

    [Fact]
    public void A_subsystem_request_with_trailing_bytes_ends_the_connection()
    {
        var fixture = new ChannelFixture();
        fixture.Open();
        ChannelFixture.Refused(() => fixture.Request("subsystem", true, 0, "sftp"u8.ToArray(), "x"u8.ToArray()));
    }

    [Fact]
    public async Task A_program_that_throws_ends_with_status_1_and_the_connection_stays()
    {
        await using var fixture = new ChannelFixture();
        var program = await fixture.StartAsync();
        fixture.Open();
        program.Fail(new InvalidOperationException("defect"));
        await ChannelFixture.EventuallyAsync(() => fixture.Sender.Numbers.Contains((byte)97));
        Assert.Equal(1u, ChannelFixture.Field(fixture.Sender.Of(98)[0], 21));
        fixture.Data(1, channel: 1);
        Assert.Equal(2, fixture.Table.OpenChannels);
    }

    private sealed class WritingProgram(byte[] text, int status) : Waybill.Ssh.Hosting.ISshProgram
    {
        public async Task<int> RunAsync(System.IO.Pipelines.IDuplexPipe channel, CancellationToken cancellationToken)
        {
            await channel.Output.WriteAsync(text, cancellationToken);
            return status;
        }
    }
}
