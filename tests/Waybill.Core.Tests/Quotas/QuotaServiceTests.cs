using Waybill.Core.Audit;
using Waybill.Core.Catalogue;
using Waybill.Core.Logins;
using Waybill.Core.Quotas;
using Waybill.Storage;
using Waybill.Storage.Quotas;

namespace Waybill.Core.Tests.Quotas;

/// <summary>Setting and showing quotas, and the warnings.</summary>
public sealed class QuotaServiceTests
{
    private static readonly Actor Customer = Actor.Login("10042", "192.0.2.1", "c1");

    [Fact]
    public async Task What_is_not_named_stays_and_every_change_is_recorded()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var quotas = core.Services.Quotas;
        (await quotas.SetForAccountAsync("10042", now => now with { Bytes = 100 }, TestCore.Operator)).Get();
        var quota = (await quotas.SetForAccountAsync("10042", now => now with { Files = 7 }, TestCore.Operator)).Get();
        Assert.Equal(new QuotaLimits(100, 7), quota.Limits);
        (await quotas.SetForLoginAsync("10042", _ => new QuotaLimits(50, null), TestCore.Operator)).Get();
        Assert.Equal([(null, 100L), ("10042", 50L)], (await quotas.ListAsync()).Items.Select(each => (each.Login, each.Limits.Bytes!.Value)));
        var row = (await core.Services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.QuotaSet })).Items;
        Assert.Equal(["bytes 50, files unlimited", "bytes 100, files 7", "bytes 100, files unlimited"], row.Select(each => each.Detail));

        (await quotas.SetForAccountAsync("10042", _ => default, TestCore.Operator)).Get();
        Assert.Equal("10042", Assert.Single((await quotas.ListAsync()).Items).Login);
    }

    [Fact]
    public async Task Who_is_not_there_or_has_no_vault_has_no_quota()
    {
        await using var core = await TestCore.CreateAsync();
        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Publisher) { UserName = "billing" }, TestCore.Operator)).Get();
        (await core.Services.Quotas.SetForAccountAsync("nobody", _ => default, TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await core.Services.Quotas.SetForLoginAsync("nobody", _ => default, TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await core.Services.Quotas.SetForLoginAsync("billing", _ => default, TestCore.Operator)).Problem(ProblemKind.Refused);
        await core.AddAccountAsync();
        (await core.Services.Quotas.SetForAccountAsync("10042", _ => new QuotaLimits(-1, null), TestCore.Operator)).Problem(ProblemKind.Invalid);
    }

    [Fact]
    public async Task Pages_of_limits_leave_nothing_out()
    {
        await using var core = await TestCore.CreateAsync();
        foreach (var number in (string[])["1", "2", "3"])
        {
            await core.AddLoginAsync(number);
            (await core.Services.Quotas.SetForAccountAsync(number, _ => new QuotaLimits(1, null), TestCore.Operator)).Get();
            (await core.Services.Quotas.SetForLoginAsync(number, _ => new QuotaLimits(1, null), TestCore.Operator)).Get();
        }

        List<string> seen = [];
        string? after = null;
        do
        {
            var page = await core.Services.Quotas.ListAsync(1, after);
            seen.AddRange(page.Items.Select(quota => $"{quota.Account}/{quota.Login}"));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(["1/", "1/1", "2/", "2/2", "3/", "3/3"], seen);
    }

    [Fact]
    public async Task A_login_that_comes_again_has_no_old_limit()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        (await core.Services.Quotas.SetForLoginAsync("10042", _ => new QuotaLimits(1, 1), TestCore.Operator)).Get();
        (await core.Services.Logins.RemoveAsync("10042", TestCore.Operator)).Get();
        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, TestCore.Operator)).Get();
        Assert.Equal(default, (await core.Services.Quotas.OfLoginAsync("10042")).Get().Limits);
    }

    [Fact]
    public async Task Usage_is_the_sum_of_the_present_files_whatever_happened_to_them()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var journal = core.Journal(Customer);
        await Do(journal, FileOperation.Upload, "/a", 100);
        await Do(journal, FileOperation.Upload, "/d/b", 20);
        await Do(journal, FileOperation.Upload, "/a", 70);
        await Do(journal, FileOperation.Rename, "/d", 0, target: "/e");
        await Do(journal, FileOperation.Upload, "/c", 5);
        await Do(journal, FileOperation.Rename, "/c", 0, target: "/e/b");
        await core.Journal(Customer).RecordAsync(new FileEvent(FileOperation.SetAttributes, VaultPath.Parse("/a"), Changes: new AttributeChanges(Size: 3)));
        Assert.Equal(new QuotaAmount(8, 2), await StoredAsync());
        await Do(journal, FileOperation.Remove, "/a", 0);
        Assert.Equal(new QuotaAmount(5, 1), await StoredAsync());
        Assert.Equal(new QuotaAmount(5, 1), (await core.Services.Quotas.OfLoginAsync("10042")).Get().Stored);
        core.Tamper("DELETE FROM file");
        Assert.Equal(default, await StoredAsync());

        async Task<QuotaAmount> StoredAsync() => (await core.Services.Quotas.OfAccountAsync("10042")).Get()[0].Stored;
    }

    [Fact]
    public async Task Eighty_and_ninety_five_percent_are_told_once_and_again_after_usage_fell()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var journal = core.Journal(Customer);
        (await core.Services.Quotas.SetForAccountAsync("10042", _ => new QuotaLimits(1000, null), TestCore.Operator)).Get();
        await Do(journal, FileOperation.Upload, "/a", 799);
        Assert.Equal("", Topics());
        await Do(journal, FileOperation.Upload, "/b", 1);
        Assert.Equal("quota-80", Topics());
        await Do(journal, FileOperation.Upload, "/a", 800);
        await Do(journal, FileOperation.Upload, "/b", 100);
        Assert.Equal("quota-80", Topics());
        await Do(journal, FileOperation.Upload, "/b", 150);
        await Do(journal, FileOperation.Upload, "/b", 200);
        Assert.Equal("quota-80 quota-95", Topics());
        await Do(journal, FileOperation.Remove, "/b", 0);
        Assert.Equal("quota-80 quota-95", Topics());
        await Do(journal, FileOperation.Remove, "/a", 0);
        await Do(journal, FileOperation.Upload, "/a", 960);
        Assert.Equal("quota-80 quota-95 quota-95", Topics());
        Assert.Equal(
            """{"account":"10042","login":null,"percent":96,"bytes":960,"maximumBytes":1000,"files":1,"maximumFiles":null}""",
            core.Scalar("SELECT body FROM event ORDER BY id DESC LIMIT 1"));

        // A limit that is lowered, too.
        (await core.Services.Quotas.SetForLoginAsync("10042", _ => new QuotaLimits(null, 1), TestCore.Operator)).Get();
        Assert.Equal("quota-80 quota-95 quota-95 quota-95", Topics());

        string Topics() => core.Scalar("SELECT coalesce(group_concat(topic, ' '), '') FROM (SELECT topic FROM event ORDER BY id)") as string ?? "";
    }

    [Fact]
    public async Task A_catalogue_from_before_is_summed_when_quotas_come()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        await Do(core.Journal(Customer), FileOperation.Upload, "/a", 12);
        await Do(core.Journal(Customer), FileOperation.Upload, "/b", 30);
        await Do(core.Journal(Customer), FileOperation.Remove, "/b", 0);
        var migration = Waybill.Core.Database.Migration.All.Single(each => each.Name.EndsWith("-quotas.sql", StringComparison.Ordinal));
        core.Tamper("DROP TABLE quota; DROP TRIGGER quota_file_added; DROP TRIGGER quota_file_changed; DROP TRIGGER quota_file_deleted; DROP TRIGGER quota_login_deleted;" + migration.Sql);
        Assert.Equal(new QuotaAmount(12, 1), (await core.Services.Quotas.OfAccountAsync("10042")).Get()[0].Stored);
        Assert.Equal(new QuotaAmount(12, 1), (await core.Services.Quotas.OfLoginAsync("10042")).Get().Stored);
    }

    private static async Task Do(FileJournal journal, FileOperation operation, string path, long size, string? target = null) => Assert.Equal(
        StoreError.None,
        await journal.RecordAsync(new FileEvent(operation, VaultPath.Parse(path), target is null ? null : VaultPath.Parse(target), Size: size)));
}
