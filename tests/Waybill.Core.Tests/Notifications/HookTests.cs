using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Waybill.Core.Notifications;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Notifications;

/// <summary>Web hooks, against a listener on a socket.</summary>
public sealed class HookTests
{
    private static readonly byte[] Secret = "0123456789abcdef0123456789abcdef"u8.ToArray();
    private static readonly IPNetwork[] Loopback = [IPNetwork.Parse("127.0.0.0/8")];

    [Fact]
    public async Task A_call_verifies_with_the_secret_and_says_what_happened()
    {
        await using var receiver = new HookReceiver();
        await using var outbox = await CreateAsync(receiver.Url, "file-held");
        await outbox.RaiseAsync("file-held", new JsonObject { ["path"] = "/cdr/ü\n.csv" });
        await outbox.RaiseAsync("other");
        await outbox.RunAsync();

        Assert.True(receiver.Calls.TryDequeue(out var call));
        Assert.Empty(receiver.Calls);
        Assert.StartsWith("POST /waybill?token=1 HTTP/1.1\r\n", call.Head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json", call.Head, StringComparison.Ordinal);
        var signature = Header(call.Head, "Waybill-Signature").Split(["t=", ",v1="], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(outbox.Time.GetUtcNow().ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), signature[0]);
        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes($"{signature[0]}.{call.Body}"))), signature[1]);
        var body = JsonDocument.Parse(call.Body).RootElement;
        Assert.Equal(("file-held", "10042", "/cdr/ü\n.csv"), (
            body.GetProperty("topic").GetString(), body.GetProperty("account").GetString(), body.GetProperty("data").GetProperty("path").GetString()));
        Assert.Equal(Header(call.Head, "Waybill-Delivery"), body.GetProperty("id").GetString());
    }

    [Fact]
    public void The_vector_of_the_documentation_is_right()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "docs", "operations", "notifications.md"));
        const string Body = """{"id":"event-1","topic":"file-missing","account":"10042","time":"2026-01-15T06:00:00Z","data":{"feed":"cdr"}}""";
        Assert.Contains(Body, page, StringComparison.Ordinal);
        Assert.Contains(Encoding.UTF8.GetString(Secret), page, StringComparison.Ordinal);
        Assert.Contains(HookSignature.Sign(Secret, DateTimeOffset.FromUnixTimeSeconds(1_768_456_800), Body), page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_fails_is_called_again_ever_more_rarely_under_the_same_id_and_then_it_is_a_dead_letter()
    {
        await using var receiver = new HookReceiver { Answer = static _ => HookReceiver.Status("500 Oops", "no database") };
        await using var outbox = await CreateAsync(receiver.Url);
        await outbox.RaiseAsync("file-held");
        for (var minute = 0; minute < 60; minute++)
        {
            await outbox.RunAsync();
            outbox.Time.Advance(TimeSpan.FromMinutes(1));
        }

        // At 0, 1, 3, 7, 15 and 31 minutes.
        Assert.Equal(6, receiver.Calls.Count);
        Assert.Single(receiver.Calls.Select(call => Header(call.Head, "Waybill-Delivery")).Distinct());
        Assert.Equal("it answered 500: no database", Assert.Single(await outbox.ListAsync()).Error);
        for (var hour = 1; hour <= NotificationLimits.GiveUp.TotalHours; hour++)
        {
            outbox.Time.Advance(NotificationLimits.LongestRetry);
            await outbox.RunAsync();
        }

        var calls = receiver.Calls.Count;
        Assert.Single(await outbox.ListAsync(DeliveryState.Dead));
        outbox.Time.Advance(TimeSpan.FromDays(1));
        await outbox.RunAsync();
        Assert.Equal(calls, receiver.Calls.Count);

        receiver.Answer = static _ => HookReceiver.Status("200 OK", "thanks");
        Assert.Equal(1, (await outbox.Core.Services.Notifications.RetryDeadAsync(TestCore.Operator)).Get());
        await outbox.RunAsync();
        Assert.Single(await outbox.ListAsync(DeliveryState.Sent));
        Assert.Equal(0, Assert.Single(await outbox.Core.Services.Hooks.ListAsync()).Failures);
    }

    [Fact]
    public async Task Calls_that_waited_for_days_before_their_receiver_was_tried_are_not_given_up_at_that_but_72_hours_later_together()
    {
        await using var receiver = new HookReceiver { Answer = static _ => HookReceiver.Status("503 Busy") };
        await using var outbox = await CreateAsync(receiver.Url);
        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        outbox.Time.Advance(TimeSpan.FromSeconds(10));
        await outbox.RaiseAsync("file-held", count: 100);
        await outbox.RunAsync();
        await outbox.RestartAsync();
        outbox.Time.Advance(NotificationLimits.GiveUp + TimeSpan.FromHours(8));
        await outbox.RunAsync();
        Assert.Equal(101, (await outbox.ListAsync(DeliveryState.Waiting)).Count);

        // The first one was tried before all that, and is given up as soon as the tries bear it out.
        for (var tries = 2; tries < NotificationLimits.GiveUpTries; tries++)
        {
            Assert.Empty(await outbox.ListAsync(DeliveryState.Dead));
            outbox.Time.Advance(NotificationLimits.LongestRetry);
            await outbox.RunAsync();
        }

        Assert.Equal(1, Assert.Single(await outbox.ListAsync(DeliveryState.Dead)).Id);
        for (var hour = NotificationLimits.GiveUpTries - 2; hour <= NotificationLimits.GiveUp.TotalHours; hour++)
        {
            outbox.Time.Advance(NotificationLimits.LongestRetry);
            await outbox.RunAsync();
        }

        Assert.Equal(101, (await outbox.ListAsync(DeliveryState.Dead)).Count);
    }

    [Fact]
    public async Task One_call_that_is_refused_does_not_hold_the_others_but_a_receiver_that_is_away_does()
    {
        await using var receiver = new HookReceiver { Answer = static number => number == 1 ? HookReceiver.Status("400 Bad Request") : HookReceiver.Status("200 OK") };
        await using var outbox = await CreateAsync(receiver.Url);
        await outbox.RaiseAsync("file-held", count: 3);
        await outbox.RunAsync();
        Assert.Equal(3, receiver.Calls.Count);
        Assert.Equal(2, (await outbox.ListAsync(DeliveryState.Sent)).Count);

        receiver.Answer = static _ => HookReceiver.Status("503 Busy");
        await outbox.RaiseAsync("file-held", count: 3);
        await outbox.RunAsync();
        Assert.Equal(4, receiver.Calls.Count);
        Assert.Equal(4, (await outbox.ListAsync(DeliveryState.Waiting)).Count);
    }

    [Fact]
    public async Task Four_hooks_are_called_at_once_and_a_slow_one_holds_none_of_the_others()
    {
        var arrived = 0;
        using var all = new ManualResetEventSlim();
        await using var outbox = await Outbox.CreateAsync(0, null, new TopicRule("*", Telling.None, Telling.None));
        var receivers = Enumerable.Range(0, NotificationLimits.HooksAtOnce + 1).Select(_ => new HookReceiver
        {
            Answer = _ =>
            {
                // Answers only when four are being called; the fifth comes when one of them is done.
                if (Interlocked.Increment(ref arrived) == NotificationLimits.HooksAtOnce)
                {
                    all.Set();
                }

                return all.Wait(TimeSpan.FromSeconds(60)) ? HookReceiver.Status("200 OK") : HookReceiver.Status("500 Alone");
            },
        }).ToList();
        foreach (var receiver in receivers)
        {
            (await outbox.Core.Services.Hooks.AddAsync(new NewHook(receiver.Url, Secret), Loopback, TestCore.Operator)).Get();
        }

        await outbox.RaiseAsync("file-held", count: 2);
        await outbox.RunAsync();
        Assert.All(receivers, receiver => Assert.Equal(2, receiver.Calls.Count));
        Assert.Equal(2 * receivers.Count, (await outbox.ListAsync(DeliveryState.Sent)).Count);
        foreach (var receiver in receivers)
        {
            await receiver.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var inside = new HookReceiver();
        await using var receiver = new HookReceiver { Answer = _ => HookReceiver.Status("307 Temporary Redirect", headers: $"Location: {inside.Url}\r\n") };
        await using var outbox = await CreateAsync(receiver.Url);
        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        Assert.Empty(inside.Calls);
        Assert.Contains("redirect", Assert.Single(await outbox.ListAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_an_endless_answer_only_the_beginning_is_read()
    {
        var endless = new string('x', NotificationLimits.HookAnswer * 16);
        await using var receiver = new HookReceiver
        {
            Answer = _ => $"HTTP/1.1 400 Bad Request\r\nContent-Length: 99999999999\r\n\r\n{endless}",
        };
        await using var outbox = await CreateAsync(receiver.Url);
        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        Assert.StartsWith("it answered 400: xxx", Assert.Single(await outbox.ListAsync()).Error, StringComparison.Ordinal);
        Assert.Contains($"{NotificationLimits.HookAnswer} characters", Assert.Single(await outbox.ListAsync()).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_is_given_up()
    {
        // It takes the connection and says nothing.
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var outbox = await CreateAsync($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/");
        await outbox.RaiseAsync("file-held");
        await outbox.RunAndAdvanceAsync(NotificationLimits.HookTime);
        Assert.Equal("it did not answer within 15 s", Assert.Single(await outbox.ListAsync()).Error);
    }

    [Fact]
    public async Task A_hook_of_an_account_hears_of_no_other_account()
    {
        await using var receiver = new HookReceiver();
        await using var outbox = await Outbox.CreateAsync();
        await outbox.Core.AddAccountAsync("10043");
        (await outbox.Core.Services.Hooks.AddAsync(new NewHook(receiver.Url, Secret) { Account = "10043" }, Loopback, TestCore.Operator)).Get();
        await outbox.RaiseAsync("file-held");
        await outbox.RaiseAsync("file-held", forAccount: false);
        await outbox.RunAsync();
        Assert.Empty(receiver.Calls);
    }

    [Fact]
    public async Task An_event_that_is_too_large_is_told_without_its_data()
    {
        await using var receiver = new HookReceiver();
        await using var outbox = await CreateAsync(receiver.Url);
        await outbox.RaiseAsync("file-held", new JsonObject { ["names"] = new string('x', NotificationLimits.HookBody) });
        await outbox.RunAsync();
        Assert.True(receiver.Calls.TryDequeue(out var call));
        Assert.True(JsonDocument.Parse(call.Body).RootElement.GetProperty("dataLeftOut").GetBoolean());
    }

    [Fact]
    public async Task A_hook_that_is_removed_leaves_dead_letters_that_are_not_tried_again()
    {
        await using var receiver = new HookReceiver { Answer = static _ => HookReceiver.Status("500 Oops") };
        await using var outbox = await CreateAsync(receiver.Url);
        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        (await outbox.Core.Services.Hooks.RemoveAsync(1, TestCore.Operator)).Get();
        var dead = Assert.Single(await outbox.ListAsync(DeliveryState.Dead));
        (await outbox.Core.Services.Notifications.RetryAsync(dead.Id, TestCore.Operator)).Problem(ProblemKind.Refused);
        (await outbox.Core.Services.Hooks.RemoveAsync(1, TestCore.Operator)).Problem(ProblemKind.NotFound);
    }

    [Theory]
    [InlineData("500 Oops", DeliveryState.Dead)]
    [InlineData("404 Not Found", DeliveryState.Dead)]
    [InlineData("200 OK", DeliveryState.Sent)]
    public async Task A_hook_that_is_removed_while_it_is_called_is_not_waited_for(string answer, DeliveryState end)
    {
        using var removed = new ManualResetEventSlim();
        await using var receiver = new HookReceiver { Answer = _ => removed.Wait(TimeSpan.FromSeconds(60)) ? HookReceiver.Status(answer) : HookReceiver.Status("200 OK") };
        await using var outbox = await CreateAsync(receiver.Url);
        await outbox.RaiseAsync("file-held");
        var running = Task.Run(outbox.RunAsync);
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60)))
        {
            while (receiver.Calls.IsEmpty)
            {
                await Task.Delay(5, patience.Token);
            }
        }

        (await outbox.Core.Services.Hooks.RemoveAsync(1, TestCore.Operator)).Get();
        removed.Set();
        await running;
        var call = Assert.Single(await outbox.ListAsync());
        Assert.Equal((end, end == DeliveryState.Dead ? "the web hook was removed" : null), (call.State, call.Error));
    }

    [Theory]
    [InlineData("sending")]
    [InlineData("waiting")]
    public async Task Calls_of_a_hook_that_is_gone_are_given_up_at_the_start(string state)
    {
        await using var receiver = new HookReceiver { Answer = static _ => HookReceiver.Status("500 Oops") };
        await using var outbox = await CreateAsync(receiver.Url);
        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        (await outbox.Core.Services.Hooks.RemoveAsync(1, TestCore.Operator)).Get();
        outbox.Core.Tamper($"UPDATE delivery SET state = '{state}', error = NULL");
        await outbox.RestartAsync();
        await outbox.RunAsync();
        Assert.Equal("the web hook was removed", Assert.Single(await outbox.ListAsync(DeliveryState.Dead)).Error);
        Assert.Single(receiver.Calls);
    }

    [Fact]
    public async Task A_test_call_says_what_came_back()
    {
        await using var receiver = new HookReceiver { Answer = static number => HookReceiver.Status(number == 1 ? "200 OK" : "403 Forbidden", "wrong signature") };
        await using var outbox = await CreateAsync(receiver.Url);
        (await outbox.Core.Services.Hooks.TestAsync(1, Loopback)).Get();
        Assert.Contains("403: wrong signature", (await outbox.Core.Services.Hooks.TestAsync(1, Loopback)).Problem(ProblemKind.Unusable).Message, StringComparison.Ordinal);
        Assert.Contains("not public", (await outbox.Core.Services.Hooks.TestAsync(1, [])).Problem(ProblemKind.Unusable).Message, StringComparison.Ordinal);
        Assert.Equal(2, receiver.Calls.Count);
    }

    [Fact]
    public async Task A_name_that_leads_to_this_machine_is_refused_when_it_is_called()
    {
        await using var receiver = new HookReceiver();
        await using var outbox = await Outbox.CreateAsync();
        outbox.Options = outbox.Options with { HookNetworks = [] };
        (await outbox.Core.Services.Hooks.AddAsync(new NewHook(receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal).Replace("http:", "https:", StringComparison.Ordinal), Secret), [], TestCore.Operator)).Get();
        await outbox.RaiseAsync("file-held");
        await outbox.RunAsync();
        Assert.Empty(receiver.Calls);
        Assert.Contains("not public", (await outbox.ListAsync())[0].Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1/", true)]
    [InlineData("http://[::ffff:127.0.0.1]/", true)]
    [InlineData("http://localhost/", true)]
    [InlineData("http://8.8.8.8/", false)]
    [InlineData("https://8.8.8.8/", true)]
    [InlineData("https://example.com/", true)]
    public void Unencrypted_calls_go_into_the_named_networks_only(string url, bool allowed)
    {
        var bad = new HookTargets(Loopback).Check(url);
        Assert.Equal(allowed, bad is null);
        Assert.True(allowed || bad!.Message.Contains("https://", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_does_not_lead_into_a_named_network_is_not_called_unencrypted()
    {
        await using var receiver = new HookReceiver();
        using var caller = new HookCaller(new HookTargets([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")]), TimeProvider.System);
        var url = receiver.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        Assert.Equal(SendVerdict.Taken, (await caller.CallAsync(url, Secret, "1", "test", "{}", TestContext.Current.CancellationToken)).Verdict);

        // A public address by plain http is refused before a packet leaves.
        var refused = await caller.CallAsync("http://8.8.8.8:9/", Secret, "2", "test", "{}", TestContext.Current.CancellationToken);
        Assert.Contains("https://", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:7f00:1::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2606:4700::1111", true)]
    public void Only_public_addresses_are_called(string address, bool allowed) => Assert.Equal(allowed, new HookTargets([]).IsAllowed(IPAddress.Parse(address)));

    [Theory]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("example.com")]
    [InlineData("https://user:word@example.com/")]
    [InlineData("https://example.com/#part")]
    [InlineData("http://example.com/")]
    [InlineData("http://8.8.8.8/")]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("https://example.com/\r\nHost: other")]
    public async Task Addresses_that_are_none_are_refused(string url)
    {
        await using var core = await TestCore.CreateAsync();
        Assert.False((await core.Services.Hooks.AddAsync(new NewHook(url, Secret), [], TestCore.Operator)).Succeeded);
    }

    [Fact]
    public async Task There_are_at_most_100_hooks_and_secrets_have_16_bytes_or_more()
    {
        await using var core = await TestCore.CreateAsync();
        (await core.Services.Hooks.AddAsync(new NewHook("https://example.com/", Secret.AsMemory(0, 15)), [], TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Services.Hooks.AddAsync(new NewHook("https://example.com/", Secret) { Topics = ["a b"] }, [], TestCore.Operator)).Problem(ProblemKind.Invalid);
        for (var i = 0; i < NotificationLimits.Hooks; i++)
        {
            (await core.Services.Hooks.AddAsync(new NewHook($"https://example.com/{i}", Secret), [], TestCore.Operator)).Get();
        }

        (await core.Services.Hooks.AddAsync(new NewHook("https://example.com/more", Secret), [], TestCore.Operator)).Problem(ProblemKind.LimitReached);
    }

    private static async Task<Outbox> CreateAsync(string url, params string[] topics)
    {
        var outbox = await Outbox.CreateAsync(0, null, new TopicRule("*", Telling.None, Telling.None));
        (await outbox.Core.Services.Hooks.AddAsync(new NewHook(url, Secret) { Topics = topics }, Loopback, TestCore.Operator)).Get();
        return outbox;
    }

    private static string Header(string head, string name) =>
        head.Split("\r\n").First(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))[(name.Length + 1)..].Trim();
}
