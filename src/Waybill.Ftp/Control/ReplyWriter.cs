using System.Globalization;
using System.Text;

namespace Waybill.Ftp.Control;

/// <summary>
/// Replies as bytes (RFC 959 section 4.2): one line, or <c>code-</c>, lines that begin with a blank (RFC 2389 section 3.2), and <c>code </c>. A control character would
/// be a line of its own to the client: a name that holds one is shown with a question mark.
/// </summary>
internal static class ReplyWriter
{
    /// <summary>The bytes of a reply.</summary>
    public static byte[] Write(FtpReply reply)
    {
        var text = new StringBuilder(reply.Text.Length + 6);
        var code = reply.Code.ToString("D3", CultureInfo.InvariantCulture);
        if (reply.Lines is { } lines)
        {
            Append(text.Append(code).Append('-'), reply.Text);
            foreach (var line in lines)
            {
                Append(text.Append(' '), line);
            }

            Append(text.Append(code).Append(' '), reply.LastLine);
        }
        else
        {
            Append(text.Append(code).Append(' '), reply.Text);
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Append(StringBuilder text, string line)
    {
        foreach (var c in line)
        {
            text.Append(char.IsControl(c) ? '?' : c);
        }

        text.Append("\r\n");
    }
}
