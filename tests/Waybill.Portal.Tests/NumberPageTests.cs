using System.Net;
using System.Text.RegularExpressions;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>Telephone numbers in the portal: an account's people take and set their own, staff see all with their history.</summary>
public sealed class NumberPageTests(PortalServer server)
{
    [Fact]
    public async Task A_customer_takes_a_number_sets_it_gives_it_back_and_takes_it_again()
    {
        const string Account = "NUM1";
        const string Number = "01431000000";
        const string Here = $"/account/{Account}/numbers";
        await AccountAsync(Account);
        await server.CommandAsync("numbers", "add-range", Number, Number);
        using var owner = await SignUp.WithAsync(server, "--account", Account, "--role", "owner");
        await owner.GetAsync(Here);
        Assert.Contains("Your account has no number yet.", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync(Here + "?handler=Take", ("pattern", "abc"));
        Assert.Contains("That is no pattern.", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync(Here + "?handler=Take", ("pattern", "01999"));
        Assert.Contains("is free", owner.Page, StringComparison.Ordinal);
        Assert.Equal($"{Here}/{Number}?done=NumberTaken", (await owner.PostAsync(Here + "?handler=Take", ("pattern", "01431 000"))).Location);
        await owner.GetAsync($"{Here}/{Number}?done=NumberTaken");
        Assert.Contains("The number is yours.", owner.Page, StringComparison.Ordinal);

        await owner.PostAsync($"{Here}/{Number}?handler=Targets", ("target1", "H:x"), ("target2", "F:fax@example.com"));
        Assert.Contains("There is no target type H", owner.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"F:fax@example.com\"", owner.Source, StringComparison.Ordinal);
        Assert.Equal($"{Here}/{Number}?done=NumberChanged", (await owner.PostAsync($"{Here}/{Number}?handler=Targets", ("target1", "S:user:secret@sip.example"), ("periods1", "1-5:0900-1730"))).Location);
        await owner.GetAsync($"{Here}/{Number}");
        Assert.Contains("value=\"S:user:***@sip.example\"", owner.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", owner.Source, StringComparison.Ordinal);

        // Sent back as it was shown it keeps its password.
        await owner.PostAsync($"{Here}/{Number}?handler=Targets", ("target1", "S:user:***@sip.example"), ("target2", "F:fax@example.com"));
        Assert.Equal(1, await server.TamperAsync("UPDATE phone_number SET information = NULL WHERE number = 441431000000 AND target1 = 'S:user:secret@sip.example' AND target2 = 'F:fax@example.com' AND periods1 IS NULL"));
        await owner.GetAsync($"{Here}/{Number}");
        await owner.PostAsync($"{Here}/{Number}?handler=More", ("features", "J"), ("information", "front <desk>"));
        await owner.GetAsync($"{Here}/{Number}");
        Assert.Contains("front <desk>", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("front <desk>", owner.Source, StringComparison.Ordinal);
        await owner.PostAsync($"{Here}/{Number}?handler=Pin", ("pin", "12"));
        Assert.Contains("A PIN is 4 to 8 digits", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync($"{Here}/{Number}?handler=Pin", ("pin", "4711"));
        await owner.GetAsync($"{Here}/{Number}");
        Assert.DoesNotContain("4711", owner.Source, StringComparison.Ordinal);
        await owner.PostAsync($"{Here}/{Number}?handler=Emergency", ("Name", "Example Ltd"), ("Postcode", "nowhere"));
        Assert.Contains("is no postcode", owner.Page, StringComparison.Ordinal);
        await owner.PostAsync($"{Here}/{Number}?handler=Emergency", ("Name", "Example Ltd"), ("Postcode", "ab10 1aa"));
        await owner.GetAsync($"{Here}/{Number}");
        Assert.Contains("submitted", owner.Page, StringComparison.Ordinal);
        Assert.Contains("emergency record sent on", owner.Page, StringComparison.Ordinal);

        await owner.PostAsync($"{Here}/{Number}?handler=GiveBack");
        await owner.GetAsync($"{Here}/{Number}");
        Assert.Contains("quarantined", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Targets", owner.Source, StringComparison.Ordinal);
        Assert.Equal($"{Here}/{Number}?done=NumberTakenBack", (await owner.PostAsync($"{Here}/{Number}?handler=TakeBack")).Location);
        await owner.GetAsync(Here + "?q=01431");
        Assert.Contains(Number, owner.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task None_of_three_targets_is_set_when_one_of_them_may_not_be()
    {
        const string Account = "NUM7";
        const string Number = "01436000000";
        const string Here = $"/account/{Account}/numbers/{Number}";
        using var owner = await OwnerAsync(Account, Number);
        await owner.GetAsync(Here);
        await owner.PostAsync(Here + "?handler=Targets", ("target1", "S:44@one.example"), ("target2", "S:44@two.example"), ("target3", "441189999999"));
        Assert.Contains("cannot be pointed at telephone numbers, since such calls are charged", owner.Page, StringComparison.Ordinal);
        await owner.GetAsync(Here);
        Assert.DoesNotContain("one.example", owner.Page, StringComparison.Ordinal);
        Assert.Equal(
            Here + "?done=NumberChanged",
            (await owner.PostAsync(Here + "?handler=Targets", ("target1", "S:44@one.example"), ("target2", "S:44@two.example"), ("target3", "S:44@three.example"))).Location);
        await owner.GetAsync(Here);
        Assert.Contains("three.example", owner.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Targets_change_places_with_the_passwords_that_are_not_shown()
    {
        const string Account = "NUM5";
        const string Number = "01434000000";
        const string Here = $"/account/{Account}/numbers/{Number}";
        using var owner = await OwnerAsync(Account, Number);
        await owner.GetAsync(Here);
        await owner.PostAsync(Here + "?handler=Targets", ("target1", "S:one:first@a.example"), ("target2", "S:two:second@b.example"));
        await owner.GetAsync(Here);
        Assert.Equal(
            Here + "?done=NumberChanged", (await owner.PostAsync(Here + "?handler=Targets", ("target1", "S:two:***@b.example"), ("target2", "S:one:***@a.example"))).Location);
        Assert.Equal(1, await TargetsAsync("S:two:second@b.example", "S:one:first@a.example"));

        // Of another host the password is not known.
        await owner.GetAsync(Here);
        await owner.PostAsync(Here + "?handler=Targets", ("target1", "S:two:***@c.example"), ("target2", "S:one:***@a.example"));
        Assert.Contains("*** is shown in place of a password and is none.", owner.Page, StringComparison.Ordinal);
        Assert.Equal(1, await TargetsAsync("S:two:second@b.example", "S:one:first@a.example"));

        // Two that are shown alike stay where they are, and neither is taken for a third.
        await owner.GetAsync(Here);
        await owner.PostAsync(Here + "?handler=Targets", ("target1", "S:u:first@a.example"), ("target2", "S:u:second@a.example"));
        await owner.GetAsync(Here);
        await owner.PostAsync(Here + "?handler=Targets", ("target1", "S:u:***@a.example"), ("target2", "S:u:***@a.example"), ("target3", "S:u:***@a.example"));
        Assert.Contains("*** is shown in place of a password and is none.", owner.Page, StringComparison.Ordinal);
        await owner.GetAsync(Here);
        await owner.PostAsync(Here + "?handler=Targets", ("target1", "S:u:***@a.example"), ("target2", "S:u:***@a.example"));
        Assert.Equal(1, await TargetsAsync("S:u:first@a.example", "S:u:second@a.example"));

        Task<int> TargetsAsync(string first, string second) =>
            server.TamperAsync($"UPDATE phone_number SET information = NULL WHERE number = 441434000000 AND target1 = '{first}' AND target2 = '{second}' AND target3 IS NULL");
    }

    [Fact]
    public async Task A_customer_sees_how_many_numbers_there_may_be_and_takes_no_more()
    {
        const string Account = "NUM6";
        const string Here = $"/account/{Account}/numbers";
        await AccountAsync(Account);
        await server.CommandAsync("numbers", "add-range", "01435000000", "01435000009");
        await server.CommandAsync("numbers", "account", Account, "--max", "1");
        using var owner = await SignUp.WithAsync(server, "--account", Account, "--role", "owner");
        await owner.GetAsync(Here);
        Assert.Contains("It has 0 of at most 1;", owner.Page, StringComparison.Ordinal);
        Assert.StartsWith($"{Here}/01435", (await owner.PostAsync(Here + "?handler=Take", ("pattern", "01435"))).Location, StringComparison.Ordinal);
        await owner.GetAsync(Here);
        await owner.PostAsync(Here + "?handler=Take", ("pattern", "01435"));
        Assert.Contains($"Account {Account} has 1 of at most 1 numbers", owner.Page, StringComparison.Ordinal);
        Assert.Contains("It has 1 of at most 1;", owner.Page, StringComparison.Ordinal);

        // Staff give it more.
        var free = (await server.JsonAsync("numbers", "find", "01435", "--state", "free"))[0].GetProperty("number").GetString();
        using var staff = await SignUp.WithAsync(server, "--provider", "administrator");
        await staff.GetAsync($"/staff/numbers/{free}");
        Assert.Equal($"/staff/numbers/{free}?done=NumberTaken", (await staff.PostAsync($"/staff/numbers/{free}?handler=Activate", ("account", Account))).Location);
    }

    [Fact]
    public async Task The_page_of_numbers_says_where_programs_connect_how_they_log_in_and_what_they_trust()
    {
        await AccountAsync("NUM8");
        using var owner = await SignUp.WithAsync(server, "--account", "NUM8", "--role", "owner");
        await owner.GetAsync("/account/NUM8/numbers");
        foreach (var words in (string[])
        [
            "ntsapi.example.com", "777", "with TLS from the first byte", "Host (GB)", "plain.example.com", "7770", "without encryption: whoever listens reads the password", "AUTH user password",
            "the same as for FTPS", "openssl s_client -quiet -verify_return_error -verify_hostname ntsapi.example.com -CAfile root.crt -connect ntsapi.example.com:777",
        ])
        {
            Assert.Contains(words, owner.Page, StringComparison.Ordinal);
        }

        Assert.Contains("href=\"/certificates\"", owner.Source, StringComparison.Ordinal);
        Assert.Contains("href=\"/account/NUM8/logins\"", owner.Source, StringComparison.Ordinal);
        await owner.GetAsync("/certificates");
        Assert.Contains("Telephone numbers (NTSAPI with TLS)", owner.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<code data-copy>plain.example.com", owner.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_sees_its_own_numbers_and_no_others()
    {
        await AccountAsync("NUM2");
        await AccountAsync("NUM3");
        await server.CommandAsync("numbers", "add-range", "01432000000", "01432000001");
        await server.CommandAsync("numbers", "activate", "01432000000", "--account", "NUM2");
        using var other = await SignUp.WithAsync(server, "--account", "NUM3", "--role", "owner");
        foreach (var number in (string[])["01432000000", "01432000001", "01999999999", "x"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync("/account/NUM3/numbers/" + number)).Status);
        }

        await other.GetAsync("/account/NUM3/numbers?q=01432");
        Assert.DoesNotContain("01432000000", other.Page, StringComparison.Ordinal);
        await other.GetAsync("/home");
        Assert.Equal(HttpStatusCode.NotFound, (await other.PressAsync("/account/NUM3/numbers/01432000000?handler=GiveBack")).Status);
        Assert.Equal("active", (await server.JsonAsync("numbers", "show", "01432000000")).GetProperty("number").GetProperty("state").GetString());
    }

    [Fact]
    public async Task Staff_add_ranges_give_numbers_to_accounts_and_see_all_that_happened()
    {
        const string Number = "01433000000";
        const string Ranges = "/staff/numbers/ranges";
        const string Here = $"/staff/numbers/{Number}";
        await AccountAsync("NUM4");
        using var staff = await SignUp.WithAsync(server, "--provider", "administrator");
        await staff.GetAsync(Ranges);
        await staff.PostAsync(Ranges + "?handler=Add", ("first", Number), ("last", "12"));
        Assert.Contains("is no telephone number", staff.Page, StringComparison.Ordinal);
        await staff.PostAsync(Ranges + "?handler=Add", ("first", Number), ("last", "01433000009"), ("setup", "much"));
        Assert.Contains("That is no price.", staff.Page, StringComparison.Ordinal);
        Assert.Equal(Ranges + "?done=NumberRangeAdded", (await staff.PostAsync(Ranges + "?handler=Add", ("first", Number), ("last", "01433 000009"), ("band", "G1"), ("setup", "1.50"))).Location);
        await staff.PostAsync(Ranges + "?handler=Import", ("table", "first,last\n01433000100,x\n"));
        Assert.Contains("Line 2", staff.Page, StringComparison.Ordinal);
        Assert.Equal(Ranges + "?done=NumberRangesImported", (await staff.PostAsync(Ranges + "?handler=Import", ("table", "first,last,description\n01433000100,01433000109,Peterhead\n"))).Location);
        await staff.GetAsync(Ranges);
        Assert.Contains("Peterhead", staff.Page, StringComparison.Ordinal);
        var id = (await server.JsonAsync("numbers", "ranges")).EnumerateArray().Single(static range => range.GetProperty("first").GetString() == Number).GetProperty("id").GetInt64();
        await staff.PostAsync(Ranges + "?handler=Price", ("range", FormattableString.Invariant($"{id}")), ("newMonthly", "0.75"));
        await staff.GetAsync(Ranges);
        Assert.Contains("0.75", staff.Page, StringComparison.Ordinal);

        await staff.GetAsync("/staff/numbers?q=014330000&state=Free");
        Assert.Contains("01433000009", staff.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("01433000100", staff.Page, StringComparison.Ordinal);
        await staff.GetAsync("/staff/numbers?account=nobody");
        Assert.Contains("There is no account nobody", staff.Page, StringComparison.Ordinal);
        await staff.GetAsync(Here);
        await staff.PostAsync(Here + "?handler=Activate", ("account", "nobody"));
        Assert.Contains("There is no account nobody", staff.Page, StringComparison.Ordinal);
        Assert.Equal(Here + "?done=NumberTaken", (await staff.PostAsync(Here + "?handler=Activate", ("account", "NUM4"))).Location);
        await staff.GetAsync(Here);
        await staff.PostAsync(Here + "?handler=Term", ("expires", "soon"));
        Assert.Contains("That is no day.", staff.Page, StringComparison.Ordinal);
        await staff.PostAsync(Here + "?handler=Term", ("expires", "2099-12-31"), ("ends", "true"));
        await staff.GetAsync(Here);
        Assert.Contains("2099-12-31 and then it is given back", staff.Page, StringComparison.Ordinal);
        await staff.PostAsync(Here + "?handler=Emergency", ("Name", "Example Ltd"), ("Postcode", "AB10 1AA"));
        await staff.GetAsync("/staff/numbers/emergency");
        Assert.Contains(Number, staff.Page, StringComparison.Ordinal);
        await staff.GetAsync(Here);
        await staff.PostAsync(Here + "?handler=Answer", ("status", "Rejected"), ("updated", "1"), ("reason", "no such street"));
        Assert.Contains("was changed after what you saw", staff.Page, StringComparison.Ordinal);
        foreach (var never in (long[])[long.MinValue, long.MaxValue])
        {
            await staff.PostAsync(Here + "?handler=Answer", ("status", "Rejected"), ("updated", FormattableString.Invariant($"{never}")), ("reason", "no such street"));
            Assert.Contains("was changed after what you saw", staff.Page, StringComparison.Ordinal);
        }

        var seen = Regex.Match(staff.Source, "name=\"updated\" value=\"([0-9]+)\"").Groups[1].Value;
        await staff.PostAsync(Here + "?handler=Answer", ("status", "Rejected"), ("updated", seen));
        Assert.Contains("reason", staff.Page, StringComparison.Ordinal);
        Assert.Equal(Here + "?done=NumberEmergencyAnswered", (await staff.PostAsync(Here + "?handler=Answer", ("status", "Rejected"), ("updated", seen), ("reason", "no such street"))).Location);
        await staff.GetAsync(Here);
        Assert.Contains("no such street", staff.Page, StringComparison.Ordinal);
        await staff.PostAsync(Here + "?handler=PortOut");
        await staff.GetAsync(Here);
        Assert.Contains("ported out", staff.Page, StringComparison.Ordinal);
        await staff.PostAsync(Here + "?handler=Return");
        await staff.GetAsync(Here);
        foreach (var what in (string[])["range added", "taken", "last day set", "emergency record sent on", "emergency record answered", "ported out", "returned"])
        {
            Assert.Contains(what, staff.Page, StringComparison.Ordinal);
        }

        // Who only looks has no forms.
        using var auditor = await SignUp.WithAsync(server, "--provider", "auditor");
        await auditor.GetAsync(Here);
        Assert.DoesNotContain(Here + "?handler=", auditor.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Support_sets_what_an_account_may_do_with_numbers_and_billing_only_looks()
    {
        const string Account = "NUM9";
        const string Number = "01437000000";
        const string Page = $"/staff/accounts/{Account}/numbers";
        const string Target = $"/account/{Account}/numbers/{Number}?handler=Targets";
        using var owner = await OwnerAsync(Account, Number);
        using var support = await SignUp.WithAsync(server, "--provider", "support");
        await support.GetAsync($"/staff/accounts/{Account}");
        Assert.Contains($"href=\"{Page}\"", support.Source, StringComparison.Ordinal);
        await support.GetAsync(Page);
        Assert.Contains("10000, as the provider has it for all", support.Page, StringComparison.Ordinal);
        Assert.Contains("no, as the provider has it for all", support.Page, StringComparison.Ordinal);
        foreach (var (wrong, says) in ((string, string)[])[("many", "That is no number."), ("-1", "That is no number."), ("99999999999", "That is no number."), ("10000001", "An account may have 0 to 10000000 numbers.")])
        {
            await support.PostAsync(Page + "?handler=Terms", ("maximum", wrong), ("pstn", "yes"));
            Assert.Contains(says, support.Page, StringComparison.Ordinal);
            Assert.Contains($"value=\"{wrong}\"", support.Source, StringComparison.Ordinal);
            Assert.Contains("value=\"yes\" selected", support.Source, StringComparison.Ordinal);
            Assert.Contains("10000, as the provider has it for all", support.Page, StringComparison.Ordinal);
        }

        Assert.Equal(Page + "?done=NumberTerms", (await support.PostAsync(Page + "?handler=Terms", ("maximum", "1"), ("pstn", "yes"))).Location);
        await support.GetAsync(Page + "?done=NumberTerms");
        foreach (var words in (string[])["It is set for this account.", "1, chosen for this account", "yes, chosen for this account"])
        {
            Assert.Contains(words, support.Page, StringComparison.Ordinal);
        }

        await owner.GetAsync($"/account/{Account}/numbers/{Number}");
        Assert.EndsWith("?done=NumberChanged", (await owner.PostAsync(Target, ("target1", "441189999999"))).Location, StringComparison.Ordinal);
        await owner.GetAsync($"/account/{Account}/numbers");
        Assert.Contains("It has 1 of at most 1;", owner.Page, StringComparison.Ordinal);
        var recorded = (await server.JsonAsync("audit", "search", "--action", "number-account-set", "--account", Account))[0];
        Assert.Contains(support.Email, recorded.GetProperty("actor").GetRawText(), StringComparison.Ordinal);

        // Empty is what holds for all; a word that nobody can choose changes nothing.
        await support.GetAsync(Page);
        Assert.Equal(Page + "?done=NumberTerms", (await support.PostAsync(Page + "?handler=Terms", ("maximum", ""), ("pstn", "no"))).Location);
        await support.GetAsync(Page);
        await support.PostAsync(Page + "?handler=Terms", ("maximum", "7"), ("pstn", "perhaps"));
        Assert.Contains("10000, as the provider has it for all", support.Page, StringComparison.Ordinal);
        Assert.Contains("no, chosen for this account", support.Page, StringComparison.Ordinal);

        using var billing = await SignUp.WithAsync(server, "--provider", "billing");
        await billing.GetAsync(Page);
        Assert.Contains("no, chosen for this account", billing.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Terms", billing.Source, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await billing.GetAsync("/staff/accounts/nobody/numbers")).Status);
    }

    [Fact]
    public async Task An_owner_and_staff_set_what_a_login_may_do_with_numbers_and_a_member_does_not()
    {
        const string Account = "NUM10";
        const string Own = $"/account/{Account}/logins/{Account}";
        const string Staff = $"/staff/logins/{Account}";
        await AccountAsync(Account);
        await server.CommandAsync("login", "add", Account, "--account", Account);
        await server.CommandAsync("login", "add", Account + "-acme", "--account", Account, "--vendor", "acme");
        using var owner = await SignUp.WithAsync(server, "--account", Account, "--role", "owner");
        await owner.GetAsync(Own);
        Assert.Contains("value=\"Change\" selected", owner.Source, StringComparison.Ordinal);
        Assert.Equal(Own + "?done=LoginNumbers", (await owner.PostAsync(Own + "?handler=Numbers", ("numbers", "Look"))).Location);
        await owner.GetAsync(Own + "?done=LoginNumbers");
        Assert.Contains("It is set what the login may do with numbers.", owner.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"Look\" selected", owner.Source, StringComparison.Ordinal);
        Assert.Equal("look", (await server.JsonAsync("login", "show", Account)).GetProperty("numbers").GetString());
        Assert.Contains(owner.Email, (await server.JsonAsync("audit", "search", "--action", "login-numbers-set", "--account", Account))[0].GetProperty("actor").GetRawText(), StringComparison.Ordinal);

        // A word that nobody can choose changes nothing, and a vendor's login has no numbers.
        await owner.PostAsync(Own + "?handler=Numbers", ("numbers", "All"));
        Assert.Contains("value=\"Look\" selected", owner.Source, StringComparison.Ordinal);
        await owner.GetAsync(Own + "-acme");
        Assert.DoesNotContain("handler=Numbers", owner.Source, StringComparison.Ordinal);
        using var member = await SignUp.WithAsync(server, "--account", Account, "--role", "member");
        await member.GetAsync(Own);
        Assert.Contains("Numbers by NTSAPI and REST", member.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Numbers", member.Source, StringComparison.Ordinal);

        using var support = await SignUp.WithAsync(server, "--provider", "support");
        await support.GetAsync(Staff);
        Assert.Equal(Staff + "?done=LoginNumbers", (await support.PostAsync(Staff + "?handler=Numbers", ("numbers", "None"))).Location);
        await support.GetAsync(Staff + "?done=LoginNumbers");
        Assert.Contains("It is set what the login may do with numbers.", support.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"None\" selected", support.Source, StringComparison.Ordinal);
        await support.GetAsync("/staff/why?q=" + Account);
        Assert.Contains("By NTSAPI and REST it may not use numbers.", support.Page, StringComparison.Ordinal);
        await support.GetAsync(Staff + "-acme");
        Assert.DoesNotContain("handler=Numbers", support.Source, StringComparison.Ordinal);
    }

    /// <summary>The owner of an account that has the number.</summary>
    private async Task<Visitor> OwnerAsync(string account, string number)
    {
        await AccountAsync(account);
        await server.CommandAsync("numbers", "add-range", number, number);
        await server.CommandAsync("numbers", "activate", number, "--account", account);
        return await SignUp.WithAsync(server, "--account", account, "--role", "owner");
    }

    private async Task AccountAsync(string number) => await server.CommandAsync("account", "add", number, "--name", "Numbers Ltd");
}
