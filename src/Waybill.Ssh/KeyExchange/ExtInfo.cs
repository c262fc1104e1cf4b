using System.Text;
using Waybill.SshKeys.Wire;
using Waybill.Ssh.Transport;

namespace Waybill.Ssh.KeyExchange;

/// <summary>SSH_MSG_EXT_INFO (RFC 8308): ours tells which signature algorithms a user's key may use; a client's has nothing for us.</summary>
internal static class ExtInfo
{
    /// <summary>byte SSH_MSG_EXT_INFO, uint32 nr-extensions, string extension-name, string extension-value.</summary>
    private static readonly byte[] Ours = Build();

    public static ReadOnlySpan<byte> Message => Ours;

    /// <summary>Whether a client's EXT_INFO is well-formed; we offer no ext-info-s, but a client may send one all the same.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> payload)
    {
        var reader = new SshReader(payload);
        reader.ReadByte();
        for (var left = reader.ReadUInt32(); left > 0 && reader.Succeeded; left--)
        {
            reader.ReadString();
            reader.ReadString();
        }

        return reader.SucceededToTheEnd;
    }

    private static byte[] Build()
    {
        const string name = "server-sig-algs";
        var value = string.Join(',', AlgorithmOffer.UserKeyAlgorithms);
        var message = new byte[1 + 4 + 4 + Encoding.ASCII.GetByteCount(name) + 4 + Encoding.ASCII.GetByteCount(value)];
        var writer = new SshWriter(message);
        writer.WriteByte(MessageNumber.ExtInfo);
        writer.WriteUInt32(1);
        writer.WriteString(name);
        writer.WriteString(value);
        return message;
    }
}
