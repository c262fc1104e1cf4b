using System.Globalization;
using Waybill.Core.Audit;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Audit;

public sealed class AuditProcessTests
{
    [Fact]
    public async Task Two_more_processes_append_to_one_chain_at_once()
    {
        await using var core = await TestCore.CreateAsync();
        const int Count = 200;
        await using var first = SecondProcess.Start(core.Path, "first", Count);
        await using var second = SecondProcess.Start(core.Path, "second", Count);
        for (var i = 0; i < Count; i++)
        {
            Assert.True((await core.Services.Audit.AppendAsync(new AuditEntry("upload", TestCore.Operator) { Subject = $"own.{i}" })).Succeeded);
        }

        var outcomes = await Task.WhenAll(first.WaitForExitAsync(TimeSpan.FromSeconds(60)), second.WaitForExitAsync(TimeSpan.FromSeconds(60)));

        Assert.All(outcomes, static outcome => Assert.True(outcome.ExitCode == 0 && !outcome.Output.Contains("failed", StringComparison.Ordinal), outcome.ToString()));
        var verification = await core.Services.Audit.VerifyAsync();
        Assert.True(verification.Intact, string.Join('\n', verification.Findings));
        Assert.Equal((3 * Count) + 1, verification.Rows);
    }

    [Fact]
    public async Task After_a_kill_in_the_middle_the_chain_holds_and_every_acknowledged_row_is_there()
    {
        await using var core = await TestCore.CreateAsync();
        await core.Services.DisposeAsync();
        var acknowledged = new HashSet<string>();
        for (var round = 0; round < 5; round++)
        {
            await using var victim = SecondProcess.Start(core.Path, string.Create(CultureInfo.InvariantCulture, $"round{round}"), 1_000_000);
            var waited = System.Diagnostics.Stopwatch.StartNew();
            while (victim.Output.Split('\n').Length <= 30)
            {
                Assert.False(victim.HasExited, victim.ErrorOutput);
                Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"too few rows in a minute: {victim.Output}");
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50 + (37 * round)));
            victim.Kill();
            var outcome = await victim.WaitForExitAsync(TimeSpan.FromSeconds(60));

            // The last line may be cut off by the kill.
            foreach (var line in outcome.Output[..(outcome.Output.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                Assert.StartsWith("done ", line, StringComparison.Ordinal);
                Assert.True(acknowledged.Add(line[5..]));
            }
        }

        await core.ReopenAsync();
        var verification = await core.Services.Audit.VerifyAsync();
        Assert.True(verification.Intact, string.Join('\n', verification.Findings));
        Assert.True(acknowledged.Count > 100, $"only {acknowledged.Count} acknowledged rows");
        var present = await core.Services.Database.ReadAsync(static connection => connection.All("SELECT subject FROM audit WHERE subject IS NOT NULL", static row => row.GetString(0)));
        Assert.Empty(acknowledged.Except(present));
        Assert.True((await core.Services.Audit.AppendAsync(new AuditEntry("upload", TestCore.Operator))).Succeeded);
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
        Assert.Empty(await core.Services.Database.CheckAsync());
    }
}
