using System.Globalization;
using Waybill.Core.Feeds;
using Waybill.Core.Logins;
using Waybill.Storage;

namespace Waybill.Core.Tests.Feeds;

/// <summary>What publisher logins deliver by SFTP and SCP is held as duplicates of a publication are, however the client brings it to its name.</summary>
public sealed class DeliveryTests
{
    private const string Folder = "/accounts/10042/invoice/";
    private const string Csv = "number,seconds\n442079460001,12\n";

    [Fact]
    public async Task A_name_that_is_there_is_held_and_not_overwritten_and_the_client_reads_what_to_do()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "1.csv", "old"));
        Assert.Null(session.Store.Explain(StoreError.Held));
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "1.csv", "new"));

        var held = await OneHeldAsync(core, HeldReason.Present, "new");
        Assert.Equal("old", core.Content("/invoices/1.csv"));
        Assert.Equal(["1.csv"], core.Visible("/invoices"));
        Assert.Equal(1, core.Events(FeedTopics.Held));
        Assert.Equal(1, core.Audited("file-held"));
        Assert.Equal("billing", core.Scalar("SELECT actor FROM audit WHERE action = 'file-held'"));
        Assert.Equal("billing", held.Publisher);
        var number = held.Id.ToString(CultureInfo.InvariantCulture);
        var words = session.Store.Explain(StoreError.Held)!;
        Assert.Contains($"publication {number}: a file of this name is there", words, StringComparison.Ordinal);
        Assert.Contains($"`waybill held release {number}`", words, StringComparison.Ordinal);

        Assert.Equal(PublicationState.Published, (await session.Feeds.ReleaseAsync(held.Id, "the right one", TestCore.Operator)).Get().State);
        Assert.Equal("new", core.Content("/invoices/1.csv"));
        Assert.Empty(core.Hidden("/invoices"));
    }

    [Fact]
    public async Task What_a_legal_hold_covers_is_neither_removed_nor_moved_to_where_none_is()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "1.csv", Csv));
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "2.csv", Csv));
        Assert.Equal(StoreError.None, await session.Store.MakeDirectoryAsync(VaultPath.Parse(Folder + "old")));
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "old/3.csv", Csv));
        Assert.True((await core.Services.Holds.SetAsync("10042", "/invoices/old", "case 4711", TestCore.Operator)).Succeeded);
        Assert.True((await core.Services.Holds.SetAsync("10042", "/invoices/1.csv", "case 4711", TestCore.Operator)).Succeeded);

        foreach (var path in (string[])["1.csv", "old/3.csv"])
        {
            Assert.Equal(StoreError.Held, await session.Store.RemoveAsync(VaultPath.Parse(Folder + path)));
            Assert.Contains("legal hold on /invoices/", session.Store.Explain(StoreError.Held), StringComparison.Ordinal);
            Assert.Equal(StoreError.Held, await session.RenameAsync(Folder + path, Folder + "elsewhere.csv"));
        }

        Assert.Equal(StoreError.None, await session.RenameAsync(Folder + "old/3.csv", Folder + "old/3.csv.tmp"));
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "old/3.csv.tmp", "other"));
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "old/4.csv.tmp", "other"));
        Assert.Equal(StoreError.Held, await session.RenameAsync(Folder + "old/4.csv.tmp", Folder + "old/3.csv.tmp", replace: true));
        Assert.Equal(StoreError.None, await session.RenameAsync(Folder + "old/3.csv.tmp", Folder + "old/3.csv"));
        Assert.Equal(Csv, core.Content("/invoices/old/3.csv"));
        Assert.Equal(StoreError.Held, await session.RenameAsync(Folder + "old", Folder + "older"));
        Assert.Equal(StoreError.None, await session.RenameAsync(Folder + "old/3.csv", Folder + "old/4.csv"));
        Assert.Equal(StoreError.None, await session.Store.RemoveAsync(VaultPath.Parse(Folder + "2.csv")));
        Assert.Equal(["1.csv"], core.Visible("/invoices"));
        Assert.Equal(["4.csv", "4.csv.tmp"], core.Visible("/invoices/old"));
    }

    [Fact]
    public async Task Files_that_were_published_or_put_there_by_hand_are_not_overwritten_either()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("invoice", "1.csv", "published");
        await File.WriteAllTextAsync(core.Files.Vaults + "/10042/invoices/2.csv", "by hand", TestContext.Current.CancellationToken);
        await using var session = new PublisherSession(core);
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "1.csv", "new"));
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "2.csv", "new"));
        Assert.Equal("published", core.Content("/invoices/1.csv"));
        Assert.Equal("by hand", core.Content("/invoices/2.csv"));
        Assert.Equal(2, core.Hidden("/invoices").Length);
    }

    [Fact]
    public async Task A_name_that_was_fetched_and_removed_is_held_and_one_that_nobody_fetched_is_not()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        await session.PutAsync(Folder + "fetched.csv", "1");
        await session.PutAsync(Folder + "unfetched.csv", "1");
        await core.FetchAsync("/invoices/fetched.csv", 1);
        (await core.Services.Publisher.RecallAsync(new RecallRequest("wrong") { Account = "10042", Paths = ["/invoices/fetched.csv", "/invoices/unfetched.csv"] }, TestCore.Operator)).Get();
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "fetched.csv", "2"));
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "unfetched.csv", "2"));
        await OneHeldAsync(core, HeldReason.Fetched, "2");
    }

    [Fact]
    public async Task The_same_content_is_held_only_where_the_feed_asks_and_never_a_heartbeat()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core, sameContent: true);
        foreach (var (name, content, error) in ((string, string, StoreError)[])
            [
                ("1.csv", Csv, StoreError.None), ("2.csv", Csv, StoreError.Held), ("3.csv", Csv + "442079460002,1\n", StoreError.None),
                ("empty1.csv", "", StoreError.None), ("empty2.csv", "", StoreError.None),
                ("header1.csv", "number,seconds\r\n", StoreError.None), ("header2.csv", "number,seconds\r\n", StoreError.None),
            ])
        {
            Assert.Equal((name, error), (name, await session.PutAsync(Folder + name, content)));
        }

        // By command after SFTP, and by a rename.
        Assert.Equal(HeldReason.Content, (await session.Feeds.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("4.csv", Csv)), TestCore.Operator)).Get().Files[0].Held);
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "5.csv.tmp", Csv));
        Assert.Equal(StoreError.Held, await session.RenameAsync(Folder + "5.csv.tmp", Folder + "5.csv"));
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "6.csv.tmp", Csv + "6,6\n"));
        Assert.Equal(StoreError.None, await session.RenameAsync(Folder + "6.csv.tmp", Folder + "6.csv"));
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "7.csv", Csv + "6,6\n"));

        await using var careless = new PublisherSession(core);
        Assert.Equal(StoreError.None, await careless.PutAsync(Folder + "8.csv", Csv));
    }

    [Theory]
    [InlineData(".filepart", false)]
    [InlineData(".a1b2c3d4.partial", true)]
    [InlineData(".tmp", true)]
    public async Task A_file_that_is_renamed_to_its_name_is_judged_by_that_name(string suffix, bool replace)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "1.csv" + suffix, "half"));
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "1.csv" + suffix, "old"));
        Assert.Equal(StoreError.None, await session.RenameAsync(Folder + "1.csv" + suffix, Folder + "1.csv", replace));
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "1.csv" + suffix, "new"));
        Assert.Equal(StoreError.Held, await session.RenameAsync(Folder + "1.csv" + suffix, Folder + "1.csv", replace));

        await OneHeldAsync(core, HeldReason.Present, "new");
        Assert.Equal(["1.csv"], core.Visible("/invoices"));
        Assert.Equal("old", core.Content("/invoices/1.csv"));
        Assert.Equal("held", core.Scalar($"SELECT gone_how FROM file WHERE path = '/invoices/1.csv{suffix}' AND size = 3"));
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM publication WHERE owner IS NOT NULL"));
        Assert.Single((await core.Services.Catalogue.ListAsync("10042", new Core.Catalogue.CatalogueQuery())).Get().Items);
    }

    [Fact]
    public async Task A_delivery_has_a_receipt_of_its_feed_once_it_has_its_final_name_and_of_another_when_its_folder_moves()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Publisher) { UserName = "billing" }, TestCore.Operator);
        await session.PutAsync(Folder + "1.csv.part", "x");
        Assert.Empty(await ReceiptsAsync("invoice"));
        Assert.Equal(StoreError.None, await session.RenameAsync(Folder + "1.csv.part", Folder + "1.csv"));
        Assert.Equal(["/invoices/1.csv"], await ReceiptsAsync("invoice"));

        // The folder of one feed lies in that of another.
        const string Data = "/accounts/10042/data/";
        Assert.Equal(StoreError.None, await session.Store.MakeDirectoryAsync(VaultPath.Parse(Data + "june")));
        Assert.Equal(StoreError.None, await session.PutAsync(Data + "june/2.csv", "x"));
        Assert.Equal(["/data/june/2.csv"], await ReceiptsAsync("data"));
        Assert.Equal(StoreError.None, await session.RenameAsync(Data + "june", Data + "sir/june"));
        Assert.Empty(await ReceiptsAsync("data"));
        Assert.Equal(["/data/sir/june/2.csv"], await ReceiptsAsync("sir"));

        async Task<IEnumerable<string>> ReceiptsAsync(string feed) => (await core.Services.Receipts.ListAsync(new ReceiptQuery { Feed = feed })).Get().Items.Select(static receipt => receipt.Path);
    }

    [Fact]
    public async Task A_file_that_is_renamed_before_it_is_closed_is_judged_when_it_is_closed()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        await session.PutAsync(Folder + "1.csv", "old");
        var file = await session.OpenAsync(Folder + "1.csv.part", "new");
        Assert.Equal(StoreError.None, await session.Store.RenameAsync(VaultPath.Parse(Folder + "1.csv.part"), VaultPath.Parse(Folder + "1.csv"), replace: false));
        Assert.Equal(StoreError.Held, await session.CloseAsync(file, Folder + "1.csv.part", 3));
        await file.DisposeAsync();
        await OneHeldAsync(core, HeldReason.Present, "new");
        Assert.Equal("old", core.Content("/invoices/1.csv"));
    }

    [Fact]
    public async Task Of_two_uploads_to_one_name_at_the_same_time_the_second_is_held()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        await using var other = new PublisherSession(core);
        var first = await session.OpenAsync(Folder + "1.csv", "first");
        var second = await other.OpenAsync(Folder + "1.csv", "second");

        // Not in the catalogue yet when the second one is judged.
        Assert.Equal(StoreError.None, await first.CommitAsync());
        Assert.Equal(StoreError.Held, await second.CommitAsync());
        await first.DisposeAsync();
        await second.DisposeAsync();
        await OneHeldAsync(core, HeldReason.Present, "second");
        Assert.Equal("first", core.Content("/invoices/1.csv"));
    }

    [Fact]
    public async Task A_client_that_tries_again_finds_what_it_delivered_and_adds_nothing()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        await session.PutAsync(Folder + "1.csv", "old");
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "1.csv", "new"));
        var words = session.Store.Explain(StoreError.Held);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "1.csv", "new"));
            Assert.Equal(words, session.Store.Explain(StoreError.Held));
            Assert.Equal(StoreError.None, await session.PutAsync(Folder + "1.csv.tmp", "new"));
            Assert.Equal(StoreError.Held, await session.RenameAsync(Folder + "1.csv.tmp", Folder + "1.csv"));
            Assert.Equal(words, session.Store.Explain(StoreError.Held));
        }

        await OneHeldAsync(core, HeldReason.Present, "new");
        Assert.Equal(["1.csv"], core.Visible("/invoices"));
        Assert.Equal(1, core.Events(FeedTopics.Held));
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "1.csv", "newer"));
        Assert.Equal(2, (await core.Services.Publisher.ListSetAsideAsync()).Items.Count);
    }

    [Fact]
    public async Task What_was_held_on_its_way_from_another_folder_is_released_though_that_is_gone()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        await session.PutAsync(Folder + "1.csv", "old");
        Assert.Equal(StoreError.None, await session.Store.MakeDirectoryAsync(VaultPath.Parse(Folder + "incoming")));
        Assert.Equal(StoreError.None, await session.PutAsync(Folder + "incoming/1.csv", "new"));
        Assert.Equal(StoreError.Held, await session.RenameAsync(Folder + "incoming/1.csv", Folder + "1.csv"));
        Assert.Equal(StoreError.None, await session.Store.RemoveDirectoryAsync(VaultPath.Parse(Folder + "incoming")));
        var held = await OneHeldAsync(core, HeldReason.Present, "new");
        Assert.Equal(PublicationState.Published, (await core.Services.Publisher.ReleaseAsync(held.Id, null, TestCore.Operator)).Get().State);
        Assert.Equal("new", core.Content("/invoices/1.csv"));
    }

    [Fact]
    public async Task A_change_in_place_is_held_as_a_whole_file()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using var session = new PublisherSession(core);
        await session.PutAsync(Folder + "1.csv", "old file");
        Assert.Equal(StoreError.Held, await session.PutAsync(Folder + "1.csv", "new", OpenModes.Write));
        await OneHeldAsync(core, HeldReason.Present, "new file");
        Assert.Equal("old file", core.Content("/invoices/1.csv"));
    }

    [Theory]
    [InlineData("upload", "delivery-begun", "failed")]
    [InlineData("upload", "delivery-hidden", "failed")]
    [InlineData("rename", "rename-decided", "held")]
    [InlineData("rename", "rename-hidden", "held")]
    public async Task A_server_that_is_killed_while_it_holds_loses_nothing_that_was_acknowledged(string how, string step, string state)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await using (var session = new PublisherSession(core))
        {
            await session.PutAsync(Folder + "1.csv", "old");
            await session.PutAsync(Folder + "1.csv.tmp", "new");
        }

        await PublishingProcess.RunToStepAsync(core.Path, how, step, 1);
        Assert.Equal(1, await core.Services.Publisher.RecoverAsync());
        Assert.Equal(state, core.Scalar("SELECT state FROM publication"));
        Assert.Equal("old", core.Content("/invoices/1.csv"));
        if (state == "held")
        {
            await OneHeldAsync(core, HeldReason.Present, "new");
            Assert.Equal(["1.csv"], core.Visible("/invoices"));
        }
        else
        {
            Assert.Equal(["1.csv", "1.csv.tmp"], core.Visible("/invoices"));
            Assert.DoesNotContain(core.Hidden("/invoices"), static name => name.StartsWith(".waybill-s-", StringComparison.Ordinal));
        }

        Assert.Empty(Directory.GetFiles(core.Files.Publishing));
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    private static async Task<Publication> OneHeldAsync(TestCore core, HeldReason because, string content)
    {
        var held = Assert.Single((await core.Services.Publisher.ListSetAsideAsync()).Items);
        var file = Assert.Single(held.Files);
        Assert.Equal(because, file.Held);
        Assert.Equal(content, core.Content(file.HiddenPath!));
        Assert.Equal(content.Length, file.Size);
        return held;
    }
}
