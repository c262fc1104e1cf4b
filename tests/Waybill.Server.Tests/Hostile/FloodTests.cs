using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Waybill.Server.Control;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.Hostile;

/// <summary>Connections without end from one source (security test T02), and what ssh-audit measures of them.</summary>
public sealed class FloodTests(Template template, ITestOutputHelper output)
{
    private const double LoginMilliseconds = 10_000;

    private static readonly IPAddress Flooder = IPAddress.Parse("127.0.0.66");

    [Fact]
    public async Task A_flood_from_one_source_gets_20_a_second_and_a_penalty_and_nobody_else_notices()
    {
        const int PerSecond = 500;
        var seconds = Soak.Size("FLOOD_SECONDS", 4);
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        using var key = data.LoadKey();
        await using var customer = await Customer.BeginAsync(server.Port, key);
        var gauges = new ServerGauges(server);
        var descriptors = gauges.Descriptors;
        var served = 0;
        var attempts = new List<Task>();
        var begun = Stopwatch.StartNew();

        // A penalty lasts for seconds and is listed meanwhile.
        var listing = PenaltyAsync(data);
        while (begun.Elapsed < TimeSpan.FromSeconds(seconds))
        {
            while (attempts.Count < begun.Elapsed.TotalSeconds * PerSecond)
            {
                attempts.Add(KnockAsync());
            }

            await Task.Delay(5);
        }

        await Task.WhenAll(attempts);
        var elapsed = begun.Elapsed.TotalSeconds;
        var penalty = await listing;
        var left = penalty.SecondsLeft;
        Assert.Equal(Flooder.ToString(), penalty.Source);
        var (logins, p99, longest) = await customer.EndAsync();
        Assert.True(served <= 20 * (elapsed + 1), $"{served} served in {elapsed:0.0} s");
        Assert.True(p99 < LoginMilliseconds, $"p99 of the others' logins: {p99:0} ms");

        while (true)
        {
            // The right key does not help while the penalty lasts, and helps when it is over.
            try
            {
                await using var client = await Peer.LogInAsync(Flooder, server.Port, Template.User, key);
                break;
            }
            catch (Exception error) when (error is TestKit.Ssh.PeerClosedException or IOException or SocketException)
            {
                Assert.True(begun.Elapsed.TotalSeconds < elapsed + left + 60, "the flooder's source is still refused");
                await Task.Delay(250);
            }
        }

        await gauges.DescriptorsAreBackAsync(descriptors);
        output.WriteLine(
            $"T02: {attempts.Count} connections in {elapsed:0.0} s, {served} served ({served / elapsed:0.0}/s, limit 20); penalty {left:0} s, a login from there "
            + $"{begun.Elapsed.TotalSeconds - elapsed:0.0} s after the flood; {logins} logins of another source, p99 {p99:0} ms, longest {longest:0} ms");

        async Task KnockAsync()
        {
            Interlocked.Add(ref served, await Peer.IsGreetedAsync(Flooder, server.Port) ? 1 : 0);
        }
    }

    [Fact]
    public async Task The_connection_rate_test_of_ssh_audit_finds_fewer_than_20_connections_a_second()
    {
        // ssh-audit 3.3: for 1.5 s, or until 38 have been greeted, it keeps ten sockets on the way, and warns from 20 greetings a second on.
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        var (greeted, refused) = (0, 0);
        var begun = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            while (begun.Elapsed < TimeSpan.FromSeconds(1.5) && Volatile.Read(ref greeted) < 38)
            {
                var isGreeted = await Peer.IsGreetedAsync(IPAddress.Loopback, server.Port);
                Interlocked.Increment(ref isGreeted ? ref greeted : ref refused);
            }
        }));
        var rate = greeted / begun.Elapsed.TotalSeconds;
        output.WriteLine($"{greeted} greeted, {refused} refused, {rate:0.0}/s");
        Assert.InRange(greeted, 1, 37);
        Assert.InRange(rate, 1, 19.9);

        // Of a machine that stood still few came in that time; those behind them are refused.
        while (refused == 0)
        {
            Assert.True(begun.Elapsed < TimeSpan.FromSeconds(60), "nobody is refused");
            refused += await Peer.IsGreetedAsync(IPAddress.Loopback, server.Port) ? 0 : 1;
        }
    }

    /// <summary>The only penalty, once there is one: it takes effect at 15 s.</summary>
    private static async Task<PenaltyView> PenaltyAsync(Data data)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var reply = await ControlClient.AskAsync(data.Combine("run", "control.sock"), new ControlRequest(ControlCommands.Penalties), TestContext.Current.CancellationToken);
            if (reply!.Penalties is [{ SecondsLeft: > 10 }, ..] penalties)
            {
                return Assert.Single(penalties);
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "nobody is penalised");
            await Task.Delay(100);
        }
    }
}
