using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Portal;
using Waybill.Server.Configuration;
using Waybill.Server.Hosting;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Hosting;

public sealed class ServerHealthTests(Template template)
{
    [Fact]
    public async Task What_was_found_is_good_for_a_minute_and_nobody_waits_for_the_next_look()
    {
        using var data = await template.CopyAsync();
        await using var installation = Installation.Open(new DataDirectory(data.Root));
        var time = new FakeTimeProvider();
        await using var health = new ServerHealth(installation, new WaybillConfiguration(), time, NullLogger.Instance);
        Assert.DoesNotContain(await LookAsync(), IsBroken);

        await File.WriteAllTextAsync(data.Combine("tls", "server.crt"), "no certificate\n", TestContext.Current.CancellationToken);
        time.Advance(ServerHealth.Fresh - TimeSpan.FromSeconds(1));
        Assert.DoesNotContain(await LookAsync(), IsBroken);
        time.Advance(TimeSpan.FromSeconds(1));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await LookAsync()).Any(IsBroken))
        {
            await Task.Delay(50, patience.Token);
        }

        ValueTask<IReadOnlyList<HealthFinding>> LookAsync() => health.LookAsync(TestContext.Current.CancellationToken);

        static bool IsBroken(HealthFinding finding) => finding.Check == "certificate" && finding.Verdict == HealthVerdict.Failure;
    }
}
