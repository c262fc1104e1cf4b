namespace Waybill.Interop.Tests.Clients;

/// <summary>PuTTY's psftp with a PPK made by puttygen and the host key pinned by fingerprint.</summary>
public sealed class PuttySftp(WaybillServer server) : InteropClient(server)
{
    public override string Name => "psftp";

    /// <summary>A saved session of PuTTY's whose settings count, or null.</summary>
    public string? Session { get; init; }

    protected override string DefaultKey => Server.PuttyKey;

    public override Task PutAsync(string local, string remote) => BatchAsync($"put \"{local}\" \"{remote}\"");

    public override Task GetAsync(string remote, string local) => BatchAsync($"get \"{remote}\" \"{local}\"");

    public override async Task<IReadOnlyList<string>> ListAsync(string directory) =>
        [.. Lines(await BatchAsync($"ls \"{directory}\"")).Where(line => line is ['-' or 'd', ..]).Select(NameOfLongListing).Where(name => name is not ("." or ".."))];

    public override Task RenameAsync(string source, string target) => BatchAsync($"mv \"{source}\" \"{target}\"");

    public override Task RemoveAsync(string remote) => BatchAsync($"rm \"{remote}\"");

    public override Task ResumePutAsync(string local, string remote) => BatchAsync($"reput \"{local}\" \"{remote}\"");

    public override Task ResumeGetAsync(string remote, string local) => BatchAsync($"reget \"{remote}\" \"{local}\"");

    public override Task PutFolderAsync(string local, string remote) => BatchAsync($"put -r \"{local}\" \"{remote}/{Path.GetFileName(local)}\"");

    public override Task GetFolderAsync(string remote, string local) => BatchAsync($"get -r \"{remote}\" \"{local}/{Path.GetFileName(remote)}\"");

    private async Task<string> BatchAsync(string command)
    {
        var batch = Server.Directory.Write("psftp-" + Guid.NewGuid().ToString("n"), command + "\nquit\n");
        return await RunAsync("psftp",
            [.. Session is null ? (string[])[] : ["-v", "-load", Session], "-batch", "-noagent", "-hostkey", Server.HostKeyFingerprint, "-i", Key, "-P", $"{Port}", "-b", batch, $"{User}@127.0.0.1"],
            environment: new Dictionary<string, string?> { ["HOME"] = Server.Directory.FullName, ["LC_ALL"] = "C.UTF-8" });
    }

    // -rw-r--r--   1 owner    group          12 Nov 21 02:36 name with spaces
    private static string NameOfLongListing(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[8..]);
}
