using Waybill.Sftp;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Storage;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// Whole SFTP sessions over a store in memory: INIT, then requests. Every reply must parse, every well-framed request must be answered once and in order, and
/// what the fuzzer does must not leave the store with an open file.
/// </summary>
internal sealed class SftpTarget : IFuzzTarget
{
    // The status codes and reply types that version 3 has; NoConnection and ConnectionLost are for clients' own use.
    private static readonly string[] ReplyNames =
        ["Ok", "Eof", "NoSuchFile", "PermissionDenied", "Failure", "BadMessage", "OperationUnsupported", "Handle", "Data", "Name", "Attributes", "ExtendedReply"];

    public string Name => "sftp";

    public int Weight => 12;

    public IReadOnlyCollection<string> Outcomes { get; } = ["NoVersion", "VersionOnly", "Framing", .. ReplyNames.Select(name => "Last" + name)];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "/", "..", ".", "/../../etc/passwd", "/upload/a", "/upload", "/reports/x", "\0", ".waybill-x", "posix-rename@openssh.com", "hardlink@openssh.com",
        "fsync@openssh.com", "statvfs@openssh.com", "fstatvfs@openssh.com", "limits@openssh.com", "lsetstat@openssh.com", "expand-path@openssh.com",
        "home-directory", "users-groups-by-id@openssh.com", "copy-data",
    ];

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var store = new MemoryFileStore { Links = true };
        store.AddFile("/reports/x", new byte[100_000]);
        store.AddFile("/upload/a", "hello"u8);
        var options = new SftpOptions { Links = true, Handles = 8 };
        var server = new SftpServer(store, new FuzzRules(), new FuzzJournal(), options, TimeProvider.System);
        var conversation = new SftpConversation(server);
        var framing = await conversation.RunAsync(input);
        if (store.OpenFiles != 0)
        {
            throw new InvalidOperationException($"{store.OpenFiles} files are still open after the session.");
        }

        return conversation.Replies switch
        {
            [] => "NoVersion",
            _ when !framing => "Framing",
            [_] => "VersionOnly",
            [.., var last] => "Last" + NameOf(last!),
        };
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        foreach (var (name, requests) in Sessions())
        {
            var session = new MessageBuilder().String(new MessageBuilder(SftpPacket.Init).UInt32(3).ToArray());
            for (var id = 0; id < requests.Length; id++)
            {
                session.String(new MessageBuilder(requests[id].Type).UInt32((uint)id).Raw(requests[id].Body).ToArray());
            }

            yield return (name, session.ToArray());
        }

        yield return ("nothing", [0, 0, 0]);
        yield return ("framing", [.. new MessageBuilder().String(new MessageBuilder(SftpPacket.Init).UInt32(3).ToArray()).ToArray(), 0xFF, 0, 0, 0, 0]);
        yield return ("init-only", new MessageBuilder().String(new MessageBuilder(SftpPacket.Init).UInt32(6).ToArray()).ToArray());
    }

    private static string NameOf(SftpReply reply) => reply.Status?.ToString() ?? reply.Type switch
    {
        SftpPacket.Handle => "Handle",
        SftpPacket.Data => "Data",
        SftpPacket.Name => "Name",
        SftpPacket.Attributes => "Attributes",
        _ => "ExtendedReply",
    };

    /// <summary>Sessions that end in each kind of reply. Handles are unguessable: h0 stands for the first one that the server gave out, and so on.</summary>
    private static IEnumerable<(string Name, (byte Type, byte[] Body)[] Requests)> Sessions()
    {
        static (byte, byte[]) R(byte type, MessageBuilder body) => (type, body.ToArray());
        static MessageBuilder M() => new();
        var none = new byte[4];
        var open = R(SftpPacket.Open, M().String("/upload/b").UInt32(0x1A).Raw(none));
        var (write, read) = (R(SftpPacket.Write, M().String("h0").UInt64(0).String("content")), R(SftpPacket.Read, M().String("h0").UInt64(0).UInt32(100)));
        var close = R(SftpPacket.Close, M().String("h0"));
        yield return ("put",
        [
            open, write, R(SftpPacket.FStat, M().String("h0")), R(SftpPacket.FSetStat, M().String("h0").UInt32(8).UInt32(1).UInt32(2)),
            R(SftpPacket.Extended, M().String("fsync@openssh.com").String("h0")), close, R(SftpPacket.Stat, M().String("/upload/b")),
        ]);
        yield return ("get", [R(SftpPacket.Open, M().String("/reports/x").UInt32(1).Raw(none)), read, R(SftpPacket.Read, M().String("h0").UInt64(99_990).UInt32(100)), close]);
        yield return ("get-data", [R(SftpPacket.Open, M().String("/upload/a").UInt32(1).Raw(none)), read]);
        yield return ("get-end", [R(SftpPacket.Open, M().String("/upload/a").UInt32(1).Raw(none)), R(SftpPacket.Read, M().String("h0").UInt64(5).UInt32(100))]);
        yield return ("list", [R(SftpPacket.OpenDir, M().String("/upload")), R(SftpPacket.ReadDir, M().String("h0")), R(SftpPacket.ReadDir, M().String("h0")), close]);
        yield return ("list-end", [R(SftpPacket.OpenDir, M().String("/")), R(SftpPacket.ReadDir, M().String("h0")), R(SftpPacket.ReadDir, M().String("h0"))]);
        yield return ("copy",
        [
            R(SftpPacket.Open, M().String("/reports/x").UInt32(1).Raw(none)), open, R(SftpPacket.Extended, M().String("copy-data").String("h0").UInt64(0).UInt64(0).String("h1").UInt64(0)),
            R(SftpPacket.Close, M().String("h1")),
        ]);
        yield return ("fstatvfs", [R(SftpPacket.OpenDir, M().String("/upload")), R(SftpPacket.Extended, M().String("fstatvfs@openssh.com").String("h0"))]);
        yield return ("stat", [R(SftpPacket.Stat, M().String("/upload")), R(SftpPacket.LStat, M().String("/upload/a"))]);
        yield return ("missing", [R(SftpPacket.Stat, M().String("/none"))]);
        yield return ("denied", [R(SftpPacket.Remove, M().String("/reports/x"))]);
        yield return ("mkdir", [R(SftpPacket.MkDir, M().String("/upload/d").Raw(none)), R(SftpPacket.RmDir, M().String("/upload/d"))]);
        yield return ("exists", [R(SftpPacket.MkDir, M().String("/upload").Raw(none))]);
        yield return ("realpath", [R(SftpPacket.RealPath, M().String(".."))]);
        yield return ("rename", [R(SftpPacket.Rename, M().String("/upload/a").String("/upload/b")), R(SftpPacket.SetStat, M().String("/upload/b").UInt32(1).UInt64(3))]);
        yield return ("links",
            [R(SftpPacket.SymLink, M().String("a").String("/upload/l")), R(SftpPacket.ReadLink, M().String("/upload/l")), R(SftpPacket.Stat, M().String("/upload/l"))]);
        yield return ("open", [open]);
        yield return ("opendir", [R(SftpPacket.OpenDir, M().String("/"))]);
        yield return ("unknown", [R(99, M().String("x"))]);
        yield return ("malformed", [R(SftpPacket.Open, M().String("x"))]);
        yield return ("second-init", [R(SftpPacket.Init, M())]);
        var extensions = new (string Name, MessageBuilder Body)[]
        {
            ("limits@openssh.com", M()), ("statvfs@openssh.com", M().String("/")), ("posix-rename@openssh.com", M().String("/upload/a").String("/upload/b")),
            ("hardlink@openssh.com", M().String("/upload/a").String("/upload/h")), ("expand-path@openssh.com", M().String("~/x")),
            ("home-directory", M().String("")), ("users-groups-by-id@openssh.com", M().String([0, 0, 0, 1]).String([0, 0, 0, 2])),
            ("lsetstat@openssh.com", M().String("/upload/a").UInt32(4).UInt32(0x1B4)), ("copy-data", M().String("0").UInt64(0).UInt64(0).String("1").UInt64(0)),
            ("no-such@example.com", M()),
        };
        foreach (var (name, body) in extensions)
        {
            yield return ("extended-" + name.Split('@')[0], [R(SftpPacket.Extended, M().String(name).Raw(body.ToArray()))]);
        }
    }
}
