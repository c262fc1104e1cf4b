using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Transfers;

/// <summary>An upload whose connection is cut is never published (T16, promise D6).</summary>
public sealed class CutUploadTests
{
    private const int Content = 40_000;

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_thousand_uploads_cut_at_record_boundaries_and_inside_records_publish_nothing(SslProtocols tls)
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("kept", "the old version"u8);
        await using var client = await harness.LogInAsync();
        var random = SeededRandom.FromEnvironment();
        var content = random.Bytes(Content);
        for (var i = 0; i < 1_000; i++)
        {
            var data = await client.PassiveAsync();
            Assert.Equal(150, await client.SendAsync(i % 2 == 0 ? $"STOR new{i}" : "STOR kept"));
            await using var cut = new CuttingStream(data);
            await using var stream = await TestTls.ConnectAsync(cut, versions: tls);
            await CutAsync(stream, cut, content, i, random);
            var reply = await client.ReadReplyAsync();
            Assert.True(reply.Code == 426, $"upload {i}: {reply}, {random}");
        }

        Assert.Equal(["kept"], harness.Names());
        Assert.Equal("the old version"u8.ToArray(), harness.Content("kept"));
        Assert.All(harness.Journal.Events, row => Assert.Equal((FileOperation.Upload, StoreError.Abandoned), (row.Operation, row.Outcome)));
        Assert.Equal(1_000, harness.Journal.Events.Count);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Also_for_those_that_never_say_the_end_an_upload_that_ends_inside_a_record_or_by_a_reset_publishes_nothing(SslProtocols tls)
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.AcceptsUncleanUploads = true;
        await using var client = await harness.LogInAsync();
        var random = SeededRandom.FromEnvironment();
        var content = random.Bytes(Content);
        List<string> stored = [];
        var (inside, reset) = (0, 0);
        for (var i = 0; i < 300; i++)
        {
            var data = await client.PassiveAsync();
            Assert.Equal(150, await client.SendAsync($"STOR new{i:000}"));
            await using var cut = new CuttingStream(data);
            await using var stream = await TestTls.ConnectAsync(cut, versions: tls);
            var sent = await CutAsync(stream, cut, content, i, random);
            var isWhole = !cut.IsInsideWrite && !cut.IsReset;
            var reply = await client.ReadReplyAsync();
            Assert.True(reply.Code == (isWhole ? 226 : 426), $"upload {i}, inside a record {cut.IsInsideWrite}, reset {cut.IsReset}: {reply}, {random}");
            inside += cut.IsInsideWrite ? 1 : 0;
            reset += cut.IsReset ? 1 : 0;
            if (isWhole)
            {
                stored.Add($"new{i:000}");
                Assert.Equal(content[..sent], harness.Content(stored[^1]));
            }

            var row = harness.Journal.Events[^1];
            Assert.Equal((isWhole ? StoreError.None : StoreError.Abandoned, isWhole), (row.Outcome, row.IsUnclean));
        }

