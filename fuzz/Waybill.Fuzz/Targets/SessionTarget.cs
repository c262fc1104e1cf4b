using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Ssh;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// Whole sessions through the real server, sealed and numbered rightly, so that what is changed gets as deep as it can. The first message says where in the
/// session the others are sent: as raw bytes, after the version lines, after the key exchange, or after the login. What the server sends back is opened,
/// verified and must be well-formed to the end.
/// </summary>
internal sealed class SessionTarget : IFuzzTarget
{
    private readonly FuzzApplication _application = new();
    private readonly SshConnectionHandler _handler;

    public SessionTarget() => _handler = new SshConnectionHandler(
        new SshServerOptions { HostKeys = [FuzzKeys.Ed25519] }, _application, TimeProvider.System, NullLoggerFactory.Instance);

    private enum Stage
    {
        Connected,
        VersionsExchanged,
        KeysExchanged,
        LoggedIn,
    }

    public string Name => "session";

    public int Inputs => 8_000;

    /// <summary>Reasons of the transport itself. What authentication and channels say is told apart by their own targets.</summary>
    private static readonly FixedTexts Reasons = new(
        "message ", "the client's KEXINIT is malformed or too long", "strict key exchange: KEXINIT was not the first packet",
        "the client's key exchange message is malformed", "the client's share is not a valid one", "the client's NEWKEYS has bytes after its number",
        "the client's EXT_INFO is malformed", "a global request is malformed", "hostkeys-prove-00@openssh.com is malformed",
        "more than 64 unknown messages before login",
        "packet ", "a packet of ");

