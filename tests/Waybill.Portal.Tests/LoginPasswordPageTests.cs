using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>The password of a login: the link that staff make, the page where the customer sets it, and what staff see of it.</summary>
public sealed partial class LoginPasswordPageTests(PortalServer server)
{
    private const string Password = "seven green tortoises";

    [Fact]
    public async Task Staff_make_a_link_and_the_customer_sets_the_password_once()
    {
        await server.CommandAsync("account", "add", "LPW1", "--name", "Passwords Ltd");
        await server.CommandAsync("login", "add", "LPW1", "--account", "LPW1");
        const string Page = "/staff/logins/LPW1/password";
        using var staff = await SignUp.WithAsync(server, "--provider", "support");
        await staff.GetAsync("/staff/logins/LPW1");
        Assert.Contains($"href=\"{Page}\"", staff.Source, StringComparison.Ordinal);
        await staff.GetAsync(Page);
        Assert.Contains("There is none.", staff.Page, StringComparison.Ordinal);
        await staff.PostAsync(Page + "?handler=Link");
        var link = Link().Match(staff.Source).Groups[1].Value;
        Assert.NotEmpty(link);
        await staff.GetAsync(Page);
        Assert.DoesNotContain(link, staff.Source, StringComparison.Ordinal);

        // Scanners of mail look, and send empty forms.
        using var customer = new Visitor(server);
        Assert.Equal(HttpStatusCode.OK, (await customer.GetAsync(link)).Status);
        Assert.Contains("For the login LPW1", customer.Page, StringComparison.Ordinal);
        foreach (var (first, second, why) in ((string, string, string)[])[("", "", "12 are the least"), ("short", "short", "12 are the least"), (Password, Password + "x", "not the same password"), ("sieben grüne Schildkröten", "sieben grüne Schildkröten", "ASCII")])
        {
            await customer.PostAsync(link, ("password", first), ("again", second));
            Assert.Contains(why, customer.Page, StringComparison.Ordinal);
            Assert.DoesNotContain(Password, customer.Page, StringComparison.Ordinal);
        }

        Assert.Equal(JsonValueKind.Null, (await server.JsonAsync("password", "show", "LPW1")).GetProperty("set").ValueKind);
        Assert.Equal(HttpStatusCode.OK, (await customer.PostAsync(link, ("password", Password), ("again", Password))).Status);
        Assert.Contains("The password of LPW1 is set.", customer.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await customer.GetAsync(link)).Status);
        Assert.Equal("the customer, by a link", (await server.JsonAsync("password", "show", "LPW1")).GetProperty("setBy").GetString());
        Assert.Contains("by a link", await server.CommandAsync("audit", "search", "--action", "password-set"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staff_mail_a_link_to_an_address_of_the_account_alone()
    {
        await server.CommandAsync("account", "add", "LPW3", "--name", "Mailed Ltd", "--email", "cdr@lpw3.example");
        await server.CommandAsync("login", "add", "LPW3", "--account", "LPW3");
        const string Page = "/staff/logins/LPW3/password";
        using var staff = await SignUp.WithAsync(server, "--provider", "support");
        await staff.GetAsync(Page);
        Assert.Contains("<option value=\"cdr@lpw3.example\">", staff.Source, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=PasswordMailed", (await staff.PostAsync(Page + "?handler=Mail", ("to", "cdr@lpw3.example"))).Location);
        await staff.GetAsync(Page + "?done=PasswordMailed");
        Assert.Contains("The link is on its way.", staff.Page, StringComparison.Ordinal);
        await staff.PostAsync(Page + "?handler=Mail", ("to", "eve@elsewhere.example"));
        Assert.Contains("is no address of account LPW3", staff.Page, StringComparison.Ordinal);
        using var customer = new Visitor(server);
        var link = await MailBox.LinkAsync(server, "cdr@lpw3.example");
        await customer.GetAsync(link);
        await customer.PostAsync(link, ("password", Password), ("again", Password));
        Assert.Contains("The password of LPW3 is set.", customer.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Staff_make_a_password_that_is_shown_once_unlock_and_remove_it()
    {
        await server.CommandAsync("account", "add", "LPW2", "--name", "More Passwords Ltd");
        await server.CommandAsync("login", "add", "LPW2", "--account", "LPW2");
        const string Page = "/staff/logins/LPW2/password";
        using var staff = await SignUp.WithAsync(server, "--provider", "support");
        await staff.GetAsync(Page);
        await staff.PostAsync(Page + "?handler=Generate");
        var made = Generated().Match(staff.Source).Groups[1].Value;
        Assert.NotEmpty(made);
        await staff.GetAsync(Page);
        Assert.DoesNotContain(made, staff.Source, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=PasswordUnlocked", (await staff.PostAsync(Page + "?handler=Unlock")).Location);
        await staff.GetAsync(Page);
        Assert.Equal(Page + "?done=PasswordRemoved", (await staff.PostAsync(Page + "?handler=Remove")).Location);
        await staff.GetAsync(Page);
        Assert.Contains("There is none.", staff.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Remove", staff.Source, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await staff.GetAsync("/staff/logins/nobody/password")).Status);
    }

    [Fact]
    public async Task Customers_see_when_a_password_was_set_and_last_used()
    {
        await server.CommandAsync("account", "add", "LPW4", "--name", "Watchful Ltd");
        await server.CommandAsync("login", "add", "LPW4", "--account", "LPW4");
        const string Page = "/account/LPW4/logins/LPW4";
        using var customer = await SignUp.WithAsync(server, "--account", "LPW4", "--role", "owner");
        await customer.GetAsync(Page);
        Assert.DoesNotContain("Password for FTPS", customer.Page, StringComparison.Ordinal);
        await server.CommandAsync("password", "generate", "LPW4");
        await customer.GetAsync(Page);
        Assert.Matches(@"Password for FTPS</dt>\s+<dd>set on [^<]+</dd>\s+<dt>Password last used</dt>\s+<dd>not yet", customer.Page);
        Assert.Equal(1, await server.TamperAsync(
            "UPDATE login_password SET last_used_at = set_at + 1000, last_used_from = '192.0.2.9', last_used_client = 'FileZilla 3.68' WHERE login_id = (SELECT id FROM login WHERE user_name = 'LPW4')"));
        await customer.GetAsync(Page);
        Assert.Contains("from 192.0.2.9 with FileZilla 3.68", customer.Page, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"<code data-copy>https://[^<]+?(/l/[A-Za-z0-9_-]{43})</code>")]
    private static partial Regex Link();

    [GeneratedRegex(@"<code data-copy>([A-Za-z0-9_.-]{20})</code>")]
    private static partial Regex Generated();
}
