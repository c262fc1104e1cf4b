using System.Net;
using System.Net.Sockets;
using Waybill.Core.Notifications;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Notifications;

/// <summary>A round of sending ends, and who is slow to answer holds nobody else up.</summary>
public sealed class RoundTests
{
    private static readonly byte[] Secret = "0123456789abcdef0123456789abcdef"u8.ToArray();
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(2);

    /// <summary>Tries that begin before the limit, each as slow as that.</summary>
    private static readonly int OfOneRound = (int)Math.Ceiling(NotificationLimits.RoundTime / Slow);

    [Fact]
    public async Task A_mail_server_that_does_not_answer_holds_neither_the_round_nor_what_comes_after_it()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var receiver = new HookReceiver();
        await using var outbox = await Outbox.CreateAsync(((IPEndPoint)silent.LocalEndpoint).Port);
        await AddHookAsync(outbox, receiver);
        await outbox.RaiseAsync("file-held");
        var running = await outbox.RunUntilItWaitsAsync();
        outbox.Time.Advance(NotificationLimits.RoundTime);
        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Single(receiver.Calls);

        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        Assert.Equal(2, receiver.Calls.Count);
        Assert.Equal(DeliveryKind.Mail, Assert.Single(await outbox.ListAsync(DeliveryState.Sending)).Kind);

        // Its end is written, and it waits for its next try as any other.
        outbox.Time.Advance(NotificationLimits.MailTime);
        await outbox.UntilNothingIsSentAsync();
        Assert.Equal(2, (await outbox.ListAsync(DeliveryState.Waiting)).Count);
    }

    [Fact]
    public async Task A_web_hook_that_does_not_answer_holds_no_mail()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var outbox = await Outbox.CreateAsync();
        (await outbox.Core.Services.Hooks.AddAsync(
            new NewHook($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/", Secret), outbox.Options.HookNetworks, TestCore.Operator)).Get();
        await outbox.RaiseAsync("file-held");
        var running = await outbox.RunUntilItWaitsAsync();
        outbox.Time.Advance(NotificationLimits.RoundTime);
        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        Assert.Equal(2, (await outbox.ListAsync(DeliveryState.Sent)).Count);

        // What a hook is being called for when the server stops is not called a second time beside it.
        Assert.Single(await outbox.ListAsync(DeliveryState.Sending));
        outbox.Time.Advance(NotificationLimits.HookTime);
        await outbox.RestartAsync();
        Assert.Empty(await outbox.ListAsync(DeliveryState.Sending));
    }

    [Fact]
    public async Task A_round_begins_no_further_mail_after_its_time_and_the_next_one_goes_on()
    {
        await using var outbox = await Outbox.CreateAsync();
        outbox.Transport = () => new SlowTransport(outbox.Time);
        await outbox.RaiseAsync("file-held", count: 10);
        for (var round = 1; round <= 2; round++)
        {
            await outbox.RunAsync();
            await outbox.UntilNothingIsSentAsync();
            Assert.Equal(round * OfOneRound, (await outbox.ListAsync(DeliveryState.Sent)).Count);
        }
    }

    [Fact]
    public async Task A_round_begins_no_further_call_after_its_time_and_the_next_one_goes_on()
    {
        await using var outbox = await Outbox.CreateAsync(0, null, new TopicRule("*", Telling.None, Telling.None));
        await using var receiver = new HookReceiver { Answer = _ => { outbox.Time.Advance(Slow); return HookReceiver.Status("200 OK"); } };
        await AddHookAsync(outbox, receiver);
        await outbox.RaiseAsync("file-held", count: 10);
        for (var round = 1; round <= 2; round++)
        {
            await outbox.RunAsync();
            await outbox.UntilNothingIsSentAsync();
            Assert.Equal(round * OfOneRound, receiver.Calls.Count);
        }
    }

    [Fact]
    public async Task Hooks_take_turns_so_that_slow_ones_with_many_calls_starve_no_other()
    {
        using var last = new ManualResetEventSlim();
        await using var outbox = await Outbox.CreateAsync(0, null, new TopicRule("*", Telling.None, Telling.None));
        var receivers = Enumerable.Range(0, NotificationLimits.HooksAtOnce).Select(_ => new HookReceiver
        {
            // The second call is answered only when the hook that was added last has been called too.
            Answer = number => number == 1 || last.Wait(TimeSpan.FromSeconds(20)) ? HookReceiver.Status("200 OK") : HookReceiver.Status("500 Starved"),
        }).ToList();
        receivers.Add(new HookReceiver
        {
            Answer = _ =>
            {
                last.Set();
                return HookReceiver.Status("200 OK");
            },
        });
        foreach (var receiver in receivers)
        {
            await AddHookAsync(outbox, receiver);
        }

        await outbox.RaiseAsync("file-held", count: 3);
        await outbox.RunAsync();
        Assert.Equal(3 * receivers.Count, (await outbox.ListAsync(DeliveryState.Sent)).Count);
        foreach (var receiver in receivers)
        {
            await receiver.DisposeAsync();
        }
    }

    private static async Task AddHookAsync(Outbox outbox, HookReceiver receiver) =>
        (await outbox.Core.Services.Hooks.AddAsync(new NewHook(receiver.Url, Secret), outbox.Options.HookNetworks, TestCore.Operator)).Get();

    private sealed class SlowTransport(FakeTimeProvider time) : IMailTransport
    {
        public ValueTask<SendOutcome> SendAsync(Outgoing mail, CancellationToken cancellationToken)
        {
            time.Advance(Slow);
            return ValueTask.FromResult(SendOutcome.Taken);
        }

        public void Dispose()
        {
        }
    }
}
