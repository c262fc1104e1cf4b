using System.Text.Json;
using Waybill.Net.Buffers;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

public sealed class StatusTests(Template template)
{
    [Fact]
    public async Task Status_shows_sessions_and_memory()
    {
        using var data = await template.CopyAsync();
        var start = TimeProvider.System.GetUtcNow();
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        await using var client = await server.LogInAsync(key);
        var status = await data.JsonAsync("status");
        Assert.Equal(1, status.GetProperty("sessions").GetInt32());

        // The kernel counts a process's start in hundredths of a second.
        Assert.InRange(status.GetProperty("since").GetDateTimeOffset(), start.AddSeconds(-1), TimeProvider.System.GetUtcNow());
        Assert.True(status.GetProperty("residentBytes").GetInt64() > status.GetProperty("allocatedBytes").GetInt64());
        Assert.True(status.GetProperty("allocatedBytes").GetInt64() > 100_000);
        Assert.Matches(@"^running since \d{4}-\d\d-\d\d .* as process \d+, 1 sessions, \d+ pool threads\nmemory: [\d.]+ MiB resident, ", await data.OutputAsync("status"));
    }

    /// <summary>With its own pool of 4 KiB blocks each receive would bring 4 KiB, at four times the cost; that is what a registration in the wrong order gives.</summary>
    [Fact]
    public async Task The_network_uses_large_blocks()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        Assert.Equal(0, await BufferBytesAsync(data));
        using var key = data.LoadKey();
        await using var client = await server.LogInAsync(key);

        // The block goes back a moment after the client has its answer.
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (await BufferBytesAsync(data) == 0)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "no connection has used a block");
        }

        Assert.Equal(0, await BufferBytesAsync(data) % BlockMemoryPool.BlockSize);
        Assert.True(BlockMemoryPool.BlockSize >= 64 * 1024);
    }

    private static async Task<long> BufferBytesAsync(Data data) => (await data.JsonAsync("status")).GetProperty("bufferBytes").GetInt64();
}
