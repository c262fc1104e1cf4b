using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Transfers;

/// <summary>HASH and XSHA256: what they say, whose turn it is, and that the session stays at hand meanwhile.</summary>
public sealed class HashingTests
{
    [Fact]
    public async Task A_file_that_is_too_large_is_not_hashed()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { Limits = new FtpLimits { HashBytes = 10 } });
        harness.Write("a", new byte[10]);
        harness.Write("b", new byte[11]);
        await using var client = await harness.LogInAsync();
        Assert.Equal("213 SHA-256 0-10 01d448afd928065458cf670b60f5a594d735af0172c8d67f22a81680132681ca a", (await client.CommandAsync("HASH a")).Text);
        Assert.Equal("250 01d448afd928065458cf670b60f5a594d735af0172c8d67f22a81680132681ca", (await client.CommandAsync("XSHA256 a")).Text);
        Assert.Equal(552, await client.SendAsync("HASH b"));
    }

    [Fact]
    public async Task HASH_has_SHA_256_and_the_SHA_512_that_a_client_chooses()
    {
        // What FIPS 180 gives as an example.
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", "abc"u8);
        await using var client = await harness.LogInAsync();
        const string Sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        const string Sha512 = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        Assert.Equal($"213 SHA-256 0-3 {Sha256} a", (await client.CommandAsync("HASH a")).Text);
        Assert.Equal("200 SHA-512", (await client.CommandAsync("OPTS HASH SHA-512")).Text);
        Assert.Equal($"213 SHA-512 0-3 {Sha512} a", (await client.CommandAsync("HASH a")).Text);
        Assert.Equal($"250 {Sha256}", (await client.CommandAsync("XSHA256 a")).Text);
        Assert.Equal(504, await client.SendAsync("OPTS HASH MD5"));
        Assert.Equal($"213 SHA-512 0-3 {Sha512} a", (await client.CommandAsync("HASH a")).Text);
    }

    [Fact]
    public async Task So_many_hashes_are_computed_at_once_and_who_waits_is_answered_meanwhile()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", new byte[10]);
        await using var client = await harness.LogInAsync();
        var others = TakeAll(harness);
        await client.WriteAsync("HASH a\r\n");
        Assert.Contains("Now computing a hash: 0 bytes so far", (await client.CommandAsync("STAT")).Text, StringComparison.Ordinal);
        Assert.Equal(200, await client.SendAsync("NOOP"));
        await client.WriteAsync("PWD\r\n");
        others[0].Dispose();
        Assert.Equal(213, (await client.ReadReplyAsync()).Code);
        Assert.Equal(257, (await client.ReadReplyAsync()).Code);
        Assert.Equal(213, await client.SendAsync("HASH a"));
    }

    [Fact]
    public async Task A_login_has_one_hash_at_a_time_and_keeps_nobody_elses_waiting()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using (var huge = File.Create(harness.PathOf("huge")))
        {
            huge.SetLength(32L * 1024 * 1024 * 1024);
        }

        harness.Write("a", new byte[10]);
        await using var first = await harness.LogInAsync();
        await using var second = await harness.LogInAsync();
        await first.WriteAsync("HASH huge\r\n");
        for (var i = 0; (await first.CommandAsync("STAT")).Text.Contains("a hash: 0 bytes", StringComparison.Ordinal); i++)
        {
            Assert.True(i < 6_000, "it never began");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Equal("450 A hash is being computed for your login already. Ask again when it is done.", (await second.CommandAsync("HASH a")).Text);
        Assert.Equal(450, await second.SendAsync("XSHA256 a"));
        using (var other = harness.HashTurns.TryEnter("another", out _))
        {
            await other!.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal("426 The hash was given up before it was done.", (await first.CommandAsync("ABOR")).Text);
        Assert.Equal(226, (await first.ReadReplyAsync()).Code);
        Assert.Equal(213, await second.SendAsync("HASH a"));
        Assert.Equal(213, await first.SendAsync("HASH a"));
    }

    [Fact]
    public async Task So_many_hashes_wait_and_more_are_refused()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", new byte[10]);
        await using var client = await harness.LogInAsync();
        TakeAll(harness);
        var waiting = Enumerable.Range(0, harness.Options.Limits.HashesWaiting).Select(i => harness.HashTurns.TryEnter($"waits {i}", out _)!).ToList();
        Assert.Equal("450 Too many hashes wait to be computed. Ask again in a moment.", (await client.CommandAsync("HASH a")).Text);
        waiting[^1].Dispose();
        await client.WriteAsync("HASH a\r\n");
        Assert.Equal(211, await client.SendAsync("STAT"));
        Assert.Equal(harness.Options.Limits.HashesWaiting, harness.HashTurns.Waiting);
    }

    [Fact]
    public async Task A_hash_waits_so_long_for_its_turn()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        harness.Write("a", new byte[10]);
        await using var client = await harness.LogInAsync();
        var others = TakeAll(harness);
        await client.WriteAsync("HASH a\r\n");
        await Until.IsSoAsync(() => clock.NextDue == harness.Options.Limits.HashWait);
        clock.Advance(harness.Options.Limits.HashWait);
        Assert.Equal("450 Hashes for others are still being computed. Ask again in a moment.", (await client.ReadReplyAsync()).Text);
        Assert.Equal(0, harness.HashTurns.Waiting);
        others[0].Dispose();
        Assert.Equal(213, await client.SendAsync("HASH a"));
    }

    [Fact]
    public async Task Turns_come_in_the_order_in_which_they_were_asked_for()
    {
        var turns = new FtpHashTurns(new FtpLimits { HashesAtOnce = 1 });
        var first = turns.TryEnter("first", out _)!;
        var (second, third) = (turns.TryEnter("second", out _)!, turns.TryEnter("third", out _)!);
        first.Dispose();
        first.Dispose();
        await second.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(1, turns.Waiting);
        second.Dispose();
        await third.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);
        third.Dispose();
        var again = turns.TryEnter("first", out _)!;
        await again.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_hash_for_a_client_that_is_gone_waits_for_no_turn()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", new byte[10]);
        var client = await harness.LogInAsync();
        TakeAll(harness);
        await client.WriteAsync("HASH a\r\n");
        Assert.Equal(211, await client.SendAsync("STAT"));
        Assert.Equal(1, harness.HashTurns.Waiting);
        await client.DisposeAsync();
        Assert.Equal(FtpEndReason.ConnectionLost, (await harness.ReportAsync(0)).Reason);
        Assert.Equal(0, harness.HashTurns.Waiting);
    }

    [Fact]
    public async Task A_stopping_server_waits_for_no_hash()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", new byte[10]);
        await using var client = await harness.LogInAsync();
        TakeAll(harness);
        await client.WriteAsync("HASH a\r\n");
        Assert.Equal(211, await client.SendAsync("STAT"));
        var stopping = harness.StopAsync();
        Assert.Equal(421, (await client.ReadReplyAsync()).Code);
        await stopping;
        Assert.Equal(FtpEndReason.ServerStopping, (await harness.ReportAsync()).Reason);
    }

    private static List<FtpHashTurn> TakeAll(FtpHarness harness) =>
        [.. Enumerable.Range(0, harness.Options.Limits.HashesAtOnce).Select(i => harness.HashTurns.TryEnter($"another {i}", out _)!)];
}
