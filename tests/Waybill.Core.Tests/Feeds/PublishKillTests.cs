using Waybill.Core.Feeds;
using Waybill.Storage;

namespace Waybill.Core.Tests.Feeds;

/// <summary>
/// SIGKILL after each step of publishing, releasing, discarding and recalling, with another process (this one) open on the same data, as a running server is:
/// after its recovery a set is there with all its files, in the folder, the catalogue and the audit, or with none.
/// </summary>
public sealed class PublishKillTests
{
    [Theory]
    [InlineData("begun", 1, false)]
    [InlineData("staged-one", 1, false)]
    [InlineData("staged-one", 2, false)]
    [InlineData("staged", 1, false)]
    [InlineData("decided", 1, true)]
    [InlineData("shown-one", 1, true)]
    [InlineData("shown-one", 2, true)]
    [InlineData("synced", 1, true)]
    [InlineData("shown", 1, true)]
    [InlineData("settled", 1, true)]
    public async Task A_set_whose_publisher_is_killed_appears_as_a_whole_or_not_at_all(string step, int times, bool appears)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await PublishingProcess.RunToStepAsync(core.Path, "publish", step, times);
        Assert.Equal(step == "settled" ? 0 : 1, await core.Services.Publisher.RecoverAsync());

        await AssertWholeAsync(core, appears ? ["1.csv", "1.pdf"] : [], "new ");
        Assert.Equal(appears ? 1 : 0, core.Events(FeedTopics.Published));
        Assert.Equal(appears ? "published" : "failed", core.Scalar("SELECT state FROM publication"));

