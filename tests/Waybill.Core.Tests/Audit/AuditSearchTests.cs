using Waybill.Core.Audit;

namespace Waybill.Core.Tests.Audit;

public sealed class AuditSearchTests
{
    [Fact]
    public async Task Every_filter_finds_just_the_rows_that_it_says_also_when_the_clock_went_back()
    {
        await using var core = await TestCore.CreateAsync();
        var begin = core.Time.GetUtcNow();
        string[] actions = [AuditActions.Upload, AuditActions.Download, AuditActions.LogIn, AuditActions.KeyRevoked, AuditActions.AccountSuspended];
        for (var i = 0; i < 60; i++)
        {
            core.Time.Advance(TimeSpan.FromMinutes(4));
            Assert.True((await core.Services.Audit.AppendAsync(new AuditEntry(actions[i % actions.Length], Actor.Operator(i % 3 == 0 ? "Ann" : "bob")) { Account = i % 4 == 0 ? "10042" : "10043", Subject = $"s{i}" })).Succeeded);
        }

        // A clock that was two hours ahead for a while: times and numbers do not go together.
        core.Tamper("UPDATE audit SET time = time + 7200000 WHERE sequence BETWEEN 10 AND 25");
        var all = (await core.Services.Audit.SearchAsync(new AuditQuery { Size = 1000, OldestFirst = true })).Items;
        foreach (var action in (string?[])[null, AuditActions.Upload, AuditActions.KeyRevoked, "no-such", "', '"])
        {
            foreach (var actor in (string?[])[null, "ANN", "nobody"])
            {
                foreach (var account in (string?[])[null, "10042"])
                {
                    foreach (var (from, until) in ((int?, int?)[])[(null, null), (50, null), (null, 100), (70, 110), (5000, null), (null, -5000)])
                    {
                        var query = new AuditQuery
                        {
                            Action = action, Actor = actor, Account = account, Size = 7, From = from is { } f ? begin + TimeSpan.FromMinutes(f) : null,
                            Until = until is { } u ? begin + TimeSpan.FromMinutes(u) : null,
                        };
                        var expected = all.Where(row => (action is null || row.Action == action) && (actor is null || row.Actor.Equals(actor, StringComparison.OrdinalIgnoreCase))
                            && (account is null || row.Account == account) && (query.From is null || row.Time >= query.From) && (query.Until is null || row.Time < query.Until)).Select(static row => row.Sequence).ToList();
                        Assert.Equal(expected, await RowsAsync(core, query with { OldestFirst = true }));
                        Assert.Equal(Enumerable.Reverse(expected), await RowsAsync(core, query));
                    }
                }
            }
        }
    }

    [Fact]
    public async Task The_statement_leaves_out_what_the_index_of_actions_leaves_out()
    {
        await using var core = await TestCore.CreateAsync();
        Assert.EndsWith("WHERE " + AuditSearch.Rare, ((string)core.Scalar("SELECT sql FROM sqlite_master WHERE name = 'audit_rare'")!).ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    private static async Task<List<long>> RowsAsync(TestCore core, AuditQuery query)
    {
        List<long> rows = [];
        for (var after = (string?)""; after is not null;)
        {
            var page = await core.Services.Audit.SearchAsync(query with { After = after.Length == 0 ? null : after });
            rows.AddRange(page.Items.Select(static row => row.Sequence));
            after = page.Next;
        }

        return rows;
    }
}
