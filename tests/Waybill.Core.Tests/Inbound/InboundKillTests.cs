using Waybill.Core.Arrivals;
using Waybill.Core.Catalogue;
using Waybill.Core.Inbound;

namespace Waybill.Core.Tests.Inbound;

/// <summary>
/// SIGKILL after each step of confirming and rejecting: after the restart the file lies in one place, its state is right, and no collector is offered it again.
/// </summary>
public sealed class InboundKillTests
{
    [Theory]
    [InlineData("confirm", "intended")]
    [InlineData("confirm", "moved")]
    [InlineData("confirm", "done")]
    [InlineData("reject", "intended")]
    [InlineData("reject", "moved")]
    [InlineData("reject", "reported")]
    [InlineData("reject", "done")]
    [InlineData("collect", "intended")]
    [InlineData("collect", "moved")]
    [InlineData("collect", "done")]
    public async Task What_a_killed_collector_had_decided_is_so_after_the_restart(string operation, string step)
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv", "hello");
        if (operation == "collect")
        {
            await core.FetchAsync("/upload/a.csv");
        }
        else
        {
            (await core.ClaimAsync(file)).Get();
        }

        await DecidingProcess.RunToStepAsync(core, operation, step, file);
        Assert.Empty(await core.WaitingAsync());
        await core.Core.ReopenAsync();
        Assert.Equal(step == "done" ? 0 : 1, await core.SettleAsync());
        await AssertDecidedAsync(core, file, operation == "reject" ? InboundState.Rejected : InboundState.Processed, operation == "collect" ? "office" : "billing");
    }

    [Theory]
    [InlineData("intended")]
    [InlineData("moved")]
    [InlineData("reported")]
    [InlineData("done")]
    public async Task What_the_rules_of_an_account_refused_is_so_after_the_restart(string step)
    {
        await using var core = await DeliveringCore.CreateAsync();
        (await core.Services.ArrivalRules.SetAsync(new ArrivalRule(DeliveringCore.Account, "/upload", "*.txt"), TestCore.Operator)).Get();
        var file = await core.DeliverAsync("/upload/a.csv", "hello");
        core.Core.Time.Advance(TimeSpan.FromMinutes(2));
        await DecidingProcess.RunToStepAsync(core, "settle", step, file);
        await core.Core.ReopenAsync();
        await core.SettleAsync();
        await AssertDecidedAsync(core, file, InboundState.Rejected, "arrival check");
    }

    [Fact]
    public async Task A_restart_that_is_killed_itself_is_made_good_by_the_next_one()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv", "hello");
        (await core.ClaimAsync(file)).Get();
        await DecidingProcess.RunToStepAsync(core, "reject", "intended", file);
        await DecidingProcess.RunToStepAsync(core, "settle", "moved", file);
        await DecidingProcess.RunToStepAsync(core, "settle", "reported", file);
        Assert.Equal(1, await core.SettleAsync());
        await AssertDecidedAsync(core, file, InboundState.Rejected, "billing");
    }

    [Theory]
    [InlineData("intended")]
    [InlineData("moved")]
    public async Task A_name_that_its_sender_uses_again_meanwhile_is_another_file(string step)
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv", "hello");
        await core.FetchAsync("/upload/a.csv");
        await DecidingProcess.RunToStepAsync(core, "collect", step, file);
        var next = await core.OfferAsync("/upload/a.csv", "next");
        Assert.Equal([next], await core.WaitingAsync());
        Assert.Equal("next", await File.ReadAllTextAsync(core.OnDisk("/upload/a.csv"), TestContext.Current.CancellationToken));

        // Before the move the new version replaced the old one, whose content the collector has; after it both are there.
        var state = await core.StateAsync(file);
        Assert.Equal(step == "moved" ? InboundState.Processed : InboundState.Withdrawn, state.State);
        Assert.Equal(step == "moved", File.Exists(core.OnDisk("/processed/a.csv")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_version_that_was_moved_instead_goes_back_after_the_restart(bool isKnown)
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv", "hello");
        await core.FetchAsync("/upload/a.csv");
        await DecidingProcess.RunToStepAsync(core, "collect", "intended", file);

        // Between the look and the move its sender's new version took the name; whoever moved that was killed before it noticed.
        if (isKnown)
        {
            await core.DeliverAsync("/upload/a.csv", "next");
        }
        else
        {
            await File.WriteAllTextAsync(core.OnDisk("/upload/next"), "next", TestContext.Current.CancellationToken);
            File.Move(core.OnDisk("/upload/next"), core.OnDisk("/upload/a.csv"), overwrite: true);
        }

        Directory.CreateDirectory(core.OnDisk("/processed"));
        File.Move(core.OnDisk("/upload/a.csv"), core.OnDisk("/processed/a.csv"));
        await core.SettleAsync();
        Assert.Equal("next", await File.ReadAllTextAsync(core.OnDisk("/upload/a.csv"), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.GetFiles(core.OnDisk("/processed")));
        Assert.Equal(isKnown ? InboundState.Withdrawn : InboundState.Waiting, (await core.StateAsync(file)).State);
    }

    [Fact]
    public async Task What_was_put_there_by_hand_is_not_delivered_when_the_sender_removed_its_file()
    {
        await using var core = await DeliveringCore.CreateAsync();
        var file = await core.OfferAsync("/upload/a.csv", "hello");
        await core.FetchAsync("/upload/a.csv");
        await DecidingProcess.RunToStepAsync(core, "collect", "intended", file);
        File.Delete(core.OnDisk("/upload/a.csv"));
        await core.JournalAsync(new(Storage.FileOperation.Remove, Storage.VaultPath.Parse("/upload/a.csv")));
        Directory.CreateDirectory(core.OnDisk("/processed"));
        await File.WriteAllTextAsync(core.OnDisk("/processed/a.csv"), "by hand", TestContext.Current.CancellationToken);
        await core.SettleAsync();
        Assert.Equal("by hand", await File.ReadAllTextAsync(core.OnDisk("/processed/a.csv"), TestContext.Current.CancellationToken));
        Assert.False(File.Exists(core.OnDisk("/upload/a.csv")));
    }

    /// <summary>Disk, catalogue, audit and events say the same, once.</summary>
    private static async Task AssertDecidedAsync(DeliveringCore core, long file, InboundState state, string by)
    {
        var folder = "/" + state.ToString().ToLowerInvariant();
        var rejected = state == InboundState.Rejected;
        var decided = await core.StateAsync(file);
        Assert.Equal((state, folder + "/a.csv", by), (decided.State, decided.Path, decided.DecidedBy));
        Assert.NotNull(decided.Decided);
        Assert.Empty(await core.WaitingAsync());
        Assert.Equal(0, await core.SettleAsync());

        string[] names = rejected ? ["a.csv", "a.csv.report.txt"] : ["a.csv"];
        Assert.Equal(names, Directory.GetFiles(core.OnDisk(folder)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("hello", await File.ReadAllTextAsync(core.OnDisk(folder + "/a.csv"), TestContext.Current.CancellationToken));
        Assert.Empty(Directory.EnumerateFileSystemEntries(core.OnDisk("/upload")));
        Assert.Equal(names.Select(name => $"{folder}/{name}"), (await core.Services.Catalogue.ListAsync(DeliveringCore.Account, new CatalogueQuery())).Get().Items.Select(each => each.Path));
        Assert.Equal(1L, core.Core.Scalar("SELECT count(*) FROM audit WHERE action IN ('file-processed', 'file-rejected')"));
        Assert.Equal(rejected ? 1L : 0L, core.Core.Scalar("SELECT count(*) FROM event"));
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }
}
