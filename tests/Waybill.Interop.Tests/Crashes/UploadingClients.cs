using System.Security.Cryptography;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Ssh;

namespace Waybill.Interop.Tests.Crashes;

/// <summary>Clients that upload and overwrite without pause until the server dies, each with names of its own.</summary>
internal sealed class UploadingClients(int count, string user, SshPrivateKey key, string folder, UploadLog log)
{
    private const int NamesEach = 5;
    private const int Piece = 32 * 1024;

    /// <summary>Runs until every client has lost its connection.</summary>
    public Task RunAsync(int port, ulong seed) => Task.WhenAll(Enumerable.Range(0, count).Select(client => Task.Run(() => UploadAsync(port, client, new SeededRandom(seed + (ulong)client)))));

    private async Task UploadAsync(int port, int client, SeededRandom random)
    {
        try
        {
            await using var ssh = await RawSshClient.ConnectAsync(port);
            await ssh.LogInAsync(user, key);
            var channel = await ssh.OpenSubsystemAsync("sftp");
            await using var sftp = new RawSftpClient(channel.AsStream());
            await sftp.InitializeAsync();
            while (true)
            {
                await UploadOneAsync(sftp, $"client-{client}-{random.Next(NamesEach)}.csv", random);
            }
        }
        catch (Exception error) when (error is IOException or PeerClosedException or System.Net.Sockets.SocketException or TimeoutException or ObjectDisposedException)
        {
            // The server was killed, which is the point.
        }
    }

    private async Task UploadOneAsync(RawSftpClient sftp, string name, SeededRandom random)
    {
        // Small files make acknowledgements frequent, large ones are in flight when the server dies.
        int size;
        do
        {
            size = random.Next(4) > 0 ? random.Next(64 * 1024) : random.Next(8 * 1024 * 1024);
        }
        while (!log.IsNewSize(name, size));

        var content = RandomNumberGenerator.GetBytes(size);
        var hash = Convert.ToHexString(SHA256.HashData(content));
        var opened = await sftp.OpenAsync($"{folder}/{name}", SftpOpen.Write | SftpOpen.Create | SftpOpen.Truncate);
        Assert.True(opened.Handle.Length > 0, opened.ToString());

        // In flight from here on: an OPEN that was never answered has begun nothing.
        var attempt = log.Begin(name, hash, content.Length);
        for (var offset = 0; offset < content.Length; offset += Piece)
        {
            var reply = await sftp.WriteAsync(opened.Handle, (ulong)offset, content.AsMemory(offset, Math.Min(Piece, content.Length - offset)));
            Assert.True(reply.IsOk, reply.ToString());
        }

        log.CloseSent(attempt);
        var closed = await sftp.CloseAsync(opened.Handle);
        Assert.True(closed.IsOk, closed.ToString());
        log.Acknowledge(attempt);
    }
}