    // ConnectionLost, since the fuzzer hangs up without a word when it is done.
    public IReadOnlyCollection<string> Outcomes { get; } =
    [
        nameof(SshEndReason.ClientClosed), nameof(SshEndReason.ConnectionLost), nameof(SshEndReason.NotSsh), nameof(SshEndReason.UnsupportedVersion),
        nameof(SshEndReason.NoCommonAlgorithm), nameof(SshEndReason.ProtocolError), nameof(SshEndReason.TooManyAttempts),
        nameof(SshEndReason.IntegrityError), .. Reasons.All,
    ];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "ssh-userauth", "ssh-connection", "publickey", "none", "session", "subsystem", "sftp", "echo", "exec", "curve25519-sha256", "ssh-ed25519",
        "/upload/a", "posix-rename@openssh.com", "keepalive@openssh.com", "hostkeys-prove-00@openssh.com", "SSH-2.0-x\r\n",
    ];

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var messages = FuzzFrames.Read(input.Span);
        var stage = messages.Count == 0 ? Stage.Connected : (Stage)(messages[0][0] % 4);
        await using var connection = new InMemoryConnection(pauseAt: 16 * 1024 * 1024);
        var running = connection.RunAsync(_handler.OnConnectedAsync);
        await using (var client = new RawSshClient(connection.Client))
        {
            await ReachAsync(client, stage);
            var reading = client.ReceiveEndAsync();
            try
            {
                foreach (var message in messages.Skip(1))
                {
                    await (stage == Stage.Connected ? client.Transport.SendRawAsync(message) : client.Transport.SendPacketAsync(message));
                }
            }
            catch (PeerClosedException)
            {
                // The report says why.
            }

            await connection.Client.Output.CompleteAsync();
            try
            {
                await reading;
            }
            catch (InvalidDataException) when (stage != Stage.LoggedIn || messages.Exists(message => message[0] == SshMessage.KexInit))
            {
                // The changed session began a key exchange that this client does not follow: it cannot open what comes after.
            }
        }

        var report = await _application.TakeReportAsync(connection.ConnectionId);
        await running;
        return Outcome(report);
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        static byte[] Data(byte[] bytes) => new MessageBuilder(SshMessage.ChannelData).UInt32(0).String(bytes).ToArray();
        static byte[] Sftp(byte type, MessageBuilder body) => Data(new MessageBuilder().String(new MessageBuilder(type).Raw(body.ToArray()).ToArray()).ToArray());
        var kexInit = new RawKexInit { Cookie = new byte[16] };
        var share = new MessageBuilder(SshMessage.KexInitShare).String(new SeededRandom(4).Bytes(32)).ToArray();
        var service = new MessageBuilder(SshMessage.ServiceRequest).String("ssh-userauth").ToArray();
        var none = RawSshClient.AuthenticationRequest("fuzz", "none").ToArray();
        var query = RawSshClient.AuthenticationRequest("fuzz", "publickey").Boolean(false).String("ssh-ed25519").String(FuzzKeys.Ed25519.PublicKey.Blob.Span).ToArray();
        var open = RawSshClient.OpenRequest(0, 1 << 20, 1 << 15);
        byte[] Request(string program) => new MessageBuilder(SshMessage.ChannelRequest).UInt32(0).String("subsystem").Boolean(true).String(program).ToArray();
        var bye = new MessageBuilder(SshMessage.Disconnect).UInt32(11).String("bye").String("").ToArray();
        var keepAlive = new MessageBuilder(SshMessage.GlobalRequest).String("keepalive@openssh.com").Boolean(true).ToArray();
        MessageBuilder Prove(bool wantReply) => new MessageBuilder(SshMessage.GlobalRequest).String("hostkeys-prove-00@openssh.com").Boolean(wantReply);
        var known = FuzzKeys.Ed25519.PublicKey.Blob;
        yield return ("version", Input(Stage.Connected, "SSH-2.0-fuzz\r\n"u8.ToArray()));
        yield return ("version-old", Input(Stage.Connected, "SSH-1.5-fuzz\r\n"u8.ToArray()));
        yield return ("version-http", Input(Stage.Connected, "GET / HTTP/1.1\r\n"u8.ToArray()));
        yield return ("key-exchange", Input(Stage.VersionsExchanged, kexInit.ToPayload(), share, [SshMessage.NewKeys]));
        yield return ("key-exchange-dh", Input(Stage.VersionsExchanged, kexInit.Only("diffie-hellman-group16-sha512").ToPayload(), share));
        yield return ("no-common", Input(Stage.VersionsExchanged, (kexInit with { HostKey = ["ssh-dss"] }).ToPayload()));
        yield return ("bad-share", Input(Stage.VersionsExchanged, kexInit.ToPayload(), new MessageBuilder(SshMessage.KexInitShare).String(new byte[32]).ToArray()));
        yield return ("long-packet", Input(Stage.VersionsExchanged, new byte[40_000]));
        yield return ("authentication", Input(Stage.KeysExchanged, service, none, query, bye));
        yield return ("too-many", Input(Stage.KeysExchanged, [service, .. Enumerable.Repeat(none, 20)]));
        yield return ("unknown", Input(Stage.KeysExchanged, [.. Enumerable.Repeat((byte[])[15, 0, 0, 0, 0], 70)]));
        yield return ("echo", Input(Stage.LoggedIn, open, Request("echo"), Data("hello"u8.ToArray()), keepAlive, [SshMessage.ChannelEof, 0, 0, 0, 0], bye));
        yield return ("prove", Input(
            Stage.LoggedIn,
            Prove(true).String(known.Span).ToArray(),
            Prove(false).String(known.Span).ToArray(),
            Prove(true).String(FuzzKeys.All[1].Key.PublicKey.Blob.Span).ToArray(),
            Prove(true).String(known.Span).String(known.Span).ToArray(),
            Prove(true).ToArray(),
            keepAlive,
            bye));
        yield return ("prove-malformed", Input(Stage.LoggedIn, Prove(true).Raw([0, 0, 0, 51, 1]).ToArray()));
        yield return ("rekey", Input(Stage.LoggedIn, kexInit.ToPayload(), share));
        yield return ("many-channels", Input(Stage.LoggedIn, [.. Enumerable.Repeat(open, 12)]));
        var strict = kexInit.ToPayload();
        yield return ("not-legal", Input(Stage.KeysExchanged, open));
        yield return ("kexinit-cut", Input(Stage.VersionsExchanged, strict[..^1]));
        yield return ("strict-late", Input(Stage.VersionsExchanged, new MessageBuilder(SshMessage.Ignore).String("x").ToArray(), strict));
        yield return ("share-left-over", Input(Stage.VersionsExchanged, strict, [.. share, 0]));
        yield return ("newkeys-left-over", Input(Stage.VersionsExchanged, strict, share, [SshMessage.NewKeys, 0]));
        yield return ("ext-info-cut", Input(Stage.KeysExchanged, [SshMessage.ExtInfo, 0, 0, 0, 1]));
        yield return ("global-cut", Input(Stage.LoggedIn, keepAlive[..^1]));
        yield return ("old-keys", Input(Stage.VersionsExchanged, strict, share, [SshMessage.NewKeys], strict, strict));
        var gcm = kexInit.Only("curve25519-sha256", cipher: "aes256-gcm@openssh.com").ToPayload();
        yield return ("bad-tag", Input(Stage.Connected, "SSH-2.0-fuzz\r\n"u8.ToArray(), Plain(gcm), Plain(share), Plain([SshMessage.NewKeys]), [0, 0, 0, 16, .. new byte[32]]));
        yield return ("packet-length", Input(Stage.Connected, "SSH-2.0-fuzz\r\n"u8.ToArray(), [0, 1, 0, 0, 0]));
        yield return ("packet-padding", Input(Stage.Connected, "SSH-2.0-fuzz\r\n"u8.ToArray(), [0, 0, 0, 12, 12, .. new byte[11]]));
        yield return ("sftp", Input(
            Stage.LoggedIn,
            open,
            Request("sftp"),
            Sftp(SftpPacket.Init, new MessageBuilder().UInt32(3)),
            Sftp(SftpPacket.RealPath, new MessageBuilder().UInt32(0).String(".")),
            Sftp(SftpPacket.Stat, new MessageBuilder().UInt32(1).String("/upload/a")),
            Sftp(SftpPacket.Open, new MessageBuilder().UInt32(2).String("/upload/b").UInt32(0x1A).UInt32(0)),
            Sftp(SftpPacket.Rename, new MessageBuilder().UInt32(3).String("/upload/a").String("/upload/c")),
            Sftp(SftpPacket.Extended, new MessageBuilder().UInt32(4).String("limits@openssh.com")),
            Sftp(SftpPacket.Remove, new MessageBuilder().UInt32(5).String("/upload/c")),
            [SshMessage.ChannelEof, 0, 0, 0, 0],
            [SshMessage.ChannelClose, 0, 0, 0, 0],
            bye));
    }

    public static byte[] AfterVersions(IEnumerable<byte[]> messages) => Input(Stage.VersionsExchanged, [.. messages]);

    public static byte[] AfterKeyExchange(IEnumerable<byte[]> messages) => Input(Stage.KeysExchanged, [.. messages]);

    public static byte[] AfterLogin(IEnumerable<byte[]> messages) => Input(Stage.LoggedIn, [.. messages]);

    // RFC 4253 section 6, before there are keys.
    private static byte[] Plain(byte[] payload)
    {
        var padding = 4 + (8 - ((5 + payload.Length + 4) % 8)) % 8;
        return new MessageBuilder().UInt32((uint)(1 + payload.Length + padding)).Raw([(byte)padding, .. payload, .. new byte[padding]]).ToArray();
    }

    private static byte[] Input(Stage stage, params byte[][] messages) => FuzzFrames.Write([[(byte)stage], .. messages]);

    private static string Outcome(SshConnectionReport report) => report.Reason switch
    {
        SshEndReason.ProtocolError when Reasons.Find(report.Detail) is null
            && (BannerTarget.Reasons.Find(report.Detail) ?? UserAuthTarget.Reasons.Find(report.Detail) ?? ChannelTarget.Reasons.Find(report.Detail)) is not null =>
            nameof(SshEndReason.ProtocolError),
        SshEndReason.ProtocolError or SshEndReason.KeyExchangeFailed or SshEndReason.LimitExceeded => Reasons.Of(report.Detail),
        _ => report.Reason.ToString(),
    };

    private static async Task ReachAsync(RawSshClient client, Stage stage)
    {
        switch (stage)
        {
            case Stage.VersionsExchanged:
                await client.SendVersionAsync();
                await client.ReceiveVersionAsync();
                break;
            case Stage.KeysExchanged:
                await client.HandshakeAsync();
                break;
            case Stage.LoggedIn:
                await client.LogInAsync(FuzzApplication.User, FuzzKeys.Ed25519);
                break;
        }
    }
}
