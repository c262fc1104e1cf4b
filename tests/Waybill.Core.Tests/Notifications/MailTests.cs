using System.Text.Json.Nodes;
using Waybill.Core.Notifications;

namespace Waybill.Core.Tests.Notifications;

/// <summary>Events reach people by mail, over a real mail server.</summary>
public sealed class MailTests
{
    [Fact]
    public async Task An_event_becomes_one_mail_with_a_message_id_and_both_parts()
    {
        await using var server = await SmtpServer.StartAsync();
        await using var outbox = await Outbox.CreateAsync(server.Port);
        await outbox.RaiseAsync("something-new", new JsonObject { ["path"] = "/cdr/größe.csv", ["bytes"] = 12 });
        await outbox.RunAsync();
        await outbox.RunAsync();

        var mail = Assert.Single(await server.WaitForAsync(1));
        Assert.Equal([Outbox.Support], mail.To);
        Assert.Equal("no-reply@provider.test", mail.From);
        Assert.Equal("Example Telecom: something-new for account 10042", mail.Subject);
        Assert.Equal("auto-generated", mail.Header("Auto-Submitted"));
        Assert.Equal(2, mail.Parts.Count);
        Assert.Contains("path: /cdr/größe.csv", mail.Parts[0], StringComparison.Ordinal);
        Assert.Contains("path: /cdr/größe.csv", mail.Parts[1], StringComparison.Ordinal);
        var sent = Assert.Single(await outbox.ListAsync());
        Assert.Equal((DeliveryState.Sent, 1, mail.MessageId), (sent.State, sent.Attempts, sent.MessageId));
        Assert.Matches("^<[0-9a-f]{40}@provider.test>$", mail.MessageId);
    }

    [Fact]
    public async Task Many_events_become_as_many_mails_and_each_event_is_handled_once()
    {
        await using var server = await SmtpServer.StartAsync();
        await using var outbox = await Outbox.CreateAsync(server.Port);
        await outbox.RaiseAsync("file-held", count: NotificationLimits.EventsTogether + 20);
        await outbox.RunAsync();

        var mails = await server.WaitForAsync(NotificationLimits.EventsTogether + 20);
        Assert.Equal(NotificationLimits.EventsTogether + 20, mails.Select(mail => mail.MessageId).Distinct().Count());
        Assert.Equal(0L, outbox.Core.Scalar("SELECT count(*) FROM event WHERE handled_at IS NULL"));
    }

