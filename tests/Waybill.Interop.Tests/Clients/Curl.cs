using Waybill.TestKit;

namespace Waybill.Interop.Tests.Clients;

/// <summary>curl with libssh2 1.10, which has no encrypt-then-MAC and so needs the compat policy.</summary>
public sealed class Curl(WaybillServer server) : InteropClient(server)
{
    public override string Name => "curl";

    public override int Port => Server.CompatPort;

    public override Task PutAsync(string local, string remote) => RunAsync("curl", [.. Options, "-T", local, Url(remote)]);

    public override Task GetAsync(string remote, string local) => RunAsync("curl", [.. Options, "-o", local, Url(remote)]);

    public override async Task<IReadOnlyList<string>> ListAsync(string directory) =>
        [.. Lines(await RunAsync("curl", [.. Options, "--list-only", Url(directory + "/")])).Where(line => line is not ("." or ".."))];

    public override Task RenameAsync(string source, string target) => QuoteAsync($"rename \"{source}\" \"{target}\"");

    public override Task RemoveAsync(string remote) => QuoteAsync($"rm \"{remote}\"");

    public override Task ResumePutAsync(string local, string remote) => RunAsync("curl", [.. Options, "-C", "-", "-T", local, Url(remote)]);

    public override ExternalProcess StartSlowPut(string local, string remote) =>
        ExternalProcess.Start("curl", [.. Options, "--limit-rate", "1M", "-T", local, Url(remote)]);

    public override Task ResumeGetAsync(string remote, string local) => RunAsync("curl", [.. Options, "-C", "-", "-o", local, Url(remote)]);

    private string[] Options =>
    [
        "-q", "--silent", "--show-error", "--fail", "--insecure", "--user", WaybillServer.User + ":", "--key", Server.Key, "--pubkey", Server.Key + ".pub",
    ];

    private Task<string> QuoteAsync(string command) => RunAsync("curl", [.. Options, "--list-only", "-Q", command, Url("/upload/"), "-o", "/dev/null"]);

    private string Url(string path) => $"sftp://127.0.0.1:{Port}{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";
}
