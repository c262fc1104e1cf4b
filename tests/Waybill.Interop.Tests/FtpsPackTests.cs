using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>
/// The pack's files for FTP over TLS as they are, each with its own client, against a server of their own: a folder is listed and a file fetched; another root is refused;
/// a renewed certificate changes nothing for them, and drops no session.
/// </summary>
public sealed class FtpsPackTests : IAsyncLifetime
{
    private const string Alias = "waybill-" + WaybillServer.User;

    private const string Name = "2026-11 calls.csv";

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(100_000);
    private readonly int _port = Ports.Free();
    private WaybillServer _server = null!;
    private string _password = "";
    private string _pack = "";

    public async ValueTask InitializeAsync()
    {
        _server = new WaybillServer { Settings = [$"Ftp:Listen=127.0.0.1:{_port}"] };
        await _server.InitializeAsync();
        _password = (await _server.CommandAsync("password", "generate", WaybillServer.User)).Output.Trim();
        await File.WriteAllBytesAsync(Path.Combine(_server.Vault, "cdr", Name), _content);
        _pack = Directory.CreateDirectory(_directory.Combine("my packs", "ü")).FullName;
        await _server.CommandAsync(["pack", WaybillServer.User, "--out", _pack, .. Public]);

        // A job's password; a person would type it.
        var netrc = _directory.Write(".netrc", $"machine localhost login {WaybillServer.User} password {_password}\n");
        File.SetUnixFileMode(netrc, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Lftp_curl_and_rclone_connect_with_the_files_unchanged_and_refuse_another_root()
    {
        Assert.All(Directory.EnumerateFiles(_pack), file => Assert.DoesNotContain(_password, File.ReadAllText(file), StringComparison.Ordinal));
        await AssertAllAsync(isRight: true);

        // With the next certificate too, since the root is the same; and the one of another installation is refused.
        await _server.CommandAsync(["certificate", "renew", "--now", "--yes", .. Public]);
        await AssertAllAsync(isRight: true);
        await using var other = new WaybillServer { Settings = [$"Ftp:Listen=127.0.0.1:{Ports.Free()}"] };
        await other.InitializeAsync();
        File.Copy(Path.Combine(other.Data, "tls", "root.crt"), Path.Combine(_pack, Alias + "-root.crt"), overwrite: true);
        await AssertAllAsync(isRight: false);
    }

    [Fact]
    public async Task A_session_goes_on_when_the_certificate_changes_and_the_next_handshake_has_the_new_one()
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        await AnswerAsync(stream, "220");
        await SayAsync(stream, "AUTH TLS", "234");
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost");
        await SayAsync(tls, "USER " + WaybillServer.User, "331");
        await SayAsync(tls, "PASS " + _password, "230");
        var before = await ShownAsync();
        Assert.Equal(tls.RemoteCertificate!.GetCertHashString(HashAlgorithmName.SHA256), before);

        await _server.CommandAsync("certificate", "renew", "--now", "--yes");
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
        var outcome = await SClientAsync(version, "-cipher", "ALL:@SECLEVEL=0", "-CAfile", Path.Combine(_pack, Alias + "-root.crt"), "-verify_return_error", "-verify_hostname", "localhost");
        Assert.Equal(isSpoken, outcome.Output.Contains("Verify return code: 0 (ok)", StringComparison.Ordinal) && outcome.ExitCode == 0);
    }

    private string[] Public =>
    [
        "--set", "Provider:Name=Interop & Sons", "--set", """Ssh:Public=[{"Host":"localhost","Port":22}]""",
        "--set", string.Create(CultureInfo.InvariantCulture, $$"""Ftp:Public=[{"Host":"localhost","Port":{{_port}}}]"""),
    ];

    private async Task AssertAllAsync(bool isRight)
    {
        var fetched = _directory.Combine("fetched");
        File.Delete(fetched);
        Check(await RunAsync("lftp", ["--norc", "-c", $"set cmd:fail-exit yes; set net:max-retries 1; source {Alias}-lftp-ftps.lftp; cls -1 /cdr; get \"/cdr/{Name}\" -o \"{fetched}\""]), fetched);

        Check(await RunAsync("sh", [Alias + "-curl-ftps.sh", "/cdr/"]), null);
        var saved = Path.Combine(_pack, Uri.EscapeDataString(Name));
        File.Delete(saved);
        var one = await RunAsync("sh", [Alias + "-curl-ftps.sh", "/cdr/" + Uri.EscapeDataString(Name)]);
        Assert.Equal(isRight, one.ExitCode == 0);
        Assert.Equal(isRight, File.Exists(saved) && _content.SequenceEqual(await File.ReadAllBytesAsync(saved)));

        var obscured = (await RunAsync("rclone", ["obscure", _password])).Output.Trim();
        string[] options = ["--config", Alias + "-rclone.conf", "--retries", "1", "--low-level-retries", "1", "--ftp-pass", obscured];
        File.Delete(fetched);
        var listed = await RunAsync("rclone", [.. options, "lsf", Alias + "--ftps:/cdr"]);
        await RunAsync("rclone", [.. options, "copyto", $"{Alias}--ftps:/cdr/{Name}", fetched]);
        Check(listed, fetched);

        void Check(ProcessOutcome outcome, string? file)
        {
            Assert.True(isRight == (outcome.ExitCode == 0), outcome.ToString());
            Assert.True(isRight == outcome.Output.Contains(Name, StringComparison.Ordinal), outcome.ToString());
            Assert.Equal(isRight && file is not null, file is not null && File.Exists(file) && _content.SequenceEqual(File.ReadAllBytes(file)));
        }
    }

    /// <summary>The fingerprint that a new connection is shown.</summary>
    private async Task<string> ShownAsync()
    {
        var outcome = await SClientAsync();
        using var shown = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(outcome.Output);
        return shown.GetCertHashString(HashAlgorithmName.SHA256);
    }

    private Task<ProcessOutcome> SClientAsync(params string[] options) =>
        ExternalProcess.RunAsync("openssl", ["s_client", "-connect", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}"), "-starttls", "ftp", .. options], "", Time);

    private Task<ProcessOutcome> RunAsync(string program, string[] arguments) => ExternalProcess.RunAsync(
        program, arguments, "", Time, workingDirectory: _pack,
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
