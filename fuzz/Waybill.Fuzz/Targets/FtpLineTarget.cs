using Waybill.Ftp.Commands;
using Waybill.Ftp.Control;
using Waybill.Ftp.Hosting;
using Waybill.Net.Streams;

namespace Waybill.Fuzz.Targets;

/// <summary>FTP's control connection as bytes: cut into lines, Telnet's commands taken out, other protocols known. The first byte says how the network cuts it.</summary>
internal sealed class FtpLineTarget : IFuzzTarget
{
    private static readonly int Longest = new FtpLimits().CommandLine;

    public string Name => "ftp-line";

    public int Inputs => 80_000;

    public IReadOnlyCollection<string> Outcomes { get; } = ["Ended", "Cut", "TooLong", "Stranger"];

    public IReadOnlyList<string> Dictionary { get; } =
        ["USER ", "PASS ", "AUTH TLS\r\n", "STOR ", "\r\n", "\n", "\r", "\u00ff\u00f4\u00ff\u00f2", "\u00ff\u00ff", "\u00ff\u00fa", "\u00ff\u00f0", "\u00ff\u00fb", "GET / HTTP/1.1\r\n", "SSH-2.0-x\r\n", "\u0016\u0003", "\0"];

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        using var stream = new Pieces(input.IsEmpty ? [] : input[1..].ToArray(), input.IsEmpty ? 1 : input.Span[0] + 1);
        using var reader = new ControlReader(stream, Longest);
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None);
            if (read != ControlInput.Line)
            {
                return read.ToString();
            }

            var line = reader.Line;
            if (line.Length > Longest || line.Span.Contains((byte)'\n'))
            {
                throw new InvalidOperationException("A line is longer than allowed, or two.");
            }

            if (Strangers.ProtocolOf(line.Span, "TLS") is not null)
            {
                return "Stranger";
            }

            if (FtpRequest.TrySplit(line, out var verb, out var argument) && FtpCommands.Find(verb.Span) is { } row && (row.VerbBytes.Length != verb.Length || argument.Length >= line.Length))
            {
                throw new InvalidOperationException($"The line is no {row.Verb}.");
            }
        }
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        yield return ("login", [255, .. "USER 00012345\r\nPASS secret\r\nSYST\nPWD\r\n"u8]);
        yield return ("bytes", [0, .. "USER a\r\nABOR\r\n"u8]);
        yield return ("abort", [3, .. "STAT\r\n"u8, 255, 244, 255, 242, .. "ABOR\r\n"u8, 255, 250, 1, 2, 255, 240, .. "NOOP\r\n"u8]);
        yield return ("cut", [255, .. "USER a\r\nPASS"u8]);
        yield return ("long", [255, .. new byte[Longest + 10].Select(static _ => (byte)'x')]);
        yield return ("http", [9, .. "POST / HTTP/1.1\r\n\r\n"u8]);
        yield return ("tls", [255, 0x16, 3, 1, 2, 0, (byte)'\n']);
        yield return ("empty", [1, .. "\r\n\n\n \r\n"u8]);
    }

    private sealed class Pieces(byte[] content, int piece) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
