using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using Waybill.Net.Buffers;
using Waybill.Net.Threads;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Tests.Hosting;
using Waybill.Ssh.Transport;
using Waybill.SshKeys.Crypto;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Transport;

public sealed class PacketWriterTests : IDisposable
{
    /// <summary>Only guards against a hang.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int Unsent = 64 * 1024;
    private readonly Owner _owner = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly SshLimits _limits = new() { HeldMessages = 5, Channels = 2 };
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 100_000, resumeWriterThreshold: 1, useSynchronizationContext: false));
    private readonly PacketReader _reader = new() { MaximumPacket = 256 * 1024 };
    private readonly PacketWriter _writer;

    public PacketWriterTests() => _writer = new PacketWriter(_pipe.Writer, _limits, _owner, _clock) { MaximumUnsent = Unsent };

    public static TheoryData<string, string?> Ciphers => PacketPair.Ciphers;

    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
    }

    [Theory]
    [MemberData(nameof(Ciphers))]
    public async Task What_is_sealed_can_be_opened(string cipher, string? mac)
    {
        var (sealer, opener) = PacketPair.Create(cipher, mac);
        _writer.SendNewKeys(sealer, resetSequence: true, next: default);
        for (var length = 1; length < 200; length++)
        {
            _writer.Send(Payload(length));
            _writer.Send(Payload(9), Payload(length));
        }

        // Whoever sends data pushes it: a work item may have come before the last of it.
        var flush = _writer.FlushAsync(CancellationToken.None);
        var newKeys = await ReceiveAsync(1);
        Assert.Equal([MessageNumber.NewKeys], newKeys[0]);
        _reader.SwitchKeys(opener, resetSequence: true);
        var read = await ReceiveAsync(2 * 199);
        for (var length = 1; length < 200; length++)
        {
            Assert.Equal(Payload(length), read[2 * (length - 1)]);
            Assert.Equal([.. Payload(9), .. Payload(length)], read[(2 * (length - 1)) + 1]);
        }

        Assert.True(await flush);
        Assert.Equal(_reader.SequenceNumber, _writer.SequenceNumber);
    }

    [Fact]
    public async Task The_sequence_number_goes_on_without_strict_key_exchange_and_restarts_with_it()
    {
        _writer.Send(Payload(5));
        _writer.SendNewKeys(PacketCiphers.PlainSealer(), resetSequence: false, next: default);
        Assert.Equal(2u, _writer.SequenceNumber);
        _writer.SendNewKeys(PacketCiphers.PlainSealer(), resetSequence: true, next: [MessageNumber.ExtInfo]);
        Assert.Equal(1u, _writer.SequenceNumber);
        Assert.Equal(4, (await ReceiveAsync(4)).Count);
    }

    [Fact]
    public async Task A_flush_that_ends_after_the_output_was_completed_writes_nothing_more()
    {
        for (var sent = 0; sent < 4; sent++)
        {
            _writer.Send(Payload(32 * 1024));
        }

        await Task.Yield();
        var ended = _writer.EndAsync([MessageNumber.Disconnect, 1]);
        await _writer.CompleteAsync();

        // The client reads at last: the pending flush ends on the thread pool, where an exception would end the process.
        var read = await _pipe.Reader.ReadAsync();
        _pipe.Reader.AdvanceTo(read.Buffer.End);
        await ended.WaitAsync(Patience);
        Assert.False(await _writer.FlushAsync(CancellationToken.None));
    }

    [Fact]
    public async Task During_a_key_exchange_other_messages_wait_and_keep_their_order()
    {
        _writer.SendKexInit([MessageNumber.KexInit]);
        _writer.Send([98, 1]);
        _writer.Send([MessageNumber.KexReply]);
        _writer.Send([MessageNumber.ServiceAccept]);
        _writer.Send([MessageNumber.Unimplemented]);
        _writer.Send([98, 2]);
        var flush = _writer.FlushAsync(CancellationToken.None).AsTask();
        Assert.False(flush.IsCompleted);

        _writer.SendNewKeys(PacketCiphers.PlainSealer(), resetSequence: true, next: [MessageNumber.ExtInfo]);

        Assert.True(await flush.WaitAsync(Patience));
        var order = (await ReceiveAsync(8)).Select(message => message[0]);
        Assert.Equal(
            [MessageNumber.KexInit, MessageNumber.KexReply, MessageNumber.Unimplemented, MessageNumber.NewKeys, MessageNumber.ExtInfo, 98, MessageNumber.ServiceAccept, 98],
            order);
    }

    [Fact]
    public void More_held_messages_than_the_limit_end_the_connection()
    {
        _writer.SendKexInit([MessageNumber.KexInit]);
        for (var i = 0; i < _limits.HeldMessages; i++)
        {
            _writer.Send([98]);
        }

        Assert.Null(_owner.Failure);
        _writer.Send([98]);
        Assert.Equal(SshEndReason.LimitExceeded, _owner.Failure);
    }

    [Fact]
    public void Held_channel_data_has_a_limit_of_its_own_by_channels()
    {
        _writer.SendKexInit([MessageNumber.KexInit]);
        for (var i = 0; i < _limits.HeldMessages * _limits.Channels; i++)
        {
            _writer.Send(new byte[] { MessageNumber.ChannelData, 0, 0, 0, 0, 0, 0, 0, 1 }, [1]);
        }

        Assert.Null(_owner.Failure);
        _writer.Send(new byte[] { MessageNumber.ChannelData, 0, 0, 0, 0, 0, 0, 0, 1 }, [1]);
        Assert.Equal(SshEndReason.LimitExceeded, _owner.Failure);
    }

    [Fact]
    public async Task Held_window_adjusts_of_one_channel_become_one()
    {
        _writer.SendKexInit([MessageNumber.KexInit]);
        for (var i = 0; i < 1000; i++)
        {
            _writer.Send(Adjust((uint)(i % 2), 96 * 1024));
        }

        Assert.Null(_owner.Failure);
        _writer.SendNewKeys(PacketCiphers.PlainSealer(), resetSequence: true, next: default);
        var read = await ReceiveAsync(4);
        Assert.Equal(Adjust(0, 500 * 96 * 1024), read[2]);
        Assert.Equal(Adjust(1, 500 * 96 * 1024), read[3]);
    }

    [Fact]
    public async Task A_held_window_adjust_never_overflows()
    {
        _writer.SendKexInit([MessageNumber.KexInit]);
        _writer.Send(Adjust(0, uint.MaxValue));
        _writer.Send(Adjust(0, 7));
        _writer.SendNewKeys(PacketCiphers.PlainSealer(), resetSequence: true, next: default);
        var read = await ReceiveAsync(4);
        Assert.Equal(Adjust(0, uint.MaxValue), read[2]);
        Assert.Equal(Adjust(0, 7), read[3]);
    }

    [Fact]
    public async Task A_flush_waits_while_the_transport_is_full_and_what_is_sent_meanwhile_follows_in_order()
    {
        var expected = new List<byte[]>();
        void Send(byte[] payload)
        {
            expected.Add(payload);
            _writer.Send(payload);
        }

        Send(Payload(110_000));
        var flush = _writer.FlushAsync(CancellationToken.None).AsTask();
        Assert.False(flush.IsCompleted);
        for (var i = 0; i < 20; i++)
        {
            Send(Payload(1000 + i));
        }

        Assert.False(flush.IsCompleted);
        var read = await ReceiveAsync(21);
        Assert.True(await flush.WaitAsync(Patience));
        Assert.Equal(expected, read);
    }

    [Fact]
    public void A_peer_that_does_not_read_is_given_up_at_the_limit()
    {
        _writer.Send(Payload(110_000));
        _ = _writer.FlushAsync(CancellationToken.None).AsTask();
        var packets = 0;
        while (_owner.Failure is null && packets++ < 1000)
        {
            _writer.Send(Payload(1000));
        }

        Assert.Equal(SshEndReason.LimitExceeded, _owner.Failure);
        Assert.InRange(packets, Unsent / 1100, (Unsent / 1000) + 1);
    }

    [Fact]
    public async Task What_nobody_flushes_goes_out_by_itself()
    {
        _writer.Send(Payload(10));
        Assert.Single(await ReceiveAsync(1));
    }

    [Fact]
    public async Task The_end_tells_those_who_wait()
    {
        _writer.SendKexInit([MessageNumber.KexInit]);
        var waits = _writer.FlushAsync(CancellationToken.None).AsTask();
        await _writer.EndAsync([MessageNumber.Disconnect]);
        Assert.False(await waits.WaitAsync(Patience));
        Assert.False(await _writer.FlushAsync(CancellationToken.None));
        _writer.Send(Payload(3));
        Assert.Equal([[MessageNumber.KexInit], [MessageNumber.Disconnect]], await ReceiveAsync(2));
    }

    [Fact]
    public async Task A_flush_that_ends_after_the_pipe_was_completed_does_no_harm()
    {
        _writer.Send(Payload(110_000));
        _ = _writer.FlushAsync(CancellationToken.None).AsTask();
        _writer.Send(Payload(1000));
        var drained = _writer.EndAsync([MessageNumber.Disconnect]);
        Assert.False(drained.IsCompleted);
        await _writer.CompleteAsync();

        // An exception here would be on a thread of the pool and end the process.
        Assert.Single(await ReceiveAsync(1));
        await drained.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_lost_transport_tells_those_who_flush()
    {
        await _pipe.Reader.CompleteAsync();
        _writer.Send(Payload(10));
        Assert.False(await _writer.FlushAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_socket_error_during_a_flush_ends_the_connection_and_not_the_process()
    {
        // Inline: what the thread pool would not survive comes out of the call that completes the flush.
        var pipe = new Pipe(new PipeOptions(writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        using var writer = new PacketWriter(pipe.Writer, _limits, _owner, _clock) { MaximumUnsent = Unsent };
        writer.Send(Payload(100));
        var flush = writer.FlushAsync(CancellationToken.None).AsTask();
        Assert.False(flush.IsCompleted);

        await pipe.Reader.CompleteAsync(new SocketException((int)SocketError.HostUnreachable));

        Assert.False(await flush.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_program_that_goes_on_where_room_is_made_leaves_that_thread_when_its_share_is_used_up()
    {
        var pipe = new Pipe(new PipeOptions(writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        using var writer = new PacketWriter(pipe.Writer, _limits, _owner, _clock) { MaximumUnsent = Unsent };
        const int Sends = 50;
        var here = new ThreadLocal<bool>();
        var wasHere = new List<bool>();

        async Task SendAsync()
        {
            for (var i = 0; i < Sends; i++)
            {
                writer.Send(Payload(100));
                await writer.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                wasHere.Add(here.Value);
                _clock.Advance(ThreadShare.Longest / 5);
            }
        }

        // A client that reads at once, as an event loop serves it: this thread makes room again and again.
        var sending = SendAsync();
        here.Value = true;
        while (!sending.IsCompleted)
        {
            if (pipe.Reader.TryRead(out var read))
            {
                pipe.Reader.AdvanceTo(read.Buffer.End);
            }
        }

        await sending;
        Assert.Equal(Sends, wasHere.Count);
        Assert.Equal(5, Runs.Longest(wasHere));
    }

    [Fact]
    public async Task A_block_pool_that_is_gone_when_a_flush_ends_ends_the_connection_and_not_the_process()
    {
        using var pool = new BlockMemoryPool();
        var pipe = new Pipe(new PipeOptions(
            pool, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 1, resumeWriterThreshold: 1, useSynchronizationContext: false));
        using var writer = new PacketWriter(pipe.Writer, _limits, _owner, _clock) { MaximumUnsent = 8 * BlockMemoryPool.BlockSize };
        writer.Send(Payload(100));
        var flush = writer.FlushAsync(CancellationToken.None).AsTask();
        for (var sent = 0; sent < 2 * BlockMemoryPool.BlockSize; sent += 32 * 1024)
        {
            writer.Send(Payload(32 * 1024));
        }

        // A stopping server disposes the pool; then the client reads.
        pool.Dispose();
        var read = await pipe.Reader.ReadAsync(TestContext.Current.CancellationToken);
        pipe.Reader.AdvanceTo(read.Buffer.End);

        Assert.False(await flush.WaitAsync(Patience));
        Assert.Equal(SshEndReason.InternalError, _owner.Failure);
        writer.Send(Payload(100));
        Assert.False(await writer.FlushAsync(CancellationToken.None));
    }

    [Fact]
    public void A_flush_can_be_cancelled()
    {
        _writer.SendKexInit([MessageNumber.KexInit]);
        Assert.True(_writer.FlushAsync(new CancellationToken(canceled: true)).AsTask().IsCanceled);
    }

    [Fact]
    public void Bytes_and_packets_under_one_key_ask_for_a_rekey_once()
    {
        var limits = new SshLimits { RekeyPackets = 10, RekeyBytes = long.MaxValue };
        using var writer = new PacketWriter(_pipe.Writer, limits, _owner, _clock) { MaximumUnsent = Unsent };
        for (var i = 0; i < 9; i++)
        {
            writer.Send(Payload(10));
        }

        Assert.Equal(0, _owner.Rekeys);
        writer.Send(Payload(10));
        writer.Send(Payload(10));
        Assert.Equal(1, _owner.Rekeys);
        writer.SendNewKeys(PacketCiphers.PlainSealer(), resetSequence: true, next: default);
        for (var i = 0; i < 9; i++)
        {
            writer.Send(Payload(10));
        }

        Assert.Equal(1, _owner.Rekeys);
        writer.Send(Payload(10));
        Assert.Equal(2, _owner.Rekeys);
    }

    [Theory]
    [InlineData("aes256-gcm@openssh.com", null)]
    [InlineData("chacha20-poly1305@openssh.com", null)]
    [InlineData("aes128-ctr", "hmac-sha2-256-etm@openssh.com")]
    public void Sending_allocates_nothing(string cipher, string? mac)
    {
        var output = new ReusedOutput();
        using var writer = new PacketWriter(output, _limits, _owner, _clock) { MaximumUnsent = Unsent };
        writer.SendNewKeys(PacketPair.Create(cipher, mac).Sealer, resetSequence: true, next: default);
        var head = new byte[] { MessageNumber.ChannelData, 0, 0, 0, 0, 0, 0, 0x80, 0 };
        var body = new byte[32 * 1024];

        var allocated = Allocations.InSteadyState(() =>
        {
            for (var burst = 0; burst < 50; burst++)
            {
                writer.BeginBatch();
                for (var i = 0; i < 8; i++)
                {
                    writer.Send(head, body);
                }

                writer.EndBatch();
            }
        });
        Assert.Equal(0, allocated);
        Assert.True(output.Flushes >= 100);
    }

    private static byte[] Payload(int length) => [98, .. new SeededRandom((ulong)length).Bytes(length - 1)];

    private static byte[] Adjust(uint channel, uint bytes) => new MessageBuilder(MessageNumber.ChannelWindowAdjust).UInt32(channel).UInt32(bytes).ToArray();

    private async Task<List<byte[]>> ReceiveAsync(int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        var messages = new List<byte[]>();
        while (messages.Count < count)
        {
            var read = await _pipe.Reader.ReadAsync(patience.Token);
            var rest = read.Buffer;
            while (messages.Count < count && _reader.TryRead(ref rest, out var payload))
            {
                messages.Add(payload.ToArray());
            }

            _pipe.Reader.AdvanceTo(rest.Start, rest.End);
            // What is after the last wanted packet may be under other keys: let the next call look at it again.
            if (messages.Count == count)
            {
                _pipe.Reader.CancelPendingRead();
            }
        }

        return messages;
    }

    private sealed class Owner : IPacketWriterOwner
    {
        public SshEndReason? Failure { get; private set; }

        public int Rekeys { get; private set; }

        public void RekeyIsDue() => Rekeys++;

        public void WriterFailed(SshEndReason reason, string words) => Failure = reason;
    }

    /// <summary>Takes everything at once and forgets it: what is measured is the writer alone.</summary>
    private sealed class ReusedOutput : PipeWriter
    {
        private readonly byte[] _block = new byte[256 * 1024];

        public int Flushes { get; private set; }

        public override void Advance(int bytes)
        {
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _block;

        public override Span<byte> GetSpan(int sizeHint = 0) => _block;

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Flushes++;
            return ValueTask.FromResult(default(FlushResult));
        }
    }
}
