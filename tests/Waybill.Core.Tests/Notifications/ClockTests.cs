using Waybill.Core.Notifications;

namespace Waybill.Core.Tests.Notifications;

/// <summary>A clock that was ahead and is set right: what it made wait until a date that is far away goes now.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(365);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mails_that_wait_for_a_time_of_a_wrong_clock_are_tried_when_it_is_set_right(bool isRestarted)
    {
        await using var outbox = await Outbox.CreateAsync(1);
        await using var server = await SmtpServer.StartAsync();
        outbox.Clock.Ahead = Ahead;
        await outbox.RaiseAsync("file-held", count: 2);
        await outbox.RunAsync();
        Assert.Equal(1, (await outbox.ListAsync(DeliveryState.Waiting)).Sum(delivery => delivery.Attempts));

        outbox.Clock.Ahead = TimeSpan.Zero;
        if (isRestarted)
        {
            outbox.Options = outbox.Options with { Smtp = outbox.Options.Smtp! with { Port = server.Port } };
            await outbox.RestartAsync();
            await outbox.RunAsync();
            Assert.Equal(2, (await server.WaitForAsync(2)).Count);
        }
        else
        {
            // One is tried for both, as ever; and the hours in which they fail count by the right clock.
            await outbox.RunAsync();
            await outbox.RunAsync();
            Assert.Equal(2, (await outbox.ListAsync(DeliveryState.Waiting)).Sum(delivery => delivery.Attempts));
            for (var hour = 0; hour <= NotificationLimits.GiveUp.TotalHours + 1; hour++)
            {
                outbox.Time.Advance(NotificationLimits.LongestRetry);
                await outbox.RunAsync();
            }

            Assert.Equal(2, (await outbox.ListAsync(DeliveryState.Dead)).Count);
        }
    }

    [Fact]
    public async Task Calls_that_wait_for_a_time_of_a_wrong_clock_are_tried_when_it_is_set_right()
    {
        await using var receiver = new HookReceiver { Answer = static number => HookReceiver.Status(number == 1 ? "404 Not Found" : "503 Busy") };
        await using var outbox = await Outbox.CreateAsync(0, null, new TopicRule("*", Telling.None, Telling.None));
        (await outbox.Core.Services.Hooks.AddAsync(
            new NewHook(receiver.Url, "0123456789abcdef0123456789abcdef"u8.ToArray()), outbox.Options.HookNetworks, TestCore.Operator)).Get();
        outbox.Clock.Ahead = Ahead;
        await outbox.RaiseAsync("file-held", count: 2);
        await outbox.RunAsync();
        Assert.Equal(2, receiver.Calls.Count);

        outbox.Clock.Ahead = TimeSpan.Zero;
        receiver.Answer = static _ => HookReceiver.Status("200 OK");
        await outbox.RunAsync();
        Assert.Equal(2, (await outbox.ListAsync(DeliveryState.Sent)).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mails_that_wait_are_not_given_up_for_a_clock_that_jumped_ahead(bool isAway)
    {
        await using var outbox = await Outbox.CreateAsync();
        outbox.Transport = () => new AnsweringTransport(isAway ? SendVerdict.Away : SendVerdict.Later);
        await outbox.RaiseAsync("file-held", count: 3);
        for (var minute = 0; minute < 30; minute++)
        {
            await outbox.RunAsync();
            outbox.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.All(await outbox.ListAsync(DeliveryState.Waiting), delivery => Assert.NotEqual(0, delivery.Attempts));
        await JumpAsync(outbox);
        Assert.Equal(3, (await outbox.ListAsync(DeliveryState.Waiting)).Count);
    }

    [Theory]
    [InlineData("404 Not Found")]
    [InlineData("503 Busy")]
    public async Task Calls_that_wait_are_not_given_up_for_a_clock_that_jumped_ahead(string answer)
    {
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Status(answer) };
        await using var outbox = await Outbox.CreateAsync(0, null, new TopicRule("*", Telling.None, Telling.None));
        (await outbox.Core.Services.Hooks.AddAsync(
            new NewHook(receiver.Url, "0123456789abcdef0123456789abcdef"u8.ToArray()), outbox.Options.HookNetworks, TestCore.Operator)).Get();
        await outbox.RaiseAsync("file-held", count: 3);
        for (var minute = 0; minute < 30; minute++)
        {
            await outbox.RunAsync();
            outbox.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await JumpAsync(outbox);
        Assert.Equal(3, (await outbox.ListAsync(DeliveryState.Waiting)).Count);
        receiver.Answer = static _ => HookReceiver.Status("200 OK");
        await outbox.RunAsync();
        outbox.Time.Advance(NotificationLimits.LongestRetry);
        await outbox.RunAsync();
        Assert.Equal(3, (await outbox.ListAsync(DeliveryState.Sent)).Count);
    }

    [Fact]
    public async Task A_digest_that_waits_for_a_day_of_a_wrong_clock_is_sent_when_it_is_set_right()
    {
        await using var outbox = await Outbox.CreateAsync(0, null, new TopicRule("*", Telling.None, Telling.Digest));
        outbox.Clock.Ahead = Ahead;
        await outbox.RaiseAsync("file-held", count: 2);
        await outbox.RunAsync();
        outbox.Clock.Ahead = NotificationLimits.LongestDigest - TimeSpan.FromDays(1);
        await outbox.RunAsync();
        Assert.Equal(TemplateSet.Digest, Assert.Single(await outbox.ListAsync(DeliveryState.Sent)).Topic);
        Assert.Equal(0L, outbox.Core.Scalar("SELECT count(*) FROM digest_item"));

        // One of the right time waits for it.
        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        await outbox.RunAsync();
        Assert.Equal(1L, outbox.Core.Scalar("SELECT count(*) FROM digest_item"));
    }

    /// <summary>For a minute the clock is days ahead.</summary>
    private static async Task JumpAsync(Outbox outbox)
    {
        outbox.Clock.Ahead = NotificationLimits.GiveUp + TimeSpan.FromHours(1);
        for (var second = 0; second < 60; second += 10)
        {
            await outbox.RunAsync();
            outbox.Time.Advance(TimeSpan.FromSeconds(10));
        }

        outbox.Clock.Ahead = TimeSpan.Zero;
        await outbox.RunAsync();
    }

    private sealed class AnsweringTransport(SendVerdict verdict) : IMailTransport
    {
        public ValueTask<SendOutcome> SendAsync(Outgoing mail, CancellationToken cancellationToken) => new(new SendOutcome(verdict, "not now"));

        public void Dispose()
        {
        }
    }
}
