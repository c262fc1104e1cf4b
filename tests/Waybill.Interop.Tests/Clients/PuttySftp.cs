using Waybill.TestKit;

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

    /// <summary>psftp has no limit of its own: it is given a slow way to the server, under a name, since it takes no way round to 127.0.0.1.</summary>
    public override ExternalProcess StartSlowPut(string local, string remote)
    {
        var proxy = Server.Directory.Write("slow-way.py", """
            import os, socket, sys, threading, time
            way = socket.create_connection((sys.argv[1], int(sys.argv[2])))
            def back():
                while data := way.recv(65536): os.write(1, data)
                os._exit(0)
            threading.Thread(target=back, daemon=True).start()
            while data := os.read(0, 65536):
                way.sendall(data)
                time.sleep(len(data) / 1e6)
            """);
        return ExternalProcess.Start(
            "psftp", Arguments($"put \"{local}\" \"{remote}\"", "waybill.example", "-proxycmd", $"exec /usr/bin/python3 {proxy} 127.0.0.1 {Port}"), environment: Environment);
    }

    private Dictionary<string, string?> Environment => new() { ["HOME"] = Server.Directory.FullName, ["LC_ALL"] = "C.UTF-8" };

    private string[] Arguments(string command, string host = "127.0.0.1", params string[] more)
    {
        var batch = Server.Directory.Write("psftp-" + Guid.NewGuid().ToString("n"), command + "\nquit\n");
        return
        [
            .. Session is null ? (string[])[] : ["-v", "-load", Session], "-batch", "-noagent", "-hostkey", Server.HostKeyFingerprint, "-i", Key, "-P", $"{Port}", "-b", batch,
            .. more, $"{User}@{host}",
        ];
    }

    private Task<string> BatchAsync(string command) => RunAsync("psftp", Arguments(command), environment: Environment);

    // -rw-r--r--   1 owner    group          12 Nov 21 02:36 name with spaces
    private static string NameOfLongListing(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[8..]);
}
