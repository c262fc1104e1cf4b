using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using Waybill.SshKeys.Crypto;

namespace Waybill.TestKit.Ssh;

/// <summary>
/// The binary packet protocol from the client's side (RFC 4253 sections 4.2 and 6), with every field in the test's hand: raw bytes, padding, sequence
/// numbers, corruption of sealed packets. It obeys; whether a packet is legal is for the test to decide.
/// </summary>
public sealed class RawSshTransport : IAsyncDisposable
{
    /// <summary>No honest server sends a longer packet; a longer one means that decryption went wrong.</summary>
    public const int MaximumPacket = 300 * 1024;

    private readonly Stream _stream;
    private readonly PipeReader _reader;

    /// <summary>Talks over a stream.</summary>
    public RawSshTransport(Stream stream)
    {
        _stream = stream;
        _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
    }

    /// <summary>The longest that any single step waits; only guards against a hang.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The sequence number of the next packet sent.</summary>
    public uint SendSequence { get; set; }

    /// <summary>The sequence number of the next packet received.</summary>
    public uint ReceiveSequence { get; set; }

    /// <summary>Seals what is sent; null before the first NEWKEYS.</summary>
    public PacketSealer? Sealer { get; set; }

    /// <summary>Opens what is received; null before the first NEWKEYS.</summary>
    public PacketOpener? Opener { get; set; }

    /// <summary>Bytes of padding for a payload length and the least legal padding; null for the least.</summary>
    public Func<int, int, int>? ChoosePadding { get; set; }

    /// <summary>Changes each sealed packet before it is sent.</summary>
    public Func<byte[], byte[]>? Tamper { get; set; }

    /// <summary>Packets received, with their decrypted payload: a recorder may listen.</summary>
    public Action<bool, byte[]>? Recorder { get; set; }

    /// <summary>Bytes as they are, past every rule.</summary>
    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            await _stream.WriteAsync(bytes, limit.Token);
            await _stream.FlushAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The server took no {bytes.Length} bytes within {Timeout}.");
        }
        catch (IOException exception) when (exception is not PeerClosedException)
        {
            throw new PeerClosedException("The connection ended while sending.", exception);
        }
    }

    /// <summary>Seals a payload under the next sequence number.</summary>
    public byte[] Seal(ReadOnlySpan<byte> payload)
    {
        var block = Sealer?.BlockSize ?? 8;
        var counted = 1 + payload.Length + (Sealer is null || Sealer.LengthCountsAsPadded ? 4 : 0);
        var least = block - (counted % block);
        least += least < 4 ? block : 0;
        var padding = ChoosePadding?.Invoke(payload.Length, least) ?? least;
        return Seal(payload, padding, (uint)(1 + payload.Length + padding));
    }

    /// <summary>Seals a payload with any padding length and any packet_length field.</summary>
    public byte[] Seal(ReadOnlySpan<byte> payload, int padding, uint packetLength)
    {
        var plain = new MessageBuilder().UInt32(packetLength).Byte((byte)padding).Raw(payload).Raw(RandomNumberGenerator.GetBytes(padding)).ToArray();
        var sequence = SendSequence++;
        if (Sealer is null)
        {
            return Tamper?.Invoke(plain) ?? plain;
        }

        var body = 5 + payload.Length;
        var packet = new byte[plain.Length + Sealer.TagLength];
        Sealer.Seal(sequence, plain.AsSpan(0, body), [], plain.AsSpan(body), packet);
        return Tamper?.Invoke(packet) ?? packet;
    }

    /// <summary>Sends one packet.</summary>
    public Task SendPacketAsync(ReadOnlySpan<byte> payload)
    {
        Recorder?.Invoke(true, payload.ToArray());
        return SendRawAsync(Seal(payload));
    }

    /// <summary>Reads a line up to LF, without its CR LF.</summary>
    public async Task<string> ReceiveLineAsync()
    {
        while (true)
        {
            var result = await ReadAsync("a line");
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.Latin1.GetString(result.Buffer.Slice(0, end)).TrimEnd('\r');
                _reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }

            if (result.IsCompleted || result.Buffer.Length > 64 * 1024)
            {
                _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                throw new PeerClosedException("The connection ended before a line came.");
            }

            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    /// <summary>Receives one packet; returns its payload.</summary>
    public async Task<byte[]> ReceivePacketAsync()
    {
        var prefix = Opener?.LengthPrefix ?? 4;
        while (true)
        {
            var result = await ReadAsync("a packet");
            if (TryTake(result.Buffer, prefix, out var payload, out var consumed))
            {
                _reader.AdvanceTo(result.Buffer.GetPosition(consumed));
                Recorder?.Invoke(false, payload);
                return payload;
            }

            var some = result.Buffer.Length;
            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
            {
                throw new PeerClosedException(some == 0 ? "The server closed the connection." : $"The server closed the connection within a packet ({some} bytes of it came).");
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        await _stream.DisposeAsync();
        Sealer?.Dispose();
        Opener?.Dispose();
    }

    private async ValueTask<ReadResult> ReadAsync(string what)
    {
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            return await _reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The server sent {what} not within {Timeout}.");
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            throw new PeerClosedException("The connection broke.", exception);
        }
    }

    private bool TryTake(in ReadOnlySequence<byte> buffer, int prefix, out byte[] payload, out long consumed)
    {
        payload = [];
        consumed = 0;
        if (buffer.Length < prefix)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[prefix];
        buffer.Slice(0, prefix).CopyTo(head);
        var length = Opener?.ReadPacketLength(ReceiveSequence, head) ?? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(head);
        if (length is < 2 or > MaximumPacket)
        {
            throw new InvalidDataException($"The server sent a packet_length of {length}.");
        }

        consumed = 4 + length + (Opener?.TagLength ?? 0);
        if (buffer.Length < consumed)
        {
            return false;
        }

        var plain = new byte[length];
        var packet = buffer.Slice(0, consumed);
        if (Opener is null)
        {
            packet.Slice(4).CopyTo(plain);
        }
        else if (!Opener.TryOpen(ReceiveSequence, packet, plain))
        {
            throw new InvalidDataException($"The server's packet {ReceiveSequence} has a wrong tag.");
        }

        var padding = plain[0];
        if (padding < 4 || padding + 1 >= length)
        {
            throw new InvalidDataException($"The server sent a padding_length of {padding} in a packet of {length}.");
        }

        ReceiveSequence++;
        payload = plain[1..^padding];
        return true;
    }
}
