using Waybill.Conformance.Tests.Server;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.Channels;

/// <summary>Channels that are asked for and refused, tens of thousands of them.</summary>
[Collection(nameof(Alone))]
public sealed class RejectedOpensTests
{
    [Fact]
    public async Task A_flood_of_rejected_opens_leaves_nothing_behind()
    {
        await using var connection = await new ServerUnderTest().LogInAsync();
        await FloodAsync(2_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await FloodAsync(50_000);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 2 * 1024 * 1024);
        await connection.EchoAsync();

        async Task FloodAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await connection.Client.SendAsync(RawSshClient.OpenRequest(1_000_000, 1 << 20, 1 << 15, i % 2 == 0 ? "x11" : "direct-tcpip"));
                if (i % 100 == 99)
                {
                    // Its answers: OPEN_FAILURE for a channel that we do not know.
                    await connection.Client.PumpUntilAsync(() => connection.Client.Strays.Count >= 100);
                    Assert.All(connection.Client.Strays, stray => Assert.Equal(SshMessage.ChannelOpenFailure, stray[0]));
                    connection.Client.Strays.Clear();
                }
            }
        }
    }
}
