using System.Security.Cryptography;
using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.KeyExchange;

/// <summary>New keys under load, both ways, for everything that can be negotiated.</summary>
public sealed class RekeyTests(ITestOutputHelper output)
{
    private const int Limit = 32 * 1024;

    public static TheoryData<string> Methods => KeyExchangeTests.Methods;

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task A_rekey_every_32_KiB_loses_no_byte_with_any_cipher_and_MAC(string method)
    {
        // 4,096-bit exponentiations take their time: less data there.
        var size = (method.Contains("group", StringComparison.Ordinal) ? 4 : 12) * Limit;
        var server = new ServerUnderTest(new SshLimits { RekeyBytes = Limit });
        var exchanges = 0;
        foreach (var (cipher, mac) in RawAlgorithms.Pairs)
        {
            await using var connection = await server.LogInAsync(new RawKexInit().Only(method, cipher, mac));
            await EchoAsync(connection, size, rekeyEvery: int.MaxValue);
            Assert.True(connection.Client.KeyExchanges > size / (2 * Limit), $"{method} {cipher} {mac}: only {connection.Client.KeyExchanges} key exchanges");
            exchanges += connection.Client.KeyExchanges;
        }

        output.WriteLine($"{method}: {exchanges} key exchanges, {size} bytes each way with each of {RawAlgorithms.Pairs.Count()} cipher and MAC pairs");
    }

    [Fact]
    public async Task Both_sides_may_begin_a_rekey_at_any_time()
    {
        var server = new ServerUnderTest(new SshLimits { RekeyBytes = Limit });
        await using var connection = await server.LogInAsync();
        // The client begins 8; the server is due at 32 KiB and so has room for three between two of them, whether or not they cross.
        await EchoAsync(connection, 1024 * 1024, rekeyEvery: 30);
        Assert.True(connection.Client.KeyExchanges > 1 + 8 + 8, $"{connection.Client.KeyExchanges} key exchanges");
    }

    [Fact]
    public async Task A_thousand_rekeys_by_the_client_leave_the_session_id_alone()
    {
        await using var connection = await new ServerUnderTest().LogInAsync();
        var sessionId = connection.Client.SessionId;
        for (var i = 0; i < 1000; i++)
        {
            await connection.Client.RekeyAsync();
        }

        Assert.Equal(sessionId, connection.Client.SessionId);
        Assert.NotEqual(sessionId, connection.Client.ExchangeHash);
        await connection.EchoAsync();
    }

    [Fact]
    public async Task A_rekey_may_change_every_algorithm()
    {
        await using var connection = await new ServerUnderTest().LogInAsync(new RawKexInit().Only("curve25519-sha256", "aes256-gcm@openssh.com"));
        foreach (var (cipher, mac) in RawAlgorithms.Pairs)
        {
            await connection.Client.RekeyAsync(new RawKexInit().NotStrict().Only("ecdh-sha2-nistp256", cipher, mac));
            await connection.EchoAsync(3000);
        }
    }

    [Fact]
    public async Task A_client_that_begins_a_rekey_and_stops_is_cut_off()
    {
        var server = new ServerUnderTest(new SshLimits { KeyExchangeTime = TimeSpan.FromSeconds(10) });
        await using var connection = await server.LogInAsync();
        await connection.Client.SendKexInitAsync();
        Assert.Equal(SshEndReason.RekeyTimeout, (await connection.EndAsync()).Reason);
    }

    [Fact]
    public async Task A_client_that_never_answers_a_rekey_makes_the_server_hold_no_more_than_a_window()
    {
        // CVE-2025-22869: a peer that never finishes a rekey made file data queue without end.
        var sent = 0L;
        var limits = new SshLimits { KeyExchangeTime = TimeSpan.FromSeconds(10), RekeyBytes = 256 * 1024 };
        var server = new ServerUnderTest(limits);
        server.Application.Find = _ => new SourceProgram(total => Interlocked.Exchange(ref sent, total));
        await using var connection = await server.LogInAsync();
        await connection.Client.OpenSubsystemAsync("source");
        connection.Client.Transport.Timeout = TimeSpan.FromSeconds(60);

        // It reads on, and says nothing.
        Assert.Equal(SshEndReason.RekeyTimeout, (await connection.EndAsync()).Reason);
        Assert.InRange(Interlocked.Read(ref sent), 256 * 1024, 8 * 1024 * 1024);
    }

    /// <summary>Sends and receives at the same time, with at most 24 KiB on the way, so that the server's KEXINIT is met within a few packets.</summary>
    private static async Task EchoAsync(ServerConnection connection, int size, int rekeyEvery)
    {
        const int Piece = 4 * 1024;
        var channel = await connection.Client.OpenSubsystemAsync("echo");
        var data = new SeededRandom((ulong)size).Bytes(size);
        using var room = new SemaphoreSlim(6);
        var sending = Task.Run(async () =>
        {
            for (var (offset, piece) = (0, 1); offset < size; offset += Piece, piece++)
            {
                Assert.True(await room.WaitAsync(TimeSpan.FromSeconds(60)));
                await channel.SendDataAsync(data.AsMemory(offset, Piece));
                if (piece % rekeyEvery == 0)
                {
                    await connection.Client.RekeyAsync();
                }
            }
        });
        using var received = new MemoryStream();
        while (received.Length < size)
        {
            var before = received.Length / Piece;
            received.Write(await channel.ReceiveDataAsync() ?? throw new InvalidOperationException("The echo ended early."));
            if ((received.Length / Piece) - before is var whole and > 0)
            {
                room.Release((int)whole);
            }
        }

        await sending;
        Assert.Equal(SHA256.HashData(data), SHA256.HashData(received.ToArray()));
    }
}
