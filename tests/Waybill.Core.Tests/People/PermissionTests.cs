using System.Text.RegularExpressions;
using Waybill.Core.People;
using Waybill.TestKit;

namespace Waybill.Core.Tests.People;

public partial class PermissionTests
{
    private static readonly PersonRole[] AtProvider = [PersonRole.Support, PersonRole.Billing, PersonRole.Administrator, PersonRole.Auditor];

    private static readonly PersonRole[] AtAccount = [PersonRole.Owner, PersonRole.Member, PersonRole.Vendor];

    [Fact]
    public void Every_cell_of_the_page_is_what_the_program_checks()
    {
        var rows = File.ReadAllLines(Path.Combine(RepositoryRoot.Find(), "docs", "operations", "permissions.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Trim('|', ' ').Split('|').Select(cell => cell.Trim()).ToList()).ToList();
        Assert.Equal(PortalPermissions.All.Select(row => $"`{PortalPermissions.WordOf(row.Operation)}`"), rows.Select(row => row[0]));
        foreach (var (row, permission) in rows.Zip(PortalPermissions.All))
        {
            List<bool> cells = permission.IsAtAccount
                ? [.. AtAccount.Select(role => PortalPermissions.Allows(permission.Operation, role)), PortalPermissions.AllowsViewer(permission.Operation)]
                : [.. AtProvider.Select(role => PortalPermissions.Allows(permission.Operation, role))];
            List<string> expected = [$"`{PortalPermissions.WordOf(permission.Operation)}`", permission.Words, .. cells.Select(cell => cell ? "yes" : "-"), .. permission.IsAtAccount ? [permission.Files == PortalFiles.Off ? "-" : $"`{PortalAccess.WordOf(permission.Files)}`"] : Array.Empty<string>()];
            Assert.Equal(expected, row);
        }
    }

    [Fact]
    public void No_role_at_an_account_does_anything_at_the_provider_nor_the_other_way_round()
    {
        foreach (var row in PortalPermissions.All)
        {
            Assert.Matches(row.IsAtAccount ? AccountLetters() : ProviderLetters(), row.Who);
        }

        Assert.Equal(Enum.GetValues<PortalOperation>(), PortalPermissions.All.Select(row => row.Operation));
    }

    [Fact]
    public void Auditors_and_viewers_change_nothing()
    {
        foreach (var row in PortalPermissions.All.Where(row => !Reading().IsMatch(row.Operation.ToString())))
        {
            Assert.False(PortalPermissions.Allows(row.Operation, PersonRole.Auditor), row.Operation.ToString());
            Assert.False(PortalPermissions.AllowsViewer(row.Operation), row.Operation.ToString());
        }

        Assert.False(PortalPermissions.AllowsViewer(PortalOperation.DownloadFiles));
    }

    [Fact]
    public async Task Every_operation_of_the_provider_is_refused_to_every_role_that_may_not()
    {
        await using var test = await TestPeople.CreateAsync();
        foreach (var role in AtProvider.Concat(AtAccount))
        {
            var email = $"{role}@example.com";
            await test.SignUpAsync(email, AtAccount.Contains(role) ? new RoleGrant(role, "10042", role == PersonRole.Vendor ? "acme" : null) : new RoleGrant(role));
            var session = await test.SessionAsync(email);
            foreach (var row in PortalPermissions.All.Where(row => !row.IsAtAccount))
            {
                var outcome = PortalAccess.Check(session, row.Operation);
                Assert.Equal(row.Who.Contains("SBAUOMV"[(int)role], StringComparison.Ordinal), outcome.Succeeded);
                Assert.Equal(outcome.Succeeded ? null : ProblemKind.Refused, outcome.Problem?.Kind);
                Assert.False(PortalAccess.Check(session with { Stage = SessionStage.Password }, row.Operation).Succeeded);
            }
        }
    }

    [Fact]
    public async Task Every_operation_of_an_account_is_checked_for_every_role_and_a_foreign_account_is_not_found()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.Core.AddAccountAsync("20000");
        foreach (var role in AtProvider.Concat(AtAccount))
        {
            var email = $"{role}@example.com";
            await test.SignUpAsync(email, AtAccount.Contains(role) ? new RoleGrant(role, "10042", role == PersonRole.Vendor ? "acme" : null) : new RoleGrant(role));
            var session = await test.SessionAsync(email);
            foreach (var row in PortalPermissions.All.Where(row => row.IsAtAccount))
            {
                var may = row.Who.Contains("SBAUOMV"[(int)role], StringComparison.Ordinal);
                var access = await test.People.Access.CheckAsync(session, row.Operation, "10042");
                Assert.Equal(may ? null : AtAccount.Contains(role) ? ProblemKind.Refused : ProblemKind.NotFound, access.Problem?.Kind);
                if (may)
                {
                    Assert.Equal(("10042", role == PersonRole.Vendor, false), (access.Value!.Account, access.Value.Vendors is ["acme"], access.Value.IsView));
                    Assert.True(access.Value.Covers("ACME"));
                    Assert.Equal(role != PersonRole.Vendor, access.Value.Covers("other"));
                }

                // One that is there and one that is not: the same words.
                var foreign = (await test.People.Access.CheckAsync(session, row.Operation, "20000")).Problem(ProblemKind.NotFound);
                Assert.Equal(foreign, (await test.People.Access.CheckAsync(session, row.Operation, "nobody's")).Problem(ProblemKind.NotFound));
            }
        }
    }

    [Fact]
    public async Task Whoever_looks_as_a_customer_reads_that_account_and_does_nothing_else()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.Core.AddAccountAsync("20000");
        var token = await test.SignUpAsync("a@example.com", new RoleGrant(PersonRole.Administrator), new RoleGrant(PersonRole.Owner, "20000"));
        token = (await test.People.Sessions.BeginViewAsync(token, "10042", "case 7", TestPeople.Home)).Get();
        var session = (await test.People.Sessions.FindAsync(token))!;
        foreach (var row in PortalPermissions.All)
        {
            if (row.IsAtAccount)
            {
                var access = await test.People.Access.CheckAsync(session, row.Operation, "10042");
                Assert.Equal(row.Who.Contains('w', StringComparison.Ordinal) ? null : ProblemKind.Refused, access.Problem?.Kind);
                Assert.True(access.Value?.IsView ?? true);
                (await test.People.Access.CheckAsync(session, row.Operation, "20000")).Problem(ProblemKind.NotFound);
            }
            else
            {
                Assert.Equal(ProblemKind.Refused, PortalAccess.Check(session, row.Operation).Problem!.Kind);
            }
        }

        (await test.People.Credentials.BeginTotpAsync(token)).Problem(ProblemKind.Refused);
        (await test.People.Credentials.MakeRecoveryCodesAsync(token, TestPeople.Home)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task A_view_ends_with_the_role_that_it_was_begun_with()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync("s@example.com", new RoleGrant(PersonRole.Support));
        token = (await test.People.Sessions.BeginViewAsync(token, "10042", "case 7", TestPeople.Home)).Get();
        async Task<Result<AccountAccess>> CheckAsync(string account) =>
            await test.People.Access.CheckAsync((await test.People.Sessions.FindAsync(token))!, PortalOperation.SeeOwnAccount, account);
        Assert.True((await CheckAsync("10042")).Get().IsView);
        await test.People.People.GrantAsync("s@example.com", new RoleGrant(PersonRole.Billing), TestCore.Operator);
        await test.People.People.RevokeAsync("s@example.com", new RoleGrant(PersonRole.Support), TestCore.Operator);
        var foreign = (await CheckAsync("10042")).Problem(ProblemKind.NotFound);
        Assert.Equal(foreign, (await CheckAsync("nobody's")).Problem(ProblemKind.NotFound));
    }

    [Fact]
    public async Task Only_administrators_change_people_of_the_provider()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync("s@example.com", new RoleGrant(PersonRole.Support));
        await test.SignUpAsync("a@example.com", new RoleGrant(PersonRole.Administrator));
        var customer = await test.AddAsync("c@example.com", new RoleGrant(PersonRole.Owner, "10042"));
        var (support, administrator) = (await test.SessionAsync("s@example.com"), await test.SessionAsync("a@example.com"));
        Assert.True(PortalAccess.Check(support, PortalOperation.ChangePeople, customer).Succeeded);
        Assert.False(PortalAccess.Check(support, PortalOperation.ChangePeople, administrator.Person).Succeeded);
        Assert.False(PortalAccess.Check(support, PortalOperation.ChangePeople, support.Person).Succeeded);
        Assert.True(PortalAccess.Check(administrator, PortalOperation.ChangePeople, support.Person).Succeeded);
        Assert.True(PortalAccess.Check(support, PortalOperation.SeePeople, administrator.Person).Succeeded);
    }