    [Fact]
    public async Task What_a_customer_writes_cannot_add_a_header_nor_markup_nor_a_placeholder()
    {
        await using var server = await SmtpServer.StartAsync();
        await using var outbox = await Outbox.CreateAsync(server.Port);
        Directory.CreateDirectory(outbox.Options.TemplateFolder);
        await File.WriteAllTextAsync(Path.Combine(outbox.Options.TemplateFolder, "file-held.txt"), "Subject: held {{path}}\n\nheld {{path}}\n");
        await outbox.RaiseAsync("file-held", new JsonObject { ["path"] = "a\r\nBcc: all@victim.test\r\n\r\n<script>alert(1)</script>{{support}}\u202e" });
        await outbox.RunAsync();

        var mail = Assert.Single(await server.WaitForAsync(1));
        Assert.Equal([Outbox.Support], mail.To);
        Assert.DoesNotContain("\r\nBcc:", mail.Head, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(@"held a\u000d\u000aBcc: all@victim.test\u000d\u000a\u000d\u000a<script>alert(1)</script>{{support}}\u202e", mail.Subject);
        Assert.DoesNotContain('\u202e', mail.Parts[0]);
        Assert.Contains("{{support}}", mail.Parts[0], StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", mail.Parts[1], StringComparison.Ordinal);
        Assert.DoesNotContain("<script", mail.Parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_and_subjects_are_bounded()
    {
        await using var server = await SmtpServer.StartAsync();
        await using var outbox = await Outbox.CreateAsync(server.Port);
        Directory.CreateDirectory(outbox.Options.TemplateFolder);
        await File.WriteAllTextAsync(Path.Combine(outbox.Options.TemplateFolder, "long.txt"), "Subject: {{value}}\n\n{{value}}");
        await outbox.RaiseAsync("long", new JsonObject { ["value"] = new string('x', 50_000) });
        await outbox.RunAsync();

        var mail = Assert.Single(await server.WaitForAsync(1));
        Assert.True(mail.Subject.Length <= NotificationLimits.Subject, mail.Subject);
        Assert.Equal(NotificationLimits.Value, mail.Parts[0].Trim().Length);
        Assert.EndsWith("[cut: 50000 characters in all]", mail.Parts[0].Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_is_a_line_for_each_item_up_to_its_limit()
    {
        await using var outbox = await Outbox.CreateAsync();
        var names = new JsonArray([.. Enumerable.Range(0, NotificationLimits.Lines + 1).Select(number => (JsonNode)$"/cdr/{number}\n.csv")]);
        await outbox.RaiseAsync("retention-notice", new JsonObject { ["names"] = names, ["run"] = "2026-02-01T03:00:00Z" });
        outbox.Options = outbox.Options with { Zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin") };
        await outbox.RunAsync();
        var lines = ((string)outbox.Core.Scalar("SELECT text FROM delivery")!).Split('\n');
        Assert.Equal(NotificationLimits.Lines, lines.Count(line => line.StartsWith("/cdr/", StringComparison.Ordinal)));
        Assert.Contains(@"/cdr/99\u000a.csv", lines);
        Assert.Contains("...", lines);
        Assert.EndsWith("will be removed on 2026-02-01 04:00 +01:00", (await outbox.ListAsync())[0].Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_server_that_is_away_for_an_hour_loses_nothing()
    {
        await using var outbox = await Outbox.CreateAsync(1);
        await outbox.RaiseAsync("file-held", count: 3);
        for (var minute = 0; minute < 60; minute++)
        {
            await outbox.RunAsync();
            outbox.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var waiting = await outbox.ListAsync();
        Assert.All(waiting, delivery => Assert.Equal(DeliveryState.Waiting, delivery.State));
        Assert.Contains(waiting, delivery => delivery.Error is not null);

        // Not each of the three each minute: one tries for all, and ever more rarely.
        Assert.InRange(waiting.Sum(delivery => delivery.Attempts), 5, 8);

        await using var server = await SmtpServer.StartAsync();
        outbox.Options = outbox.Options with { Smtp = outbox.Options.Smtp! with { Port = server.Port } };
        await outbox.RestartAsync();
        outbox.Time.Advance(NotificationLimits.LongestMailPause);
        await outbox.RunAsync();
        var mails = await server.WaitForAsync(3);
        Assert.Equal(waiting.Select(delivery => delivery.MessageId).Order(), mails.Select(mail => mail.MessageId).Order());
    }

    [Fact]
    public async Task A_mail_server_that_comes_back_is_found_without_a_restart()
    {
        await using var outbox = await Outbox.CreateAsync(1);
        var port = FreePort();
        outbox.Options = outbox.Options with { Smtp = outbox.Options.Smtp! with { Port = port } };
        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        await using var server = await SmtpServer.StartAsync("--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        outbox.Time.Advance(NotificationLimits.FirstRetry);
        await outbox.RunAsync();
        Assert.Single(await server.WaitForAsync(1));
    }

    [Fact]
    public async Task A_mail_server_that_says_nothing_is_given_up_after_a_minute()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        await using var outbox = await Outbox.CreateAsync(((System.Net.IPEndPoint)silent.LocalEndpoint).Port);
        await outbox.RaiseAsync("file-held");
        await outbox.RunAndAdvanceAsync(NotificationLimits.MailTime);
        var delivery = Assert.Single(await outbox.ListAsync());
        Assert.Equal((DeliveryState.Waiting, "the mail server did not answer within 60 s"), (delivery.State, delivery.Error));
    }

    [Fact]
    public async Task A_mail_that_nobody_took_for_72_hours_is_a_dead_letter_and_can_be_tried_again()
    {
        await using var outbox = await Outbox.CreateAsync(1);
        await outbox.RaiseAsync("file-held");
        for (var hour = 0; hour <= NotificationLimits.GiveUp.TotalHours; hour++)
        {
            await outbox.RunAsync();
            Assert.NotEqual(DeliveryState.Sent, (await outbox.ListAsync())[0].State);
            outbox.Time.Advance(NotificationLimits.LongestRetry);
        }

        var dead = Assert.Single(await outbox.ListAsync(DeliveryState.Dead));
        await using var server = await SmtpServer.StartAsync();
        outbox.Options = outbox.Options with { Smtp = outbox.Options.Smtp! with { Port = server.Port } };
        await outbox.RestartAsync();
        await outbox.RunAsync();
        Assert.Empty(server.Mails);

        Assert.Equal(DeliveryState.Waiting, (await outbox.Core.Services.Notifications.RetryAsync(dead.Id, TestCore.Operator)).Get().State);
        await outbox.RunAsync();
        Assert.Equal(dead.MessageId, Assert.Single(await server.WaitForAsync(1)).MessageId);
        (await outbox.Core.Services.Notifications.RetryAsync(dead.Id, TestCore.Operator)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task A_recipient_that_is_refused_is_a_dead_letter_at_once_and_a_busy_one_waits_and_neither_holds_the_others()
    {
        await using var server = await SmtpServer.StartAsync("--refuse", Outbox.Customer, "--busy", Outbox.Support);
        await using var outbox = await Outbox.CreateAsync(server.Port, null, new TopicRule("*", Telling.Now, Telling.Now), new TopicRule("both", Telling.None, Telling.Now));
        await outbox.RaiseAsync("file-held");
        outbox.Options = outbox.Options with { SupportMail = "night@provider.test" };
        await outbox.RunAsync();
        var refused = Assert.Single(await outbox.ListAsync(DeliveryState.Dead));
        Assert.Equal(Outbox.Customer, refused.Target);
        Assert.Contains("nobody here", refused.Error, StringComparison.Ordinal);

        outbox.Options = outbox.Options with { SupportMail = Outbox.Support };
        await outbox.RestartAsync();
        await outbox.RaiseAsync("both");
        await outbox.RunAsync();
        var busy = Assert.Single(await outbox.ListAsync(DeliveryState.Waiting));
        Assert.Equal(outbox.Time.GetUtcNow() + NotificationLimits.FirstRetry, busy.Due);
        Assert.Equal(["night@provider.test"], Assert.Single(server.Mails).To);
    }

    [Fact]
    public async Task A_mail_that_waited_for_days_before_its_first_try_is_not_given_up_at_that()
    {
        await using var outbox = await Outbox.CreateAsync(1);
        await outbox.RaiseAsync("file-held", count: 2);
        await outbox.RunAsync();
        await outbox.RestartAsync();
        outbox.Time.Advance(NotificationLimits.GiveUp + TimeSpan.FromHours(8));
        await outbox.RunAsync();
        Assert.Equal([1, 1], (await outbox.ListAsync(DeliveryState.Waiting)).Select(delivery => delivery.Attempts));

        // The other one was tried before all that, and is given up as soon as the tries bear it out. They are for both.
        for (var tries = 1; tries < NotificationLimits.GiveUpTries - 1; tries++)
        {
            outbox.Time.Advance(NotificationLimits.LongestRetry);
            await outbox.RunAsync();
        }

        Assert.Empty(await outbox.ListAsync(DeliveryState.Dead));
        outbox.Time.Advance(NotificationLimits.LongestRetry);
        await outbox.RunAsync();
        outbox.Time.Advance(NotificationLimits.LongestRetry);
        await outbox.RunAsync();
        Assert.Equal(1, Assert.Single(await outbox.ListAsync(DeliveryState.Dead)).Id);
        outbox.Time.Advance(NotificationLimits.GiveUp);
        await outbox.RunAsync();
        var dead = await outbox.ListAsync(DeliveryState.Dead);
        Assert.Equal(2, dead.Count);

        // One that somebody asks for anew has its time from its next try on.
        (await outbox.Core.Services.Notifications.RetryAsync(dead[0].Id, TestCore.Operator)).Get();
        outbox.Time.Advance(NotificationLimits.GiveUp);
        await outbox.RestartAsync();
        await outbox.RunAsync();
        Assert.Equal(dead[0].Id, Assert.Single(await outbox.ListAsync(DeliveryState.Waiting)).Id);
    }

    [Theory]
    [InlineData("MAIL", "552 5.3.4 too large for us")]
    [InlineData("MAIL", "552 too large for us")]
    [InlineData("MAIL", "554 5.3.4 too large for us")]
    [InlineData("RCPT", "554 5.1.1 nobody of that name")]
    [InlineData("RCPT", "501 5.1.3 no address")]
    [InlineData("DATA", "554 5.6.0 not this text")]
    public async Task A_mail_that_is_refused_for_good_is_a_dead_letter_at_once_and_holds_none_of_the_others(string stage, string reply)
    {
        await using var server = await SmtpServer.StartAsync("--reply", stage, reply);
        await using var outbox = await Outbox.CreateAsync(server.Port);
        await outbox.RaiseAsync("file-held", count: 3);
        await outbox.RunAsync();
        Assert.Contains(reply[4..], Assert.Single(await outbox.ListAsync(DeliveryState.Dead)).Error, StringComparison.Ordinal);
        Assert.Equal(2, (await outbox.ListAsync(DeliveryState.Sent)).Count);
        Assert.Equal(2, (await server.WaitForAsync(2)).Count);
    }

    [Theory]
    [InlineData("GREETING", "554 no service here")]
    [InlineData("MAIL", "421 too many at once")]
    [InlineData("MAIL", "530 5.7.0 sign in first")]
    [InlineData("MAIL", "550 5.1.8 sender's domain not found")]
    [InlineData("MAIL", "501 5.1.7 bad sender")]
    [InlineData("MAIL", "521 no mail here")]
    [InlineData("MAIL", "554 5.7.1 Client host rejected")]
    public async Task A_server_that_takes_no_mail_at_all_loses_none_and_is_asked_once_for_all(string stage, string reply)
    {
        await using var server = await SmtpServer.StartAsync("--reply", stage, reply);
        await using var outbox = await Outbox.CreateAsync(server.Port);
        await outbox.RaiseAsync("file-held", count: 3);
        await outbox.RunAsync();
        var waiting = await outbox.ListAsync(DeliveryState.Waiting);
        Assert.Equal((3, 1), (waiting.Count, waiting.Sum(delivery => delivery.Attempts)));
        outbox.Time.Advance(NotificationLimits.FirstRetry);
        await outbox.RunAsync();
        Assert.Equal(3, (await server.WaitForAsync(3)).Count);
    }

    [Theory]
    [InlineData("550 5.7.54 unable to relay", true)]
    [InlineData("550 5.7.54 unable to relay", false)]
    [InlineData("554 5.7.1 Client host rejected", false)]
    [InlineData("550 5.1.8 sender's domain not found", false)]
    [InlineData("501 5.1.7 bad sender", false)]
    public async Task A_recipient_that_may_be_refused_for_what_we_are_is_tried_again_and_holds_none_of_the_others(string reply, bool signsIn)
    {
        await using var server = await SmtpServer.StartAsync("--reply", "RCPT", reply);
        await using var outbox = await Outbox.CreateAsync(server.Port);
        if (signsIn)
        {
            await File.WriteAllTextAsync(Path.Combine(outbox.Core.Path, "password"), "old\n");
            outbox.Options = outbox.Options with { Smtp = outbox.Options.Smtp! with { User = "waybill", PasswordFile = Path.Combine(outbox.Core.Path, "password") } };
        }

        await outbox.RaiseAsync("file-held", count: 2);
        await outbox.RunAsync();
        Assert.Single(await outbox.ListAsync(DeliveryState.Waiting));
        Assert.Single(await outbox.ListAsync(DeliveryState.Sent));
        outbox.Time.Advance(NotificationLimits.FirstRetry);
        await outbox.RunAsync();
        Assert.Equal(2, (await server.WaitForAsync(2)).Count);
    }

    [Theory]
    [InlineData("größe@customer.test", false)]
    [InlineData("größe@customer.test", true)]
    [InlineData("billing@üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü.test", true)]
    public async Task An_address_that_the_mail_server_cannot_take_holds_none_of_the_others(string address, bool utf8)
    {
        await using var server = await SmtpServer.StartAsync(utf8 ? ["--utf8"] : []);
        await using var outbox = await Outbox.CreateAsync(server.Port, null, new TopicRule("*", Telling.Now, Telling.Now));
        outbox.Core.Tamper($"UPDATE account SET email = '{address}'");
        await outbox.RaiseAsync("file-held", count: 2);
        await outbox.RunAsync();
        var isTaken = utf8 && address.StartsWith('g');
        var states = (await outbox.ListAsync()).ToLookup(delivery => delivery.Target, delivery => delivery.State);
        Assert.All(states[address], state => Assert.Equal(isTaken ? DeliveryState.Sent : DeliveryState.Dead, state));
        Assert.Equal([DeliveryState.Sent, DeliveryState.Sent], states[Outbox.Support]);
        Assert.Equal(isTaken ? 2 : 0, server.Mails.Count(mail => mail.To.Contains(address)));
    }

    [Fact]
    public async Task Without_a_mail_server_an_address_of_other_letters_is_written_and_one_that_cannot_be_is_a_dead_letter()
    {
        await using var outbox = await Outbox.CreateAsync(0, null, new TopicRule("*", Telling.Now, Telling.Now));
        outbox.Core.Tamper("UPDATE account SET email = 'größe@customer.test'");
        outbox.Options = outbox.Options with { SupportMail = $"night@{new string('ü', 70)}.test" };
        await outbox.RaiseAsync("file-held", count: 2);
        await outbox.RunAsync();
        Assert.Equal(2, Directory.GetFiles(outbox.Options.MailFolder, "*.eml").Length);
        Assert.Equal(2, (await outbox.ListAsync(DeliveryState.Dead)).Count(delivery => delivery.Target == outbox.Options.SupportMail));
    }

    [Fact]
    public async Task Without_a_mail_server_mails_are_files_whole_and_once()
    {
        await using var outbox = await Outbox.CreateAsync();
        await outbox.RaiseAsync("file-held", count: 2);
        await outbox.RunAsync();

        var files = Directory.GetFiles(outbox.Options.MailFolder, "*.eml");
        Assert.Equal(2, files.Length);
        var content = await File.ReadAllTextAsync(files[0]);
        Assert.Contains("Message-ID: <", content, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(Outbox.Support, content, StringComparison.Ordinal);

        // As after a kill behind the rename and before the commit.
        outbox.Core.Tamper("UPDATE delivery SET state = 'sending', sent_at = NULL");
        await outbox.RestartAsync();
        await outbox.RunAsync();
        Assert.Equal(files.Order(), Directory.GetFiles(outbox.Options.MailFolder, "*.eml").Order());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(outbox.Options.MailFolder, ".new")));
    }

    [Fact]
    public async Task Whoever_is_customer_and_provider_gets_one_mail()
    {
        await using var outbox = await Outbox.CreateAsync(0, null, new TopicRule("*", Telling.Digest, Telling.Now));
        outbox.Options = outbox.Options with { SupportMail = Outbox.Customer.ToUpperInvariant() };
        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        Assert.Single(await outbox.ListAsync());
        Assert.Equal(0L, outbox.Core.Scalar("SELECT count(*) FROM digest_item"));
    }

    [Fact]
    public async Task What_was_sent_is_listed_for_30_days()
    {
        await using var outbox = await Outbox.CreateAsync();
        await outbox.RaiseAsync("file-held", count: NotificationLimits.PurgedTogether + 1);
        await outbox.RunAsync();
        outbox.Time.Advance(NotificationLimits.KeepSent + TimeSpan.FromMinutes(1));
        await outbox.RunAsync();
        Assert.Single(await outbox.ListAsync());
        await outbox.RunAsync();
        Assert.Empty(await outbox.ListAsync());
    }

    [Fact]
    public async Task Dead_letters_and_handled_events_go_after_90_days_in_pieces_and_what_is_needed_stays()
    {
        await using var outbox = await Outbox.CreateAsync();
        var core = outbox.Core;
        await outbox.RaiseAsync("file-held", count: NotificationLimits.PurgedTogether + 1);
        await outbox.RunAsync();
        core.Tamper("UPDATE delivery SET state = 'dead' WHERE id % 2 = 0");
        outbox.Time.Advance(NotificationLimits.KeepDead);
        Assert.Equal(0, (await core.Services.Notifications.PurgeAsync()).Get());

        // A digest refers to the first event, and one has not been handled.
        core.Tamper("INSERT INTO digest_item (recipient, zone, event_id, due_at) VALUES ('a@example.com', 'UTC', 1, 9000000000000)");
        core.Tamper("UPDATE event SET handled_at = NULL WHERE id = 3");
        await outbox.RaiseAsync("file-late");
        outbox.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(NotificationLimits.PurgedTogether / 2L, core.Scalar("SELECT count(*) FROM delivery WHERE state = 'dead'"));
        (await core.Services.Notifications.PurgeAsync()).Get();
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM delivery WHERE state = 'dead'"));

        // Those of the deliveries that are still listed as sent are needed by them.
        Assert.Equal(core.Scalar("SELECT count(*) + 1 FROM delivery WHERE state = 'sent'"), core.Scalar("SELECT count(*) FROM event"));
        core.Tamper("DELETE FROM delivery");
        Assert.Equal((NotificationLimits.PurgedTogether / 2) - 1, (await core.Services.Notifications.PurgeAsync()).Get());
        Assert.Equal(3L, core.Scalar("SELECT count(*) FROM event"));
        Assert.Equal(2L, core.Scalar("SELECT count(*) FROM event WHERE id IN (1, 3)"));
    }

    [Theory]
    [InlineData("no subject", "Write it as: Subject:")]
    [InlineData("Subject: {{a\n\n", "is no placeholder")]
    [InlineData("Subject: x\n\n{{#events}}", "has no {{/events}}")]
    [InlineData("Subject: x\n\n{{#other}}", "does not belong there")]
    [InlineData("", "is empty")]
    public async Task A_broken_template_is_found_at_the_start(string content, string says)
    {
        await using var outbox = await Outbox.CreateAsync();
        Directory.CreateDirectory(outbox.Options.TemplateFolder);
        await File.WriteAllTextAsync(Path.Combine(outbox.Options.TemplateFolder, "default.txt"), content);
        var problem = NotificationDispatcher.Create(outbox.Core.Services.Database, outbox.Options, outbox.Time).Problem(ProblemKind.Invalid);
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
        Assert.Contains("default.txt", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_is_at_most_64_KiB()
    {
        await using var outbox = await Outbox.CreateAsync();
        Directory.CreateDirectory(outbox.Options.TemplateFolder);
        var file = Path.Combine(outbox.Options.TemplateFolder, "default.html");
        await File.WriteAllTextAsync(file, new string('x', NotificationLimits.Template));
        Assert.True(NotificationDispatcher.Create(outbox.Core.Services.Database, outbox.Options, outbox.Time).Succeeded);
        await File.AppendAllTextAsync(file, "x");
        NotificationDispatcher.Create(outbox.Core.Services.Database, outbox.Options, outbox.Time).Problem(ProblemKind.Invalid);
    }

    private static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
