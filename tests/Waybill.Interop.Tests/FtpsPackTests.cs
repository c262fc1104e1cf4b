using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>
/// The pack's files for FTP over TLS as they are, each with its own client, against a server of their own: a folder is listed and a file fetched; another root is refused;
/// a renewed certificate changes nothing for them, and drops no session.
/// </summary>
public sealed class FtpsPackTests(FtpsPackTests.FtpsServer ftps) : IClassFixture<FtpsPackTests.FtpsServer>, IDisposable
{
    private const string Alias = "waybill-" + WaybillServer.User;

    private const string Name = "2026-11 calls.csv";

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(100_000);

    /// <summary>One for the tests of this class: they renew its certificate.</summary>
    public sealed class FtpsServer : IAsyncLifetime
    {
        public FtpsServer() => Server = new WaybillServer { Settings = [string.Create(CultureInfo.InvariantCulture, $"Ftp:Listen=127.0.0.1:{Port}")] };

        public int Port { get; } = Ports.Free();

        public WaybillServer Server { get; }

        public string Password { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            Password = (await Server.CommandAsync("password", "generate", WaybillServer.User)).Output.Trim();
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    private string PackFolder => _directory.Combine("my packs", "ü");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Lftp_curl_and_rclone_connect_with_the_files_unchanged_and_refuse_another_root()
    {
        await File.WriteAllBytesAsync(Path.Combine(ftps.Server.Vault, "cdr", Name), _content, TestContext.Current.CancellationToken);
        Directory.CreateDirectory(PackFolder);
        await ftps.Server.CommandAsync(["pack", WaybillServer.User, "--out", PackFolder, .. Public]);

        // A job's password; a person would type it.
        var netrc = _directory.Write(".netrc", $"machine localhost login {WaybillServer.User} password {ftps.Password}\n");
        File.SetUnixFileMode(netrc, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.All(Directory.EnumerateFiles(PackFolder), file => Assert.DoesNotContain(ftps.Password, File.ReadAllText(file), StringComparison.Ordinal));
        await AssertAllAsync(isRight: true);

        // With the next certificate too, since the root is the same; and the one of another installation is refused.
        await ftps.Server.CommandAsync(["certificate", "renew", "--now", "--yes", .. Public]);
        await AssertAllAsync(isRight: true);
        await using var other = new WaybillServer { Settings = [$"Ftp:Listen=127.0.0.1:{Ports.Free()}"] };
        await other.InitializeAsync();
        File.Copy(Path.Combine(other.Data, "tls", "root.crt"), Path.Combine(PackFolder, Alias + "-root.crt"), overwrite: true);
        await AssertAllAsync(isRight: false);
    }

    [Fact]
    public async Task A_session_goes_on_when_the_certificate_changes_and_the_next_handshake_has_the_new_one()
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", ftps.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await AnswerAsync(stream, "220");
        await SayAsync(stream, "AUTH TLS", "234");
        using var root = X509CertificateLoader.LoadCertificateFromFile(ftps.Server.Root);
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck },
        }, TestContext.Current.CancellationToken);
        await SayAsync(tls, "USER " + WaybillServer.User, "331");
        await SayAsync(tls, "PASS " + ftps.Password, "230");
        var before = await ShownAsync();
        Assert.Equal(tls.RemoteCertificate!.GetCertHashString(HashAlgorithmName.SHA256), before);

        await ftps.Server.CommandAsync("certificate", "renew", "--now", "--yes");
        using var patience = new CancellationTokenSource(Time);
        while (await ShownAsync() == before)
        {
            await Task.Delay(100, patience.Token);
        }

