using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ssh.Channels;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Wire;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Channels;

/// <summary>A channel table with a recording sender, and the client's messages as methods.</summary>
internal sealed class ChannelFixture : IAsyncDisposable
{
    public const uint ClientNumber = 7;

    private readonly List<HeldProgram> _programs = [];

    public ChannelFixture(SshLimits? limits = null, WindowBudget? budget = null)
    {
        Limits = limits ?? new SshLimits();
        Budget = budget ?? new WindowBudget(1L << 30);
        Table = new ChannelTable(Sender, Login, Limits, Time, NullLogger.Instance, Budget);
    }

    public SshLimits Limits { get; }

    public WindowBudget Budget { get; }

    public RecordingSender Sender { get; } = new();

    public FakeLogin Login { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public ChannelTable Table { get; }

    public void Open(uint window = 2 * 1024 * 1024, uint packet = 32 * 1024, string type = "session", uint sender = ClientNumber)
    {
        var message = new SshWriter(new byte[64 + type.Length]);
        message.WriteByte(90);
        message.WriteString(type);
        message.WriteUInt32(sender);
        message.WriteUInt32(window);
        message.WriteUInt32(packet);
        Handle(message.Written);
    }

    public void Data(ReadOnlySpan<byte> data, uint channel = 0)
    {
        var message = new SshWriter(new byte[9 + data.Length]);
        message.WriteByte(94);
        message.WriteUInt32(channel);
        message.WriteString(data);
        Handle(message.Written);
    }

    public void Data(int count, uint channel = 0) => Data(new byte[count], channel);

    public void ExtendedData(int count, uint type = 1, uint channel = 0)
    {
        var message = new SshWriter(new byte[13 + count]);
        message.WriteByte(95);
        message.WriteUInt32(channel);
        message.WriteUInt32(type);
        message.WriteString(new byte[count]);
        Handle(message.Written);
    }

    public void Adjust(uint count, uint channel = 0)
    {
        var message = new SshWriter(new byte[9]);
        message.WriteByte(93);
        message.WriteUInt32(channel);
        message.WriteUInt32(count);
        Handle(message.Written);
    }

    public void Eof(uint channel = 0) => Numbered(96, channel);

    public void Close(uint channel = 0) => Numbered(97, channel);

    public void Numbered(byte number, uint channel = 0)
    {
        var message = new SshWriter(new byte[5]);
        message.WriteByte(number);
        message.WriteUInt32(channel);
        Handle(message.Written);
    }

    public void Request(string type, bool wantReply = true, uint channel = 0, params byte[][] strings)
    {
        var message = new SshWriter(new byte[64 + type.Length + strings.Sum(text => 4 + text.Length)]);
        message.WriteByte(98);
        message.WriteUInt32(channel);
        message.WriteString(type);
        message.WriteBoolean(wantReply);
        foreach (var text in strings)
        {
            message.WriteString(text);
        }

        Handle(message.Written);
    }

    public void Subsystem(string name = "sftp", bool wantReply = true, uint channel = 0) =>
        Request("subsystem", wantReply, channel, Encoding.UTF8.GetBytes(name));

    /// <summary>Opens channel 0 and starts a program whose pipe the test holds.</summary>
    public async Task<HeldProgram> StartAsync(uint window = 2 * 1024 * 1024, uint packet = 32 * 1024, uint channel = 0)
    {
        var program = new HeldProgram();
        _programs.Add(program);
        Login.Program = program;
        Open(window, packet);
        Subsystem(channel: channel);
        await program.Started.WaitAsync(TimeSpan.FromSeconds(60));
        Sender.Clear();
        return program;
    }

    public void Handle(ReadOnlySpan<byte> message)
    {
        Table.Handle(message[0], message);
        Table.BatchEnd();
    }

    public static SshDisconnectException Refused(Action action)
    {
        var exception = Assert.Throws<SshDisconnectException>(action);
        Assert.Equal(SshEndReason.ProtocolError, exception.Reason);
        return exception;
    }

    public static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 30_000, "The condition did not become true within 60 s.");
            await Task.Delay(2);
        }
    }

    public static uint Field(byte[] message, int at) => BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(at));

    public ValueTask DisposeAsync()
    {
        // A test that fails half-way has not ended its programs.
        foreach (var program in _programs)
        {
            program.End();
        }

        return Table.DisposeAsync();
    }

    internal sealed class FakeLogin : ISshLogin
    {
        public ISshProgram? Program { get; set; }

        public Exception? Failure { get; set; }

        public List<string> Asked { get; } = [];

        public CancellationToken Kicked => CancellationToken.None;

        public ISshProgram? FindSubsystem(string name) => Find("subsystem " + name, name == "sftp");

        public ISshProgram? FindCommand(string command) => Find("exec " + command, command.StartsWith("scp ", StringComparison.Ordinal));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private ISshProgram? Find(string asked, bool known)
        {
            Asked.Add(asked);
            return Failure is { } failure ? throw failure : known ? Program : null;
        }
    }

    /// <summary>A program that gives its pipe to the test and returns when told.</summary>
    internal sealed class HeldProgram : ISshProgram
    {
        private readonly TaskCompletionSource<IDuplexPipe> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<int> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private IDuplexPipe? _pipe;

        public Task Started => _started.Task;

        public PipeReader Input => _pipe!.Input;

        public PipeWriter Output => _pipe!.Output;

        public PipeScheduler? TurnScheduler { get; set; }

        public CancellationToken Token { get; private set; }

        public Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
        {
            _pipe = channel;
            Token = cancellationToken;
            _started.SetResult(channel);
            return _end.Task;
        }

        /// <summary>Sends as many bytes as come, until the client's EOF.</summary>
        public async Task EchoAsync()
        {
            while (await Input.ReadAsync().ConfigureAwait(false) is { Buffer.Length: > 0 and var length } result)
            {
                Output.GetSpan((int)length);
                Output.Advance((int)length);
                Input.AdvanceTo(result.Buffer.End);
                await Output.FlushAsync().ConfigureAwait(false);
            }
        }

        public void End(int status = 0) => _end.TrySetResult(status);

        public void Fail(Exception exception) => _end.TrySetException(exception);
    }
}
