using System.Text;
using Waybill.Core.Arrivals;
using Waybill.Core.Tests.Inbound;

namespace Waybill.Core.Tests.Arrivals;

/// <summary>Rules are kept for each account, bounded, and what they count is counted as spreadsheets do.</summary>
public sealed class ArrivalRulesTests
{
    [Fact]
    public async Task A_rule_is_set_replaced_listed_and_removed()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*.csv", columns: 3);
        await core.SetRuleAsync("*.csv", columns: 4);
        Assert.Equal(4, Assert.Single((await core.Services.ArrivalRules.ListAsync(DeliveringCore.Account)).Get()).Columns);
        (await core.Services.ArrivalRules.RemoveAsync(DeliveringCore.Account, "/upload", "*.csv", TestCore.Operator)).Get();
        Assert.Empty((await core.Services.ArrivalRules.ListAsync(DeliveringCore.Account)).Get());
        (await core.Services.ArrivalRules.RemoveAsync(DeliveringCore.Account, "/upload", "*.csv", TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await core.Services.ArrivalRules.ListAsync("nobody")).Problem(ProblemKind.NotFound);
        Assert.Equal(3L, core.Core.Scalar("SELECT count(*) FROM audit WHERE action LIKE 'arrival-rule-%'"));
    }

    [Fact]
    public async Task An_account_has_so_many_rules_and_no_more()
    {
        await using var core = await DeliveringCore.CreateAsync();
        for (var i = 0; i < ArrivalLimits.Rules; i++)
        {
            await core.SetRuleAsync($"{i}.csv");
        }

        (await core.Services.ArrivalRules.SetAsync(new ArrivalRule(DeliveringCore.Account, "/upload", "more"), TestCore.Operator)).Problem(ProblemKind.LimitReached);
        await core.SetRuleAsync("1.csv", columns: 2);
    }

    [Theory]
    [InlineData("upload", "*", null, null, null, null)]
    [InlineData("/upload/", "*", null, null, null, null)]
    [InlineData("/a/../b", "*", null, null, null, null)]
    [InlineData("/upload", "", null, null, null, null)]
    [InlineData("/upload", "a/b", null, null, null, null)]
    [InlineData("/upload", "*", 2L, 1L, null, null)]
    [InlineData("/upload", "*", -1L, null, null, null)]
    [InlineData("/upload", "*", null, null, "a\nb", null)]
    [InlineData("/upload", "*", null, null, "", null)]
    [InlineData("/upload", "*", null, null, null, 0)]
    [InlineData("/upload", "*", null, null, null, ArrivalLimits.Columns + 1)]
    public async Task What_cannot_be_a_rule_is_refused(string folder, string pattern, long? smallest, long? largest, string? header, int? columns)
    {
        await using var core = await DeliveringCore.CreateAsync();
        (await core.Services.ArrivalRules.SetAsync(
            new ArrivalRule(DeliveringCore.Account, folder, pattern) { Smallest = smallest, Largest = largest, Header = header, Columns = columns },
            TestCore.Operator)).Problem(ProblemKind.Invalid);
    }

    [Theory]
    [InlineData(ArrivalLimits.Pattern, ArrivalLimits.Header, true)]
    [InlineData(ArrivalLimits.Pattern + 1, ArrivalLimits.Header, false)]
    [InlineData(ArrivalLimits.Pattern, ArrivalLimits.Header + 1, false)]
    public async Task Patterns_and_headers_have_a_limit(int pattern, int header, bool isTaken)
    {
        await using var core = await DeliveringCore.CreateAsync();
        var rule = new ArrivalRule(DeliveringCore.Account, "/upload", new string('x', pattern)) { Header = new string('h', header) };
        Assert.Equal(isTaken, (await core.Services.ArrivalRules.SetAsync(rule, TestCore.Operator)).Succeeded);
    }

    [Theory]
    [InlineData("1;2\n", true)]
    [InlineData("1;2", true)]
    [InlineData("1;2\r\n\r\n3;4\r\n\r\n", true)]
    [InlineData("\"a;b\";2\n", true)]
    [InlineData("1;2\n\"a\nb;\"\"c\"\"\";2\n", true)]
    [InlineData("1;2;3\n", false)]
    [InlineData("1\n", false)]
    [InlineData("1;2\n3\n", false)]
    [InlineData("\"1;2\n3;4\n", false)]
    public void Columns_are_counted_with_quotes(string content, bool isGood)
    {
        List<string> faults = [];
        ArrivalCheck.Judge(Encoding.UTF8.GetBytes(content), isWhole: true, new ArrivalRule("1", "/", "*") { Columns = 2 }, faults);
        Assert.Equal(isGood, faults.Count == 0);
    }

    [Fact]
    public void Of_a_long_file_the_beginning_is_judged_and_its_cut_line_is_not()
    {
        List<string> faults = [];
        var rule = new ArrivalRule("1", "/", "*") { Columns = 2 };
        ArrivalCheck.Judge("1;2\n3"u8, isWhole: false, rule, faults);
        Assert.Empty(faults);
        ArrivalCheck.Judge("1;2\n3"u8, isWhole: true, rule, faults);
        Assert.Single(faults);
    }

    [Fact]
    public async Task Of_a_file_longer_than_the_limit_only_that_much_is_read()
    {
        await using var core = await DeliveringCore.CreateAsync();
        await core.SetRuleAsync("*", columns: 2);
        var whole = string.Concat(Enumerable.Repeat("1;2\n", ArrivalLimits.Content / 4));
        var within = await core.DeliverAsync("/upload/within.csv", whole[..^4] + "123\n");
        var beyond = await core.DeliverAsync("/upload/beyond.csv", whole + "123\n");
        await core.SettleAsync();
        Assert.Equal([beyond], await core.WaitingAsync());
        Assert.Contains("has 1 columns", (await core.StateAsync(within)).Report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_lists_so_many_faults_and_no_more()
    {
        List<string> faults = [];
        ArrivalCheck.Judge(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("1\n", 100))), isWhole: true, new ArrivalRule("1", "/", "*") { Columns = 2 }, faults);
        Assert.Equal(ArrivalLimits.Faults, faults.Count);
    }
}

internal static class RuleSetting
{
    public static async Task SetRuleAsync(
        this DeliveringCore core, string pattern, string folder = "/upload", string? header = null, int? columns = null, long? smallest = null, long? largest = null) =>
        (await core.Services.ArrivalRules.SetAsync(
            new ArrivalRule(DeliveringCore.Account, folder, pattern) { Header = header, Columns = columns, Smallest = smallest, Largest = largest },
            TestCore.Operator)).Get();
}
