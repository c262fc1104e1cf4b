using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Waybill.SshKeys.Wire;

namespace Waybill.TestKit.Sftp;

/// <summary>
/// An SFTP version 3 client for tests, over any stream: a channel, or two pipes straight into the engine. Requests can be sent without waiting
/// (<see cref="SendRequestAsync"/>) and replies received one by one (<see cref="ReceiveReplyAsync"/>), or both in one call.
/// </summary>
public sealed partial class RawSftpClient(Stream stream) : IAsyncDisposable
{
    /// <summary>No honest server sends a longer packet.</summary>
    public const int MaximumPacket = 300 * 1024;

    private readonly Dictionary<uint, SftpReply> _early = [];
    private uint _nextId;

    /// <summary>Talks over a two-way pipe.</summary>
    public RawSftpClient(IDuplexPipe pipe)
        : this(new DuplexPipeStream(pipe))
    {
    }

    /// <summary>The longest that any single step waits.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The server's version.</summary>
    public uint Version { get; private set; }

    /// <summary>The server's extensions: name and data.</summary>
    public IReadOnlyList<(string Name, string Data)> Extensions { get; private set; } = [];

    /// <summary>Ids in the order in which their replies came.</summary>
    public List<uint> ReplyOrder { get; } = [];

    /// <summary>INIT and VERSION.</summary>
    public async Task InitializeAsync(uint version = 3)
    {
        await SendPacketAsync(new MessageBuilder(SftpPacket.Init).UInt32(version).ToArray());
        TakeVersion(await ReceivePacketAsync());
    }

    /// <summary>Bytes as they are.</summary>
    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            await stream.WriteAsync(bytes, limit.Token);
            await stream.FlushAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The server took no {bytes.Length} bytes within {Timeout}.");
        }
    }

    /// <summary>A packet with its length field put before it.</summary>
    public Task SendPacketAsync(ReadOnlySpan<byte> packet) => SendRawAsync(new MessageBuilder().String(packet).ToArray());

    /// <summary>Sends a request under the next id, which it returns.</summary>
    public async Task<uint> SendRequestAsync(byte type, Action<MessageBuilder> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var id = _nextId++;
        var packet = new MessageBuilder(type).UInt32(id);
        fields(packet);
        await SendPacketAsync(packet.ToArray());
        return id;
    }

    /// <summary>Receives a packet without its length field.</summary>
    public async Task<byte[]> ReceivePacketAsync()
    {
        using var limit = new CancellationTokenSource(Timeout);
        try
        {
            var head = new byte[4];
            await stream.ReadExactlyAsync(head, limit.Token).AsTask().WaitAsync(Timeout);
            var length = BinaryPrimitives.ReadUInt32BigEndian(head);
            if (length is 0 or > MaximumPacket)
            {
                throw new InvalidDataException($"The server sent a packet of {length} bytes.");
            }

            var packet = new byte[length];
            await stream.ReadExactlyAsync(packet, limit.Token).AsTask().WaitAsync(Timeout);
            return packet;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The server did not reply within {Timeout}.");
        }
    }

    /// <summary>Receives the next reply, whatever its id.</summary>
    public async Task<SftpReply> ReceiveReplyAsync()
    {
        var reply = SftpReply.Parse(await ReceivePacketAsync());
        ReplyOrder.Add(reply.Id);
        return reply;
    }

    /// <summary>Receives the reply to one request; others that come before it are kept.</summary>
    public async Task<SftpReply> ReceiveReplyAsync(uint id)
    {
        SftpReply? reply;
        while (!_early.Remove(id, out reply))
        {
            var next = await ReceiveReplyAsync();
            if (!_early.TryAdd(next.Id, next))
            {
                throw new InvalidDataException($"The server replied twice to request {next.Id}.");
            }
        }

        return reply;
    }

    /// <summary>Sends a request and waits for its reply.</summary>
    public async Task<SftpReply> RequestAsync(byte type, Action<MessageBuilder> fields) => await ReceiveReplyAsync(await SendRequestAsync(type, fields));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private void TakeVersion(byte[] packet)
    {
        // byte SSH_FXP_VERSION, uint32 version, then extension name and data each
        var reader = new SshReader(packet);
        var type = reader.ReadByte();
        Version = reader.ReadUInt32();
        var extensions = new List<(string, string)>();
        while (reader.Succeeded && !reader.Rest.IsEmpty)
        {
            extensions.Add((Encoding.UTF8.GetString(reader.ReadString()), Encoding.UTF8.GetString(reader.ReadString())));
        }

        Extensions = extensions;
        if (type != SftpPacket.Version || !reader.Succeeded)
        {
            throw new InvalidDataException($"Waited for VERSION; the server sent type {type}.");
        }
    }
}
