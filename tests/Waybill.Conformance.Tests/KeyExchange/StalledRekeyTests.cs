using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.KeyExchange;

/// <summary>A rekey that the client leaves lying, at each point where it can, in the middle of a transfer (CVE-2025-22869).</summary>
public sealed class StalledRekeyTests
{
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData("the server begins, the client reads on and answers nothing")]
    [InlineData("the server begins, the client stops reading")]
    [InlineData("the client begins and reads on")]
    [InlineData("the client begins and stops reading")]
    [InlineData("the client sends its share and no NEWKEYS")]
    public async Task A_rekey_that_stalls_ends_in_its_timeout_with_bounded_memory(string where)
    {
        // Keepalives would end some of these first.
        var clock = new FakeTimeProvider();
        var limits = new SshLimits
        {
            RekeyBytes = where.StartsWith("the server", StringComparison.Ordinal) ? 256 * 1024 : long.MaxValue, KeepAlive = TimeSpan.FromHours(1),
        };
        var server = new ServerUnderTest(limits, clock);
        var produced = 0L;
        server.Application.Find = _ => new SourceProgram(total => Interlocked.Exchange(ref produced, total));
        await using var connection = await server.LogInAsync();
        var client = connection.Client;
        await client.OpenSubsystemAsync("source");
        var reads = true;
        switch (where)
        {
            case "the client begins and reads on" or "the client begins and stops reading":
                await client.SendKexInitAsync();
                reads = where.EndsWith("on", StringComparison.Ordinal);
                break;
            case "the client sends its share and no NEWKEYS":
                await client.SendKexInitAsync();
                await client.ReceiveKexInitAsync();
                await client.Transport.SendPacketAsync(client.StartExchange());
                await client.ReceiveKexReplyAsync();
                await client.ReceiveNewKeysAsync();
                break;
            case "the server begins, the client stops reading":
                reads = false;
                break;
        }

        var ended = reads ? client.ReceiveEndAsync() : Task.CompletedTask;
        await SettledAsync(() => Interlocked.Read(ref produced));
        await SettledAsync(() => clock.NextDue is { } due && due <= limits.KeyExchangeTime ? 1 : 0);
        Assert.Equal(limits.KeyExchangeTime, clock.NextDue);
        clock.Advance(limits.KeyExchangeTime - Blink);
        await SettledAsync(() => Interlocked.Read(ref produced));

        // What the client's window of 2 MiB, the transport and the channel take, and no more however long it lasts.
        Assert.InRange(Interlocked.Read(ref produced), 1, 8 * 1024 * 1024);
        clock.Advance(Blink);
        var report = connection.ReportAsync();
        while (!report.IsCompleted)
        {
            // The last words wait for a client that does not read, by the same clock.
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(report, Task.Delay(10));
        }

        Assert.Equal(SshEndReason.RekeyTimeout, (await report).Reason);
        await ended;
    }

    /// <summary>Waits until a number has not changed for a while.</summary>
    private static async Task SettledAsync(Func<long> number)
    {
        var (last, since) = (number(), 0);
        for (var tries = 0; since < 5; tries++)
        {
            Assert.True(tries < 3_000, "it goes on and on");
            await Task.Delay(20);
            since = number() == last && last > 0 ? since + 1 : 0;
            last = number();
        }
    }
}
