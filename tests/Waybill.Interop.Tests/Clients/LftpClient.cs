using Waybill.TestKit;

namespace Waybill.Interop.Tests.Clients;

/// <summary>lftp, whose commands are the same over each protocol.</summary>
public abstract class LftpClient(WaybillServer server) : InteropClient(server)
{
    /// <summary>The settings, and the command that opens the connection.</summary>
    protected abstract string Opening { get; }

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

    public override ExternalProcess StartSlowPut(string local, string remote) =>
        ExternalProcess.Start("lftp", Arguments($"set net:limit-rate 0:1000000; put \"{local}\" -o \"{remote}\""), environment: Environment);

    public Task<string> ScriptAsync(string command) => RunAsync("lftp", Arguments(command), environment: Environment);

    private Dictionary<string, string?> Environment => new() { ["HOME"] = Server.Directory.FullName, ["LC_ALL"] = "C.UTF-8" };

    private string[] Arguments(string command) => ["--norc", "-c", $"set cmd:fail-exit yes; set net:max-retries 1; {Opening}; {command}"];
}
