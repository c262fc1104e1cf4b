using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>An operator puts another certificate in the place of the portal's while the server runs.</summary>
public sealed partial class CertificateTests(PortalServer shared)
{
    [Fact]
    public async Task A_new_certificate_is_shown_without_a_restart_and_one_that_cannot_be_read_is_not()
    {
        await using var server = new PortalServer();
        await server.InitializeAsync();
        var first = await ShownAsync(server);
        using var client = server.Client();
        Assert.Contains(Colons(first), await client.GetStringAsync("/certificates"), StringComparison.Ordinal);

        var second = Renew(server);
        await WaitAsync(async () => await ShownAsync(server) == second);

        // Whoever is connected stays so, and reads what new connections see.
        Assert.Contains(Colons(second), await client.GetStringAsync("/certificates"), StringComparison.Ordinal);

        Put(server, "server.crt", "no certificate at all\n");
        await WaitAsync(async () => await ShownAsync(server) == second && server.Logs.Contains("is not used; connections get the one before", StringComparison.Ordinal));
        using var administrator = await SignUp.WithAsync(server, "--provider", "administrator");
        await administrator.GetAsync("/staff");
        Assert.Contains("a server that runs goes on with the one before, and does not start again", administrator.Page, StringComparison.Ordinal);
        Assert.Contains("failed", await server.RefusedAsync("doctor"), StringComparison.Ordinal);

        var third = Renew(server);
        await WaitAsync(async () => await ShownAsync(server) == third);
    }

