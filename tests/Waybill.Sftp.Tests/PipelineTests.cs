using Waybill.Sftp.Tests.Support;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;

namespace Waybill.Sftp.Tests;

public sealed class PipelineTests
{
    private const SftpOpen NewFile = SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate;

    [Fact]
    public async Task Replies_come_in_the_order_of_the_requests()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/f", new byte[300_000]);
        var handle = await harness.OpenAsync("/f", SftpOpen.Read);
        var sent = new List<uint>();
        for (var i = 0; i < 200; i++)
        {
            sent.Add(await harness.Client.SendRequestAsync(SftpPacket.Read, request => request.String(handle).UInt64(0).UInt32((uint)(i % 3 * 1000))));
            sent.Add(await harness.Client.SendRequestAsync(SftpPacket.Stat, request => request.String(i % 2 == 0 ? "/f" : "/missing")));
        }

        harness.Client.ReplyOrder.Clear();
        foreach (var _ in sent)
        {
            await harness.Client.ReceiveReplyAsync();
        }

        Assert.Equal(sent, harness.Client.ReplyOrder);
    }

    [Fact]
    public async Task SETSTAT_right_behind_CLOSE_meets_the_committed_file()
    {
        // WinSCP sends both without waiting.
        await using var harness = await SftpHarness.StartAsync();
        var handle = await harness.OpenAsync("/f", NewFile);
        var ids = new[]
        {
            await harness.Client.SendRequestAsync(SftpPacket.Write, request => request.String(handle).UInt64(0).String("content")),
            await harness.Client.SendRequestAsync(SftpPacket.Close, request => request.String(handle)),
            await harness.Client.SendRequestAsync(SftpPacket.SetStat, request => request.String("/f").UInt32(8).UInt32(11).UInt32(22)),
            await harness.Client.SendRequestAsync(SftpPacket.Rename, request => request.String("/f").String("/g")),
        };
        foreach (var id in ids)
        {
            Assert.True((await harness.Client.ReceiveReplyAsync(id)).IsOk);
        }

        Assert.Equal(22, harness.Memory.AttributesOf("/g")!.Value.ModificationTime);
        Assert.Equal("content"u8.ToArray(), harness.Memory.ContentOf("/g"));
    }

    [Fact]
    public async Task Seven_hundred_writes_of_4_KiB_may_be_on_the_way()
    {
        // PuTTY's psftp.
        await using var harness = await SftpHarness.StartAsync(pauseAt: 4 * 1024 * 1024);
        var content = new SeededRandom(4).Bytes(700 * 4096);
        await harness.Client.PutAsync("/f", content, piece: 4096, pipeline: 700);
        Assert.Equal(content, harness.Memory.ContentOf("/f"));
        Assert.True(harness.Client.ReplyOrder.SequenceEqual(harness.Client.ReplyOrder.Order()));
    }

    [Fact]
    public async Task A_whole_file_asked_for_at_once_comes_back_while_what_waits_stays_bounded()
    {
        // paramiko asks for all of a file before it reads the first reply.
        const int Piece = 32 * 1024;
        const int Requests = 1000;
        const int PauseAt = 128 * 1024;
        var options = new SftpOptions { FlushThreshold = 64 * 1024 };
        await using var harness = await SftpHarness.StartAsync(options, pauseAt: PauseAt);
        var content = new SeededRandom(5).Bytes(Requests * Piece);
        harness.Memory.AddFile("/f", content);
        var handle = await harness.OpenAsync("/f", SftpOpen.Read);
        var before = harness.Server.Statistics.Requests;
        for (var i = 0; i < Requests; i++)
        {
            var at = (ulong)(i * Piece);
            await harness.Client.SendRequestAsync(SftpPacket.Read, request => request.String(handle).UInt64(at).UInt32(Piece));
        }

        // Once it has begun, a moment for more than it may take.
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (harness.Server.Statistics.Requests == before)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "no request was taken");
            await Task.Delay(10);
        }

        await Task.Delay(100);

        // Nobody has read a byte: only what the outgoing pipe takes has been read from the file, and no further request was taken.
        var taken = harness.Server.Statistics.Requests - before;
        Assert.InRange(taken, 1, ((PauseAt + options.FlushThreshold) / Piece) + 2);
        var received = new MemoryStream();
        for (var i = 0; i < Requests; i++)
        {
            received.Write((await harness.Client.ReceiveReplyAsync()).Data);
        }

        Assert.Equal(content, received.ToArray());
    }

    [Fact]
    public async Task A_single_request_is_answered_without_waiting_for_more()
    {
        await using var harness = await SftpHarness.StartAsync();
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(SftpPacket.Attributes, (await harness.Client.StatAsync("/").WaitAsync(TimeSpan.FromSeconds(60))).Type);
        }
    }

    [Fact]
    public async Task A_request_larger_than_the_pipe_pauses_at_is_still_taken()
    {
        await using var harness = await SftpHarness.StartAsync(pauseAt: 16 * 1024);
        var content = new SeededRandom(6).Bytes(1_000_000);
        await harness.Client.PutAsync("/f", content, piece: 261_120, pipeline: 1);
        Assert.Equal(content, harness.Memory.ContentOf("/f"));
    }
}
