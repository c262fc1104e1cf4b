using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Transport;

namespace Waybill.Fuzz.Targets;

/// <summary>The client's version line, RFC 4253 section 4.2.</summary>
internal sealed class BannerTarget : IFuzzTarget
{
    private static readonly SshLimits Limits = new();

    public string Name => "banner";

    public int Inputs => 19_200;

    public IReadOnlyCollection<string> Outcomes { get; } =
        ["Accepted", "Closed", .. Reasons.All];

    /// <summary>Why a line is refused; the session's target ends in the same ones.</summary>
    public static FixedTexts Reasons { get; } = new(
        "closed inside its version line", "this is the SSH port; the client spoke TLS", "this is the SSH port; the client spoke HTTP:", "this is the SSH port; the client spoke HTTP (a proxy request)",
        "this is the SSH port; the client spoke FTP", "this is the SSH port; the client spoke SMTP", "this is the SSH port; the client spoke the PROXY protocol",
        "the first bytes are no SSH version line", "the version line is longer than", "the version line holds control characters",
        "the client speaks SSH protocol version", "the version line names no software");

    public IReadOnlyList<string> Dictionary { get; } = ["SSH-2.0-", "SSH-1.99-", "SSH-1.5-", "SSH-", "\r\n", "\n", "\0", "\u001b[31m", "GET / HTTP/1.1\r\n", "PROXY "];

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        byte[]? line;
        try
        {
            line = await VersionExchange.ReadClientLineAsync(PipeReader.Create(new ReadOnlySequence<byte>(input)), Limits);
        }
        catch (SshDisconnectException exception)
        {
            return NoControls(exception.Message) ? Reasons.Of(exception) : throw new InvalidOperationException("A reason holds control characters.");
        }

        if (line is null)
        {
            return "Closed";
        }

        return NoControls(VersionExchange.Software(line)) && line.Length < Limits.VersionLine
            ? "Accepted"
            : throw new InvalidOperationException("The software's name holds control characters, or the line is too long.");
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        string[] lines =
        [
            "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "SSH-2.0-PuTTY_Release_0.78\r\n", "SSH-2.0-WinSCP_release_6.3.5\r\n", "SSH-2.0-paramiko_3.4.0\r\n",
            "SSH-2.0-libssh2_1.10.0\r\n", "SSH-2.0-Go\r\n", "SSH-2.0-JSCH-0.1.54\n", "SSH-1.99-Cisco-1.25\r\n", "SSH-1.5-old\r\n", "SSH-2.0-\r\n",
            "SSH-2.0-" + new string('x', 300) + "\r\n", "SSH-2.0-half", "GET / HTTP/1.1\r\n\r\n", "",
            "CONNECT x:22 HTTP/1.1\r\n", "PRI * HTTP/2.0\r\n", "USER x\r\n", "EHLO x\r\n", "\u0016\u0003\u0001\u0002", "SSH-2.0-a\u0007\r\n", "hello\r\n", "PROXY TCP4 x\r\n",
        ];
        return lines.Select((line, index) => ($"line-{index:00}", Encoding.ASCII.GetBytes(line)));
    }

    private static bool NoControls(string text) => !text.Any(char.IsControl);
}
