using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.KeyExchange;

/// <summary>What a client sends without end while an exchange runs.</summary>
[Collection(nameof(Alone))]
public sealed class RekeyFloodTests
{
    [Fact]
    public async Task A_flood_during_a_rekey_ends_the_connection()
    {
        // CVE-2025-26466: whatever is queued or answered while an exchange runs needs a limit.
        await FloodAsync(20_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await FloodAsync(200_000);
        // What may wait unsent lies in a pooled array that doubled on the way, and the pool keeps both.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, (2 * new SshLimits().UnsentBytes) + (4 * 1024 * 1024));
    }

    private static async Task FloodAsync(int messages)
    {
        var server = new ServerUnderTest(new SshLimits { KeyExchangeTime = TimeSpan.FromSeconds(10) });
        await using var connection = await server.LogInAsync();
        var client = connection.Client;
        client.Transport.Timeout = TimeSpan.FromSeconds(60);
        await client.SendKexInitAsync();
        await client.ReceiveKexInitAsync();
        var receiving = client.ReceiveEndAsync();
        try
        {
            for (var i = 0; i < messages; i++)
            {
                // A transport message that nobody has assigned: each asks for an answer.
                await client.Transport.SendPacketAsync([15, 0, 0, 0, 0]);
            }
        }
        catch (Exception exception) when (exception is PeerClosedException or TimeoutException)
        {
            // Cut off on the way, or no longer read: both are bounds.
        }

        await receiving;
        var report = await connection.ReportAsync();
        Assert.True(report.Reason is SshEndReason.LimitExceeded or SshEndReason.ProtocolError or SshEndReason.RekeyTimeout, report.ToString());
    }
}
