using Waybill.Core.Accounts;
using Waybill.Core.Keys;
using Waybill.Core.Logins;
using Waybill.Core.Onboarding;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Tests.Onboarding;

/// <summary>What staff are shown of a request.</summary>
public sealed class CheckTests
{
    [Fact]
    public async Task Everything_fits_when_it_does()
    {
        await using var desk = await Desk.CreateAsync();
        var view = await desk.ShowAsync(await desk.OpenAsync());
        Assert.Equal(["account", "company", "confirmed", "e-mail", "key strength", "key", "user name"], view.Checks.Select(row => row.Name));
        Assert.All(view.Checks, row => Assert.Equal(CheckVerdict.Ok, row.Verdict));
        Assert.Equal("10042", view.UserName);
        Assert.Empty(view.Missing);
    }

    [Theory]
    [InlineData("Example Telecom", CheckVerdict.Ok)]
    [InlineData("EXAMPLE TELECOM LIMITED", CheckVerdict.Ok)]
    [InlineData("ExampleTelecom", CheckVerdict.Ok)]
    [InlineData("Example", CheckVerdict.Ok)]
    [InlineData("Other Telco Ltd", CheckVerdict.Look)]
    public async Task Companies_are_compared_without_their_legal_forms(string company, CheckVerdict expected)
    {
        await using var desk = await Desk.CreateAsync();
        Assert.Equal(expected, (await desk.CheckAsync(await desk.OpenAsync(Desk.Form(change: form => form with { Company = company })), "company")).Verdict);
    }

    [Theory]
    [InlineData("billing@example.com", "billing@example.com", CheckVerdict.Ok)]
    [InlineData("ann@EXAMPLE.com", "billing@example.com", CheckVerdict.Ok)]
    [InlineData("ann@example.org", "billing@example.com", CheckVerdict.Look)]
    [InlineData("ann@gmail.com", "owner@gmail.com", CheckVerdict.Look)]
    [InlineData("owner@gmail.com", "owner@gmail.com", CheckVerdict.Ok)]
    [InlineData("ann@example.com", null, CheckVerdict.Look)]
    public async Task The_domain_of_the_address_is_compared_and_that_of_everybody_counts_for_nothing(string email, string? known, CheckVerdict expected)
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Core.Services.Accounts.AddAsync(new NewAccount("10043", "Example Telecom") { Email = known }, Desk.Ann)).Get();
        var reference = await desk.OpenAsync(Desk.Form(change: form => form with { Email = email, Account = "10043" }));
        Assert.Equal(expected, (await desk.CheckAsync(reference, "e-mail")).Verdict);
    }

    [Fact]
    public async Task A_key_that_is_used_elsewhere_names_its_logins_and_a_short_RSA_key_is_pointed_at()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Core.Services.Accounts.AddAsync(new NewAccount("10043", "Other Ltd"), Desk.Ann)).Get();
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10043" }, Desk.Ann)).Get();
        using var rsa = SshPrivateKeys.GenerateRsa(2048);
        (await desk.Core.Services.Keys.AddAsync("10043", new NewKey(rsa.PublicKey), Desk.Ann)).Get();
        var reference = await desk.OpenAsync(Desk.Form(Desk.Line(rsa)));
        var used = await desk.CheckAsync(reference, "key");
        Assert.Equal(CheckVerdict.Look, used.Verdict);
        Assert.Contains("10043", used.Words, StringComparison.Ordinal);
        Assert.Contains("not all of this account", used.Words, StringComparison.Ordinal);
        Assert.Contains("2048 bits is accepted", (await desk.CheckAsync(reference, "key strength")).Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_name_that_is_anothers_or_their_account_number_is_not_given()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Core.Services.Accounts.AddAsync(new NewAccount("10043", "Other Ltd"), Desk.Ann)).Get();
        var number = await desk.CheckAsync(await desk.OpenAsync(Desk.Form(change: form => form with { UserName = "10043" })), "user name");
        Assert.Equal((CheckVerdict.Look, "10043 is the number of another account."), (number.Verdict, number.Words));
        (await desk.Core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10043", UserName = "ann" }, Desk.Ann)).Get();
        var view = await desk.ShowAsync(await desk.OpenAsync(Desk.Form(change: form => form with { UserName = "Ann" })));
        Assert.Equal("ann is taken.", view.Checks.Single(row => row.Name == "user name").Words);
        Assert.Equal("10042", view.UserName);
    }

    [Fact]
    public async Task Requests_of_the_same_person_account_or_key_are_named_and_only_so_many()
    {
        await using var desk = await Desk.CreateAsync();
        List<string> others = [];
        for (var i = 0; i < OnboardingLimits.Named + 1; i++)
        {
            others.Add(await desk.OpenAsync(Desk.Form(change: form => form with { Email = $"u{i}@example.com" })));
        }

        var check = await desk.CheckAsync(await desk.OpenAsync(), "others");
        Assert.Equal(OnboardingLimits.Named, others.Count(other => check.Words.Contains(other, StringComparison.Ordinal)));
        Assert.DoesNotContain(others[0], check.Words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suspended_account_and_a_program_without_addresses_are_pointed_at()
    {
        await using var desk = await Desk.CreateAsync();
        (await desk.Core.Services.Accounts.SuspendAsync("10042", "unpaid", Desk.Ann)).Get();
        var reference = await desk.OpenAsync(Desk.Form(change: form => form with { Automation = true }));
        Assert.Contains("unpaid", (await desk.CheckAsync(reference, "account")).Words, StringComparison.Ordinal);
        Assert.Equal(CheckVerdict.Look, (await desk.CheckAsync(reference, "addresses")).Verdict);
    }

    [Fact]
    public async Task Requests_are_listed_by_state_and_account_page_by_page()
    {
        await using var desk = await Desk.CreateAsync();
        List<string> all = [];
        for (var i = 0; i < 5; i++)
        {
            all.Add(await desk.OpenAsync(Desk.Form(change: form => form with { Email = $"u{i}@example.com", Account = i == 0 ? "77" : "10042" })));
        }

        (await desk.Service.RejectAsync(all[4], "no", Desk.Ann)).Get();
        var first = await desk.Service.ListAsync([RequestState.Open], size: 3);
        Assert.Equal([all[3], all[2], all[1]], first.Items.Select(each => each.Reference));
        Assert.Equal([all[0]], (await desk.Service.ListAsync([RequestState.Open], size: 3, before: first.Next)).Items.Select(each => each.Reference));
        Assert.Equal([all[0]], (await desk.Service.ListAsync([], account: "77")).Items.Select(each => each.Reference));
        Assert.Equal([all[4]], (await desk.Service.ListAsync([RequestState.Rejected, RequestState.Approved])).Items.Select(each => each.Reference));
    }
}
