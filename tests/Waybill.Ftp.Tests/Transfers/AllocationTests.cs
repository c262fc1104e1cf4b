using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Transfers;

[Collection(nameof(Alone))]
public sealed class AllocationTests
{
    private const int Length = 64 * 1024 * 1024;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transfer_allocates_nothing_for_its_blocks(bool download)
    {
        await using var harness = await FtpHarness.StartAsync();
        var content = new byte[Length];
        harness.Write("a", content);
        await using var client = await harness.LogInAsync();
        var small = long.MaxValue;
        var large = long.MaxValue;
        for (var round = 0; round < 6; round++)
        {
            small = Math.Min(small, await AllocatedAsync(client, download, content, 1024 * 1024));
            large = Math.Min(large, await AllocatedAsync(client, download, content, Length));
        }

        // What a transfer of 4,032 more records costs; the client's part is counted too.
        Assert.InRange(large - small, long.MinValue, 256 * 1024);
    }

    private static async Task<long> AllocatedAsync(FtpClient client, bool download, byte[] content, int length)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        if (download)
        {
            Assert.Equal(350, await client.SendAsync($"REST {Length - length}"));
            await using var data = await client.BeginAsync("RETR a");
            var got = 0;
            for (int read; (read = await data.ReadAsync(content)) > 0; got += read)
            {
            }

            Assert.Equal(length, got);
        }
        else
        {
            await using var data = await client.BeginAsync("STOR b");
            await data.WriteAsync(content.AsMemory(0, length));
            await FtpClient.CloseAsync(data);
        }

        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
