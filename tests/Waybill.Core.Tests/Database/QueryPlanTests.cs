using Waybill.Core.Arrivals;
using Waybill.Core.Billing;
using Waybill.Core.Catalogue;
using Waybill.Core.Database;
using Waybill.Core.Expectations;
using Waybill.Core.Feeds;
using Waybill.Core.Inbound;
using Waybill.Core.Notifications;
using Waybill.Core.Numbers;
using Waybill.Core.Onboarding;
using Waybill.Core.Porting;
using Waybill.Core.Retention;

namespace Waybill.Core.Tests.Database;

/// <summary>What pages ask of big tables is found by an index: SQLite's own plan of the statement says so, whatever the tables hold.</summary>
public sealed class QueryPlanTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Receipts_of_a_feed_are_found_by_the_feed(bool newestFirst)
    {
        await using var core = await TestCore.CreateAsync();
        var plan = await PlanAsync(core, ReceiptService.Statement(new ReceiptQuery { Feed = "cdr", NewestFirst = newestFirst }));
        Assert.Contains("USING INDEX file_feed (feed=? AND id", plan, StringComparison.Ordinal);
        AssertNoScan(plan);
    }

    [Fact]
    public async Task Receipts_of_an_account_are_found_by_the_account_also_of_one_feed()
    {
        await using var core = await TestCore.CreateAsync();
        foreach (var query in (ReceiptQuery[])[new() { Account = "1" }, new() { Account = "1", Feed = "cdr", NewestFirst = true, Unfetched = true }])
        {
            var plan = await PlanAsync(core, ReceiptService.Statement(query));
            Assert.Matches(@"SEARCH f USING INDEX \w+ \(account_id=\?", plan);
            AssertNoScan(plan);
        }
    }

    [Fact]
    public async Task Receipts_of_all_read_files_from_one_end_and_not_all_logins()
    {
        await using var core = await TestCore.CreateAsync();
        AssertNoScan(await PlanAsync(core, ReceiptService.Statement(new ReceiptQuery { NewestFirst = true, Unfetched = true })));
    }

    [Fact]
    public async Task The_version_that_was_read_is_found_by_its_file()
    {
        await using var core = await TestCore.CreateAsync();
        AssertSearched(await PlanAsync(core, CatalogueSql.ByFile), "USING INDEX file_inode (account_id=? AND inode=?)");
    }

    [Fact]
    public async Task A_version_of_an_unknown_file_that_was_read_is_found_by_the_path_it_had()
    {
        await using var core = await TestCore.CreateAsync();
        AssertSearched(await PlanAsync(core, CatalogueSql.OfUnknownFile), "USING INDEX file_unknown (account_id=? AND path=?)");
    }

    [Fact]
    public async Task The_plan_of_one_account_does_not_read_all_accounts()
    {
        await using var core = await TestCore.CreateAsync();
        Assert.Contains("(number_key=?)", await PlanAsync(core, RetentionPlanner.Accounts(one: true)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_looks_through_the_marks_of_an_account_and_not_through_its_files()
    {
        await using var core = await TestCore.CreateAsync();
        var plan = await PlanAsync(core, RetentionPlanner.YoungStatement);
        Assert.Contains("SEARCH m USING COVERING INDEX retention_mark_account (account_id=? AND ", plan, StringComparison.Ordinal);
        Assert.Contains("SEARCH f USING INTEGER PRIMARY KEY", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Holds_are_read_before_their_accounts(bool ofOne)
    {
        await using var core = await TestCore.CreateAsync();
        var plan = await PlanAsync(core, Holds.Statement(ofOne));
        Assert.Contains("SEARCH a USING INTEGER PRIMARY KEY", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN a", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounts_whose_number_was_mistyped_are_found_by_an_index()
    {
        await using var core = await TestCore.CreateAsync();
        AssertSearched(await PlanAsync(core, RequestChecks.AlikeStatement), "USING INDEX account_alike (<expr>=?)");
    }

    [Fact]
    public async Task What_is_due_too_far_off_is_found_by_the_indexes_of_what_is_due()
    {
        await using var core = await TestCore.CreateAsync();
        var plan = await PlanAsync(core, OutboxSql.FarOffStatement);
        Assert.Contains("INDEX delivery_mail (due_at>?)", plan, StringComparison.Ordinal);
        Assert.Contains("SEARCH d USING COVERING INDEX delivery_hook (hook_id=? AND state=? AND due_at>?)", plan, StringComparison.Ordinal);
        Assert.Contains("INDEX digest_item_due (due_at>?)", plan, StringComparison.Ordinal);

        // There are a hundred web hooks at most.
        AssertNoScan(plan.Replace("SCAN h\n", "", StringComparison.Ordinal).Replace("SCAN CONSTANT ROW", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(NumberSql.IsOverStatement, "INDEX phone_number_quarantine (quarantined_until<?)")]
    [InlineData(NumberSql.OverStatement, "INDEX phone_number_quarantine (quarantined_until<?)")]
    [InlineData(NumberSql.TermsOverStatement, "SEARCH n USING INDEX phone_number_expiry (expires_on<?)")]
    [InlineData(NumberSql.OfBlockStatement, "SEARCH n USING INDEX phone_number_block (block_id=?)")]
    [InlineData(NumberService.AccountStatement, "SEARCH number_account USING INTEGER PRIMARY KEY (rowid=?)")]
    [InlineData(NumberSql.Select + " WHERE n.number = @number", "SEARCH n USING INTEGER PRIMARY KEY (rowid=?)")]
    [InlineData(FreeNumbers.FreeStatement, "INDEX phone_number_state (state=? AND number>? AND number<?)")]
    [InlineData(FreeNumbers.RangesStatement, "INDEX sqlite_autoindex_number_range_2 (last>? AND last<?)")]
    [InlineData(NumberChanges.SinceStatement, "SEARCH c USING INTEGER PRIMARY KEY (rowid>?)")]
    [InlineData(NumberChanges.SinceOfAccountStatement, "SEARCH c USING INDEX number_change_account (account_id=? AND sequence>?)")]
    [InlineData(NumberChanges.OfNumberStatement, "SEARCH c USING INDEX number_change_number (number=? AND sequence<?)")]
    public async Task Numbers_and_their_changes_are_found_by_an_index(string statement, string found)
    {
        await using var core = await TestCore.CreateAsync();
        await AssertFoundAsync(core, statement, found);
    }

    [Fact]
    public async Task Old_changes_of_numbers_are_read_from_the_beginning_and_no_further_than_a_piece()
    {
        await using var core = await TestCore.CreateAsync();
        var plan = await PlanAsync(core, NumberChanges.OldestStatement);
        Assert.Equal("SCAN number_change", plan);
    }

    [Fact]
    public async Task Lists_of_numbers_are_found_by_the_key_by_states_or_by_accounts()
    {
        await using var core = await TestCore.CreateAsync();
        await AssertFoundAsync(core, NumberService.ListStatement(ofAccount: false, ofState: false), "SEARCH n USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
        await AssertFoundAsync(core, NumberService.ListStatement(ofAccount: false, ofState: true), "SEARCH n USING INDEX phone_number_state (state=? AND number>? AND number<?)");
        await AssertFoundAsync(core, NumberService.ListStatement(ofAccount: true, ofState: false), "SEARCH n USING INDEX phone_number_account (account_id=? AND number>? AND number<?)");
        await AssertFoundAsync(core, NumberService.ListStatement(ofAccount: true, ofState: true), "SEARCH n USING INDEX phone_number_account_state (account_id=? AND state=? AND number>? AND number<?)");
    }

    [Theory]
    [InlineData(PortingSql.OverdueStatement, "SEARCH o USING INDEX porting_order_remind (remind_at<?)")]
    [InlineData(PortingSql.TakenStatement, "SEARCH s USING INDEX porting_span_sent (first<?)")]
    [InlineData(PortingSql.CountOpenStatement, "SEARCH o USING INDEX porting_order_open (account_id=?)")]
    [InlineData(PortingSql.OfUploadStatement, "SEARCH o USING INDEX porting_order_upload (upload=?)")]
    public async Task Orders_of_porting_are_found_by_what_is_to_be_done_with_them(string statement, string found)
    {
        await using var core = await TestCore.CreateAsync();
        await AssertFoundAsync(core, statement, found);
    }

    [Fact]
    public async Task Letters_whose_time_is_over_are_found_among_the_orders_that_have_some()
    {
        await using var core = await TestCore.CreateAsync();
        await AssertFoundAsync(core, PortingSql.LettersOverStatement, "SEARCH o USING INDEX porting_order_letters (keep_letters_until<?)");
    }

    [Theory]
    [InlineData(BalanceSql.PageStatement, "SEARCH e USING INDEX ledger_entry_account (account_id=? AND at<?)")]
    [InlineData(StretchSql.HoldingStatement, "SEARCH ledger_stretch USING PRIMARY KEY (account_id=? AND (first_at,first_id)<(?,?))")]
    [InlineData(StretchSql.FromStatement, "SEARCH ledger_stretch USING PRIMARY KEY (account_id=? AND (first_at,first_id)>(?,?))")]
    [InlineData(StretchSql.EntriesStatement, "SEARCH ledger_entry USING INDEX ledger_entry_account (account_id=? AND at>? AND at<?)")]
    [InlineData(StretchSql.SumStatement, "SEARCH ledger_entry USING INDEX ledger_entry_account (account_id=? AND at>? AND at<?)")]
    [InlineData(BalanceSql.TurnedStatement, "SEARCH balance USING INTEGER PRIMARY KEY (rowid>?)")]
    public async Task Ledgers_are_read_where_a_page_a_day_or_an_entry_begins(string statement, string found)
    {
        await using var core = await TestCore.CreateAsync();
        await AssertFoundAsync(core, statement, found);
    }

    [Theory]
    [InlineData(ArrivalSql.ArrivingStatement, "SEARCH i USING INDEX inbound_arriving (file_id>?)")]
    [InlineData(ArrivalSql.PartialStatement, "SEARCH inbound USING INDEX inbound_partial (state=?)")]
    [InlineData(ArrivalSql.MovingStatement, "SEARCH inbound USING INDEX inbound_moving (file_id>?)")]
    [InlineData(InboundSql.RenamedStatement, "SEARCH file USING INDEX file_present (account_id=? AND path>? AND path<?)")]
    [InlineData(InboundSql.PiecesStatement, "SEARCH fetch USING INDEX fetch_file (file_id=? AND fetched_at>?)")]
    [InlineData(ExpectationSql.FilesStatement, "SEARCH f USING INDEX file_account (account_id=? AND arrived_at>? AND arrived_at<?)")]
    [InlineData(ExpectationSql.FilesStatement, "SEARCH f USING INDEX file_named (account_id=? AND named_at>? AND named_at<?)")]
    [InlineData(ExpectationSql.LookedAheadStatement, "SEARCH expectation USING INDEX expectation_unfetched (unfetched_days>?)")]
    [InlineData(ExpectationSql.JudgedStatement, "SEARCH expectation USING INDEX sqlite_autoindex_expectation_1 (account_id=?)")]
    [InlineData(ExpectationSql.OpenStatement, "SEARCH missed USING INDEX missed_open (state=? AND rowid>?)")]
    [InlineData(ExpectationSql.OpenCountStatement, "SEARCH missed USING COVERING INDEX missed_open (state=?)")]
    [InlineData(ExpectationSql.OverStatement, "INDEX missed_over (due_at<?)")]
    [InlineData(PublicationSql.OwnersStatement, "SEARCH publication USING COVERING INDEX publication_unsettled (owner>?)")]
    [InlineData(PublicationSql.LeftStatement, "SEARCH publication USING COVERING INDEX publication_unsettled (owner=? AND id>?)")]
    [InlineData(PublicationSql.UnsettledStatement, "SEARCH p USING INDEX publication_unsettled (owner>?)")]
    [InlineData(PublicationSql.BeingHiddenStatement, "SEARCH p USING INDEX publication_unsettled (owner>?)")]
    public async Task What_is_looked_for_every_second_is_found_by_what_there_is_to_do(string statement, string found)
    {
        await using var core = await TestCore.CreateAsync();
        await AssertFoundAsync(core, statement, found);
    }

    [Theory]
    [InlineData(ArrivalSql.ExpiredStatement, "SEARCH inbound USING INDEX inbound_claimed (claimed_until<?)")]
    [InlineData(ArrivalSql.ExpiredStatement, "SEARCH inbound USING INDEX inbound_claimed (claimed_until>?)")]
    [InlineData(ExpectationSql.DueStatement, "SEARCH e USING INDEX expectation_due (next_due_at<?)")]
    [InlineData(ExpectationSql.DueStatement, "SEARCH e USING INDEX expectation_judged (last_due_at>?)")]
    [InlineData(ExpectationSql.UnfetchedStatement, "SEARCH e USING INDEX expectation_unfetched (unfetched_days>?)")]
    public async Task What_is_due_is_found_by_its_time_and_then_put_in_order(string statement, string found)
    {
        await using var core = await TestCore.CreateAsync();
        var plan = await PlanAsync(core, statement);
        Assert.Contains(found, plan, StringComparison.Ordinal);
        AssertNoScan(plan);
    }

    [Theory]
    [InlineData(null, "INDEX sqlite_autoindex_inbound_1 (sequence>?)")]
    [InlineData(InboundState.Waiting, "INDEX inbound_offered (state=? AND sequence>?)")]
    [InlineData(InboundState.Claimed, "INDEX inbound_offered (state=? AND sequence>?)")]
    [InlineData(InboundState.Processed, "INDEX inbound_offered (state=? AND sequence>?)")]
    [InlineData(InboundState.Arriving, "SEARCH i USING INDEX inbound_arriving (file_id>?)")]
    [InlineData(InboundState.Partial, "SEARCH i USING INDEX inbound_partial (state=? AND rowid>?)")]
    [InlineData(InboundState.Rejected, "SEARCH i USING INDEX inbound_rejected (state=? AND rowid>?)")]
    [InlineData(InboundState.Withdrawn, "SEARCH i USING INDEX inbound_gone (state=? AND rowid>?)")]
    public async Task Lists_of_what_was_delivered_are_read_by_their_state(InboundState? state, string found)
    {
        await using var core = await TestCore.CreateAsync();
        foreach (var ofAccount in (bool[])[false, true])
        {
            await AssertFoundAsync(core, InboundSql.ListStatement(state, ofAccount), found);
        }
    }

    private static async Task AssertFoundAsync(TestCore core, string statement, string found)
    {
        var plan = await PlanAsync(core, statement);
        Assert.Contains(found, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", plan.Replace("SCAN CONSTANT ROW", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    /// <summary>An index that holds only what is asked for may be read whole: the publisher logins.</summary>
    private static void AssertSearched(string plan, string by)
    {
        Assert.Contains(by, plan, StringComparison.Ordinal);
        AssertNoScan(plan);
        Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
    }

    private static void AssertNoScan(string plan) => Assert.DoesNotMatch(@"SCAN (?!login USING (COVERING )?INDEX login_publisher)", plan);

    private static async Task<string> PlanAsync(TestCore core, string statement) => string.Join(
        '\n', await core.Services.Database.ReadAsync(connection => connection.All("EXPLAIN QUERY PLAN " + statement, static row => row.GetString(3))));
}
