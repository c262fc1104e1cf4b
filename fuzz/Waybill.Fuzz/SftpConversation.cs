using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Waybill.Sftp;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;

namespace Waybill.Fuzz;

/// <summary>
/// Feeds an SFTP session to the engine, message by message; where a message names the handle <c>h0</c>, <c>h1</c>, ... it gets the one that the server gave
/// out. Every reply must parse, and every well-framed message must have exactly one, in order.
/// </summary>
internal sealed class SftpConversation(SftpServer server)
{
    private const int LongestMessage = 262_144;
    private readonly Pipe _requests = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Pipe _replies = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly List<byte[]> _handles = [];
    private readonly Queue<uint> _ids = new();

    /// <summary>What came, in order; null for VERSION.</summary>
    public List<SftpReply?> Replies { get; } = [];

    /// <summary>Runs it to the end; false when the input's framing is broken.</summary>
    public async Task<bool> RunAsync(ReadOnlyMemory<byte> input)
    {
        var running = server.RunAsync(_requests.Reader, _replies.Writer, CancellationToken.None);
        var framing = true;
        while (input.Length >= 4 && framing && !running.IsCompleted)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(input.Span);
            framing = length is not 0 and <= LongestMessage;
            if (!framing || length > input.Length - 4)
            {
                break;
            }

            var message = WithHandles(input.Slice(4, (int)length).ToArray());
            input = input[(4 + (int)length)..];
            if (message[0] != SftpPacket.Init)
            {
                _ids.Enqueue(message.Length >= 5 ? BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(1)) : 0);
            }

            await _requests.Writer.WriteAsync(new MessageBuilder().String(message).ToArray());
            TakeReplies();
        }

        await _requests.Writer.WriteAsync(input);
        await _requests.Writer.CompleteAsync();
        await running;
        await _replies.Writer.CompleteAsync();
        TakeReplies();
        await _replies.Reader.CompleteAsync();
        return framing;
    }

    private byte[] WithHandles(byte[] message)
    {
        for (var i = 0; i < _handles.Count && i < 4; i++)
        {
            var name = new MessageBuilder().String("h" + (char)('0' + i)).ToArray();
            while (message.AsSpan().IndexOf(name) is var at and >= 0)
            {
                message = [.. message.AsSpan(0, at), .. new MessageBuilder().String(_handles[i]).ToArray(), .. message.AsSpan(at + name.Length)];
            }
        }

        return message;
    }

    private void TakeReplies()
    {
        Span<byte> field = stackalloc byte[4];
        while (_replies.Reader.TryRead(out var read))
        {
            var buffer = read.Buffer;
            while (buffer.Length >= 4)
            {
                System.Buffers.BuffersExtensions.CopyTo(buffer.Slice(0, 4), field);
                var length = BinaryPrimitives.ReadUInt32BigEndian(field);
                if (buffer.Length - 4 < length)
                {
                    break;
                }

                Take(System.Buffers.BuffersExtensions.ToArray(buffer.Slice(4, length)));
                buffer = buffer.Slice(4 + length);
            }

            _replies.Reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted || read.Buffer.IsEmpty)
            {
                return;
            }
        }
    }

    private void Take(byte[] packet)
    {
        if (packet[0] == SftpPacket.Version)
        {
            if (Replies.Count > 0)
            {
                throw new InvalidOperationException("VERSION was not the first reply.");
            }

            Replies.Add(null);
            return;
        }

        var reply = SftpReply.Parse(packet);
        Replies.Add(reply);
        if (reply.Type == SftpPacket.Handle)
        {
            _handles.Add(reply.Handle);
        }

        if (_ids.TryDequeue(out var expected) && reply.Id != expected && reply.Status is not (SftpStatus.BadMessage or SftpStatus.Failure or SftpStatus.OperationUnsupported))
        {
            throw new InvalidOperationException($"A reply to request {reply.Id} came where one to {expected} was due: {Encoding.UTF8.GetString(packet)}.");
        }
    }
}
