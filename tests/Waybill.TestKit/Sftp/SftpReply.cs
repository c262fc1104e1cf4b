using System.Text;
using Waybill.SshKeys.Wire;

namespace Waybill.TestKit.Sftp;

/// <summary>An entry of a NAME reply.</summary>
public sealed record SftpName(byte[] Bytes, string LongName, SftpAttributes Attributes)
{
    /// <summary>The name as text.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);
}

/// <summary>Any reply of the server; which fields are set depends on its type. Parsing demands that nothing is left over.</summary>
public sealed record SftpReply(byte Type, uint Id)
{
    /// <summary>STATUS: the code.</summary>
    public SftpStatus? Status { get; private init; }

    /// <summary>STATUS: the words.</summary>
    public string Message { get; private init; } = "";

    /// <summary>STATUS: the language.</summary>
    public string Language { get; private init; } = "";

    /// <summary>HANDLE.</summary>
    public byte[] Handle { get; private init; } = [];

    /// <summary>DATA, or the body of EXTENDED_REPLY.</summary>
    public byte[] Data { get; private init; } = [];

    /// <summary>NAME.</summary>
    public IReadOnlyList<SftpName> Names { get; private init; } = [];

    /// <summary>ATTRS.</summary>
    public SftpAttributes? Attributes { get; private init; }

    /// <summary>STATUS with SSH_FX_OK.</summary>
    public bool IsOk => Status == SftpStatus.Ok;

    /// <summary>Reads a packet without its length field.</summary>
    public static SftpReply Parse(ReadOnlySpan<byte> packet)
    {
        var reader = new SshReader(packet);
        var reply = new SftpReply(reader.ReadByte(), reader.ReadUInt32());
        switch (reply.Type)
        {
            case SftpPacket.Status:
                reply = reply with
                {
                    Status = (SftpStatus)reader.ReadUInt32(),
                    Message = Encoding.UTF8.GetString(reader.ReadString()),
                    Language = Encoding.UTF8.GetString(reader.ReadString()),
                };
                break;
            case SftpPacket.Handle:
                reply = reply with { Handle = reader.ReadString().ToArray() };
                break;
            case SftpPacket.Data:
                reply = reply with { Data = reader.ReadString().ToArray() };
                break;
            case SftpPacket.Name:
                var count = reader.ReadUInt32();
                var names = new List<SftpName>();
                for (var i = 0; i < count && reader.Succeeded; i++)
                {
                    names.Add(new SftpName(reader.ReadString().ToArray(), Encoding.UTF8.GetString(reader.ReadString()), SftpAttributes.Read(ref reader)));
                }

                reply = reply with { Names = names };
                break;
            case SftpPacket.Attributes:
                reply = reply with { Attributes = SftpAttributes.Read(ref reader) };
                break;
            case SftpPacket.ExtendedReply:
                reply = reply with { Data = reader.ReadBytes(reader.Rest.Length).ToArray() };
                break;
            default:
                throw new InvalidDataException($"The server sent a packet of type {reply.Type}.");
        }

        return reader.SucceededToTheEnd ? reply : throw new InvalidDataException($"The server's packet of type {reply.Type} is malformed.");
    }

    /// <inheritdoc/>
    public override string ToString() => Status is { } status ? $"STATUS {(uint)status} {status} \"{Message}\" for request {Id}" : $"type {Type} for request {Id}";
}
