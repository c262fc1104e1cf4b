using System.Text;
using Microsoft.Extensions.Logging;
using Waybill.Net.Logging;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.Channels;

/// <summary>Channel requests (RFC 4254 section 6): <c>subsystem</c>, <c>exec</c> and <c>shell</c> start a program, everything else is refused or has no meaning here.</summary>
internal sealed partial class ChannelTable
{
    /// <summary>Bytes of a subsystem's name.</summary>
    public const int MaximumSubsystemName = 256;

    /// <summary>Bytes of a command: a path as long as Linux takes, with every byte quoted.</summary>
    public const int MaximumCommand = 32 * 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private void HandleRequest(ref SshReader reader)
    {
        // byte      SSH_MSG_CHANNEL_REQUEST
        // uint32    recipient channel
        // string    request type in US-ASCII characters only
        // boolean   want reply
        // ....      type-specific data follows
        var recipient = reader.ReadUInt32();
        var type = reader.ReadString();
        var wantReply = reader.ReadBoolean();
        if (!reader.Succeeded)
        {
            throw Malformed("CHANNEL_REQUEST");
        }

        var channel = Find(recipient);
        ISshProgram? program = null;
        if (type.SequenceEqual("subsystem"u8) || type.SequenceEqual("exec"u8))
        {
            // string    subsystem name, or command
            var subsystem = type[0] == (byte)'s';
            var text = reader.ReadString();
            if (!reader.SucceededToTheEnd)
            {
                throw Malformed("CHANNEL_REQUEST");
            }

            program = FindProgram(channel, subsystem, text);
        }
        else if (type.SequenceEqual("shell"u8))
        {
            // A shell is a command without words: the login has something to say to that, or not.
            if (!reader.SucceededToTheEnd)
            {
                throw Malformed("CHANNEL_REQUEST");
            }

            program = FindProgram(channel, subsystem: false, default);
        }

        // pty-req, env, x11-req and auth-agent-req@openssh.com get a plain no, at once: clients wait for it.
        // winadj@putty.projects.tartarus.org wants a failure. signal, window-change, break and eow@openssh.com ask for nothing and get nothing.
        if (program is null && _services.Logger.IsEnabled(LogLevel.Debug))
        {
            ChannelLog.RequestRefused(_services.Logger, channel.Number, PeerText.Sanitise(Encoding.UTF8.GetString(type)));
        }

        if (wantReply)
        {
            channel.Reply(program is null ? ChannelMessage.Failure : ChannelMessage.Success);
        }

        if (program is not null)
        {
            Start(channel, program);
        }
    }

    private ISshProgram? FindProgram(Channel channel, bool subsystem, ReadOnlySpan<byte> text)
    {
        if (channel.HasProgram || channel.OutputClosed || Volatile.Read(ref _refusing)
            || text.Length > (subsystem ? MaximumSubsystemName : MaximumCommand) || !System.Text.Unicode.Utf8.IsValid(text))
        {
            return null;
        }

        try
        {
            var name = StrictUtf8.GetString(text);
            return subsystem ? _login.FindSubsystem(name) : _login.FindCommand(name);
        }
        catch (Exception exception)
        {
            // A defect there refuses one request; the login's other channels go on.
            ChannelLog.LookupFailed(_services.Logger, exception, channel.Number);
            return null;
        }
    }

    private void Start(Channel channel, ISshProgram program)
    {
        bool stopping;
        lock (_lock)
        {
            _programs.Add(program);
            stopping = _refusing;
        }

        _ = RunAsync(channel, program);
        if (stopping)
        {
            Tell(program);
        }
    }

    // A program's defect must reach neither the read loop nor the server's stop, which tells every other connection with the same call.
    private void Tell(ISshProgram program)
    {
        try
        {
            program.EndWhenIdle();
        }
        catch (Exception exception)
        {
            ChannelLog.StopFailed(_services.Logger, exception);
        }
    }

    private async Task RunAsync(Channel channel, ISshProgram program)
    {
        await channel.Start(program).ConfigureAwait(false);
        TaskCompletionSource? drained = null;
        lock (_lock)
        {
            _programs.Remove(program);
            if (_programs.Count == 0)
            {
                drained = _drained;
                _drained = null;
            }
        }

        drained?.SetResult();
    }
}
