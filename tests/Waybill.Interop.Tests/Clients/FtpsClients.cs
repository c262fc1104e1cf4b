using Waybill.TestKit;

namespace Waybill.Interop.Tests.Clients;

/// <summary>A client of FTP over explicit TLS, that trusts the root which <c>init</c> made and nothing else.</summary>
public abstract class FtpsClient(WaybillServer server) : InteropClient(server)
{
    public override int Port => Server.FtpPort;
}

/// <summary>lftp with the five settings of the guide and the root.</summary>
public sealed class FtpsLftp(WaybillServer server) : LftpClient(server)
{
    public override string Name => "ftps-lftp";

    public override int Port => Server.FtpPort;

    /// <summary>Settings besides the five.</summary>
    public string More { get; init; } = "";

    protected override string Opening =>
        "set ftp:ssl-force yes; set ftp:ssl-protect-data yes; set ftp:ssl-protect-list yes; set ssl:check-hostname yes; set ssl:verify-certificate yes; "
        + $"set ssl:ca-file \"{Root}\"; {More} open -u \"{User},{Password}\" ftp://{Host}:{Port}";
}

/// <summary>curl, which goes on with APPE.</summary>
public sealed class FtpsCurl(WaybillServer server) : FtpsClient(server)
{
    public override string Name => "ftps-curl";

    /// <summary>Options besides the usual ones.</summary>
    public IReadOnlyList<string> More { get; init; } = [];

    public override Task PutAsync(string local, string remote) => RunAsync("curl", [.. Options, "-T", local, Url(remote)]);

    public override Task GetAsync(string remote, string local) => RunAsync("curl", [.. Options, "-o", local, Url(remote)]);

    public override async Task<IReadOnlyList<string>> ListAsync(string directory) => Lines(await RunAsync("curl", [.. Options, "--list-only", Url(directory + "/")]));

    public override Task RenameAsync(string source, string target) => QuoteAsync($"RNFR {source}", $"RNTO {target}");

    public override Task RemoveAsync(string remote) => QuoteAsync($"DELE {remote}");

    public override Task ResumePutAsync(string local, string remote) => RunAsync("curl", [.. Options, "-C", "-", "-T", local, Url(remote)]);

    public override Task ResumeGetAsync(string remote, string local) => RunAsync("curl", [.. Options, "-C", "-", "-o", local, Url(remote)]);

    public override ExternalProcess StartSlowPut(string local, string remote) => ExternalProcess.Start("curl", [.. Options, "--limit-rate", "1M", "-T", local, Url(remote)]);

    private string[] Options => ["-q", "--silent", "--show-error", "--fail", "--ssl-reqd", "--cacert", Root, "--user", $"{User}:{Password}", .. More];

    private Task<string> QuoteAsync(params string[] commands) => RunAsync("curl", [.. Options, .. commands.SelectMany(static command => new[] { "-Q", command }), "--list-only", Url("/upload/"), "-o", "/dev/null"]);

    private string Url(string path) => $"ftp://{Host}:{Port}{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";
}

/// <summary>rclone; its FTP reads the roots that Go reads.</summary>
public sealed class FtpsRclone(WaybillServer server) : FtpsClient(server)
{
    public override string Name => "ftps-rclone";

    public override Task PutAsync(string local, string remote) => RcloneAsync("copyto", local, Remote(remote));

    // As the pack says: above 250 MiB it asks for pieces, which it ends by cutting them off.
    public override Task GetAsync(string remote, string local) => RcloneAsync("copyto", "--multi-thread-streams", "0", Remote(remote), local);

    public override async Task<IReadOnlyList<string>> ListAsync(string directory) => Lines(await RcloneAsync("lsf", Remote(directory)));

    public override Task RenameAsync(string source, string target) => RcloneAsync("moveto", Remote(source), Remote(target));

    public override Task RemoveAsync(string remote) => RcloneAsync("deletefile", Remote(remote));

    public override Task PutFolderAsync(string local, string remote) => RcloneAsync("sync", local, Remote($"{remote}/{Path.GetFileName(local)}"));

    public override Task GetFolderAsync(string remote, string local) => RcloneAsync("sync", Remote(remote), $"{local}/{Path.GetFileName(remote)}");

    /// <summary>What stands there from an offset on, at most <paramref name="count"/> bytes.</summary>
    public Task<string> ReadFromAsync(string remote, long offset, int count) => RcloneAsync(
        "cat", "--offset", offset.ToString(System.Globalization.CultureInfo.InvariantCulture), "--count", count.ToString(System.Globalization.CultureInfo.InvariantCulture), Remote(remote));

    private async Task<string> RcloneAsync(params string[] words)
    {
        var hidden = (await RunAsync("rclone", ["obscure", Password])).Trim();
        return await RunAsync(
            "rclone", ["--config", Server.Directory.Combine("rclone.conf"), "--retries", "1", "--low-level-retries", "1", .. words],
            environment: new Dictionary<string, string?> { ["SSL_CERT_FILE"] = Root, ["SSL_CERT_DIR"] = "/nowhere", ["RCLONE_FTP_PASS"] = hidden });
    }

    private string Remote(string path) => $":ftp,host={Host},port={Port},user={User},explicit_tls=true:{path}";
}

