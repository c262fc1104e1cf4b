using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Waybill.Sftp;
using Waybill.Sftp.Wire;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Storage;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// SFTP requests behind INIT, with handles of every kind open under names that the fuzzer knows, so that it gets past the handle table. Every reply must
/// parse, fit the limits and answer the request that came next; no right that is missing may change a file.
/// </summary>
internal sealed class SftpRequestTarget : IFuzzTarget
{
    private const int HandleLimit = 6;

    private static readonly Dictionary<string, string> OutcomesByWords = Enum.GetValues<SftpOutcome>()
        .Where(outcome => outcome is not (SftpOutcome.Sent or SftpOutcome.StoreFailed or SftpOutcome.Hidden or SftpOutcome.NotRecorded))
        .ToDictionary(outcome => Encoding.UTF8.GetString(SftpStatusTexts.WordsOf(outcome)), outcome => outcome.ToString(), StringComparer.Ordinal);

    private static readonly HashSet<string> StoreWords =
        [.. Enum.GetValues<StoreError>().Where(error => error != StoreError.None).Select(error => Encoding.UTF8.GetString(SftpStatusTexts.WordsOf(error)))];

    public static byte[] ReadingHandle => HandleOf(0);

    public static byte[] WritingHandle => HandleOf(1);

    public static byte[] ListingHandle => HandleOf(3);

    public string Name => "sftp-request";

    public int Inputs => 16_000;

