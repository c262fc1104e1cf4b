using Waybill.Core.Notifications;

namespace Waybill.Core.Tests.Notifications;

/// <summary>kill -9 while mails are sent: none is lost, and what comes twice has the same Message-ID.</summary>
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
}
