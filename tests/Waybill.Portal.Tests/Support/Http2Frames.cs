using System.Buffers.Binary;
using System.Text;

namespace Waybill.Portal.Tests.Support;

/// <summary>A client of HTTP/2 (RFC 9113) that sends frames one by one and knows no bound; header fields without compression.</summary>
public sealed class Http2Frames(Stream stream) : IAsyncDisposable
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte Reset = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte WindowUpdate = 8;

    /// <summary>The code of a request that was not begun and can be sent again.</summary>
    public const byte RefusedStream = 7;

    private const byte Ended = 1;
    private const byte EndOfHeaders = 4;

    private readonly Queue<(byte Type, int Id, byte[] Payload)> _read = new();

    /// <summary>The preface, and windows in which all answers have room.</summary>
    public async Task BeginAsync()
    {
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await SendAsync(Settings, 0, 0, [0, 4, 0, 0x10, 0, 0]);
        await SendAsync(WindowUpdate, 0, 0, [0x3F, 0, 0, 0]);
    }

    /// <summary>Begins a request that has a body.</summary>
    public Task OpenAsync(int id, string path, params IReadOnlyList<(string Name, string Value)> headers)
    {
        List<byte> block = [];
        foreach (var (name, value) in ((string, string)[])[(":method", "POST"), (":path", path), (":scheme", "https"), (":authority", "localhost"), .. headers])
        {
            // RFC 7541 6.2.2: a literal that is not indexed, with a new name.
            block.Add(0);
            foreach (var text in (string[])[name, value])
            {
                block.Add((byte)text.Length);
                block.AddRange(Encoding.ASCII.GetBytes(text));
            }
        }

        return SendAsync(Headers, EndOfHeaders, id, [.. block]);
    }

    /// <summary>The body of a request, and its end.</summary>
    public Task DataAsync(int id, byte[] body) => SendAsync(Data, Ended, id, body);

    /// <summary>Waits until the server has read all that was sent; what it sends meanwhile is read later.</summary>
    public async Task PingAsync(TimeSpan patience)
    {
        await SendAsync(Ping, 0, 0, new byte[8]);
        List<(byte, int, byte[])> meanwhile = [];
        for (var frame = await ReadAsync(patience); frame.Type != Ping; frame = await ReadAsync(patience))
        {
            meanwhile.Add(frame);
        }

        meanwhile.ForEach(_read.Enqueue);
    }

    /// <summary>The next frame of the server.</summary>
    public async Task<(byte Type, int Id, byte[] Payload)> ReadAsync(TimeSpan patience)
    {
        if (_read.TryDequeue(out var before))
        {
            return before;
        }

        var head = new byte[9];
        await stream.ReadExactlyAsync(head).AsTask().WaitAsync(patience);
        var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
        await stream.ReadExactlyAsync(payload).AsTask().WaitAsync(patience);
        if (head[3] == Settings && (head[4] & Ended) == 0)
        {
            await SendAsync(Settings, Ended, 0, []);
        }

        return (head[3], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private async Task SendAsync(byte type, byte flags, int id, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        (frame[0], frame[1], frame[2], frame[3], frame[4]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        payload.CopyTo(frame, 9);
        await stream.WriteAsync(frame);
    }
}
