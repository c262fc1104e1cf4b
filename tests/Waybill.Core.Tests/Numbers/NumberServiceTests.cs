using Waybill.Core.Audit;
using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>Taking numbers, giving them back, and what is set for them.</summary>
public sealed class NumberServiceTests
{
    [Fact]
    public async Task A_number_is_allocated_activated_given_back_and_taken_again()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("01224______"))).Get();
        var active = (await core.Numbers.ActivateAsync(core.One, number)).Get();
        Assert.Equal((NumberState.Active, "10042", new DateOnly(2027, 1, 15)), (active.State, active.Account, active.Expires));
        (await core.Numbers.SetTargetAsync(core.One, number, 1, NumberCore.Target("S:44@sip.example"))).Get();

        var given = (await core.Numbers.DeactivateAsync(core.One, number)).Get();
        Assert.Equal((NumberState.Quarantined, null, "10042"), (given.State, given.Account, given.FormerAccount));
        Assert.Equal(core.Core.Time.GetUtcNow().AddDays(90), given.QuarantinedUntil);

        var again = (await core.Numbers.ReactivateAsync(core.One, number)).Get();
        Assert.Equal((NumberState.Active, "10042", "S:44@sip.example"), (again.State, again.Account, again.Targets[0]?.ToString()));
        Assert.Equal(new RangeCounts(99, 0, 1, 0, 0), Assert.Single((await core.Core.Services.NumberRanges.ListAsync()).Items).Counts);
    }

    [Fact]
    public async Task What_was_given_back_is_nobodys_until_its_quarantine_is_over_and_then_anybodys_and_clean()
    {
        await using var core = await NumberCore.CreateAsync(size: 1);
        var number = await core.ActivateAsync();
        (await core.Numbers.SetTargetAsync(core.One, number, 1, NumberCore.Target("S:user:secret@sip.example"))).Get();
        (await core.Numbers.SetPinAsync(core.One, number, "1234")).Get();
        (await core.Numbers.SetInformationAsync(core.One, number, "Example Ltd")).Get();
        (await core.Numbers.CreateEmergencyAsync(core.One, number)).Get();
        (await core.Numbers.DeactivateAsync(core.One, number)).Get();
        (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("01224______"))).Problem(ProblemKind.NotFound);
        (await core.Numbers.ActivateAsync(core.Two, number)).Problem(ProblemKind.Refused);
        (await core.Numbers.ReactivateAsync(core.Two, number)).Problem(ProblemKind.NotFound);

        core.Core.Time.Advance(TimeSpan.FromDays(90));
        Assert.Equal(number, (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("01224______"))).Get());
        var taken = (await core.Numbers.ActivateAsync(core.Two, number)).Get();
        Assert.Equal((null, false, null, "10043"), (taken.Targets[0], taken.HasPin, taken.Information, taken.Account));
        (await core.Numbers.ShowEmergencyAsync(core.Two, number)).Problem(ProblemKind.NotFound);
        (await core.Numbers.ReactivateAsync(core.One, number)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task After_the_quarantine_the_former_account_has_it_back_while_nobody_else_took_it()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        (await core.Numbers.DeactivateAsync(core.One, number)).Get();
        core.Core.Time.Advance(TimeSpan.FromDays(91));
        Assert.Equal(1, (await core.Numbers.SettleAsync()).Get());
        Assert.Equal(NumberState.Free, (await core.Numbers.ShowAsync(core.Staff, number)).Get().State);
        Assert.Equal("10042", (await core.Numbers.ReactivateAsync(core.One, number)).Get().Account);
    }

    [Fact]
    public async Task Without_quarantine_a_number_is_free_at_once()
    {
        await using var core = await NumberCore.CreateAsync(size: 1, new NumberOptions { QuarantineDays = 0 });
        var number = await core.ActivateAsync();
        (await core.Numbers.DeactivateAsync(core.One, number)).Get();
        Assert.Equal(number, (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("01224______"))).Get());
    }

    [Fact]
    public async Task An_account_reaches_its_own_numbers_and_hears_of_no_other()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        var none = NumberCore.Of("01999000000");
        var messages = new List<string>();
        foreach (var each in (PhoneNumber[])[number, none])
        {
            messages.Add((await core.Numbers.ShowAsync(core.Two, each)).Problem(ProblemKind.NotFound).Message.Replace(each.National, "N", StringComparison.Ordinal));
            messages.Add((await core.Numbers.DeactivateAsync(core.Two, each)).Problem(ProblemKind.NotFound).Message.Replace(each.National, "N", StringComparison.Ordinal));
            messages.Add((await core.Numbers.SetTargetAsync(core.Two, each, 1, null)).Problem(ProblemKind.NotFound).Message.Replace(each.National, "N", StringComparison.Ordinal));
            messages.Add((await core.Numbers.SetPinAsync(core.Two, each, "1234")).Problem(ProblemKind.NotFound).Message.Replace(each.National, "N", StringComparison.Ordinal));
            messages.Add((await core.Numbers.ShowEmergencyAsync(core.Two, each)).Problem(ProblemKind.NotFound).Message.Replace(each.National, "N", StringComparison.Ordinal));
            messages.Add((await core.Numbers.BlockOfAsync(core.Two, each)).Problem(ProblemKind.NotFound).Message.Replace(each.National, "N", StringComparison.Ordinal));
        }

        Assert.Single(messages.Distinct());
        Assert.Equal("10042", (await core.Numbers.ShowAsync(core.Staff, number)).Get().Account);
    }

    [Fact]
    public async Task A_second_activation_is_refused_also_to_the_same_account()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        (await core.Numbers.ActivateAsync(core.Two, number)).Problem(ProblemKind.Refused);
        (await core.Numbers.ActivateAsync(core.One, number)).Problem(ProblemKind.Refused);
        (await core.Numbers.ActivateAsync(core.One, NumberCore.Of("01999000000"))).Problem(ProblemKind.Refused);
        (await core.Numbers.ActivateAsync(core.Staff, NumberCore.Of("01224000001"))).Problem(ProblemKind.Invalid);
        Assert.Single(await core.AuditAsync(NumberActions.Activated));
    }

    [Fact]
    public async Task An_account_that_is_suspended_gets_no_number()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync("01224000001");
        (await core.Numbers.DeactivateAsync(core.One, number)).Get();
        (await core.Core.Services.Accounts.SuspendAsync("10042", "unpaid", TestCore.Operator)).Get();
        (await core.Numbers.ActivateAsync(core.One, NumberCore.Of(NumberCore.First))).Problem(ProblemKind.Refused);
        (await core.Numbers.ReactivateAsync(core.One, number)).Problem(ProblemKind.Refused);
        (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224"), 10)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Three_targets_are_set_and_cleared_each_with_its_periods_and_what_is_the_same_tells_nobody()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        (await core.Numbers.SetTargetAsync(core.One, number, 1, NumberCore.Target("S:44@one.example"))).Get();
        (await core.Numbers.SetTargetAsync(core.One, number, 3, NumberCore.Target("V:me@example.com"))).Get();
        (await core.Numbers.SetTargetAsync(core.One, number, 3, NumberCore.Target("V:me@example.com"))).Get();
        var set = (await core.Numbers.SetPeriodsAsync(core.One, number, 1, TargetPeriods.Parse("1-5:0900-1730").Get())).Get();
        Assert.Equal(["S:44@one.example", null, "V:me@example.com"], set.Targets.Select(target => target?.ToString()));
        Assert.Equal(["1-5:0900-1730", null, null], set.Periods.Select(periods => periods?.Text));
        Assert.Null((await core.Numbers.SetPeriodsAsync(core.One, number, 1, TargetPeriods.Parse("0000").Get())).Get().Periods[0]);
        Assert.Null((await core.Numbers.SetTargetAsync(core.One, number, 1, null)).Get().Targets[0]);
        Assert.Equal(3, (await core.AuditAsync(NumberActions.TargetSet)).Count);
        (await core.Numbers.SetTargetAsync(core.One, number, 0, null)).Problem(ProblemKind.Invalid);
        (await core.Numbers.SetTargetAsync(core.One, number, NumberLimits.Targets + 1, null)).Problem(ProblemKind.Invalid);
    }

    [Fact]
    public async Task Targets_are_set_together_or_not_at_all_and_each_change_is_told()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        var always = TargetPeriods.Parse(TargetPeriods.Always).Get();
        var office = TargetPeriods.Parse("1-5:0900-1730").Get();
        var feed = (await core.Core.Services.NumberChanges.SinceAsync(0)).Get().Next;
        PlacedTarget[] wanted = [new(1, NumberCore.Target("S:44@one.example"), office), new(2, NumberCore.Target("F:fax@example.com"), always), new(3, NumberCore.Target("441189999999"), always)];
        (await core.Numbers.SetTargetsAsync(core.One, number, wanted)).Problem(ProblemKind.Refused);
        (await core.Numbers.SetTargetsAsync(core.One, number, [wanted[0], wanted[1] with { Index = 4 }])).Problem(ProblemKind.Invalid);
        (await core.Numbers.SetTargetsAsync(core.One, number, [wanted[0], wanted[1] with { Index = 1 }])).Problem(ProblemKind.Invalid);
        (await core.Numbers.SetTargetsAsync(core.Two, number, wanted[..2])).Problem(ProblemKind.NotFound);

        // The third fails in the database, as a full disk does: the first two are gone with it.
        core.Core.Tamper("CREATE TRIGGER broken BEFORE UPDATE OF target3 ON phone_number BEGIN SELECT RAISE(ABORT, 'broken'); END");
        Assert.False((await core.Numbers.SetTargetsAsync(core.One, number, [wanted[0], wanted[1], new(3, NumberCore.Target("V:a@example.com"), always)])).Succeeded);
        core.Core.Tamper("DROP TRIGGER broken");
        Assert.All((await core.Numbers.ShowAsync(core.One, number)).Get().Targets, Assert.Null);
        Assert.Equal(feed, (await core.Core.Services.NumberChanges.SinceAsync(0)).Get().Next);
        Assert.Empty(await core.AuditAsync(NumberActions.TargetSet));

        var set = (await core.Numbers.SetTargetsAsync(core.One, number, wanted[..2])).Get();
        Assert.Equal(["S:44@one.example", "F:fax@example.com", null], set.Targets.Select(target => target?.ToString()));
        Assert.Equal(["1-5:0900-1730", null, null], set.Periods.Select(periods => periods?.Text));
        Assert.Equal(
            [(NumberActions.TargetSet, "1"), (NumberActions.PeriodsSet, "1"), (NumberActions.TargetSet, "2")],
            (await core.Core.Services.NumberChanges.SinceAsync(feed)).Get().Items.Select(change => (change.Kind, change.Data["index"]!.ToJsonString())));
        Assert.Equal(2, (await core.AuditAsync(NumberActions.TargetSet)).Count);
    }

    [Fact]
    public async Task Information_and_features_are_set_together_or_not_at_all()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        (await core.Numbers.SetInformationAndFeaturesAsync(core.One, number, new string('a', NumberLimits.Information + 1), static _ => true)).Problem(ProblemKind.Invalid);
        Assert.Equal("", (await core.Numbers.ShowAsync(core.One, number)).Get().Features);
        var set = (await core.Numbers.SetInformationAndFeaturesAsync(core.One, number, " front desk ", static letter => letter is 'D' or 'U')).Get();
        Assert.Equal(("front desk", "DU"), (set.Information, set.Features));
        set = (await core.Numbers.SetInformationAndFeaturesAsync(core.One, number, "", static letter => letter is 'J' or 'U')).Get();
        Assert.Equal((null, "JU"), (set.Information, set.Features));
        Assert.Equal(4, (await core.AuditAsync(NumberActions.FeatureSet)).Count);
    }

    [Fact]
    public async Task Only_accounts_that_may_point_numbers_at_telephone_numbers()
    {
        await using var core = await NumberCore.CreateAsync();
        var (number, other) = (await core.ActivateAsync(), await core.ActivateAsync("01224000001", core.Two));
        Assert.Equal(
            "Numbers of account 10042 cannot be pointed at telephone numbers, since such calls are charged. Use a SIP target, or ask the provider to allow it.",
            (await core.Numbers.SetTargetAsync(core.One, number, 1, NumberCore.Target("441189999999"))).Problem(ProblemKind.Refused).Message);
        (await core.Numbers.SetTargetAsync(core.One, number, 1, NumberCore.Target("S:44@sip.example"))).Get();
        Assert.True((await core.Numbers.SetAccountAsync("10042", terms => terms with { PstnTargets = true }, TestCore.Operator)).Get().PstnTargets);
        (await core.Numbers.SetTargetAsync(core.One, number, 2, NumberCore.Target("441189999999"))).Get();
        (await core.Numbers.SetTargetAsync(core.Two, other, 2, NumberCore.Target("441189999999"))).Problem(ProblemKind.Refused);

        // What was set while it might stays, also when the form is sent again; nothing else is set.
        Assert.False((await core.Numbers.SetAccountAsync("10042", terms => terms with { PstnTargets = null }, TestCore.Operator)).Get().PstnTargets);
        var always = TargetPeriods.Parse(TargetPeriods.Always).Get();
        var set = (await core.Numbers.SetTargetsAsync(core.One, number, [new(1, null, always), new(2, NumberCore.Target("441189999999"), always)])).Get();
        Assert.Equal([null, "441189999999", null], set.Targets.Select(target => target?.ToString()));
        (await core.Numbers.SetTargetsAsync(core.One, number, [new(1, NumberCore.Target("441189999999"), always)])).Problem(ProblemKind.Refused);
        (await core.Numbers.SetTargetAsync(core.Staff, number, 1, NumberCore.Target("441189999999"))).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Where_the_provider_allows_telephone_numbers_to_all_one_account_can_still_be_refused()
    {
        await using var core = await NumberCore.CreateAsync(options: new NumberOptions { PstnTargets = true });
        var number = await core.ActivateAsync();
        (await core.Numbers.SetTargetAsync(core.One, number, 1, NumberCore.Target("441189999999"))).Get();
        (await core.Numbers.SetAccountAsync("10042", terms => terms with { PstnTargets = false }, TestCore.Operator)).Get();
        (await core.Numbers.SetTargetAsync(core.One, number, 2, NumberCore.Target("441189999999"))).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Pin_features_information_and_term_are_set_and_the_pin_passwords_and_information_stand_in_no_record()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        Assert.True((await core.Numbers.SetPinAsync(core.One, number, "93817")).Get().HasPin);
        Assert.Equal("93817", (await core.Numbers.PinAsync(number)).Get());
        (await core.Numbers.SetFeatureAsync(core.One, number, 'U', isOn: true)).Get();
        Assert.Equal("DU", (await core.Numbers.SetFeatureAsync(core.One, number, 'D', isOn: true)).Get().Features);
        Assert.Equal("D", (await core.Numbers.SetFeatureAsync(core.One, number, 'U', isOn: false)).Get().Features);
        Assert.Equal("Example Ltd, 1 High St", (await core.Numbers.SetInformationAsync(core.One, number, " Example Ltd, 1 High St ")).Get().Information);
        (await core.Numbers.SetTargetAsync(core.One, number, 1, NumberCore.Target("S:user:hush@sip.example"))).Get();
        var term = (await core.Numbers.SetTermAsync(number, new DateOnly(2026, 2, 1), ends: true, TestCore.Operator)).Get();
        Assert.Equal((new DateOnly(2026, 2, 1), true), (term.Expires, term.Ends));

        var told = string.Join('\n', (await core.Core.Services.Audit.SearchAsync(new AuditQuery())).Items.Select(row => row.Detail)
            .Concat((await core.Core.Services.NumberChanges.SinceAsync(0)).Get().Items.Select(change => change.Data.ToJsonString())))
            + core.Core.Scalar("SELECT group_concat(body) FROM event");
        Assert.Contains("number-target-set", core.Core.Scalar("SELECT group_concat(topic) FROM event")!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("93817", told, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", told, StringComparison.Ordinal);
        Assert.DoesNotContain("High St", told, StringComparison.Ordinal);
        (await core.Numbers.SetInformationAsync(core.One, number, null)).Get();
        Assert.Equal(
            ["10042 01224000000 {\"information\":\"set\"}", "10042 01224000000 {\"information\":\"cleared\"}"],
            (await core.AuditAsync(NumberActions.InformationSet)).OrderDescending());
    }

    [Fact]
    public async Task Pins_features_and_information_have_bounds()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        foreach (var pin in (string[])["123", "123456789", "12a4", ""])
        {
            (await core.Numbers.SetPinAsync(core.One, number, pin)).Problem(ProblemKind.Invalid);
        }

        (await core.Numbers.SetPinAsync(core.One, number, new string('1', NumberLimits.ShortestPin))).Get();
        (await core.Numbers.SetPinAsync(core.One, number, new string('1', NumberLimits.LongestPin))).Get();
        (await core.Numbers.SetFeatureAsync(core.One, number, 'Z', isOn: true)).Problem(ProblemKind.Invalid);
        (await core.Numbers.SetInformationAsync(core.One, number, new string('x', NumberLimits.Information))).Get();
        (await core.Numbers.SetInformationAsync(core.One, number, new string('x', NumberLimits.Information + 1))).Problem(ProblemKind.Invalid);
        (await core.Numbers.SetInformationAsync(core.One, number, "two\nlines")).Problem(ProblemKind.Invalid);
        Assert.Null((await core.Numbers.SetInformationAsync(core.One, number, "")).Get().Information);
    }

    [Fact]
    public async Task A_last_day_is_not_undone_by_giving_the_number_back_and_taking_it_again_but_by_the_provider()
    {
        await using var core = await NumberCore.CreateAsync();
        var block = (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224"), 10)).Get();
        (await core.Numbers.SetTermAsync(block.First, new DateOnly(2026, 2, 1), ends: true, TestCore.Operator)).Get();
        (await core.Numbers.DeactivateBlockAsync(core.One, block.First)).Get();
        (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Problem(ProblemKind.Refused);
        (await core.Numbers.ReactivateAsync(core.One, block.First)).Problem(ProblemKind.Refused);
        Assert.False((await core.Numbers.ReactivateAsync(core.Staff, block.First)).Get().Ends);
        (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Get();
    }

    [Fact]
    public async Task A_term_that_the_provider_ended_is_not_begun_anew_by_taking_the_number_as_a_free_one()
    {
        await using var core = await NumberCore.CreateAsync(size: 10, new NumberOptions { QuarantineDays = 0 });
        var (ended, other) = (await core.ActivateAsync(), await core.ActivateAsync("01224000001"));
        foreach (var number in (PhoneNumber[])[ended, other])
        {
            (await core.Numbers.SetTermAsync(number, new DateOnly(2026, 2, 1), ends: number == ended, TestCore.Operator)).Get();
            (await core.Numbers.DeactivateAsync(core.One, number)).Get();
        }

        const string Words = "The provider has ended the term of 01224000000. Ask it for the number.";
        Assert.Equal(Words, (await core.Numbers.ActivateAsync(core.One, ended)).Problem(ProblemKind.Refused).Message);
        Assert.Equal(Words, (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("0122400000_"), 10)).Problem(ProblemKind.Refused).Message);
        Assert.Equal(NumberState.Free, (await core.Numbers.ShowAsync(core.Staff, ended)).Get().State);

        // What the account gave back by itself it takes again; and the other is anybody else's, and its former account's when the provider gives it.
        (await core.Numbers.ActivateAsync(core.One, other)).Get();
        Assert.False((await core.Numbers.ActivateAsync(core.Two, ended)).Get().Ends);
        (await core.Numbers.DeactivateAsync(core.Two, ended)).Get();
        (await core.Numbers.ActivateAsync(core.One, ended)).Get();
        (await core.Numbers.SetTermAsync(ended, new DateOnly(2026, 2, 1), ends: true, TestCore.Operator)).Get();
        (await core.Numbers.DeactivateAsync(core.One, ended)).Get();
        Assert.False((await core.Numbers.ActivateAsync(NumberCaller.ProviderFor("10042", TestCore.Operator), ended)).Get().Ends);
    }

    [Fact]
    public async Task A_block_passes_over_a_row_with_a_number_whose_term_was_ended()
    {
        await using var core = await NumberCore.CreateAsync(size: 20, new NumberOptions { QuarantineDays = 0 });
        var ended = await core.ActivateAsync("01224000005");
        (await core.Numbers.SetTermAsync(ended, new DateOnly(2026, 2, 1), ends: true, TestCore.Operator)).Get();
        (await core.Numbers.DeactivateAsync(core.One, ended)).Get();
        var rows = new Queue<long>([441224000000, 441224000010]);
        var block = (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224"), 10, _ => rows.Dequeue(), TestContext.Current.CancellationToken)).Get();
        Assert.Equal("01224000010", block.First.National);
    }

    [Fact]
    public async Task Whoever_sets_a_number_that_is_not_active_is_told_what_helps()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        async Task<string> SetAsync(NumberCaller caller) => (await core.Numbers.SetPinAsync(caller, number, "1234")).Problem(ProblemKind.Refused).Message;
        (await core.Numbers.DeactivateAsync(core.One, number)).Get();
        Assert.Equal("01224000000 is not active: it is quarantined. Reactivate it first (REAC).", await SetAsync(core.One));
        (await core.Numbers.ReactivateAsync(core.One, number)).Get();
        (await core.Numbers.PortOutAsync(number, TestCore.Operator)).Get();
        Assert.Equal("01224000000 is not active: it is ported out. It is another provider's now.", await SetAsync(core.One));
        (await core.Numbers.ReturnAsync(number, TestCore.Operator)).Get();
        Assert.Equal("01224000000 is not active: it is quarantined. Activate it when its quarantine is over.", await SetAsync(core.Staff));
        core.Core.Time.Advance(TimeSpan.FromDays(90));
        (await core.Numbers.SettleAsync()).Get();
        Assert.Equal("01224000000 is not active: it is free. Activate it first.", await SetAsync(core.Staff));
    }

    [Fact]
    public async Task A_term_is_renewed_and_one_that_is_to_end_gives_the_number_back()
    {
        await using var core = await NumberCore.CreateAsync();
        var renewed = await core.ActivateAsync();
        var ended = await core.ActivateAsync("01224000001");
        (await core.Numbers.SetTermAsync(ended, new DateOnly(2026, 1, 15), ends: true, TestCore.Operator)).Get();
        Assert.Equal(0, (await core.Numbers.SettleAsync()).Get());
        core.Core.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, (await core.Numbers.SettleAsync()).Get());
        Assert.Equal(NumberState.Quarantined, (await core.Numbers.ShowAsync(core.One, ended)).Get().State);
        Assert.Contains("has ended the term", (await core.Numbers.ReactivateAsync(core.One, ended)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);

        core.Core.Time.Advance(TimeSpan.FromDays(800));
        (await core.Numbers.SettleAsync()).Get();
        Assert.Equal((NumberState.Active, new DateOnly(2029, 1, 15)), ((await core.Numbers.ShowAsync(core.One, renewed)).Get() is var now ? (now.State, now.Expires!.Value) : default));
        Assert.Equal(["10042 01224000000 {\"expires\":\"2029-01-15\"}"], await core.AuditAsync(NumberActions.Renewed));
    }

    [Fact]
    public async Task A_number_of_a_closed_account_is_given_back_when_its_term_is_over_and_then_anybody_s()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        (await core.Core.Services.Accounts.CloseAsync("10042", "left", TestCore.Operator)).Get();
        Assert.Equal(0, (await core.Numbers.SettleAsync()).Get());
        core.Core.Time.Advance(TimeSpan.FromDays(367));
        Assert.Equal(1, (await core.Numbers.SettleAsync()).Get());
        Assert.Equal(NumberState.Quarantined, (await core.Numbers.ShowAsync(NumberCaller.Provider(TestCore.Operator), number)).Get().State);
        Assert.Contains("its term ended, and its account is closed", Assert.Single(await core.AuditAsync(NumberActions.Deactivated)), StringComparison.Ordinal);
        core.Core.Time.Advance(TimeSpan.FromDays(91));
        (await core.Numbers.ActivateAsync(core.Two, number)).Get();
    }

    [Fact]
    public async Task More_numbers_than_fit_into_a_transaction_are_all_renewed()
    {
        await using var core = await NumberCore.CreateAsync(size: NumberLimits.Together + 1);
        core.Core.Tamper("UPDATE phone_number SET state = 'active', account_id = 1, expires_on = '2026-01-01'");
        Assert.Equal(NumberLimits.Together + 1, (await core.Numbers.SettleAsync()).Get());
        Assert.Equal("2027-01-01", core.Core.Scalar("SELECT min(expires_on) FROM phone_number"));
    }

    [Fact]
    public async Task Whatever_happens_stands_in_the_audit_in_the_feed_and_in_an_event()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = await core.ActivateAsync();
        (await core.Numbers.SetTargetAsync(core.One, number, 2, NumberCore.Target("S:44@sip.example"))).Get();
        (await core.Numbers.DeactivateAsync(core.One, number)).Get();
        (await core.Numbers.ActivateAsync(core.Two, number)).Problem(ProblemKind.Refused);
        var feed = (await core.Core.Services.NumberChanges.SinceAsync(0)).Get();
        string[] kinds = [NumberActions.RangeAdded, NumberActions.Activated, NumberActions.TargetSet, NumberActions.Deactivated];
        Assert.Equal(kinds, feed.Items.Select(change => change.Kind));
        Assert.Equal(kinds, ((string)core.Core.Scalar("SELECT group_concat(topic, ' ') FROM (SELECT topic FROM event ORDER BY id)")!).Split(' '));
        Assert.Equal("""{"index":2,"target":"S:44@sip.example"}""", feed.Items[2].Data.ToJsonString());
        Assert.Equal(["10042 01224000000 {\"index\":2,\"target\":\"S:44@sip.example\"}"], await core.AuditAsync(NumberActions.TargetSet));

        var next = (await core.Core.Services.NumberChanges.SinceAsync(feed.Next)).Get();
        Assert.Equal((0, feed.Next, false), (next.Items.Count, next.Next, next.IsMore));
        var first = (await core.Core.Services.NumberChanges.SinceAsync(0, size: 3)).Get();
        Assert.Equal((3, true), (first.Items.Count, first.IsMore));
        Assert.Equal(NumberActions.Deactivated, Assert.Single((await core.Core.Services.NumberChanges.SinceAsync(first.Next)).Get().Items).Kind);
        Assert.Equal(3, (await core.Core.Services.NumberChanges.SinceAsync(0, "10042")).Get().Items.Count);
        Assert.Empty((await core.Core.Services.NumberChanges.SinceAsync(0, "10043")).Get().Items);
        (await core.Core.Services.NumberChanges.SinceAsync(0, "nobody")).Problem(ProblemKind.NotFound);
        Assert.Equal(kinds.Reverse(), (await core.Core.Services.NumberChanges.OfAsync(number)).Items.Select(change => change.Kind));
    }
}
