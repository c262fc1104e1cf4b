using System.Text;
using Waybill.SshKeys.Wire;

namespace Waybill.TestKit.Ssh;

/// <summary>How the server ended a connection.</summary>
/// <param name="Disconnect">Its DISCONNECT, if it sent one.</param>
/// <param name="Others">Messages before that, at most 1,000.</param>
public sealed record Ending(Disconnected? Disconnect, IReadOnlyList<byte[]> Others);

/// <summary>SSH_MSG_DISCONNECT.</summary>
/// <param name="Reason">RFC 4253 section 11.1's code.</param>
/// <param name="Text">The server's words.</param>
public sealed record Disconnected(uint Reason, string Text)
{
    /// <summary>Reads a payload.</summary>
    public static Disconnected Parse(byte[] payload)
    {
        // byte SSH_MSG_DISCONNECT, uint32 reason code, string description, string language tag
        var reader = new SshReader(payload.AsSpan(1));
        var disconnected = new Disconnected(reader.ReadUInt32(), Encoding.UTF8.GetString(reader.ReadString()));
        reader.ReadString();
        return reader.SucceededToTheEnd ? disconnected : throw new InvalidDataException("The server's DISCONNECT is malformed.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Reason} \"{Text}\"";
}
