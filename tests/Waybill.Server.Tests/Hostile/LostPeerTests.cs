using System.Diagnostics;
using System.Net;
using Waybill.Server.Tests.Support;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Ssh;

namespace Waybill.Server.Tests.Hostile;

/// <summary>Clients that are gone without a word in the middle of their transfers: their sockets stay open and nothing moves (security test T14).</summary>
public sealed class LostPeerTests(Template template, ITestOutputHelper output)
{
    private const int FileSize = 8 * 1024 * 1024;
    private const int ReadSize = 255 * 1024;

    [Fact]
    public async Task Lost_clients_free_their_slots_and_files_and_publish_nothing()
    {
        var each = Soak.Size("LOST_PEERS", 60) / 2;
        var keepAlive = Soak.Size("KEEP_ALIVE", 10);
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(
            data, "--set", $"Ssh:KeepAliveSeconds={keepAlive}", "--set", "Limits:PerLogin=2000", "--set", "Limits:PerSource=2000");
        using var key = data.LoadKey();
        var upload = data.Combine("vaults", Template.User, "upload");
        await File.WriteAllBytesAsync(Path.Combine(upload, "large"), Soak.Random.Bytes(FileSize), TestContext.Current.CancellationToken);
        await using (var first = await Peer.LogInAsync(IPAddress.Loopback, server.Port, Template.User, key))
        {
            await using var sftp = await RunningServer.OpenSftpAsync(first);
            await sftp.PutAsync("/upload/overwritten-0", "the old version"u8.ToArray());
            await first.DisconnectAsync();
        }

        var gauges = new ServerGauges(server);
        var (descriptors, memory) = (gauges.Descriptors, gauges.Memory);
        var lost = new List<RawSshClient>();
        for (var i = 0; i < each; i++)
        {
            lost.Add(await LoseUploadAsync(server.Port, key, $"/upload/overwritten-{i}"));
            lost.Add(await LoseDownloadAsync(server.Port, key));
        }

        var began = Stopwatch.StartNew();
        var most = gauges.Memory;
        while (gauges.Descriptors >= descriptors + each)
        {
            most = Math.Max(most, gauges.Memory);
            Assert.True(began.Elapsed < TimeSpan.FromSeconds(60 + (2 * keepAlive)), $"{gauges.Descriptors - descriptors} descriptors too many");
            await Task.Delay(100);
        }

        await gauges.DescriptorsAreBackAsync(descriptors);
        var over = began.Elapsed;
        Assert.Equal(0, (await data.JsonAsync("sessions")).GetArrayLength());
        for (var tries = 0; Directory.GetFiles(upload, ".waybill-*").Length > Directory.GetFiles(upload, ".waybill-p-*").Length; tries++)
        {
            Assert.True(tries < 600, "temporaries are left");
            await Task.Delay(100);
        }

        // Nothing was published, and who comes next finds nothing locked. What came of new files is kept for the login.
        Assert.Equal(
            ["large", "overwritten-0"],
            Directory.GetFiles(upload).Select(path => Path.GetFileName(path)!).Where(name => !name.StartsWith(".waybill-p-", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal("the old version", await File.ReadAllTextAsync(Path.Combine(upload, "overwritten-0"), TestContext.Current.CancellationToken));
        await using var next = await Peer.LogInAsync(IPAddress.Loopback, server.Port, Template.User, key);
        await using var files = await RunningServer.OpenSftpAsync(next);
        var content = Soak.Random.Bytes(100_000);
        await files.PutAsync("/upload/overwritten-0", content);
        await files.PutAsync("/upload/overwritten-1", content);
        Assert.Equal(content, await files.GetAsync("/upload/overwritten-0"));
        output.WriteLine(
            $"T14: {lost.Count} clients lost, keepalive {keepAlive} s: all gone {over.TotalSeconds:0.0} s after the last fell silent; memory {memory} -> {most} MiB; "
            + $"descriptors {descriptors} -> {gauges.Descriptors}; nothing published");
        foreach (var client in lost)
        {
            await client.DisposeAsync();
        }
    }

    /// <summary>Half a file, and then nothing.</summary>
    private static async Task<RawSshClient> LoseUploadAsync(int port, SshPrivateKey key, string path)
    {
        var client = await Peer.LogInAsync(IPAddress.Loopback, port, Template.User, key);
        var sftp = await RunningServer.OpenSftpAsync(client);
        var handle = (await sftp.OpenAsync(path, SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate)).Handle;
        Assert.Equal(SftpStatus.Ok, (await sftp.WriteAsync(handle, 0, new byte[32 * 1024])).Status);
        Assert.Equal(SftpStatus.Ok, (await sftp.WriteAsync(handle, 64 * 1024, new byte[1000])).Status);
        return client;
    }

    /// <summary>A whole file asked for, and not a byte of it read.</summary>
    private static async Task<RawSshClient> LoseDownloadAsync(int port, SshPrivateKey key)
    {
        var client = await Peer.LogInAsync(IPAddress.Loopback, port, Template.User, key);
        var sftp = await RunningServer.OpenSftpAsync(client);
        var handle = (await sftp.OpenAsync("/upload/large", SftpOpen.Read)).Handle;
        for (var offset = 0; offset < FileSize; offset += ReadSize)
        {
            await sftp.SendRequestAsync(SftpPacket.Read, request => request.String(handle).UInt64((ulong)offset).UInt32(ReadSize));
        }

        return client;
    }
}
