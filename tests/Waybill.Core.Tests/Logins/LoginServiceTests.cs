using Waybill.TestKit;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Logins;

namespace Waybill.Core.Tests.Logins;

public sealed class LoginServiceTests
{
    [Fact]
    public async Task A_customers_user_name_mirrors_the_account_number()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync("Nts42");
        var login = (await core.Services.Logins.AddAsync(
            new NewLogin(LoginKind.Customer) { Account = "nts42", StartDirectory = "/cdr/", AllowFrom = ["192.0.2.0/24"] }, TestCore.Operator)).Get();

        Assert.Equal("Nts42", login.UserName);
        Assert.Equal("Nts42", login.Account);
        Assert.Equal("/cdr", login.StartDirectory!.ToString());
        Assert.Equal("192.0.2.0/24", login.AllowFrom.ToString());
        Assert.Equal(login.Id, (await core.Services.Logins.FindAsync("NTS42")).Get().Id);
    }

    [Fact]
    public async Task The_number_of_a_removed_login_is_never_that_of_another()
    {
        // Cut-off uploads are kept under the number: another login must not go on with them.
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        HashSet<long> seen = [];
        foreach (var vendor in (string[])["one", "two", "three", "one"])
        {
            var login = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = "10042", Vendor = vendor }, TestCore.Operator)).Get();
            Assert.True(seen.Add(login.Id), $"{login.UserName} has the number {login.Id}");
            (await core.Services.Logins.RemoveAsync(login.UserName, TestCore.Operator)).Get();
        }
    }

    [Theory]
    [InlineData(null, "acme")]
    [InlineData("10042-acme", null)]
    [InlineData("10042-ACME", "acme")]
    public async Task A_vendors_user_name_is_number_hyphen_short_name_given_either_way(string? userName, string? vendor)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var login = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = "10042", UserName = userName, Vendor = vendor }, TestCore.Operator)).Get();
        Assert.Equal("10042-acme", login.UserName);
        Assert.Equal("acme", login.Vendor);
    }

    [Theory]
    [InlineData(LoginKind.Customer, null, null, null, "--account")]
    [InlineData(LoginKind.Vendor, null, null, "acme", "--account")]
    [InlineData(LoginKind.Publisher, "billing", "10042", null, "--account")]
    [InlineData(LoginKind.Collector, "office", "10042", null, "--account")]
    [InlineData(LoginKind.Publisher, null, null, null, "user name")]
    [InlineData(LoginKind.Customer, null, "10042", "acme", "--vendor")]
    [InlineData(LoginKind.Customer, "a-b", "10042", null, "hyphen")]
    [InlineData(LoginKind.Customer, "../x", "10042", null, "user name")]
    [InlineData(LoginKind.Customer, "", "10042", null, "user name")]
    [InlineData(LoginKind.Vendor, null, "10042", null, "--vendor")]
    [InlineData(LoginKind.Vendor, null, "10042", "a-b", "short name")]
    [InlineData(LoginKind.Vendor, null, "10042", "..", "short name")]
    [InlineData(LoginKind.Vendor, null, "10042", "{vendor}", "short name")]
    [InlineData(LoginKind.Vendor, "10043-acme", "10042", null, "10042-acme")]
    [InlineData(LoginKind.Vendor, "10042-other", "10042", "acme", "10042-acme")]
    public async Task What_does_not_fit_the_kind_is_refused_in_words(LoginKind kind, string? userName, string? account, string? vendor, string words)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var problem = (await core.Services.Logins.AddAsync(new NewLogin(kind) { UserName = userName, Account = account, Vendor = vendor }, TestCore.Operator))
            .Problem(ProblemKind.Invalid);
        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cdr")]
    [InlineData("/a\nb")]
    [InlineData("/a\0")]
    [InlineData("/.waybill-x")]
    [InlineData("")]
    public async Task A_starting_directory_that_is_none_is_refused(string start)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042", StartDirectory = start }, TestCore.Operator)).Problem(ProblemKind.Invalid);
    }

    [Fact]
    public async Task A_user_name_has_64_characters_at_most_and_the_longest_vendor_still_fits()
    {
        await using var core = await TestCore.CreateAsync();
        var number = new string('n', 32);
        await core.AddAccountAsync(number);
        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = number, UserName = new string('u', 65) }, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = number, UserName = new string('u', 64) }, TestCore.Operator)).Get();
        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = number, Vendor = new string('v', 32) }, TestCore.Operator)).Problem(ProblemKind.Invalid);
        Assert.Equal(64, (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = number, Vendor = new string('v', 31) }, TestCore.Operator)).Get().UserName.Length);
    }

    [Fact]
    public async Task A_user_name_is_unique_over_all_accounts_and_kinds_without_case()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync("1");
        await core.AddAccountAsync("2");
        await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "1", UserName = "Feeds" }, TestCore.Operator);

        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "2", UserName = "feeds" }, TestCore.Operator)).Problem(ProblemKind.AlreadyExists);
        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Publisher) { UserName = "FEEDS" }, TestCore.Operator)).Problem(ProblemKind.AlreadyExists);
    }

    [Fact]
    public async Task An_account_that_is_unknown_or_closed_gets_no_login()
    {
        await using var core = await TestCore.CreateAsync();
        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "1" }, TestCore.Operator)).Problem(ProblemKind.NotFound);
        await core.AddAccountAsync("1");
        await core.Services.Accounts.CloseAsync("1", null, TestCore.Operator);
        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "1" }, TestCore.Operator)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Suspend_resume_and_remove_are_recorded_and_change_the_revision()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var logins = core.Services.Logins;
        var revisions = new List<long> { await core.Services.LoginDirectory.RevisionAsync() };

        Assert.Equal(LoginStatus.Suspended, (await logins.SuspendAsync("10042", "lost laptop", TestCore.Operator)).Get().Status);
        revisions.Add(await core.Services.LoginDirectory.RevisionAsync());
        Assert.Equal(LoginStatus.Active, (await logins.ResumeAsync("10042", TestCore.Operator)).Get().Status);
        revisions.Add(await core.Services.LoginDirectory.RevisionAsync());
        await core.Services.Keys.AddAsync("10042", new Core.Keys.NewKey(TestKey.Create()), TestCore.Operator);
        (await logins.RemoveAsync("10042", TestCore.Operator)).Get();
        revisions.Add(await core.Services.LoginDirectory.RevisionAsync());

        Assert.Equal(revisions.Count, revisions.Distinct().Count());
        (await logins.FindAsync("10042")).Problem(ProblemKind.NotFound);
        (await logins.RemoveAsync("10042", TestCore.Operator)).Problem(ProblemKind.NotFound);
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM login_key"));
        var rows = await core.Services.Audit.SearchAsync(new AuditQuery { Text = "10042", Size = 3 });
        Assert.Equal(AuditActions.LoginRemoved, rows.Items[0].Action);
        Assert.Equal("1 keys", rows.Items[0].Detail);
    }

    [Fact]
    public async Task Logins_are_listed_by_account_and_in_pages()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync("1");
        await core.AddLoginAsync("2");
        await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = "1", Vendor = "acme" }, TestCore.Operator);

        Assert.Equal(["1", "1-acme"], (await core.Services.Logins.ListAsync("1")).Items.Select(static login => login.UserName));
        var first = await core.Services.Logins.ListAsync(size: 2);
        var second = await core.Services.Logins.ListAsync(size: 2, after: first.Next);
        Assert.Equal(["1", "1-acme", "2"], first.Items.Concat(second.Items).Select(static login => login.UserName));
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task A_search_finds_the_beginnings_of_user_names_in_pages_in_order()
    {
        await using var core = await TestCore.CreateAsync();
        (await core.Services.Accounts.AddAsync(new NewAccount("10042", "Example"), TestCore.Operator)).Get();
        foreach (var name in (string[])["10042", "1004", "1005", "Night_run", "nightly"])
        {
            (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042", UserName = name }, TestCore.Operator)).Get();
        }

        foreach (var (beginning, expected) in ((string?, string)[])[("1004", "1004 10042"), ("NIGHT", "Night_run nightly"), (" night_ ", "Night_run"), ("x", ""), ("%", ""), (null, "1004 10042 1005 Night_run nightly")])
        {
            Assert.Equal((beginning, expected), (beginning, string.Join(' ', (await core.Services.Logins.SearchAsync(beginning)).Items.Select(static login => login.UserName))));
        }

        var first = await core.Services.Logins.SearchAsync("n", 1);
        Assert.Equal("nightly", Assert.Single((await core.Services.Logins.SearchAsync("n", 1, first.Next)).Items).UserName);
    }
}
