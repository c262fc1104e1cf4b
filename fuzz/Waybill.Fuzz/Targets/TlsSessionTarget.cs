using Waybill.Ftp.Tls;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// The names of the session of a TLS handshake. The first byte: the size of the client's pieces less one; then two bytes with the length of what the client sends; the rest is our side's flight.
/// </summary>
internal sealed class TlsSessionTarget : IFuzzTarget
{
    private const int Head = 3;

    public string Name => "tls-session";

    public int Inputs => 40_000;

    public IReadOnlyCollection<string> Outcomes { get; } = ["Nothing", "Offered", "Given", "Resumed"];

    public IReadOnlyList<string> Dictionary { get; } = ["\u0016\u0003\u0003", "\u0016\u0003\u0001", "\u0014\u0003\u0003\0\u0001\u0001", "\0\u0023", "\u0001\0", "\u0002\0\0", "\u000b\0\0", "\u0004\0\0", "\0\0"];

    public ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        if (input.Length < Head)
        {
            return new("Nothing");
        }

        var piece = input.Span[0] + 1;
        var rest = input.Span[Head..];
        var received = rest[..Math.Min(rest.Length, (input.Span[1] << 8) | input.Span[2])];
        var (whole, pieces) = (new SessionWatch(), new SessionWatch());
        whole.NoteReceived(received);
        for (var i = 0; i < received.Length; i += piece)
        {
            pieces.NoteReceived(received[i..Math.Min(received.Length, i + piece)]);
        }

        var flight = rest[received.Length..];
        whole.NoteSent(flight);
        if (!whole.Offered.AsSpan().SequenceEqual(pieces.Offered) || received.IndexOf(whole.Offered) < 0 || !Holds(flight, whole.Given))
        {
            throw new InvalidOperationException("A name is not what was sent, or another in pieces.");
        }

        return new(whole.IsResumed ? "Resumed" : whole.Given.Count > 0 ? "Given" : whole.Offered.Length > 0 ? "Offered" : "Nothing");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        byte[] serverHello = Handshake([2, 0, 0, 38, 3, 3, .. new byte[32], 0, 0xC0, 0x2C, 0]);
        byte[] ticket = Handshake([4, 0, 0, 14, 0, 0, 28, 32, 0, 8, .. "ticket-2"u8]);
        byte[] change = [20, 3, 3, 0, 1, 1];
        yield return ("resumed", Input(Hello([0, 35, 0, 8, .. "ticket-1"u8, 0, 23, 0, 0]), [.. serverHello, .. ticket, .. change, .. Handshake(new byte[40])]));
        yield return ("full", Input(Hello([0, 35, 0, 0, 0, 23, 0, 0]), [.. serverHello, .. Handshake([11, 0, 0, 3, 0, 0, 0]), .. ticket, .. change]));
        yield return ("refused-ticket", Input(Hello([0, 35, 0, 8, .. "ticket-1"u8]), [.. serverHello, .. Handshake([11, 0, 0, 3, 0, 0, 0])]));
        yield return ("two-tickets", Input(Hello([0, 35, 0, 1, 65, 0, 35, 0, 1, 66]), serverHello));
        yield return ("alert", Input([21, 3, 3, 0, 2, 2, 40], [21, 3, 3, 0, 2, 2, 40]));
        yield return ("cut", Input(Hello([0, 35, 0, 8, .. "ticket-1"u8])[..60], serverHello[..20]));
    }

    private static bool Holds(ReadOnlySpan<byte> flight, IReadOnlyList<byte[]> names)
    {
        foreach (var name in names)
        {
            if (flight.IndexOf(name) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static byte[] Input(byte[] received, byte[] sent) => [9, (byte)(received.Length >> 8), (byte)received.Length, .. received, .. sent];

    private static byte[] Handshake(byte[] message) => [22, 3, 3, (byte)(message.Length >> 8), (byte)message.Length, .. message];

    private static byte[] Hello(byte[] extensions)
    {
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0xC0, 0x2C, 1, 0, 0, (byte)extensions.Length, .. extensions];
        return Handshake([1, 0, 0, (byte)body.Length, .. body]);
    }
}
