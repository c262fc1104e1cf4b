namespace Waybill.Interop.Tests.Crashes;

/// <summary>The power goes in the middle of uploads (promise D1): what a kill leaves in the page cache is lost too.</summary>
public sealed class PowerCutTests
{
    private static readonly int s_cuts = CrashRun.Times("WAYBILL_SOAK_POWER_CUTS", 30);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_half_is_visible_after_power_cuts()
    {
        await using var server = new PowerCutWaybill();
        await server.SetUpAsync();
        var log = new UploadLog();
        Assert.Empty(await CrashRun.RunAsync(server, s_cuts, "/upload", server.Key, log, stopAtFirst: false));
        await server.StartAsync();
        Assert.Equal(
            CrashRun.VisibleNames(server.Folder).Order(StringComparer.Ordinal), (await CrashRun.ListAsync(server)).Order(StringComparer.Ordinal));
        await server.Program.CommandAsync("audit", "verify");
        Assert.Empty(await CrashRun.WithoutRowAsync(server.Program, log.Acknowledgements));
    }

    [Fact]
    public async Task A_server_that_does_not_sync_is_caught_by_the_same_check()
    {
        await using var server = new PowerCutWaybill("Storage:Durability=Rename");
        await server.SetUpAsync();
        Assert.NotEmpty(await CrashRun.RunAsync(server, s_cuts, "/upload", server.Key, new UploadLog(), stopAtFirst: true));
    }

    private sealed class PowerCutWaybill : CrashingWaybill
    {
        private readonly PowerCutDisk _disk = new();

        public PowerCutWaybill(params string[] settings) => Program = new WaybillServer { Settings = settings };

        public override string CrashName => "power cut";

        public override async Task SetUpAsync()
        {
            await _disk.CreateAsync();
            Program.Data = Path.Combine(_disk.Root, "data");
            await base.SetUpAsync();
        }

        public override async Task CrashAsync()
        {
            // Stopped, it can acknowledge nothing that the copy has not.
            await Program.PauseAsync();
            await _disk.CutAsync();
            await base.CrashAsync();
            await _disk.BootAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            await _disk.DisposeAsync();
        }
    }
}