    [Fact]
    public async Task A_role_that_is_lost_and_an_account_that_is_suspended_or_closed_count_at_once()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync("a@example.com", new RoleGrant(PersonRole.Owner, "10042"));
        async Task<Problem?> CheckAsync() => (await test.People.Access.CheckAsync((await test.People.Sessions.FindAsync(token))!, PortalOperation.SeeOwnAccount, "10042")).Problem;
        Assert.Null(await CheckAsync());
        await test.Core.Services.Accounts.SuspendAsync("10042", null, TestCore.Operator);
        Assert.Equal(ProblemKind.Refused, (await CheckAsync())!.Kind);
        await test.Core.Services.Accounts.ResumeAsync("10042", TestCore.Operator);
        await test.People.People.RevokeAsync("a@example.com", new RoleGrant(PersonRole.Owner, "10042"), TestCore.Operator);
        Assert.Equal(ProblemKind.NotFound, (await CheckAsync())!.Kind);
        await test.People.People.GrantAsync("a@example.com", new RoleGrant(PersonRole.Member, "10042"), TestCore.Operator);
        Assert.Null(await CheckAsync());
        await test.Core.Services.Accounts.CloseAsync("10042", null, TestCore.Operator);
        Assert.Equal(ProblemKind.NotFound, (await CheckAsync())!.Kind);
    }

    [Fact]
    public async Task Of_what_provider_and_account_say_of_files_the_stricter_counts()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync("a@example.com", new RoleGrant(PersonRole.Owner, "10042"));
        var session = await test.SessionAsync("a@example.com");
        foreach (var provider in Enum.GetValues<PortalFiles>())
        {
            var access = new PortalAccess(test.Core.Services.Database, test.Core.Services.Audit, provider);
            foreach (var account in (PortalFiles?[])[null, .. Enum.GetValues<PortalFiles>().Select(files => (PortalFiles?)files)])
            {
                Assert.True((await access.SetFilesAsync("10042", account, TestCore.Operator)).Succeeded);
                var both = account is { } own && own < provider ? own : provider;
                Assert.Equal(both, await access.FilesOfAsync("10042"));
                Assert.Equal(both >= PortalFiles.Read, (await access.CheckAsync(session, PortalOperation.ListFiles, "10042")).Succeeded);
                Assert.Equal(both >= PortalFiles.Read, (await access.CheckAsync(session, PortalOperation.DownloadFiles, "10042")).Succeeded);
                Assert.Equal(both == PortalFiles.ReadWrite, (await access.CheckAsync(session, PortalOperation.WriteFiles, "10042")).Succeeded);
                Assert.True((await access.CheckAsync(session, PortalOperation.SeeOwnReceipts, "10042")).Succeeded);
            }
        }

        Assert.Equal(12, (await test.AuditAsync(PeopleActions.PortalFilesSet)).Count);
        Assert.Equal(ProblemKind.NotFound, (await test.People.Access.SetFilesAsync("77", null, TestCore.Operator)).Problem!.Kind);
    }

    [GeneratedRegex("^[OMVw]+$")]
    private static partial Regex AccountLetters();

    [GeneratedRegex("^[SBAU]+$")]
    private static partial Regex ProviderLetters();

    [GeneratedRegex("^(See|Search|Export|List|GetPack)")]
    private static partial Regex Reading();
}
