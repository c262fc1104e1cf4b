using System.Text;
using Waybill.Core.AccountFiles;
using Waybill.Core.Accounts;
using Waybill.Core.Logins;
using Waybill.Core.People;
using Waybill.Core.Quotas;
using Waybill.Core.Vaults;
using Waybill.Storage;
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
    public async Task What_the_accounts_own_program_delivered_is_new_to_nobody_and_half_of_it_is_its_own_alone()
    {
        await using var core = await TestCore.CreateAsync();
        var person = await PersonAsync(core);
        var token = (await core.Services.Tokens.AddAsync(new("billing", ["vault:write"], core.Time.GetUtcNow().AddDays(1)) { Account = "10042" }, TestCore.Operator)).Get().Token;
        await using (var session = (await core.Services.AccountFiles.OpenAsync(Access, FileUser.Of(token), "upload/a.csv", TestCore.Operator)).Get())
        {
            using var half = new MemoryStream("half"u8.ToArray());
            Assert.Equal(new UploadProgress(4, IsDone: false), (await session.UploadAsync(0, 8, half)).Get());
            await using var persons = (await core.Services.AccountFiles.OpenAsync(Access, person, "upload/a.csv", TestCore.Operator)).Get();
            Assert.Equal(0, (await persons.ProgressAsync()).Get().Offset);
            using var rest = new MemoryStream("rest"u8.ToArray());
            Assert.True((await session.UploadAsync(4, 8, rest)).Get().IsDone);
        }

        Assert.Equal($"billing (token {token.Id})", (await core.Services.Catalogue.FindAsync("10042", "/upload/a.csv"))!.Login);
        Assert.Empty(await core.Services.AccountFiles.NewAsync(Access, person, 10));
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
    public async Task Where_nothing_of_an_upload_is_kept_pieces_are_refused_in_words_and_a_whole_file_is_taken()
    {
        await using var core = await TestCore.CreateAsync();
        var person = await PersonAsync(core);
        using var vaults = new LocalVaults(core.Files.Vaults, new LocalStoreOptions { KeepPartials = TimeSpan.Zero });
        using var archive = new FileArchive(core.Files.Archive);
        var files = new AccountFileService(
            core.Services.Database, core.Services.Audit, core.Services.Layout, core.Services.CollectRights, vaults, archive, new QuotaLedger(core.Services.Database, core.Time), core.Time);
        await using (var session = (await files.OpenAsync(Access, person, "upload/a.csv", TestCore.Operator)).Get())
        {
            using var half = new MemoryStream("half"u8.ToArray());
            Assert.Contains("SFTP", (await session.UploadAsync(0, 8, half)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        }

        await using var again = (await files.OpenAsync(Access, person, "upload/a.csv", TestCore.Operator)).Get();
        using var all = new MemoryStream("all of it"u8.ToArray());
        Assert.True((await again.UploadAsync(0, 9, all)).Get().IsDone);
    }

    [Fact]
    public async Task What_goes_on_for_long_is_asked_for_the_part_that_it_is_about()
    {
        await using var core = await TestCore.CreateAsync();
        var person = await PersonAsync(core);
        var acme = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = "10042", Vendor = "acme" }, TestCore.Operator)).Get();
        Assert.True(core.Services.Vaults.Ensure(acme).Succeeded);
        var access = new AccountAccess("10042", ["acme"], IsView: false);
        var files = core.Services.AccountFiles;
        await using var session = (await files.OpenAsync(access, person, "vendors/acme/usage/a.csv", TestCore.Operator)).Get();
        await using var owners = (await files.OpenAsync(Access, person, "upload/a.csv", TestCore.Operator)).Get();
        Assert.Null(await files.CheckAsync(access, session));
        Assert.Null(await files.CheckAsync(Access, owners));
        Assert.Equal(ProblemKind.NotFound, (await files.CheckAsync(access with { Vendors = ["other"] }, session))?.Kind);
        Assert.Equal(ProblemKind.NotFound, (await files.CheckAsync(access, owners))?.Kind);
        (await core.Services.Logins.SuspendAsync(acme.UserName, "left", TestCore.Operator)).Get();
        Assert.Equal(ProblemKind.Refused, (await files.CheckAsync(access, session))?.Kind);
    }

    [Fact]
    public async Task A_slow_download_is_asked_after_a_time_and_stopped()
    {
        await using var core = await TestCore.CreateAsync();
        var person = await PersonAsync(core);
        await File.WriteAllTextAsync(Path.Combine(core.Path, "vaults", "10042", "upload", "a.csv"), "number");
        await using var session = (await core.Services.AccountFiles.OpenAsync(Access, person, "upload/a.csv", TestCore.Operator)).Get();
        await using var stream = (await session.OpenAsync()).Get();
        Problem? problem = null;
        var asked = 0;
        stream.MayStill = () =>
        {
            asked++;
            return new(problem);
        };
        var buffer = new byte[1];
        await stream.ReadExactlyAsync(buffer);
        Assert.Equal(0, asked);
        core.Time.Advance(AccountFileLimits.AskAfter);
        await stream.ReadExactlyAsync(buffer);
        Assert.Equal((1, false), (asked, stream.IsStopped));
        problem = Problem.Refused("The session is over.");
        await stream.ReadExactlyAsync(buffer);
        core.Time.Advance(AccountFileLimits.AskAfter);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await stream.ReadExactlyAsync(buffer));
        Assert.True(stream.IsStopped);
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

    [Fact]
    public async Task An_upload_that_broke_off_is_recorded_where_its_renamed_folder_is()
    {
        await using var core = await TestCore.CreateAsync();
        var person = await PersonAsync(core);
        Directory.CreateDirectory(Path.Combine(core.Path, "vaults", "10042", "upload", "old"));
        await using var store = core.Services.Stores.OpenStaging("10042").Value!;
        await using (var session = (await core.Services.AccountFiles.OpenAsync(Access, person, "upload/old/a.csv", TestCore.Operator)).Get())
        {
            using var content = new CutStream("half"u8.ToArray(), async () =>
                Assert.Equal(StoreError.None, await store.RenameAsync(VaultPath.Parse("/upload/old"), VaultPath.Parse("/upload/new"), replace: false)));
            (await session.UploadAsync(0, 8, content)).Problem(ProblemKind.Refused);
        }

        Assert.Equal("/upload/new/a.csv", core.Scalar("SELECT subject FROM audit WHERE action = 'upload'"));
        await using var again = (await core.Services.AccountFiles.OpenAsync(Access, person, "upload/new/a.csv", TestCore.Operator)).Get();
        Assert.Equal(4, (await again.ProgressAsync()).Get().Offset);
    }

    private static async Task<Person> PersonAsync(TestCore core)
    {
        var account = (await core.Services.Accounts.AddAsync(new NewAccount("10042", "Example Ltd"), TestCore.Operator)).Get();
        Assert.True(core.Services.Vaults.Ensure(account).Succeeded);
        return (await core.Services.People.People.AddAsync(new NewPerson("ann@example.com", "Ann Lee") { Roles = [new RoleGrant(PersonRole.Owner, "10042")] }, TestCore.Operator)).Get();
    }

    /// <summary>What came before its sender was lost.</summary>
    private sealed class CutStream(byte[] content, Func<Task> whenCut) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < Length)
            {
                return Read(buffer.Span);
            }

            await whenCut();
            throw new IOException("The sender is gone.");
        }
    }
}
