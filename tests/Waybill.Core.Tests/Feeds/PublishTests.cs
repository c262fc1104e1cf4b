using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Feeds;

namespace Waybill.Core.Tests.Feeds;

/// <summary>What is published is in the folder, the catalogue and the audit, all of a set or nothing of it.</summary>
public sealed class PublishTests
{
    [Fact]
    public async Task An_invoice_and_its_table_appear_together_and_are_known_as_one_publication()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var report = await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("2027-01.pdf", "%PDF"), ("2027-01.csv", "a,b\n1,2\n")));

        Assert.Equal((PublicationState.Published, "invoice", "10042"), (report.State, report.Feed, report.Account));
        Assert.Equal(["2027-01.csv", "2027-01.pdf"], core.Visible("/invoices"));
        Assert.Empty(core.Hidden("/invoices"));
        Assert.Equal("a,b\n1,2\n", core.Content("/invoices/2027-01.csv"));
        var file = (await core.Services.Catalogue.FindAsync("10042", "/invoices/2027-01.pdf"))!;
        Assert.Equal(("publish", "tester", 4), (file.Protocol, file.Login, file.Size));
        Assert.Equal(SHA256.HashData("%PDF"u8), file.Sha256);
        var receipts = (await core.Services.Receipts.ListAsync(new ReceiptQuery { Publication = report.Publication })).Get().Items;
        Assert.Equal(["/invoices/2027-01.csv", "/invoices/2027-01.pdf"], receipts.Select(static receipt => receipt.Path).Order(StringComparer.Ordinal));
        Assert.Equal(2, core.Audited("published"));
        Assert.Equal(1, core.Events(FeedTopics.Published));
        Assert.Empty((await core.Services.Audit.VerifyAsync()).Findings);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task Whoever_lists_while_another_process_publishes_sees_all_of_a_set_or_nothing(int others)
    {
        const int Sets = 150;
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        for (var i = 0; i < others; i++)
        {
            // More than the kernel hands out at once: parts of a listing are read at different moments.
            File.Create($"{core.Files.Vaults}/10042/invoices/older-{i:D5}.csv").Dispose();
        }

        var opened = core.Services.Stores.Open("10042");
        await using var store = opened.Value!;
        await using var process = PublishingProcess.StartMany(core.Path, Sets);
        var entries = new Storage.DirectoryEntry[128];
        var (partial, pairs) = (0, 0);
        while (pairs < Sets)
        {
            HashSet<string> names = [];
            await using var listing = (await store.OpenDirectoryAsync(Storage.VaultPath.Parse("/invoices"))).Value!;
            while (await listing.ReadAsync(entries) is { Succeeded: true, Value: > 0 and var count })
            {
                names.UnionWith(entries.Take(count).Select(static entry => Encoding.UTF8.GetString(entry.Name.Span)));
            }

            var published = names.Where(static name => char.IsAsciiDigit(name[0])).ToLookup(static name => Path.GetFileNameWithoutExtension(name));
            partial += published.Count(static set => set.Count() != 2);
            pairs = published.Count;
            Assert.True(!process.HasExited || (await process.WaitForExitAsync(TimeSpan.FromSeconds(60))).ExitCode == 0);
        }

        Assert.Equal(0, partial);
        Assert.Equal(0, (await process.WaitForExitAsync(TimeSpan.FromSeconds(60))).ExitCode);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_keeps_back_the_whole_set_and_leaves_nothing()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var request = new PublishRequest("10042", "invoice",
        [
            new PublishFile("a.csv", () => new MemoryStream(Encoding.UTF8.GetBytes("x"))),
            new PublishFile("a.pdf", () => throw new FileNotFoundException("gone")),
        ]);
        Assert.Contains("a.pdf cannot be read", (await core.Services.Publisher.PublishAsync(request, TestCore.Operator)).Problem(ProblemKind.Unusable).Message, StringComparison.Ordinal);
        Assert.Empty(core.Visible("/invoices"));
        Assert.Empty(core.Hidden("/invoices"));
        Assert.Null(await core.Services.Catalogue.FindAsync("10042", "/invoices/a.csv"));
        Assert.Equal("failed", core.Scalar("SELECT state FROM publication"));
    }

    [Fact]
    public async Task A_feed_that_came_after_the_vault_gets_its_folder()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("sir", "2027-01-02.csv", "x");
        Assert.Equal(["2027-01-02.csv"], core.Visible("/data/sir"));
    }

    [Theory]
    [InlineData("nothing", "a.csv", "There is no feed nothing")]
    [InlineData("cdr", "a.pdf", "carries csv, csv.gz, zip")]
    [InlineData("cdr", "a/b.csv", "cannot be the name of a file")]
    [InlineData("cdr", "../b.csv", "cannot be the name of a file")]
    [InlineData("cdr", ".waybill-p-b.csv", "cannot be the name of a file")]
    public async Task What_cannot_be_published_is_refused_with_the_reason(string feed, string name, string reason)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var refused = await core.Services.Publisher.PublishAsync(FeedTestExtensions.Set("10042", feed, (name, "x")), TestCore.Operator);
        Assert.Contains(reason, refused.Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM publication"));
    }

    [Fact]
    public async Task A_set_has_at_most_so_many_files_and_no_name_twice()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var files = Enumerable.Range(0, FeedLimits.SetFiles + 1).Select(static i => new PublishFile($"{i}.csv", static () => new MemoryStream())).ToList();
        (await core.Services.Publisher.PublishAsync(new PublishRequest("10042", "cdr", files), TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Services.Publisher.PublishAsync(new PublishRequest("10042", "cdr", [files[0], files[0]]), TestCore.Operator)).Problem(ProblemKind.Invalid);
        Assert.Equal(FeedLimits.SetFiles, (await core.PublishAsync(new PublishRequest("10042", "cdr", files[1..]))).Files.Count);
        Assert.Equal(FeedLimits.SetFiles, core.Visible("/cdr").Length);
    }

    [Fact]
    public async Task Unknown_and_closed_accounts_get_nothing_and_keep_nobody_else_from_it()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.AddVaultAsync("closed");
        (await core.Services.Accounts.CloseAsync("closed", null, TestCore.Operator)).Get();
        List<Result<PublishReport>> reports = [];
        await foreach (var report in core.Services.Publisher.PublishAllAsync(
            new[] { "nobody", "10042", "closed" }.Select(static account => FeedTestExtensions.Set(account, "cdr", ("a.csv", "x"))), TestCore.Operator))
        {
            reports.Add(report);
        }

        Assert.Equal([ProblemKind.NotFound, null, ProblemKind.Refused], reports.Select(static report => report.Problem?.Kind));
        Assert.Equal(["a.csv"], core.Visible("/cdr"));
        Assert.Empty(core.Visible("/cdr", "closed"));
    }

    [Fact]
    public async Task More_sets_than_share_a_commit_are_published_in_order()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var count = FeedLimits.Group + 10;
        var before = (long)core.Scalar("SELECT count(*) FROM audit")!;
        List<string> paths = [];
        await foreach (var report in core.Services.Publisher.PublishAllAsync(
            Enumerable.Range(0, count).Select(static i => FeedTestExtensions.Set("10042", "cdr", ($"{i:D4}.csv", $"row {i}"))), TestCore.Operator))
        {
            paths.Add(report.Get().Files[0].Path);
        }

        Assert.Equal(Enumerable.Range(0, count).Select(static i => $"/cdr/{i:D4}.csv"), paths);
        Assert.Equal(count, core.Visible("/cdr").Length);
        Assert.Equal(before + count, core.Scalar("SELECT count(*) FROM audit"));
        Assert.Empty(Directory.GetFiles(core.Files.Publishing));
    }

    [Fact]
    public async Task An_account_gets_what_it_subscribed_to()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        var set = (await core.Services.Subscriptions.SetAsync("10042", ["invoice", "cdr"], ["csv"], TestCore.Operator)).Get();
        Assert.Equal([("invoice", "csv"), ("cdr", "csv")], set.Select(static one => (one.Feed, one.FileType)));

        var report = await core.PublishAsync(FeedTestExtensions.Set("10042", "invoice", ("1.pdf", "x"), ("1.csv", "x")));
        Assert.Equal((PublicationState.Published, "1.pdf"), (report.State, Assert.Single(report.NotSubscribed)));
        Assert.Equal(["1.csv"], core.Visible("/invoices"));
        var nothing = await core.PublishAsync("report", "1.csv", "x");
        Assert.Equal((null, PublicationState.Discarded), (nothing.Publication, nothing.State));
        Assert.Empty(core.Visible("/reports"));

        Assert.Equal(["cdr", "invoice"], (await core.Services.Subscriptions.ListAsync("10042")).Items.Select(static one => one.Feed));
        (await core.Services.Subscriptions.SetAsync("10042", [], [], TestCore.Operator)).Get();
        Assert.Equal(PublicationState.Published, (await core.PublishAsync("report", "1.csv", "x")).State);
        Assert.Equal(2, core.Audited("subscription-set"));
    }

    [Theory]
    [InlineData("nothing", "csv")]
    [InlineData("cdr", "pdf")]
    [InlineData("invoice,cdr", "pdf")]
    public async Task A_subscription_that_would_bring_nothing_is_refused(string feeds, string fileType)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        (await core.Services.Subscriptions.SetAsync("10042", feeds.Split(','), [fileType], TestCore.Operator)).Problem(ProblemKind.Invalid);
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM subscription"));
    }

    [Fact]
    public async Task A_parent_publishes_to_its_children_only_and_sees_only_their_receipts_of_its_own()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync("wholesale");
        await core.AddVaultAsync("retail", "wholesale");
        await core.AddVaultAsync("stranger");
        var request = FeedTestExtensions.Set("retail", "sir", ("1.csv", "x")) with { By = "wholesale" };
        Assert.Equal(PublicationState.Published, (await core.PublishAsync(request)).State);
        foreach (var account in (string[])["stranger", "wholesale", "nobody"])
        {
            var refused = await core.Services.Publisher.PublishAsync(request with { Account = account }, TestCore.Operator);
            Assert.Contains("no child", refused.Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        }

        (await core.Services.Publisher.PublishAsync(request with { By = "stranger" }, TestCore.Operator)).Problem(ProblemKind.Refused);
        await core.PublishAsync("invoice", "provider.pdf", "x", "retail");
        await core.PublishAsync("cdr", "other.csv", "x", "stranger");

        var seen = (await core.Services.Receipts.ListAsync(new ReceiptQuery { By = "wholesale" })).Get().Items;
        Assert.Equal(("retail", "/data/sir/1.csv", "sir"), (Assert.Single(seen).Account, seen[0].Path, seen[0].Feed));
        Assert.Equal(3, (await core.Services.Receipts.ListAsync(new ReceiptQuery())).Get().Items.Count);
        (await core.Services.Accounts.SuspendAsync("wholesale", null, TestCore.Operator)).Get();
        (await core.Services.Publisher.PublishAsync(request with { Files = FeedTestExtensions.Set("", "", ("2.csv", "x")).Files }, TestCore.Operator)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Receipts_say_who_fetched_first_and_what_is_unfetched()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddVaultAsync();
        await core.PublishAsync("cdr", "1.csv", "x");
        await core.PublishAsync("invoice", "1.pdf", "x");
        core.Time.Advance(TimeSpan.FromHours(1));
        await core.FetchAsync("/cdr/1.csv", 1);

        var receipts = (await core.Services.Receipts.ListAsync(new ReceiptQuery { Account = "10042" })).Get().Items;
        Assert.Equal([core.Time.GetUtcNow(), null], receipts.Select(static receipt => receipt.FirstFetched));
        Assert.Equal("10042", receipts[0].FirstFetchedBy);
        Assert.Equal("/invoices/1.pdf", Assert.Single((await core.Services.Receipts.ListAsync(new ReceiptQuery { Unfetched = true })).Get().Items).Path);
        Assert.Equal("/cdr/1.csv", Assert.Single((await core.Services.Receipts.ListAsync(new ReceiptQuery { Feed = "cdr" })).Get().Items).Path);
        Assert.Empty((await core.Services.Receipts.ListAsync(new ReceiptQuery { Since = core.Time.GetUtcNow() })).Get().Items);
        var page = (await core.Services.Receipts.ListAsync(new ReceiptQuery { Size = 1 })).Get();
        Assert.Equal("/invoices/1.pdf", Assert.Single((await core.Services.Receipts.ListAsync(new ReceiptQuery { Size = 1, After = page.Next })).Get().Items).Path);
    }
}
