using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ssh.Channels;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Fuzz.Targets;

/// <summary>Channel messages of a client that is logged in, with an echo program behind them.</summary>
internal sealed class ChannelTarget : IFuzzTarget
{
    private static readonly SshLimits Limits = new() { Channels = 3, Window = 64 * 1024, MaximumWindow = 64 * 1024 };

    public string Name => "channel";

    public int Inputs => 9_600;

    /// <summary>Why a message ends the connection.</summary>
    public static FixedTexts Reasons { get; } = new(
        "A channel's window was adjusted beyond", "Data came after the end", "A channel message brought", "More data came than", "Message ",
        "A message names a channel that is not open", "CHANNEL_OPEN is not built", "CHANNEL_WINDOW_ADJUST is not built", "CHANNEL_DATA is not built",
        "CHANNEL_EXTENDED_DATA is not built", "CHANNEL_REQUEST is not built", "A channel message is not built");

    /// <summary>Why a channel is not opened.</summary>
    private static readonly string[] OpenRefusals = ["only session channels are served", "a maximum packet size of 0 is of no use", "too many open channels"];

    public IReadOnlyCollection<string> Outcomes { get; } = ["Started", "RequestRefused", "Opened", "Nothing", .. OpenRefusals, .. Reasons.All];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "session", "direct-tcpip", "x11", "subsystem", "exec", "shell", "pty-req", "env", "signal", "window-change", "echo", "sftp", "eow@openssh.com",
        "winadj@putty.projects.tartarus.org", "keepalive@openssh.com", "\0",
    ];

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var sender = new FuzzSender();
        await using var table = new ChannelTable(sender, new FuzzLogin(), Limits, TimeProvider.System, NullLogger.Instance);
        foreach (var message in FuzzFrames.Read(input.Span))
        {
            // The message gate lets nothing else come here.
            if (message[0] is < SshMessage.ChannelOpen or > SshMessage.ChannelFailure)
            {
                continue;
            }

            try
            {
                table.Handle(message[0], message);
                table.BatchEnd();
            }
            catch (SshDisconnectException exception)
            {
                return Reasons.Of(exception);
            }

            if (table.OpenChannels > Limits.Channels)
            {
                throw new InvalidOperationException($"{table.OpenChannels} channels are open.");
            }
        }

        return sender.HasSent(SshMessage.ChannelSuccess) ? "Started"
            : sender.HasSent(SshMessage.ChannelFailure) ? "RequestRefused"
            : sender.OpenRefused ?? (sender.HasSent(SshMessage.ChannelOpenConfirmation) ? "Opened" : "Nothing");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        static MessageBuilder To(byte number) => new MessageBuilder(number).UInt32(0);
        var open = RawSshClient.OpenRequest(5, 1 << 20, 1 << 15);
        var start = To(SshMessage.ChannelRequest).String("subsystem").Boolean(true).String("echo").ToArray();
        var data = To(SshMessage.ChannelData).String(new byte[1000]).ToArray();
        var adjust = To(SshMessage.ChannelWindowAdjust).UInt32(100_000).ToArray();
        var eof = To(SshMessage.ChannelEof).ToArray();
        var close = To(SshMessage.ChannelClose).ToArray();
        var extended = To(SshMessage.ChannelExtendedData).UInt32(1).String(new byte[100]).ToArray();
        var shell = To(SshMessage.ChannelRequest).String("shell").Boolean(true).ToArray();
        var pty = To(SshMessage.ChannelRequest).String("pty-req").Boolean(true).String("xterm").UInt32(80).UInt32(24).UInt32(0).UInt32(0).String("").ToArray();
        yield return ("echo", FuzzFrames.Write([open, start, data, adjust, extended, eof, close]));
        yield return ("open", FuzzFrames.Write([open]));
        yield return ("open-x11", FuzzFrames.Write([RawSshClient.OpenRequest(5, 1 << 20, 1 << 15, "x11")]));
        yield return ("open-zero", FuzzFrames.Write([RawSshClient.OpenRequest(5, 0, 0)]));
        yield return ("open-many", FuzzFrames.Write([open, open, open, open, open]));
        yield return ("shell", FuzzFrames.Write([open, pty, shell, close]));
        yield return ("window", FuzzFrames.Write([open, start, .. Enumerable.Repeat(To(SshMessage.ChannelWindowAdjust).UInt32(0xFFFFFFFF).ToArray(), 2)]));
        yield return ("past-window", FuzzFrames.Write([open, .. Enumerable.Repeat(To(SshMessage.ChannelData).String(new byte[20_000]).ToArray(), 4)]));
        yield return ("after-eof", FuzzFrames.Write([open, eof, data]));
        yield return ("too-large", FuzzFrames.Write([open, To(SshMessage.ChannelData).String(new byte[Limits.ChannelPacket + 1]).ToArray()]));
        yield return ("servers-message", FuzzFrames.Write([new MessageBuilder(SshMessage.ChannelOpenFailure).UInt32(0).UInt32(1).String("").String("").ToArray()]));
        yield return ("not-open", FuzzFrames.Write([data]));
        yield return ("open-cut", FuzzFrames.Write([open[..^1]]));
        yield return ("adjust-cut", FuzzFrames.Write([open, adjust[..^1]]));
        yield return ("data-left-over", FuzzFrames.Write([open, [.. data, 0]]));
        yield return ("extended-cut", FuzzFrames.Write([open, extended[..^1]]));
        yield return ("request-cut", FuzzFrames.Write([open, start[..^1]]));
        yield return ("eof-left-over", FuzzFrames.Write([open, [.. eof, 0]]));
        yield return ("replies", FuzzFrames.Write([open, To(SshMessage.ChannelSuccess).ToArray(), To(SshMessage.ChannelFailure).ToArray()]));
        yield return ("nothing", FuzzFrames.Write([[2, 0, 0, 0, 0]]));
    }
}
