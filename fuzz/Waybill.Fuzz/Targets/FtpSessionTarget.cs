using System.Globalization;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Ftp.Hosting;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Storage;

namespace Waybill.Fuzz.Targets;

/// <summary>
/// A whole session of FTP without TLS: commands in any order. Each line must be answered by exactly one final reply (ProFTPD #2003), nothing may be left open, and
/// nothing may change where the login has no right.
/// </summary>
internal sealed class FtpSessionTarget : IFuzzTarget
{
    private static readonly SslStreamCertificateContext Certificate = MakeCertificate();

    private static readonly FtpServerOptions Options = new()
    {
        Certificate = static () => Certificate,
        Mode = FtpMode.PlainAllowed,
        AllowActive = true,
        PassivePorts = new FtpPortRange(30_000, 31_999),
        Limits = new FtpLimits { DataConnectTime = TimeSpan.FromMilliseconds(1), UnknownCommands = 6 },
    };

    public string Name => "ftp-session";

    public int Inputs => 3_200;

    public IReadOnlyCollection<string> Outcomes { get; } =
        [nameof(FtpEndReason.ClientClosed), "Quit", nameof(FtpEndReason.ConnectionLost), nameof(FtpEndReason.ProtocolError), nameof(FtpEndReason.NotFtp), nameof(FtpEndReason.InjectedBytes), nameof(FtpEndReason.TlsFailed), nameof(FtpEndReason.TooManyAttempts)];

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "USER u\r\nPASS p\r\n", "AUTH TLS\r\n", "EPSV\r\n", "EPSV ALL\r\n", "PASV\r\n", "PORT 127,0,0,1,200,1\r\n", "RETR a\r\n", "STOR x\r\n", "APPE a\r\n", "STOU\r\n", "LIST\r\n", "MLSD\r\n", "NLST -a\r\n",
        "REST 3\r\n", "RNFR a\r\n", "RNTO b\r\n", "DELE a\r\n", "CWD d\r\n", "CDUP\r\n", "MKD x\r\n", "RMD x\r\n", "ABOR\r\n", "STAT /\r\n", "MLST a\r\n", "MFMT 20240101000000 a\r\n", "HASH a\r\n", "QUIT\r\n", "..",
        "/secret/s", "/upload/", "GET / HTTP/1.1\r\n", "TYPE A\r\n", "OPTS MLST type;\r\n", "ALLO 5\r\n", "\u00ff\u00f4", "\r\n",
    ];

    public async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var application = new Application();
        var handler = new FtpConnectionHandler(Options, application, TimeProvider.System, NullLoggerFactory.Instance);
        await using var connection = new InMemoryConnection();
        var running = connection.RunAsync(handler.OnConnectedAsync);
        var replies = ReadAsync(connection.Client.Input);
        await connection.Client.Output.WriteAsync(input);
        await connection.Client.Output.CompleteAsync();
        await running;
        var report = application.Report ?? throw new InvalidOperationException("There is no report.");
        Judge(report, await replies, input.Span);
        if (application.Store.OpenFiles != 0 || !application.IsUnchanged)
        {
            throw new InvalidOperationException("A file is open or changed that must not be.");
        }

        return report.Detail.Contains("QUIT", StringComparison.Ordinal) && report.Reason == FtpEndReason.ClientClosed && report.Commands.Any(count => count.Verb == "QUIT") ? "Quit" : report.Reason.ToString();
    }

    public IEnumerable<(string Name, byte[] Input)> Record()
    {
        const string Login = "USER u\r\nPASS p\r\n";
        (string Name, string Text)[] inputs =
        [
            ("nothing", ""), ("quit", "QUIT\r\n"), ("login", Login + "SYST\r\nFEAT\r\nPWD\r\nQUIT\r\n"), ("left", Login + "NOOP\r\n"), ("cut", Login + "NOO"), ("wrong", "USER u\nPASS x\nUSER u\nPASS x\nUSER u\nPASS x\n"),
            ("unknown", "A\r\nB\r\nC\r\nD\r\nE\r\nF\r\nG\r\n"), ("tls", "AUTH TLS\r\n"), ("http", "GET / HTTP/1.1\r\n"), ("injected", "AUTH TLS\r\nUSER u\r\n"), ("early", "LIST\r\nRETR a\r\nRNTO b\r\nPASS p\r\nPROT P\r\nCCC\r\n"),
            ("names", Login + "CWD d\r\nMKD x\r\nRMD x\r\nCDUP\r\nRNFR a\r\nRNTO b\r\nDELE b\r\nSIZE secret/s\r\nMLST /\r\nSTAT /\r\n"),
            ("transfers", Login + "EPSV\r\nLIST\r\nPASV\r\nREST 3\r\nRETR a\r\nEPSV\r\nSTOR upload/x\r\nABOR\r\nEPSV ALL\r\nPASV\r\nEPSV 1\r\nNLST\r\nQUIT\r\n"),
            ("active", Login + "PORT 127,0,0,1,0,1\r\nEPRT |1|127.0.0.1|1|\r\nPORT 8,8,8,8,200,1\r\nLIST\r\n"),
            ("facts", Login + "OPTS MLST size;\r\nMFMT 20240101000000 a\r\nMFF Modify=20240101000000; a\r\nMDTM a\r\nHASH a\r\nXSHA256 a\r\nTYPE A\r\nMODE S\r\nSTRU F\r\nALLO 9\r\n"),
        ];
        return inputs.Select(input => (input.Name, Encoding.Latin1.GetBytes(input.Text)));
    }

    private static SslStreamCertificateContext MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return SslStreamCertificateContext.Create(new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1)), null, offline: true);
    }

    private static async Task<string> ReadAsync(PipeReader reader)
    {
        using var text = new StreamReader(reader.AsStream(), Encoding.UTF8);
        try
        {
            return await text.ReadToEndAsync();
        }
        catch (IOException)
        {
            // Aborted, as a connection is that speaks another protocol.
            return "";
        }
    }

    // One final reply for each line, after the greeting. Where the server ends the session it may say so once more, and what stands behind is not read.
    private static void Judge(FtpConnectionReport report, string text, ReadOnlySpan<byte> input)
    {
        if (report.Reason is FtpEndReason.NotFtp or FtpEndReason.InjectedBytes)
        {
            return;
        }

        var finals = Finals(text) - 1;
        var lines = input.Count((byte)'\n');
        var isAllRead = report.Reason is FtpEndReason.ClientClosed or FtpEndReason.ConnectionLost && report.Commands.All(count => count.Verb != "QUIT");

        // A connection that is lost during a transfer owes its final reply.
        var mayMiss = report.Reason == FtpEndReason.ConnectionLost ? 1 : 0;
        if (isAllRead ? finals != lines && finals != lines - mayMiss : finals > lines + 1)
        {
            throw new InvalidOperationException($"{lines} lines got {finals} final replies, and the end was {report.Reason}: {report.Detail}.\n{text}");
        }
    }

    private static int Finals(string text)
    {
        var finals = 0;
        string? open = null;
        foreach (var line in text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (open is not null && !line.StartsWith(open, StringComparison.Ordinal))
            {
                if (!line.StartsWith(' '))
                {
                    throw new InvalidOperationException($"'{line}' stands in the middle of a reply.");
                }

                continue;
            }

            if (line.Length < 4 || !int.TryParse(line[..3], NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code is < 100 or > 559 || line.Any(char.IsControl))
            {
                throw new InvalidOperationException($"'{line}' is no reply.");
            }

            open = line[3] == '-' ? line[..3] + ' ' : null;
            finals += open is null && code >= 200 ? 1 : 0;
        }

        return finals;
    }

    private sealed class Application : IFtpApplication, IFtpLogin, IFileJournal
    {
        private readonly string[] _before;

        public Application()
        {
            Store.AddFile("/a", "0123456789"u8);
            Store.AddFile("/reports/x", "report"u8);
            Store.AddFile("/secret/s", "secret"u8);
            Store.AddDirectory("/d");
            Store.AddDirectory("/upload");
            _before = Protected();
        }

        public MemoryFileStore Store { get; } = new();

        public FtpConnectionReport? Report { get; private set; }

        public bool IsUnchanged => _before.SequenceEqual(Protected());

        public CancellationToken Kicked => CancellationToken.None;

        public string OwnerName => "u";

        public IAccessRules Rules { get; } = new FolderRules().With("/reports", FileRights.ReadOnly).With("/secret", FileRights.None);

        public IFileJournal Journal => this;

        public VaultPath StartDirectory => VaultPath.Root;

        public ValueTask<bool> AcceptsUncleanUploadsAsync(CancellationToken cancellationToken) => new(false);

        public ValueTask<bool> MayUsePlainAsync(FtpConnectionInfo connection, string user, CancellationToken cancellationToken) => new(true);

        public ValueTask<IFtpLogin?> LogInAsync(FtpConnectionInfo connection, string user, string password, CancellationToken cancellationToken) => new(user == "u" && password == "p" ? this : null);

        public ValueTask ConnectionEndedAsync(FtpConnectionReport report)
        {
            Report = Report is null ? report : throw new InvalidOperationException("The connection ended twice.");
            return ValueTask.CompletedTask;
        }

        public StoreResult<IFileStore> OpenStore() => new(StoreError.None, Store);

        public ValueTask<StoreError> RecordAsync(FileEvent fileEvent) => new(StoreError.None);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private string[] Protected() => [.. Store.Paths.Where(path => path.StartsWith("/reports", StringComparison.Ordinal) || path.StartsWith("/secret", StringComparison.Ordinal))];
    }
}
