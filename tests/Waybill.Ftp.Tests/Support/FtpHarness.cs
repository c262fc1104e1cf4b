using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Waybill.Ftp.Hosting;
using Waybill.Net.Buffers;
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

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly LocalVaults _vaults;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<FtpConnectionReport>> _reports = new();
    private readonly ConcurrentQueue<string> _connections = new();
    private readonly ConcurrentBag<Exception> _defects = [];
    private WebApplication? _application;

    private FtpHarness(FtpServerOptions options, FolderRules rules)
    {
        Options = options;
        Rules = rules;
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

    public int Port { get; private set; }

    public SemaphoreSlim HashTurns { get; private set; } = null!;

    public static FtpServerOptions DefaultOptions { get; } = new() { Certificate = () => TestCertificate.Context, PassivePorts = new FtpPortRange(20_000, 29_999) };

    public static async Task<FtpHarness> StartAsync(FtpServerOptions? options = null, FolderRules? rules = null, TimeProvider? time = null, string address = "127.0.0.1")
    {
        var harness = new FtpHarness(options ?? DefaultOptions, rules ?? new FolderRules());
        var handler = new FtpConnectionHandler(harness.Options, harness, time ?? TimeProvider.System, harness.Log);
        harness.HashTurns = handler.HashTurns;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>>(new BlockMemoryPoolFactory()));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(address), 0, listen =>
        {
            listen.Run(async connection =>
            {
                harness._connections.Enqueue(connection.ConnectionId);
                try
                {
                    await handler.OnConnectedAsync(connection);
                }
                catch (Exception exception)
                {
                    harness._defects.Add(exception);
                    throw;
                }
            });
            harness.Port = 0;
        }));
        harness._application = builder.Build();
        await harness._application.StartAsync();
        var addresses = harness._application.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>()!;
        harness.Port = new Uri(addresses.Addresses.Single()).Port;
        return harness;
    }

    public string PathOf(string name) => Path.Combine(_directory.FullName, "0042", name);

    /// <summary>Files that are seen, by their paths below the vault.</summary>
    public IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(PathOf(""), "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(PathOf(""), path)).Where(name => !Path.GetFileName(name).StartsWith(".waybill-", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    /// <summary>A file's content on the disk.</summary>
    public byte[] Content(string name) => File.ReadAllBytes(PathOf(name));

    public void Write(string name, ReadOnlySpan<byte> content) => File.WriteAllBytes(PathOf(name), content);

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
    public async Task<FtpConnectionReport> ReportAsync(int number = 0)
    {
        var until = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (_connections.Count <= number && Environment.TickCount64 < until)
        {
            await Task.Delay(5);
        }

        return await Source(_connections.ElementAt(number)).Task.WaitAsync(Patience);
    }

    public Task StopAsync() => _application!.StopAsync();

    public ValueTask<bool> MayUsePlainAsync(FtpConnectionInfo connection, string user, CancellationToken cancellationToken) => new(MayUsePlain);

    public ValueTask<IFtpLogin?> LogInAsync(FtpConnectionInfo connection, string user, string password, CancellationToken cancellationToken)
    {
        Attempts.Enqueue((user, password, connection.Tls));
        connection.Refusal = Refusal;
        return new(Refusal is null && user == User && password == Password ? new Login(this) : null);
    }

    public ValueTask DataPortRefusedAsync(FtpDataPortRefusal refusal)
    {
        DataPortRefusals.Enqueue(refusal);
        return ValueTask.CompletedTask;
    }

    public ValueTask ConnectionEndedAsync(FtpConnectionReport report)
    {
        if (!Source(report.Connection.Id).TrySetResult(report))
        {
            throw new InvalidOperationException($"Connection {report.Connection.Id} ended twice.");
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        using (var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20)))
        {
            await _application!.StopAsync(limit.Token);
        }

        foreach (var connection in _connections)
        {
            await Source(connection).Task.WaitAsync(Patience);
        }

        await _application.DisposeAsync();
        _vaults.Dispose();
        _directory.Dispose();
        Kick.Dispose();
        Assert.Empty(_defects);
        Assert.Equal("", string.Join("\n", Log.Errors));
    }

    private TaskCompletionSource<FtpConnectionReport> Source(string id) =>
        _reports.GetOrAdd(id, _ => new TaskCompletionSource<FtpConnectionReport>(TaskCreationOptions.RunContinuationsAsynchronously));

    private sealed class Login(FtpHarness harness) : IFtpLogin
    {
        public CancellationToken Kicked => harness.Kick.Token;

        public string OwnerName => User;

        public IAccessRules Rules => harness.Rules;

        public IFileJournal Journal => harness.Journal;

        public VaultPath StartDirectory => harness.StartDirectory;

        public ValueTask<bool> AcceptsUncleanUploadsAsync(CancellationToken cancellationToken) => new(harness.AcceptsUncleanUploads);

        public StoreResult<IFileStore> OpenStore() => harness.Store?.Invoke() ?? harness._vaults.OpenStore(VaultPath.Parse("/0042"), harness.Rules, User);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
