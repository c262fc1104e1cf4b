using Waybill.Sftp.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;

namespace Waybill.Sftp.Tests;

public sealed class SessionTests
{
    [Fact]
    public async Task A_file_goes_up_is_listed_and_comes_down_equal()
    {
        await using var harness = await SftpHarness.StartAsync();
        var content = new SeededRandom(1).Bytes(1_000_003);
        await harness.Client.PutAsync("/report.csv", content, piece: 261_120);
        Assert.Contains(await harness.Client.ListAsync("/"), entry => entry.Text == "report.csv" && entry.Attributes.Size == 1_000_003);
        Assert.Equal(content, await harness.Client.GetAsync("/report.csv"));
        Assert.Equal(SftpServer.ExitEnded, await harness.EndAsync());
        Assert.Equal(0, harness.Memory.OpenFiles);
        Assert.True(harness.Server.Statistics is { BytesRead: 1_000_003, BytesWritten: 1_000_003, Requests: > 0 });
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(uint.MaxValue)]
    public async Task Any_newer_client_is_answered_with_version_3(uint version)
    {
        await using var harness = SftpHarness.StartWithoutInit();
        await harness.Client.InitializeAsync(version);
        Assert.Equal(3u, harness.Client.Version);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_client_older_than_version_3_ends_the_session(uint version)
    {
        await using var harness = SftpHarness.StartWithoutInit();
        await harness.Client.SendPacketAsync(new MessageBuilder(SftpPacket.Init).UInt32(version).ToArray());
        Assert.Equal(SftpServer.ExitFailed, await harness.ExitAsync());
    }

    [Fact]
    public async Task A_request_before_INIT_ends_the_session()
    {
        await using var harness = SftpHarness.StartWithoutInit();
        await harness.Client.SendRequestAsync(SftpPacket.Stat, request => request.String("/"));
        Assert.Equal(SftpServer.ExitFailed, await harness.ExitAsync());
    }

    [Fact]
    public async Task A_second_INIT_is_refused_and_the_session_goes_on()
    {
        await using var harness = await SftpHarness.StartAsync();
        await harness.Client.SendPacketAsync(new MessageBuilder(SftpPacket.Init).UInt32(3).ToArray());
        var reply = await harness.Client.ReceiveReplyAsync();
        Assert.Equal((3u, SftpStatus.Failure), (reply.Id, reply.Status));
        Assert.Equal(SftpPacket.Attributes, (await harness.Client.StatAsync("/")).Type);
    }

    [Fact]
    public async Task What_a_client_announces_in_INIT_is_ignored()
    {
        await using var harness = SftpHarness.StartWithoutInit();
        await harness.Client.SendPacketAsync(new MessageBuilder(SftpPacket.Init).UInt32(3).String("newline").String("\n").ToArray());
        Assert.Equal(SftpPacket.Version, (await harness.Client.ReceivePacketAsync())[0]);
    }

    [Fact]
    public async Task Extensions_are_advertised_with_OpenSSHs_versions()
    {
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { Links = true });
        Assert.Equal(
            new HashSet<(string, string)>
            {
                ("posix-rename@openssh.com", "1"), ("statvfs@openssh.com", "2"), ("fstatvfs@openssh.com", "2"), ("hardlink@openssh.com", "1"),
                ("fsync@openssh.com", "1"), ("lsetstat@openssh.com", "1"), ("limits@openssh.com", "1"), ("expand-path@openssh.com", "1"),
                ("copy-data", "1"), ("home-directory", "1"), ("users-groups-by-id@openssh.com", "1"),
            },
            harness.Client.Extensions.ToHashSet());
    }

    [Fact]
    public async Task What_a_login_can_never_do_is_not_advertised()
    {
        await using var harness = await SftpHarness.StartAsync(rules: new FolderRules(FileRights.ReadOnly));
        Assert.Equal(
            new HashSet<string>
            {
                "statvfs@openssh.com", "fstatvfs@openssh.com", "limits@openssh.com", "expand-path@openssh.com", "home-directory", "users-groups-by-id@openssh.com",
            },
            harness.Client.Extensions.Select(extension => extension.Name).ToHashSet());
    }

