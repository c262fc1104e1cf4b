using Waybill.TestKit;

namespace Waybill.Interop.Tests.Clients;

/// <summary>A real client, driven by its own commands. What it has no command for it does not override.</summary>
public abstract class InteropClient(WaybillServer server)
{
    private static readonly TimeSpan CommandTime = TimeSpan.FromSeconds(240);

    public abstract string Name { get; }

    /// <summary>The listener it uses.</summary>
    public virtual int Port => Server.Port;

    /// <summary>Who logs in.</summary>
    public string User { get; init; } = WaybillServer.User;

    /// <summary>The private key file, in OpenSSH's format or PuTTY's.</summary>
    public string Key
    {
        get => field ?? DefaultKey;
        init;
    }

    /// <summary>The host that an FTPS client is told.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The root that an FTPS client trusts.</summary>
    public string Root
    {
        get => field ?? Server.Root;
        init;
    }

    /// <summary>What an FTPS client logs in with.</summary>
    public string Password
    {
        get => field ?? Server.Password;
        init;
    }

    protected virtual string DefaultKey => Server.Key;

    protected WaybillServer Server { get; } = server;

    protected string[] SshOptions =>
    [
        "-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=yes", "-o", $"UserKnownHostsFile={Server.KnownHosts}",
        "-i", Key,
    ];

    public abstract Task PutAsync(string local, string remote);

    public abstract Task GetAsync(string remote, string local);

    /// <summary>Names in a directory, without the dots; null where the client has no such command.</summary>
    public virtual Task<IReadOnlyList<string>>? ListAsync(string directory) => null;

    public virtual Task? RenameAsync(string source, string target) => null;

    public virtual Task? RemoveAsync(string remote) => null;

    /// <summary>Continues an upload whose first part is there.</summary>
    public virtual Task? ResumePutAsync(string local, string remote) => null;

    /// <summary>Begins an upload at about 1 MB/s, slow enough to be cut off on any machine.</summary>
    public virtual ExternalProcess? StartSlowPut(string local, string remote) => null;

    /// <summary>Continues a download whose first part is there.</summary>
    public virtual Task? ResumeGetAsync(string remote, string local) => null;

    /// <summary>Uploads a folder with all in it into an existing directory.</summary>
    public virtual Task? PutFolderAsync(string local, string remote) => null;

    /// <summary>Fetches a folder with all in it into an existing directory.</summary>
    public virtual Task? GetFolderAsync(string remote, string local) => null;

    /// <summary>What the last command wrote to standard error.</summary>
    public string LastErrorOutput { get; private set; } = "";

    protected async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, string? input = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var outcome = await ExternalProcess.RunAsync(program, arguments, input, CommandTime, environment: environment);
        LastErrorOutput = outcome.ErrorOutput;
        return outcome.ExitCode == 0 ? outcome.Output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {outcome}");
    }

    /// <summary>Where npm's clients are.</summary>
    protected static IReadOnlyDictionary<string, string?> NodeModules { get; } =
        new Dictionary<string, string?> { ["NODE_PATH"] = Path.Combine(RepositoryRoot.Find(), "tests", "Waybill.Interop.Tests", "npm", "node_modules") };

    protected static IReadOnlyList<string> Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0)];
}
