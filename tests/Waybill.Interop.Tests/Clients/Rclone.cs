using Waybill.TestKit;

namespace Waybill.Interop.Tests.Clients;

/// <summary>rclone, with its shell probing left on: it must be refused quickly and do no harm.</summary>
public sealed class Rclone(WaybillServer server) : InteropClient(server)
{
    public override string Name => "rclone";

    public override Task PutAsync(string local, string remote) => RunAsync("rclone", [.. Options, "copyto", local, Remote(remote)]);

    public override Task GetAsync(string remote, string local) => RunAsync("rclone", [.. Options, "copyto", Remote(remote), local]);

    public override async Task<IReadOnlyList<string>> ListAsync(string directory) => Lines(await RunAsync("rclone", [.. Options, "lsf", Remote(directory)]));

    public override Task RenameAsync(string source, string target) => RunAsync("rclone", [.. Options, "moveto", Remote(source), Remote(target)]);

    public override Task RemoveAsync(string remote) => RunAsync("rclone", [.. Options, "deletefile", Remote(remote)]);

    public override Task PutFolderAsync(string local, string remote) => RunAsync("rclone", [.. Options, "sync", local, Remote($"{remote}/{Path.GetFileName(local)}")]);

    public override Task GetFolderAsync(string remote, string local) => RunAsync("rclone", [.. Options, "sync", Remote(remote), $"{local}/{Path.GetFileName(remote)}"]);

    /// <summary>What a back-office script does: fetch all, and delete each file that was fetched.</summary>
    public Task CollectFolderAsync(string remote, string local) => RunAsync("rclone", [.. Options, "move", Remote(remote), local]);

    public override ExternalProcess StartSlowPut(string local, string remote) =>
        ExternalProcess.Start("rclone", [.. Options, "--bwlimit", "1M", "copyto", local, Remote(remote)]);

    private string[] Options => ["--config", Server.Directory.Combine("rclone.conf"), "--retries", "1", "--low-level-retries", "1"];

    private string Remote(string path) =>
        $":sftp,host=127.0.0.1,port={Port},user={User},key_file=\"{Key}\",known_hosts_file=\"{Server.KnownHosts}\":{path}";
}
