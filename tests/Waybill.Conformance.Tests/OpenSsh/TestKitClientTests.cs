using System.Security.Cryptography;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.OpenSsh;

/// <summary>The test kit's own clients against OpenSSH: what they call conformant must be what the world calls so.</summary>
public sealed class TestKitClientTests
{
    public static TheoryData<string> Methods =>
    [
        "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
        "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512",
    ];

    [Fact]
    public async Task Every_method_cipher_MAC_and_host_key_logs_in_and_rekeys_with_OpenSSH()
    {
        await using var server = await OpenSshServer.StartAsync();
        foreach (var method in Methods)
        {
            foreach (var strict in (bool[])[true, false])
            {
                await LogInAndEchoAsync(server, strict ? new RawKexInit().Only(method.Data) : new RawKexInit().Only(method.Data).NotStrict());
            }
        }

        foreach (var (cipher, mac) in RawAlgorithms.Pairs)
        {
            await LogInAndEchoAsync(server, new RawKexInit().Only(cipher: cipher, mac: mac));
        }

        foreach (var hostKey in new RawKexInit().HostKey)
        {
            await LogInAndEchoAsync(server, new RawKexInit { HostKey = [hostKey] });
        }
    }

    [Fact]
    public async Task A_rekey_that_OpenSSH_begins_is_answered_under_load()
    {
        await using var server = await OpenSshServer.StartAsync("RekeyLimit 64K");
        await using var client = await server.ConnectAsync();
        await client.LogInAsync(OpenSshServer.User, server.UserKey);
        var channel = await client.OpenSubsystemAsync("echo");
        var data = new SeededRandom(7).Bytes(1024 * 1024);
        var sending = channel.SendDataAsync(data);
        using var received = new MemoryStream();
        while (received.Length < data.Length)
        {
            received.Write(await channel.ReceiveDataAsync() ?? throw new InvalidOperationException("The echo ended early."));
        }

        await sending;
        Assert.Equal(SHA256.HashData(data), SHA256.HashData(received.ToArray()));
        Assert.InRange(client.KeyExchanges, 5, 1000);
    }

    [Fact]
    public async Task Queries_wrong_signatures_and_other_methods_are_told_apart()
    {
        await using var server = await OpenSshServer.StartAsync();
        await using var client = await server.ConnectAsync();
        using var stranger = SshPrivateKeys.GenerateEd25519();
        await client.HandshakeAsync();
        await client.RequestServiceAsync();
        Assert.Equal("publickey", (await client.TryNoneAsync(OpenSshServer.User)).Methods.Split(',')[0]);
        Assert.True((await client.QueryKeyAsync(OpenSshServer.User, server.UserKey.PublicKey)).KeyAcceptable);
        Assert.False((await client.QueryKeyAsync(OpenSshServer.User, stranger.PublicKey)).KeyAcceptable);
        Assert.False((await client.AuthenticateAsync(client.SignedRequest(OpenSshServer.User, server.UserKey, sessionId: new byte[32]))).Success);
        Assert.True((await client.SignInAsync(OpenSshServer.User, server.UserKey)).Success);
        Assert.Contains("ssh-ed25519", client.Extensions["server-sig-algs"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_go_up_and_down_and_are_listed()
    {
        await using var server = await OpenSshServer.StartAsync();
        await using var client = await server.ConnectAsync();
        using var directory = new TemporaryDirectory();
        await client.LogInAsync(OpenSshServer.User, server.UserKey);
        var channel = await client.OpenSubsystemAsync("sftp");
        await using var sftp = new RawSftpClient(channel.AsStream());
        await sftp.InitializeAsync();
        Assert.Equal(3u, sftp.Version);
        Assert.Contains(("posix-rename@openssh.com", "1"), sftp.Extensions);

        var data = new SeededRandom(8).Bytes(3_000_001);
        await sftp.PutAsync(directory.Combine("a b ü"), data);
        Assert.Equal(data, await sftp.GetAsync(directory.Combine("a b ü")));
        Assert.True((await sftp.MkDirAsync(directory.Combine("d"))).IsOk);
        Assert.Equal([".", "..", "a b ü", "d"], (await sftp.ListAsync(directory.FullName)).Select(name => name.Text).Order(StringComparer.Ordinal));
        Assert.Equal((ulong)data.Length, (await sftp.StatAsync(directory.Combine("a b ü"))).Attributes!.Size);
        Assert.Equal(SftpStatus.NoSuchFile, (await sftp.RemoveAsync(directory.Combine("none"))).Status);
        Assert.Equal(SftpStatus.OperationUnsupported, (await sftp.ExtendedAsync("no-such@example.com")).Status);
    }

    private static async Task LogInAndEchoAsync(OpenSshServer server, RawKexInit offer)
    {
        await using var client = await server.ConnectAsync();
        await client.LogInAsync(OpenSshServer.User, server.UserKey, offer);
        var channel = await client.OpenSubsystemAsync("echo");
        foreach (var size in (int[])[1, 2, 15, 16, 17, 1000, 32768])
        {
            var data = new SeededRandom((ulong)size).Bytes(size);
            await channel.SendDataAsync(data);
            using var received = new MemoryStream();
            while (received.Length < size)
            {
                received.Write(await channel.ReceiveDataAsync() ?? throw new InvalidOperationException("The echo ended early."));
            }

            Assert.Equal(data, received.ToArray());
            if (size == 16)
            {
                await client.RekeyAsync();
            }
        }

        await channel.SendEofAsync();
        await channel.WaitForCloseAsync();
        Assert.Equal(0u, channel.ExitStatus);
    }
}
