using System.Buffers.Binary;

namespace Waybill.Ftp.Tls;

/// <summary>
/// Reads off a handshake of TLS 1.2 which session the client wants to resume, which names our side gives to the session, and whether it was resumed. A name is a ticket (RFC
/// 5077) or a session id (curl has no tickets); all of it is in clear there. Bytes that are not understood name no session and resume none.
/// </summary>
internal sealed class SessionWatch
{
    /// <summary>A ClientHello must come in one record: its header and 2^14 bytes (RFC 5246 section 6.2.1).</summary>
    public const int LargestHello = 16_389;

    private const byte ChangeCipherSpec = 20;
    private const byte Handshake = 22;
    private const byte ClientHello = 1;
    private const byte ServerHello = 2;
    private const byte NewSessionTicket = 4;
    private const byte Certificate = 11;
    private const ushort SessionTicket = 35;

    // ContentType type, ProtocolVersion version, uint16 length.
    private const int RecordHeader = 5;

    // HandshakeType msg_type, uint24 length.
    private const int MessageHeader = 4;

    // ProtocolVersion version, Random random[32].
    private const int HelloHeader = 2 + 32;

    private readonly List<byte[]> _given = [];
    private byte[]? _hello = [];
    private bool _hasCertificate;
    private bool _hasChanged;
    private bool _isLost;

    /// <summary>The session that the client came with, by its ticket, or by its id if it has none; empty for none.</summary>
    public byte[] Offered { get; private set; } = [];

    /// <summary>What our side calls the session: its id, its ticket, both or none.</summary>
    public IReadOnlyList<byte[]> Given => _given;

    /// <summary>Our side went over to a session's keys without having shown its certificate: that session is one of before.</summary>
    public bool IsResumed => _hasChanged && !_hasCertificate && !_isLost;

    /// <summary>Takes what the client sends, in pieces of any size.</summary>
    public void NoteReceived(ReadOnlySpan<byte> piece)
    {
        if (_hello is null)
        {
            return;
        }

        _hello = [.. _hello, .. piece[..Math.Min(piece.Length, LargestHello - _hello.Length)]];
        if (_hello.Length < RecordHeader)
        {
            return;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(_hello.AsSpan(3));
        if (_hello[0] == Handshake && length <= LargestHello - RecordHeader && _hello.Length < RecordHeader + length)
        {
            return;
        }

        Offered = _hello[0] == Handshake && length <= LargestHello - RecordHeader ? SessionOf(_hello.AsSpan(RecordHeader, length)).ToArray() : [];
        _hello = null;
    }

    /// <summary>Takes a flight that our side sends: whole records.</summary>
    public void NoteSent(ReadOnlySpan<byte> flight)
    {
        // What comes behind ChangeCipherSpec is encrypted.
        while (!_hasChanged && !_isLost && !flight.IsEmpty)
        {
            if (flight.Length < RecordHeader || flight.Length - RecordHeader < BinaryPrimitives.ReadUInt16BigEndian(flight[3..]))
            {
                _isLost = true;
                return;
            }

            var (type, length) = (flight[0], BinaryPrimitives.ReadUInt16BigEndian(flight[3..]));
            _hasChanged = type == ChangeCipherSpec;
            if (type == Handshake)
            {
                NoteMessages(flight.Slice(RecordHeader, length));
            }

            flight = flight[(RecordHeader + length)..];
        }
    }

    private void NoteMessages(ReadOnlySpan<byte> messages)
    {
        while (!messages.IsEmpty)
        {
            if (messages.Length < MessageHeader || messages.Length - MessageHeader < Length24(messages[1..]))
            {
                _isLost = true;
                return;
            }

            var type = messages[0];
            var body = messages.Slice(MessageHeader, Length24(messages[1..]));
            messages = messages[(MessageHeader + body.Length)..];
            _hasCertificate |= type == Certificate;

            // ServerHello: opaque session_id<0..32> behind version and random. NewSessionTicket: uint32 ticket_lifetime_hint, opaque ticket<0..2^16-1> (RFC 5077 section 3.3).
            if ((type == ServerHello && TrySkip(ref body, HelloHeader) && TryTake8(ref body, out var name))
                || (type == NewSessionTicket && TrySkip(ref body, sizeof(uint)) && TryTake16(ref body, out name)))
            {
                _given.AddRange(name.IsEmpty ? [] : [name.ToArray()]);
            }
        }
    }

    // HandshakeType msg_type, uint24 length; ProtocolVersion client_version, Random random[32], opaque session_id<0..32>, CipherSuite cipher_suites<2..2^16-2>,
    // CompressionMethod compression_methods<1..2^8-1>, Extension extensions<0..2^16-1> (RFC 5246 section 7.4.1.2).
    private static ReadOnlySpan<byte> SessionOf(ReadOnlySpan<byte> message)
    {
        if (message.Length < MessageHeader || message[0] != ClientHello || Length24(message[1..]) != message.Length - MessageHeader)
        {
            return [];
        }

        var rest = message[MessageHeader..];
        if (!TrySkip(ref rest, HelloHeader) || !TryTake8(ref rest, out var id) || !TryTake16(ref rest, out _) || !TryTake8(ref rest, out _) || !TryTake16(ref rest, out var extensions) || !rest.IsEmpty)
        {
            return [];
        }

        ReadOnlySpan<byte> ticket = [];
        while (!extensions.IsEmpty)
        {
            // uint16 extension_type, opaque extension_data<0..2^16-1>; the data is the ticket itself (RFC 5077 section 3.2).
            if (extensions.Length < 2)
            {
                return [];
            }

            var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
            extensions = extensions[2..];
            if (!TryTake16(ref extensions, out var data) || (type == SessionTicket && !ticket.IsEmpty))
            {
                return [];
            }

            ticket = type == SessionTicket ? data : ticket;
        }

        return ticket.IsEmpty ? id : ticket;
    }

    private static int Length24(ReadOnlySpan<byte> bytes) => (bytes[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);

    private static bool TrySkip(scoped ref ReadOnlySpan<byte> rest, int count)
    {
        var isThere = rest.Length >= count;
        rest = isThere ? rest[count..] : [];
        return isThere;
    }

    private static bool TryTake8(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> taken)
    {
        taken = [];
        return !rest.IsEmpty && TryTake(ref rest, 1, rest[0], out taken);
    }

    private static bool TryTake16(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> taken)
    {
        taken = [];
        return rest.Length >= 2 && TryTake(ref rest, 2, BinaryPrimitives.ReadUInt16BigEndian(rest), out taken);
    }

    private static bool TryTake(scoped ref ReadOnlySpan<byte> rest, int header, int length, out ReadOnlySpan<byte> taken)
    {
        taken = rest.Length - header >= length ? rest.Slice(header, length) : [];
        return TrySkip(ref rest, header + length);
    }
}
