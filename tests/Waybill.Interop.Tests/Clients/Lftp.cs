using Waybill.TestKit;

namespace Waybill.Interop.Tests.Clients;

/// <summary>lftp over its sftp:// protocol.</summary>
public sealed class Lftp(WaybillServer server) : InteropClient(server)
{
    public override string Name => "lftp";

    public override Task PutAsync(string local, string remote) => ScriptAsync($"put \"{local}\" -o \"{remote}\"");

    public override Task GetAsync(string remote, string local) => ScriptAsync($"get \"{remote}\" -o \"{local}\"");

    public override async Task<IReadOnlyList<string>> ListAsync(string directory) =>
        [.. Lines(await ScriptAsync($"cls -1 \"{directory}/\"")).Select(line => Path.GetFileName(line.TrimEnd('/'))!)];

    public override Task RenameAsync(string source, string target) => ScriptAsync($"mv \"{source}\" \"{target}\"");

    public override Task RemoveAsync(string remote) => ScriptAsync($"rm \"{remote}\"");

    public override Task ResumePutAsync(string local, string remote) => ScriptAsync($"put -c \"{local}\" -o \"{remote}\"");

    public override Task ResumeGetAsync(string remote, string local) => ScriptAsync($"get -c \"{remote}\" -o \"{local}\"");

    public override Task PutFolderAsync(string local, string remote) => ScriptAsync($"mirror --parallel=4 -R \"{local}\" \"{remote}/\"");

    public override Task GetFolderAsync(string remote, string local) => ScriptAsync($"mirror --parallel=4 \"{remote}\" \"{local}/\"");

    /// <summary>What a back-office script does: fetch all, and delete each file that was fetched.</summary>
    public Task CollectFolderAsync(string remote, string local) => ScriptAsync($"mirror --parallel=4 --Remove-source-files \"{remote}\" \"{local}/\"");

    public override ExternalProcess StartSlowPut(string local, string remote) =>
        ExternalProcess.Start("lftp", Arguments($"set net:limit-rate 0:1000000; put \"{local}\" -o \"{remote}\""), environment: Environment);

    private Dictionary<string, string?> Environment => new() { ["HOME"] = Server.Directory.FullName, ["LC_ALL"] = "C.UTF-8" };

    private string[] Arguments(string command) =>
    [
        "--norc", "-c", $"set cmd:fail-exit yes; set net:max-retries 1; set sftp:auto-confirm no; set sftp:connect-program \"ssh -a -x {string.Join(' ', SshOptions)}\"; " +
            $"open sftp://{User}:@127.0.0.1:{Port}; {command}",
    ];

    private Task<string> ScriptAsync(string command) => RunAsync("lftp", Arguments(command), environment: Environment);
}
