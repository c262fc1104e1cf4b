using Waybill.Core.Database;

namespace Waybill.Core.Tests.Database;

/// <summary>A transaction that does not end before it is told to: what is written meanwhile waits.</summary>
internal sealed class SlowDisk : IAsyncDisposable
{
    private readonly SemaphoreSlim _begun = new(0);
    private readonly ManualResetEventSlim _end = new();
    private readonly Task<Result<int>> _transaction;

    private SlowDisk(WaybillDatabase database) => _transaction = Task.Run(() => database.WriteAsync<int>(_ =>
    {
        _begun.Release();
        _end.Wait(TimeSpan.FromSeconds(60));
        return 0;
    }).AsTask());

    public static async Task<SlowDisk> StartAsync(TestCore core)
    {
        var disk = new SlowDisk(core.Services.Database);
        Assert.True(await disk._begun.WaitAsync(TimeSpan.FromSeconds(60)));
        return disk;
    }

    /// <summary>The transaction ends.</summary>
    public async Task EndAsync()
    {
        _end.Set();
        Assert.True((await _transaction).Succeeded);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _begun.Dispose();
        _end.Dispose();
    }
}
