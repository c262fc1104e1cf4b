using Waybill.Core.Numbers;

namespace Waybill.Core.Tests.Numbers;

/// <summary>Numbers that come from other providers and go to them.</summary>
public sealed class PortingNumberTests
{
    [Fact]
    public async Task A_ported_in_number_has_targets_periods_status_and_an_emergency_record_and_nothing_else()
    {
        await using var core = await NumberCore.CreateAsync();
        var number = NumberCore.Of("P2012345678");
        Assert.Equal(1, (await core.Numbers.PortInAsync("10042", [number], TestCore.Operator)).Get());
        Assert.Equal(0, (await core.Numbers.PortInAsync("10042", [number], TestCore.Operator)).Get());
        (await core.Numbers.SetTargetAsync(core.One, number, 1, NumberCore.Target("S:44@sip.example"))).Get();
        (await core.Numbers.SetPeriodsAsync(core.One, number, 1, TargetPeriods.Parse("0900-1700").Get())).Get();
        (await core.Numbers.CreateEmergencyAsync(core.One, number)).Get();
        var shown = (await core.Numbers.ShowAsync(core.One, number)).Get();
        Assert.Equal((NumberState.PortedIn, true, "P2012345678"), (shown.State, shown.IsActive, shown.Number.ToString()));
        (await core.Numbers.DeactivateAsync(core.One, number)).Problem(ProblemKind.Refused);
        (await core.Numbers.SetPinAsync(core.One, number, "1234")).Problem(ProblemKind.Refused);
        (await core.Numbers.SetFeatureAsync(core.One, number, 'D', isOn: true)).Problem(ProblemKind.Refused);
        (await core.Numbers.SetInformationAsync(core.One, number, "x")).Problem(ProblemKind.Refused);
        (await core.Numbers.ActivateAsync(core.One, number)).Problem(ProblemKind.Refused);
        (await core.Numbers.ReactivateAsync(core.One, number)).Problem(ProblemKind.Refused);
        (await core.Numbers.ShowAsync(core.Two, number)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task A_number_that_was_not_ported_is_not_there_under_P()
    {
        await using var core = await NumberCore.CreateAsync();
        await core.ActivateAsync();
        (await core.Numbers.ShowAsync(core.One, NumberCore.Of("P1224000000"))).Problem(ProblemKind.NotFound);
        (await core.Numbers.SetTargetAsync(core.One, NumberCore.Of("P1224000000"), 1, null)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task Numbers_are_ported_in_all_or_none_and_never_our_own()
    {
        await using var core = await NumberCore.CreateAsync();
        (await core.Numbers.PortInAsync("10042", [NumberCore.Of("02012345678"), NumberCore.Of("01224000003")], TestCore.Operator)).Problem(ProblemKind.Refused);
        (await core.Numbers.ShowAsync(core.Staff, NumberCore.Of("02012345678"))).Problem(ProblemKind.NotFound);
        (await core.Numbers.PortInAsync("10042", [], TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Numbers.PortInAsync("nobody", [NumberCore.Of("02012345678")], TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await core.Numbers.PortInAsync("10042", [.. Enumerable.Range(0, NumberLimits.Ported + 1).Select(i => new PhoneNumber(442000000000 + i))], TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Numbers.PortInAsync("10042", [NumberCore.Of("02012345678")], TestCore.Operator)).Get();
        (await core.Numbers.PortInAsync("10043", [NumberCore.Of("02012345678")], TestCore.Operator)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Whoever_ports_in_a_number_that_is_here_is_told_what_helps()
    {
        await using var core = await NumberCore.CreateAsync();
        async Task<string> PortAsync() => (await core.Numbers.PortInAsync("10043", [NumberCore.Of(NumberCore.First)], TestCore.Operator)).Problem(ProblemKind.Refused).Message;
        Assert.Equal("01224000000 is free here: it cannot come from another provider. Leave it out, or activate it; if an order names it, reject the order.", await PortAsync());
        await core.ActivateAsync();
        Assert.Equal("01224000000 is active here: it cannot come from another provider. Leave it out; if an order names it, reject the order.", await PortAsync());
    }

    [Fact]
    public async Task A_number_that_went_away_is_nobodys_until_it_returns()
    {
        await using var core = await NumberCore.CreateAsync(size: 1);
        var number = await core.ActivateAsync();
        (await core.Numbers.PortOutAsync(number, TestCore.Operator)).Get();
        (await core.Numbers.AllocateAsync(core.One, NumberCore.Pattern("01224"))).Problem(ProblemKind.NotFound);
        (await core.Numbers.ActivateAsync(core.Two, number)).Problem(ProblemKind.Refused);
        (await core.Numbers.ReactivateAsync(core.One, number)).Problem(ProblemKind.Refused);
        (await core.Numbers.SetTargetAsync(core.One, number, 1, null)).Problem(ProblemKind.Refused);
        Assert.Equal(NumberState.Quarantined, (await core.Numbers.ReturnAsync(number, TestCore.Operator)).Get().State);
        (await core.Numbers.ReturnAsync(number, TestCore.Operator)).Problem(ProblemKind.Refused);
        (await core.Numbers.ReactivateAsync(core.One, number)).Problem(ProblemKind.NotFound);
        core.Core.Time.Advance(TimeSpan.FromDays(90));
        (await core.Numbers.ActivateAsync(core.Two, number)).Get();
    }

    [Fact]
    public async Task A_number_of_ours_comes_home_to_an_account_and_goes_again()
    {
        await using var core = await NumberCore.CreateAsync(size: 1);
        var number = await core.ActivateAsync();
        (await core.Numbers.PortOutAsync(number, TestCore.Operator)).Get();
        (await core.Numbers.PortInAsync("10043", [number], TestCore.Operator)).Get();
        Assert.Equal(new RangeCounts(0, 0, 0, 1, 0), Assert.Single((await core.Core.Services.NumberRanges.ListAsync()).Items).Counts);
        (await core.Numbers.ShowAsync(core.One, number)).Problem(ProblemKind.NotFound);
        (await core.Numbers.PortOutAsync(number, TestCore.Operator)).Get();
        Assert.Equal(new RangeCounts(0, 0, 0, 0, 1), Assert.Single((await core.Core.Services.NumberRanges.ListAsync()).Items).Counts);
    }

    [Fact]
    public async Task What_its_owner_ported_out_and_came_back_is_blank_and_does_not_come_back_with_its_block()
    {
        await using var core = await NumberCore.CreateAsync(size: 10);
        var block = (await core.Numbers.ActivateBlockAsync(core.One, NumberCore.Pattern("01224"), 10)).Get();
        var number = new PhoneNumber(block.First.E164 + 5);
        (await core.Numbers.SetTargetAsync(core.One, number, 1, NumberCore.Target("S:user:secret@sip.example"))).Get();
        (await core.Numbers.SetPeriodsAsync(core.One, number, 1, TargetPeriods.Parse("0900-1700").Get())).Get();
        (await core.Numbers.SetPinAsync(core.One, number, "4711")).Get();
        (await core.Numbers.SetFeatureAsync(core.One, number, 'D', isOn: true)).Get();
        (await core.Numbers.SetInformationAsync(core.One, number, "Example Ltd")).Get();
        (await core.Numbers.CreateEmergencyAsync(core.One, number)).Get();
        (await core.Numbers.PortOutAsync(number, TestCore.Operator)).Get();

        var back = (await core.Numbers.ReturnAsync(number, TestCore.Operator)).Get();
        Assert.Equal((NumberState.Quarantined, null, null, null), (back.State, back.Account, back.FormerAccount, back.Block));
        Assert.Equal((null, null, false, "", null), (back.Targets[0], back.Periods[0], back.HasPin, back.Features, back.Information));
        Assert.Equal(0L, core.Core.Scalar("SELECT count(*) FROM emergency_record"));
        (await core.Numbers.DeactivateBlockAsync(core.One, block.First)).Get();
        Assert.Equal(
            "1 of the 10 numbers of this block are not its account's any more. Reactivate those that are left one by one.",
            (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Problem(ProblemKind.Refused).Message);
        Assert.Equal(NumberState.Quarantined, (await core.Numbers.ShowAsync(core.Staff, number)).Get().State);

        // Also one that came back before it was so.
        core.Core.Tamper($"UPDATE phone_number SET block_id = {block.Id} WHERE number = {number.E164}");
        (await core.Numbers.ReactivateBlockAsync(core.One, block.First)).Problem(ProblemKind.Refused);
        (await core.Numbers.ReactivateAsync(core.One, block.First)).Get();
        (await core.Numbers.DeactivateBlockAsync(core.One, block.First)).Get();
        Assert.Equal(NumberState.Quarantined, (await core.Numbers.ShowAsync(core.Staff, number)).Get().State);
    }
}
