using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Waybill.Sftp.Scp;
using Waybill.Storage;
using Waybill.TestKit.Storage;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// An SCP command line up to the first line feed, then all that the client sends. What the server answers must be the protocol's, no file may be left open, and
/// nothing may change where the login has no right.
/// </summary>
internal sealed class ScpTarget : IFuzzTarget
{
    private static readonly ScpOptions Options = new() { Depth = 4, StartDirectory = VaultPath.Parse("/upload") };

    public string Name => "scp";

    public int Inputs => 16_000;

    public IReadOnlyCollection<string> Outcomes { get; } = ["OtherCommand", "Misused", "Received", "Sent", "Warned", "ProtocolError", "CutOff"];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "scp -t ", "scp -r -p -d -t ", "scp -f ", "scp -r -p -f ", " -- ", "C0644 5 a\n", "D0755 0 d\n", "E\n", "T1 0 2 0\n", "\0", "\u0001", "\u0002", "..", ".", "/",
        "*", "[a-z]", "?", "'", "\"", "\\", "/upload", "/reports", "/secret", ".waybill-x", "9223372036854775807", "-1", "\n", "\0\0\0\0\0\0\0\0",
    ];

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var end = input.Span.IndexOf((byte)'\n');
        var command = Encoding.UTF8.GetString(input.Span[..(end < 0 ? input.Length : end)]);
        if (!ScpArguments.TryParse(command, out var arguments))
        {
            return "OtherCommand";
        }

        var store = new MemoryFileStore();
        store.AddFile("/reports/x", new byte[70_000]);
        store.AddFile("/reports/empty", default);
        store.AddFile("/reports/line\nbreak", "x"u8);
        store.AddFile("/upload/a", "hello"u8);
        store.AddFile("/secret/s", "secret"u8);
        store.AddLink("/upload/loop", "/upload");
        var before = store.Paths.Where(path => !path.StartsWith("/upload/", StringComparison.Ordinal)).ToArray();
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        var client = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        await client.Writer.WriteAsync(input[(end < 0 ? input.Length : end + 1)..]);
        await client.Writer.CompleteAsync();
        var server = new ScpServer(arguments, store, new Rules(), new Journal(), Options);
        var status = await server.RunAsync(client.Reader, pipe.Writer, CancellationToken.None);
        await client.Reader.CompleteAsync();
        await pipe.Writer.CompleteAsync();
        var sent = (await pipe.Reader.ReadAsync()).Buffer.ToArray();
        await pipe.Reader.CompleteAsync();
        if (store.OpenFiles != 0 || !before.SequenceEqual(store.Paths.Where(path => !path.StartsWith("/upload/", StringComparison.Ordinal)))
            || sent.AsSpan().IndexOf("secret"u8) is >= 0 and var at && sent.AsSpan(at).StartsWith("secret\0"u8))
        {
            throw new InvalidOperationException($"A file is open, changed or told that must not be, after {command}.");
        }

        return arguments.Problem is not null ? Misused(sent, status) : Judge(arguments.Sends, sent, status);
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        (string Name, string Text)[] inputs =
        [
            ("other", "echo ${ShellId}%ComSpec%\n"),
            ("unknown-option", "scp -T -t x\n"),
            ("open-quote", "scp -t 'x\n"),
            ("file", "scp -t /upload\nC0644 5 b\nhello\0"),
            ("empty-file", "scp -p -t /upload/new\nT1 0 2 0\nC0644 0 b\n\0"),
            ("tree", "scp -r -p -d -t -- \"/upload\"\nT1 0 2 0\nD0755 0 d\nC0644 1 f\nx\0D0700 0 e\nE\nE\n"),
            ("cut", "scp -t /upload\nC0644 9 b\nhello"),
            ("early-end", "scp -r -t /upload\nD0755 0 d\n"),
            ("client-error", "scp -t /upload\nC0644 5 b\nhel\0\0\u0001changed\nC0644 1 c\nx\0"),
            ("gave-up", "scp -t /upload\n\u0002no\n"),
            ("traversal", "scp -r -t /upload\nD0755 0 ..\n"),
            ("refused", "scp -t /reports\nC0644 5 x\n"),
            ("huge", "scp -t /upload\nC0644 9223372036854775807 x\n"),
            ("deep", "scp -r -t /upload\n" + string.Concat(Enumerable.Repeat("D0755 0 d\n", 5))),
            ("no-such-record", "scp -t /upload\nX\n"),
            ("get", "scp -f /reports/x\n\0\0\0"),
            ("get-tree", "scp -r -p -f /reports\n" + new string('\0', 40)),
            ("get-wildcard", "scp -f /reports/[a-x]*\n" + new string('\0', 40)),
            ("get-several", "scp -r -f a '/upload/a' /secret/s missing .\n" + new string('\0', 40)),
            ("get-refused", "scp -f /upload/a\n\0\u0001no room\n"),
            ("get-nonsense", "scp -f /upload/a\nx"),
            ("get-hidden", "scp -r -f /secret\n\0\0\0"),
        ];
        return inputs.Select(input => (input.Name, Encoding.UTF8.GetBytes(input.Text)));
    }

    private static string Misused(ReadOnlySpan<byte> sent, int status)
    {
        TakeWords(ref sent);
        return sent.IsEmpty && status == ScpServer.ExitFailed ? "Misused" : throw new InvalidOperationException("A wrong command line was served.");
    }

    // Answers only: 0, or 1 or 2 with a line; when the server sends, records and contents too. A 2 is the last that is said.
    private static string Judge(bool sends, ReadOnlySpan<byte> sent, int status)
    {
        var (warned, wrote) = (false, false);
        while (!sent.IsEmpty)
        {
            switch (sent[0])
            {
                case 0 when !sends:
                    sent = sent[1..];
                    break;
                case 1:
                    TakeWords(ref sent);
                    warned = true;
                    break;
                case 2:
                    TakeWords(ref sent);
                    return sent.IsEmpty && status == ScpServer.ExitFailed ? "ProtocolError" : throw new InvalidOperationException("More was said after the end.");
                case (byte)'T' or (byte)'D' or (byte)'E' or (byte)'C' when sends:
                    TakeRecord(ref sent);
                    wrote = true;
                    break;
                default:
                    throw new InvalidOperationException($"Byte {sent[0]} is nothing that a server sends here.");
            }
        }

        return warned ? Expect(status, ScpServer.ExitFailed, "Warned") : status != ScpServer.ExitDone ? "CutOff" : sends && wrote ? "Sent" : "Received";
    }

    private static string Expect(int status, int expected, string outcome) =>
        status == expected ? outcome : throw new InvalidOperationException($"{outcome} with exit status {status}.");

    private static void TakeRecord(ref ReadOnlySpan<byte> sent)
    {
        var end = sent.IndexOf((byte)'\n');
        var record = Encoding.UTF8.GetString(sent[..end]).Split(' ', 3);
        sent = sent[(end + 1)..];
        if (record[0][0] != 'C' || sent is not [0 or (byte)'h', ..])
        {
            return;
        }

        // The client wanted it, so that the content follows (zeros, or hello) and then the status byte: no more and no less.
        sent = sent[int.Parse(record[1], CultureInfo.InvariantCulture)..];
        if (sent is not [0 or 1, ..])
        {
            throw new InvalidOperationException($"There is no status byte behind {record[2]}.");
        }

        sent = sent[0] == 0 ? sent[1..] : sent;
    }

    private static void TakeWords(ref ReadOnlySpan<byte> sent)
    {
        var end = sent.IndexOf((byte)'\n');
        if (!sent[1..].StartsWith("scp: "u8) || end < 0 || sent[1..end].ContainsAnyInRange((byte)0, (byte)0x1F))
        {
            throw new InvalidOperationException("Words that are none, or hold control characters.");
        }

        sent = sent[(end + 1)..];
    }

    private sealed class Rules : IAccessRules
    {
        private static readonly (VaultPath Folder, FileRights Rights)[] Folders =
        [
            (VaultPath.Parse("/reports"), FileRights.ReadOnly), (VaultPath.Parse("/secret"), FileRights.None), (VaultPath.Parse("/upload"), FileRights.All),
            (VaultPath.Root, FileRights.List),
        ];

        public FileRights RightsAt(VaultPath path) => Array.Find(Folders, each => path.IsAtOrBelow(each.Folder)).Rights;
    }

    private sealed class Journal : IFileJournal
    {
        public ValueTask<StoreError> RecordAsync(FileEvent fileEvent) => new(StoreError.None);
    }
}