        Assert.Equal(stored, harness.Names());
        Assert.Equal(300, harness.Journal.Events.Count);
        Assert.InRange(stored.Count, 50, 150);
        Assert.InRange(inside, 50, 200);
        Assert.Equal(100, reset);
    }

    // After whole records (0 to all), or inside one; then FIN or RST. The last of all: everything came, but close_notify. Returns how much was written as a whole.
    private static async Task<int> CutAsync(Stream stream, CuttingStream cut, byte[] content, int number, SeededRandom random)
    {
        var atBoundary = number % 4 < 2;
        var sent = 0;
        var upTo = number % 10 == 0 ? content.Length : random.Next(content.Length);
        cut.Left = atBoundary ? long.MaxValue : random.Next(1, Math.Max(2, upTo));
        while (sent < upTo && !cut.IsCut)
        {
            var piece = Math.Min(upTo - sent, random.Next(1, 16_384));
            await stream.WriteAsync(content.AsMemory(sent, piece));
            sent += piece;
        }

        cut.End(reset: number % 3 == 0);
        return sent;
    }

    [Theory]
    [InlineData(true, "", 226, true)]
    [InlineData(false, "OldClient", 226, true)]
    [InlineData(false, "NewClient", 426, false)]
    public async Task For_those_that_never_say_the_end_an_upload_counts_and_is_flagged(bool byLogin, string name, int code, bool isStored)
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { LenientClients = ["oldclient"] });
        harness.AcceptsUncleanUploads = byLogin;
        await using var client = await harness.LogInAsync();
        if (name.Length > 0)
        {
            Assert.Equal(200, await client.SendAsync($"CLNT {name} 1.0"));
        }

        var data = await client.PassiveAsync();
        Assert.Equal(150, await client.SendAsync("STOR a"));
        await using var cut = new CuttingStream(data);
        await using var stream = await TestTls.ConnectAsync(cut);
        await stream.WriteAsync("content"u8.ToArray());
        cut.End(reset: false);
        Assert.Equal(code, (await client.ReadReplyAsync()).Code);
        Assert.Equal(isStored ? ["a"] : [], harness.Names());
        Assert.Equal(isStored, Assert.Single(harness.Journal.Events).IsUnclean);

        Assert.Equal(226, (await client.PutAsync("STOR b", "content"u8.ToArray())).Code);
        Assert.False(harness.Journal.Events[^1].IsUnclean);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    public async Task Where_a_FIN_has_to_do_an_upload_whose_program_was_killed_is_not_stored(bool withTls, bool isKilled)
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { Mode = FtpMode.PlainAllowed }, time: clock);
        harness.AcceptsUncleanUploads = true;
        harness.Write("a", "the old version"u8);
        await using var client = await LogInAsync(harness, withTls);
        var data = await client.PassiveAsync();
        await using var stream = await client.BeginAsync("STOR a", data);
        await stream.WriteAsync("half of the ne"u8.ToArray());

        // The kernel closes both connections of a program that is killed, this one first: the other order is A_control_connection_that_is_lost_publishes_nothing.
        data.Shutdown(SocketShutdown.Send);
        await Until.IsSoAsync(() => clock.NextDue == harness.Options.Limits.UnprovenEndTime);
        if (isKilled)
        {
            client.Socket.Shutdown(SocketShutdown.Both);
            Assert.Equal(FtpEndReason.ConnectionLost, (await harness.ReportAsync()).Reason);
        }
        else
        {
            clock.Advance(harness.Options.Limits.UnprovenEndTime);
            Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        }

        Assert.Equal(isKilled ? "the old version" : "half of the ne", Encoding.UTF8.GetString(harness.Content("a")));
        Assert.Equal((isKilled ? StoreError.Abandoned : StoreError.None, !isKilled && withTls), (Assert.Single(harness.Journal.Events).Outcome, harness.Journal.Events[0].IsUnclean));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_a_FIN_has_to_do_an_upload_that_is_shorter_than_ALLO_told_is_not_stored(bool withTls)
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { Mode = FtpMode.PlainAllowed });
        harness.AcceptsUncleanUploads = true;
        harness.Write("a", "the old version"u8);
        await using var client = await LogInAsync(harness, withTls);
        foreach (var (content, code) in ((string, int)[])[("1234567", 426), ("12345678", 226)])
        {
            Assert.Equal(200, await client.SendAsync("ALLO 8"));
            var data = await client.PassiveAsync();
            await using var stream = await client.BeginAsync("STOR a", data);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(content));
            data.Shutdown(SocketShutdown.Send);
            var reply = await client.ReadReplyAsync();
            Assert.Equal(code, reply.Code);
            if (code == 426)
            {
                Assert.Contains("after 7 of 8 bytes", reply.Text, StringComparison.Ordinal);
                Assert.Equal("the old version"u8, harness.Content("a"));
            }
        }

        Assert.Equal("12345678"u8, harness.Content("a"));
    }

    private static async Task<FtpClient> LogInAsync(FtpHarness harness, bool withTls)
    {
        if (withTls)
        {
            return await harness.LogInAsync();
        }

        var client = await harness.ConnectAsync();
        Assert.Equal(331, await client.SendAsync($"USER {FtpHarness.User}"));
        Assert.Equal(230, await client.SendAsync($"PASS {FtpHarness.Password}"));
        return client;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_control_connection_that_is_lost_publishes_nothing(bool reset)
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("STOR a");
        await data.WriteAsync(new byte[100_000]);
        if (reset)
        {
            client.Reset();
        }
        else
        {
            client.Socket.Shutdown(SocketShutdown.Both);
        }

        Assert.Equal(FtpEndReason.ConnectionLost, (await harness.ReportAsync()).Reason);
        Assert.Empty(harness.Names());
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(500_000)]
    public async Task What_came_of_a_cut_off_upload_is_kept_and_REST_goes_on_in_it(int came)
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        var content = new SeededRandom(5).Bytes(500_000);
        var data = await client.PassiveAsync();
        Assert.Equal(150, await client.SendAsync("STOR a"));
        await using (var cut = new CuttingStream(data))
        {
            await using var stream = await TestTls.ConnectAsync(cut);
            await stream.WriteAsync(content.AsMemory(0, came));
            cut.End(reset: false);
        }

        Assert.Equal(426, (await client.ReadReplyAsync()).Code);
        // Also of a file of which all but the end came, something is left to send.
        var shown = came - 1;
        Assert.Equal(shown, Assert.Single(harness.Journal.Events).Kept);
        Assert.Empty(harness.Names());
        Assert.Equal($"213 {shown}", (await client.CommandAsync("SIZE a")).Text);
        Assert.Equal(350, await client.SendAsync($"REST {shown}"));
        Assert.Equal(226, (await client.PutAsync("STOR a", content[shown..])).Code);
        Assert.Equal(content, harness.Content("a"));
        Assert.Equal(shown, harness.Journal.Events[^1].ResumedAt);
    }
}