        // What was undone can be published again; what was finished is a duplicate.
        var again = await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "new pdf"), ("1.csv", "new csv")));
        Assert.Equal(appears ? PublicationState.Held : PublicationState.Published, again.State);
    }

    [Theory]
    [InlineData("staged", 1, false)]
    [InlineData("decided", 1, true)]
    [InlineData("shown-one", 1, true)]
    [InlineData("shown-one", 2, true)]
    [InlineData("synced", 1, true)]
    [InlineData("shown", 1, true)]
    public async Task A_set_that_replaces_leaves_the_old_files_or_the_new_ones(string step, int times, bool appears)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "old pdf"), ("1.csv", "old csv")));
        await PublishingProcess.RunToStepAsync(core.Path, "replace", step, times);
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());
        await AssertWholeAsync(core, ["1.csv", "1.pdf"], appears ? "new " : "old ");
    }

    [Fact]
    public async Task A_set_that_is_refused_leaves_nothing_whoever_is_killed()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.AddVaultAsync("retail", "10042");
        await core.PublishAsync("sir", "1.csv", "old", "retail");
        await PublishingProcess.RunToStepAsync(core.Path, "refused", "decided", 1);
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());
        Assert.Equal("failed", core.Scalar("SELECT state FROM publication ORDER BY id DESC LIMIT 1"));
        var file = Assert.Single(Directory.GetFileSystemEntries(core.Files.Vaults + "/retail/data/sir"));
        Assert.Equal("old", await File.ReadAllTextAsync(file));
    }

    [Theory]
    [InlineData("release", "release-decided", 1)]
    [InlineData("release", "shown-one", 1)]
    [InlineData("release", "synced", 1)]
    [InlineData("discard", "discard-decided", 1)]
    [InlineData("discard", "discarded-one", 1)]
    [InlineData("discard", "discarded-one", 2)]
    [InlineData("discard", "discarded", 1)]
    public async Task A_held_set_is_released_or_discarded_as_it_was_decided(string operation, string step, int times)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "old pdf"), ("1.csv", "old csv")));
        var held = await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "new pdf"), ("1.csv", "new csv")));
        await PublishingProcess.RunToStepAsync(core.Path, operation, step, times, held.Publication!.Value);
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());
        await AssertWholeAsync(core, ["1.csv", "1.pdf"], operation == "release" ? "new " : "old ");
        var decided = (await core.Services.Publisher.FindAsync(held.Publication.Value)).Get();
        Assert.Equal(operation == "release" ? (PublicationState.Published, null) : (PublicationState.Discarded, "sent twice"), (decided.State, decided.Reason));
        Assert.Equal(2, core.Audited(operation == "release" ? "held-released" : "held-discarded"));
    }

    [Theory]
    [InlineData("recall-decided", 1)]
    [InlineData("hidden-one", 1)]
    [InlineData("hidden-one", 2)]
    [InlineData("hidden", 1)]
    public async Task A_recall_is_finished_and_loses_nothing(string step, int times)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var published = await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "new pdf"), ("1.csv", "new csv")));
        await PublishingProcess.RunToStepAsync(core.Path, "recall", step, times, published.Publication!.Value);
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());

        Assert.Empty(core.Visible("/invoices"));
        var recalled = Assert.Single((await core.Services.Publisher.ListSetAsideAsync(recalled: true)).Items);
        Assert.Equal(["new pdf", "new csv"], recalled.Files.Select(file => core.Content(file.HiddenPath!)));
        (await core.Services.Publisher.ReleaseAsync(recalled.Id, null, TestCore.Operator)).Get();
        await AssertWholeAsync(core, ["1.csv", "1.pdf"], "new ");
    }

    [Fact]
    public async Task A_recovery_that_is_killed_itself_is_finished_by_the_next_one()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await PublishingProcess.RunToStepAsync(core.Path, "publish", "decided", 1);
        await PublishingProcess.RunToStepAsync(core.Path, "recover", "shown-one", 1);
        await PublishingProcess.RunToStepAsync(core.Path, "recover", "synced", 1);
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());
        await AssertWholeAsync(core, ["1.csv", "1.pdf"], "new ");
    }

    [Fact]
    public async Task What_a_living_process_works_on_is_left_to_it()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var free = true;
        var publisher = new FeedPublisher(core.Services.Database, core.Services.Audit, core.Time, core.Services.Stores, FeedTypes.Default, core.Files.Publishing)
        {
            AfterStep = name =>
            {
                if (name == "decided")
                {
                    using var stolen = PublicationLease.TryTake(core.Files.Publishing, (string)core.Scalar("SELECT owner FROM publication")!);
                    free = stolen is not null;
                }
            },
        };
        (await publisher.PublishAsync(FeedTestExtensions.Set("10042", "cdr", ("1.csv", "x")), TestCore.Operator)).Get();
        Assert.False(free);
    }

    [Fact]
    public async Task A_name_that_is_taken_after_the_decision_undoes_the_set_and_holds_it()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await PublishingProcess.RunToStepAsync(core.Path, "publish", "shown-one", 1);
        await File.WriteAllTextAsync(core.Files.Vaults + "/10042/invoices/1.csv", "by hand", TestContext.Current.CancellationToken);
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());

        Assert.Equal(["1.csv"], core.Visible("/invoices"));
        Assert.Equal("by hand", core.Content("/invoices/1.csv"));
        Assert.Null(await core.Services.Catalogue.FindAsync("10042", "/invoices/1.pdf"));
        var held = Assert.Single((await core.Services.Publisher.ListSetAsideAsync()).Items);
        Assert.Equal([null, HeldReason.Taken], held.Files.Select(static file => file.Held));
        Assert.Equal("new pdf", core.Content(held.Files[0].HiddenPath!));
        Assert.Equal(2, core.Audited("publish-undone"));
        (await core.Services.Publisher.ReleaseAsync(held.Id, "looked at it", TestCore.Operator)).Get();
        await AssertWholeAsync(core, ["1.csv", "1.pdf"], "new ");
    }

    [Fact]
    public async Task A_hidden_file_that_the_disk_lost_holds_what_is_left_of_the_set()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "old pdf"), ("1.csv", "old csv")));
        await PublishingProcess.RunToStepAsync(core.Path, "replace", "shown-one", 1);
        File.Delete(core.Files.Vaults + "/10042/invoices/" + core.Hidden("/invoices").Single(static name => name.StartsWith(".waybill-s-", StringComparison.Ordinal)));
        File.Delete(core.Files.Vaults + "/10042/invoices/1.csv");
        await File.WriteAllTextAsync(core.Files.Vaults + "/10042/invoices/1.csv", "older csv", TestContext.Current.CancellationToken);
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());

        Assert.Equal("old pdf", core.Content("/invoices/1.pdf"));
        Assert.Equal("older csv", core.Content("/invoices/1.csv"));
        var held = Assert.Single((await core.Services.Publisher.ListSetAsideAsync()).Items);
        Assert.Equal("wrong; interrupted, then not shown (NotFound)", held.Reason);
        Assert.Equal("new pdf", core.Content(held.Files[0].HiddenPath!));
        Assert.Equal("/invoices" + "/" + Assert.Single(core.Hidden("/invoices")), held.Files[0].HiddenPath);
        Assert.Equal(7, (await core.Services.Catalogue.FindAsync("10042", "/invoices/1.pdf"))!.Size);
    }

    [Theory]
    [InlineData("shown", FileOperation.Remove)]
    [InlineData("shown", FileOperation.Archive)]
    [InlineData("shown-one", FileOperation.Remove)]
    [InlineData("shown", FileOperation.Rename)]
    [InlineData("shown", FileOperation.Download)]
    public async Task A_file_that_its_customer_has_collected_before_the_recovery_takes_no_other_with_it(string step, FileOperation operation)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await PublishingProcess.RunToStepAsync(core.Path, "publish", step, 1);
        var path = VaultPath.Parse("/invoices/1.pdf");
        await core.Journal(Actor.Login("10042", null, null)).RecordAsync(new FileEvent(operation, path, operation == FileOperation.Rename ? VaultPath.Parse("/upload/1.pdf") : null, Bytes: 7, Size: 7));
        File.Move(core.Files.Vaults + "/10042/invoices/1.pdf", core.Files.Vaults + "/10042/upload/1.pdf");
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());

        Assert.Equal(["1.csv"], core.Visible("/invoices"));
        Assert.Equal("new csv", core.Content("/invoices/1.csv"));
        Assert.Empty(core.Hidden("/invoices"));
        Assert.Equal("published", core.Scalar("SELECT state FROM publication"));
        Assert.Equal(0, core.Audited("publish-undone"));
        Assert.Equal(1, core.Events(FeedTopics.Published));
        Assert.NotNull(await core.Services.Catalogue.FindAsync("10042", "/invoices/1.csv"));
    }

    [Fact]
    public async Task A_file_of_the_same_size_in_the_place_of_a_lost_one_is_not_taken_for_it()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await PublishingProcess.RunToStepAsync(core.Path, "publish", "shown-one", 1);
        File.Delete(core.Files.Vaults + "/10042/invoices/" + Assert.Single(core.Hidden("/invoices")));
        await File.WriteAllTextAsync(core.Files.Vaults + "/10042/invoices/1.csv", "by hand", TestContext.Current.CancellationToken);
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());

        Assert.Equal("by hand", core.Content("/invoices/1.csv"));
        Assert.Equal(["1.csv"], core.Visible("/invoices"));
        Assert.Equal("new pdf", core.Content(Assert.Single((await core.Services.Publisher.ListSetAsideAsync()).Items).Files[0].HiddenPath!));
        Assert.Null(await core.Services.Catalogue.FindAsync("10042", "/invoices/1.csv"));
    }

    /// <summary>Folder, catalogue and audit say the same, and nothing hidden is left.</summary>
    private static async Task AssertWholeAsync(TestCore core, string[] names, string content)
    {
        Assert.Equal(names, core.Visible("/invoices"));
        Assert.All(names, name => Assert.Equal(content + name[2..], core.Content("/invoices/" + name)));
        Assert.Empty(core.Hidden("/invoices"));
        var known = (await core.Services.Catalogue.ListAsync("10042", new Core.Catalogue.CatalogueQuery())).Get().Items;
        Assert.Equal(names.Select(static name => "/invoices/" + name), known.Select(static file => file.Path).Order(StringComparer.Ordinal));
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM publication WHERE owner IS NOT NULL"));
        Assert.Empty(Directory.GetFiles(core.Files.Publishing));
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }
}
