using System.Security.Cryptography;
using System.Text.Json;
using Waybill.Interop.Tests.Clients;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>Promise D7: an upload goes on where it was cut off, for the login that began it and for nobody else.</summary>
public sealed class ResumeTests(WaybillServer server)
{
    private const int Size = 24 * 1024 * 1024;
    private const int Cut = 1024 * 1024;

    /// <summary>A client that has nothing left to send would not send the end either.</summary>
    private const int HeldBack = 1;

    private static readonly string[] Resuming = ["sftp", "lftp", "psftp", "curl", "FileZilla", "WinSCP"];

    public static TheoryData<string> Clients => [.. Resuming];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task A_client_that_was_killed_sends_only_the_rest(string client)
    {
        var name = $"resume-{client}.bin";
        var source = server.Directory.Write(name, RandomNumberGenerator.GetBytes(Size));
        await using (var upload = await BeginAsync(server, client, source, "/upload/" + name))
        {
            await WaitAsync(server, Written(client, name), Cut, ".waybill-u-*");
        }

        await WaitAsync(server, Written(client, name), 1, ".waybill-p-*");
        Assert.False(File.Exists(OnDisk(server, name)));
        var kept = SizeOf(Hidden(server, Written(client, name), ".waybill-p-*")!);
        await ResumeAsync(server, client, source, "/upload/" + name);
        await CheckAsync(server, client, source, name, kept);
    }

