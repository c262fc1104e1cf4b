using Waybill.Core.Catalogue;
using Waybill.Core.Retention;
using Waybill.Core.Vaults;
using Waybill.Storage.Local;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Retention;

/// <summary>Retention on a data directory with account 10042, a clock of its own, and files that arrived when the test says.</summary>
internal sealed class TestRetention : IAsyncDisposable
{
    private LocalVaults _vaults = null!;

    public TestCore Core { get; private set; } = null!;

    public ShiftedTime Clock { get; private set; } = null!;

    public RetentionOptions Options { get; set; } = new();

    public DateTimeOffset Now => Core.Time.GetUtcNow();

    public string Directory => Path.Combine(Core.Path, "retention");

    public static async Task<TestRetention> CreateAsync(params string[] accounts)
    {
        var retention = new TestRetention { Core = await TestCore.CreateAsync() };
        retention.Clock = new ShiftedTime(retention.Core.Time);
        retention._vaults = new LocalVaults(retention.Core.Files.Vaults);
        foreach (var account in accounts.Append("10042"))
        {
            await retention.Core.AddAccountAsync(account);
            System.IO.Directory.CreateDirectory(retention.FileOf("", account));
        }

        return retention;
    }

    /// <summary>What the running server has seen of its clock; null while no server runs.</summary>
    public ClockWatch? Watch { get; private set; }

    public RetentionService Service(Action<RetentionPoint>? at = null) =>
        new(Core.Services.Database, Core.Services.Audit, Clock, Options, new VaultStores(_vaults), Directory) { At = at, Watch = Watch };

    /// <summary>A server starts, or ends and starts.</summary>
    public ClockWatch StartServer() => Watch = new ClockWatch(Core.Services.Database, Core.Services.Audit, Clock);

    public void StopServer() => Watch = null;

    public string FileOf(string path, string account = "10042") => Path.Combine(Core.Files.Vaults, account) + path;

    /// <summary>A file with its row, as a session leaves it; it arrives now, or when it is said.</summary>
    public async Task<long> AddAsync(string path, DateTimeOffset? arrived = null, string account = "10042", string content = "content")
    {
        var file = FileOf(path, account);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, content);
        return await CatalogueAsync(path, arrived, account, content.Length);
    }

    public async Task<long> CatalogueAsync(string path, DateTimeOffset? arrived = null, string account = "10042", long size = 7) =>
        (await Core.Services.Database.WriteAsync<long>(transaction => CatalogueSql.Arrived(
            transaction.Connection, CatalogueSql.AccountId(transaction.Connection, account)!.Value, path, size, null, account, "sftp", arrived ?? Clock.GetUtcNow()))).Get();

    public bool IsThere(string path, string account = "10042") => File.Exists(FileOf(path, account));

    /// <summary>Why a file is not there any more, by the catalogue; null while it is.</summary>
    public object? GoneHow(string path) => Core.Scalar($"SELECT gone_how FROM file WHERE path = '{path}' ORDER BY id DESC LIMIT 1") is string how ? how : null;

    public Task<Result<RetentionPlan>> TryPlanAsync(DateOnly? today = null) =>
        Service().PlanAsync(new PlanRequest { Mark = true, Today = today }, Actor.System).AsTask();

    public async Task<RetentionPlan> PlanAsync() => (await TryPlanAsync()).Get();

    /// <summary>What a server does some minutes after a run.</summary>
    public async Task SettleAsync()
    {
        Core.Time.Advance(RetentionLimits.Settling);
        (await Service().SettleAsync(Actor.System)).Check();
    }

    /// <summary>The hourly comparison of vaults and catalogue.</summary>
    public async Task<ScanReport> ScanAsync() => (await new CatalogueScan(
        Core.Services.Database, Core.Services.Audit, new VaultStores(_vaults), Clock, Core.Services.Layout) { SettleTime = TimeSpan.Zero }.RunAsync(null, Actor.System)).Get();

    /// <summary>Names of what was put aside.</summary>
    public IEnumerable<string> Aside => System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "taken")).Select(static file => Path.GetFileName(file));

    public async Task<RetentionRun> RunAsync() => (await Service().RunAsync(Actor.System)).Get();

    /// <summary>Lets time pass as the schedule sees it: a plan each day at two, a run on each first at three.</summary>
    public async Task PassAsync(DateTimeOffset until, Action<DateTimeOffset>? afterRun = null)
    {
        while (Now < until)
        {
            var next = new DateTimeOffset(Now.UtcDateTime.Date.AddDays(1).AddHours(2), TimeSpan.Zero);
            Core.Time.Advance((next < until ? next : until) - Now);
            if (Now != next)
            {
                return;
            }

            await PlanAsync();
            if (Now.Day == 1)
            {
                Core.Time.Advance(TimeSpan.FromHours(1));
                await RunAsync();
                afterRun?.Invoke(Now);
            }
        }
    }

    public static DateTimeOffset Day(int year, int month, int day, int hour = 12) => new(year, month, day, hour, 0, 0, TimeSpan.Zero);

    public async ValueTask DisposeAsync()
    {
        _vaults.Dispose();
        await Core.DisposeAsync();
    }
}
