using System.Diagnostics;
using Waybill.Core.Audit;

namespace Waybill.Core.Tests.Audit;

public sealed class AuditIndexTests
{
    [Theory]
    [InlineData("usage-2026-11.csv", true)]
    [InlineData("USAGE-2026", true)]
    [InlineData("2026-11.c", true)]
    [InlineData("/cdr/usage", true)]
    [InlineData("Überweisung \"a\"", true)]
    [InlineData("192.0.2.17", true)]
    [InlineData("192.0.2.1", true)]
    [InlineData("C17", true)]
    [InlineData("sage-2026", true)]
    [InlineData("ge", true)]
    [InlineData("%", true)]
    [InlineData("a\" 100", true)]
    [InlineData("2026 11", false)]
    [InlineData("usage-2027", false)]
    [InlineData("7\nC1", false)]
    [InlineData("__", false)]
    [InlineData("\"*", false)]
    [InlineData("csv OR nothing", false)]
    [InlineData("text:cdr", false)]
    [InlineData("\0", false)]
    public async Task A_text_is_found_as_it_stands(string text, bool found)
    {
        await using var core = await TestCore.CreateAsync();
        await AppendAsync(core, "/cdr/usage-2026-11.csv", "Überweisung \"a\" 100%");
        Assert.Equal(found ? 1 : 0, (await core.Services.Audit.SearchAsync(new AuditQuery { Text = text, Action = AuditActions.Upload })).Items.Count);
    }

    [Fact]
    public async Task What_was_written_a_moment_ago_by_this_or_another_process_is_found()
    {
        await using var core = await TestCore.CreateAsync();
        for (var i = 0; i < 3; i++)
        {
            await AppendAsync(core, $"/new-{i}.csv", "x");
            Assert.Equal($"/new-{i}.csv", Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery { Text = $"new-{i}" })).Items).Subject);
        }

        core.Tamper("UPDATE audit_text_end SET sequence = 0; INSERT INTO audit_text (audit_text) VALUES ('delete-all')");
        Assert.Equal(3, (await core.Services.Audit.SearchAsync(new AuditQuery { Text = "new" })).Items.Count);
    }

    [Fact]
    public async Task Rows_are_taken_in_by_batches_and_found_in_pages_both_ways()
    {
        await using var core = await TestCore.CreateAsync();
        Fill(core, AuditIndex.Batch * 2 + 10);
        Assert.True((await core.Services.Audit.IndexAsync()).Succeeded);
        Assert.Equal(core.Scalar("SELECT max(sequence) FROM audit"), core.Scalar("SELECT sequence FROM audit_text_end"));
        foreach (var oldestFirst in new[] { false, true })
        {
            List<long> seen = [];
            string? after = null;
            do
            {
                var page = await core.Services.Audit.SearchAsync(new AuditQuery { Text = "file-1", Size = 100, After = after, OldestFirst = oldestFirst });
                seen.AddRange(page.Items.Select(row => row.Sequence));
                after = page.Next;
            }
            while (after is not null);
            Assert.Equal(oldestFirst ? seen.Order() : seen.OrderDescending(), seen);
            Assert.Equal(Enumerable.Range(1, AuditIndex.Batch * 2 + 10).Count(i => $"{i}".StartsWith('1')), seen.Distinct().Count());
        }
    }

    [Fact]
    public async Task A_search_of_200_000_rows_reads_a_page_of_them()
    {
        await using var core = await TestCore.CreateAsync();
        Fill(core, 200_000);
        Assert.True((await core.Services.Audit.IndexAsync()).Succeeded);
        var clock = Stopwatch.StartNew();
        Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery { Text = "file-123456" })).Items);
        Assert.Empty((await core.Services.Audit.SearchAsync(new AuditQuery { Text = "nowhere" })).Items);
        Assert.Equal(100, (await core.Services.Audit.SearchAsync(new AuditQuery { Text = "file" })).Items.Count);

        // The promise is 100 ms for a page of a million rows; ten times that is the alarm, for each of the three.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(3), $"{clock.Elapsed}");
    }

    private static async Task AppendAsync(TestCore core, string subject, string detail) => Assert.True((await core.Services.Audit.AppendAsync(
        new AuditEntry(AuditActions.Upload, Actor.Login("10042", "192.0.2.17", "C17")) { Subject = subject, Detail = detail })).Succeeded);

    private static void Fill(TestCore core, int rows) => core.Tamper($"""
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
        INSERT INTO audit SELECT i + 100, time, actor_kind, actor, action, account, '/cdr/file-' || i || '.csv', address, connection, outcome, detail, previous, hash
        FROM n, (SELECT * FROM audit WHERE sequence = 1)
        """);
}
