using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text;
using Waybill.Core.Feeds;
using Waybill.Server.CommandLine.Commands;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>Publishing by command, beside a running server and on a stopped one.</summary>
public sealed class PublishTests(Template template)
{
    [Fact]
    public async Task A_run_routes_so_many_files_and_with_one_more_none()
    {
        using var directory = new TemporaryDirectory();
        for (var i = 0; i < 12; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(directory.Combine($"100{i % 3}")).FullName, $"{i}.csv"), "", TestContext.Current.CancellationToken);
        }

        List<UnroutedFile> left = [];
        List<RoutableFile> files = [];
        PublishCommand.Collect(new FileInfo(directory.FullName), [], "in", files, left, maximum: 12);
        Assert.Equal((12, 0), (files.Count, left.Count));
        var refused = Assert.Throws<CommandException>(() => PublishCommand.Collect(new FileInfo(directory.FullName), [], "in", [], left, maximum: 11));
        Assert.Contains("more than 11 files; route parts of them, one after the other (nothing was published)", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Published_beside_a_running_server_fetched_by_the_customer_and_seen_in_the_receipts()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        var (pdf, csv) = (await WriteAsync(data, "2027-01.pdf", "%PDF"), await WriteAsync(data, "2027-01.csv", "a,b\n1,2\n"));
        var published = await data.JsonAsync("publish", "--account", "10020", "--feed", "invoice", pdf, csv);
        Assert.Equal("published", published.GetProperty("state").GetString());
        Assert.Equal(["/invoices/2027-01.pdf", "/invoices/2027-01.csv"], published.GetProperty("files").EnumerateArray().Select(static file => file.GetProperty("path").GetString()));

        await using (var client = await server.LogInAsync(data.LoadKey()))
        {
            var sftp = await RunningServer.OpenSftpAsync(client);
            Assert.Equal("a,b\n1,2\n", Encoding.UTF8.GetString(await sftp.GetAsync("/invoices/2027-01.csv")));
        }

        var fetched = await ReceiptAsync(data, static receipt => receipt.GetProperty("firstFetched").ValueKind == JsonValueKind.String);
        Assert.Equal(("/invoices/2027-01.csv", "10020"), (fetched.GetProperty("path").GetString(), fetched.GetProperty("firstFetchedBy").GetString()));
        Assert.Equal("/invoices/2027-01.pdf", Assert.Single((await data.JsonAsync("receipts", "list", "--account", "10020", "--unfetched")).EnumerateArray()).GetProperty("path").GetString());

        var recalled = await data.OutputAsync("recall", "--account", "10020", "/invoices/2027-01.csv", "--reason", "wrong VAT");
        Assert.Contains("fetched by 10020 at ", recalled, StringComparison.Ordinal);
        Assert.Equal(["2027-01.pdf"], Visible(data, "invoices"));
        Assert.Equal(0, (await server.StopAsync()).ExitCode);
    }

    [Fact]
    public async Task A_duplicate_is_held_with_exit_code_1_and_released_or_replaced_on_purpose()
    {
        using var data = await template.CopyAsync();
        var file = await WriteAsync(data, "june.csv", "old");
        await data.SetUpAsync("publish", "--account", "10020", "--feed", "cdr", file);
        await WriteAsync(data, "june.csv", "new");
        Assert.Contains("nothing was overwritten", await data.RefusedAsync(1, "publish", "--account", "10020", "--feed", "cdr", file), StringComparison.Ordinal);
        Assert.Equal("old", await File.ReadAllTextAsync(data.Combine("vaults", "10020", "cdr", "june.csv"), TestContext.Current.CancellationToken));
        var held = Assert.Single((await data.JsonAsync("held", "list")).EnumerateArray());
        Assert.Equal("new", await File.ReadAllTextAsync(held.GetProperty("files")[0].GetProperty("content").GetString()!, TestContext.Current.CancellationToken));
        Assert.Contains("a file of that name is there", await data.OutputAsync("held", "list"), StringComparison.Ordinal);

        Assert.Contains("needs a reason", await data.RefusedAsync(2, "publish", "--account", "10020", "--feed", "cdr", "--replace", file), StringComparison.Ordinal);
        await data.SetUpAsync("held", "release", $"{held.GetProperty("publication")}");
        Assert.Equal("new", await File.ReadAllTextAsync(data.Combine("vaults", "10020", "cdr", "june.csv"), TestContext.Current.CancellationToken));
        await WriteAsync(data, "june.csv", "newest");
        await data.SetUpAsync("publish", "--account", "10020", "--feed", "cdr", "--replace", "--reason", "rated again", file);
        Assert.Equal("newest", await File.ReadAllTextAsync(data.Combine("vaults", "10020", "cdr", "june.csv"), TestContext.Current.CancellationToken));
        Assert.Contains("rated again", (await data.AuditAsync("published")).GetRawText(), StringComparison.Ordinal);
        await data.RefusedAsync(1, "held", "discard", "4711", "--reason", "x");
    }

    [Theory]
    [InlineData("=1+1.csv", "=1+1.csv")]
    [InlineData("+1.csv", "+1.csv")]
    [InlineData("-1.csv", "-1.csv")]
    [InlineData("@SUM(1).csv", "@SUM(1).csv")]
    [InlineData("\t=1.csv", "\t'=1.csv")]
    [InlineData("\r=1.csv", "\r'=1.csv")]
    public async Task Receipts_and_held_files_are_exported_so_that_a_spreadsheet_runs_no_name_and_no_reason(string name, string written)
    {
        using var data = await template.CopyAsync();
        await WriteAsync(data, "out/10020/cdr/" + name, "a\n1\n");
        foreach (var exit in (int[])[0, 1])
        {
            Assert.Equal(exit, (await data.RunAsync("publish", "--route", data.Beside("out"))).ExitCode);
        }

        var receipts = await data.OutputAsync("receipts", "list", "--csv");
        Assert.StartsWith("\"published\",\"publication\",\"account\",\"feed\",\"file\",\"name\",\"size\",", receipts, StringComparison.Ordinal);
        Assert.Contains($",\"10020\",\"cdr\",\"/cdr/{written}\",\"'{written}\",4,", receipts, StringComparison.Ordinal);
        Assert.Contains($",\"/cdr/{written}\",\"'{written}\",4,\"present\",,\"", await data.OutputAsync("held", "list", "--csv"), StringComparison.Ordinal);
        Assert.DoesNotContain('\t', await data.OutputAsync("receipts", "list"));
        await data.SetUpAsync("recall", "--publication", "1", "--reason", "=1+1");
        var recalled = await data.OutputAsync("held", "list", "--recalled", "--csv");
        Assert.Contains(",\"recalled\",", recalled, StringComparison.Ordinal);
        Assert.Contains(",,\"'=1+1\",\"", recalled, StringComparison.Ordinal);
        Assert.Contains("\"recalled\"\r\n", await data.OutputAsync("receipts", "list", "--csv"), StringComparison.Ordinal);
        var table = await data.OutputAsync("receipts", "list");
        Assert.Matches(@"^PUBLISHED +PUBLICATION +ACCOUNT +FEED +FILE +SIZE +PUBLISHER +FIRST FETCHED +BY +GONE", table);
        Assert.Matches($@" {Regex.Escape(Environment.UserName)} +- +- +\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\dZ recalled", table);
    }

    [Fact]
    public async Task Routed_files_reach_their_accounts_and_the_others_are_named_and_left()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("account", "add", "10021", "--name", "Other");
        await File.WriteAllTextAsync(
            data.Combine("waybill.json"), """{ "Feeds": { "Routes": [{ "Pattern": "*_{account}_*.csv", "Feed": "cdr" }] } }""", TestContext.Current.CancellationToken);
        foreach (var name in (string[])["out/cdr_10021_1.csv", "out/cdr_99999_1.csv", "out/10020/invoice/1.pdf", "out/10020/invoice/1.csv", "out/10020/cdr_10021_2.csv", "out/cdr_10021_2.csv.tmp"])
        {
            await WriteAsync(data, name, name);
        }

        var outcome = await data.RunAsync("publish", "--route", data.Beside("out"), "--json");
        Assert.Equal(1, outcome.ExitCode);
        var run = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal(2, run.GetProperty("sets").GetArrayLength());
        Assert.Equal(3, run.GetProperty("unrouted").GetArrayLength());
        Assert.Equal(["cdr_10021_1.csv"], Visible(data, "cdr", "10021"));
        Assert.Equal(["1.csv", "1.pdf"], Visible(data, "invoices"));
        Assert.Empty(Visible(data, "cdr"));
        Assert.True(File.Exists(data.Beside("out/cdr_99999_1.csv")));
    }

    [Fact]
    public async Task What_cannot_be_published_is_refused_in_one_line()
    {
        using var data = await template.CopyAsync();
        var file = await WriteAsync(data, "june.csv", "x");
        Assert.Contains("There is no feed nothing", await data.RefusedAsync(2, "publish", "--account", "10020", "--feed", "nothing", file), StringComparison.Ordinal);
        Assert.Contains("no account 4711", await data.RefusedAsync(1, "publish", "--account", "4711", "--feed", "cdr", file), StringComparison.Ordinal);
        Assert.Contains("cannot be read", await data.RefusedAsync(1, "publish", "--account", "10020", "--feed", "cdr", data.Beside("none.csv")), StringComparison.Ordinal);
        Assert.Contains("cannot be read", await data.RefusedAsync(1, "publish", "--account", "10020", "--feed", "cdr", data.Root.TrimEnd('/') + "/../june.csv/x.csv"), StringComparison.Ordinal);
        Assert.Contains("needs --account", await data.RefusedAsync(2, "publish", file), StringComparison.Ordinal);
        Assert.Contains("leave --account out", await data.RefusedAsync(2, "publish", "--route", "--account", "10020", file), StringComparison.Ordinal);
        Assert.Contains("Feeds:Types", await data.RefusedAsync(1, "publish", "--account", "10020", "--feed", "cdr", file, "--set", """Feeds:Types=[{"Name":"CDR","Folder":"/cdr"}]"""), StringComparison.Ordinal);
        Assert.Empty(Visible(data, "cdr"));
    }

    [Fact]
    public async Task Subscriptions_and_own_feeds_are_followed()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("invoice/csv", await data.OutputAsync("subscription", "set", "10020", "--feed", "invoice", "--type", "csv"), StringComparison.Ordinal);
        Assert.Contains("invoice  csv", await data.OutputAsync("subscription", "list", "10020"), StringComparison.Ordinal);
        var (pdf, csv) = (await WriteAsync(data, "1.pdf", "x"), await WriteAsync(data, "1.csv", "x"));
        Assert.Contains("left 1.pdf", await data.OutputAsync("publish", "--account", "10020", "--feed", "invoice", pdf, csv), StringComparison.Ordinal);
        Assert.Equal(["1.csv"], Visible(data, "invoices"));
        await data.RefusedAsync(2, "subscription", "set", "10020");
        await data.SetUpAsync("subscription", "set", "10020", "--all");
        await data.SetUpAsync("publish", "--account", "10020", "--feed", "numbers", pdf, "--set", """Feeds:Types=[{"Name":"numbers","Folder":"/data/numbers","FileTypes":["pdf"]}]""");
        Assert.Equal(["1.pdf"], Visible(data, "data/numbers"));
    }

    [Fact]
    public async Task A_publisher_that_was_killed_is_followed_up_by_the_running_server()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        var file = await WriteAsync(data, "june.csv", "x");
        await data.SetUpAsync("publish", "--account", "10020", "--feed", "cdr", file);

        // What a kill between the decision and the rename leaves: the row of an owner whose lease nobody holds, and the file under its hidden name.
        var token = new string('a', 32);
        File.Move(data.Combine("vaults", "10020", "cdr", "june.csv"), data.Combine("vaults", "10020", "cdr", ".waybill-s-" + token));
        data.Sql($"UPDATE publication_file SET token = '{token}'; UPDATE publication SET state = 'committing', owner = 'dead'");
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (Visible(data, "cdr").Length == 0)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), server.Logs);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(["june.csv"], Visible(data, "cdr"));
    }

    private static async Task<string> WriteAsync(Data data, string name, string content)
    {
        var file = data.Beside(name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, content);
        return file;
    }

    private static string[] Visible(Data data, string folder, string account = "10020") =>
        [.. Directory.GetFiles(data.Combine("vaults", account, folder)).Select(static file => Path.GetFileName(file)!).Where(static name => !name.StartsWith('.')).Order(StringComparer.Ordinal)];

    private static async Task<JsonElement> ReceiptAsync(Data data, Func<JsonElement, bool> wanted)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var receipts = (await data.LookAsync("receipts", "list", "--account", "10020")).EnumerateArray().Where(wanted).ToList();
            if (receipts.Count > 0)
            {
                return receipts[0];
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "no such receipt");
            await Task.Delay(100);
        }
    }
}
