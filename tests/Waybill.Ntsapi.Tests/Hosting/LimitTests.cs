using System.Text;
using System.Net.Sockets;
using Waybill.Net.Rates;
using Waybill.Ntsapi.Control;
using Waybill.Ntsapi.Hosting;
using Waybill.Ntsapi.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ntsapi.Tests.Hosting;

/// <summary>Every bound of a connection is reached.</summary>
public sealed class LimitTests
{
    private const string Auth = $"AUTH {NtsapiHarness.User} {NtsapiHarness.Password}";
    private const string Number = "01224000000";

    [Fact]
    public async Task A_command_as_long_as_allowed_is_taken_and_a_longer_one_is_refused_once()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        var info = $"INFO {Number} GEN ";
        await client.AskAsync($"ACTI {Number}");
        Assert.Equal("0 Information updated", await client.AskAsync(info + new string('x', harness.Limits.CommandLine - info.Length)));
        Assert.Equal("4 A command has at most 1024 characters", await client.AskAsync(info + new string('x', harness.Limits.CommandLine - info.Length + 1)));
        Assert.Equal("4 A command has at most 1024 characters", await client.AskAsync(new string('x', 20_000)));
        Assert.Equal($"0 {Number} Y 2026-12-31 ||", await client.AskAsync($"STAT {Number}"));
    }

    [Fact]
    public async Task Bytes_without_an_end_are_cut_off()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        await client.WriteAsync(new string('x', CommandLines.PassedOver + (2 * CommandLines.Block)));
        Assert.Equal("4 A command has at most 1024 characters", await client.ReadAsync());
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(NtsapiEndReason.ProtocolError, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task Lines_that_are_no_command_are_counted_until_somebody_logs_in()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var stranger = await harness.ConnectAsync();
        for (var i = 0; i < harness.Limits.UnknownCommands; i++)
        {
            Assert.StartsWith("4 ", await stranger.AskAsync(i % 2 == 0 ? "XYZZY plugh" : "STAT"), StringComparison.Ordinal);
        }

        Assert.Null(await stranger.TryReadAsync());
        Assert.Equal(NtsapiEndReason.ProtocolError, (await harness.ReportAsync()).Reason);
        await using var client = await harness.LogInAsync();
        for (var i = 0; i < 2 * harness.Limits.UnknownCommands; i++)
        {
            Assert.StartsWith("4 ", await client.AskAsync("exit"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Commands_beyond_the_rate_are_refused_with_words_over_all_sessions_of_a_login()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(new NtsapiServerOptions { Limits = new NtsapiLimits { CommandsPerSecond = 10 } }, clock);
        await using var first = await harness.LogInAsync();
        await using var second = await harness.LogInAsync();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("0 P2012345678 Y 2026-12-31 ||", await (i % 2 == 0 ? first : second).AskAsync("STAT P2012345678"));
        }

        const string TooFast = "7 Too many commands, at most 10 a second. This one was not done; wait a moment and send it again";
        Assert.Equal(TooFast, await first.AskAsync("STAT P2012345678"));
        Assert.Equal(TooFast, await second.AskAsync($"ACTI {Number}"));
        Assert.Equal(TooFast, await second.AskAsync("NONSENSE"));
        Assert.Empty(harness.Numbers.Active);
        clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal("0 Number activated OK", await second.AskAsync($"ACTI {Number}"));
        Assert.Equal(TooFast, await first.AskAsync("STAT P2012345678"));
        Assert.Equal("0 Many thanks. Goodbye", await first.AskAsync("QUIT"));
        Assert.Equal(2, (await harness.ReportAsync()).TooFast);

        // Who comes again is as fast as before.
        await using var third = await harness.LogInAsync();
        Assert.Equal(TooFast, await third.AskAsync("STAT P2012345678"));
    }

    [Fact]
    public async Task Before_the_login_a_session_counts_for_itself()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(new NtsapiServerOptions { Limits = new NtsapiLimits { CommandsPerSecond = 3 } }, clock);
        await using var client = await harness.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.StartsWith("0 ", await client.AskAsync("HELP"), StringComparison.Ordinal);
        }

        Assert.StartsWith("7 ", await client.AskAsync(Auth), StringComparison.Ordinal);
        Assert.Empty(harness.Attempts);
    }

    [Fact]
    public async Task A_login_has_as_many_sessions_as_allowed_and_those_that_end_make_room()
    {
        await using var harness = await NtsapiHarness.StartAsync(new NtsapiServerOptions { Limits = new NtsapiLimits { SessionsPerLogin = 2 } });
        await using var first = await harness.LogInAsync();
        await using var second = await harness.LogInAsync();
        await using var third = await harness.ConnectAsync();
        Assert.Equal("7 This login has as many sessions as it may, which is 2. Close one and connect again", await third.AskAsync(Auth));
        Assert.Null(await third.TryReadAsync());
        Assert.Equal(NtsapiEndReason.LoginRefused, (await harness.ReportAsync(2)).Reason);
        await first.AskAsync("QUIT");
        await harness.ReportAsync(0);
        await using var fourth = await harness.LogInAsync();
    }

    [Fact]
    public void Logins_that_have_left_are_forgotten()
    {
        var logins = new NtsapiLogins(new NtsapiLimits(), new LoginRates(100, new FakeTimeProvider()));
        using var other = logins.TryEnter("b");
        for (var i = 0; i < 3; i++)
        {
            var (first, second) = (logins.TryEnter("A")!, logins.TryEnter("a")!);
            Assert.Equal(2, logins.Count);
            first.Dispose();
            first.Dispose();
            Assert.Equal(2, logins.Count);
            second.Dispose();
            Assert.Equal(1, logins.Count);
        }
    }

    [Fact]
    public async Task A_list_and_a_block_have_at_most_so_many_numbers()
    {
        await using var harness = await NtsapiHarness.StartAsync(new NtsapiServerOptions { Limits = new NtsapiLimits { ListedNumbers = 3, BlockSize = 10 } });
        await using var client = await harness.LogInAsync();
        await client.WriteAsync("ALIST 01224 4\n");
        Assert.Equal(4, (await client.ReadOnceAsync()).Count(static c => c == '\n'));
        Assert.Equal("4 A block has at most 10 numbers", await client.AskAsync("BLKACTI 01224 11"));
        Assert.Equal("0 01224000000 01224000009", await client.AskAsync("BLKACTI 01224 10"));
    }

    [Fact]
    public async Task A_command_without_an_end_is_all_after_the_quiet_time()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(time: clock);
        await using var client = await harness.ConnectAsync();
        await client.WriteAsync(Auth);
        await TimersAsync(clock, 2);
        clock.Advance(harness.Limits.QuietTime - TimeSpan.FromMilliseconds(1));
        Assert.Empty(harness.Attempts);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.StartsWith("0 Access granted", await client.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_be_no_command_yet_is_waited_for_longer()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(time: clock);
        await using var client = await harness.LogInAsync();
        await client.WriteAsync("ACTI 0122400");
        await TimersAsync(clock, 2);
        clock.Advance(harness.Limits.UnfinishedTime - TimeSpan.FromMilliseconds(1));
        await client.WriteAsync("0000\n");
        Assert.Equal("0 Number activated OK", await client.ReadAsync());
        await client.WriteAsync("NONSENSE");
        await TimersAsync(clock, 2);
        clock.Advance(harness.Limits.UnfinishedTime);
        Assert.StartsWith("4 Unknown command", await client.ReadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_key_by_key_is_not_taken_for_whole_before_its_end()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(time: clock);
        await using var client = await harness.ConnectAsync();
        await TypeAsync(harness, client, clock, Auth);
        Assert.Empty(harness.Attempts);
        await client.WriteAsync("\n");
        Assert.Equal($"0 {harness.Options.Welcome}", await client.ReadAsync());
        await harness.Numbers.ActivateAsync(Number);
        await TypeAsync(harness, client, clock, $"SET {Number} 1 S:a@example.com");
        await client.WriteAsync("\n");
        Assert.Equal("0 Number updated OK", await client.ReadAsync());
        await TypeAsync(harness, client, clock, $"DEAC {Number}");

        // Who types no end at all waits for it.
        clock.Advance(harness.Limits.UnfinishedTime);
        Assert.Equal("0 Number deactivated OK", await client.ReadAsync());
        Assert.Equal([$"ACTI {Number}", $"SET {Number} 1 S:a@example.com", $"DEAC {Number}"], harness.Numbers.Calls);
    }

    [Fact]
    public async Task What_comes_at_once_behind_a_command_in_pieces_is_all_after_the_quiet_time()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(time: clock);
        await using var client = await harness.ConnectAsync();
        await TypeAsync(harness, client, clock, "AUTH");
        await client.WriteAsync(Auth[4..] + "\nSTAT P2012345678");
        Assert.Equal($"0 {harness.Options.Welcome}", await client.ReadAsync());
        await WaitingAsync(clock, harness.Limits.QuietTime);
        clock.Advance(harness.Limits.QuietTime);
        Assert.Equal("0 P2012345678 Y 2026-12-31 ||", await client.ReadAsync());
    }

    [Fact]
    public async Task The_rest_of_a_client_that_ends_its_commands_is_waited_for_longer()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(time: clock);
        await using var client = await harness.LogInAsync();
        await client.AskAsync($"ACTI {Number}");
        await client.WriteAsync($"SET {Number} 1 S:a@exam");
        await TimersAsync(clock, 2);
        clock.Advance(harness.Limits.UnfinishedTime - TimeSpan.FromMilliseconds(1));
        await client.WriteAsync("ple.com\n");
        Assert.Equal("0 Number updated OK", await client.ReadAsync());
        Assert.Equal($"0 {Number} Y 2026-12-31 S:a@example.com||", await client.AskAsync($"STAT {Number}"));

        // And one that is cut off inside a command has not sent it.
        await client.WriteAsync($"SET {Number} 1 S:b@exam");
        client.Socket.Shutdown(SocketShutdown.Send);
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(NtsapiEndReason.ConnectionLost, (await harness.ReportAsync()).Reason);
        Assert.DoesNotContain(harness.Numbers.Calls, static call => call.Contains("b@exam", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\r", true)]
    [InlineData("\r\n", true)]
    [InlineData("\n", false)]
    public async Task Who_ends_AUTH_with_a_carriage_return_ends_all_commands(string end, bool endsAll)
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(time: clock);
        await harness.Numbers.ActivateAsync(Number);
        await using var client = await harness.ConnectAsync();
        client.End = end;
        Assert.Equal($"0 {harness.Options.Welcome}", await client.AskAsync(Auth));
        await client.WriteAsync($"SET {Number} 1 S:a@exam");
        await WaitingAsync(clock, endsAll ? harness.Limits.UnfinishedTime : harness.Limits.QuietTime);

        // The end of the connection is the end of a command for who sends no ends, and cuts one off for who does.
        client.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(endsAll ? "" : "0 Number updated OK\n", await client.ReadToEndAsync());
        Assert.Equal(endsAll ? NtsapiEndReason.ConnectionLost : NtsapiEndReason.ClientClosed, (await harness.ReportAsync()).Reason);
        Assert.Equal(endsAll ? 1 : 2, harness.Numbers.Calls.Count);
    }

    [Fact]
    public async Task No_silence_counts_while_a_reply_is_owed()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(time: clock);
        await using var client = await harness.ConnectAsync();
        await client.WriteAsync(Auth);
        await TimersAsync(clock, 2);
        clock.Advance(harness.Limits.QuietTime);
        await client.ReadAsync();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Numbers.Before = () =>
        {
            began.TrySetResult();
            return goOn.Task;
        };
        await client.WriteAsync($"ACTI {Number}");
        await TimersAsync(clock, 2);
        clock.Advance(harness.Limits.QuietTime);
        await began.Task;
        await client.WriteAsync("STAT 0122400");
        Assert.Equal(1, clock.ActiveTimers);
        clock.Advance(harness.Limits.UnfinishedTime);
        goOn.SetResult();
        Assert.Equal("0 Number activated OK", await client.ReadAsync());
        await TimersAsync(clock, 2);

        // Told apart from the silence before by the moment that has passed.
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await client.WriteAsync("0000");
        await WaitingAsync(clock, harness.Limits.UnfinishedTime);
        clock.Advance(harness.Limits.UnfinishedTime);
        Assert.Equal($"0 {Number} Y 2026-12-31 ||", await client.ReadAsync());
    }

    [Fact]
    public async Task Who_does_not_log_in_is_sent_away()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(time: clock);
        await using var client = await harness.ConnectAsync();
        clock.Advance(harness.Limits.LoginTime / 2);
        Assert.StartsWith("0 ", await client.AskAsync("HELP"), StringComparison.Ordinal);
        clock.Advance(harness.Limits.LoginTime / 2);
        Assert.Equal("7 You have not logged in within 60 seconds", await client.ReadAsync());
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(NtsapiEndReason.LoginTimeout, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_handshake_that_does_not_go_on_is_given_up()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls, clock);
        await using var client = await NtsapiClient.ConnectAsync(harness.Port);
        await TimersAsync(clock, 2);
        clock.Advance(harness.Limits.HandshakeTime);
        Assert.Equal(NtsapiEndReason.TlsFailed, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task Who_says_nothing_for_the_idle_time_is_sent_away()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(time: clock);
        await using var client = await harness.LogInAsync();
        clock.Advance(harness.Limits.IdleTime - TimeSpan.FromSeconds(1));
        Assert.StartsWith("0 ", await client.AskAsync("HELP"), StringComparison.Ordinal);
        clock.Advance(harness.Limits.IdleTime - TimeSpan.FromSeconds(1));
        Assert.StartsWith("0 ", await client.AskAsync("HELP"), StringComparison.Ordinal);
        clock.Advance(harness.Limits.IdleTime);
        Assert.Equal("7 There was no command for 600 seconds. Connect again", await client.ReadAsync());
        Assert.Equal(NtsapiEndReason.IdleTimeout, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_client_that_reads_no_replies_is_given_up()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await NtsapiHarness.StartAsync(new NtsapiServerOptions { Limits = new NtsapiLimits { CommandsPerSecond = 1_000_000 } }, clock);
        await using var client = await harness.ConnectAsync();
        client.Socket.ReceiveBufferSize = 4096;
        var help = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("HELP\r\n", 1_000)));
        using var stop = new CancellationTokenSource();
        var flooding = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    await client.Socket.SendAsync(help, SocketFlags.None, stop.Token);
                }
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The server has closed.
            }
        });
        await TimersAsync(clock, 2);
        clock.Advance(harness.Limits.ReplyTime);
        Assert.Equal(NtsapiEndReason.NotReading, (await harness.ReportAsync()).Reason);
        await stop.CancelAsync();
        await flooding;
    }

    /// <summary>Keys that a person presses, each when the one before has come: slower than the quiet time.</summary>
    private static async Task TypeAsync(NtsapiHarness harness, NtsapiClient client, FakeTimeProvider clock, string keys)
    {
        foreach (var key in keys)
        {
            await client.WriteAsync(key.ToString());
            await WaitingAsync(clock, harness.Limits.QuietTime, harness.Limits.UnfinishedTime);
            clock.Advance(TimeSpan.FromMilliseconds(150));
        }
    }

    /// <summary>Until the server waits so long for the rest of a command, and has not waited yet.</summary>
    private static Task WaitingAsync(FakeTimeProvider clock, params TimeSpan[] times) => Until.IsSoAsync(() => clock.NextDue is { } due && times.Contains(due));

    private static Task TimersAsync(FakeTimeProvider clock, int count) => Until.IsSoAsync(() => clock.ActiveTimers >= count);
}
