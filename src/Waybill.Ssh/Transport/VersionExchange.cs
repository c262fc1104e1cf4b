using System.Buffers;
using System.IO.Pipelines;
using System.Reflection;
using System.Text;
using Waybill.Ssh.Hosting;

namespace Waybill.Ssh.Transport;

/// <summary>
/// The version lines (RFC 4253 section 4.2): <c>SSH-protoversion-softwareversion SP comments CR LF</c>, at most 255 bytes. A missing CR is tolerated, as
/// OpenSSH does. 1.99 is a client that also speaks version 1; it gets 2.0 (RFC 4253 section 5.1), as from OpenSSH. Older ones are refused.
/// </summary>
internal static class VersionExchange
{
    private const int ShownBytes = 32;
    private const string Product = "Waybill";

    private static readonly string ProductVersion =
        typeof(VersionExchange).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private const string Door = "this is the SSH port; the client spoke ";
    private const string HttpAnswer = "This is an SFTP server, not a web page. Open it with an SFTP program, such as WinSCP, FileZilla or sftp.";
    private const string FtpAnswer = "500 This is the SSH port: set the program to SFTP (SSH File Transfer Protocol) instead of FTP or FTPS.";

    /// <summary>
    /// What commonly reaches the wrong port, by its first bytes; what the audit says; and, where a person may see it in the protocol that they chose, what they
    /// are told. A TLS client would drop anything after our version line, and so would a proxy.
    /// </summary>
    private static readonly (byte[] Start, string Words, string? Answer)[] Strangers =
    [
        ([0x16, 0x03], "TLS (a TLS ClientHello): it is set to FTPS or HTTPS", null),
        .. Commands("HTTP: a browser, a health check or a scanner", HttpAnswer, "GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "TRACE ", "PRI * HTTP/2"),
        .. Commands("HTTP (a proxy request): it takes this server for a web proxy", HttpAnswer, "CONNECT "),
        .. Commands("FTP: it is set to FTP instead of SFTP", FtpAnswer, "USER ", "AUTH ", "FEAT\r\n", "SYST\r\n", "QUIT\r\n", "OPTS ", "HOST "),
        .. Commands("SMTP", "500 This is the SSH port.", "EHLO ", "HELO "),
        .. Commands("the PROXY protocol, which this listener is not told to expect", null, "PROXY ", "\r\n\r\n\0\r\nQUIT\n"),
    ];

    /// <summary>Our line without CR LF, as it enters the exchange hash.</summary>
    public static byte[] ServerLine(string software) =>
        Encoding.ASCII.GetBytes($"SSH-2.0-{software}{(software == Product ? $"_{ProductVersion}" : "")}");

    /// <summary>Reads the client's line, without its line end; null when the client closed before it sent any byte.</summary>
    /// <exception cref="SshDisconnectException">It is none, or too long, or of another protocol version.</exception>
    public static async ValueTask<byte[]?> ReadClientLineAsync(PipeReader input, SshLimits limits)
    {
        while (true)
        {
            var read = await input.ReadAsync(CancellationToken.None);
            var buffer = read.Buffer;
            var line = TakeLine(ref buffer, limits.VersionLine);
            input.AdvanceTo(line is null ? read.Buffer.Start : buffer.Start, line is null ? read.Buffer.End : buffer.Start);
            if (line is not null)
            {
                return line;
            }

            if (read.IsCompleted)
            {
                return read.Buffer.IsEmpty
                    ? null
                    : throw new SshDisconnectException(SshEndReason.NotSsh, $"closed inside its version line: {Show(read.Buffer)}");
            }

            if (read.IsCanceled)
            {
                // The connection was ended meanwhile; it knows why.
                throw new OperationCanceledException();
            }
        }
    }

    /// <summary>The client's software with its comments: what follows <c>SSH-2.0-</c>, escaped for the log.</summary>
    public static string Software(ReadOnlySpan<byte> line)
    {
        var rest = line["SSH-"u8.Length..];
        return PeerBytes.Show(rest[(rest.IndexOf((byte)'-') + 1)..]);
    }

    private static byte[]? TakeLine(ref ReadOnlySequence<byte> buffer, int limit)
    {
        var start = buffer.Slice(0, Math.Min(buffer.Length, limit)).ToArray();
        if (!StartsAsSsh(start))
        {
            // A command may come letter by letter; the time allowed for the login bounds the wait.
            return BeginsAsStranger(start) ? null : throw Recognise(start);
        }

        var end = Array.IndexOf(start, (byte)'\n');
        if (end < 0)
        {
            return start.Length < limit
                ? null
                : throw new SshDisconnectException(SshEndReason.ProtocolError, $"the version line is longer than {limit} bytes");
        }

        buffer = buffer.Slice(end + 1);
        var line = start[..(end > 0 && start[end - 1] == '\r' ? end - 1 : end)];
        Check(line);
        return line;
    }

    private static bool StartsAsSsh(ReadOnlySpan<byte> start)
    {
        var prefix = "SSH-"u8;
        return start.Length < prefix.Length ? prefix.StartsWith(start) : start.StartsWith(prefix);
    }

    private static void Check(ReadOnlySpan<byte> line)
    {
        if (line.IndexOfAnyInRange((byte)0, (byte)31) >= 0 || line.Contains((byte)127))
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, $"the version line holds control characters: {Show(new(line.ToArray()))}");
        }

        // protoversion "-" softwareversion
        var rest = line["SSH-"u8.Length..];
        var dash = rest.IndexOf((byte)'-');
        var version = dash < 0 ? rest : rest[..dash];
        if (!version.SequenceEqual("2.0"u8) && !version.SequenceEqual("1.99"u8))
        {
            throw new SshDisconnectException(
                SshEndReason.UnsupportedVersion, $"the client speaks SSH protocol version {PeerBytes.Show(version, ShownBytes)}; this server speaks 2.0 only");
        }

        if (dash < 0 || dash + 1 == rest.Length)
        {
            throw new SshDisconnectException(SshEndReason.ProtocolError, "the version line names no software");
        }
    }

    private static IEnumerable<(byte[] Start, string Words, string? Answer)> Commands(string words, string? answer, params string[] starts) =>
        starts.Select(start => (Encoding.ASCII.GetBytes(start), words, answer));

    /// <summary>Whether more bytes may still tell which stranger it is.</summary>
    private static bool BeginsAsStranger(ReadOnlySpan<byte> start)
    {
        foreach (var (prefix, _, _) in Strangers)
        {
            if (start.Length < prefix.Length && Ascii.EqualsIgnoreCase(start, prefix.AsSpan(0, start.Length)))
            {
                return true;
            }
        }

        return false;
    }

    private static SshDisconnectException Recognise(ReadOnlySpan<byte> start)
    {
        foreach (var (prefix, words, answer) in Strangers)
        {
            if (start.Length >= prefix.Length && Ascii.EqualsIgnoreCase(start[..prefix.Length], prefix))
            {
                return new(SshEndReason.NotSsh, Door + words) { ToClient = answer };
            }
        }

        return new(SshEndReason.NotSsh, $"the first bytes are no SSH version line: {Show(new(start.ToArray()))}");
    }

    private static string Show(ReadOnlySequence<byte> bytes) => PeerBytes.Show(bytes.Slice(0, Math.Min(bytes.Length, ShownBytes)).ToArray(), ShownBytes);
}
