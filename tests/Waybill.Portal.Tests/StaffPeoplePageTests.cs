using System.Net;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>What the provider's people do with people, and what a command then says of it.</summary>
public sealed class StaffPeoplePageTests(PortalServer server)
{
    [Fact]
    public async Task Support_adds_finds_changes_and_removes_a_customers_person()
    {
        await server.CommandAsync("account", "add", "73001", "--name", "People Ltd");
        const string Email = "ann+x@customer.example";
        const string Page = "/staff/people/ann%2Bx%40customer.example";
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync("/staff/people");
        Assert.DoesNotContain("value=\"Administrator\"", visitor.Source, StringComparison.Ordinal);
        await visitor.PostAsync("/staff/people?handler=Add", ("email", Email), ("name", "<script>Ann</script> Lee"));
        Assert.Contains("Choose what the person is.", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>Ann", visitor.Source, StringComparison.Ordinal);
        await visitor.PostAsync("/staff/people?handler=Add", ("email", Email), ("name", "<script>Ann</script> Lee"), ("role", "Owner"), ("account", "nosuch"));
        Assert.Contains("There is no account nosuch", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(Page + "?done=PersonAdded", (await visitor.PostAsync("/staff/people?handler=Add", ("email", Email), ("name", "<script>Ann</script> Lee"), ("role", "Owner"), ("account", "73001"))).Location);
        foreach (var (query, isThere) in ((string, bool)[])[("q=an%20le", true), ("q=nobody", false), ("account=73001", true), ("account=73001&q=zzz", false), ("role=Support", false)])
        {
            await visitor.GetAsync("/staff/people?" + query);
            Assert.Equal((query, isThere), (query, visitor.Source.Contains($"href=\"{Page}\"", StringComparison.Ordinal)));
        }

        await visitor.GetAsync(Page);
        Assert.Contains("not signed up yet", visitor.Page, StringComparison.Ordinal);
        Assert.EndsWith("?done=PersonInvited", (await visitor.PostAsync(Page + "?handler=Invite")).Location, StringComparison.Ordinal);
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Change", ("name", "Ann Lee"), ("phone", "none"), ("language", "en"));
        Assert.Contains("'none' is no telephone number", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Change", ("name", "Ann Lee"), ("phone", "+44 1"), ("language", "en"));
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Grant", ("role", "Member"), ("account", "73001"));
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Suspend");
        Assert.Contains("The reason is empty.", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(Page + "?handler=Suspend", ("reason", "left"));
        var person = await server.JsonAsync("person", "show", Email);
        Assert.Equal(("suspended", "left", "+44 1"), (person.GetProperty("status").GetString(), person.GetProperty("statusReason").GetString(), person.GetProperty("phone").GetString()));
        Assert.Equal("member", Assert.Single(person.GetProperty("roles").EnumerateArray()).GetProperty("role").GetString());
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Resume");
        await visitor.GetAsync(Page);
        await visitor.PostAsync(Page + "?handler=Revoke", ("role", "Member"), ("account", "73001"));
        Assert.Empty((await server.JsonAsync("person", "show", Email)).GetProperty("roles").EnumerateArray());
        await visitor.GetAsync(Page);
        Assert.Equal("/staff/people?done=PersonRemoved", (await visitor.PostAsync(Page + "?handler=Remove")).Location);
        Assert.Contains("There is no person", await server.RefusedAsync("person", "show", Email), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whatever_concerns_staff_is_refused_to_support_and_done_by_an_administrator()
    {
        const string Email = "boss@provider.example";
        const string Page = "/staff/people/boss%40provider.example";
        await server.CommandAsync("account", "add", "73002", "--name", "Other Ltd");
        await server.CommandAsync("person", "add", Email, "--name", "Boss", "--provider", "auditor");
        using var support = await SignUp.WithAsync(server, "--provider", "support");
        foreach (var handler in (string[])["Invite", "Reset&reason=x", "Suspend&reason=x", "Resume", "Remove", "Change&name=x", "Grant&role=Member&account=73002", "Revoke&role=Auditor"])
        {
            await support.GetAsync(Page);
            Assert.DoesNotContain("handler=", support.Source, StringComparison.Ordinal);
            Assert.Equal((handler, HttpStatusCode.Forbidden), (handler, (await support.PressAsync($"{Page}?handler={handler}")).Status));
        }

        // Nor do they make anybody staff, or give staff a role on the way by the other page.
        await support.GetAsync("/staff/people");
        Assert.Equal(HttpStatusCode.Forbidden, (await support.PostAsync("/staff/people?handler=Add", ("email", "new@provider.example"), ("name", "New"), ("role", "Administrator"))).Status);
        await support.GetAsync("/staff/people");
        Assert.Equal(HttpStatusCode.Forbidden, (await support.PostAsync("/staff/people?handler=Add", ("email", Email), ("name", "New"), ("role", "Owner"), ("account", "73002"))).Status);
        await server.CommandAsync("person", "add", "cust@customer.example", "--name", "Customer", "--account", "73002", "--role", "owner");
        await support.GetAsync("/staff/people/cust%40customer.example");
        await support.PostAsync("/staff/people/cust%40customer.example?handler=Grant", ("role", "Administrator"));
        Assert.Contains("You may not do the same with people of the provider", support.Page, StringComparison.Ordinal);
        Assert.Equal("owner", Assert.Single((await server.JsonAsync("person", "show", "cust@customer.example")).GetProperty("roles").EnumerateArray()).GetProperty("role").GetString());
        Assert.Equal("auditor", Assert.Single((await server.JsonAsync("person", "show", Email)).GetProperty("roles").EnumerateArray()).GetProperty("role").GetString());

        using var administrator = await SignUp.WithAsync(server, "--provider", "administrator");
        await administrator.GetAsync(Page);
        Assert.EndsWith("?done=PersonGranted", (await administrator.PostAsync(Page + "?handler=Grant", ("role", "Billing"))).Location, StringComparison.Ordinal);
        await administrator.GetAsync(Page);
        Assert.Equal(HttpStatusCode.OK, (await administrator.PostAsync(Page + "?handler=Reset", ("reason", "telephone lost"))).Status);
        Assert.Matches("role=\"status\"[^~]*<code data-copy>[0-9]{4} [0-9]{4}</code>", administrator.Source);
        Assert.Contains("telephone lost", await server.CommandAsync("audit", "search", "--action", "credentials-reset"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_code_of_an_invited_administrator_is_shown_once_and_their_link_needs_it()
    {
        const string Email = "new.admin@provider.example";
        const string Page = "/staff/people/new.admin%40provider.example";
        using var administrator = await SignUp.WithAsync(server, "--provider", "administrator");
        await administrator.GetAsync("/staff/people");
        var added = await administrator.PostAsync("/staff/people?handler=Add", ("email", Email), ("name", "<script>New</script>"), ("role", "Administrator"));
        Assert.Equal((HttpStatusCode.OK, true), (added.Status, added.IsNotStored));
        Assert.DoesNotContain("<script>New", administrator.Source, StringComparison.Ordinal);
        var first = CodeOn(administrator);
        await administrator.GetAsync(Page);
        Assert.DoesNotContain(first, administrator.Source, StringComparison.Ordinal);
        await administrator.PostAsync(Page + "?handler=Invite");
        var code = CodeOn(administrator);
        Assert.NotEqual(first, code);

        var link = await MailBox.LinkAsync(server, Email, count: 2);
        using var visitor = new Visitor(server);
        await visitor.GetAsync(link);
        Assert.Contains("told to you by telephone", visitor.Page, StringComparison.Ordinal);
        foreach (var (spoken, words) in ((string, string)[])[("", "Type the code of 8 digits"), (first, "4 tries are left")])
        {
            await visitor.PostAsync(link, ("step", "begin"), ("password", SignUp.Password), ("again", SignUp.Password), ("spoken", spoken));
            Assert.Contains(words, visitor.Page, StringComparison.Ordinal);
            Assert.DoesNotContain("otpauth", visitor.Page, StringComparison.Ordinal);
        }

        await visitor.PostAsync(link, ("step", "begin"), ("password", SignUp.Password), ("again", SignUp.Password), ("spoken", code));
        Assert.Contains("otpauth", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(link, ("step", "finish"), ("code", OneTimeCode.Of(visitor.Page.Split("<code data-copy>")[1][..32])));
        Assert.NotNull(visitor.Session);
        Assert.Contains("wrong code behind the sign-up link", await server.CommandAsync("audit", "search", "--action", "sign-up-refused"), StringComparison.Ordinal);
    }

    private static string CodeOn(Visitor visitor) => System.Text.RegularExpressions.Regex.Match(visitor.Source, "<code data-copy>([0-9]{4} [0-9]{4})</code>").Groups[1].Value;
}
