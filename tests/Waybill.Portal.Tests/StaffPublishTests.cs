using System.Net;
using Waybill.Core.Feeds;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>Publishing, replacing and recalling files, and an account's quota, by the provider's people in the portal.</summary>
public sealed class StaffPublishTests(PortalServer server)
{
    [Fact]
    public async Task A_set_is_published_as_a_whole_and_a_name_that_is_there_is_held_unless_a_reason_replaces_it()
    {
        await server.CommandAsync("account", "add", "74101", "--name", "Publish Ltd");
        const string Page = "/staff/accounts/74101/publish";
        using var visitor = await SignUp.WithAsync(server, "--provider", "billing");
        var done = await SendAsync(visitor, Page, "invoice", [("june.pdf", "%PDF"), ("june.csv", "a,b\n")]);
        Assert.Equal((HttpStatusCode.Redirect, "/staff/accounts/74101/published?done=Published"), (done.Status, done.Location));
        await visitor.GetAsync(done.Location!);
        Assert.Contains("The files are published, and in the customer’s folder.", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("/invoices/june.pdf", visitor.Page, StringComparison.Ordinal);
        Assert.Equal("a,b\n", Content("invoices/june.csv"));

        // All or none: one of a type that the feed does not carry takes the other with it.
        await SendAsync(visitor, Page, "invoice", [("july.csv", "x"), ("july.exe", "x")]);
        Assert.Contains("july.exe", visitor.Page, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("invoices/july.csv")));

        Assert.Equal("/staff/held?account=74101&done=PublishHeld", (await SendAsync(visitor, Page, "invoice", [("june.csv", "c,d\n")])).Location);
        await visitor.GetAsync("/staff/held?account=74101&done=PublishHeld");
        Assert.Contains("a file of that name is there", visitor.Page, StringComparison.Ordinal);
        Assert.Equal("a,b\n", Content("invoices/june.csv"));

        await SendAsync(visitor, Page, "invoice", [("june.csv", "c,d\n")], replace: true);
        Assert.Contains("reason", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("name=\"replace\" value=\"true\" checked", visitor.Source, StringComparison.Ordinal);
        Assert.EndsWith("done=Published", (await SendAsync(visitor, Page, "invoice", [("june.csv", "c,d\n")], replace: true, reason: "wrong VAT")).Location, StringComparison.Ordinal);
        Assert.Equal("c,d\n", Content("invoices/june.csv"));
        Assert.Contains("wrong VAT", await server.CommandAsync("audit", "search", "--account", "74101"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_account_did_not_subscribe_to_is_not_published_and_the_page_says_so()
    {
        await server.CommandAsync("account", "add", "74102", "--name", "Chooses Ltd");
        await server.CommandAsync("subscription", "set", "74102", "--feed", "invoice", "--type", "csv");
        const string Page = "/staff/accounts/74102/publish";
        using var visitor = await SignUp.WithAsync(server, "--provider", "administrator");
        await SendAsync(visitor, Page, "invoice", [("june.pdf", "%PDF")]);
        Assert.Contains("The account subscribed to none of these: june.pdf.", visitor.Page, StringComparison.Ordinal);
        Assert.Equal("/staff/accounts/74102/published?done=PublishedSome", (await SendAsync(visitor, Page, "invoice", [("june.pdf", "%PDF"), ("june.csv", "x")])).Location);
        await SendAsync(visitor, Page, "invoice", []);
        Assert.Contains("No file was chosen.", visitor.Page, StringComparison.Ordinal);
        await SendAsync(visitor, Page, "invoice", [.. Enumerable.Range(0, FeedLimits.SetFiles + 1).Select(static i => ($"{i}.csv", "x"))]);
        Assert.Contains($"There are more than {FeedLimits.SetFiles} files", visitor.Page, StringComparison.Ordinal);
        Assert.False(Directory.EnumerateFiles(Path.Combine(server.Data, "vaults", "74102", "invoices"), "0.csv").Any());
    }

    [Fact]
    public async Task Nothing_of_a_form_is_taken_without_its_token_or_from_who_may_not_publish()
    {
        await server.CommandAsync("account", "add", "74103", "--name", "Token Ltd");
        const string Page = "/staff/accounts/74103/publish";
        using var billing = await SignUp.WithAsync(server, "--provider", "billing");
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(billing, Page, "cdr", [("a.csv", "x")], token: "forged")).Status);
        using var support = await SignUp.WithAsync(server, "--provider", "support");
        await support.GetAsync("/home");
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(support, Page, "cdr", [("a.csv", "x")], token: support.Token)).Status);
        await support.GetAsync("/staff/accounts/74103");
        Assert.DoesNotContain(Page + "\"", support.Source, StringComparison.Ordinal);
        Assert.Empty((await server.JsonAsync("receipts", "list", "--account", "74103")).EnumerateArray());
    }

