using System.Globalization;
using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Playwright;
using Waybill.Core.Porting;
using Waybill.Portal.Tests.Support;
using Cookie = Microsoft.Playwright.Cookie;

namespace Waybill.Portal.Tests;

/// <summary>Porting in the portal, by customers and by the provider's people.</summary>
public sealed class PortingPageTests(PortalServer server)
{
    private static readonly byte[] Letter = "%PDF-1.7\n<script>alert(1)</script>"u8.ToArray();

    [Fact]
    public async Task A_customer_orders_staff_reject_the_customer_corrects_and_staff_accept_and_complete()
    {
        const string Number = "POR1";
        await AccountAsync(Number);
        using var owner = await SignUp.WithAsync(server, "--account", Number, "--role", "owner");
        using var support = await SignUp.WithAsync(server, "--provider", "support");
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var customer = await OpenAsync(browser, owner, complaints);
        var staff = await OpenAsync(browser, support, complaints);

        // The customer writes a draft.
        await customer.GotoAsync($"{server.Url}/account/{Number}/porting");
        await customer.GetByRole(AriaRole.Link, new() { Name = "New order" }).ClickAsync();
        foreach (var (label, value) in ((string, string)[])
            [
                ("Main billing number", "01632 960100"), ("Numbers and ranges", "01632 960100"), ("Site address", "1 High Street\nSheffield"), ("Postcode of the site", "s11aa"),
                ("Losing provider", "Other Telecom"), ("Account number there", "A-1"), ("Who signed the letter", "Ann Lee"), ("Wanted on", Show(Today().AddDays(1))),
            ])
        {
            await customer.GetByLabel(label, new() { Exact = true }).FillAsync(value);
        }

        await customer.GetByLabel("Type of line").SelectOptionAsync("single");
        await customer.GetByLabel("Does the losing provider hold the range?").SelectOptionAsync("yes");
        await customer.GetByRole(AriaRole.Button, new() { Name = "Keep as draft" }).ClickAsync();
        await customer.GetByText("The draft is kept.").WaitForAsync();
        var order = customer.Url.Split('/', '?')[6];

        // What breaks a rule is told with its name, one after the other.
        await SendAsync(customer);
        await customer.GetByText("The rule letter is broken").WaitForAsync();
        await customer.Locator("#letter").SetInputFilesAsync(new FilePayload { Name = "letter of Ann.pdf", MimeType = "application/pdf", Buffer = Letter });
        await customer.GetByRole(AriaRole.Button, new() { Name = "Add the letter" }).ClickAsync();
        await customer.GetByText("The letter is there.").WaitForAsync();
        await SendAsync(customer);
        await customer.Locator("[role=alert]").WaitForAsync();
        Assert.Matches("The rule (lead-time|working-day) is broken", await customer.Locator("[role=alert]").InnerTextAsync());
        var earliest = (await server.JsonAsync("porting", "earliest", "--line", "single", "--range-holder", "true", "--postcode", "S1 1AA")).GetProperty("earliest").GetString()!;
        await customer.GetByLabel("Wanted on", new() { Exact = true }).FillAsync(earliest);
        await customer.GetByRole(AriaRole.Button, new() { Name = "Keep the changes" }).ClickAsync();
        await customer.GetByText("The changes are kept.").WaitForAsync();
        await SendAsync(customer);
        await customer.GetByText("The order is sent.").WaitForAsync();

        // Staff find it in the queue, and reject it.
        await staff.GotoAsync(server.Url + "/staff/porting");
        await staff.GetByRole(AriaRole.Link, new() { Name = order }).ClickAsync();
        await TakeAsync(staff);
        await staff.GetByLabel("Code", new() { Exact = true }).FillAsync("02");
        await staff.GetByLabel("What is wrong, and what to correct").FillAsync("The account number is not known there. Correct it.");
        await staff.GetByRole(AriaRole.Button, new() { Name = "Reject" }).ClickAsync();
        await staff.GetByText("The order is rejected").WaitForAsync();

        // The customer reads why, corrects it and sends it again.
        await customer.ReloadAsync();
        await customer.GetByText("02 The account number is not known there.").First.WaitForAsync();
        await customer.GetByLabel("Account number there", new() { Exact = true }).FillAsync("A-2");
        await customer.GetByRole(AriaRole.Button, new() { Name = "Keep the changes" }).ClickAsync();
        await customer.GetByText("The changes are kept.").WaitForAsync();
        await SendAsync(customer);
        await customer.GetByText("The order is sent.").WaitForAsync();

        // Staff accept it, set the day and, when that has come, complete it.
        await staff.ReloadAsync();
        await TakeAsync(staff);
        await staff.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await staff.GetByText("The order is accepted.").WaitForAsync();
        await staff.GetByLabel("Day", new() { Exact = true }).FillAsync(earliest);
        await staff.GetByRole(AriaRole.Button, new() { Name = "Set the day" }).ClickAsync();
        await staff.GetByText("The day is set, and the customer told.").WaitForAsync();
        await CompleteAsync(staff);
        await staff.GetByText("The rule on-the-day is broken").WaitForAsync();
        DayHasCome(order);
        await staff.GotoAsync($"{server.Url}/staff/porting/{order}");
        await CompleteAsync(staff);
        await staff.GetByText("The port is completed").WaitForAsync();
        await customer.ReloadAsync();
        await customer.GetByText("Your numbers are here.").WaitForAsync();
        var steps = await customer.Locator("#history + .scroll tbody tr td:nth-child(2)").AllInnerTextsAsync();
        Assert.Equal(["Completed", "Day set", "Accepted", "Being checked", "Sent", "Rejected", "Being checked", "Sent", "Draft"], steps);
        Assert.Equal("portedin 441632960100", Scalar($"SELECT state || ' ' || number FROM phone_number WHERE number = 441632960100"));
        Assert.Contains(owner.Email, await server.CommandAsync("audit", "search", "--action", "porting-submitted"), StringComparison.Ordinal);
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Only_who_may_change_orders_sends_a_letter_and_it_is_handed_out_as_a_file_alone()
    {
        const string Number = "POR2";
        await AccountAsync(Number);
        Assert.Equal(PortingLimits.LetterSize + PortalLimits.Body, PortalLimits.LetterBody);
        var order = (await server.JsonAsync("porting", "add", Number)).GetProperty("order").GetString()!;
        var page = $"/account/{Number}/porting/{order}";
        using var member = await SignUp.WithAsync(server, "--account", Number, "--role", "member");
        var largest = new byte[PortingLimits.LetterSize];
        Letter.CopyTo(largest, 0);
        Assert.Equal(HttpStatusCode.Redirect, await SendLetterAsync(member, page, largest));
        await SendLetterAsync(member, page, [.. largest, 0]);
        Assert.Contains("of at most 5 MiB", member.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendLetterAsync(member, page, new byte[PortalLimits.LetterBody]));
        await SendLetterAsync(member, page, "<html>"u8.ToArray());
        Assert.Contains("neither a PDF nor an image", member.Page, StringComparison.Ordinal);

        // Nobody else is read a large form of.
        using var vendor = await SignUp.WithAsync(server, "--account", Number, "--role", "vendor", "--vendor", "acme");
        await vendor.GetAsync("/home");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendLetterAsync(vendor, page, largest, "/home"));
        using var stranger = new Visitor(server);
        await stranger.GetAsync("/");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendLetterAsync(stranger, page, largest, "/"));

