using System.Net;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Tls;

/// <summary>Data connections that must resume the TLS session of their control connection (docs/decisions/0012).</summary>
public sealed class RequiredReuseTests : IDisposable
{
    /// <summary>Fetches a file over the port of one session: with that session's TLS session, with none, and with the one of another session of the same login.</summary>
    private const string Thief = """
        import ftplib, ssl, sys
        port, user, password = sys.argv[1:]
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        def login():
            ftp = ftplib.FTP_TLS(context=context)
            ftp.connect('127.0.0.1', int(port), 60)
            ftp.login(user, password)
            ftp.prot_p()
            return ftp
        own, other = login(), login()
        for name, session in (('own', own.sock.session), ('none', None), ('other', other.sock.session), ('again', own.sock.session)):
            data, got = ftplib.FTP.ntransfercmd(own, 'RETR a')[0], b''
            try:
                data = context.wrap_socket(data, session=session)
                while piece := data.recv(1000): got += piece
                data.unwrap()
            except OSError: pass
            data.close()
            try: reply = own.getresp()
            except ftplib.Error as error: reply = str(error)
            print(name, reply[:3], got.decode(), own.sock.version())
        """;

    private static readonly FtpServerOptions Demanding = FtpHarness.DefaultOptions with { RequiresSessionReuse = true };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Only_who_resumes_the_session_of_the_control_connection_gets_the_file()
    {
        await using var harness = await FtpHarness.StartAsync(Demanding);
        harness.Write("a", "secret"u8);
        var outcome = await RunAsync("python3", "-c", Thief, $"{harness.Port}", FtpHarness.User, FtpHarness.Password);
        Assert.Equal(["own 226 secret TLSv1.2", "none 522  TLSv1.2", "other 522  TLSv1.2", "again 226 secret TLSv1.2"], outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, harness.DataPortRefusals.Count);
        Assert.All(harness.DataPortRefusals, static refusal => Assert.Equal(IPAddress.Loopback, refusal.Address.Address));
    }

    [Fact]
    public async Task Programs_that_resume_sessions_fetch_and_deliver_file_after_file()
    {
        await using var harness = await FtpHarness.StartAsync(Demanding);
        foreach (var name in (string[])["a", "b", "c"])
        {
            harness.Write(name, "content"u8);
            await File.WriteAllTextAsync(_directory.Combine("up-" + name), "delivered");
        }

        var url = $"ftp://127.0.0.1:{harness.Port}/";
        string[] curl = ["-q", "-sS", "-k", "--ssl-reqd", "--user", $"{FtpHarness.User}:{FtpHarness.Password}"];
        Assert.Equal("contentcontentcontent", (await RunAsync("curl", [.. curl, url + "a", url + "b", url + "c"])).Output);
        await RunAsync("curl", [.. curl, "-T", _directory.Combine("up-a"), url + "curl"]);
        await RunAsync(
            "lftp", "--norc", "-c",
            $"set ftp:ssl-force yes; set ftp:ssl-protect-data yes; set ssl:verify-certificate no; set cmd:fail-exit yes; open -u {FtpHarness.User},{FtpHarness.Password} {url}; mget -O {_directory.FullName} a b c; "
            + $"mput {_directory.Combine("up-a")} {_directory.Combine("up-b")} {_directory.Combine("up-c")}");
        Assert.Equal("content", await File.ReadAllTextAsync(_directory.Combine("c")));
        Assert.Equal(["a", "b", "c", "curl", "up-a", "up-b", "up-c"], harness.Names());
        Assert.Empty(harness.DataPortRefusals);
    }

    [Fact]
    public async Task A_program_that_never_resumes_is_told_what_is_demanded()
    {
        await using var harness = await FtpHarness.StartAsync(Demanding);
        await using var client = await harness.LogInAsync();
        using var data = await client.PassiveAsync();
        Assert.Equal(150, await client.SendAsync("LIST"));
        await using var stream = await TestTls.ConnectAsync(new System.Net.Sockets.NetworkStream(data), resume: false);
        var reply = await client.ReadReplyAsync();
        Assert.Equal(522, reply.Code);
        Assert.Contains("resume the TLS session", reply.Text, StringComparison.Ordinal);
    }

    private static async Task<ProcessOutcome> RunAsync(string program, params string[] words)
    {
        var outcome = await ExternalProcess.RunAsync(program, words, timeout: TimeSpan.FromSeconds(60));
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        return outcome;
    }
}