    /// <summary>How the last request ended: in a reply of its own, in a status, or the session with it.</summary>
    public IReadOnlyCollection<string> Outcomes { get; } =
        ["Nothing", "BadFraming", "Ended", "Handle", "Data", "Name", "Attributes", "ExtendedReply", "StoreFailed", .. OutcomesByWords.Values];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "/", "..", ".", "~", "~/", "~root", "/read", "/write", "/upload/a", "/upload", "/reports/x", "\0", ".waybill-x", "/link",
        .. SftpOperations.All.Where(row => row.Type == SftpMessageType.Extended).Select(row => row.Name),
        .. Enumerable.Range(0, 4).Select(slot => Encoding.Latin1.GetString(HandleOf(slot))),
    ];

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        if (input.IsEmpty)
        {
            return "Nothing";
        }

        // The first byte chooses whether links are on; the rest is a stream of framed messages.
        var options = new SftpOptions { Links = (input.Span[0] & 1) != 0, Handles = HandleLimit };
        var store = new MemoryFileStore { Links = options.Links };
        store.AddFile("/reports/x", new byte[300_000]);
        store.AddFile("/upload/a", "hello"u8);
        store.AddLink("/upload/link", "a");
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        var session = new SftpSession(store, new Rules(), new Journal(), options, TimeProvider.System, new SftpStatistics(), new SftpOutput(pipe.Writer));
        await session.HandleAsync(new ReadOnlySequence<byte>(new MessageBuilder(SftpPacket.Init).UInt32(3).ToArray()));
        await pipe.Writer.FlushAsync();
        TakeReply(pipe.Reader, out _);
        await OpenHandlesAsync(session, store);

        var last = "Nothing";
        var rest = new ReadOnlySequence<byte>(input[1..]);
        SftpFrame frame;
        while ((frame = SftpFraming.TryTake(ref rest, options.Message, out var message)) == SftpFrame.Message)
        {
            if (!await session.HandleAsync(message))
            {
                last = "Ended";
                break;
            }

            await pipe.Writer.FlushAsync();
            last = Judge(message, pipe.Reader, options);
        }

        if (session.Handles.Count > HandleLimit)
        {
            throw new InvalidOperationException($"{session.Handles.Count} handles are open.");
        }

        await session.EndAsync();
        await pipe.Writer.CompleteAsync();
        await pipe.Reader.CompleteAsync();
        if (store.OpenFiles != 0 || store.ContentOf("/reports/x") is not { Length: 300_000 } report || report.AsSpan().ContainsAnyExcept((byte)0))
        {
            throw new InvalidOperationException("A file is still open, or a read-only one was changed.");
        }

        return frame == SftpFrame.Bad ? "BadFraming" : last;
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        yield return ("nothing", [0]);
        yield return ("bad-framing", [0, 0xFF, 0xFF, 0xFF, 0xFF]);
        yield return ("no-id", [0, 0, 0, 0, 1, SftpPacket.Stat]);
        yield return ("second-init", Stream(false, (SftpPacket.Init, new MessageBuilder())));
        yield return ("unknown-type", Stream(false, (99, new MessageBuilder().String("/"))));
        yield return ("not-utf8", Stream(false, (SftpPacket.Stat, new MessageBuilder().String([0xC3, 0x28]))));
        yield return ("nul", Stream(false, (SftpPacket.Stat, new MessageBuilder().String("a\0b"))));
        yield return ("reserved", Stream(false, (SftpPacket.MkDir, new MessageBuilder().String(".waybill-x").UInt32(0))));
        yield return ("wrong-kind", Stream(false, (SftpPacket.ReadDir, new MessageBuilder().String(HandleOf(0)))));
        yield return ("unknown-handle", Stream(false, (SftpPacket.Close, new MessageBuilder().String("handle"))));
        yield return ("out-of-range", Stream(false, (SftpPacket.Write, new MessageBuilder().String(HandleOf(1)).UInt64(ulong.MaxValue).String("x"))));
        yield return ("end-of-file", Stream(false, (SftpPacket.Read, new MessageBuilder().String(HandleOf(0)).UInt64(400_000).UInt32(1))));
        yield return ("other-home", Stream(false, (SftpPacket.Extended, new MessageBuilder().String("expand-path@openssh.com").String("~root"))));
        yield return ("too-many-ids", Stream(false, (SftpPacket.Extended, new MessageBuilder().String("users-groups-by-id@openssh.com").String(new byte[160_000]).String(""))));
        yield return ("same-file", Stream(false, (SftpPacket.Extended, Copy(HandleOf(2), HandleOf(2)))));
        yield return ("copy", Stream(false, (SftpPacket.Extended, Copy(HandleOf(0), HandleOf(1))), (SftpPacket.Close, new MessageBuilder().String(HandleOf(1)))));
        yield return ("links-off", Stream(false, (SftpPacket.SymLink, new MessageBuilder().String("a").String("/upload/l"))));
        yield return ("too-many-handles", Stream(false, [.. Enumerable.Range(0, HandleLimit).Select(_ => (SftpPacket.OpenDir, new MessageBuilder().String("/")))]));
        yield return ("read-only", Stream(false, (SftpPacket.Open, new MessageBuilder().String("/reports/x").UInt32(0x12).UInt32(0))));
        yield return ("hidden", Stream(false, (SftpPacket.Stat, new MessageBuilder().String("/secret/x"))));
        yield return ("listing", Stream(false, (SftpPacket.ReadDir, new MessageBuilder().String(HandleOf(3))), (SftpPacket.Close, new MessageBuilder().String(HandleOf(3)))));
        yield return ("upload", Stream(
            false,
            (SftpPacket.Write, new MessageBuilder().String(HandleOf(1)).UInt64(3).String(new byte[100])),
            (SftpPacket.Write, new MessageBuilder().String(HandleOf(1)).UInt64(0).String("")),
            (SftpPacket.FSetStat, new MessageBuilder().String(HandleOf(1)).UInt32(13).UInt64(50).UInt32(0x1FF).UInt32(1).UInt32(2)),
            (SftpPacket.Close, new MessageBuilder().String(HandleOf(1))),
            (SftpPacket.Stat, new MessageBuilder().String("/upload/new"))));
        foreach (var (type, body) in new (byte, MessageBuilder)[]
        {
            (SftpPacket.Open, new MessageBuilder().String("/upload/a").UInt32(3).UInt32(0x8000_000F).UInt64(1).UInt64(2).UInt32(3).UInt64(4).UInt32(1).String("t").String("d")),
            (SftpPacket.Read, new MessageBuilder().String(HandleOf(0)).UInt64(0).UInt32(70_000)),
            (SftpPacket.FStat, new MessageBuilder().String(HandleOf(2))),
            (SftpPacket.SetStat, new MessageBuilder().String("/upload/a").UInt32(15).UInt64(1).UInt64(2).UInt32(3).UInt64(4)),
            (SftpPacket.Remove, new MessageBuilder().String("/upload/a")),
            (SftpPacket.RmDir, new MessageBuilder().String("/upload")),
            (SftpPacket.RealPath, new MessageBuilder().String("a/../b")),
            (SftpPacket.Rename, new MessageBuilder().String("/upload/a").String("/upload/b")),
            (SftpPacket.ReadLink, new MessageBuilder().String("/upload/link")),
            (SftpPacket.SymLink, new MessageBuilder().String("a").String("/upload/l")),
            (SftpPacket.Extended, new MessageBuilder().String("posix-rename@openssh.com").String("/upload/a").String("/upload/link")),
            (SftpPacket.Extended, new MessageBuilder().String("hardlink@openssh.com").String("/upload/a").String("/upload/h")),
            (SftpPacket.Extended, new MessageBuilder().String("lsetstat@openssh.com").String("/upload/link").UInt32(8).UInt32(1).UInt32(2)),
            (SftpPacket.Extended, new MessageBuilder().String("fsync@openssh.com").String(HandleOf(1))),
            (SftpPacket.Extended, new MessageBuilder().String("fstatvfs@openssh.com").String(HandleOf(1))),
            (SftpPacket.Extended, new MessageBuilder().String("statvfs@openssh.com").String("/")),
            (SftpPacket.Extended, new MessageBuilder().String("users-groups-by-id@openssh.com").String([0, 0, 3, 0xE8]).String([0, 0, 3, 0xE8, 0, 0, 0, 0])),
            (SftpPacket.Extended, new MessageBuilder().String("home-directory").String("user")),
            (SftpPacket.Extended, new MessageBuilder().String("limits@openssh.com")),
        })
        {
            var name = type == SftpPacket.Extended ? Encoding.ASCII.GetString(body.ToArray().AsSpan(4, body.ToArray()[3])).Split('@')[0] : $"type-{type}";
            yield return (name, Stream(true, (type, body)));
        }
    }

    private static MessageBuilder Copy(byte[] from, byte[] to) =>
        new MessageBuilder().String("copy-data").String(from).UInt64(1).UInt64(0).String(to).UInt64(2);

    private static byte[] Stream(bool links, params (byte Type, MessageBuilder Body)[] requests)
    {
        var stream = new MessageBuilder(links ? (byte)1 : (byte)0);
        for (var id = 0; id < requests.Length; id++)
        {
            stream.String(new MessageBuilder(requests[id].Type).UInt32((uint)id).Raw(requests[id].Body.ToArray()).ToArray());
        }

        return stream.ToArray();
    }

    private static byte[] NonceOf(int slot) => [.. Enumerable.Repeat((byte)('A' + slot), SftpHandle.NonceLength)];

    private static byte[] HandleOf(int slot) => [0, 0, 0, (byte)slot, .. NonceOf(slot)];

    // Slot 0 reads, 1 writes a new file, 2 does both, 3 lists.
    private static async Task OpenHandlesAsync(SftpSession session, MemoryFileStore store)
    {
        var files = new[]
        {
            ("/reports/x", OpenModes.Read), ("/upload/new", OpenModes.Write | OpenModes.Create), ("/upload/a", OpenModes.Read | OpenModes.Write),
        };
        foreach (var (text, modes) in files)
        {
            var path = VaultPath.Parse(text);
            Add(new SftpHandle(path, new Rules().RightsAt(path), (await store.OpenAsync(path, modes)).Value!, modes, null));
        }

        Add(new SftpHandle(VaultPath.Root, FileRights.All, (await store.OpenDirectoryAsync(VaultPath.Root)).Value!));

        void Add(SftpHandle handle)
        {
            var slot = session.Handles.Count;
            session.Handles.Add(handle);
            handle.Name(slot, NonceOf(slot));
        }
    }

    private static string Judge(in ReadOnlySequence<byte> message, PipeReader replies, SftpOptions options)
    {
        Span<byte> head = stackalloc byte[SftpSession.ShortestMessage];
        message.Slice(0, head.Length).CopyTo(head);
        var reply = TakeReply(replies, out var length);
        if (reply.Id != BinaryPrimitives.ReadUInt32BigEndian(head[1..]) || length > options.Message)
        {
            throw new InvalidOperationException($"The answer of {length} bytes is for request {reply.Id}: {reply}.");
        }

        if (reply.Status is null)
        {
            return reply.Type switch
            {
                SftpPacket.Handle => "Handle",
                SftpPacket.Data => "Data",
                SftpPacket.Name => "Name",
                SftpPacket.Attributes => "Attributes",
                _ => "ExtendedReply",
            };
        }

        return OutcomesByWords.TryGetValue(reply.Message, out var outcome) ? outcome
            : StoreWords.Contains(reply.Message) ? "StoreFailed"
            : throw new InvalidOperationException($"A status with other words: {reply}.");
    }

    /// <summary>Exactly one reply must have been written.</summary>
    private static SftpReply TakeReply(PipeReader replies, out int length)
    {
        if (!replies.TryRead(out var read))
        {
            throw new InvalidOperationException("A request was not answered.");
        }

        var bytes = read.Buffer.ToArray();
        replies.AdvanceTo(read.Buffer.End);
        length = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (length != bytes.Length - 4)
        {
            throw new InvalidOperationException("A request was answered by more than one reply, or by a part of one.");
        }

        return bytes[4] == SftpPacket.Version ? new SftpReply(SftpPacket.Version, 3) : SftpReply.Parse(bytes.AsSpan(4));
    }

    private sealed class Rules : IAccessRules
    {
        public FileRights RightsAt(VaultPath path) =>
            path.Bytes.StartsWith("/reports"u8) ? FileRights.ReadOnly : path.Bytes.StartsWith("/secret"u8) ? FileRights.None : FileRights.All;
    }

    private sealed class Journal : IFileJournal
    {
        public ValueTask<StoreError> RecordAsync(FileEvent fileEvent) => new(StoreError.None);
    }
}
