using Waybill.Core.Notifications;
using Waybill.Core.Porting;
using static Waybill.Core.Tests.Porting.PortingServiceTests;

namespace Waybill.Core.Tests.Porting;

/// <summary>Whoever works on orders is told when one is overdue.</summary>
public sealed class PortingDeadlineTests
{
    [Fact]
    public async Task An_answer_that_is_overdue_is_told_once()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        var order = await SentAsync(core, Form);
        await DraftAsync(core, Form);

        // 48 hours are two working days.
        core.Time.Advance(At("2026-11-25 09:59") - core.Time.GetUtcNow());
        Assert.Equal(0, (await porting.TellOverdueAsync()).Get());
        core.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await porting.TellOverdueAsync()).Get());
        var body = (string)core.Scalar("SELECT body FROM event WHERE topic = 'porting-overdue'")!;
        foreach (var words in (string[])[order.Reference, "\"state\":\"submitted\"", "2026-11-25T10:00:00", "the answer is to be given"])
        {
            Assert.Contains(words, body, StringComparison.Ordinal);
        }

        // Whoever takes it on has not answered it.
        await porting.TakeAsync(order.Reference, Staff).GetAsync();
        core.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, (await porting.TellOverdueAsync()).Get());
        Assert.Equal(1L, Told(core));

        // The provider's people are told at once, the customer is not.
        Assert.Equal((Telling.None, Telling.Now), TopicRule.Find([], PortingTopics.Overdue) is var rule ? (rule.Account, rule.Provider) : default);
    }

    [Fact]
    public async Task Each_turn_of_the_provider_has_a_deadline_of_its_own()
    {
        await using var core = await CoreAsync();
        var porting = Service(core);
        var order = await SentAsync(core, Form);
        await porting.RejectAsync(order.Reference, "02", "wrong", Staff).GetAsync();
        await LaterAsync("2026-11-26 12:00", 0);
        await porting.ChangeAsync("10042", order.Reference, (Form with { Wanted = "2026-12-14" }).Read().Get(), Customer).GetAsync();
        await porting.SubmitAsync("10042", order.Reference, Customer).GetAsync();
        await LaterAsync("2026-11-30 12:00", 1);
        await porting.TakeAsync(order.Reference, Staff).GetAsync();
        await porting.AcceptAsync(order.Reference, null, Staff).GetAsync();
        await LaterAsync("2026-12-01 11:59", 0);
        await LaterAsync("2026-12-01 12:00", 1);
        Assert.Contains("the day is to be set", Last(), StringComparison.Ordinal);
        await porting.ScheduleAsync(order.Reference, new DateOnly(2026, 12, 14), null, Staff).GetAsync();
        await LaterAsync("2026-12-14 15:00", 1);
        Assert.Contains("the port is to be completed", Last(), StringComparison.Ordinal);

        // Another day is another deadline.
        await porting.ScheduleAsync(order.Reference, new DateOnly(2026, 12, 15), "their engineer is ill", Staff).GetAsync();
        await LaterAsync("2026-12-15 15:00", 1);
        await porting.CompleteAsync(order.Reference, Staff).GetAsync();
        await LaterAsync("2027-01-15 15:00", 0);

        string Last() => (string)core.Scalar("SELECT body FROM event WHERE topic = 'porting-overdue' ORDER BY id DESC LIMIT 1")!;

        async Task LaterAsync(string utc, int told)
        {
            core.Time.Advance(At(utc) - core.Time.GetUtcNow());
            Assert.Equal(told, (await porting.TellOverdueAsync()).Get());
        }
    }

    [Fact]
    public async Task More_overdue_orders_than_one_transaction_takes_are_all_told()
    {
        await using var core = await CoreAsync();
        await Service(core).CreateAsync("10042", [.. Enumerable.Repeat(Form.Read().Get(), PortingLimits.Together + 1)], Customer).GetAsync();
        core.Tamper("UPDATE porting_order SET state = 'submitted', due_at = 1, remind_at = 1");
        Assert.Equal(PortingLimits.Together + 1, (await Service(core).TellOverdueAsync()).Get());
        Assert.Equal(PortingLimits.Together + 1L, Told(core));
        Assert.Equal(0, (await Service(core).TellOverdueAsync()).Get());
        Assert.Equal(TimeSpan.FromMinutes(15), PortingLimits.OverdueEvery);
    }

    private static object? Told(TestCore core) => core.Scalar("SELECT count(*) FROM event WHERE topic = 'porting-overdue'");
}