/// <summary>A client library of FTP, driven by a small script that takes a command and two paths.</summary>
public abstract class ScriptedFtpsClient(WaybillServer server) : FtpsClient(server)
{
    public override Task PutAsync(string local, string remote) => ScriptAsync("put", local, remote);

    public override Task GetAsync(string remote, string local) => ScriptAsync("get", remote, local);

    public override async Task<IReadOnlyList<string>> ListAsync(string directory) => Lines(await ScriptAsync("list", directory, ""));

    public override Task RenameAsync(string source, string target) => ScriptAsync("rename", source, target);

    public override Task RemoveAsync(string remote) => ScriptAsync("remove", remote, "");

    public override Task ResumePutAsync(string local, string remote) => ScriptAsync("resume-put", local, remote);

    public override Task ResumeGetAsync(string remote, string local) => ScriptAsync("resume-get", remote, local);

    protected abstract Task<string> ScriptAsync(string command, string first, string second);

    protected string[] Arguments(string command, string first, string second) => [Host, $"{Port}", User, Password, Root, command, first, second];
}

/// <summary>Python's ftplib, which goes on with REST.</summary>
public sealed class FtpLib(WaybillServer server) : ScriptedFtpsClient(server)
{
    private const string Script = """
        import ftplib, os, ssl, sys
        host, port, user, password, root, command, first, second = sys.argv[1:]
        ftp = ftplib.FTP_TLS(context=ssl.create_default_context(cafile=root), encoding='utf-8')
        ftp.connect(host, int(port))
        ftp.login(user, password)
        ftp.prot_p()
        if command == 'put':
            with open(first, 'rb') as source: ftp.storbinary('STOR ' + second, source)
        elif command == 'get':
            with open(second, 'wb') as target: ftp.retrbinary('RETR ' + first, target.write)
        elif command == 'list': print('\n'.join(name for name, facts in ftp.mlsd(first) if facts['type'] == 'file'))
        elif command == 'rename': ftp.rename(first, second)
        elif command == 'remove': ftp.delete(first)
        elif command == 'resume-put':
            size = ftp.size(second)
            with open(first, 'rb') as source:
                source.seek(size)
                ftp.storbinary('STOR ' + second, source, rest=size)
        elif command == 'resume-get':
            with open(second, 'ab') as target: ftp.retrbinary('RETR ' + first, target.write, rest=os.path.getsize(second))
        ftp.quit()
        """;

    public override string Name => "ftps-ftplib";

    protected override Task<string> ScriptAsync(string command, string first, string second) => RunAsync("/usr/bin/python3", ["-c", Script, .. Arguments(command, first, second)]);
}

/// <summary>npm's basic-ftp, which goes on with APPE.</summary>
public sealed class BasicFtp(WaybillServer server) : ScriptedFtpsClient(server)
{
    private const string Script = """
        const { Client } = require('basic-ftp');
        const fs = require('fs');
        const [host, port, user, password, root, command, first, second] = process.argv.slice(1);
        (async () => {
          // Node closes the connection of an empty file before its handshake or close_notify is written, now and then, until the server knows it. Nothing was stored then: send it again.
          let again = 0;
          const send = upload => upload().catch(error => /^42[56] /.test(error.message) && ++again < 3 ? upload() : Promise.reject(error));
          const ftp = new Client();
          await ftp.access({ host, port: +port, user, password, secure: true, secureOptions: { ca: fs.readFileSync(root), host } });
          if (command === 'put') await send(() => ftp.uploadFrom(first, second));
          else if (command === 'get') await ftp.downloadTo(second, first);
          else if (command === 'list') console.log((await ftp.list(first)).map(entry => entry.name).join('\n'));
          else if (command === 'rename') await ftp.rename(first, second);
          else if (command === 'remove') await ftp.remove(first);
          else if (command === 'put-folder') await send(() => ftp.uploadFromDir(first, second + '/' + first.split('/').pop()).finally(() => ftp.cd('/')));
          else if (command === 'put-often') for (let i = 0; i < 100; i++) await send(() => ftp.uploadFrom(first, second + i));
          else if (command === 'get-folder') await ftp.downloadToDir(second + '/' + first.split('/').pop(), first);
          else if (command === 'resume-put') await ftp.appendFrom(fs.createReadStream(first, { start: await ftp.size(second) }), second);
          else if (command === 'resume-get') await ftp.downloadTo(second, first, fs.statSync(second).size);
          ftp.close();
        })().catch(error => { console.error(error.message); process.exit(1); });
        """;

    public override string Name => "ftps-basic-ftp";

    /// <summary>Sends a file under a hundred names in one session; at most two of them need a second attempt.</summary>
    public Task PutOftenAsync(string local, string remote) => ScriptAsync("put-often", local, remote);

    public override Task PutFolderAsync(string local, string remote) => ScriptAsync("put-folder", local, remote);

    public override Task GetFolderAsync(string remote, string local) => ScriptAsync("get-folder", remote, local);

    protected override Task<string> ScriptAsync(string command, string first, string second) => RunAsync("node", ["-e", Script, .. Arguments(command, first, second)], environment: NodeModules);
}
