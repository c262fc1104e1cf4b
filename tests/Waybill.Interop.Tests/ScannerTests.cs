using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Waybill.Interop.Tests.Clients;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>What those see who look at FTP from outside with the usual tools. The server lets active mode be used, so that a bounce would be one.</summary>
public sealed class ScannerTests(ScannerTests.ScannedServer scanned) : IClassFixture<ScannerTests.ScannedServer>
{
    /// <summary>All of testssl takes minutes; <c>tests/soak/run scan</c> sets this.</summary>
    private static readonly bool Everything = Environment.GetEnvironmentVariable("WAYBILL_SOAK_SCAN") == "1";

    /// <summary>A scan is thousands of small programs and connections, on a machine that has other work.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Logs in without TLS, names a port, and asks for a listing there.</summary>
    private const string Naming = """
        import ftplib, sys
        port, user, password, command = sys.argv[1:]
        ftp = ftplib.FTP()
        ftp.connect('localhost', int(port), 60)
        ftp.login(user, password)
        for line in (command, 'LIST'):
            try: print(ftp.sendcmd(line))
            except ftplib.Error as error: print(error)
        ftp.quit()
        """;

    [Fact]
    public async Task Testssl_finds_nothing_above_low_but_that_a_private_root_has_no_revocation_list()
    {
        var report = scanned.Server.Directory.Combine("testssl.json");
        var outcome = await ExternalProcess.RunAsync(
            "testssl",
            [.. Everything ? [] : new[] { "-p", "-s", "-S" }, "-n", "none", "--add-ca", scanned.Server.Root, "--starttls", "ftp", "--jsonfile", report, "--color", "0", "--warnings", "batch", $"localhost:{scanned.Server.FtpPort}"],
            timeout: Patience);
        Assert.True(File.Exists(report), outcome.ToString());
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken));
        var findings = json.RootElement.EnumerateArray().ToDictionary(static each => each.GetProperty("id").GetString()!, static each => each.GetProperty("severity").GetString()!);

        // WARN is what could not be looked at: engines that Debian's openssl lacks; and a session to resume, where its s_client had left before the ticket of TLS 1.3 came.
        Assert.Equal(["cert_revocation HIGH", "engine_problem WARN"], findings
            .Where(static each => each.Value is not ("OK" or "INFO" or "LOW") && each is not { Key: "sessionresumption_ticket" or "sessionresumption_ID", Value: "WARN" })
            .Select(static each => $"{each.Key} {each.Value}").Order(StringComparer.Ordinal));
        string[] looked = ["TLS1_2", "TLS1_3", "cipherlist_NULL", "cert_chain_of_trust", "cert_trust", .. Everything ? ["secure_renego", "CRIME_TLS", "heartbleed", "ROBOT"] : Array.Empty<string>()];
        Assert.All(looked, id => Assert.Equal((id, "OK"), (id, findings.GetValueOrDefault(id))));
    }

    [Fact]
    public async Task Sslscan_finds_TLS_1_2_and_1_3_with_good_ciphers_and_nothing_else()
    {
        var report = XDocument.Parse(await WaybillServer.RequireAsync("sslscan", ["--starttls-ftp", "--timeout=60", "--no-colour", "--xml=-", $"127.0.0.1:{scanned.Server.FtpPort}"]));
        Assert.Equal(["1.2", "1.3"], report.Descendants("protocol").Where(static each => (string?)each.Attribute("enabled") == "1").Select(static each => (string?)each.Attribute("version")).Order(StringComparer.Ordinal));
        Assert.Equal(["acceptable", "strong"], report.Descendants("cipher").Select(static each => (string?)each.Attribute("strength")).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(["0"], report.Descendants("heartbleed").Select(static each => (string?)each.Attribute("vulnerable")).Distinct());
        Assert.Equal("0", (string?)report.Descendants("renegotiation").Single().Attribute("supported"));
        Assert.Equal(["false", "false"], report.Descendants("certificate").Elements().Where(static each => each.Name.LocalName is "self-signed" or "expired").Select(static each => each.Value));
    }

    [Fact]
    public async Task Nmap_finds_no_bounce_no_anonymous_no_plain_login_and_no_known_hole()
    {
        var trace = await NmapAsync(scanned.Server.FtpPort, "ftp-anon", "ftp-bounce", "ftp-syst", "ftp-libopie", "ftp-proftpd-backdoor", "ftp-vsftpd-backdoor", "ftp-vuln-cve2010-4221");

        // They found nothing because they were refused, and not because they did not ask.
        Assert.Contains("530 TLS is required", trace, StringComparison.Ordinal);
        Assert.Contains("PASS IEUser@", trace, StringComparison.Ordinal);
        AssertBounceRefused(trace);
    }

    /// <summary>It logged in, asked for another's port, and was told that this is none of its own.</summary>
    private static void AssertBounceRefused(string trace)
    {
        Assert.Contains("230 Logged in.", trace, StringComparison.Ordinal);
        Assert.Contains("PORT 192,0,2,1,", trace, StringComparison.Ordinal);
        Assert.Contains("504 A data connection goes to your own address", trace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_plain_FTP_is_taken_nmap_logs_in_and_finds_no_bounce_and_no_anonymous_either()
    {
        var trace = await NmapAsync(scanned.PlainPort, "ftp-anon", "ftp-bounce");
        Assert.Contains("PASS IEUser@", trace, StringComparison.Ordinal);

        // The trace shows some lines by sixteen bytes.
        Assert.Contains("530 User name or", trace, StringComparison.Ordinal);
        Assert.DoesNotContain("AUTH TLS", trace, StringComparison.Ordinal);
        AssertBounceRefused(trace);
    }

    [Theory]
    [InlineData("PORT 127,0,0,2,200,1", "127.0.0.2")]
    [InlineData("EPRT |1|192.0.2.1|51201|", "192.0.2.1")]
    public async Task A_port_of_somebody_else_is_refused_and_stands_in_the_audit(string command, string address)
    {
        var said = await WaybillServer.RequireAsync("/usr/bin/python3", ["-c", Naming, string.Create(CultureInfo.InvariantCulture, $"{scanned.PlainPort}"), WaybillServer.User, scanned.Server.Password, command]);
        Assert.Equal(["504 A data connection goes to your own address and a port from 1024 on.", "425 Send EPSV or PASV first."], said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        JsonElement row = default;
        await FtpsTests.WaitForAsync(async () =>
        {
            row = JsonDocument.Parse((await scanned.Server.CommandAsync("audit", "search", "--action", "data-port-refused", "--json")).Output).RootElement.EnumerateArray()
                .FirstOrDefault(each => each.GetProperty("address").GetString() == address && each.GetProperty("detail").GetString()!.Contains("not its own", StringComparison.Ordinal));
            return row.ValueKind == JsonValueKind.Object && row.GetProperty("subject").GetString() == WaybillServer.User;
        });
        Assert.Equal((WaybillServer.User, "refused"), (row.GetProperty("account").GetString(), row.GetProperty("outcome").GetString()));
    }

    /// <summary>Runs scripts of nmap, which must have nothing to report; returns what they and the server said.</summary>
    private async Task<string> NmapAsync(int port, params string[] scripts)
    {
        var report = scanned.Server.Directory.Combine(string.Create(CultureInfo.InvariantCulture, $"nmap-{port}.xml"));
        var trace = await WaybillServer.RequireAsync(
            "nmap",
            [
                "-Pn", "-n", "-p", string.Create(CultureInfo.InvariantCulture, $"{port}"), "--script", string.Join(',', scripts.Select(static script => "+" + script)), "--script-args",
                $"ftp-bounce.username={WaybillServer.User},ftp-bounce.password={scanned.Server.Password},ftp-bounce.checkhost=192.0.2.1", "--script-trace", "-oX", report, "127.0.0.1",
            ]);
        Assert.Equal("", string.Join('\n', XDocument.Load(report, LoadOptions.None).Descendants("script")));
        return trace;
    }

    /// <summary>A server for scanners: its own, since they are told apart from customers by a login from their address in the last day.</summary>
    public sealed class ScannedServer : IAsyncLifetime
    {
        public ScannedServer() => Server = new WaybillServer { Settings = ["Ftp:AllowActive=true", string.Create(CultureInfo.InvariantCulture, $"Ftp:ListenPlain=127.0.0.1:{PlainPort}")] };

        /// <summary>Takes a login without TLS too.</summary>
        public int PlainPort { get; } = Ports.Free();

        public WaybillServer Server { get; }

        public async ValueTask InitializeAsync()
        {
            await Server.InitializeAsync();
            await new FtpsCurl(Server).ListAsync("/");
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
