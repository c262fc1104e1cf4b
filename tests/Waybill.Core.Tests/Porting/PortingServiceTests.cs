using Waybill.Core.Audit;
using Waybill.Core.Numbers;
using Waybill.Core.Porting;
using Waybill.Core.Tests.Database;

namespace Waybill.Core.Tests.Porting;

/// <summary>Orders from the draft to the numbers, and what is refused on the way.</summary>
public sealed class PortingServiceTests
{
    internal static readonly Actor Customer = Actor.Person("ann@example.com", "192.0.2.1", "s");
    internal static readonly Actor Staff = Actor.Person("staff@example.com", "192.0.2.2", "t");
    internal static readonly byte[] Letter = "%PDF-1.7 signed"u8.ToArray();

    [Fact]
    public async Task An_order_is_rejected_corrected_accepted_set_and_completed_and_its_numbers_are_there()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        var order = await SentAsync(core, Form with { LosingAccount = "A-1" });
        Assert.Equal((PortingState.Submitted, Day("2026-12-07")), (order.State, order.Earliest));

        // Monday the 23rd of November 2026 at ten in the morning: 48 hours are two working days.
        Assert.Equal(At("2026-11-25 10:00"), order.Due);
        await porting.TakeAsync(order.Reference, Staff).GetAsync();
        (await porting.ChangeAsync("10042", order.Reference, order.Details, Customer)).Problem(ProblemKind.Refused);
        var rejected = await porting.RejectAsync(order.Reference, "02", "The account number is not known there. Correct it.", Staff).GetAsync();
        Assert.Equal((PortingState.Rejected, "02", null), (rejected.State, rejected.Code, rejected.Due));
        await porting.ChangeAsync("10042", order.Reference, (Form with { LosingAccount = "A-2" }).Read().Get(), Customer).GetAsync();
        var again = await porting.SubmitAsync("10042", order.Reference, Customer).GetAsync();
        Assert.Equal((null, null, "A-2"), (again.Code, again.Why, again.Details.LosingAccount));
        await porting.TakeAsync(order.Reference, Staff).GetAsync();
        await porting.AcceptAsync(order.Reference, isRangeHolder: null, Staff).GetAsync();
        await porting.ScheduleAsync(order.Reference, Day("2026-12-08"), null, Staff).GetAsync();
        (await porting.ScheduleAsync(order.Reference, Day("2026-12-09"), " ", Staff)).Problem(ProblemKind.Invalid);
        await porting.ScheduleAsync(order.Reference, Day("2026-12-09"), "their engineer is ill", Staff).GetAsync();
        Assert.Contains("rule on-the-day", (await porting.CompleteAsync(order.Reference, Staff)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        (await porting.CancelAsync("10042", order.Reference, "no", Customer)).Problem(ProblemKind.Refused);
        core.Time.Advance(At("2026-12-09 15:05") - core.Time.GetUtcNow());
        var done = await porting.CompleteAsync(order.Reference, Staff).GetAsync();
        Assert.Equal((PortingState.Completed, Day("2026-12-09"), Day("2027-12-09"), null), (done.State, done.PortedOn, done.KeepLettersUntil, done.Due));
        var caller = NumberCaller.Provider(Staff);
        foreach (var number in (string[])["P1632960000", "P1632960001", "P1632960004"])
        {
            Assert.True(PhoneNumber.TryParse(number, out var ported));
            Assert.Equal((NumberState.PortedIn, "10042"), (await Numbers(core).ShowAsync(caller, ported)) is { Value: { } shown } ? (shown.State, shown.Account) : default);
        }

        // Who, when and why stand in the history; each step has a row of the audit and an event.
        var history = (await porting.HistoryAsync("10042", order.Reference)).Get();
        Assert.Equal(
            [PortingState.Completed, PortingState.Scheduled, PortingState.Scheduled, PortingState.Accepted, PortingState.Validating, PortingState.Submitted, PortingState.Rejected, PortingState.Validating, PortingState.Submitted, PortingState.Draft],
            history.Select(static change => change.To));
        Assert.Equal(("staff@example.com", "02", "The account number is not known there. Correct it.", At("2026-11-23 10:00")), (history[6].By, history[6].Code, history[6].Why, history[6].Time));
        Assert.Equal("their engineer is ill", history[1].Why);
        Assert.Equal(9, Convert.ToInt32(core.Scalar("SELECT count(*) FROM event WHERE topic LIKE 'porting-%'"), System.Globalization.CultureInfo.InvariantCulture));
        foreach (var (action, count) in ((string, int)[])[("porting-created", 1), ("porting-changed", 1), ("porting-letter-added", 1), ("porting-submitted", 2), ("porting-validating", 2), ("porting-rejected", 1), ("porting-accepted", 1), ("porting-scheduled", 2), ("porting-completed", 1)])
        {
            Assert.Equal(count, (await core.Services.Audit.SearchAsync(new AuditQuery { Action = action })).Items.Count);
        }

        (await porting.RejectAsync(order.Reference, "02", "too late.", Staff)).Problem(ProblemKind.Refused);
    }

    [Theory]
    [InlineData("complete", "signatory")]
    [InlineData("portable", "mobile")]
    [InlineData("one-kind", "mixed")]
    [InlineData("main-number", "main")]
    [InlineData("main-number", "stays")]
    [InlineData("line-type", "range")]
    [InlineData("line-type", "multirange")]
    [InlineData("one-kind", "bothkinds")]
    [InlineData("line-type", "norange")]
    [InlineData("line-type", "one")]
    [InlineData("lead-time", "2026-12-04")]
    [InlineData("working-day", "2026-12-05")]
    [InlineData("working-day", "2026-12-28")]
    [InlineData("too-far", "2027-06-01")]
    [InlineData("letter", "letter")]
    [InlineData("not-ours", "ours")]
    public async Task A_port_that_would_break_a_rule_is_refused_with_its_name(string rule, string what)
    {
        await using var core = await CoreAsync();
        var form = what switch
        {
            "signatory" => Form with { Signatory = null },
            "mobile" => Form with { Numbers = Form.Numbers + ", 07700900000" },
            "mixed" => Form with { Numbers = Form.Numbers + ", 08001111111" },
            "main" => Form with { Main = "01632960009" },
            "stays" => Form with { MainPorts = "no" },
            "range" => Form with { Line = "single" },
            "multirange" => Form with { Line = "multi" },
            "bothkinds" => Form with { Main = "02999999995", Numbers = "02999999995-03000000004" },
            "norange" => Form with { Numbers = "01632960000", Line = "ddi" },
            "one" => Form with { Numbers = "01632960000", Line = "multi" },
            "ours" => Form with { Numbers = Form.Numbers + ", 01632960500" },
            "letter" => Form,
            _ => Form with { Wanted = what },
        };
        if (what == "ours")
        {
            (await Numbers(core).PortInAsync("10042", [new PhoneNumber(441632960500)], Staff)).Get();
        }

        var order = await DraftAsync(core, form, withLetter: what != "letter");
        var problem = (await Service(core).SubmitAsync("10042", order.Reference, Customer)).Problem(ProblemKind.Refused);
        Assert.StartsWith($"The rule {rule} is broken: ", problem.Message, StringComparison.Ordinal);
        var words = what switch
        {
            "2026-12-04" => "an installation with many numbers, or with a range for dialling in, takes at least 10 working days",
            "2026-12-28" => "2026-12-28 is a bank holiday (Boxing Day)",
            _ => "",
        };
        Assert.Contains(words, problem.Message, StringComparison.Ordinal);
        Assert.Equal(PortingState.Draft, (await Service(core).ShowAsync("10042", order.Reference)).Get().State);
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM event WHERE topic LIKE 'porting-%'"));
    }

    [Fact]
    public async Task A_number_is_in_one_order_at_a_time()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        var first = await SentAsync(core, Form);
        var second = await DraftAsync(core, Form with { Main = "01632960003", Numbers = "01632960003-01632960009", Line = "ddi", Wanted = "2027-01-29" });
        var refused = (await porting.SubmitAsync("10042", second.Reference, Customer)).Problem(ProblemKind.Refused);
        Assert.StartsWith("The rule one-order is broken: 01632960003 ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(first.Reference, refused.Message, StringComparison.Ordinal);

        // Another account does not learn that somebody else moves the number.
        await core.AddAccountAsync("10043");
        var foreign = (await porting.CreateAsync("10043", [(Form with { Numbers = "01632960000-01632960009", Line = "ddi", Wanted = "2027-01-29" }).Read().Get()], Customer)).Get()[0];
        await porting.AddLetterAsync("10043", foreign.Reference, "signed letter.pdf", Letter, Customer).GetAsync();
        refused = (await porting.SubmitAsync("10043", foreign.Reference, Customer)).Problem(ProblemKind.Refused);
        Assert.Equal("The rule one-order is broken: 01632960000 cannot be ordered now. Leave it out, or ask your provider.", refused.Message);

        await porting.CancelAsync("10042", first.Reference, "wrong site", Customer).GetAsync();
        await porting.SubmitAsync("10042", second.Reference, Customer).GetAsync();
        refused = (await porting.SubmitAsync("10043", foreign.Reference, Customer)).Problem(ProblemKind.Refused);
        Assert.StartsWith("The rule one-order is broken: 01632960003 ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Which_numbers_another_account_has_here_is_not_told()
    {
        await using var core = await CoreAsync();
        await core.AddAccountAsync("20077");
        var (numbers, own, number) = (Numbers(core), new PhoneNumber(441632960002), new PhoneNumber(441632960003));
        var (customer, other) = (NumberCaller.Of("10042", Customer), NumberCaller.Of("20077", Customer));
        (await core.Services.NumberRanges.AddAsync(new NewRange(own, number, new RangeTerms()), Staff)).Get();
        var ownOrder = await DraftAsync(core, Form with { Numbers = "01632960000-01632960002" });
        var order = await DraftAsync(core, Form with { Main = "01632960003", Numbers = "01632960003-01632960004" });
        await RefusedAsync("10042", ownOrder, "The rule not-ours is broken: 01632960002 is here already, not at Other Telecom. Leave it out.");
        (await numbers.ActivateAsync(customer, own)).Get();
        await RefusedAsync("10042", ownOrder, "The rule not-ours is broken: 01632960002 is here already, not at Other Telecom. Leave it out.");
        (await numbers.DeactivateAsync(customer, own)).Get();
        await RefusedAsync("10042", ownOrder, "The rule not-ours is broken: 01632960002 is here already, not at Other Telecom. Leave it out.");

        // The same words as of a number that another account moves, also while it may have it again; the provider knows.
        (await numbers.ActivateAsync(other, number)).Get();
        await RefusedAsync("10042", order, "The rule one-order is broken: 01632960003 cannot be ordered now. Leave it out, or ask your provider.");
        (await numbers.DeactivateAsync(other, number)).Get();
        await RefusedAsync("10042", order, "The rule one-order is broken: 01632960003 cannot be ordered now. Leave it out, or ask your provider.");
        await RefusedAsync(null, order, "The rule not-ours is broken: 01632960003 is here already, not at Other Telecom. Leave it out.");

        async Task RefusedAsync(string? account, PortingOrder sent, string words) =>
            Assert.Equal(words, (await Service(core).SubmitAsync(account, sent.Reference, Customer)).Problem(ProblemKind.Refused).Message);
    }

    [Fact]
    public async Task A_day_is_set_by_the_lead_time_of_who_holds_the_range()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        var order = await SentAsync(core, Form with { RangeHolder = "yes" });
        await porting.TakeAsync(order.Reference, Staff).GetAsync();
        var accepted = await porting.AcceptAsync(order.Reference, isRangeHolder: false, Staff).GetAsync();
        Assert.Equal((Day("2026-12-10"), false, At("2026-11-24 10:00")), (accepted.Earliest, accepted.Details.IsRangeHolder!.Value, accepted.Due));
        Assert.Contains("rule lead-time", (await porting.ScheduleAsync(order.Reference, Day("2026-12-09"), null, Staff)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Contains("rule working-day", (await porting.ScheduleAsync(order.Reference, Day("2026-12-12"), null, Staff)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Equal(At("2026-12-10 15:00"), (await porting.ScheduleAsync(order.Reference, Day("2026-12-10"), null, Staff).GetAsync()).Due);
        Assert.False((await porting.ShowAsync(null, order.Reference)).Get().Details.IsRangeHolder);
    }

    [Fact]
    public async Task The_queue_has_what_is_the_providers_turn_the_most_urgent_first()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        var slow = await SentAsync(core, Form);
        core.Time.Advance(TimeSpan.FromHours(1));
        var quick = await SentAsync(core, Form with { Main = "01632960100", Numbers = "01632960100", Line = "single" });
        await DraftAsync(core, Form);
        Assert.Equal([quick.Reference, slow.Reference], (await porting.ListAsync(new PortingQuery { Queue = true })).Get().Items.Select(static order => order.Reference));
        var page = (await porting.ListAsync(new PortingQuery { Queue = true, Size = 1 })).Get();
        Assert.Equal(slow.Reference, Assert.Single((await porting.ListAsync(new PortingQuery { Queue = true, Size = 1, After = page.Next })).Get().Items).Reference);
        await porting.RejectAsync(quick.Reference, "X", "no", Staff).GetAsync();
        Assert.Equal([slow.Reference], (await porting.ListAsync(new PortingQuery { Queue = true })).Get().Items.Select(static order => order.Reference));
        Assert.Equal(3, (await porting.ListAsync(new PortingQuery { Account = "10042" })).Get().Items.Count);
        var newest = (await porting.ListAsync(new PortingQuery { Size = 2 })).Get();
        Assert.Equal(slow.Reference, Assert.Single((await porting.ListAsync(new PortingQuery { Size = 2, After = newest.Next })).Get().Items).Reference);
        Assert.Equal(quick.Reference, Assert.Single((await porting.ListAsync(new PortingQuery { State = PortingState.Rejected })).Get().Items).Reference);
    }

    [Fact]
    public async Task Nobody_sees_the_order_of_another_account()
    {
        await using var core = await CoreAsync();
        await core.AddAccountAsync("20077");
        var porting = Service(core);
        var order = await DraftAsync(core, Form);
        (await porting.ShowAsync("20077", order.Reference)).Problem(ProblemKind.NotFound);
        (await porting.HistoryAsync("20077", order.Reference)).Problem(ProblemKind.NotFound);
        (await porting.ChangeAsync("20077", order.Reference, order.Details, Customer)).Problem(ProblemKind.NotFound);
        (await porting.SubmitAsync("20077", order.Reference, Customer)).Problem(ProblemKind.NotFound);
        (await porting.CancelAsync("20077", order.Reference, "x", Customer)).Problem(ProblemKind.NotFound);
        (await porting.AddLetterAsync("20077", order.Reference, "a", Letter, Customer)).Problem(ProblemKind.NotFound);
        (await porting.FetchLetterAsync("20077", order.Reference, order.Letters[0].Id, Customer)).Problem(ProblemKind.NotFound);
        Assert.Empty((await porting.ListAsync(new PortingQuery { Account = "20077" })).Get().Items);
        (await porting.ListAsync(new PortingQuery { Account = "nobody" })).Problem(ProblemKind.NotFound);
        var other = await porting.CreateAsync("20077", [Form.Read().Get()], Customer);
        (await porting.FetchLetterAsync(null, other.Get()[0].Reference, order.Letters[0].Id, Customer)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task Letters_are_kept_for_a_year_from_the_day_of_the_port_and_not_longer()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        var order = await DraftAsync(core, Form);
        var (letter, content) = (await porting.FetchLetterAsync("10042", order.Reference, order.Letters[0].Id, Customer)).Get();
        Assert.Equal(("signed_letter.pdf", Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Letter))), (letter.Name, letter.Sha256));
        Assert.Equal(Letter, content);
        Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery { Action = "porting-letter-fetched" })).Items);
        for (var more = 1; more < PortingLimits.Letters; more++)
        {
            await porting.AddLetterAsync("10042", order.Reference, "again", Letter, Customer).GetAsync();
        }

        (await porting.AddLetterAsync("10042", order.Reference, "again", Letter, Customer)).Problem(ProblemKind.LimitReached);
        await porting.SubmitAsync("10042", order.Reference, Customer).GetAsync();
        await porting.CancelAsync("10042", order.Reference, "no longer wanted", Customer).GetAsync();
        core.Time.Advance(At("2027-11-23 23:59") - core.Time.GetUtcNow());
        Assert.Equal(0, (await porting.RemoveLettersAsync()).Get());
        core.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(PortingLimits.Letters, (await porting.RemoveLettersAsync()).Get());
        Assert.Empty((await porting.ShowAsync(null, order.Reference)).Get().Letters);
        Assert.Equal((0L, 0L), (core.Scalar("SELECT count(*) FROM porting_letter"), core.Scalar("SELECT count(*) FROM porting_letter_file")));
        Assert.Equal(PortingLimits.Letters, (await core.Services.Audit.SearchAsync(new AuditQuery { Action = "porting-letter-removed" })).Items.Count);
    }

    [Fact]
    public async Task A_letter_is_looked_up_while_somebody_writes()
    {
        await using var core = await CoreAsync();
        var order = await DraftAsync(core, Form);
        await using (await SlowDisk.StartAsync(core))
        {
            var gone = await Service(core).FetchLetterAsync("10042", order.Reference, order.Letters[0].Id + 1, Customer).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            gone.Problem(ProblemKind.NotFound);
        }
    }

    [Fact]
    public async Task The_letters_of_an_account_take_so_much_and_those_of_a_draft_that_is_cancelled_go_at_once()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        var order = await DraftAsync(core, Form);
        core.Tamper($"UPDATE porting_letter SET size = {PortingLimits.LettersOfAccount - Letter.Length}");
        await porting.AddLetterAsync("10042", order.Reference, "fits", Letter, Customer).GetAsync();
        var other = await DraftAsync(core, Form, withLetter: false);
        Assert.Contains("256 MiB", (await porting.AddLetterAsync("10042", other.Reference, "more", Letter, Customer)).Problem(ProblemKind.LimitReached).Message, StringComparison.Ordinal);
        await porting.CancelAsync("10042", order.Reference, "no", Customer).GetAsync();
        Assert.Equal(2, (await porting.RemoveLettersAsync()).Get());
        await porting.AddLetterAsync("10042", other.Reference, "more", Letter, Customer).GetAsync();
    }

