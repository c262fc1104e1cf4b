using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Waybill.Interop.Tests.Clients;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>What customers of FTPS rely on beyond single files: that another server is not believed, that nobody gets in by guessing, and that sessions end when they should.</summary>
public sealed class FtpsTests(WaybillServer server) : IAsyncLifetime
{
    private const long Huge = 5L << 30;

    /// <summary>The first offset that 32 bits do not hold.</summary>
    private const long Four = 1L << 32;

    /// <summary>The last byte.</summary>
    private static readonly byte[] Mark = [(byte)'Z'];

    /// <summary>tests/soak/run huge: each client with all of it, where ./test has one each way.</summary>
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("WAYBILL_SOAK_HUGE") is not null;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Failures from where nobody has logged in today are soon penalised by their source, as the gate's own tests show; here they come from a customer's.</summary>
    public async ValueTask InitializeAsync() => Assert.Contains("cdr", await new FtpsCurl(server).ListAsync("/"));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_server_that_is_called_by_a_name_that_its_certificate_does_not_hold_is_refused_by_the_client()
    {
        // It answers there too, with the same certificate.
        const string Elsewhere = "127.0.0.2";
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => new FtpsLftp(server) { Host = Elsewhere }.ScriptAsync("cls /"));
        Assert.Contains("certificate", refused.Message, StringComparison.OrdinalIgnoreCase);
        InteropClient[] others = [new FtpsCurl(server) { Host = Elsewhere }, new FtpsRclone(server) { Host = Elsewhere }, new FtpLib(server) { Host = Elsewhere }, new BasicFtp(server) { Host = Elsewhere }];
        foreach (var client in others)
        {
            refused = await Assert.ThrowsAsync<InvalidOperationException>(() => client.ListAsync("/cdr")!);
            Assert.Matches("(?i)certificate|does not match|altnames", refused.Message);
        }
    }

    [Fact]
    public async Task Empty_files_of_a_client_that_begins_tls_before_150_arrive_one_after_the_other()
    {
        await new BasicFtp(server).PutOftenAsync(server.Directory.Write("nothing", []), "/upload/nothing-");
        Assert.Equal(100, Directory.GetFiles(Path.Combine(server.Vault, "upload"), "nothing-*").Length);
    }

    [Fact]
    public async Task A_server_whose_certificate_is_signed_by_another_root_is_refused_by_the_client()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Another root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        using var another = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var root = server.Directory.Combine("another-root.crt");
        await File.WriteAllTextAsync(root, another.ExportCertificatePem(), TestContext.Current.CancellationToken);
        InteropClient[] clients = [new FtpsLftp(server) { Root = root }, new FtpsCurl(server) { Root = root }, new FtpsRclone(server) { Root = root }, new FtpLib(server) { Root = root }, new BasicFtp(server) { Root = root }];
        foreach (var client in clients)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetAsync("/cdr/nothing.csv", server.Directory.Combine("nothing.csv")));
            Assert.Matches("(?i)certificate|not trusted|issuer", client.LastErrorOutput);
        }
    }

    [Fact]
    public async Task A_pinned_fingerprint_lets_in_and_a_wrong_one_does_not()
    {
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(server.Data, "tls", "server.crt"));
        var fingerprint = string.Join(':', certificate.GetCertHash(HashAlgorithmName.SHA1).Select(part => part.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));
        var nobody = server.Directory.Write("no-root.crt", []);
        await new FtpsLftp(server) { Root = nobody, More = $"set ssl:verify-certificate/{fingerprint} no;" }.ScriptAsync("cls /");
        var wrong = fingerprint[..^2] + (fingerprint.EndsWith("00", StringComparison.Ordinal) ? "01" : "00");
        await Assert.ThrowsAsync<InvalidOperationException>(() => new FtpsLftp(server) { Root = nobody, More = $"set ssl:verify-certificate/{wrong} no;" }.ScriptAsync("cls /"));

        var pin = "sha256//" + Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        await new FtpsCurl(server) { More = ["--pinnedpubkey", pin] }.ListAsync("/cdr");
        await Assert.ThrowsAsync<InvalidOperationException>(() => new FtpsCurl(server) { More = ["--pinnedpubkey", "sha256//" + Convert.ToBase64String(new byte[32])] }.ListAsync("/cdr"));
    }

    [Fact]
    public async Task Without_tls_nobody_logs_in_and_staff_read_why()
    {
        await server.CommandAsync("login", "add", "31201", "--account", WaybillServer.User);
        var password = (await server.CommandAsync("password", "generate", "31201")).Output.Trim();
        var plain = await ExternalProcess.RunAsync("curl", ["-q", "-sS", "--user", $"31201:{password}", $"ftp://127.0.0.1:{server.FtpPort}/"]);
        Assert.NotEqual(0, plain.ExitCode);
        Assert.DoesNotContain("cdr", plain.Output, StringComparison.Ordinal);
        await WaitForAsync(async () => (await server.CommandAsync("audit", "search", "--action", "login-refused")).Output.Contains("set to plain FTP", StringComparison.Ordinal));
        Assert.DoesNotContain(password, (await server.CommandAsync("audit", "search")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staff_read_that_a_program_sends_passwords_in_another_encoding()
    {
        await server.CommandAsync("login", "add", "31209", "--account", WaybillServer.User);
        var refused = await ExternalProcess.RunAsync(
            "/usr/bin/python3",
            [
                "-c",
                """
                import ftplib, ssl, sys
                ftp = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=sys.argv[2]), encoding='latin-1')
                ftp.connect('localhost', int(sys.argv[1]))
                try: ftp.login('31209', 'sieben gr\u00fcne V\u00f6gel')
                except ftplib.error_perm as error: print(error)
                """,
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{server.FtpPort}"), server.Root,
            ]);
        Assert.StartsWith("530 ", refused.Output, StringComparison.Ordinal);
        await WaitForAsync(async () => (await server.CommandAsync("audit", "search", "--action", "login-refused")).Output.Contains("not in UTF-8", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wrong_passwords_lock_their_source_in_words_and_staff_unlock_it()
    {
        await server.CommandAsync("login", "add", "31202", "--account", WaybillServer.User);
        var password = (await server.CommandAsync("password", "generate", "31202")).Output.Trim();
        var (right, wrong) = (new FtpsCurl(server) { User = "31202", Password = password }, new FtpsCurl(server) { User = "31202", Password = "seven green tortoises" });
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => wrong.ListAsync("/"));
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => right.ListAsync("/"));
        var why = (await server.CommandAsync("why", "31202")).Output;
        Assert.Contains("5 wrong passwords came from 127.0.0.1", why, StringComparison.Ordinal);
        Assert.Contains("gave the wrong password for `31202`", why, StringComparison.Ordinal);
        Assert.Contains("password unlock 31202", why, StringComparison.Ordinal);
        await server.CommandAsync("password", "unlock", "31202");
        Assert.Contains("cdr", await right.ListAsync("/"));
        Assert.Contains("127.0.0.1", (await server.CommandAsync("audit", "search", "--action", "password-locked")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_is_listed_with_its_tls_and_ends_when_its_password_is_removed()
    {
        await server.CommandAsync("login", "add", "31203", "--account", WaybillServer.User);
        var password = (await server.CommandAsync("password", "generate", "31203")).Output.Trim();
        var source = server.Directory.Write("slow.bin", RandomNumberGenerator.GetBytes(60_000_000));
        await using var upload = new FtpsLftp(server) { User = "31203", Password = password }.StartSlowPut(source, "/upload/slow.bin");
        JsonElement session = default;
        await WaitForAsync(async () =>
        {
            session = JsonDocument.Parse((await server.CommandAsync("sessions", "--json")).Output).RootElement.EnumerateArray().FirstOrDefault(static each => each.GetProperty("user").GetString() == "31203");
            return session.ValueKind == JsonValueKind.Object;
        });
        Assert.Equal(("ftps", "password"), (session.GetProperty("protocol").GetString(), session.GetProperty("key").GetString()));
        Assert.StartsWith("TLSv1.", session.GetProperty("algorithms").GetString(), StringComparison.Ordinal);
        await Transfers.WaitForTemporaryAsync(Path.Combine(server.Vault, "upload"), 1);
        await server.CommandAsync("password", "remove", "31203");
        await WaitForAsync(async () => !(await server.CommandAsync("sessions", "--json")).Output.Contains("\"31203\"", StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(server.Vault, "upload", "slow.bin")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => new FtpsCurl(server) { User = "31203", Password = password }.ListAsync("/"));
    }

    public static TheoryData<string> ThoseThatMoveAll => IsFull ? ["ftps-lftp", "ftps-curl", "ftps-rclone", "ftps-ftplib", "ftps-basic-ftp"] : ["ftps-curl"];

    [Theory]
    [MemberData(nameof(ThoseThatMoveAll))]
    public async Task Five_gibibytes_with_holes_go_up_and_down_again(string client)
    {
        var driver = InteropTable.Clients[client](server);
        var name = $"whole-{client}.bin";
        var source = WithHoles(server.Directory.Combine(name));
        await driver.PutAsync(source, "/upload/" + name);
        var there = Path.Combine(server.Vault, "upload", name);
        AssertMarks(there);
        File.Delete(source);
        await driver.GetAsync("/upload/" + name, source);
        AssertMarks(source);
        File.Delete(there);
        File.Delete(source);
    }

    [Fact]
    public async Task Rclone_which_begins_anew_each_time_reads_five_gibibytes_from_where_it_likes()
    {
        var there = WithHoles(Path.Combine(server.Vault, "upload", "read-rclone.bin"));
        var client = new FtpsRclone(server);
        Assert.Equal("\0<>\0", await client.ReadFromAsync("/upload/read-rclone.bin", Four - 2, 4));
        Assert.Equal("\0Z", await client.ReadFromAsync("/upload/read-rclone.bin", Huge - 2, 4));
        File.Delete(there);
    }

    public static TheoryData<string> ThoseThatResume => IsFull ? ["ftps-lftp", "ftps-curl", "ftps-ftplib", "ftps-basic-ftp"] : ["ftps-lftp"];

    [Theory]
    [MemberData(nameof(ThoseThatResume))]
    public async Task What_is_missing_at_the_end_of_five_gibibytes_is_sent_and_fetched_alone(string client)
    {
        const int Rest = 300_000;
        var driver = InteropTable.Clients[client](server);
        var (name, end) = ($"huge-{client}.bin", RandomNumberGenerator.GetBytes(Rest));
        var whole = WithHoles(server.Directory.Combine(name), end);
        var there = WithHoles(Path.Combine(server.Vault, "upload", name), end, cut: Rest);
        await driver.ResumePutAsync(whole, "/upload/" + name)!;
        AssertMarks(there, end);

        // The other way; the beginning is not the same, so that it is not sent again unseen.
        using (var fresh = File.OpenWrite(there))
        {
            fresh.WriteByte(1);
        }

        var fetched = WithHoles(server.Directory.Combine("fetched-" + name), end, cut: Rest);
        await driver.ResumeGetAsync("/upload/" + name, fetched)!;
        AssertMarks(fetched, end);
        foreach (var file in (string[])[whole, there, fetched])
        {
            File.Delete(file);
        }
    }

    /// <summary>A file that takes little room on the disk: holes, two marks where a number of 32 bits ends, and what stands at the end.</summary>
    private static string WithHoles(string path, byte[]? end = null, int cut = 0)
    {
        end ??= Mark;
        using var file = File.Create(path);
        file.Position = Four - 1;
        file.Write("<>"u8);
        file.Position = Huge - end.Length;
        file.Write(end);
        file.SetLength(Huge - cut);
        return path;
    }

    /// <summary>All that <see cref="WithHoles"/> wrote is where it was, and nowhere else around there.</summary>
    private static void AssertMarks(string path, byte[]? end = null)
    {
        end ??= Mark;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Assert.Equal(Huge, file.Length);
        Assert.Equal("\0\0\0\0"u8.ToArray(), Read(0, 4));
        Assert.Equal("\0<>\0"u8.ToArray(), Read(Four - 2, 4));
        Assert.True(end.AsSpan().SequenceEqual(Read(Huge - end.Length, end.Length)), $"{path} ends otherwise");

        byte[] Read(long offset, int count)
        {
            file.Position = offset;
            var there = new byte[count];
            file.ReadExactly(there);
            return there;
        }
    }

    [Fact]
    public async Task A_password_of_another_server_logs_in_and_is_then_hashed_as_ours()
    {
        const string Password = "seven green tortoises";
        await server.CommandAsync("login", "add", "31204", "--account", WaybillServer.User);
        var hashes = server.Directory.Combine("hashes");
        await File.WriteAllTextAsync(hashes, "31204:$6$saltsalt$UqV7iIIJA.w6RbC0h94QVyK.GGYQ7v0dH4b.4FuogeT62iaQVSpwHZUgp4/zjxHwisfn8Ney5T8Hj8utl9W/S0\n", TestContext.Current.CancellationToken);
        await server.CommandAsync("password", "import", hashes);
        Assert.Contains("cdr", await new FtpsCurl(server) { User = "31204", Password = Password }.ListAsync("/"));
        Assert.Contains("of another server, hashed anew", (await server.CommandAsync("password", "show", "31204")).Output, StringComparison.Ordinal);
        Assert.Contains("cdr", await new FtpsLftp(server) { User = "31204", Password = Password }.ListAsync(""));
    }

    internal static async Task WaitForAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            await Task.Delay(100, patience.Token);
        }
    }
}
