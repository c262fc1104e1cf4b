using System.Text;
using Waybill.SshKeys.Wire;
using Waybill.Ssh.Transport;

namespace Waybill.Ssh.Hosting;

/// <summary>SSH_MSG_DISCONNECT (RFC 4253 section 11.1), both ways.</summary>
internal static class DisconnectMessage
{
    private const uint ProtocolError = 2;
    private const uint KeyExchangeFailed = 3;
    private const uint MacError = 5;
    private const uint ConnectionLost = 10;
    private const uint ByApplication = 11;
    private const uint TooManyConnections = 12;
    private const uint NoMoreAuthenticationMethods = 14;

    /// <summary>What the client is told; empty where nobody would read it. The words are ours alone: the log has the details.</summary>
    public static byte[] For(SshDisconnectException end) => end.Reason switch
    {
        SshEndReason.LoginRefused => Build(TooManyConnections, end.ToClient ?? "The login was refused."),
        SshEndReason.ServerStopping => Build(ByApplication, "The server is stopping. Please connect again."),
        SshEndReason.Kicked => Build(ByApplication, "This session was ended by the provider."),
        SshEndReason.NoCommonAlgorithm => Build(KeyExchangeFailed, "No algorithm in common. Please update the client, or ask the provider."),
        SshEndReason.ProtocolError => Build(ProtocolError, "Protocol error."),
        SshEndReason.IntegrityError => Build(MacError, "A packet was damaged on the way."),
        SshEndReason.KeyExchangeFailed => Build(KeyExchangeFailed, "The key exchange failed."),
        SshEndReason.TooManyAttempts => Build(NoMoreAuthenticationMethods, "Too many authentication attempts."),
        SshEndReason.LoginTimeout => Build(ByApplication, "The login took too long."),
        SshEndReason.LimitExceeded => Build(ByApplication, "A limit was exceeded."),
        SshEndReason.IdleTimeout => Build(ConnectionLost, "The session was idle for too long."),
        SshEndReason.RekeyTimeout => Build(KeyExchangeFailed, "The key exchange took too long."),
        SshEndReason.InternalError => Build(ByApplication, "Internal error."),
        _ => [],
    };

    /// <summary>A client's, in words.</summary>
    public static string Describe(ReadOnlySpan<byte> payload)
    {
        // byte SSH_MSG_DISCONNECT, uint32 reason code, string description, string language tag
        var reader = new SshReader(payload);
        reader.ReadByte();
        var code = reader.ReadUInt32();
        var words = reader.ReadString();
        return reader.Succeeded ? $"the client disconnected with code {code}: {PeerBytes.Show(words)}" : "the client disconnected with a malformed message";
    }

    private static byte[] Build(uint code, string words)
    {
        var message = new byte[1 + 4 + 4 + Encoding.ASCII.GetByteCount(words) + 4];
        var writer = new SshWriter(message);
        writer.WriteByte(MessageNumber.Disconnect);
        writer.WriteUInt32(code);
        writer.WriteString(words);
        writer.WriteString("");
        return message;
    }
}
