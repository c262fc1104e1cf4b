using System.Globalization;
using Waybill.TestKit;

namespace Waybill.Conformance.Tests.Fuzz;

/// <summary>
/// Runs the fuzz targets in a process of their own: a stack overflow would take this one with it. WAYBILL_FUZZ_INPUTS and WAYBILL_TEST_SEED change the run.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Inputs = 200_000;

    [Fact]
    public async Task No_target_crashes_hangs_or_grows_and_each_shows_every_outcome()
    {
        // bin/(configuration)/net10.0 is the same here and there.
        var below = Path.GetRelativePath(Path.Combine(RepositoryRoot.Find(), "tests", "Waybill.Conformance.Tests"), AppContext.BaseDirectory);
        var program = Path.Combine(RepositoryRoot.Find(), "fuzz", "Waybill.Fuzz", below, "Waybill.Fuzz");
        var inputs = Environment.GetEnvironmentVariable("WAYBILL_FUZZ_INPUTS") ?? Inputs.ToString(CultureInfo.InvariantCulture);
        var seed = SeededRandom.FromEnvironment().Seed.ToString(CultureInfo.InvariantCulture);
        var outcome = await ExternalProcess.RunAsync(program, ["--inputs", inputs, "--seed", seed], timeout: TimeSpan.FromMinutes(10));
        output.WriteLine(outcome.Output);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
    }
}