    [Fact]
    public async Task The_next_certificate_is_on_the_page_with_its_day_and_in_every_notation()
    {
        await using var server = new PortalServer { Settings = ["""Ftp:Public=[{"Host":"cdr.example.com","Port":21}]"""] };
        await server.InitializeAsync();
        using var client = server.Client();
        var next = JsonDocument.Parse(await server.CommandAsync("certificate", "announce", "--json")).RootElement;
        var page = WebUtility.HtmlDecode(await client.GetStringAsync("/certificates"));
        await WaitAsync(async () => (page = WebUtility.HtmlDecode(await client.GetStringAsync("/certificates"))).Contains("The next certificate, from ", StringComparison.Ordinal));
        Assert.Contains($"The next certificate, from {next.GetProperty("takesOver")} on", page, StringComparison.Ordinal);
        foreach (var name in (string[])["sha256", "sha1", "sha256Small", "sha1Small", "thumbprint"])
        {
            Assert.Contains($"<code data-copy>{next.GetProperty(name)}</code>", page, StringComparison.Ordinal);
        }

        Assert.Contains("cdr.example.com", page, StringComparison.Ordinal);
        Assert.Contains("openssl s_client -connect cdr.example.com:21 -starttls ftp -CAfile root.crt", page, StringComparison.Ordinal);
        Assert.Contains("set ssl:ca-file", page, StringComparison.Ordinal);

        // Sessions go on when it takes over at once.
        var before = await ShownAsync(server);
        await server.CommandAsync("certificate", "renew", "--now", "--yes");
        await WaitAsync(async () => await ShownAsync(server) != before);
        Assert.DoesNotContain("The next certificate", await client.GetStringAsync("/certificates"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_1", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    public async Task Only_TLS_1_2_and_1_3_are_spoken(string version, bool isSpoken)
    {
        var outcome = await ExternalProcess.RunAsync(
            "openssl", ["s_client", "-connect", $"localhost:{shared.Port}", version, "-cipher", "ALL:@SECLEVEL=0", "-CAfile", Path.Combine(shared.Data, "tls", "root.crt"), "-showcerts", "-verify_return_error"], "",
            TimeSpan.FromSeconds(60));
        Assert.Equal(isSpoken, outcome.Output.Contains("Verify return code: 0 (ok)", StringComparison.Ordinal) && outcome.ExitCode == 0);
        Assert.Equal(isSpoken ? 1 : 0, outcome.Output.Split("-----BEGIN CERTIFICATE-----").Length - 1);
    }

    [Fact]
    public async Task The_whole_chain_of_an_operators_own_certificate_is_sent_and_its_root_is_offered()
    {
        using var files = new TemporaryDirectory();
        var now = TimeProvider.System.GetUtcNow();
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority("CN=Own root", rootKey).CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        using var middleKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var middle = Authority("CN=Own middle", middleKey).Create(root, now.AddDays(-1), now.AddDays(20), RandomNumberGenerator.GetBytes(12));
        using var signer = middle.CopyWithPrivateKey(middleKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = Request(key).Create(signer, now.AddDays(-1), now.AddDays(10), RandomNumberGenerator.GetBytes(12));
        var keyFile = files.Write("own.key", key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var file = files.Write("own.crt", $"{own.ExportCertificatePem()}\n{middle.ExportCertificatePem()}\n{root.ExportCertificatePem()}\n");
        var trusted = files.Write("root.crt", root.ExportCertificatePem());
        await using var server = new PortalServer { Settings = [$"Portal:Certificate={file}", $"Portal:CertificateKey={keyFile}", """Ftp:Public=[{"Host":"cdr.example.com","ImplicitTls":true}]"""] };
        await server.InitializeAsync();
        var outcome = await ExternalProcess.RunAsync(
            "openssl", ["s_client", "-connect", $"localhost:{server.Port}", "-CAfile", trusted, "-showcerts", "-verify_return_error"], "", TimeSpan.FromSeconds(60));
        Assert.Contains("Verify return code: 0 (ok)", outcome.Output, StringComparison.Ordinal);
        foreach (var sent in new[] { own, middle })
        {
            Assert.Contains(sent.ExportCertificatePem(), outcome.Output, StringComparison.Ordinal);
        }

        var page = WebUtility.HtmlDecode((await ExternalProcess.RunAsync("curl", ["-q", "-sS", "--cacert", trusted, $"https://localhost:{server.Port}/certificates"])).Output);
        Assert.Contains("openssl s_client -connect cdr.example.com:990 -CAfile root.crt", page, StringComparison.Ordinal);
        Assert.Contains("ftps://cdr.example.com:990/", page, StringComparison.Ordinal);
        Assert.Contains("is your own", await server.RefusedAsync("certificate", "renew"), StringComparison.Ordinal);

        static CertificateRequest Authority(string name, ECDsa key)
        {
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
            return request;
        }
    }

    [Fact]
    public async Task The_root_installed_by_the_steps_of_the_page_is_believed_by_programs_that_were_told_nothing_of_it()
    {
        var port = Ports.Free();
        await using var server = new PortalServer { Settings = [$"Ftp:Listen=127.0.0.1:{port}", $$"""Ftp:Public=[{"Host":"localhost","Port":{{port}}}]"""] };
        await server.InitializeAsync();
        await server.CommandAsync("login", "add", "10042", "--account", "10042");
        var password = (await server.CommandAsync("password", "generate", "10042")).Trim();
        using var client = server.Client();
        var page = WebUtility.HtmlDecode(await client.GetStringAsync("/certificates"));
        var steps = DebianSteps().Match(page).Groups[1].Value;
        Assert.Equal(2, steps.Split('\n').Length);
        using var home = new TemporaryDirectory();
        home.Write("root.crt", await client.GetByteArrayAsync("/tls/root.crt"));

        // The five settings of the guide, with nothing of a file of roots; and programs that have no settings at all. What is trusted here is not elsewhere on this machine.
        home.Write("lftp", $"""
            set ftp:ssl-force yes; set ftp:ssl-protect-data yes; set ftp:ssl-protect-list yes; set ssl:check-hostname yes; set ssl:verify-certificate yes
            set net:max-retries 1; set cmd:fail-exit yes
            open -u 10042,{password} -p {port} ftp://localhost
            cls -1 /
            put sent.bin -o /upload/sent.bin
            mirror /upload mirrored
            get -c /upload/sent.bin -o begun.bin
            """);
        var sent = RandomNumberGenerator.GetBytes(300_000);
        home.Write("sent.bin", sent);

        // What is there of it already is not the same, so that it is not sent again unseen.
        var begun = new byte[sent.Length / 2];
        home.Write("begun.bin", begun);
        home.Write("list.py", $"""
            import ftplib, ssl
            ftp = ftplib.FTP_TLS(context=ssl.create_default_context())
            ftp.connect("localhost", {port}); ftp.login("10042", "{password}"); ftp.prot_p()
            print("\n".join(ftp.nlst("/")))
            """);
        home.Write("all", $"""
            mkdir local certs bin; cp -a /usr/local/share/ca-certificates/. local; cp -a /etc/ssl/certs/. certs
            mount --bind local /usr/local/share/ca-certificates; mount --bind certs /etc/ssl/certs
            printf '#!/bin/sh\nexec "$@"\n' > bin/sudo; chmod +x bin/sudo; export PATH="$PWD/bin:$PATH" HOME="$PWD"
            each() (
                lftp -f lftp > lftp.$1 2>&1 || echo "lftp refuses"
                python3 list.py > python.$1 2>&1 || echo "Python refuses"
                curl -q -sS --ssl-reqd --user '10042:{password}' ftp://localhost:{port}/ > curl.$1 2>&1 || echo "curl refuses"
            )
            each before
            {steps.Replace("\n", "\n            ", StringComparison.Ordinal)}
            each after
            """);
        var outcome = await ExternalProcess.RunAsync("unshare", ["--mount", "sh", "-euc", $"cd {home.FullName}; . ./all"], timeout: TimeSpan.FromSeconds(120));
        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith("lftp refuses\nPython refuses\ncurl refuses\n", outcome.Output, StringComparison.Ordinal);
        Assert.Matches(@"\b[1-9]\d* added", outcome.Output);
        Assert.Equal(3, outcome.Output.Split("refuses").Length - 1);
        foreach (var program in (string[])["lftp", "python", "curl"])
        {
            Assert.Matches("(?i)certificate", await File.ReadAllTextAsync(home.Combine(program + ".before"), TestContext.Current.CancellationToken));
            Assert.Contains("cdr", await File.ReadAllTextAsync(home.Combine(program + ".after"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        Assert.Equal(sent, await File.ReadAllBytesAsync(Path.Combine(server.Data, "vaults", "10042", "upload", "sent.bin"), TestContext.Current.CancellationToken));
        Assert.Equal(sent, await File.ReadAllBytesAsync(home.Combine("mirrored", "sent.bin"), TestContext.Current.CancellationToken));
        byte[] resumed = [.. begun, .. sent[begun.Length..]];
        Assert.Equal(resumed, await File.ReadAllBytesAsync(home.Combine("begun.bin"), TestContext.Current.CancellationToken));
    }

    private static async Task WaitAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            await Task.Delay(250, patience.Token);
        }
    }

    private static async Task<string> ShownAsync(PortalServer server)
    {
        await using var connection = await server.HandshakeAsync(PortalServer.Address());
        using var shown = X509CertificateLoader.LoadCertificate(connection.RemoteCertificate!.GetRawCertData());
        return shown.GetCertHashString(HashAlgorithmName.SHA256);
    }

    [GeneratedRegex("""id="step-Debian".*?<code data-copy>(.*?)</code>""", RegexOptions.Singleline)]
    private static partial Regex DebianSteps();

    private static string Colons(string hash) => string.Join(':', hash.Chunk(2).Select(static two => new string(two)));

    /// <summary>A certificate of the installation's root with another key, put there as renewal programs do; its hash.</summary>
    private static string Renew(PortalServer server)
    {
        using var rootKey = ECDsa.Create();
        rootKey.ImportFromPem(File.ReadAllText(Path.Combine(server.Data, "tls", "root.key")));
        using var root = server.Root.CopyWithPrivateKey(rootKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = Request(key).Create(root, now.AddMinutes(-5), now.AddDays(90), RandomNumberGenerator.GetBytes(12));
        Put(server, "server.key", key.ExportPkcs8PrivateKeyPem());
        Put(server, "server.crt", certificate.ExportCertificatePem());
        return certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }

    private static CertificateRequest Request(ECDsa key)
    {
        var request = new CertificateRequest("CN=renewed", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    private static void Put(PortalServer server, string name, string content)
    {
        var file = Path.Combine(server.Data, "tls", name);
        File.WriteAllText(file + ".new", content);
        File.Move(file + ".new", file, overwrite: true);
    }
}
