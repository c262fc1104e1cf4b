using System.Buffers;
using Waybill.Core.Catalogue;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Access;
using Waybill.Storage.Local;

namespace Waybill.Core.Tests.Catalogue;

/// <summary>The vaults of a <see cref="TestCore"/>, with account 10042 in them, and what works on them.</summary>
internal sealed class TestVaults : IAsyncDisposable
{
    private readonly LocalVaults _vaults;
    private bool _meetsTheKernelsClock;

    private TestVaults(TestCore core)
    {
        Core = core;
        _vaults = new LocalVaults(core.Files.Vaults, new LocalStoreOptions { Durability = Durability.Rename });
        Stores = new VaultStores(_vaults);
        Scan = new CatalogueScan(core.Services.Database, core.Services.Audit, Stores, core.Time, core.Services.Layout) { SettleTime = TimeSpan.Zero };
    }

    public TestCore Core { get; }

    public VaultStores Stores { get; }

    /// <summary>A session of the login in the vault.</summary>
    public IFileStore OpenSession() => _vaults.OpenStore(VaultPath.Parse("/10042"), new EveryRight()).Value!;

    public CatalogueScan Scan { get; }

    public static async Task<TestVaults> CreateAsync()
    {
        var core = await TestCore.CreateAsync();
        core.Services.Vaults.Ensure(await core.AddAccountAsync());
        return new TestVaults(core);
    }

    /// <summary>What a session does with files, and records.</summary>
    public SessionFiles FilesOf(IFileStore session) => new(session, new EveryRight(), Core.Journal(Actor.Login("10042", "192.0.2.8", "c2")));

    /// <summary>An upload from its first byte to its answer.</summary>
    public async Task CommitAsync(IFileStore session, string path, string content)
    {
        var files = FilesOf(session);
        var (_, file) = await files.OpenAsync(VaultPath.Parse(path), OpenModes.Write | OpenModes.Create | OpenModes.Truncate);
        await using var upload = file!;
        Assert.Equal(StoreError.None, await upload.WriteAsync(0, new ReadOnlySequence<byte>(System.Text.Encoding.UTF8.GetBytes(content))));
        Assert.True((await files.CommitAsync(upload, new UploadFacts(VaultPath.Parse(path), content.Length))).IsOk);
    }

    public string OnDisk(string path, string account = "10042") => Path.Combine(Core.Files.Vaults, account) + path;

    /// <summary>What an operator does: no login, no journal.</summary>
    public void Put(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(OnDisk(path))!);
        File.WriteAllText(OnDisk(path), content);
    }

    /// <summary>What a login does: the file is in place, then its row is written.</summary>
    public async Task UploadAsync(string path, string content)
    {
        Put(path, content);
        if (_meetsTheKernelsClock)
        {
            MeetTheKernelsClock();
        }

        Assert.Equal(StoreError.None, await Core.Journal(Actor.Login("10042", "192.0.2.7", "c1")).RecordAsync(
            new FileEvent(FileOperation.Upload, VaultPath.Parse(path), Bytes: content.Length, Size: content.Length)));
    }

    /// <summary>From now on a row is as late as its file, which has its time from the kernel.</summary>
    public void MeetTheKernelsClock()
    {
        _meetsTheKernelsClock = true;
        Core.Time.Advance(TimeSpan.FromTicks(Math.Max(0, (TimeProvider.System.GetUtcNow() - Core.Time.GetUtcNow()).Ticks)));
    }

    /// <summary>Scans, and does something at each entry.</summary>
    public async Task<ScanReport> ScanAsync(Action<VaultEntry> atEntry) => (await new CatalogueScan(
        Core.Services.Database, Core.Services.Audit, Stores, Core.Time, Core.Services.Layout) { SettleTime = TimeSpan.Zero, AtEntry = atEntry }.RunAsync(null, TestCore.Operator)).Get();

    public async Task<ScanReport> ScanAsync() => (await Scan.RunAsync(null, TestCore.Operator)).Get();

    public async Task<CatalogueFile?> FindAsync(string path) => await Core.Services.Catalogue.FindAsync("10042", path);

    public async Task<IReadOnlyList<CatalogueFile>> VersionsAsync(string path) =>
        (await Core.Services.Catalogue.ListAsync("10042", new CatalogueQuery { Below = path, WithGone = true })).Get().Items;

    /// <summary>Waits until something waits for this time.</summary>
    public async Task WaitForTimerAsync(TimeSpan due)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (Core.Time.NextDue != due)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"nothing waits for {due}; the next timer is due in {Core.Time.NextDue}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private sealed class EveryRight : IAccessRules
    {
        public FileRights RightsAt(VaultPath path) => FileRights.All;
    }

    public async ValueTask DisposeAsync()
    {
        _vaults.Dispose();
        await Core.DisposeAsync();
    }
}
