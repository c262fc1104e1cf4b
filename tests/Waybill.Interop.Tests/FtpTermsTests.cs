using System.Globalization;
using System.Text.Json;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>What holds for single logins over FTP, on a server that takes plain FTP too and stands behind a router: whose uploads may be cut, who must use TLS and from when on.</summary>
public sealed class FtpTermsTests(FtpTermsTests.PlainServer plain) : IClassFixture<FtpTermsTests.PlainServer>
{
    /// <summary>Logs in by TLS, says a name, sends a file, and ends the connection of it without close_notify, as some old programs do.</summary>
    private const string Cutting = """
        import ftplib, socket, ssl, sys
        port, root, user, password, name, path = sys.argv[1:]
        ftp = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=root))
        ftp.connect('localhost', int(port))
        ftp.login(user, password)
        print('in', flush=True)
        sys.stdin.readline()
        ftp.prot_p()
        ftp.sendcmd('CLNT ' + name)
        data = ftp.transfercmd('STOR ' + path)
        data.sendall(b'a,b\n' * 1000)
        data.shutdown(socket.SHUT_WR)
        try: print(ftp.voidresp())
        except ftplib.Error as error: print(error)
        """;

    /// <summary>Logs in without TLS, says what it is only then, and waits to be told something.</summary>
    private const string Waiting = """
        import ftplib, sys
        port, user, password = sys.argv[1:]
        ftp = ftplib.FTP()
        ftp.connect('localhost', int(port), 60)
        ftp.login(user, password)
        print(ftp.sendcmd('CLNT OldProg 1.2'), flush=True)
        print(ftp.getline())
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public sealed class PlainServer : IAsyncLifetime
    {
        public PlainServer() => Server = new WaybillServer
        {
            Settings = [string.Create(CultureInfo.InvariantCulture, $"Ftp:ListenPlain=127.0.0.1:{Port}"), "Ftp:PassiveAddress=127.0.0.1", """Ftp:LenientClients=["OldBilling/"]"""],
        };

        /// <summary>Takes both.</summary>
        public int Port { get; } = Ports.Free();

        public WaybillServer Server { get; }

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    [Fact]
    public async Task Who_comes_without_TLS_is_listed_and_from_the_day_on_only_TLS_gets_in_on_the_same_port()
    {
        var (user, password) = await LoginAsync("31301");
        Assert.Contains("cdr", (await CurlAsync(user, password)).Output, StringComparison.Ordinal);
        JsonElement row = default;
        await FtpsTests.WaitForAsync(async () =>
        {
            row = JsonDocument.Parse((await plain.Server.CommandAsync("login", "plain", "--json")).Output).RootElement.EnumerateArray().FirstOrDefault(each => each.GetProperty("userName").GetString() == user);
            return row.ValueKind == JsonValueKind.Object;
        });
        Assert.Equal(("127.0.0.1", WaybillServer.User), (row.GetProperty("from").GetString(), row.GetProperty("account").GetString()));

        // A day ahead changes nothing yet.
        await plain.Server.CommandAsync("login", "ftp", user, "--tls-from", "2099-01-01");
        Assert.Equal(0, (await CurlAsync(user, password)).ExitCode);
        await using var before = ExternalProcess.Start("/usr/bin/python3", ["-c", Waiting, string.Create(CultureInfo.InvariantCulture, $"{plain.Port}"), user, password]);
        await before.WaitForTextAsync("200 ", Patience);
        Assert.Contains("OldProg 1.2", (await plain.Server.CommandAsync("sessions", "--json")).Output, StringComparison.Ordinal);
        await FtpsTests.WaitForAsync(async () => (await plain.Server.CommandAsync("login", "plain")).Output.Contains("OldProg 1.2", StringComparison.Ordinal));
        Assert.Contains("OldProg 1.2", (await plain.Server.CommandAsync("password", "show", user)).Output, StringComparison.Ordinal);
        await plain.Server.CommandAsync("login", "ftp", user, "--tls-from", "2026-01-01");
        Assert.Contains("421 Your login must use TLS since 2026-01-01 00:00 UTC. Set your program to explicit FTP over TLS", (await before.WaitForExitAsync(Patience)).Output, StringComparison.Ordinal);
        await FtpsTests.WaitForAsync(async () => (await plain.Server.CommandAsync("audit", "search", "--actor", user, "--action", "connection-ended")).Output.Contains("OldProg 1.2", StringComparison.Ordinal));
        var refused = await CurlAsync(user, password);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.DoesNotContain("cdr", refused.Output, StringComparison.Ordinal);
        Assert.Contains("cdr", (await CurlAsync(user, password, "--ssl-reqd", "--cacert", plain.Server.Root)).Output, StringComparison.Ordinal);
        await FtpsTests.WaitForAsync(async () => (await plain.Server.CommandAsync("why", user)).Output.Contains("TLS", StringComparison.Ordinal));
        await plain.Server.CommandAsync("login", "ftp", user, "--tls-optional");
        Assert.Equal(0, (await CurlAsync(user, password)).ExitCode);
    }

    [Fact]
    public async Task An_upload_without_close_notify_counts_for_a_lenient_login_or_program_alone_and_is_flagged()
    {
        var (user, password) = await LoginAsync("31302");
        Assert.DoesNotContain("226", await CutAsync(user, password, "lftp/4.9", "/upload/strict.csv"), StringComparison.Ordinal);
        Assert.False(File.Exists(OnDisk("strict.csv")));

        Assert.StartsWith("226", await CutAsync(user, password, "OldBilling/2.1", "/upload/by-program.csv"), StringComparison.Ordinal);
        Assert.True(await IsUncleanAsync("/upload/by-program.csv"));

        await plain.Server.CommandAsync("login", "ftp", user, "--unclean-uploads", "accept");
        Assert.StartsWith("226", await CutAsync(user, password, "lftp/4.9", "/upload/by-login.csv"), StringComparison.Ordinal);
        Assert.True(await IsUncleanAsync("/upload/by-login.csv"));
        var source = plain.Server.Directory.Write("clean.csv", new byte[4000]);
        var put = await ExternalProcess.RunAsync("curl", ["-q", "-sS", "--ssl-reqd", "--cacert", plain.Server.Root, "--user", $"{user}:{password}", "-T", source, $"ftp://localhost:{plain.Port}/upload/clean.csv"]);
        Assert.True(put.ExitCode == 0, put.ToString());
        Assert.False(await IsUncleanAsync("/upload/clean.csv"));

        await plain.Server.CommandAsync("login", "ftp", user, "--unclean-uploads", "refuse");
        await plain.Server.CommandAsync("account", "ftp", WaybillServer.User, "--unclean-uploads", "accept");
        Assert.StartsWith("226", await CutAsync(user, password, "lftp/4.9", "/upload/by-account.csv"), StringComparison.Ordinal);
        Assert.True(await IsUncleanAsync("/upload/by-account.csv"));

        // What is taken back holds at once, also for who has logged in before.
        await using (var open = ExternalProcess.Start(
            "/usr/bin/python3", ["-c", Cutting, string.Create(CultureInfo.InvariantCulture, $"{plain.Port}"), plain.Server.Root, user, password, "lftp/4.9", "/upload/late.csv"]))
        {
            await open.WaitForTextAsync("in\n", Patience);
            await plain.Server.CommandAsync("account", "ftp", WaybillServer.User, "--unclean-uploads", "refuse");
            await open.StandardInput.WriteLineAsync();
            await open.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain("226", (await open.WaitForExitAsync(Patience)).Output, StringComparison.Ordinal);
            Assert.False(File.Exists(OnDisk("late.csv")));
        }

        Assert.DoesNotContain("226", await CutAsync(user, password, "lftp/4.9", "/upload/again.csv"), StringComparison.Ordinal);
        Assert.False(File.Exists(OnDisk("again.csv")));
    }

    [Fact]
    public async Task PASV_tells_the_address_outside_of_the_router()
    {
        var (user, password) = await LoginAsync("31303");
        await using var outside = new WaybillServer { Settings = ["Ftp:PassiveAddress=192.0.2.7"] };
        await outside.InitializeAsync();
        Assert.Contains("PASV (192,0,2,7,", await SayAsync(outside.FtpPort, outside.Root, WaybillServer.User, outside.Password), StringComparison.Ordinal);
        Assert.Contains("PASV (127,0,0,1,", await SayAsync(plain.Port, plain.Server.Root, user, password), StringComparison.Ordinal);

        static async Task<string> SayAsync(int port, string root, string user, string password) => (await ExternalProcess.RunAsync(
            "/usr/bin/python3",
            [
                "-c",
                """
                import ftplib, ssl, sys
                port, root, user, password = sys.argv[1:]
                ftp = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=root))
                ftp.connect('localhost', int(port))
                ftp.login(user, password)
                ftp.prot_p()
                print('PASV ' + ftp.sendcmd('PASV').split(' ')[-1])
                """,
                string.Create(CultureInfo.InvariantCulture, $"{port}"), root, user, password,
            ])).Output;
    }

    private string OnDisk(string name) => Path.Combine(plain.Server.Vault, "upload", name);

    private async Task<(string User, string Password)> LoginAsync(string user)
    {
        await plain.Server.CommandAsync("login", "add", user, "--account", WaybillServer.User);
        return (user, (await plain.Server.CommandAsync("password", "generate", user)).Output.Trim());
    }

    private Task<ProcessOutcome> CurlAsync(string user, string password, params string[] options) =>
        ExternalProcess.RunAsync("curl", ["-q", "-sS", "--list-only", .. options, "--user", $"{user}:{password}", $"ftp://localhost:{plain.Port}/"]);

    private async Task<string> CutAsync(string user, string password, string name, string path)
    {
        var outcome = await ExternalProcess.RunAsync(
            "/usr/bin/python3", ["-c", Cutting, string.Create(CultureInfo.InvariantCulture, $"{plain.Port}"), plain.Server.Root, user, password, name, path]);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        return outcome.Output["in\n".Length..];
    }

    private async Task<bool> IsUncleanAsync(string path) => JsonDocument.Parse((await plain.Server.CommandAsync("files", "list", WaybillServer.User, "--json")).Output).RootElement.EnumerateArray()
        .Single(each => each.GetProperty("path").GetString() == path).GetProperty("unclean").GetBoolean();
}
