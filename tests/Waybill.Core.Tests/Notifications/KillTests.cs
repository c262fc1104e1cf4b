using Waybill.Core.Notifications;

namespace Waybill.Core.Tests.Notifications;

/// <summary>kill -9 while mails are sent and web hooks are called: none is lost, and what comes twice has the same id.</summary>
public sealed class KillTests
{
    private const int Kills = 12;
    private const int Events = 30;

    [Fact]
    public async Task A_kill_between_the_servers_yes_and_the_commit_repeats_the_mail_once_with_the_same_message_id()
    {
        await using var server = await SmtpServer.StartAsync("--hold");
        await using var outbox = await Outbox.CreateAsync(server.Port);
        await outbox.RaiseAsync("file-held");
        await using (var sender = SendingProcess.Start(outbox.Core.Path, server.Port))
        {
            await server.WaitForAsync(1);
            sender.Kill();
        }

        await server.AnswerAsync();
        Assert.Equal(DeliveryState.Sending, Assert.Single(await outbox.ListAsync()).State);

        await using (var sender = SendingProcess.Start(outbox.Core.Path, server.Port))
        {
            await server.WaitForAsync(2);
            await server.AnswerAsync();
            await sender.WaitForExitAsync(TimeSpan.FromSeconds(60));
        }

        await using (var sender = SendingProcess.Start(outbox.Core.Path, server.Port))
        {
            await sender.WaitForExitAsync(TimeSpan.FromSeconds(60));
        }

        var delivery = Assert.Single(await outbox.ListAsync());
        Assert.Equal((DeliveryState.Sent, 2), (delivery.State, delivery.Attempts));
        Assert.Equal([delivery.MessageId, delivery.MessageId], server.Mails.Select(mail => mail.MessageId));
        Assert.Equal(server.Mails[0].Parts, server.Mails[1].Parts);
    }

    [Fact]
    public async Task Across_kills_at_any_moment_every_event_is_told_and_no_more_mails_come_twice_than_there_were_kills()
    {
        await using var server = await SmtpServer.StartAsync();
        await using var outbox = await Outbox.CreateAsync(server.Port);
        await outbox.RaiseAsync("file-held", count: Events);
        for (var kill = 0; kill < Kills; kill++)
        {
            // Each kill falls a little further into the work; the last ones find most of it done.
            await using var sender = SendingProcess.Start(outbox.Core.Path, server.Port);
            var before = server.Mails.Count;
            if (kill > 0 && before < Events)
            {
                await server.WaitForAsync(Math.Min(before + 1 + (kill % 3), Events));
            }

            sender.Kill();
        }

        await using (var sender = SendingProcess.Start(outbox.Core.Path, server.Port))
        {
            var outcome = await sender.WaitForExitAsync(TimeSpan.FromSeconds(60));
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
        }

        var deliveries = await outbox.ListAsync();
        Assert.Equal(Events, deliveries.Count);
        Assert.All(deliveries, delivery => Assert.Equal(DeliveryState.Sent, delivery.State));
        var received = server.Mails.Select(mail => mail.MessageId).ToList();
        Assert.Equal(deliveries.Select(delivery => delivery.MessageId).Order(), received.Distinct().Order());
        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills, {Events} events, {received.Count} mails");
        Assert.InRange(received.Count, Events, Events + Kills);
    }

    [Fact]
    public async Task A_kill_between_the_hooks_yes_and_the_commit_repeats_the_call_once_with_the_same_delivery_id()
    {
        using var mayAnswer = new ManualResetEventSlim();
        await using var receiver = new HookReceiver { Answer = number => Answer(number, mayAnswer) };
        await using var outbox = await HookedAsync(receiver);
        await outbox.RaiseAsync("file-held");
        await using (var sender = SendingProcess.Start(outbox.Core.Path, 0))
        {
            await WaitForAsync(receiver, 1);
            sender.Kill();
        }

        mayAnswer.Set();
        Assert.Equal(DeliveryState.Sending, Assert.Single(await HookCallsAsync(outbox)).State);
        for (var run = 0; run < 2; run++)
        {
            await using var sender = SendingProcess.Start(outbox.Core.Path, 0);
            await sender.WaitForExitAsync(TimeSpan.FromSeconds(60));
        }

        var delivery = Assert.Single(await HookCallsAsync(outbox));
        Assert.Equal((DeliveryState.Sent, 2), (delivery.State, delivery.Attempts));
        Assert.Equal([delivery.MessageId, delivery.MessageId], Ids(receiver));
        Assert.Single(receiver.Calls.Select(call => call.Body).Distinct());

        static string Answer(int number, ManualResetEventSlim mayAnswer)
        {
            if (number == 1)
            {
                mayAnswer.Wait(TimeSpan.FromSeconds(60));
            }

            return HookReceiver.Status("200 OK");
        }
    }

    [Fact]
    public async Task Across_kills_at_any_moment_every_event_is_called_and_no_more_calls_come_twice_than_there_were_kills()
    {
        await using var receiver = new HookReceiver();
        await using var outbox = await HookedAsync(receiver);
        await outbox.RaiseAsync("file-held", count: Events);
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var sender = SendingProcess.Start(outbox.Core.Path, 0);
            var before = receiver.Calls.Count;
            if (kill > 0 && before < Events)
            {
                await WaitForAsync(receiver, Math.Min(before + 1 + (kill % 3), Events));
            }

            sender.Kill();
        }

        await using (var sender = SendingProcess.Start(outbox.Core.Path, 0))
        {
            var outcome = await sender.WaitForExitAsync(TimeSpan.FromSeconds(60));
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
        }

        var deliveries = await HookCallsAsync(outbox);
        Assert.Equal(Events, deliveries.Count);
        Assert.All(deliveries, delivery => Assert.Equal(DeliveryState.Sent, delivery.State));
        Assert.Equal(deliveries.Select(delivery => delivery.MessageId).Order(), Ids(receiver).Distinct().Order());
        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills, {Events} events, {receiver.Calls.Count} calls");
        Assert.InRange(receiver.Calls.Count, Events, Events + Kills);
    }

    private static async Task<Outbox> HookedAsync(HookReceiver receiver)
    {
        var outbox = await Outbox.CreateAsync();
        (await outbox.Core.Services.Hooks.AddAsync(
            new NewHook(receiver.Url, "0123456789abcdef0123456789abcdef"u8.ToArray()), outbox.Options.HookNetworks, TestCore.Operator)).Get();
        return outbox;
    }

    private static async Task<IReadOnlyList<Delivery>> HookCallsAsync(Outbox outbox) => [.. (await outbox.ListAsync()).Where(delivery => delivery.Kind == DeliveryKind.Hook)];

    private static IEnumerable<string> Ids(HookReceiver receiver) => receiver.Calls.Select(call =>
        call.Head.Split("\r\n").First(line => line.StartsWith("Waybill-Delivery: ", StringComparison.Ordinal))["Waybill-Delivery: ".Length..]);

    private static async Task WaitForAsync(HookReceiver receiver, int calls)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (receiver.Calls.Count < calls)
        {
            await Task.Delay(5, patience.Token);
        }
    }
}
