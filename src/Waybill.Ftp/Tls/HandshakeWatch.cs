using System.Buffers.Binary;
using Waybill.Net.Streams;

namespace Waybill.Ftp.Tls;

/// <summary>
/// Reads off the bytes that our own TLS sends whether its handshake is one of TLS 1.3 and has sent its ServerHello, which SslStream tells only when all is over. What it
/// sends itself after that flight are tickets (RFC 8446 section 4.6.1). The bytes are ours, so that no client can make them say otherwise.
/// </summary>
internal sealed class HandshakeWatch : ITransportWatch
{
    private const byte Handshake = 22;
    private const byte ServerHello = 2;
    private const ushort SupportedVersions = 43;
    private const ushort Tls13 = 0x0304;

    // ContentType type, ProtocolVersion version, uint16 length; HandshakeType msg_type, uint24 length.
    private const int Headers = 5 + 4;

    // SHA-256 of "HelloRetryRequest": a ServerHello that is none (RFC 8446 section 4.1.3).
    private static readonly byte[] RetryRandom = Convert.FromHexString("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C");

    /// <summary>Which session it is of, where that is asked for.</summary>
    public SessionWatch? Session { get; init; }

    /// <summary>The ServerHello of TLS 1.3 was sent.</summary>
    public bool IsTls13 { get; private set; }

    /// <summary>Takes a flight that is sent: each begins with its first message's record, and a ServerHello is small enough for one.</summary>
    public void NoteSent(ReadOnlySpan<byte> flight)
    {
        IsTls13 |= flight.Length > Headers && flight[0] == Handshake && flight[5] == ServerHello && IsHelloOfTls13(flight[Headers..]);
        Session?.NoteSent(flight);
    }

    /// <summary>Takes what comes from the client.</summary>
    public void NoteReceived(ReadOnlySpan<byte> piece) => Session?.NoteReceived(piece);

    // uint16 legacy_version, Random random[32], opaque legacy_session_id<0..32>, CipherSuite cipher_suite[2], uint8 compression, Extension extensions<..>.
    private static bool IsHelloOfTls13(ReadOnlySpan<byte> body)
    {
        if (body.Length < 35 || body.Length < 35 + body[34] + 5 || body.Slice(2, 32).SequenceEqual(RetryRandom))
        {
            return false;
        }

        var rest = body[(35 + body[34] + 3)..];
        var extensions = rest[2..Math.Min(rest.Length, 2 + BinaryPrimitives.ReadUInt16BigEndian(rest))];

        // uint16 extension_type, opaque extension_data<0..2^16-1>.
        while (extensions.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(extensions[2..]);
            if (extensions.Length < 4 + length)
            {
                return false;
            }

            if (BinaryPrimitives.ReadUInt16BigEndian(extensions) == SupportedVersions)
            {
                return length == 2 && BinaryPrimitives.ReadUInt16BigEndian(extensions[4..]) == Tls13;
            }

            extensions = extensions[(4 + length)..];
        }

        return false;
    }
}
