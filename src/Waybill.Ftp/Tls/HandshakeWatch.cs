using System.Buffers.Binary;

namespace Waybill.Ftp.Tls;

/// <summary>What a server's own handshake says of resumption.</summary>
internal enum TlsResumption
{
    /// <summary>Not seen yet.</summary>
    Unknown,

    /// <summary>A session was resumed.</summary>
    Resumed,

    /// <summary>The handshake was a full one.</summary>
    Full,

    /// <summary>It could not be read.</summary>
    Unreadable,
}

/// <summary>
/// Reads off the bytes that our own TLS sends whether it has resumed a session, which SslStream does not tell. In TLS 1.3 the ServerHello, in clear, has
/// pre_shared_key then (RFC 8446 section 4.1.3); in TLS 1.2 ChangeCipherSpec comes without a Certificate before it (RFC 5246 section 7.3). The bytes are ours, so that
/// no client can make them say otherwise.
/// </summary>
internal sealed class HandshakeWatch
{
    /// <summary>Bytes looked at: a certificate chain stands behind what decides.</summary>
    public const int Limit = 64 * 1024;

    private const byte ChangeCipherSpec = 20;
    private const byte Handshake = 22;
    private const byte ServerHello = 2;
    private const byte Certificate = 11;
    private const ushort SupportedVersions = 43;
    private const ushort PreSharedKey = 41;
    private const ushort Tls13 = 0x0304;

    // SHA-256 of "HelloRetryRequest": a ServerHello that is none (RFC 8446 section 4.1.3).
    private static readonly byte[] RetryRandom = Convert.FromHexString("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C");

    private readonly List<byte> _records = [];
    private readonly List<byte> _messages = [];
    private bool _hasRetried;

    /// <summary>What is known.</summary>
    public TlsResumption Result { get; private set; }

    /// <summary>A TLS 1.3 handshake: all that it sends itself has been sent, and what follows are tickets.</summary>
    public bool IsTls13 { get; private set; }

    /// <summary>Takes what is sent.</summary>
    public void Note(ReadOnlySpan<byte> sent)
    {
        if (Result != TlsResumption.Unknown)
        {
            return;
        }

        if (_records.Count + _messages.Count + sent.Length > Limit)
        {
            End(TlsResumption.Unreadable);
            return;
        }

        _records.AddRange(sent);
        while (Result == TlsResumption.Unknown && TryTakeRecord(out var type, out var content))
        {
            if (type == Handshake)
            {
                _messages.AddRange(content);
                ReadMessages();
            }
            else if (type == ChangeCipherSpec)
            {
                // In TLS 1.3 one may stand behind a HelloRetryRequest and means nothing there.
                End(_hasRetried ? TlsResumption.Unknown : TlsResumption.Resumed);
            }
            else
            {
                End(TlsResumption.Unreadable);
            }
        }
    }

    private void End(TlsResumption result)
    {
        Result = result;
        if (result != TlsResumption.Unknown)
        {
            _records.Clear();
            _messages.Clear();
        }
    }

    // ContentType type, ProtocolVersion version, uint16 length, opaque fragment[length].
    private bool TryTakeRecord(out byte type, out byte[] content)
    {
        (type, content) = (0, []);
        if (_records.Count < 5)
        {
            return false;
        }

        var length = (_records[3] << 8) | _records[4];
        if (_records.Count < 5 + length)
        {
            return false;
        }

        type = _records[0];
        content = [.. _records.GetRange(5, length)];
        _records.RemoveRange(0, 5 + length);
        return true;
    }

    // HandshakeType msg_type, uint24 length, body.
    private void ReadMessages()
    {
        while (Result == TlsResumption.Unknown && _messages.Count >= 4)
        {
            var length = (_messages[1] << 16) | (_messages[2] << 8) | _messages[3];
            if (_messages.Count < 4 + length)
            {
                return;
            }

            var body = _messages.GetRange(4, length).ToArray();
            var type = _messages[0];
            _messages.RemoveRange(0, 4 + length);
            if (type == ServerHello)
            {
                ReadServerHello(body);
            }
            else if (type == Certificate)
            {
                End(TlsResumption.Full);
            }
        }
    }

    // uint16 legacy_version, Random random[32], opaque legacy_session_id<0..32>, CipherSuite cipher_suite[2], uint8 compression, Extension extensions<..>.
    private void ReadServerHello(ReadOnlySpan<byte> body)
    {
        if (body.Length < 35 || body.Length < 35 + body[34] + 3)
        {
            End(TlsResumption.Unreadable);
            return;
        }

        var isRetry = body.Slice(2, 32).SequenceEqual(RetryRandom);
        var extensions = body[(35 + body[34] + 3)..];
        if (extensions.Length < 2)
        {
            // TLS 1.2 without extensions.
            return;
        }

        var (isTls13, hasKey) = ReadExtensions(extensions[2..]);
        if (isRetry)
        {
            _hasRetried = true;
        }
        else if (isTls13)
        {
            IsTls13 = true;
            End(hasKey ? TlsResumption.Resumed : TlsResumption.Full);
        }
    }

    // uint16 extension_type, opaque extension_data<0..2^16-1>.
    private static (bool IsTls13, bool HasKey) ReadExtensions(ReadOnlySpan<byte> extensions)
    {
        var (isTls13, hasKey) = (false, false);
        while (extensions.Length >= 4)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            var length = BinaryPrimitives.ReadUInt16BigEndian(extensions[2..]);
            if (extensions.Length < 4 + length)
            {
                break;
            }

            isTls13 |= type == SupportedVersions && length == 2 && BinaryPrimitives.ReadUInt16BigEndian(extensions[4..]) == Tls13;
            hasKey |= type == PreSharedKey;
            extensions = extensions[(4 + length)..];
        }

        return (isTls13, hasKey);
    }
}
