using System.Text.Json;
using Waybill.Core.Catalogue;
using Waybill.Core.Retention;
using static Waybill.Core.Tests.Retention.TestRetention;

namespace Waybill.Core.Tests.Retention;

/// <summary>Customers are told once what the next run takes, before it takes it.</summary>
public sealed class RetentionNoticeTests
{
    [Fact]
    public async Task An_account_is_told_once_fourteen_days_before_the_run_and_what_was_never_fetched_comes_first()
    {
        await using var retention = await CreateAsync("20042");
        var fetched = await retention.AddAsync("/cdr/a", Day(2025, 1, 20), content: "12345");
        await retention.AddAsync("/cdr/b", Day(2025, 1, 25), content: "123");
        await retention.AddAsync("/cdr/not yet", Day(2025, 2, 2));
        await retention.Core.Services.Database.WriteAsync<bool>(transaction =>
        {
            CatalogueSql.Fetched(transaction.Connection, fetched, new FileFetch("10042", "sftp", null, Day(2025, 1, 21), 5, true));
            return true;
        });
        await retention.PassAsync(Day(2026, 1, 17));
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM event"));
        await retention.PassAsync(Day(2026, 1, 30));

        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM event"));
        Assert.Equal(Day(2026, 1, 18, 2).ToUnixTimeMilliseconds(), retention.Core.Scalar("SELECT created_at FROM event WHERE topic = 'retention-notice' AND account_id = (SELECT id FROM account WHERE number = '10042')"));
        var body = JsonDocument.Parse((string)retention.Core.Scalar("SELECT body FROM event")!).RootElement;
        Assert.Equal("2026-02-01T03:00:00Z", body.GetProperty("run").GetString());
        Assert.Equal((2, 8, 1, 0), (Number(body, "files"), Number(body, "bytes"), Number(body, "neverFetched"), Number(body, "namesLeftOut")));
        Assert.Equal(["/cdr/b", "/cdr/a"], body.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.False(body.GetProperty("archived").GetBoolean());

        await retention.PassAsync(Day(2026, 2, 28));
        Assert.Equal(2L, retention.Core.Scalar("SELECT count(*) FROM event"));
    }

    [Theory]
    [InlineData(1, 31)]
    [InlineData(7, 25)]
    public async Task An_account_is_told_by_the_last_plan_that_leaves_it_the_days(int days, int day)
    {
        await using var retention = await CreateAsync();
        retention.Options = retention.Options with { NoticeDays = days };
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        await retention.PassAsync(Day(2026, 2, 2));
        Assert.Equal(Day(2026, 1, day, 2).ToUnixTimeMilliseconds(), retention.Core.Scalar("SELECT created_at FROM event WHERE topic = 'retention-notice'"));
    }

    [Fact]
    public async Task An_account_has_its_days_also_over_the_end_of_summer_time()
    {
        await using var retention = await CreateAsync();
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        retention.Options = retention.Options with { NoticeDays = 7, Calendar = new RunCalendar(1, new TimeOnly(1, 30), zone) };
        await retention.AddAsync("/cdr/a", Day(2025, 10, 20));
        await retention.PassAsync(Day(2026, 10, 22));

        // Plans at two: the one of the 25th comes an hour after its time of the day before, and half an hour later than seven days before the run.
        foreach (var (utc, told) in new[] { (Day(2026, 10, 23, 0), 0L), (Day(2026, 10, 24, 0), 1L), (Day(2026, 10, 25, 1), 1L) })
        {
            retention.Core.Time.Advance(utc - retention.Now);
            await retention.PlanAsync();
            Assert.Equal(told, retention.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'retention-notice'"));
        }
    }

    [Fact]
    public async Task What_is_marked_for_a_run_after_its_notice_is_told_alone_and_once()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        await retention.AddAsync("/cdr/b", Day(2025, 1, 22));
        (await retention.Core.Services.Holds.SetAsync("10042", "/cdr/b", "case", Actor.System)).Check();
        await retention.PassAsync(Day(2026, 1, 20));
        Assert.Equal(1L, retention.Core.Scalar("SELECT count(*) FROM event"));
        (await retention.Core.Services.Holds.RemoveAsync("10042", "/cdr/b", "over", Actor.System)).Check();
        await retention.PassAsync(Day(2026, 1, 23));

        Assert.Equal(2L, retention.Core.Scalar("SELECT count(*) FROM event"));
        var body = JsonDocument.Parse((string)retention.Core.Scalar("SELECT body FROM event ORDER BY id DESC")!).RootElement;
        Assert.Equal("2026-02-01T03:00:00Z", body.GetProperty("run").GetString());
        Assert.Equal(["/cdr/b"], body.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(1, Number(body, "files"));
        Assert.Equal("/cdr/a /cdr/b", retention.Core.Scalar("SELECT group_concat(path, ' ') FROM (SELECT f.path FROM retention_noticed n JOIN file f ON f.id = n.file_id ORDER BY n.position)"));

        // Told already, but it stayed meanwhile: told again, and listed once.
        (await retention.Core.Services.Holds.SetAsync("10042", "/cdr/a", "case", Actor.System)).Check();
        (await retention.Core.Services.Holds.RemoveAsync("10042", "/cdr/a", "over", Actor.System)).Check();
        (await retention.TryPlanAsync()).Get();
        Assert.Equal(2L, retention.Core.Scalar("SELECT count(*) FROM retention_noticed"));
    }

    [Fact]
    public async Task A_notice_names_only_so_many_files_and_counts_the_rest()
    {
        await using var retention = await CreateAsync();
        for (var i = 0; i < RetentionLimits.NamesInNotice + 3; i++)
        {
            await retention.AddAsync($"/cdr/{i}", Day(2025, 1, 20));
        }

        await retention.PassAsync(Day(2026, 1, 30));
        var body = JsonDocument.Parse((string)retention.Core.Scalar("SELECT body FROM event")!).RootElement;
        Assert.Equal(RetentionLimits.NamesInNotice, body.GetProperty("names").GetArrayLength());
        Assert.Equal((RetentionLimits.NamesInNotice + 3, 3), (Number(body, "files"), Number(body, "namesLeftOut")));
    }

    [Fact]
    public async Task Nobody_is_told_where_the_days_are_none_and_nobody_of_what_is_held()
    {
        await using var retention = await CreateAsync();
        await retention.AddAsync("/cdr/a", Day(2025, 1, 20));
        (await retention.Core.Services.Holds.SetAsync("10042", "/cdr/a", "case", Actor.System)).Check();
        await retention.PassAsync(Day(2026, 2, 2));
        retention.Options = retention.Options with { NoticeDays = 0 };
        (await retention.Core.Services.Holds.RemoveAsync("10042", "/cdr/a", "over", Actor.System)).Check();
        await retention.PassAsync(Day(2026, 3, 2));

        Assert.False(retention.IsThere("/cdr/a"));
        Assert.Equal(0L, retention.Core.Scalar("SELECT count(*) FROM event"));
    }

    [Fact]
    public async Task A_file_that_a_longer_policy_freed_is_told_and_has_its_days_anew_when_the_shorter_one_is_back()
    {
        await using var retention = await CreateAsync();
        var policies = retention.Core.Services.RetentionPolicies;
        (await policies.SetAsync("10042", "/cdr", 6, Actor.System)).Check();
        await retention.AddAsync("/cdr/x", Day(2025, 8, 20));
        await retention.AddAsync("/invoices/y", Day(2025, 2, 20));
        await retention.PassAsync(Day(2026, 1, 20));
        Assert.Equal(["/cdr/x", "/invoices/y"], await MarkedAsync());

        // Younger than every policy of the account wants by now.
        (await policies.SetAsync("10042", "/cdr", 24, Actor.System)).Check();
        await retention.PassAsync(Day(2026, 1, 22));
        Assert.Equal(["/invoices/y"], await MarkedAsync());

        await retention.PassAsync(Day(2026, 2, 25));
        Assert.Equal(["/invoices/y"], Told("2026-03-01T03:00:00Z"));
        (await policies.SetAsync("10042", "/cdr", 6, Actor.System)).Check();
        await retention.PassAsync(Day(2026, 3, 2));
        Assert.Equal((true, false), (retention.IsThere("/cdr/x"), retention.IsThere("/invoices/y")));
        await retention.PassAsync(Day(2026, 4, 2));
        Assert.Equal(["/cdr/x"], Told("2026-04-01T03:00:00Z"));
        Assert.False(retention.IsThere("/cdr/x"));

        async Task<IEnumerable<string>> MarkedAsync() =>
            (await new AccountRetention(retention.Core.Services.Database, policies).MarkedAsync("10042")).Items.Select(file => file.Path).Order(StringComparer.Ordinal);

        IEnumerable<string?> Told(string run) => JsonDocument.Parse((string)retention.Core.Scalar("SELECT json_group_array(json(body)) FROM event WHERE topic = 'retention-notice'")!)
            .RootElement.EnumerateArray().Where(body => body.GetProperty("run").GetString() == run).SelectMany(body => body.GetProperty("names").EnumerateArray()).Select(name => name.GetString());
    }

    private static int Number(JsonElement body, string name) => body.GetProperty(name).GetInt32();
}
