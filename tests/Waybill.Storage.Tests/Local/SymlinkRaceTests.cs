using System.Globalization;

namespace Waybill.Storage.Tests.Local;

/// <summary>Links that are swapped for directories while a path through them is resolved.</summary>
[Collection(nameof(RunsAlone))]
public sealed class SymlinkRaceTests
{
    private const int DefaultSeconds = 60;

    [Fact]
    public async Task No_symlink_swap_lets_a_client_out_of_its_root()
    {
        var seconds = int.Parse(Environment.GetEnvironmentVariable("WAYBILL_RACE_SECONDS") ?? $"{DefaultSeconds}", CultureInfo.InvariantCulture);
        await using var folder = new VaultFolder();
        var race = new SymlinkRace(folder);
        var before = Directory.GetFiles("/proc/self/fd").Length;
        await race.RunAsync(() => folder.OpenStore("/u1"), TimeSpan.FromSeconds(seconds), stopAtEscape: false, TestContext.Current.CancellationToken);
        var statistics = folder.Vaults.Statistics;
        Report(
            $"symlink race, the jail: {seconds} s, {race.Swaps} swaps, {race.Operations} operations, {statistics.Operations} resolutions, " +
            $"{statistics.Retries} EAGAIN retries, {statistics.Exhausted} given up, {race.Escapes.Count} escapes");
        Assert.Empty(race.Escapes);
        Assert.True(race.Swaps > 1000L * seconds, "too few swaps to mean anything");
        Assert.True(race.Operations > 500L * seconds, "too few operations to mean anything");
        Assert.True(statistics.Retries > 0, "the race never met a resolution in flight");

        // The sessions of the race are still open, with one descriptor each.
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + SymlinkRace.Clients);
    }

    [Fact]
    public async Task The_same_race_catches_a_store_that_joins_and_checks_paths_within_ten_seconds()
    {
        await using var folder = new VaultFolder();
        var race = new SymlinkRace(folder);
        await race.RunAsync(() => new NaiveStore(folder.RootPath), TimeSpan.FromSeconds(10), stopAtEscape: true, TestContext.Current.CancellationToken);
        Report($"symlink race, a naive store: {race.Swaps} swaps, {race.Operations} operations, first escape: {race.Escapes.FirstOrDefault() ?? "none"}");
        Assert.NotEmpty(race.Escapes);
    }

    [Fact]
    public async Task Without_swaps_that_store_lets_nobody_out_so_that_the_race_alone_is_what_it_is_caught_by()
    {
        await using var folder = new VaultFolder();
        var race = new SymlinkRace(folder);
        await race.RunAsync(
            () => new NaiveStore(folder.RootPath), TimeSpan.FromSeconds(2), stopAtEscape: false, TestContext.Current.CancellationToken, swappers: 0);
        Assert.Empty(race.Escapes);
        Assert.True(race.Operations > 1000, $"{race.Operations} operations");
    }

    private static void Report(string line)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(line);
        Console.WriteLine(line);
    }
}
