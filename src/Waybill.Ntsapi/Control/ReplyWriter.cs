using System.Text;

namespace Waybill.Ntsapi.Control;

/// <summary>
/// Replies as bytes: a digit, a blank, the text, one line feed. A reply is written at once, since one client reads what is there a second after its command and
/// no more. Only printable ASCII: a control character would be another line to the client, and the byte 255 a command to those that run over Telnet.
/// </summary>
internal static class ReplyWriter
{
    /// <summary>The bytes of a reply.</summary>
    public static byte[] Write(NtsapiReply reply)
    {
        var length = Length(reply.Text);
        foreach (var line in reply.Lines)
        {
            length += Length(line);
        }

        var bytes = new byte[length];
        var rest = bytes.AsSpan();
        foreach (var line in reply.Lines)
        {
            Append(ref rest, ReplyDigit.Done, line);
        }

        Append(ref rest, reply.Digit, reply.Text);
        return bytes;
    }

    /// <summary>The bytes of one line as it stands.</summary>
    public static byte[] WriteLine(string line) => Encoding.ASCII.GetBytes(line + "\n");

    private static int Length(string text) => text.Length + 3;

    private static void Append(ref Span<byte> rest, int digit, string text)
    {
        rest[0] = (byte)('0' + digit);
        rest[1] = (byte)' ';
        for (var i = 0; i < text.Length; i++)
        {
            rest[i + 2] = text[i] is >= ' ' and <= '~' ? (byte)text[i] : (byte)'?';
        }

        rest[text.Length + 2] = (byte)'\n';
        rest = rest[Length(text)..];
    }
}
