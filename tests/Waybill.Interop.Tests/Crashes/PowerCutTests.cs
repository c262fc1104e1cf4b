using Waybill.TestKit;

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
        await CrashRun.CheckListingAsync(server);
        await CrashRun.CheckRecordsAsync(server, log);
    }

    [Fact]
    public async Task A_server_that_does_not_sync_is_caught_by_the_same_check()
    {
        await using var server = new PowerCutWaybill("Storage:Durability=Rename");
        await server.SetUpAsync();
        Assert.NotEmpty(await CrashRun.RunAsync(server, s_cuts, "/upload", server.Key, new UploadLog(), stopAtFirst: true));
    }

    [Fact]
    public async Task A_server_whose_database_does_not_sync_is_caught_by_the_check_of_catalogue_and_audit_log()
    {
        await using var server = new UnsyncedDatabaseWaybill();
        await server.SetUpAsync();
        var found = await CrashRun.RunAsync(server, s_cuts, "/upload", server.Key, new UploadLog(), stopAtFirst: true);

        // The files themselves are synced as ever: only the rows are lost.
        Assert.Contains(found, violation => violation.EndsWith("has no row in the audit log", StringComparison.Ordinal));
        Assert.Contains(found, violation => violation.Contains("the catalogue", StringComparison.Ordinal));
        Assert.DoesNotContain(found, violation => violation.EndsWith("was acknowledged and is not there", StringComparison.Ordinal));
    }

    /// <summary>Its syncs of the database's log are answered by strace, with success, and never made.</summary>
    private sealed class UnsyncedDatabaseWaybill : PowerCutWaybill
    {
        private ExternalProcess? _strace;

        public override async Task StartAsync()
        {
            await base.StartAsync();
            _strace = ExternalProcess.Start("strace",
                ["-f", "-qq", "-o", "/dev/null", "-P", Database + "-wal", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:retval=0", "-p", $"{Program.ProcessId}"]);
            await DurabilityOrderTests.WaitUntilTracedAsync(Program.ProcessId);
        }

        public override async Task CrashAsync()
        {
            await base.CrashAsync();
            await _strace!.DisposeAsync();
        }
    }

    private class PowerCutWaybill : CrashingWaybill
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