        await SayAsync(tls, "NOOP", "200");
        await SayAsync(tls, "PWD", "257");
    }

    [Theory]
    [InlineData("-tls1_1", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    public async Task Only_TLS_1_2_and_1_3_are_spoken(string version, bool isSpoken)
    {
        var outcome = await SClientAsync(version, "-cipher", "ALL:@SECLEVEL=0", "-CAfile", Path.Combine(ftps.Server.Data, "tls", "root.crt"), "-verify_return_error", "-verify_hostname", "localhost");
        Assert.Equal(isSpoken, outcome.Output.Contains("Verify return code: 0 (ok)", StringComparison.Ordinal) && outcome.ExitCode == 0);
    }

    private string[] Public =>
    [
        "--set", "Provider:Name=Interop & Sons", "--set", """Ssh:Public=[{"Host":"localhost","Port":22}]""",
        "--set", string.Create(CultureInfo.InvariantCulture, $$"""Ftp:Public=[{"Host":"localhost","Port":{{ftps.Port}}}]"""),
    ];

    private async Task AssertAllAsync(bool isRight)
    {
        var fetched = _directory.Combine("fetched");
        File.Delete(fetched);
        Check(await RunAsync("lftp", ["--norc", "-c", $"set cmd:fail-exit yes; set net:max-retries 1; source {Alias}-lftp-ftps.lftp; cls -1 /cdr; get \"/cdr/{Name}\" -o \"{fetched}\""]), fetched);

        Check(await RunAsync("sh", [Alias + "-curl-ftps.sh", "/cdr/"]), null);
        var saved = Path.Combine(PackFolder, Uri.EscapeDataString(Name));
        File.Delete(saved);
        var one = await RunAsync("sh", [Alias + "-curl-ftps.sh", "/cdr/" + Uri.EscapeDataString(Name)]);
        Assert.Equal(isRight, one.ExitCode == 0);
        Assert.Equal(isRight, IsWhole(saved));

        var obscured = (await RunAsync("rclone", ["obscure", ftps.Password])).Output.Trim();
        string[] options = ["--config", Alias + "-rclone.conf", "--retries", "1", "--low-level-retries", "1", "--ftp-pass", obscured];
        File.Delete(fetched);
        var listed = await RunAsync("rclone", [.. options, "lsf", Alias + "--ftps:/cdr"]);
        await RunAsync("rclone", [.. options, "copyto", $"{Alias}--ftps:/cdr/{Name}", fetched]);
        Check(listed, fetched);

        void Check(ProcessOutcome outcome, string? file)
        {
            Assert.True(isRight == (outcome.ExitCode == 0), outcome.ToString());
            Assert.True(isRight == outcome.Output.Contains(Name, StringComparison.Ordinal), outcome.ToString());
            Assert.Equal(isRight && file is not null, file is not null && IsWhole(file));
        }
    }

    private bool IsWhole(string file) => File.Exists(file) && _content.AsSpan().SequenceEqual(File.ReadAllBytes(file));

    /// <summary>The fingerprint that a new connection is shown.</summary>
    private async Task<string> ShownAsync()
    {
        var outcome = await SClientAsync();
        using var shown = X509Certificate2.CreateFromPem(outcome.Output);
        return shown.GetCertHashString(HashAlgorithmName.SHA256);
    }

    private Task<ProcessOutcome> SClientAsync(params string[] options) =>
        ExternalProcess.RunAsync("openssl", ["s_client", "-connect", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ftps.Port}"), "-starttls", "ftp", .. options], "", Time);

    private Task<ProcessOutcome> RunAsync(string program, string[] arguments) => ExternalProcess.RunAsync(
        program, arguments, "", Time, workingDirectory: PackFolder,
        environment: new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8", ["HOME"] = _directory.FullName, ["SSL_CERT_FILE"] = program == "rclone" ? Alias + "-root.crt" : null });

    private static async Task SayAsync(Stream stream, string command, string code)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"));
        await AnswerAsync(stream, code);
    }

    private static async Task AnswerAsync(Stream stream, string code)
    {
        using var patience = new CancellationTokenSource(Time);
        var (line, one) = (new StringBuilder(), new byte[1]);
        while (!line.ToString().EndsWith("\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await stream.ReadAsync(one, patience.Token));
            line.Append((char)one[0]);
        }

        Assert.StartsWith(code + " ", line.ToString(), StringComparison.Ordinal);
    }
}
