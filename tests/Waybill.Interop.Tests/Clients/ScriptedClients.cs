namespace Waybill.Interop.Tests.Clients;

/// <summary>A client library, driven by a small script that takes a command and two paths.</summary>
public abstract class ScriptedClient(WaybillServer server) : InteropClient(server)
{
    public override Task PutAsync(string local, string remote) => ScriptAsync("put", local, remote);

    public override Task GetAsync(string remote, string local) => ScriptAsync("get", remote, local);

    public override async Task<IReadOnlyList<string>> ListAsync(string directory) => [.. Lines(await ScriptAsync("list", directory, "")).Where(name => name is not ("." or ".."))];

    public override Task RenameAsync(string source, string target) => ScriptAsync("rename", source, target);

    public override Task RemoveAsync(string remote) => ScriptAsync("remove", remote, "");

    public override Task ResumePutAsync(string local, string remote) => ScriptAsync("resume-put", local, remote);

    public override Task ResumeGetAsync(string remote, string local) => ScriptAsync("resume-get", remote, local);

    protected abstract Task<string> ScriptAsync(string command, string first, string second);

    protected string[] Arguments(string command, string first, string second) => [$"{Port}", WaybillServer.User, Server.Key, Server.KnownHosts, command, first, second];
}

/// <summary>paramiko.</summary>
public sealed class Paramiko(WaybillServer server) : ScriptedClient(server)
{
    private const string Script = """
        import os, sys, paramiko
        port, user, key, known, command, first, second = sys.argv[1:]
        ssh = paramiko.SSHClient()
        ssh.load_host_keys(known)
        ssh.connect('127.0.0.1', int(port), user, key_filename=key, allow_agent=False, look_for_keys=False)
        sftp = ssh.open_sftp()
        if command == 'put': sftp.put(first, second)
        elif command == 'get': sftp.get(first, second)
        elif command == 'list': print('\n'.join(sftp.listdir(first)))
        elif command == 'rename': sftp.rename(first, second)
        elif command == 'remove': sftp.remove(first)
        elif command == 'resume-put':
            with open(first, 'rb') as source, sftp.open(second, 'ab') as target:
                source.seek(sftp.stat(second).st_size)
                target.write(source.read())
        elif command == 'resume-get':
            with sftp.open(first, 'rb') as source, open(second, 'ab') as target:
                source.seek(os.path.getsize(second))
                target.write(source.read())
        ssh.close()
        """;

    public override string Name => "paramiko";

    protected override Task<string> ScriptAsync(string command, string first, string second) =>
        RunAsync("/usr/bin/python3", ["-c", Script, .. Arguments(command, first, second)]);
}

/// <summary>asyncssh.</summary>
public sealed class AsyncSsh(WaybillServer server) : ScriptedClient(server)
{
    private const string Script = """
        import asyncio, os, sys, asyncssh
        port, user, key, known, command, first, second = sys.argv[1:]
        async def main():
            async with asyncssh.connect('127.0.0.1', int(port), username=user, client_keys=[key], known_hosts=known, agent_path=None) as ssh:
                async with ssh.start_sftp_client() as sftp:
                    if command == 'put': await sftp.put(first, second)
                    elif command == 'get': await sftp.get(first, second)
                    elif command == 'list': print('\n'.join(await sftp.listdir(first)))
                    elif command == 'rename': await sftp.rename(first, second)
                    elif command == 'remove': await sftp.remove(first)
                    elif command == 'put-folder': await sftp.put(first, second, recurse=True)
                    elif command == 'get-folder': await sftp.get(first, second, recurse=True)
                    elif command == 'resume-put':
                        size = (await sftp.stat(second)).size
                        async with sftp.open(second, 'ab') as target:
                            with open(first, 'rb') as source:
                                source.seek(size)
                                await target.write(source.read())
                    elif command == 'resume-get':
                        async with sftp.open(first, 'rb') as source:
                            with open(second, 'ab') as target:
                                await source.seek(os.path.getsize(second))
                                target.write(await source.read())
        asyncio.run(main())
        """;

    public override string Name => "asyncssh";

    public override Task PutFolderAsync(string local, string remote) => ScriptAsync("put-folder", local, remote);

    public override Task GetFolderAsync(string remote, string local) => ScriptAsync("get-folder", remote, local);

    protected override Task<string> ScriptAsync(string command, string first, string second) =>
        RunAsync("/usr/bin/python3", ["-c", Script, .. Arguments(command, first, second)]);
}

/// <summary>npm's ssh2-sftp-client.</summary>
public sealed class NodeSftpClient(WaybillServer server) : ScriptedClient(server)
{
    private const string Script = """
        const Client = require('ssh2-sftp-client');
        const fs = require('fs');
        const [port, user, key, known, command, first, second] = process.argv.slice(1);
        (async () => {
          const sftp = new Client();
          const pinned = fs.readFileSync(known, 'utf8').split('\n').map(line => line.split(' ')[2]);
          await sftp.connect({ host: '127.0.0.1', port: +port, username: user, privateKey: fs.readFileSync(key),
            hostVerifier: blob => pinned.includes(blob.toString('base64')) });
          if (command === 'put') await sftp.fastPut(first, second);
          else if (command === 'get') await sftp.fastGet(first, second);
          else if (command === 'list') console.log((await sftp.list(first)).map(entry => entry.name).join('\n'));
          else if (command === 'rename') await sftp.rename(first, second);
          else if (command === 'remove') await sftp.delete(first);
          else if (command === 'put-folder') await sftp.uploadDir(first, second + '/' + first.split('/').pop());
          else if (command === 'get-folder') await sftp.downloadDir(first, second + '/' + first.split('/').pop());
          else if (command === 'resume-put')
            await sftp.append(fs.createReadStream(first, { start: (await sftp.stat(second)).size }), second);
          else if (command === 'resume-get')
            await sftp.get(first, fs.createWriteStream(second, { flags: 'a' }), { readStreamOptions: { start: fs.statSync(second).size } });
          await sftp.end();
        })().catch(error => { console.error(error.message); process.exit(1); });
        """;

    public override string Name => "ssh2-sftp-client";

    public override Task PutFolderAsync(string local, string remote) => ScriptAsync("put-folder", local, remote);

    public override Task GetFolderAsync(string remote, string local) => ScriptAsync("get-folder", remote, local);

    protected override Task<string> ScriptAsync(string command, string first, string second) =>
        RunAsync("node", ["-e", Script, .. Arguments(command, first, second)], environment: NodeModules);
}
