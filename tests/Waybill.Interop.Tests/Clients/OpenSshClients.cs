using System.Globalization;
using Waybill.TestKit;

namespace Waybill.Interop.Tests.Clients;

/// <summary>OpenSSH's sftp with a batch.</summary>
public sealed class OpenSshSftp(WaybillServer server) : InteropClient(server)
{
    public override string Name => "sftp";

    /// <summary>Use the listener with the compat policy.</summary>
    public bool Compat { get; init; }

    public IReadOnlyList<string> MoreOptions { get; init; } = [];

    public override int Port => Compat ? Server.CompatPort : Server.Port;

    public override Task PutAsync(string local, string remote) => BatchAsync($"put \"{local}\" \"{remote}\"");

    public override Task GetAsync(string remote, string local) => BatchAsync($"get \"{remote}\" \"{local}\"");

    public override async Task<IReadOnlyList<string>> ListAsync(string directory) =>
        [.. Lines(await BatchAsync($"ls -1 \"{directory}\"")).Where(line => !line.StartsWith("sftp>", StringComparison.Ordinal)).Select(line => Path.GetFileName(line)!)];

    public override Task RenameAsync(string source, string target) => BatchAsync($"rename \"{source}\" \"{target}\"");

    public override Task RemoveAsync(string remote) => BatchAsync($"rm \"{remote}\"");

    public override Task ResumePutAsync(string local, string remote) => BatchAsync($"reput \"{local}\" \"{remote}\"");

    public override ExternalProcess StartSlowPut(string local, string remote) => StartSlowPut(local, remote, "8000");

    /// <summary>Begins an upload at so many Kbit/s; the process is the one that reads the file, and can be stopped.</summary>
    public ExternalProcess StartSlowPut(string local, string remote, string bandwidth)
    {
        var batch = Server.Directory.Write("sftp-" + Guid.NewGuid().ToString("n"), $"put \"{local}\" \"{remote}\"\n");
        return ExternalProcess.Start("sftp", [.. SshOptions, .. MoreOptions, "-l", bandwidth, "-P", $"{Port}", "-b", batch, $"{User}@127.0.0.1"]);
    }

    public override Task ResumeGetAsync(string remote, string local) => BatchAsync($"reget \"{remote}\" \"{local}\"");

    public override Task PutFolderAsync(string local, string remote) => BatchAsync($"put -r \"{local}\" \"{remote}\"");

    public override Task GetFolderAsync(string remote, string local) => BatchAsync($"get -r \"{remote}\" \"{local}\"");

    /// <summary>Up and down again over one connection.</summary>
    public Task PutAndGetAsync(string local, string remote, string fetched) => BatchAsync($"put \"{local}\" \"{remote}\"\nget \"{remote}\" \"{fetched}\"");

    private Task<string> BatchAsync(string command) =>
        RunAsync("sftp", [.. SshOptions, .. MoreOptions, "-P", $"{Port}", "-b", "-", $"{User}@127.0.0.1"], command + "\n");
}

/// <summary>OpenSSH's scp in its SFTP mode.</summary>
public sealed class Scp(WaybillServer server) : InteropClient(server)
{
    public override string Name => "scp";

    public override Task PutAsync(string local, string remote) => RunAsync("scp", [.. Options, local, Remote(remote)]);

    public override Task GetAsync(string remote, string local) => RunAsync("scp", [.. Options, Remote(remote), local]);

    public override Task PutFolderAsync(string local, string remote) => RunAsync("scp", [.. Options, "-r", local, Remote(remote)]);

    public override Task GetFolderAsync(string remote, string local) => RunAsync("scp", [.. Options, "-r", Remote(remote), local]);

    private string[] Options => [.. SshOptions, "-q", "-s", "-P", $"{Port}"];

    private string Remote(string path) => $"{User}@127.0.0.1:{path}";
}

/// <summary>sshfs: the vault as a file system, used with the system's own tools.</summary>
public sealed class Sshfs(WaybillServer server) : InteropClient(server)
{
    public override string Name => "sshfs";

    public override Task PutAsync(string local, string remote) => MountedAsync(root => RunAsync("cp", [local, root + remote]));

    public override Task GetAsync(string remote, string local) => MountedAsync(root => RunAsync("cp", [root + remote, local]));

    public override async Task<IReadOnlyList<string>> ListAsync(string directory) => Lines(await MountedAsync(root => RunAsync("ls", ["-1", root + directory])));

    public override Task RenameAsync(string source, string target) => MountedAsync(root => RunAsync("mv", [root + source, root + target]));

    public override Task RemoveAsync(string remote) => MountedAsync(root => RunAsync("rm", [root + remote]));

    public override Task ResumePutAsync(string local, string remote) => MountedAsync(root =>
        RunAsync("sh", ["-c", "tail -c +$(($(stat -c %s \"$2\") + 1)) \"$1\" >> \"$2\"", "sh", local, root + remote]));

    public override Task ResumeGetAsync(string remote, string local) => MountedAsync(root =>
        RunAsync("sh", ["-c", "tail -c +$(($(stat -c %s \"$2\") + 1)) \"$1\" >> \"$2\"", "sh", root + remote, local]));

    public override Task PutFolderAsync(string local, string remote) => MountedAsync(root => RunAsync("cp", ["-r", local, root + remote]));

    public override Task GetFolderAsync(string remote, string local) => MountedAsync(root => RunAsync("cp", ["-r", root + remote, local]));

    /// <summary>What <c>df</c> says of the mounted vault: size, used and available bytes, and the same of inodes.</summary>
    public async Task<IReadOnlyList<long>> RoomAsync() =>
        [.. Lines(await MountedAsync(root => RunAsync("df", ["-B1", "--output=size,used,avail,itotal,iused,iavail", root])))[^1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => long.Parse(number, CultureInfo.InvariantCulture))];

    private static readonly TimeSpan MountTime = TimeSpan.FromSeconds(60);

    private async Task<string> MountedAsync(Func<string, Task<string>> work)
    {
        var mount = Server.Directory.Combine("mount-" + Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(mount);
        var options = $"IdentityFile={Key},StrictHostKeyChecking=yes,UserKnownHostsFile={Server.KnownHosts},IdentitiesOnly=yes,BatchMode=yes";
        await using var sshfs = ExternalProcess.Start("sshfs", ["-f", "-F", "/dev/null", "-o", options, "-p", $"{Port}", $"{User}@127.0.0.1:/", mount]);
        await WaitUntilMountedAsync(mount, sshfs);
        try
        {
            return await work(mount);
        }
        finally
        {
            // The kernel sends a file's CLOSE after the program that wrote it has gone on; sshfs ends when all are answered.
            await RunAsync("fusermount3", ["-u", mount]);
            await sshfs.WaitForExitAsync(MountTime);
        }
    }

    private static async Task WaitUntilMountedAsync(string mount, ExternalProcess sshfs)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!(await File.ReadAllTextAsync("/proc/self/mounts")).Contains($" {mount} fuse.sshfs", StringComparison.Ordinal))
        {
            Assert.False(sshfs.HasExited, sshfs.ErrorOutput);
            Assert.True(TimeProvider.System.GetElapsedTime(start) < MountTime, "sshfs did not mount");
            await Task.Delay(20);
        }
    }
}
