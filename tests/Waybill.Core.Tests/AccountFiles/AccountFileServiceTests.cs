using System.Text;
using Waybill.Core.AccountFiles;
using Waybill.Core.Accounts;
using Waybill.Core.People;
using Waybill.Core.Quotas;
using Waybill.Core.Vaults;
using Waybill.Storage.Local;

namespace Waybill.Core.Tests.AccountFiles;

/// <summary>What the portal's tests over HTTPS cannot reach: bounds, and what a later person of the same number sees.</summary>
public sealed class AccountFileServiceTests
{
    private static readonly AccountAccess Access = new("10042", null, IsView: false);

    [Fact]
    public async Task Of_a_folder_with_more_entries_than_are_looked_at_the_page_says_so()
    {
        await using var core = await TestCore.CreateAsync();
        var person = await PersonAsync(core);
        foreach (var i in Enumerable.Range(0, 11))
        {
            await File.WriteAllTextAsync(Path.Combine(core.Path, "vaults", "10042", "upload", $"{i}.csv"), "x");
        }

        using var vaults = new LocalVaults(core.Files.Vaults);
        using var archive = new FileArchive(core.Files.Archive);
        foreach (var (most, isCut) in ((int, bool)[])[(10, true), (11, false)])
        {
            var files = new AccountFileService(
                core.Services.Database, core.Services.Audit, core.Services.Layout, core.Services.CollectRights, vaults, archive, new QuotaLedger(core.Services.Database, core.Time), core.Time)
            {
                MaximumEntries = most,
            };
            await using var session = (await files.OpenAsync(Access, person, "upload", TestCore.Operator)).Get();
            Assert.Equal(isCut, (await session.ListAsync(50, null)).Get().IsCut);
        }

        Assert.Equal(100_000, AccountFileLimits.FolderEntries);
    }

    [Fact]
    public async Task Files_that_nobody_fetched_are_looked_for_among_the_newest()
    {
        await using var core = await TestCore.CreateAsync();
        var person = await PersonAsync(core);
        core.Tamper($"""
            INSERT INTO file (account_id, path, size, arrived_at, login, protocol)
            WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {AccountFileLimits.NewLookedAt})
            SELECT (SELECT id FROM account WHERE number = '10042'), '/cdr/' || i, 1, 1000000 + i, 'billing', 'publish' FROM n
            """);
        var found = await core.Services.AccountFiles.NewAsync(Access, person, int.MaxValue);
        Assert.Equal(AccountFileLimits.NewLookedAt, found.Count);
        Assert.Equal($"/cdr/{AccountFileLimits.NewLookedAt}", found[0].Path);
        Assert.DoesNotContain(found, static file => file.Path == "/cdr/0");
    }

    [Fact]
    public async Task A_cut_off_upload_is_its_persons_alone_also_when_a_later_person_gets_the_same_number()
    {
        await using var core = await TestCore.CreateAsync();
        var person = await PersonAsync(core);
        await using (var session = (await core.Services.AccountFiles.OpenAsync(Access, person, "upload/a.csv", TestCore.Operator)).Get())
        {
            using var half = new MemoryStream("half"u8.ToArray());
            Assert.Equal(new UploadProgress(4, IsDone: false), (await session.UploadAsync(0, 8, half)).Get());
        }

        await using (var again = (await core.Services.AccountFiles.OpenAsync(Access, person, "upload/a.csv", TestCore.Operator)).Get())
        {
            Assert.Equal(4, (await again.ProgressAsync()).Get().Offset);
        }

        var later = person with { Created = person.Created.AddMilliseconds(1) };
        await using var other = (await core.Services.AccountFiles.OpenAsync(Access, later, "upload/a.csv", TestCore.Operator)).Get();
        Assert.Equal(0, (await other.ProgressAsync()).Get().Offset);
    }

    [Fact]
    public async Task A_session_that_ended_while_the_file_was_on_its_way_publishes_nothing()
    {
        await using var core = await TestCore.CreateAsync();
        var person = await PersonAsync(core);
        await using var session = (await core.Services.AccountFiles.OpenAsync(Access, person, "upload/a.csv", TestCore.Operator)).Get();
        using var content = new MemoryStream(Encoding.ASCII.GetBytes("content"));
        (await session.UploadAsync(0, 7, content, static () => new(Problem.Refused("The session is over. Sign in again.")))).Problem(ProblemKind.Refused);
        Assert.Null(await core.Services.Catalogue.FindAsync("10042", "/upload/a.csv"));
        Assert.False(File.Exists(Path.Combine(core.Path, "vaults", "10042", "upload", "a.csv")));
    }

    private static async Task<Person> PersonAsync(TestCore core)
    {
        var account = (await core.Services.Accounts.AddAsync(new NewAccount("10042", "Example Ltd"), TestCore.Operator)).Get();
        Assert.True(core.Services.Vaults.Ensure(account).Succeeded);
        return (await core.Services.People.People.AddAsync(new NewPerson("ann@example.com", "Ann Lee") { Roles = [new RoleGrant(PersonRole.Owner, "10042")] }, TestCore.Operator)).Get();
    }
}