        await member.GetAsync(page);
        var address = System.Text.RegularExpressions.Regex.Match(member.Source, $"href=\"({page}/letters/[0-9]+)\"").Groups[1].Value;
        using var support = await SignUp.WithAsync(server, "--provider", "auditor");
        foreach (var (visitor, path) in ((Visitor, string)[])[(member, address), (support, address.Replace($"/account/{Number}", "/staff", StringComparison.Ordinal))])
        {
            using var letter = await visitor.RawAsync(new HttpRequestMessage(HttpMethod.Get, path));
            Assert.Equal((HttpStatusCode.OK, "application/octet-stream"), (letter.StatusCode, letter.Content.Headers.ContentType?.ToString()));
            Assert.Equal(("attachment", "evil_html.pdf"), (letter.Content.Headers.ContentDisposition?.DispositionType, letter.Content.Headers.ContentDisposition?.FileName));
            Assert.Equal("nosniff", Assert.Single(letter.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("default-src 'none'; sandbox", Assert.Single(letter.Headers.GetValues("Content-Security-Policy")));
            Assert.Equal(largest, await letter.Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(2, (await server.JsonAsync("audit", "search", "--action", "porting-letter-fetched", "--account", Number)).GetArrayLength());
        await AccountAsync("POR3");
        using var other = await SignUp.WithAsync(server, "--account", "POR3", "--role", "owner");
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(address)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(address.Replace(Number, "POR3", StringComparison.Ordinal))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await member.GetAsync(page + "/letters/x")).Status);
    }

    [Fact]
    public async Task A_table_makes_drafts_and_staff_set_days_of_the_calendar()
    {
        const string Number = "POR4";
        await AccountAsync(Number);
        using var owner = await SignUp.WithAsync(server, "--account", Number, "--role", "owner");
        var page = $"/account/{Number}/porting";
        await SendTableAsync("main,numbers,line,postcode\n01632960200,01632960200,single,S1 1AA\n01632960201,x,single,S1 1AA\n");
        Assert.Contains("Line 3: 'x' is neither a number nor a range.", owner.Page, StringComparison.Ordinal);
        Assert.Empty((await server.JsonAsync("porting", "list", "--account", Number)).EnumerateArray());
        await SendTableAsync("main,numbers,line,postcode\n01632960200,01632960200,single,S1 1AA\n01632960210,01632960210-01632960219,ddi,S1 1AA\n");
        await owner.GetAsync(page);
        Assert.Contains("10 from 01632960210", owner.Page, StringComparison.Ordinal);
        await SendTableAsync("");
        Assert.Contains("Choose a table (CSV) of at most 1 MiB.", owner.Page, StringComparison.Ordinal);

        using var support = await SignUp.WithAsync(server, "--provider", "administrator");
        const string Days = "/staff/porting-days";
        await support.GetAsync(Days);
        await support.PostAsync(Days + "?handler=Set", ("day", "31/01/2031"), ("name", "x"));
        Assert.Contains("This is no day.", support.Page, StringComparison.Ordinal);
        Assert.Equal(Days + "?done=PortingDay", (await support.PostAsync(Days + "?handler=Set", ("day", "2031-05-12"), ("nation", "Scotland"), ("kind", "holiday"), ("name", "a <b>wedding"))).Location);
        await support.GetAsync(Days + "?year=2031");
        Assert.Contains("2031-05-12, Scotland, a holiday: a <b>wedding", System.Text.RegularExpressions.Regex.Replace(support.Page, @"\s+", " "), StringComparison.Ordinal);
        Assert.Contains("2031-05-12 Mon", support.Page, StringComparison.Ordinal);
        Assert.Equal(Days + "?done=PortingDayRemoved", (await support.PostAsync(Days + "?handler=Remove", ("day", "2031-05-12"), ("nation", "Scotland"))).Location);
        await support.GetAsync(Days);
        await support.SendFormAsync(Days + "?handler=Remove", new FormUrlEncodedContent([new("day", "2031-05-12"), new("nation", "Scotland"), new("__RequestVerificationToken", support.Token)]));
        Assert.Contains("2031-05-12 is no such day for Scotland.", support.Page, StringComparison.Ordinal);

        async Task SendTableAsync(string table)
        {
            await owner.GetAsync(page);
            await owner.SendFormAsync(page + "?handler=Table", new MultipartFormDataContent
            {
                { new StringContent(PortalServer.FormToken(owner.Source, page + "?handler=Table")), "__RequestVerificationToken" }, { new StringContent(table), "file", "orders.csv" },
            });
        }
    }

    [Fact]
    public async Task All_drafts_of_a_table_are_sent_with_one_button_and_each_row_says_what_came_of_it()
    {
        const string Number = "POR5";
        await AccountAsync(Number);
        using var owner = await SignUp.WithAsync(server, "--account", Number, "--role", "owner");
        var earliest = (await server.JsonAsync("porting", "earliest", "--line", "single", "--range-holder", "true", "--postcode", "S1 1AA")).GetProperty("earliest").GetString()!;
        var page = $"/account/{Number}/porting";
        await owner.GetAsync(page);
        var made = await owner.SendFormAsync(page + "?handler=Table", new MultipartFormDataContent
        {
            { new StringContent(PortalServer.FormToken(owner.Source, page + "?handler=Table")), "__RequestVerificationToken" },
            { new StringContent("main,numbers,line,postcode,address,losing_provider,losing_account,range_holder,signatory,wanted\n" + Row("01632960500") + Row("01632960501") + Row("01632960502")), "file", "orders.csv" },
        });
        Assert.Matches($"^{page}\\?table=[0-9A-Z-]+&done=PortingTable$", made.Location);
        var table = made.Location!.Split('?', '&')[1];
        await owner.GetAsync(made.Location);
        Assert.Contains("3 orders, of which 3 are drafts.", owner.Page, StringComparison.Ordinal);
        var orders = (await server.JsonAsync("porting", "list", "--account", Number)).EnumerateArray().ToDictionary(static order => order.GetProperty("tableLine").GetInt32(), static order => order.GetProperty("order").GetString()!);
        var letter = Path.Combine(server.Data, "por5.pdf");
        await File.WriteAllBytesAsync(letter, Letter);
        await server.CommandAsync("porting", "letter", orders[2], letter);
        await server.CommandAsync("porting", "letter", orders[4], letter);
        Assert.Equal(HttpStatusCode.OK, (await owner.PostAsync($"{page}?{table}&handler=Send")).Status);
        var words = System.Text.RegularExpressions.Regex.Replace(System.Text.RegularExpressions.Regex.Replace(owner.Page, "<[^>]*>", " "), @"\s+", " ");
        Assert.Contains("2 of 3 orders were sent", words, StringComparison.Ordinal);
        Assert.Contains($"2 {orders[2]} sent 3 {orders[3]} not sent The rule letter is broken: there is no letter of authority. Add it as PDF or image. 4 {orders[4]} sent", words, StringComparison.Ordinal);
        Assert.Contains("3 orders, of which 1 are drafts.", words, StringComparison.Ordinal);
        Assert.Equal(["submitted", "draft", "submitted"], (await server.JsonAsync("porting", "list", "--account", Number)).EnumerateArray().Select(static order => order.GetProperty("state").GetString()));

        // Nobody else's.
        await AccountAsync("POR6");
        using var other = await SignUp.WithAsync(server, "--account", "POR6", "--role", "owner");
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"/account/POR6/porting?{table}")).Status);
        await other.GetAsync("/account/POR6/porting");
        Assert.Equal(HttpStatusCode.NotFound, (await other.PressAsync($"/account/POR6/porting?{table}&handler=Send")).Status);

        // Nor none.
        await owner.GetAsync(page);
        Assert.Equal(HttpStatusCode.OK, (await owner.PressAsync(page + "?handler=Send")).Status);
        Assert.Contains("There is no table", owner.Page, StringComparison.Ordinal);

        string Row(string number) => $"{number},{number},single,S1 1AA,1 High Street,Other Telecom,A-1,yes,Ann Lee,{earliest}\n";
    }

    [Fact]
    public async Task One_letter_is_sent_once_for_all_drafts_of_a_table()
    {
        const string Number = "POR8";
        const string Page = $"/account/{Number}/porting";
        await AccountAsync(Number);
        using var owner = await SignUp.WithAsync(server, "--account", Number, "--role", "owner");
        var earliest = (await server.JsonAsync("porting", "earliest", "--line", "single", "--range-holder", "true", "--postcode", "S1 1AA")).GetProperty("earliest").GetString()!;
        var file = Path.Combine(server.Data, "por8.csv");
        await File.WriteAllTextAsync(
            file, "main,numbers,line,postcode,address,losing_provider,losing_account,range_holder,signatory,wanted\n" + string.Concat(((string[])["01632960800", "01632960801"]).Select(number =>
                $"{number},{number},single,S1 1AA,1 High Street,Other Telecom,A-1,yes,Ann Lee,{earliest}\n")));
        var orders = (await server.JsonAsync("porting", "import", Number, file)).EnumerateArray().ToList();
        var path = $"{Page}?table={orders[0].GetProperty("table").GetString()}";
        await owner.GetAsync(path);
        Assert.Contains("it counts for each of its 2 drafts. 2 of them have no letter yet.", owner.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await LetterAsync("MZ"u8.ToArray())).Status);
        Assert.Contains("neither a PDF nor an image", owner.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await LetterAsync(new byte[PortingLimits.LetterSize + 1])).Status);
        Assert.Contains("Choose a PDF or an image (PNG, JPEG, TIFF) of at most 5 MiB.", owner.Page, StringComparison.Ordinal);
        var done = await LetterAsync(Letter);
        Assert.Equal(path + "&done=PortingTableLetter", done.Location);
        await owner.GetAsync(done.Location!);
        Assert.Contains("The letter is there, for each draft of this table.", owner.Page, StringComparison.Ordinal);
        Assert.Contains("0 of them have no letter yet.", owner.Page, StringComparison.Ordinal);
        foreach (var order in orders.Select(static order => order.GetProperty("order").GetString()))
        {
            await owner.GetAsync($"{Page}/{order}");
            Assert.Contains("evil_html.pdf", owner.Page, StringComparison.Ordinal);
        }

        Assert.Equal(2, (await server.JsonAsync("audit", "search", "--account", Number, "--action", "porting-letter-added")).GetArrayLength());
        await owner.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, (await owner.PostAsync(path + "&handler=Send")).Status);
        Assert.Contains("2 of 2 orders were sent", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Letter", owner.Source, StringComparison.Ordinal);

        // Sent from a page that was opened before.
        await owner.GetAsync(Page);
        Assert.Equal(HttpStatusCode.OK, (await LetterAsync(Letter, Page + "?handler=Table")).Status);
        Assert.Contains("is a draft any more", owner.Page, StringComparison.Ordinal);

        Task<Visitor.Answer> LetterAsync(byte[] letter, string? tokenOf = null) => owner.SendFormAsync(path + "&handler=Letter", new MultipartFormDataContent
        {
            { new StringContent(PortalServer.FormToken(owner.Source, WebUtility.HtmlEncode(tokenOf ?? path + "&handler=Letter"))), "__RequestVerificationToken" }, { new ByteArrayContent(letter), "file", "evil.html.exe" },
        });
    }

    [Fact]
    public async Task Staff_who_mistype_an_account_are_told_that_it_is_not_there()
    {
        await AccountAsync("POR7");
        var order = (await server.JsonAsync("porting", "add", "POR7")).GetProperty("order").GetString()!;
        using var support = await SignUp.WithAsync(server, "--provider", "support");
        foreach (var state in (string[])["", "all", "Draft"])
        {
            Assert.Equal(HttpStatusCode.OK, (await support.GetAsync($"/staff/porting?account=POR7X&state={state}")).Status);
            Assert.Contains("There is no account POR7X.", support.Page, StringComparison.Ordinal);
            Assert.DoesNotContain(order, support.Page, StringComparison.Ordinal);
            Assert.DoesNotContain("No order waits for us.", support.Page, StringComparison.Ordinal);
        }

        await support.GetAsync("/staff/porting?account=por7&state=all");
        Assert.Contains(order, support.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("There is no account", support.Page, StringComparison.Ordinal);
    }

    private static string Show(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateOnly Today() => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    private static Task SendAsync(IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Send the order" }).ClickAsync();

    private static async Task TakeAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Take it on" }).ClickAsync();
        await page.GetByText("The order is yours.").WaitForAsync();
    }

    private static async Task CompleteAsync(IPage page)
    {
        await page.GetByText("Complete it", new() { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Complete the port" }).ClickAsync();
    }

    private static async Task<HttpStatusCode> SendLetterAsync(Visitor visitor, string page, byte[] letter, string? from = null)
    {
        await visitor.GetAsync(from ?? page);
        return (await visitor.SendFormAsync(page + "?handler=Letter", new MultipartFormDataContent
        {
            { new StringContent(PortalServer.FormToken(visitor.Source, from is null ? page + "?handler=Letter" : "/theme")), "__RequestVerificationToken" }, { new ByteArrayContent(letter), "file", "evil.html.exe" },
        })).Status;
    }

    private async Task<IPage> OpenAsync(Browser browser, Visitor visitor, List<string> complaints)
    {
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await page.Context.AddCookiesAsync([new Cookie { Name = Visitor.Cookie, Value = visitor.Session!, Url = server.Url, Secure = true, HttpOnly = true }]);
        return page;
    }

    /// <summary>The days until the port pass.</summary>
    private void DayHasCome(string order) => Scalar($"UPDATE porting_order SET agreed = '{Show(Today().AddDays(-1))}' WHERE reference = '{order}'");

    private string? Scalar(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(server.Data, "waybill.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as string;
    }

    private async Task AccountAsync(string number) => await server.CommandAsync("account", "add", number, "--name", "Porting Ltd");
}
