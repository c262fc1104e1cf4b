using System.Net.Sockets;
using System.Text;
using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Storage;

namespace Waybill.Ftp.Tests.Transfers;

public sealed class TransferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_072)]
    [InlineData(20 * 1024 * 1024 + 7)]
    public async Task A_file_comes_back_equal(int length)
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        var content = new SeededRandom(8).Bytes(length);
        Assert.Equal(226, (await client.PutAsync("STOR a", content)).Code);
        var back = await client.GetAsync("RETR a");
        Assert.True(content.AsSpan().SequenceEqual(back));
        Assert.Equal((FileOperation.Upload, (long)length, (long)length), (harness.Journal.Events[0].Operation, harness.Journal.Events[0].Bytes, harness.Journal.Events[0].Size));
    }

    [Fact]
    public async Task Type_A_changes_not_one_byte_either_way()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        var content = "a\nb\r\nc\rd\n\0"u8.ToArray();
        Assert.Equal(200, await client.SendAsync("TYPE A"));
        Assert.Equal(226, (await client.PutAsync("STOR a", content)).Code);
        Assert.Equal(content, harness.Content("a"));
        Assert.Equal(content, await client.GetAsync("RETR a"));
        Assert.Equal($"213 {content.Length}", (await client.CommandAsync("SIZE a")).Text);
    }

    [Fact]
    public async Task REST_sends_from_there_once_and_only_to_the_next_transfer()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", "0123456789"u8);
        await using var client = await harness.LogInAsync();
        Assert.Equal(350, await client.SendAsync("REST 4"));
        Assert.Equal("456789"u8.ToArray(), await client.GetAsync("RETR a"));
        Assert.Equal("0123456789"u8.ToArray(), await client.GetAsync("RETR a"));
        Assert.Equal(350, await client.SendAsync("REST 4"));
        Assert.Equal(257, await client.SendAsync("PWD"));
        Assert.Equal("0123456789"u8.ToArray(), await client.GetAsync("RETR a"));
        Assert.Equal(350, await client.SendAsync("REST 10"));
        Assert.Empty(await client.GetAsync("RETR a"));
        using var data = await client.PassiveAsync();
        Assert.Equal(350, await client.SendAsync("REST 11"));
        Assert.Equal(554, await client.SendAsync("RETR a"));
        Assert.Equal((4L, 10L, 6L), (harness.Journal.Events[0].ReadFrom, harness.Journal.Events[0].ReadTo, harness.Journal.Events[0].Bytes));
    }

    [Theory]
    [InlineData("STOR \u00e9", 553)]
    [InlineData("STOR", 501)]
    [InlineData("RETR", 501)]
    [InlineData("RETR missing", 550)]
    [InlineData("STOR missing/a", 550)]
    [InlineData("MKD d", 257)]
    public async Task What_REST_and_ALLO_said_for_a_transfer_that_is_refused_does_not_fall_on_the_next(string refused, int code)
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", "0123456789"u8);
        await using var client = await harness.LogInAsync();
        foreach (var next in (string[])["RETR a", "STOR a"])
        {
            Assert.Equal(200, await client.SendAsync("ALLO 100"));
            Assert.Equal(350, await client.SendAsync("REST 4"));
            using var data = await client.PassiveAsync();

            // Names are UTF-8, and this one is Latin-1.
            await client.WriteAsync([.. refused.Select(static each => (byte)each), .. "\r\n"u8]);
            Assert.Equal(next == "STOR a" && code == 257 ? 550 : code, (await client.ReadReplyAsync()).Code);
            if (next == "RETR a")
            {
                Assert.Equal("0123456789"u8.ToArray(), await client.GetAsync(next));
            }
            else
            {
                Assert.Equal(226, (await client.PutAsync(next, "new"u8.ToArray())).Code);
            }
        }

        Assert.Equal("new"u8.ToArray(), harness.Content("a"));
        Assert.Null(harness.Journal.Events.Last(static row => row.Operation == FileOperation.Upload).ExpectedSize);
    }

    [Fact]
    public async Task An_empty_file_that_was_fetched_is_recorded_and_nothing_behind_the_end_of_one_is_not()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("empty", []);
        harness.Write("a", "0123456789"u8);
        await using var client = await harness.LogInAsync();
        Assert.Empty(await client.GetAsync("RETR empty"));
        Assert.Equal(350, await client.SendAsync("REST 10"));
        Assert.Empty(await client.GetAsync("RETR a"));
        var row = Assert.Single(harness.Journal.Events);
        Assert.Equal((FileOperation.Download, 0L, 0L, false), (row.Operation, row.Bytes, row.Size, row.IsCut));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_download_is_recorded_as_that_of_the_file_that_was_read(bool isTakenBack)
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var store = harness.OpenStore();
        await store.ReplaceAsync("/a", "old"u8.ToArray());
        await using var unrecorded = isTakenBack ? await store.PlaceAsync("/a", "new"u8.ToArray()) : null;
        var read = (await store.GetAttributesAsync(VaultPath.Parse("/a"), followLink: true)).Value;
        await using var client = await harness.LogInAsync();
        using var data = await client.PassiveAsync();
        Assert.Equal(150, await client.SendAsync("RETR a"));
        await (unrecorded?.SettleAsync(recorded: false).AsTask() ?? store.ReplaceAsync("/a", "newest"u8.ToArray()));
        Assert.NotEqual(read.Identity, (await store.GetAttributesAsync(VaultPath.Parse("/a"), followLink: true)).Value.Identity);

        // Nothing is sent before the data connection is secured.
        await using var stream = await TestTls.ConnectAsync(new NetworkStream(data, ownsSocket: false));
        using var content = new StreamReader(stream);
        Assert.Equal(isTakenBack ? "new" : "old", await content.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        Assert.Equal(
            new FileEvent(FileOperation.Download, VaultPath.Parse("/a"), Bytes: 3, Size: 3, Identity: read.Identity, ReadTo: 3) { Born = read.Born, IsPending = isTakenBack },
            Assert.Single(harness.Journal.Events));
    }

    [Fact]
    public async Task REST_and_STOR_write_on_in_a_copy_which_ends_where_the_data_ends()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", "0123456789"u8);
        await using var client = await harness.LogInAsync();
        Assert.Equal(350, await client.SendAsync("REST 4"));
        Assert.Equal(226, (await client.PutAsync("STOR a", "xy"u8.ToArray())).Code);
        Assert.Equal("0123xy"u8.ToArray(), harness.Content("a"));
        using var data = await client.PassiveAsync();
        Assert.Equal(350, await client.SendAsync("REST 7"));
        Assert.Equal(554, await client.SendAsync("STOR a"));
    }

    [Fact]
    public async Task APPE_adds_to_what_is_there_and_makes_what_is_not()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        Assert.Equal(226, (await client.PutAsync("APPE a", "one"u8.ToArray())).Code);
        Assert.Equal(226, (await client.PutAsync("APPE a", "two"u8.ToArray())).Code);
        Assert.Equal("onetwo"u8.ToArray(), harness.Content("a"));
    }

    [Fact]
    public async Task STOU_names_the_file_and_tells_the_name_before_and_after()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("STOU ignored");
        var name = client.Last.Text["150 FILE: ".Length..];
        await data.WriteAsync("content"u8.ToArray());
        await FtpClient.CloseAsync(data);
        Assert.Contains(name, (await client.ReadReplyAsync()).Text, StringComparison.Ordinal);
        Assert.Equal([name], harness.Names());
    }

    [Fact]
    public async Task What_ALLO_says_is_the_size_that_the_next_file_should_have()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        Assert.Equal(200, await client.SendAsync("ALLO 100"));
        await client.PutAsync("STOR a", new byte[10]);
        await client.PutAsync("STOR b", new byte[10]);
        Assert.Equal([100L, null], harness.Journal.Events.Select(row => row.ExpectedSize));
    }

    [Fact]
    public async Task ABOR_ends_an_upload_with_426_and_226_and_nothing_is_published()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("STOR a");
        await data.WriteAsync(new byte[50_000]);
        Assert.Equal(211, await client.SendAsync("STAT"));
        Assert.Contains("taking a file", client.Last.Text, StringComparison.Ordinal);
        Assert.Equal(200, await client.SendAsync("NOOP"));

        // As clients send it: IAC IP IAC, the DM goes as urgent data.
        await client.WriteAsync([255, 244, 255, .. "ABOR\r\n"u8]);
        Assert.Equal(426, (await client.ReadReplyAsync()).Code);
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        Assert.Equal(225, await client.SendAsync("ABOR"));
        Assert.Empty(harness.Names());
        Assert.Equal(226, (await client.PutAsync("STOR a", "x"u8.ToArray())).Code);
    }

    [Fact]
    public async Task ABOR_ends_a_download_that_nobody_reads_on()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", new byte[30_000_000]);
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("RETR a");
        await data.ReadExactlyAsync(new byte[1]);
        Assert.Equal(426, await client.SendAsync("ABOR"));
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        Assert.True(Assert.Single(harness.Journal.Events).IsCut);
    }

    [Fact]
    public async Task Commands_behind_a_transfer_wait_for_its_end_and_QUIT_too()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("STOR a");
        await client.WriteAsync("SIZE a\r\nQUIT\r\n");
        await data.WriteAsync(new byte[70_000]);
        await FtpClient.CloseAsync(data);
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        Assert.Equal("213 70000", (await client.ReadReplyAsync()).Text);
        Assert.Equal(221, (await client.ReadReplyAsync()).Code);
        Assert.Equal(["a"], harness.Names());
    }

    [Fact]
    public async Task ABOR_is_seen_behind_commands_that_wait()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", new byte[30_000_000]);
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("RETR a");
        await data.ReadExactlyAsync(new byte[1]);
        await client.WriteAsync("PWD\r\nSIZE a\r\nABOR\r\nSYST\r\n");
        foreach (var code in (int[])[426, 257, 213, 225, 215])
        {
            Assert.Equal(code, (await client.ReadReplyAsync()).Code);
        }

        Assert.True(Assert.Single(harness.Journal.Events).IsCut);
    }

    [Fact]
    public async Task An_ABOR_that_waited_ends_the_transfer_that_begins_before_it_too()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", new byte[30_000_000]);
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("RETR a");
        await data.ReadExactlyAsync(new byte[1]);
        await client.WriteAsync("EPSV\r\nRETR a\r\nPWD\r\nABOR\r\n");
        foreach (var code in (int[])[426, 229, 150, 426, 257, 225])
        {
            Assert.Equal(code, (await client.ReadReplyAsync()).Code);
        }
    }

    [Fact]
    public async Task So_many_commands_wait_for_a_transfer_and_what_is_behind_them_is_read_later()
    {
        await using var harness = await FtpHarness.StartAsync();
        var limit = harness.Options.Limits.WaitingCommands;
        harness.Write("a", new byte[30_000_000]);
        await using var client = await harness.LogInAsync();
        await using (var data = await client.BeginAsync("RETR a"))
        {
            await data.ReadExactlyAsync(new byte[1]);
            await client.WriteAsync(string.Concat(Enumerable.Repeat("PWD\r\n", limit)) + "ABOR\r\n");
            using var rest = new MemoryStream();
            await data.CopyToAsync(rest);
            Assert.Equal(30_000_000 - 1, rest.Length);
        }

        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        for (var i = 0; i < limit; i++)
        {
            Assert.Equal(257, (await client.ReadReplyAsync()).Code);
        }

        Assert.Equal(225, (await client.ReadReplyAsync()).Code);
        await using var other = await client.BeginAsync("RETR a");
        await other.ReadExactlyAsync(new byte[1]);
        await client.WriteAsync(string.Concat(Enumerable.Repeat("PWD\r\n", limit - 1)) + "ABOR\r\n");
        Assert.Equal(426, (await client.ReadReplyAsync()).Code);
    }

    [Fact]
    public async Task A_client_that_closes_its_side_behind_a_command_that_waits_is_gone()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", new byte[30_000_000]);
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("RETR a");
        await data.ReadExactlyAsync(new byte[1]);
        await client.WriteAsync("PWD\r\n");
        client.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(426, (await client.ReadReplyAsync()).Code);
        Assert.Equal(257, (await client.ReadReplyAsync()).Code);
        var report = await harness.ReportAsync();
        Assert.Equal((FtpEndReason.ConnectionLost, "the connection ended during a transfer"), (report.Reason, report.Detail));
    }

    [Fact]
    public async Task Who_says_QUIT_and_closes_its_side_still_gets_its_transfer_done()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("STOR a");
        await client.WriteAsync("NOOP\r\nQUIT\r\n");
        client.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(200, (await client.ReadReplyAsync()).Code);
        await data.WriteAsync(new byte[70_000]);
        await FtpClient.CloseAsync(data);
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
        Assert.Equal(221, (await client.ReadReplyAsync()).Code);
        Assert.Equal(["a"], harness.Names());
        Assert.Equal(FtpEndReason.ClientClosed, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_client_that_stops_reading_its_file_keeps_its_session()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Write("a", new byte[30_000_000]);
        await using var client = await harness.LogInAsync();
        await using (var data = await client.BeginAsync("RETR a"))
        {
            await data.ReadExactlyAsync(new byte[1000]);
        }

        Assert.Equal(426, (await client.ReadReplyAsync()).Code);
        Assert.Equal(200, await client.SendAsync("NOOP"));
        Assert.True(Assert.Single(harness.Journal.Events).IsCut);
    }

    [Theory]
    [InlineData(StoreError.NoSpace, 452)]
    [InlineData(StoreError.QuotaExceeded, 552)]
    [InlineData(StoreError.InputOutput, 451)]
    public async Task A_disk_that_takes_no_more_ends_the_upload_with_its_own_code(StoreError error, int code)
    {
        await using var harness = await FtpHarness.StartAsync();
        var memory = new MemoryFileStore { Fault = (operation, _) => operation == "write" ? error : StoreError.None };
        harness.Store = () => new StoreResult<IFileStore>(StoreError.None, memory);
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("STOR a");
        try
        {
            for (var i = 0; i < 200; i++)
            {
                await data.WriteAsync(new byte[50_000]);
            }
        }
        catch (IOException)
        {
            // The server has closed.
        }

        Assert.Equal(code, (await client.ReadReplyAsync()).Code);
        Assert.Equal(200, await client.SendAsync("NOOP"));
    }

    [Fact]
    public async Task A_transfer_that_stands_still_is_given_up_and_a_slow_one_outlives_the_idle_time()
    {
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        await using var client = await harness.LogInAsync();
        var limits = harness.Options.Limits;
        await using var data = await client.BeginAsync("STOR a");
        var written = 0;
        for (var passed = TimeSpan.Zero; passed < limits.IdleTime * 2; passed += limits.DataStallTime / 2)
        {
            await data.WriteAsync(new byte[1000]);
            written += 1000;
            await UntilAsync(async () => (await client.CommandAsync("STAT")).Text.Contains($" {written} bytes", StringComparison.Ordinal));
            clock.Advance(limits.DataStallTime / 2);
        }

        clock.Advance(limits.DataStallTime);
        Assert.Equal(426, (await client.ReadReplyAsync()).Code);
        Assert.Contains("has moved", client.Last.Text, StringComparison.Ordinal);
        Assert.Empty(harness.Names());
    }

    [Fact]
    public async Task A_disk_that_takes_long_is_no_client_that_stands_still()
    {
        var patience = TimeSpan.FromSeconds(60);
        var clock = new FakeTimeProvider();
        await using var harness = await FtpHarness.StartAsync(time: clock);
        using ManualResetEventSlim begun = new(), goOn = new();
        var memory = new MemoryFileStore
        {
            Fault = (operation, _) =>
            {
                begun.Set();
                return operation != "write" || goOn.Wait(patience) ? StoreError.None : StoreError.InputOutput;
            },
        };
        harness.Store = () => new StoreResult<IFileStore>(StoreError.None, memory);
        await using var client = await harness.LogInAsync();
        await using var data = await client.BeginAsync("STOR a");
        begun.Reset();
        await data.WriteAsync(new byte[1000]);
        Assert.True(await Task.Run(() => begun.Wait(patience)));
        clock.Advance(3 * harness.Options.Limits.DataStallTime);
        goOn.Set();
        await FtpClient.CloseAsync(data);
        Assert.Equal(226, (await client.ReadReplyAsync()).Code);
    }

    [Fact]
    public async Task Two_hundred_small_files_go_through_one_session()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        for (var i = 0; i < 200; i++)
        {
            var content = Encoding.ASCII.GetBytes($"file {i}");
            Assert.Equal(226, (await client.PutAsync($"STOR f{i}", content)).Code);
            Assert.Equal(content, await client.GetAsync($"RETR f{i}"));
        }

        Assert.Equal(200, harness.Names().Count());
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; !await isSo(); i++)
        {
            Assert.True(i < 6_000, "it never was so");
            await Task.Delay(10);
        }
    }
}
