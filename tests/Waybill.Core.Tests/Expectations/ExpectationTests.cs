using System.Globalization;
using System.Text.Json;
using Waybill.Core.Accounts;
using Waybill.Core.Catalogue;
using Waybill.Core.Expectations;
using Waybill.Core.Feeds;
using Waybill.Core.Inbound;
using Waybill.Core.Tests.Feeds;
using Waybill.Core.Tests.Inbound;
using Waybill.Storage;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Expectations;

/// <summary>Files that are due, by the clocks of the account; the test's clock starts on Thursday 2026-01-15 at noon UTC.</summary>
public sealed class ExpectationTests : IAsyncLifetime
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly Actor Customer = Actor.Login("10042", "192.0.2.1", "c1");
    private TestCore _core = null!;

    private FakeTimeProvider Time => _core.Time;

    public async ValueTask InitializeAsync()
    {
        _core = await TestCore.CreateAsync();
        await _core.AddAccountAsync();
    }

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    [Fact]
    public async Task A_file_that_is_not_there_in_time_is_missing_once_and_late_once_when_it_comes()
    {
        await SetAsync(new TimeOnly(6, 0));
        await UntilAsync("2026-01-16T05:59:00Z");
        Assert.Empty(Events());
        await UntilAsync("2026-01-16T06:00:00Z");
        Assert.Equal(["file-missing 2026-01-16T06:00:00Z"], Events());
        await UntilAsync("2026-01-16T07:30:00Z");
        await ArriveAsync("/cdr/16.csv");
        await UntilAsync("2026-01-16T08:00:00Z");
        Assert.Equal(["file-missing 2026-01-16T06:00:00Z", "file-late 2026-01-16T06:00:00Z"], Events());
        var late = JsonDocument.Parse((string)_core.Scalar("SELECT body FROM event WHERE topic = 'file-late'")!).RootElement;
        Assert.Equal(("/cdr/16.csv", 90), (late.GetProperty("path").GetString(), late.GetProperty("minutesLate").GetInt32()));

        // It was yesterday's: today's is missing too.
        await UntilAsync("2026-01-17T06:01:00Z");
        Assert.Equal("file-missing 2026-01-17T06:00:00Z", Events()[^1]);
        Assert.Equal(3, Events().Count);
    }

    [Fact]
    public async Task A_file_in_time_satisfies_also_when_it_was_fetched_and_removed()
    {
        await SetAsync(new TimeOnly(6, 0));
        await UntilAsync("2026-01-16T05:00:00Z");
        await ArriveAsync("/cdr/16.CSV");
        await DoAsync(FileOperation.Remove, "/cdr/16.CSV");
        await UntilAsync("2026-01-16T12:00:00Z");
        Assert.Empty(Events());
    }

    [Theory]
    [InlineData("/cdr/16.txt")]
    [InlineData("/cdr/old/16.csv")]
    [InlineData("/cdr2/16.csv")]
    [InlineData("/CDR/16.csv")]
    [InlineData("/cdr/16.csv.filepart")]
    public async Task Another_file_does_not_satisfy(string path)
    {
        await SetAsync(new TimeOnly(6, 0), pattern: path.EndsWith(".filepart", StringComparison.Ordinal) ? "*" : "*.csv");
        await ArriveAsync(path);
        await UntilAsync("2026-01-16T06:00:00Z");
        Assert.Single(Events());
    }

    [Theory]
    [InlineData("a_?%*.csv", "/cdr/a_1%x.csv", true)]
    [InlineData("a_?%*.csv", "/cdr/ab1%x.csv", false)]
    [InlineData("a_?%*.csv", "/cdr/a_1x.csv", false)]
    [InlineData(@"a\*", @"/cdr/a\b", true)]
    public async Task Names_match_literally_but_for_star_and_question_mark(string pattern, string path, bool matches)
    {
        await SetAsync(new TimeOnly(6, 0), pattern: pattern);
        await ArriveAsync(path);
        await UntilAsync("2026-01-16T06:00:00Z");
        Assert.Equal(matches ? 0 : 1, Events().Count);
    }

    [Fact]
    public async Task On_days_that_are_not_meant_nothing_is_due_and_Fridays_file_is_late_until_the_middle_of_the_weekend()
    {
        await SetAsync(new TimeOnly(6, 0), WeekdayWords.Parse("mon-fri").Get());
        await UntilAsync("2026-01-16T06:00:00Z");
        await UntilAsync("2026-01-17T17:00:00Z");
        await ArriveAsync("/cdr/friday.csv");
        await UntilAsync("2026-01-19T06:00:00Z");
        Assert.Equal(["file-missing 2026-01-16T06:00:00Z", "file-late 2026-01-16T06:00:00Z", "file-missing 2026-01-19T06:00:00Z"], Events());
        await UntilAsync("2026-01-19T23:00:00Z");
        await ArriveAsync("/cdr/early.csv");
        await UntilAsync("2026-01-20T06:00:00Z");

        // It came in the second half: an early one of Tuesday, not a late one of Monday.
        Assert.Equal(3, Events().Count);
    }

    [Fact]
    public async Task After_days_without_a_server_each_due_time_is_judged_once_and_those_of_more_than_a_week_ago_are_not()
    {
        await SetAsync(new TimeOnly(6, 0));
        Time.Advance(DateTimeOffset.Parse("2026-01-18T07:00:00Z", CultureInfo.InvariantCulture) - Time.GetUtcNow());
        await ArriveAsync("/cdr/18-late.csv");
        Time.Advance(TimeSpan.FromDays(1));
        await RunAsync();
        await RunAsync();
        Assert.Equal(
            ["file-missing 2026-01-16T06:00:00Z", "file-missing 2026-01-17T06:00:00Z", "file-missing 2026-01-18T06:00:00Z", "file-late 2026-01-18T06:00:00Z", "file-missing 2026-01-19T06:00:00Z"],
            Events());

        Time.Advance(TimeSpan.FromDays(30));
        await RunAsync();
        Assert.Equal(5 + 7, Events().Count);
    }

    [Fact]
    public async Task A_clock_that_stood_in_the_future_does_not_stop_the_checks()
    {
        await SetAsync(new TimeOnly(6, 0));
        var checker = new ExpectationChecker(_core.Services.Database, TimeZoneInfo.Utc, FeedTypes.Default);
        Assert.True((await checker.RunAsync(Time.GetUtcNow() + TimeSpan.FromDays(365))).Succeeded);
        var before = Events().Count;
        await UntilAsync("2026-01-16T06:00:00Z");
        await UntilAsync("2026-01-17T06:00:00Z");
        Assert.Equal("file-missing 2026-01-17T06:00:00Z", Events()[^1]);
        Assert.Equal(before + 2, Events().Count);
    }

    [Fact]
    public async Task Due_times_follow_the_clocks_of_the_account_over_the_change_to_summer_time_and_back()
    {
        (await _core.Services.Accounts.AddAsync(new NewAccount("10043", "Berlin GmbH") { TimeZone = "Europe/Berlin" }, TestCore.Operator)).Get();
        Time.Advance(DateTimeOffset.Parse("2026-03-27T12:00:00Z", CultureInfo.InvariantCulture) - Time.GetUtcNow());
        await SetAsync(new TimeOnly(6, 0), account: "10043");
        await UntilAsync("2026-03-30T12:00:00Z");
        Assert.Equal(["file-missing 2026-03-28T05:00:00Z", "file-missing 2026-03-29T04:00:00Z", "file-missing 2026-03-30T04:00:00Z"], Events());
        Time.Advance(DateTimeOffset.Parse("2026-10-24T12:00:00Z", CultureInfo.InvariantCulture) - Time.GetUtcNow());
        await RunAsync();
        await UntilAsync("2026-10-26T12:00:00Z");
        Assert.Equal(["file-missing 2026-10-25T05:00:00Z", "file-missing 2026-10-26T05:00:00Z"], Events()[^2..]);
    }

    [Fact]
    public void A_due_time_that_the_clocks_leave_out_or_show_twice_is_due_once()
    {
        var times = new DueTimes(new TimeOnly(2, 30), Weekdays.All, Berlin);
        var due = new List<string>();
        var at = DateTimeOffset.Parse("2026-03-27T12:00:00Z", CultureInfo.InvariantCulture);
        for (var i = 0; i < 3; i++)
        {
            var next = times.After(at);
            Assert.Equal(i == 0 ? times.Before(next) : at, times.Before(next));
            at = next;
            due.Add(at.UtcDateTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture));
        }

        Assert.Equal(["03-28 01:30", "03-29 01:30", "03-30 00:30"], due);
        at = times.After(DateTimeOffset.Parse("2026-10-24T12:00:00Z", CultureInfo.InvariantCulture));
        Assert.Equal("2026-10-25T00:30:00Z", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.FromHours(25), times.After(at) - at);
    }

    [Fact]
    public async Task A_file_that_nobody_fetched_is_told_once_when_its_days_are_over()
    {
        await ArriveAsync("/cdr/before.csv");
        Time.Advance(TimeSpan.FromDays(10));
        await SetAsync(null, unfetched: 3);
        await ArriveAsync("/cdr/a.csv");
        await ArriveAsync("/cdr/b.csv");
        await DoAsync(FileOperation.Download, "/cdr/b.csv");
        await ArriveAsync("/cdr/c.csv");
        await DoAsync(FileOperation.Remove, "/cdr/c.csv");
        Time.Advance(TimeSpan.FromDays(3) - TimeSpan.FromMinutes(1));
        await RunAsync();
        Assert.Empty(Events());
        Time.Advance(TimeSpan.FromMinutes(2));
        await RunAsync();
        await RunAsync();
        Time.Advance(TimeSpan.FromDays(9));
        await RunAsync();
        Assert.Equal(["file-unfetched /cdr/a.csv"], Events());
    }

    [Fact]
    public async Task More_unfetched_files_than_fit_into_one_transaction_are_all_told_once()
    {
        await SetAsync(null, unfetched: 1);
        (await _core.Services.Database.WriteAsync<int>(transaction =>
        {
            for (var i = 0; i < ExpectationChecker.FilesTogether + 50; i++)
            {
                CatalogueSql.Arrived(transaction.Connection, 1, $"/cdr/{i}.csv", 1, null, null, DeliveryProtocol.Sftp, Time.GetUtcNow().AddMilliseconds(i / 7));
            }

            return 0;
        })).Get();
        Time.Advance(TimeSpan.FromDays(2));
        await RunAsync();
        Assert.Equal(ExpectationChecker.FilesTogether + 50, Events().Distinct().Count());
        Assert.Equal(ExpectationChecker.FilesTogether + 50, Events().Count);
    }

    [Fact]
    public async Task More_expectations_than_fit_into_one_transaction_are_all_judged_and_an_account_has_100_at_most()
    {
        await _core.AddAccountAsync("10043");
        await SetAsync(new TimeOnly(6, 0), account: "10043");
        for (var i = 0; i < ExpectationService.MaximumPerAccount; i++)
        {
            await SetAsync(new TimeOnly(6, 0), pattern: $"{i}.csv");
        }

        var more = new NewExpectation("10042", "cdr") { Pattern = "more.csv", By = new TimeOnly(6, 0) };
        (await _core.Services.Expectations.SetAsync(more, TimeZoneInfo.Utc, TestCore.Operator)).Problem(ProblemKind.LimitReached);
        Assert.True((await _core.Services.Expectations.SetAsync(more with { Pattern = "7.csv" }, TimeZoneInfo.Utc, TestCore.Operator)).Succeeded);
        await UntilAsync("2026-01-16T06:00:00Z");
        Assert.Equal(ExpectationChecker.Together + 1, Events().Count);
    }

    [Fact]
    public async Task Nothing_is_expected_of_a_closed_account_nor_after_a_removal()
    {
        await _core.AddAccountAsync("10043");
        var removed = await SetAsync(new TimeOnly(6, 0), account: "10043");
        await SetAsync(new TimeOnly(6, 0));
        (await _core.Services.Accounts.CloseAsync("10042", null, TestCore.Operator)).Get();
        (await _core.Services.Expectations.RemoveAsync(removed.Id, TestCore.Operator)).Get();
        await UntilAsync("2026-01-17T06:00:00Z");
        Assert.Empty(Events());
    }

    [Theory]
    [InlineData("invoice", "/invoices")]
    [InlineData("SIR", "/data/sir")]
    [InlineData("report", "/reports")]
    [InlineData("usage", "/usage")]
    public async Task A_feed_is_expected_in_its_own_folder(string feed, string folder)
    {
        var set = (await _core.Services.Expectations.SetAsync(new NewExpectation("10042", feed) { Pattern = "*.csv", By = new TimeOnly(6, 0) }, TimeZoneInfo.Utc, TestCore.Operator)).Get();
        Assert.Equal(folder, set.Folder);
        await ArriveAsync(folder + "/16.csv");
        await UntilAsync("2026-01-16T06:00:00Z");
        Assert.Empty(Events());
        await UntilAsync("2026-01-17T06:00:00Z");
        Assert.Equal(folder, _core.Scalar("SELECT json_extract(body, '$.folder') FROM event"));
    }

    [Fact]
    public async Task A_feed_that_got_another_folder_is_expected_there_and_one_that_was_set_by_its_folder_is_not()
    {
        await SetAsync(new TimeOnly(6, 0));
        var fixedOne = (await _core.Services.Expectations.SetAsync(
            new NewExpectation("10042", "cdr") { Folder = "/cdr", Pattern = "*.zip", By = new TimeOnly(6, 0) }, TimeZoneInfo.Utc, TestCore.Operator)).Get();
        var types = new FeedTypes([new FeedType("cdr", "/calls", ["csv", "zip"])]);
        var moved = new ExpectationService(_core.Services.Database, _core.Services.Audit, Time, types);
        await ArriveAsync("/calls/16.csv");
        await ArriveAsync("/cdr/16.zip");
        Time.Advance(TimeSpan.FromHours(18));
        Assert.True((await new ExpectationChecker(_core.Services.Database, TimeZoneInfo.Utc, types).RunAsync(Time.GetUtcNow())).Succeeded);
        Assert.Empty(Events());
        Assert.Equal(["/calls", "/cdr"], (await moved.ListAsync()).Items.Select(static each => each.Folder));

        // Set again it is the same one, and one that names the same folder takes its place.
        (await moved.SetAsync(new NewExpectation("10042", "CDR") { Pattern = "*.csv", By = new TimeOnly(7, 0) }, TimeZoneInfo.Utc, TestCore.Operator)).Get();
        (await moved.SetAsync(new NewExpectation("10042", "cdr") { Pattern = "*.zip", Folder = "/cdr/", By = new TimeOnly(7, 0) }, TimeZoneInfo.Utc, TestCore.Operator)).Get();
        Assert.Equal([new TimeOnly(7, 0), new TimeOnly(7, 0)], (await moved.ListAsync("10042")).Items.Select(static each => each.By!.Value));
        Assert.Equal(fixedOne.Id, (await moved.ListAsync()).Items[1].Id);
    }

    [Theory]
    [InlineData("/cdr/16.csv.filepart", "2026-01-16T05:30:00Z", 0)]
    [InlineData("/cdr/16.csv.filepart", "2026-01-16T06:30:00Z", 2)]
    [InlineData("/cdr/.16.csv", "2026-01-16T06:30:00Z", 2)]
    [InlineData("/reports/16.csv", "2026-01-16T06:30:00Z", 2)]
    [InlineData("/cdr/first.csv", "2026-01-16T06:30:00Z", 0)]
    public async Task A_file_comes_when_it_gets_its_final_name(string before, string renamed, int events)
    {
        await SetAsync(new TimeOnly(6, 0));
        await UntilAsync("2026-01-16T05:00:00Z");
        await ArriveAsync(before);
        await UntilAsync(renamed);
        Assert.Equal(StoreError.None, await _core.Journal(Customer).RecordAsync(new FileEvent(FileOperation.Rename, VaultPath.Parse(before), VaultPath.Parse("/cdr/16.csv"))));
        await UntilAsync("2026-01-16T07:00:00Z");
        Assert.Equal(events == 0 ? [] : (string[])["file-missing 2026-01-16T06:00:00Z", "file-late 2026-01-16T06:00:00Z"], Events());
        if (events > 0)
        {
            Assert.Equal(30L, _core.Scalar("SELECT json_extract(body, '$.minutesLate') FROM event WHERE topic = 'file-late'"));
        }

        // It does not count for the next day, neither by its arrival nor by its name.
        await UntilAsync("2026-01-17T06:00:00Z");
        Assert.Equal("file-missing 2026-01-17T06:00:00Z", Events()[^1]);
    }

    [Fact]
    public async Task A_file_in_a_folder_that_is_renamed_comes_then_too_and_is_told_when_nobody_fetches_it()
    {
        await SetAsync(new TimeOnly(6, 0), unfetched: 1);
        await ArriveAsync("/new/16.csv");
        await UntilAsync("2026-01-17T12:00:00Z");
        Assert.Equal(2, Events().Count);
        Assert.Equal(StoreError.None, await _core.Journal(Customer).RecordAsync(new FileEvent(FileOperation.Rename, VaultPath.Parse("/new"), VaultPath.Parse("/cdr"))));
        await UntilAsync("2026-01-17T12:30:00Z");
        Assert.Equal("file-late 2026-01-17T06:00:00Z", Events()[^1]);
        await UntilAsync("2026-01-18T12:30:00Z");
        Assert.Equal(["file-missing 2026-01-18T06:00:00Z", "file-unfetched /cdr/16.csv"], Events()[^2..]);
    }

    [Theory]
    [InlineData("America/New_York", "2026-01-18T04:00:00Z", 1)]
    [InlineData("Asia/Tokyo", "2026-01-17T14:00:00Z", 1)]
    [InlineData("Pacific/Kiritimati", "2026-01-17T09:00:00Z", 1)]
    public async Task A_day_is_judged_once_also_when_the_account_moves_to_another_zone(string zone, string nextDue, int missing)
    {
        await SetAsync(new TimeOnly(23, 0));
        await UntilAsync("2026-01-16T22:00:00Z");
        await ArriveAsync("/cdr/15-and-16.csv");
        await UntilAsync("2026-01-16T23:30:00Z");
        Assert.Equal(["file-missing 2026-01-15T23:00:00Z"], Events());
        (await _core.Services.Accounts.ChangeAsync("10042", new AccountChange { TimeZone = zone }, TestCore.Operator)).Get();

        // Set again as it is, it is not asked for what is over.
        await SetAsync(new TimeOnly(23, 0));
        await UntilAsync("2026-01-17T00:30:00Z");
        Assert.Equal(missing, Events().Count);
        Assert.Equal(DateTimeOffset.Parse(nextDue, CultureInfo.InvariantCulture), (await _core.Services.Expectations.ListAsync()).Items[0].NextDue);
        await UntilAsync("2026-01-18T04:00:00Z");
        Assert.Equal("file-missing " + nextDue, Assert.Single(Events()[missing..]));
        await UntilAsync("2026-01-19T04:00:00Z");
        Assert.Equal(missing + 2, Events().Count);
    }

    [Fact]
    public async Task A_day_that_an_earlier_zone_makes_due_at_once_is_judged_with_all_that_came_since_the_day_before()
    {
        await SetAsync(new TimeOnly(1, 0));
        await ArriveAsync("/cdr/16.csv");
        await UntilAsync("2026-01-16T01:00:00Z");
        await UntilAsync("2026-01-16T10:00:00Z");
        await ArriveAsync("/cdr/17.csv");
        await UntilAsync("2026-01-16T18:00:00Z");

        // One o'clock of the 17th has passed there two hours ago, by which the file was there.
        (await _core.Services.Accounts.ChangeAsync("10042", new AccountChange { TimeZone = "Asia/Tokyo" }, TestCore.Operator)).Get();
        await UntilAsync("2026-01-17T15:30:00Z");
        Assert.Empty(Events());
        await UntilAsync("2026-01-17T16:30:00Z");
        Assert.Equal(["file-missing 2026-01-17T16:00:00Z"], Events());
    }

    [Theory]
    [InlineData(InboundState.Processed, 0)]
    [InlineData(InboundState.Rejected, 1)]
    public async Task What_the_back_office_has_taken_over_in_time_is_not_missing_and_what_it_rejected_is(InboundState state, int missing)
    {
        await using var core = await DeliveringCore.CreateAsync();
        var wanted = new NewExpectation(DeliveringCore.Account, "usage") { Folder = "/vendors/acme/usage", Pattern = "*.csv", By = new TimeOnly(6, 0), UnfetchedDays = 1 };
        (await core.Services.Expectations.SetAsync(wanted, TimeZoneInfo.Utc, TestCore.Operator)).Get();
        core.Core.Time.Advance(TimeSpan.FromHours(17));
        var file = await core.DeliverAsVendorAsync("/usage/u.csv");
        await core.SettleAsync();
        (await core.ClaimAsync(file)).Get();
        Assert.Equal(state, (state == InboundState.Processed ? await core.ConfirmAsync(file) : await core.RejectAsync(file, "the wrong month")).Get().State);
        core.Core.Time.Advance(TimeSpan.FromHours(1));
        var checker = new ExpectationChecker(core.Services.Database, TimeZoneInfo.Utc, FeedTypes.Default);
        Assert.True((await checker.RunAsync(core.Core.Time.GetUtcNow())).Succeeded);
        Assert.Equal((long)missing, core.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'file-missing'"));

        // Nor does anybody wait for it to be fetched.
        core.Core.Time.Advance(TimeSpan.FromHours(23));
        Assert.True((await checker.RunAsync(core.Core.Time.GetUtcNow())).Succeeded);
        Assert.Equal(0L, core.Core.Scalar("SELECT count(*) FROM event WHERE topic = 'file-unfetched'"));
    }

    [Theory]
    [InlineData("held")]
    [InlineData("failed")]
    [InlineData("recalled")]
    [InlineData("published")]
    public async Task Only_what_was_delivered_counts(string state)
    {
        await SetAsync(new TimeOnly(6, 0));
        Assert.True(_core.Services.Vaults.Ensure((await _core.Services.Accounts.FindAsync("10042")).Get()).Succeeded);
        await ArriveAsync("/cdr/15.csv");
        await UntilAsync("2026-01-16T06:30:00Z");
        var publisher = new FeedPublisher(_core.Services.Database, _core.Services.Audit, Time, _core.Services.Stores, FeedTypes.Default, _core.Files.Publishing)
        {
            AfterStep = step =>
            {
                if (step == "decided" && state is "held" or "failed")
                {
                    // A name that is taken holds the set; a folder that is gone undoes it.
                    var folder = _core.Files.Vaults + "/10042/cdr";
                    (state == "held" ? () => File.WriteAllText(folder + "/16.csv", "by hand") : (Action)(() => Directory.Move(folder, folder + ".away")))();
                }
            },
        };
        var published = await publisher.PublishAsync(FeedTestExtensions.Set("10042", "cdr", ("16.csv", "x")), TestCore.Operator);
        Assert.Equal(state == "failed", !published.Succeeded);
        if (state == "recalled")
        {
            (await publisher.RecallAsync(new RecallRequest("wrong rates") { Publication = published.Get().Publication }, TestCore.Operator)).Get();
        }

        await UntilAsync("2026-01-17T06:00:00Z");
        Assert.Equal(state == "published" ? [] : (string[])["file-missing 2026-01-17T06:00:00Z"], Events());
        if (state == "held")
        {
            // Released it comes then, late.
            await UntilAsync("2026-01-17T06:15:00Z");
            (await publisher.ReleaseAsync(published.Get().Publication!.Value, "looked at it", TestCore.Operator)).Get();
            await UntilAsync("2026-01-17T06:45:00Z");
            Assert.Equal("file-late 2026-01-17T06:00:00Z", Events()[^1]);
        }
    }

    [Theory]
    [InlineData("cdr", "cdr", "*", "daily")]
    [InlineData("cdr", "/cdr/../x", "*", "daily")]
    [InlineData("cdr", "/cdr", "a/b", "daily")]
    [InlineData("c d", "/cdr", "*", "daily")]
    [InlineData("cdr", "/cdr", "*", "")]
    public async Task What_cannot_be_expected_is_refused(string feed, string folder, string pattern, string days)
    {
        var wanted = new NewExpectation("10042", feed) { Folder = folder, Pattern = pattern, Days = days == "daily" ? Weekdays.All : Weekdays.None, By = new TimeOnly(6, 0) };
        (await _core.Services.Expectations.SetAsync(wanted, TimeZoneInfo.Utc, TestCore.Operator)).Problem(ProblemKind.Invalid);
    }

    [Theory]
    [InlineData("daily", "daily")]
    [InlineData("mon-fri", "mon-fri")]
    [InlineData("sat-sun", "sat,sun")]
    [InlineData("Sun-Tue, fri", "mon,tue,fri,sun")]
    [InlineData("mon,tue,wed,thu,fri", "mon-fri")]
    public void Days_are_read_and_written(string text, string shown) => Assert.Equal(shown, WeekdayWords.Parse(text).Get().Show());

    [Theory]
    [InlineData("")]
    [InlineData("monday")]
    [InlineData("mon-")]
    [InlineData("mon-fri-sun")]
    public void What_are_no_days_is_refused(string text) => WeekdayWords.Parse(text).Problem(ProblemKind.Invalid);

    private async Task<Expectation> SetAsync(TimeOnly? by, Weekdays days = Weekdays.All, string pattern = "*.csv", string account = "10042", int? unfetched = null) =>
        (await _core.Services.Expectations.SetAsync(
            new NewExpectation(account, "cdr") { Pattern = pattern, By = by, Days = days, UnfetchedDays = unfetched }, TimeZoneInfo.Utc, TestCore.Operator)).Get();

    /// <summary>Lets the checker run each half hour until then.</summary>
    private async Task UntilAsync(string time)
    {
        var end = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);
        while (Time.GetUtcNow() < end)
        {
            var step = end - Time.GetUtcNow();
            Time.Advance(step < TimeSpan.FromMinutes(30) ? step : TimeSpan.FromMinutes(30));
            await RunAsync();
        }
    }

    private async Task RunAsync()
    {
        var outcome = await new ExpectationChecker(_core.Services.Database, TimeZoneInfo.Utc, FeedTypes.Default).RunAsync(Time.GetUtcNow());
        Assert.True(outcome.Succeeded, outcome.Problem?.Message);
    }

    private Task ArriveAsync(string path) => DoAsync(FileOperation.Upload, path);

    private async Task DoAsync(FileOperation operation, string path) => Assert.Equal(
        StoreError.None,
        await _core.Journal(Customer).RecordAsync(new FileEvent(operation, VaultPath.Parse(path), Bytes: 1, Size: 1)));

    private List<string> Events() => [.. ((string)_core.Scalar("SELECT coalesce(group_concat(topic || ' ' || coalesce(json_extract(body, '$.due'), json_extract(body, '$.path')), char(10)), '') FROM (SELECT * FROM event ORDER BY id)")!)
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)];
}
