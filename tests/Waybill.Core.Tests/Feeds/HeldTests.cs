using Waybill.Core.Feeds;
using Waybill.Core.Vaults;
using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Tests.Feeds;

/// <summary>Duplicates are held and never overwrite; the provider replaces, releases, discards and takes back.</summary>
public sealed class HeldTests
{
    private const string Csv = "number,seconds\n442079460001,12\n";

    [Fact]
    public async Task A_name_that_is_there_is_held_with_its_whole_set_and_nothing_is_overwritten()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("invoice", "1.csv", "old");
        var report = await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "new"), ("1.csv", "new")));

        Assert.Equal(PublicationState.Held, report.State);
        Assert.Equal([null, HeldReason.Present], report.Files.Select(static file => file.Held));
        Assert.Equal(["1.csv"], core.Visible("/invoices"));
        Assert.Equal("old", core.Content("/invoices/1.csv"));
        Assert.Equal(1, core.Events(FeedTopics.Held));
        Assert.Equal(1, core.Audited("file-held"));
        var held = Assert.Single((await core.Services.Publisher.ListSetAsideAsync()).Items);
        Assert.Equal(report.Publication, held.Id);
        Assert.Equal("new", core.Content(held.Files[1].HiddenPath!));
    }

    [Fact]
    public async Task A_file_that_somebody_put_there_by_hand_is_not_overwritten_either()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await File.WriteAllTextAsync(core.Files.Vaults + "/10042/cdr/1.csv", "by hand", TestContext.Current.CancellationToken);
        Assert.Equal(PublicationState.Held, (await core.PublishAsync("cdr", "1.csv", "new")).State);
        Assert.Equal("by hand", core.Content("/cdr/1.csv"));
    }

    [Fact]
    public async Task A_name_that_was_fetched_and_is_gone_is_held_and_one_that_nobody_fetched_is_not()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("cdr", "fetched.csv", "1");
        await core.PublishAsync("cdr", "unfetched.csv", "1");
        await core.FetchAsync("/cdr/fetched.csv", 1);
        (await core.Services.Publisher.RecallAsync(new RecallRequest("wrong") { Account = "10042", Paths = ["/cdr/fetched.csv", "/cdr/unfetched.csv"] }, TestCore.Operator)).Get();

        Assert.Equal(HeldReason.Fetched, (await core.PublishAsync("cdr", "fetched.csv", "2")).Files[0].Held);
        Assert.Equal(PublicationState.Published, (await core.PublishAsync("cdr", "unfetched.csv", "2")).State);
    }

    [Fact]
    public async Task The_same_content_is_held_only_where_the_feed_asks_and_never_a_heartbeat()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        using var vaults = new LocalVaults(core.Files.Vaults);
        var publisher = new FeedPublisher(
            core.Services.Database, core.Services.Audit, core.Time, new VaultStores(vaults), new FeedTypes([new("cdr", "/cdr", ["csv"], true), new("data", "/data", ["csv"])]), core.Files.Publishing);
        foreach (var (name, content, held) in ((string, string, HeldReason?)[])
            [
                ("1.csv", Csv, null), ("2.csv", Csv, HeldReason.Content), ("3.csv", Csv + "442079460002,1\n", null),
                ("empty1.csv", "", null), ("empty2.csv", "", null),
                ("header1.csv", "number,seconds\r\n", null), ("header2.csv", "number,seconds\r\n", null), ("header3.csv", "number,seconds", null), ("header4.csv", "number,seconds", null),
            ])
        {
            var report = (await publisher.PublishAsync(FeedTestExtensions.Set("10042", "cdr", (name, content)), TestCore.Operator)).Get();
            Assert.Equal((name, held), (name, report.Files[0].Held));
        }

        foreach (var name in (string[])["1.csv", "2.csv"])
        {
            Assert.Equal(PublicationState.Published, (await publisher.PublishAsync(FeedTestExtensions.Set("10042", "data", (name, Csv)), TestCore.Operator)).Get().State);
        }
    }

    [Fact]
    public async Task A_reason_replaces_what_is_there_and_is_in_the_audit()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("invoice", "1.pdf", "old");
        var request = FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "new"), ("1.csv", "new")) with { Replace = true };
        (await core.Services.Publisher.PublishAsync(request, TestCore.Operator)).Problem(ProblemKind.Invalid);
        Assert.Equal(PublicationState.Published, (await core.PublishAsync(request with { Reason = "wrong VAT" })).State);

        Assert.Equal("new", core.Content("/invoices/1.pdf"));
        Assert.Empty(core.Hidden("/invoices"));
        var versions = (await core.Services.Receipts.ListAsync(new ReceiptQuery { Account = "10042" })).Get().Items.Where(static receipt => receipt.Path == "/invoices/1.pdf");
        Assert.Equal(["replaced", null], versions.Select(static version => version.GoneHow));
        Assert.Contains("wrong VAT", (string)core.Scalar("SELECT detail FROM audit ORDER BY sequence DESC LIMIT 1")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_was_reading_what_is_replaced_has_not_fetched_the_new_one()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("invoice", "1.pdf", "old");
        await using var store = core.Services.Stores.OpenStaging("10042").Value!;
        await using var reading = (await store.OpenAsync(VaultPath.Parse("/invoices/1.pdf"), OpenModes.Read)).Value!;
        await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "new")) with { Replace = true, Reason = "wrong VAT" });
        var attributes = (await reading.GetAttributesAsync()).Value;
        var journal = core.Journal(Actor.Login("10042", "192.0.2.1", "c1"));
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(
            FileOperation.Download, VaultPath.Parse("/invoices/1.pdf"), Bytes: 3, Size: 3, Identity: attributes.Identity) { Born = attributes.Born }));
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.MakeDirectory, VaultPath.Parse("/upload/behind-the-download"))));
        var versions = (await core.Services.Receipts.ListAsync(new ReceiptQuery { Account = "10042" })).Get().Items;
        Assert.Equal([("replaced", "10042"), (null, null)], versions.Select(static version => (version.GoneHow, version.FirstFetchedBy)));
    }

    [Fact]
    public async Task A_released_set_takes_the_place_of_what_it_waited_for()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("cdr", "1.csv", "old");
        var held = (await core.PublishAsync("cdr", "1.csv", "new")).Publication!.Value;
        Assert.Equal(PublicationState.Published, (await core.Services.Publisher.ReleaseAsync(held, "the right one", TestCore.Operator)).Get().State);
        Assert.Equal("new", core.Content("/cdr/1.csv"));
        Assert.Empty(core.Hidden("/cdr"));
        Assert.Equal(2, core.Events(FeedTopics.Published));
        (await core.Services.Publisher.ReleaseAsync(held, null, TestCore.Operator)).Problem(ProblemKind.Refused);
        (await core.Services.Publisher.DiscardAsync(4711, "x", TestCore.Operator)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task What_is_under_a_legal_hold_is_neither_replaced_nor_taken_back_nor_discarded()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var publisher = core.Services.Publisher;
        var published = (await core.PublishAsync("cdr", "1.csv", "old")).Publication!.Value;
        var waiting = (await core.PublishAsync("cdr", "1.csv", "new")).Publication!.Value;
        Assert.True((await core.Services.Holds.SetAsync("10042", "/cdr", "case 4711", TestCore.Operator)).Succeeded);

        var replace = FeedTestExtensions.Set("10042", "cdr", ("1.csv", "other"), ("2.csv", "new")) with { Replace = true, Reason = "wrong rates" };
        var refused = (await publisher.PublishAsync(replace, TestCore.Operator)).Problem(ProblemKind.Refused);
        Assert.Contains("/cdr/1.csv of account 10042 is under the legal hold on /cdr", refused.Message, StringComparison.Ordinal);
        (await publisher.RecallAsync(new RecallRequest("wrong") { Publication = published }, TestCore.Operator)).Problem(ProblemKind.Refused);
        (await publisher.RecallAsync(new RecallRequest("wrong") { Account = "10042", Paths = ["/cdr/1.csv"] }, TestCore.Operator)).Problem(ProblemKind.Refused);
        (await publisher.ReleaseAsync(waiting, "the right one", TestCore.Operator)).Problem(ProblemKind.Refused);
        (await publisher.DiscardAsync(waiting, "sent twice", TestCore.Operator)).Problem(ProblemKind.Refused);
        Assert.Equal("old", core.Content("/cdr/1.csv"));
        Assert.Equal(["1.csv"], core.Visible("/cdr"));
        Assert.Single(core.Hidden("/cdr"));
        Assert.Equal(PublicationState.Published, (await core.PublishAsync(replace with { Files = [.. replace.Files.Skip(1)] })).State);

        Assert.True((await core.Services.Holds.RemoveAsync("10042", "/cdr", "closed", TestCore.Operator)).Succeeded);
        Assert.Equal(PublicationState.Discarded, (await publisher.DiscardAsync(waiting, "sent twice", TestCore.Operator)).Get().State);
    }

    [Fact]
    public async Task A_discarded_set_leaves_what_was_there()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("cdr", "1.csv", "old");
        var held = (await core.PublishAsync("cdr", "1.csv", "new")).Publication!.Value;
        Assert.Equal(PublicationState.Discarded, (await core.Services.Publisher.DiscardAsync(held, "sent twice", TestCore.Operator)).Get().State);
        Assert.Equal("old", core.Content("/cdr/1.csv"));
        Assert.Empty(core.Hidden("/cdr"));
        Assert.Empty((await core.Services.Publisher.ListSetAsideAsync()).Items);
        Assert.Equal(1, core.Audited("held-discarded"));
    }

    [Fact]
    public async Task A_held_file_that_cannot_be_removed_now_is_removed_by_the_next_look_and_only_then_discarded()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("cdr", "1.csv", "old");
        var held = (await core.PublishAsync("cdr", "1.csv", "new")).Publication!.Value;
        var vault = core.Files.Vaults + "/10042";
        Directory.Move(vault, vault + ".away");
        (await core.Services.Publisher.DiscardAsync(held, "sent twice", TestCore.Operator)).Problem(ProblemKind.Unusable);
        Assert.NotEqual("discarded", core.Scalar($"SELECT state FROM publication WHERE id = {held}"));

        Directory.Move(vault + ".away", vault);
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());
        Assert.Equal("discarded sent twice", core.Scalar($"SELECT state || ' ' || reason FROM publication WHERE id = {held}"));
        Assert.Empty(core.Hidden("/cdr"));
        Assert.Equal("old", core.Content("/cdr/1.csv"));
        Assert.Equal(1, core.Audited("held-discarded"));
    }

    [Fact]
    public async Task Of_a_set_that_could_not_be_shown_there_is_a_receipt_when_it_is_released_and_not_before()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var publisher = new FeedPublisher(core.Services.Database, core.Services.Audit, core.Time, core.Services.Stores, FeedTypes.Default, core.Files.Publishing)
        {
            AfterStep = step =>
            {
                if (step == "decided")
                {
                    File.WriteAllText(core.Files.Vaults + "/10042/cdr/1.csv", "by hand");
                }
            },
        };
        var held = (await publisher.PublishAsync(FeedTestExtensions.Set("10042", "cdr", ("1.csv", "x")), TestCore.Operator)).Get();
        Assert.Equal(PublicationState.Held, held.State);
        Assert.Empty((await core.Services.Receipts.ListAsync(new ReceiptQuery())).Get().Items);
        Assert.Empty((await core.Services.Receipts.NewestAsync("10042")).Get().Items);

        (await core.Services.Publisher.ReleaseAsync(held.Publication!.Value, "looked at it", TestCore.Operator)).Get();
        var receipt = Assert.Single((await core.Services.Receipts.ListAsync(new ReceiptQuery { Publication = held.Publication })).Get().Items);
        Assert.Null(receipt.Gone);
        Assert.Equal(receipt, Assert.Single((await core.Services.Receipts.NewestAsync("10042")).Get().Items));
    }

    [Fact]
    public async Task A_recalled_publication_leaves_the_folder_says_who_had_it_and_can_be_published_again()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var published = await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "p"), ("1.csv", "c")));
        await core.FetchAsync("/invoices/1.pdf", 1);
        var recall = (await core.Services.Publisher.RecallAsync(new RecallRequest("wrong customer") { Publication = published.Publication }, TestCore.Operator)).Get();

        Assert.Empty(core.Visible("/invoices"));
        Assert.Equal(["p", "c"], recall.Files.Select(file => core.Content(file.HiddenPath)));
        Assert.Equal(["10042"], recall.Files[0].Fetches.Select(static fetch => fetch.Login));
        Assert.Empty(recall.Files[1].Fetches);
        Assert.Null(await core.Services.Catalogue.FindAsync("10042", "/invoices/1.pdf"));
        Assert.Equal(1, core.Events(FeedTopics.Recalled));
        Assert.Equal(recall.Recall, Assert.Single((await core.Services.Publisher.ListSetAsideAsync(recalled: true)).Items).Id);
        (await core.Services.Publisher.RecallAsync(new RecallRequest("again") { Publication = published.Publication }, TestCore.Operator)).Problem(ProblemKind.Refused);

        Assert.Equal(PublicationState.Published, (await core.Services.Publisher.ReleaseAsync(recall.Recall, "was right", TestCore.Operator)).Get().State);
        Assert.Equal("p", core.Content("/invoices/1.pdf"));
        Assert.Empty(core.Hidden("/invoices"));
    }

    [Fact]
    public async Task A_recalled_file_says_so_and_keeps_its_history()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var published = await core.PublishAsync("cdr", "1.csv", "x");
        await core.FetchAsync("/cdr/1.csv", 1);
        (await core.Services.Publisher.RecallAsync(new RecallRequest("wrong") { Publication = published.Publication }, TestCore.Operator)).Get();
        var file = Assert.Single((await core.Services.Catalogue.ListAsync("10042", new Core.Catalogue.CatalogueQuery { WithGone = true })).Get().Items);
        Assert.Equal((Core.Catalogue.GoneHow.Recalled, core.Time.GetUtcNow(), "10042"), (file.GoneHow, file.Gone, file.FirstFetchedBy));
        Assert.Single(await core.Services.Catalogue.FetchesAsync(file.Id));
        var receipt = Assert.Single((await core.Services.Receipts.ListAsync(new ReceiptQuery { Publication = published.Publication })).Get().Items);
        Assert.Equal(("recalled", "10042"), (receipt.GoneHow, receipt.FirstFetchedBy));
    }

    [Fact]
    public async Task A_recall_tells_the_latest_fetches_and_no_more_than_so_many()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("cdr", "1.csv", "x");
        for (var i = 0; i <= FeedLimits.FetchesTold; i++)
        {
            core.Time.Advance(TimeSpan.FromMinutes(1));
            await core.FetchAsync("/cdr/1.csv", 1);
        }

        var told = (await core.Services.Publisher.RecallAsync(new RecallRequest("wrong") { Account = "10042", Paths = ["/cdr/1.csv"] }, TestCore.Operator)).Get().Files[0].Fetches;
        Assert.Equal(FeedLimits.FetchesTold, told.Count);
        Assert.Equal(core.Time.GetUtcNow(), told[0].Time);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_set_aside_stays_so_when_it_cannot_be_shown(bool recalled)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var first = (await core.PublishAsync("invoice", "1.csv", "old")).Publication!.Value;
        var id = recalled
            ? (await core.Services.Publisher.RecallAsync(new RecallRequest("wrong") { Publication = first }, TestCore.Operator)).Get().Recall
            : (await core.PublishAsync("invoice", "1.csv", "new")).Publication!.Value;

        // A directory in the place of the file, as somebody at the disk may have made it.
        File.Delete(core.Files.Vaults + "/10042/invoices/1.csv");
        var directory = Directory.CreateDirectory(core.Files.Vaults + "/10042/invoices/1.csv/x");
        var before = Assert.Single((await core.Services.Publisher.ListSetAsideAsync(recalled)).Items);
        Assert.NotNull((await core.Services.Publisher.ReleaseAsync(id, "right", TestCore.Operator)).Problem);
        var after = Assert.Single((await core.Services.Publisher.ListSetAsideAsync(recalled)).Items);
        Assert.Equal(before.Files[0].HiddenPath, after.Files[0].HiddenPath);
        Assert.Equal(recalled ? "old" : "new", core.Content(after.Files[0].HiddenPath!));
        directory.Parent!.Delete(recursive: true);
        Assert.Equal(PublicationState.Published, (await core.Services.Publisher.ReleaseAsync(id, "right", TestCore.Operator)).Get().State);
        Assert.Equal(recalled ? "old" : "new", core.Content("/invoices/1.csv"));
    }

    [Fact]
    public async Task What_was_recalled_does_not_replace_what_came_after_it()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("cdr", "1.csv", "wrong");
        var recall = (await core.Services.Publisher.RecallAsync(new RecallRequest("wrong") { Account = "10042", Paths = ["/cdr/1.csv"] }, TestCore.Operator)).Get();
        await core.PublishAsync("cdr", "1.csv", "right");
        (await core.Services.Publisher.ReleaseAsync(recall.Recall, null, TestCore.Operator)).Problem(ProblemKind.AlreadyExists);
        Assert.Equal("right", core.Content("/cdr/1.csv"));
    }

    [Fact]
    public async Task The_customers_own_files_are_not_recalled()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.Journal(Actor.Login("10042", null, null)).RecordAsync(new(Storage.FileOperation.Upload, Storage.VaultPath.Parse("/upload/a.csv"), Size: 1));
        (await core.Services.Publisher.RecallAsync(new RecallRequest("x") { Account = "10042", Paths = ["/upload/a.csv"] }, TestCore.Operator)).Problem(ProblemKind.Refused);
        (await core.Services.Publisher.RecallAsync(new RecallRequest("x") { Account = "10042", Paths = ["/cdr/none.csv"] }, TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await core.Services.Publisher.RecallAsync(new RecallRequest("x"), TestCore.Operator)).Problem(ProblemKind.Invalid);
    }
}