    [Fact]
    public async Task After_the_server_was_killed_every_client_sends_only_the_rest()
    {
        await using var own = new WaybillServer();
        await own.InitializeAsync();
        var source = own.Directory.Write("source.bin", RandomNumberGenerator.GetBytes(Size));
        var uploads = new List<IAsyncDisposable>();
        try
        {
            foreach (var client in Resuming)
            {
                uploads.Add(await BeginAsync(own, client, source, $"/upload/{client}.bin"));
            }

            foreach (var client in Resuming)
            {
                await WaitAsync(own, Written(client, client + ".bin"), Cut, ".waybill-u-*");
            }

            await own.KillAsync();
        }
        finally
        {
            foreach (var upload in uploads)
            {
                await upload.DisposeAsync();
            }
        }

        var left = Resuming.ToDictionary(client => client, client => SizeOf(Hidden(own, Written(client, client + ".bin"), ".waybill-u-*")!));
        await own.StartAsync();
        Assert.All(Directory.GetFiles(Path.Combine(own.Vault, "upload")), path => Assert.StartsWith(".waybill-", Path.GetFileName(path), StringComparison.Ordinal));
        foreach (var client in Resuming)
        {
            await ResumeAsync(own, client, source, $"/upload/{client}.bin");
            await CheckAsync(own, client, source, client + ".bin", left[client]);
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(own.Vault, "upload"), ".waybill-*"));
        await own.CommandAsync("audit", "verify");
    }

    [Theory]
    [InlineData("sftp")]
    [InlineData("lftp")]
    [InlineData("psftp")]
    [InlineData("curl")]
    [InlineData("ftps-lftp")]
    [InlineData("ftps-curl")]
    [InlineData("ftps-ftplib")]
    [InlineData("ftps-basic-ftp")]
    [InlineData("ftps-rclone")]
    public async Task An_upload_that_lacked_its_end_alone_is_published_by_who_goes_on_with_it(string client)
    {
        var name = $"whole-{client}.bin";
        var source = server.Directory.Write(name, RandomNumberGenerator.GetBytes(300_000));
        Assert.StartsWith("426 ", await SendWithoutEndAsync(source, "/upload/" + name), StringComparison.Ordinal);
        Assert.False(File.Exists(OnDisk(server, name)));
        await (client switch
        {
            "ftps-lftp" => new FtpsLftp(server).ResumePutAsync(source, "/upload/" + name),
            "ftps-curl" => new FtpsCurl(server).ResumePutAsync(source, "/upload/" + name),
            "ftps-ftplib" => new FtpLib(server).ResumePutAsync(source, "/upload/" + name),
            "ftps-basic-ftp" => new BasicFtp(server).ResumePutAsync(source, "/upload/" + name),
            "ftps-rclone" => new FtpsRclone(server).PutAsync(source, "/upload/" + name),
            _ => Real(server, client).ResumePutAsync(source, "/upload/" + name),
        })!;
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(OnDisk(server, name)));
        Assert.Null(Hidden(server, name, ".waybill-*"));
        File.Delete(OnDisk(server, name));
    }

    [Fact]
    public async Task Rclone_begins_anew_and_leaves_nothing()
    {
        const string Name = "resume-rclone.bin";
        var source = server.Directory.Write(Name, RandomNumberGenerator.GetBytes(Size));
        var rclone = new Rclone(server);
        await using (rclone.StartSlowPut(source, "/upload/" + Name))
        {
            await WaitAsync(server, Name, Cut, ".waybill-*");
        }

        await WaitAsync(server, Name, 1, ".waybill-p-*");
        await rclone.PutAsync(source, "/upload/" + Name);
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(OnDisk(server, Name)));
        Assert.Null(Hidden(server, Name, ".waybill-*"));
        Assert.Equal((Size, Size, 0), await LastUploadAsync(server, Name));
        File.Delete(OnDisk(server, Name));
    }

    [Fact]
    public async Task Another_login_of_the_account_neither_sees_nor_adopts_it()
    {
        const string Name = "resume-other.bin";
        const string Other = WaybillServer.User + ".other";
        var key = server.Directory.Combine("id_other");
        await WaybillServer.RequireAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "other", "-f", key]);
        await server.CommandAsync("login", "add", Other, "--account", WaybillServer.User);
        await server.CommandAsync("key", "add", Other, key + ".pub");
        var source = server.Directory.Write(Name, RandomNumberGenerator.GetBytes(Size));
        var mine = new OpenSshSftp(server);
        var other = new OpenSshSftp(server) { User = Other, Key = key };
        await using (mine.StartSlowPut(source, "/upload/" + Name))
        {
            await WaitAsync(server, Name, Cut, ".waybill-u-*");
            Assert.DoesNotContain(Name, await other.ListAsync("/upload"));
        }

        await WaitAsync(server, Name, 1, ".waybill-p-*");
        Assert.Contains(Name, await mine.ListAsync("/upload"));
        Assert.DoesNotContain(Name, await other.ListAsync("/upload"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => other.ResumePutAsync(source, "/upload/" + Name));
        await Assert.ThrowsAsync<InvalidOperationException>(() => other.GetAsync("/upload/" + Name, server.Directory.Combine("stolen")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => other.RemoveAsync("/upload/" + Name));

        // The other one's file of that name is whole, and has nothing of the partial.
        var theirs = server.Directory.Write("theirs.bin", RandomNumberGenerator.GetBytes(1000));
        await other.PutAsync(theirs, "/upload/" + Name);
        Assert.Equal(Transfers.Hash(theirs), Transfers.Hash(OnDisk(server, Name)));
        await other.RemoveAsync("/upload/" + Name);
        await mine.ResumePutAsync(source, "/upload/" + Name);
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(OnDisk(server, Name)));
        File.Delete(OnDisk(server, Name));
    }

    /// <summary>All of the file by FTP over TLS, and the connection cut off where close_notify should be said.</summary>
    private async Task<string> SendWithoutEndAsync(string local, string remote)
    {
        const string Script = """
            import ftplib, ssl, sys
            port, user, password, root, local, remote = sys.argv[1:]
            ftp = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=root))
            ftp.connect('localhost', int(port))
            ftp.login(user, password)
            ftp.prot_p()
            data = ftp.transfercmd('STOR ' + remote)
            with open(local, 'rb') as source: data.sendall(source.read())
            data.close()
            print(ftp.getmultiline())
            """;
        var sent = await ExternalProcess.RunAsync("/usr/bin/python3", ["-c", Script, $"{server.FtpPort}", WaybillServer.User, server.Password, server.Root, local, remote]);
        Assert.Equal(0, sent.ExitCode);
        return sent.Output;
    }

    private static async Task<IAsyncDisposable> BeginAsync(WaybillServer server, string client, string local, string remote)
    {
        if (Habit(server, client) is { } habit)
        {
            await habit.BeginAsync(local, remote, Cut + 12_345);
            return habit;
        }

        return Real(server, client).StartSlowPut(local, remote)!;
    }

    private static async Task ResumeAsync(WaybillServer server, string client, string local, string remote)
    {
        if (Habit(server, client) is { } habit)
        {
            await using (habit)
            {
                await habit.ResumeAsync(local, remote);
            }
        }
        else
        {
            await Real(server, client).ResumePutAsync(local, remote)!;
        }
    }

    private static async Task CheckAsync(WaybillServer server, string client, string source, string name, long kept)
    {
        Assert.Equal(Transfers.Hash(source), Transfers.Hash(OnDisk(server, name)));
        Assert.Null(Hidden(server, Written(client, name), ".waybill-*"));
        var (bytes, size, resumed) = await LastUploadAsync(server, Written(client, name));
        Console.WriteLine($"resume: {client} was cut off at {kept} bytes and sent {bytes} of {size}");
        var shown = kept - HeldBack;
        Assert.Equal((Size - shown, Size, shown), (bytes, size, resumed));
        File.Delete(OnDisk(server, name));
    }

    /// <summary>The audit row of the upload that was committed last.</summary>
    private static async Task<(long Bytes, long Size, long Resumed)> LastUploadAsync(WaybillServer server, string name)
    {
        var found = await server.CommandAsync("audit", "search", "/upload/" + name, "--action", "upload", "--json");
        using var rows = JsonDocument.Parse(found.Output);
        var row = rows.RootElement.EnumerateArray().Single(row => row.GetProperty("outcome").GetString() == "done");
        using var detail = JsonDocument.Parse(row.GetProperty("detail").GetString()!);
        return (detail.RootElement.GetProperty("bytes").GetInt64(), detail.RootElement.GetProperty("size").GetInt64(),
            detail.RootElement.TryGetProperty("resumed", out var resumed) ? resumed.GetInt64() : 0);
    }

    private static FileZillaHabit? Habit(WaybillServer server, string client) => client switch
    {
        "FileZilla" => new FileZillaHabit(server),
        "WinSCP" => new WinScpHabit(server),
        _ => null,
    };

    private static InteropClient Real(WaybillServer server, string client) => client switch
    {
        "sftp" => new OpenSshSftp(server),
        "lftp" => new Lftp(server),
        "psftp" => new PuttySftp(server),
        _ => new Curl(server),
    };

    private static string Written(string client, string name) => client == "WinSCP" ? name + ".filepart" : name;

    private static string OnDisk(WaybillServer server, string name) => Path.Combine(server.Vault, "upload", name);

    private static string? Hidden(WaybillServer server, string name, string kind) =>
        Directory.GetFiles(Path.Combine(server.Vault, "upload"), kind).SingleOrDefault(path => path.EndsWith("-" + name, StringComparison.Ordinal));

    private static long SizeOf(string path) => new FileInfo(path).Length;

    private static async Task WaitAsync(WaybillServer server, string name, long bytes, string kind)
    {
        for (var attempt = 0; attempt < 3000; attempt++)
        {
            if (Hidden(server, name, kind) is { } path && new FileInfo(path) is { Exists: true } file && file.Length >= bytes)
            {
                return;
            }

            await Task.Delay(20);
        }

        Assert.Fail($"no upload {kind} of {name} with {bytes} bytes");
    }
}