    [Fact]
    public async Task More_letters_than_one_transaction_takes_are_all_removed()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        foreach (var order in (await porting.CreateAsync("10042", [.. Enumerable.Repeat(Form.Read().Get(), PortingLimits.Together + 1)], Customer)).Get())
        {
            await porting.AddLetterAsync("10042", order.Reference, "a", Letter, Customer).GetAsync();
            await porting.CancelAsync("10042", order.Reference, "no", Customer).GetAsync();
        }

        core.Time.Advance(TimeSpan.FromDays(367));
        Assert.Equal(PortingLimits.Together + 1, (await porting.RemoveLettersAsync()).Get());
    }

    [Fact]
    public async Task A_day_that_was_proclaimed_counts_at_once_and_there_are_so_many_of_them()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        await porting.SetDayAsync(new OneOffDay(Day("2026-12-07"), null, IsHoliday: true, "coronation"), Staff).GetAsync();
        await porting.SetDayAsync(new OneOffDay(Day("2026-11-24"), Nation.Scotland, IsHoliday: true, "elsewhere"), Staff).GetAsync();
        var order = await DraftAsync(core, Form);
        Assert.Contains("coronation", (await porting.SubmitAsync("10042", order.Reference, Customer)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.True((await porting.RemoveDayAsync(Day("2026-12-07"), null, Staff)).Succeeded);
        Assert.False((await porting.RemoveDayAsync(Day("2026-12-07"), null, Staff)).Succeeded);
        Assert.Equal(Day("2026-12-07"), (await porting.SubmitAsync("10042", order.Reference, Customer).GetAsync()).Earliest);
        for (var more = 1; more < PortingLimits.OneOffDays; more++)
        {
            await porting.SetDayAsync(new OneOffDay(Day("2030-01-01").AddDays(more), null, IsHoliday: true, "x"), Staff).GetAsync();
        }

        (await porting.SetDayAsync(new OneOffDay(Day("2040-01-01"), null, IsHoliday: true, "x"), Staff)).Problem(ProblemKind.LimitReached);
        await porting.SetDayAsync(new OneOffDay(Day("2026-11-24"), Nation.Scotland, IsHoliday: false, "there it can still be changed"), Staff).GetAsync();
        Assert.Equal(PortingLimits.OneOffDays, (await porting.DaysAsync()).Count);
    }

    [Fact]
    public async Task An_account_has_so_many_orders_that_are_not_over_and_an_order_tells_its_latest_steps()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        var drafts = (await porting.CreateAsync("10042", [.. Enumerable.Repeat(new PortingDetails(), PortingLimits.OpenOrders)], Customer)).Get();
        (await porting.CreateAsync("10042", [new PortingDetails()], Customer)).Problem(ProblemKind.LimitReached);
        await porting.CancelAsync("10042", drafts[0].Reference, "no", Customer).GetAsync();
        var order = await SentAsync(core, Form);
        for (var step = 0; step < PortingLimits.History / 2; step++)
        {
            await porting.RejectAsync(order.Reference, new string('9', PortingLimits.Code), "again", Staff).GetAsync();
            await porting.SubmitAsync("10042", order.Reference, Customer).GetAsync();
        }

        Assert.Equal(PortingLimits.History, (await porting.HistoryAsync(null, order.Reference)).Get().Count);
        (await porting.RejectAsync(order.Reference, new string('9', PortingLimits.Code + 1), "again", Staff)).Problem(ProblemKind.Invalid);
        (await porting.RejectAsync(order.Reference, "", "again", Staff)).Problem(ProblemKind.Invalid);
        (await porting.RejectAsync(order.Reference, "01", " ", Staff)).Problem(ProblemKind.Invalid);
    }

    [Fact]
    public async Task Numbers_that_came_meanwhile_stop_the_whole_order()
    {
        await using var core = await CoreAsync();
        await core.AddAccountAsync("20077");
        var porting = Service(core);
        var order = await SentAsync(core, Form);
        await porting.TakeAsync(order.Reference, Staff).GetAsync();
        await porting.AcceptAsync(order.Reference, null, Staff).GetAsync();
        await porting.ScheduleAsync(order.Reference, Day("2026-12-07"), null, Staff).GetAsync();
        (await Numbers(core).PortInAsync("20077", [new PhoneNumber(441632960002)], Staff)).Get();
        core.Time.Advance(TimeSpan.FromDays(15));
        (await porting.CompleteAsync(order.Reference, Staff)).Problem(ProblemKind.Refused);
        Assert.Equal(PortingState.Scheduled, (await porting.ShowAsync(null, order.Reference)).Get().State);
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM phone_number"));
    }

    [Fact]
    public void Each_state_leads_where_the_page_says()
    {
        Assert.All(Enum.GetValues<PortingState>(), static state => Assert.Equal(PortingStep.IsOver(state), PortingStep.After(state).Count == 0));
        Assert.All(Enum.GetValues<PortingState>(), static state => Assert.Equal(state != PortingState.Completed && !PortingStep.IsOver(state), PortingStep.After(state).Contains(PortingState.Cancelled)));
    }

    /// <summary>An installation with a few numbers, on the first day that 10 working days allow: the Monday is the 23rd of November 2026.</summary>
    internal static PortingForm Form => new()
    {
        Main = "01632960000", Numbers = "01632960000-01632960004", Address = "1 High Street, Sheffield", Postcode = "S1 1AA", LosingProvider = "Other Telecom", LosingAccount = "A-1",
        Line = "ddi", RangeHolder = "yes", Signatory = "Ann Lee", Wanted = "2026-12-07",
    };

    internal static PortingService Service(TestCore core) => core.Services.OpenPorting(new PortingOptions(), Numbers(core));

    internal static NumberService Numbers(TestCore core) => core.Services.OpenNumbers(new NumberOptions());

    private static DateOnly Day(string text) => WorkingDaysTests.Day(text);

    internal static DateTimeOffset At(string utc) => DateTimeOffset.Parse(utc + "Z", System.Globalization.CultureInfo.InvariantCulture);

    internal static async Task<TestCore> CoreAsync()
    {
        var core = await TestCore.CreateAsync();
        core.Time.Advance(At("2026-11-23 10:00") - core.Time.GetUtcNow());
        await core.AddAccountAsync();
        return core;
    }

    internal static async Task<PortingOrder> DraftAsync(TestCore core, PortingForm form, bool withLetter = true)
    {
        var order = (await Service(core).CreateAsync("10042", [form.Read().Get()], Customer)).Get()[0];
        return withLetter ? await Service(core).AddLetterAsync("10042", order.Reference, "signed letter.pdf", Letter, Customer).GetAsync() : order;
    }

    internal static async Task<PortingOrder> SentAsync(TestCore core, PortingForm form) =>
        await Service(core).SubmitAsync("10042", (await DraftAsync(core, form)).Reference, Customer).GetAsync();
}

internal static class PortingResults
{
    public static async Task<T> GetAsync<T>(this ValueTask<Result<T>> result)
        where T : notnull => (await result).Get();
}