    [Fact]
    public async Task Every_advertised_extension_is_served_and_every_other_message_is_unsupported()
    {
        await using var harness = await SftpHarness.StartAsync(new SftpOptions { Links = true });
        foreach (var (name, _) in harness.Client.Extensions)
        {
            Assert.NotEqual(SftpStatus.OperationUnsupported, (await harness.Client.ExtendedAsync(name)).Status);
        }

        for (var type = 0; type < 256; type++)
        {
            if (type is SftpPacket.Init or SftpPacket.Extended || SftpOperations.Find((Wire.SftpMessageType)type) is not null)
            {
                continue;
            }

            var reply = await harness.Client.RequestAsync((byte)type, request => request.String("/"));
            Assert.True(reply.Status == SftpStatus.OperationUnsupported, $"type {type}: {reply}");
        }

        Assert.Equal(SftpStatus.OperationUnsupported, (await harness.Client.ExtendedAsync("md5-hash@example.com", request => request.String("/"))).Status);
    }

    [Fact]
    public async Task The_table_holds_all_18_operations_of_the_draft_once()
    {
        var types = SftpOperations.All.Where(row => row.Type != Wire.SftpMessageType.Extended).Select(row => (byte)row.Type).ToArray();
        Assert.Equal(Enumerable.Range(SftpPacket.Open, 18), types.Select(type => (int)type).Order());
        Assert.Equal(SftpOperations.All.Count, SftpOperations.All.Select(row => row.Name).Distinct().Count());
        await Task.CompletedTask;
    }

    [Fact]
    public async Task A_lost_connection_publishes_nothing_and_records_what_was_read_and_what_was_lost()
    {
        await using var harness = await SftpHarness.StartAsync();
        harness.Memory.AddFile("/old.csv", "old content"u8);
        harness.Memory.AddFile("/read.csv", new byte[5000]);
        var upload = await harness.OpenAsync("/old.csv", SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate);
        Assert.True((await harness.Client.WriteAsync(upload, 0, "half"u8.ToArray())).IsOk);
        var download = await harness.OpenAsync("/read.csv", SftpOpen.Read);
        Assert.Equal(4096, (await harness.Client.ReadAsync(download, 0, 4096)).Data.Length);
        await harness.Pipe.Output.CompleteAsync(new IOException("connection reset"));
        Assert.Equal(SftpServer.ExitFailed, await harness.ExitAsync());
        Assert.Equal("old content"u8.ToArray(), harness.Memory.ContentOf("/old.csv"));
        Assert.Equal((0, 0), (harness.Memory.OpenFiles, harness.Memory.Commits));
        Assert.Equal(
            [
                new FileEvent(FileOperation.Upload, VaultPath.Parse("/old.csv"), Bytes: 4, Size: 4, Outcome: StoreError.Abandoned),
                new FileEvent(FileOperation.Download, VaultPath.Parse("/read.csv"), Bytes: 4096, Size: 5000, ReadTo: 4096, IsCut: true),
            ],
            harness.Journal.Events);
    }

    [Fact]
    public async Task An_EOF_between_requests_ends_well_and_abandons_open_uploads()
    {
        await using var harness = await SftpHarness.StartAsync();
        await harness.OpenAsync("/new.csv", SftpOpen.Write | SftpOpen.Create);
        Assert.Equal(SftpServer.ExitEnded, await harness.EndAsync());
        Assert.Equal(["/"], harness.Memory.Paths);
        Assert.Equal(0, harness.Memory.OpenFiles);
    }

    [Fact]
    public async Task Cancelling_ends_a_waiting_session_and_abandons_open_uploads()
    {
        await using var harness = await SftpHarness.StartAsync();
        await harness.OpenAsync("/new.csv", SftpOpen.Write | SftpOpen.Create);
        harness.Cancel();
        Assert.Equal(SftpServer.ExitFailed, await harness.ExitAsync());
        Assert.Equal(0, harness.Memory.OpenFiles);
    }

    [Fact]
    public async Task Cancelling_ends_a_session_whose_client_does_not_read()
    {
        await using var harness = await SftpHarness.StartAsync(pauseAt: 64 * 1024);
        harness.Memory.AddFile("/big", new byte[1_000_000]);
        var handle = await harness.OpenAsync("/big", SftpOpen.Read);
        for (var i = 0; i < 8; i++)
        {
            await harness.Client.SendRequestAsync(SftpPacket.Read, request => request.String(handle).UInt64(0).UInt32(200_000));
        }

        await Task.Delay(50);
        harness.Cancel();
        Assert.Equal(SftpServer.ExitFailed, await harness.ExitAsync());
    }
}
