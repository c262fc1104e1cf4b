using Waybill.SshKeys.Keys;

namespace Waybill.Interop.Tests.Crashes;

/// <summary>The real program; it crashes by SIGKILL.</summary>
internal class CrashingWaybill : ICrashingServer, IAsyncDisposable
{
    private bool _running;

    public WaybillServer Program { get; protected init; } = new();

    public int Port => Program.Port;

    public string Folder => Path.Combine(Program.Vault, "upload");

    public string Database => Path.Combine(Program.Data, "waybill.db");

    public SshPrivateKey Key { get; private set; } = null!;

    public virtual string CrashName => "kill";

    public virtual async Task SetUpAsync()
    {
        await Program.InitializeAsync();
        Key = PrivateKeyFile.Read(await File.ReadAllBytesAsync(Program.Key)).Key!;
        await Program.KillAsync();
    }

    public virtual async Task StartAsync()
    {
        await Program.StartAsync();
        _running = true;
    }

    public virtual async Task CrashAsync()
    {
        await Program.KillAsync();
        _running = false;
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (!_running)
        {
            await Program.StartAsync();
        }

        await Program.DisposeAsync();
        Key.Dispose();
    }
}
