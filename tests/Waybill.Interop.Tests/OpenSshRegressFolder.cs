using System.Text.Json;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>
/// A scratch copy of the regress folder of Debian's <c>openssh-tests</c>, and a server that its scripts reach in the place of OpenSSH's. The scripts take a path
/// to be the same file on both sides: so the copy and <c>/bin</c> lie in the vault at their own paths, by mounts that only the server's process sees.
/// </summary>
public sealed class OpenSshRegressFolder : IAsyncLifetime
{
    private const string Installed = "/usr/lib/openssh/regress";

    private const string Mounts = """
        mkdir -p "$1$2" "$1/bin"
        mount --bind "$2" "$1$2"
        mount -o bind,ro /bin "$1/bin"
        shift 2
        exec "$@"
        """;

    private readonly TemporaryDirectory _scratch = new();
    private readonly WaybillServer _server = new() { Settings = ["Layout:Folders=[{\"Path\":\"/\",\"Customer\":\"all\"}]", "Sftp:Links=true"] };

    private string Folder => _scratch.Combine("regress");

    private string Calls => _scratch.Combine("calls");

    public async ValueTask InitializeAsync()
    {
        Assert.True(Directory.Exists(Installed), "Install Debian's openssh-tests; ./test does.");
        await WaybillServer.RequireAsync("cp", ["-a", Installed, Folder]);
        _server.Launcher = ["unshare", "--mount", "sh", "-ec", Mounts, "sh", _server.Vault, Folder];
        await _server.InitializeAsync();
        await File.WriteAllTextAsync(_scratch.Combine("ssh_config"), $"""
            Host *
              HostName 127.0.0.1
              Port {_server.Port}
              User {WaybillServer.User}
              IdentityFile {_server.Key}
              IdentitiesOnly yes
              BatchMode yes
              StrictHostKeyChecking yes
              UserKnownHostsFile {_server.KnownHosts}
              GlobalKnownHostsFile none
            """);

        // Both are called where the scripts would call ssh or sftp-server; each call is a line, and must be a login.
        WriteProgram("sftp-server", $"""
            echo sftp >>{Calls}
            exec ssh -F {_scratch.Combine("ssh_config")} -s waybill sftp
            """);
        WriteProgram("ssh", $"""
            skip=
            case "$*" in *'scp -'*) echo scp >>{Calls} ;; esac
            for word do
              shift
              if [ -n "$skip" ]; then skip=; continue; fi
              case $word in -F) skip=1 ;; -F*) ;; *) set -- "$@" "$word" ;; esac
            done
            exec ssh -F {_scratch.Combine("ssh_config")} "$@"
            """);

        // With -O and without a bad server to play, the package's wrapper ends in the local scp.
        await ReplaceAsync("scp-ssh-wrapper.sh", "exec $SCP \"$@\"", $"exec {_scratch.Combine("ssh")} waybill \"$arg\"");

        // sftp-cmds compares those of /bin/l* after a glob that are readable in its working directory, which are none there. Its narrowest glob is l?.
        foreach (var name in new[] { "ln", "ls" })
        {
            await File.WriteAllBytesAsync(Path.Combine(Folder, name), []);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _scratch.Dispose();
    }

    /// <summary>Runs a script; returns how it ended, the calls that it made by SFTP and by SCP, and the logins that the audit has of that time.</summary>
    public async Task<(ProcessOutcome Outcome, int Sftp, int Scp, int Logins)> RunAsync(string script)
    {
        await File.WriteAllTextAsync(Calls, "");
        var before = await LoginsAsync();
        var outcome = await ExternalProcess.RunAsync(
            "make",
            [
                "-C", Folder, $".OBJDIR={Folder}", $".CURDIR={Folder}", $"BUILDDIR={Folder}", $"OBJ={Folder}", "TEST_SHELL=sh", "TEST_SSH_UNSAFE_PERMISSIONS=1",

                // An sshd that does nothing: whatever is not sent through our two programs fails. With SUDO set, scp.sh has a check more.
                "TEST_SSH_SSHD=/bin/true", "SUDO=env",
                $"TEST_SSH_SSH={_scratch.Combine("ssh")}", $"TEST_SSH_SFTPSERVER={_scratch.Combine("sftp-server")}", $"LTESTS={script}", "t-exec",
            ],
            timeout: TimeSpan.FromMinutes(8));
        var calls = await File.ReadAllLinesAsync(Calls);
        return (outcome, calls.Count(call => call == "sftp"), calls.Count(call => call == "scp"), await LoginsAsync() - before);
    }

    private async Task<int> LoginsAsync()
    {
        using var rows = JsonDocument.Parse((await _server.CommandAsync("audit", "search", "--action", "login", "--limit", "100000", "--json")).Output);
        return rows.RootElement.GetArrayLength();
    }

    private async Task ReplaceAsync(string file, string old, string replacement)
    {
        var path = Path.Combine(Folder, file);
        var text = await File.ReadAllTextAsync(path);
        Assert.Equal(2, text.Split(old).Length);
        await File.WriteAllTextAsync(path, text.Replace(old, replacement, StringComparison.Ordinal));
    }

    private void WriteProgram(string name, string lines) =>
        new FileInfo(_scratch.Write(name, $"#!/bin/sh\n{lines}\n")).UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
}