    [Fact]
    public async Task Chosen_files_are_recalled_with_a_reason_and_leave_the_customers_folder()
    {
        await server.CommandAsync("account", "add", "74104", "--name", "Recall Ltd");
        const string Page = "/staff/accounts/74104/published";
        using var visitor = await SignUp.WithAsync(server, "--provider", "billing");
        await SendAsync(visitor, "/staff/accounts/74104/publish", "cdr", [("<b>june.csv", "x"), ("july.csv", "y")]);
        await visitor.GetAsync(Page);
        Assert.DoesNotContain("<b>june", visitor.Source, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Recall", ("paths", "/cdr/<b>june.csv"));
        Assert.Contains("The reason is empty.", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(1, visitor.Source.Split(" checked").Length - 1);
        var answer = await visitor.PostAsync(Page + "?handler=Recall", ("paths", "/cdr/<b>june.csv"), ("reason", "wrong month"));
        Assert.Equal("/staff/held?recalled=true&account=74104&done=Recalled", answer.Location);
        await visitor.GetAsync(answer.Location!);
        Assert.Contains("The files are taken back.", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("wrong month", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(["july.csv"], Directory.EnumerateFiles(Path.Combine(server.Data, "vaults", "74104", "cdr"), "*.csv").Select(Path.GetFileName));
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Recall", ("reason", "nothing chosen"));
        Assert.Contains("role=\"alert\"", visitor.Source, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/staff/accounts/nosuch/published")).Status);
    }

    [Fact]
    public async Task A_quota_is_set_and_taken_away_and_what_is_no_size_comes_back()
    {
        await server.CommandAsync("account", "add", "74105", "--name", "Quota Ltd");
        const string Page = "/staff/accounts/74105";
        using var visitor = await SignUp.WithAsync(server, "--provider", "administrator");
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Quota", ("quotaBytes", "much"), ("quotaFiles", "5"));
        Assert.Contains("That is no size or number.", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"much\"", visitor.Source, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=QuotaSet", (await visitor.PostAsync(Page + "?handler=Quota", ("quotaBytes", "1536MiB"), ("quotaFiles", "5000"))).Location);
        Assert.Equal((1536L << 20, 5000), await QuotaAsync());
        await visitor.GetAsync(Page);
        Assert.Contains("value=\"1536 MiB\"", visitor.Source, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=QuotaSet", (await visitor.PostAsync(Page + "?handler=Quota", ("quotaBytes", ""), ("quotaFiles", "4000"))).Location);
        Assert.Equal((null, 4000), await QuotaAsync());

        async Task<(long?, long?)> QuotaAsync()
        {
            var quota = (await server.JsonAsync("quota", "show", "--account", "74105")).EnumerateArray().First();
            return (Number("maximumBytes"), Number("maximumFiles"));

            long? Number(string name) => quota.TryGetProperty(name, out var value) && value.ValueKind == System.Text.Json.JsonValueKind.Number ? value.GetInt64() : null;
        }
    }

    [Fact]
    public async Task Rules_for_arrivals_and_the_collect_right_are_set_and_taken_away()
    {
        await server.CommandAsync("account", "add", "74106", "--name", "Delivers Ltd");
        await server.CommandAsync("login", "add", "--account", "74106");
        const string Page = "/staff/accounts/74106/deliveries";
        using var visitor = await SignUp.WithAsync(server, "--provider", "billing");
        await visitor.GetAsync("/staff/accounts/74106");
        Assert.Contains($"href=\"{Page}\"", visitor.Source, StringComparison.Ordinal);
        await visitor.GetAsync(Page);
        Assert.Contains("None: what is delivered is taken as it is.", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Rule", ("folder", "/upload"), ("largest", "huge"));
        Assert.Contains("That is no size.", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Rule", ("folder", "upload"), ("pattern", "*.csv"));
        Assert.Contains("is no folder of a vault", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"*.csv\"", visitor.Source, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=RuleSet", (await visitor.PostAsync(Page + "?handler=Rule", ("folder", "/upload"), ("pattern", "<b>*.csv"), ("smallest", "1"), ("largest", "10MiB"), ("columns", "3"))).Location);
        var rule = Assert.Single((await server.JsonAsync("arrival", "list", "74106")).EnumerateArray());
        Assert.Equal(("/upload", "<b>*.csv", 10 << 20, 3), (rule.GetProperty("folder").GetString(), rule.GetProperty("pattern").GetString(), rule.GetProperty("largest").GetInt64(), rule.GetProperty("columns").GetInt32()));
        await visitor.GetAsync(Page);
        Assert.Contains("at least 1 B; at most 10 MiB; 3 columns", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>*", visitor.Source, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=RuleRemoved", (await visitor.PostAsync(Page + "?handler=Unrule", ("folder", "/upload"), ("pattern", "<b>*.csv"))).Location);
        Assert.Empty((await server.JsonAsync("arrival", "list", "74106")).EnumerateArray());

        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Collect", ("folder", "/cdr"), ("login", "nobody"));
        Assert.Contains("nobody", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("role=\"alert\"", visitor.Source, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=CollectGranted", (await visitor.PostAsync(Page + "?handler=Collect", ("folder", "/cdr"), ("login", ""))).Location);
        Assert.Contains("/cdr", await server.CommandAsync("collect", "list", "74106"), StringComparison.Ordinal);
        await visitor.GetAsync(Page);
        Assert.Equal(Page + "?done=CollectRevoked", (await visitor.PostAsync(Page + "?handler=Uncollect", ("folder", "/cdr"), ("login", ""))).Location);
        Assert.DoesNotContain("/cdr", await server.CommandAsync("collect", "list", "74106"), StringComparison.Ordinal);
    }

    private static async Task<Visitor.Answer> SendAsync(
        Visitor visitor, string page, string feed, (string Name, string Content)[] files, bool replace = false, string? reason = null, string? token = null)
    {
        if (token is null)
        {
            await visitor.GetAsync(page);
        }

        using var form = new MultipartFormDataContent { { new StringContent(token ?? PortalServer.FormToken(visitor.Source, page)), "__RequestVerificationToken" }, { new StringContent(feed), "feed" } };
        foreach (var (name, content) in files)
        {
            form.Add(new StringContent(content), "files", name);
        }

        if (replace)
        {
            form.Add(new StringContent("true"), "replace");
        }

        form.Add(new StringContent(reason ?? ""), "reason");
        return await visitor.SendFormAsync(page, form);
    }

    private string PathOf(string path) => Path.Combine(server.Data, "vaults", "74101", path);

    private string Content(string path) => File.ReadAllText(PathOf(path));
}
