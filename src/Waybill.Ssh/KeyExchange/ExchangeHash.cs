using System.Security.Cryptography;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Wire;

namespace Waybill.Ssh.KeyExchange;

/// <summary>What both sides hash and the server signs (RFC 4253 section 8, RFC 5656 section 4, draft-ietf-sshm-mlkem-hybrid-kex).</summary>
internal readonly ref struct ExchangeHash
{
    private const int FieldOverhead = 5;

    public required KeyAgreement Method { get; init; }

    public required ReadOnlySpan<byte> ClientLine { get; init; }

    public required ReadOnlySpan<byte> ServerLine { get; init; }

    public required ReadOnlySpan<byte> ClientKexInit { get; init; }

    public required ReadOnlySpan<byte> ServerKexInit { get; init; }

    public required ReadOnlySpan<byte> HostKey { get; init; }

    public required ReadOnlySpan<byte> ClientShare { get; init; }

    public required ReadOnlySpan<byte> ServerShare { get; init; }

    /// <summary>The shared secret with its length field: <see cref="Encode"/>.</summary>
    public required ReadOnlySpan<byte> Secret { get; init; }

    /// <summary>A share or secret as it travels and as it is hashed: an mpint or a string.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> value, bool isMpint)
    {
        var buffer = new byte[value.Length + FieldOverhead];
        var writer = new SshWriter(buffer);
        if (isMpint)
        {
            writer.WriteMpint(value);
        }
        else
        {
            writer.WriteString(value);
        }

        var encoded = writer.Written.ToArray();
        CryptographicOperations.ZeroMemory(buffer);
        return encoded;
    }

    public byte[] Compute()
    {
        // string V_C, string V_S, string I_C, string I_S, string K_S, mpint or string: client share, server share, shared secret
        using var hash = IncrementalHash.CreateHash(Method.Hash);
        AppendString(hash, ClientLine);
        AppendString(hash, ServerLine);
        AppendString(hash, ClientKexInit);
        AppendString(hash, ServerKexInit);
        AppendString(hash, HostKey);
        hash.AppendData(Encode(ClientShare, Method.SharesAreMpints));
        hash.AppendData(Encode(ServerShare, Method.SharesAreMpints));
        hash.AppendData(Secret);
        return hash.GetHashAndReset();
    }

    private static void AppendString(IncrementalHash hash, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(length, (uint)value.Length);
        hash.AppendData(length);
        hash.AppendData(value);
    }
}
