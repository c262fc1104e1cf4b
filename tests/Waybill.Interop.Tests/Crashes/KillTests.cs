using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Interop.Tests.Crashes;

/// <summary>
/// SIGKILL in the middle of uploads: every file that was acknowledged is there and equal, no half file is visible, the old version survives a cut-off overwrite.
/// </summary>
public sealed class KillTests
{
    private static readonly int s_kills = CrashRun.Times("WAYBILL_SOAK_KILLS", 25);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_half_is_visible_after_kills()
    {
        await using var server = new CrashingWaybill();
        await server.SetUpAsync();
        var log = new UploadLog();
        Assert.Empty(await CrashRun.RunAsync(server, s_kills, "/upload", server.Key, log, stopAtFirst: false));
        Assert.True(log.CutOverwrites > 0, "no kill cut off an overwrite: no old version had to survive");
        await server.StartAsync();
        await CrashRun.CheckListingAsync(server);
        Assert.True(log.Leftovers > 0, "the last kill left no temporary: nothing was there to be swept");
        Assert.Equal(0, CrashRun.Leftovers(server.Folder));
        await CrashRun.CheckRecordsAsync(server, log);
    }

    [Fact]
    public async Task A_store_that_renames_before_it_writes_is_caught_by_the_same_check()
    {
        await using var server = new WrongServer();
        server.SetUp();
        Assert.NotEmpty(await CrashRun.RunAsync(server, s_kills, "", server.Key, new UploadLog(), stopAtFirst: true));
    }

    private sealed class WrongServer : ICrashingServer, IAsyncDisposable
    {
        private readonly TemporaryDirectory _directory = new();
        private ExternalProcess? _process;

        public int Port { get; private set; }

        public string Folder => _directory.Combine("files");

        public string? Database => null;

        public SshPrivateKey Key { get; } = SshPrivateKeys.GenerateEd25519();

        public void SetUp() => Directory.CreateDirectory(Folder);

        public async Task StartAsync()
        {
            var program = Path.Combine(AppContext.BaseDirectory.Replace("Waybill.Interop.Tests", "Waybill.WrongStore", StringComparison.Ordinal), "Waybill.WrongStore.dll");
            _process = ExternalProcess.Start("dotnet", [program, Folder]);
            await _process.WaitForTextAsync("\n", TimeSpan.FromSeconds(60));
            Port = int.Parse(_process.Output, System.Globalization.CultureInfo.InvariantCulture);
        }

        public string CrashName => "kill";

        public async Task CrashAsync()
        {
            _process!.Kill();
            await _process.WaitForExitAsync(TimeSpan.FromSeconds(60));
        }

        public async ValueTask DisposeAsync()
        {
            if (_process is not null)
            {
                await _process.DisposeAsync();
            }

            _directory.Dispose();
            Key.Dispose();
        }
    }
}
