using System.Collections.Concurrent;
using System.Net;
using Waybill.Ftp.Hosting;
using Waybill.Storage;
using Waybill.Storage.Local;
using Waybill.TestKit;
using Waybill.TestKit.Storage;

namespace Waybill.Ftp.Tests.Support;

/// <summary>The engine under Kestrel, over a real store in a temporary directory, and what it reports.</summary>
internal sealed class FtpHarness : IFtpApplication, IAsyncDisposable
{
    public const string User = "00012345";
    public const string Password = "Correct-Horse.9";

    private readonly TemporaryDirectory _directory = new();
    private readonly LocalVaults _vaults;
    private TestListener<FtpConnectionReport>? _listener;

    private FtpHarness(FtpServerOptions options, FolderRules rules)
    {
        Options = options;
        Rules = rules;
        HashTurns = new FtpHashTurns(options.Limits);
        Directory.CreateDirectory(PathOf(""));
        _vaults = new LocalVaults(_directory.FullName, new LocalStoreOptions { Durability = Durability.Rename });
    }

    public FtpServerOptions Options { get; }

    public FolderRules Rules { get; }

    public ErrorLog Log { get; } = new();

    public RecordingJournal Journal { get; } = new();

    public ConcurrentQueue<FtpDataPortRefusal> DataPortRefusals { get; } = new();

    public ConcurrentQueue<(string User, string Password, string Tls)> Attempts { get; } = new();

    /// <summary>Opens the store; tests put another in its place.</summary>
    public Func<StoreResult<IFileStore>>? Store { get; set; }

    public bool MayUsePlain { get; set; } = true;

    public string? Refusal { get; set; }

    public bool AcceptsUncleanUploads { get; set; }

    public VaultPath StartDirectory { get; set; } = VaultPath.Root;

    public CancellationTokenSource Kick { get; } = new();

    public int Port => _listener!.Port;

    public int Connections => _listener!.Connections;

    public FtpHashTurns HashTurns { get; }

    /// <summary>What clients called themselves once they were in.</summary>
    public ConcurrentQueue<string> ClientNames { get; } = new();

    public string? Farewell { get; set; }

    public static FtpServerOptions DefaultOptions { get; } = new() { Certificate = () => TestCertificate.Context, PassivePorts = new FtpPortRange(20_000, 29_999) };

    public static async Task<FtpHarness> StartAsync(FtpServerOptions? options = null, FolderRules? rules = null, TimeProvider? time = null, string address = "127.0.0.1")
    {
        var harness = new FtpHarness(options ?? DefaultOptions, rules ?? new FolderRules());
        var handler = new FtpConnectionHandler(harness.Options, harness, time ?? TimeProvider.System, harness.Log, harness.HashTurns);
        harness._listener = new TestListener<FtpConnectionReport>(handler.OnConnectedAsync, IPAddress.Parse(address));
        await harness._listener.StartAsync();
        return harness;
    }

    public string PathOf(string name) => Path.Combine(_directory.FullName, "0042", name);

    /// <summary>Files that are seen, by their paths below the vault.</summary>
    public IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(PathOf(""), "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(PathOf(""), path)).Where(name => !Path.GetFileName(name).StartsWith(".waybill-", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>A file's content on the disk.</summary>
    public byte[] Content(string name) => File.ReadAllBytes(PathOf(name));

    public void Write(string name, ReadOnlySpan<byte> content) => File.WriteAllBytes(PathOf(name), content);

    /// <summary>Another session in the vault.</summary>
    public IFileStore OpenStore() => _vaults.OpenStore(VaultPath.Parse("/0042"), Rules).Value!;

    /// <summary>A connection, greeted.</summary>
    public async Task<FtpClient> ConnectAsync(string? from = null)
    {
        var client = await FtpClient.ConnectAsync(Port, from);
        if (Options.Mode == FtpMode.ImplicitTls)
        {
            await client.StartTlsAsync();
        }

        Assert.Equal(220, (await client.ReadReplyAsync()).Code);
        return client;
    }

    /// <summary>A connection with TLS.</summary>
    public async Task<FtpClient> ConnectWithTlsAsync()
    {
        var client = await ConnectAsync();
        Assert.Equal(234, await client.SendAsync("AUTH TLS"));
        await client.StartTlsAsync();
        return client;
    }

    /// <summary>A session with TLS that is logged in, and whose data connections are protected.</summary>
    public async Task<FtpClient> LogInAsync()
    {
        var client = Options.Mode == FtpMode.ImplicitTls ? await ConnectAsync() : await ConnectWithTlsAsync();
        Assert.Equal(331, await client.SendAsync($"USER {User}"));
        Assert.Equal(230, await client.SendAsync($"PASS {Password}"));
        Assert.Equal(200, await client.SendAsync("PBSZ 0"));
        Assert.Equal(200, await client.SendAsync("PROT P"));
        return client;
    }

    /// <summary>The report of the first connection, or of the one with that number.</summary>
    public Task<FtpConnectionReport> ReportAsync(int number = 0) => _listener!.ReportAsync(number);

    public Task StopAsync() => _listener!.StopAsync();

    public ValueTask<bool> MayUsePlainAsync(FtpConnectionInfo connection, string user, CancellationToken cancellationToken) => new(MayUsePlain);

    public ValueTask<IFtpLogin?> LogInAsync(FtpConnectionInfo connection, string user, string password, CancellationToken cancellationToken)
    {
        Attempts.Enqueue((user, password, connection.Tls));
        connection.Refusal = Refusal;
        return new(Refusal is null && user == User && password == Password ? new Login(this, connection) : null);
    }

    public ValueTask DataPortRefusedAsync(FtpDataPortRefusal refusal)
    {
        DataPortRefusals.Enqueue(refusal);
        return ValueTask.CompletedTask;
    }

    public ValueTask ConnectionEndedAsync(FtpConnectionReport report)
    {
        _listener!.Ended(report.Connection.Id, report);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener!.DisposeAsync();
        _vaults.Dispose();
        _directory.Dispose();
        Kick.Dispose();
        Assert.Equal("", string.Join("\n", Log.Errors));
    }

    private sealed class Login(FtpHarness harness, FtpConnectionInfo connection) : IFtpLogin
    {
        public CancellationToken Kicked => harness.Kick.Token;

        public string? Farewell => harness.Farewell;

        public string OwnerName => User;

        public IAccessRules Rules => harness.Rules;

        public IFileJournal Journal => harness.Journal;

        public VaultPath StartDirectory => harness.StartDirectory;

        public ValueTask<bool> AcceptsUncleanUploadsAsync(CancellationToken cancellationToken) => new(harness.AcceptsUncleanUploads);

        public void ClientNamed() => harness.ClientNames.Enqueue(connection.ClientName);

        public StoreResult<IFileStore> OpenStore() => harness.Store?.Invoke() ?? harness._vaults.OpenStore(VaultPath.Parse("/0042"), harness.Rules, User);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
