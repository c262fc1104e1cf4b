using System.Globalization;
using System.Text.RegularExpressions;
using Waybill.TestKit;

namespace Waybill.Conformance.Tests.Fuzz;

/// <summary>
/// Runs the fuzz targets in a process of their own: a stack overflow would take this one with it. WAYBILL_FUZZ_TIMES, WAYBILL_FUZZ_MINUTES and WAYBILL_TEST_SEED change the run.
/// </summary>
public sealed partial class FuzzTests(ITestOutputHelper output)
{
    // bin/(configuration)/net10.0 is the same here and there.
    private static string Program => Path.Combine(
        RepositoryRoot.Find(), "fuzz", "Waybill.Fuzz",
        Path.GetRelativePath(Path.Combine(RepositoryRoot.Find(), "tests", "Waybill.Conformance.Tests"), AppContext.BaseDirectory), "Waybill.Fuzz");

    [Fact]
    public async Task No_target_crashes_hangs_or_grows_and_each_shows_every_outcome()
    {
        var times = Environment.GetEnvironmentVariable("WAYBILL_FUZZ_TIMES") ?? "1";
        var seed = SeededRandom.FromEnvironment().Seed.ToString(CultureInfo.InvariantCulture);
        var minutes = int.Parse(Environment.GetEnvironmentVariable("WAYBILL_FUZZ_MINUTES") ?? "10", CultureInfo.InvariantCulture);
        var outcome = await ExternalProcess.RunAsync(Program, ["--times", times, "--seed", seed], timeout: TimeSpan.FromMinutes(minutes));
        output.WriteLine(outcome.Output);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());

        // So many are promised of FTP's control line and its arguments, and of NTSAPI's lines, whatever else is fuzzed beside them.
        foreach (var promised in (string[][])[["ftp-line", "ftp-argument"], ["ntsapi-line"]])
        {
            Assert.InRange(
                Counts().Matches(outcome.Output).Where(line => promised.Contains(line.Groups[1].Value)).Sum(static line => int.Parse(line.Groups[2].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)),
                200_000, int.MaxValue);
        }
    }

    [Fact]
    public async Task The_fuzzer_catches_crashes_leaks_and_outcomes_that_are_missing_or_not_declared()
    {
        var outcome = await ExternalProcess.RunAsync(Program, ["--self-test"], timeout: TimeSpan.FromMinutes(2));
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(6, outcome.Output.Split("ok   catches").Length - 1);
    }

    [Fact]
    public async Task The_fuzzer_ends_with_the_input_that_a_parser_hangs_in()
    {
        var outcome = await ExternalProcess.RunAsync(Program, ["--self-test-hang"], timeout: TimeSpan.FromMinutes(2));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("took more than 00:00:01", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("beef", outcome.Output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?m)^([a-z-]+) +([\d,]+) inputs")]
    private static partial Regex Counts();
}
