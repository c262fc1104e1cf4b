using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.KeyExchange;

/// <summary>1 GiB each way, with a hundred key exchanges on it (security test T06).</summary>
public sealed class BulkRekeyTests(ITestOutputHelper output)
{
    private const int Exchanges = 100;

    /// <summary>A little more than needed: data goes on until each KEXINIT is met.</summary>
    private const int Parts = 128;

    private static readonly long s_size =
        long.TryParse(Environment.GetEnvironmentVariable("WAYBILL_SOAK_BULK_MEBIBYTES"), CultureInfo.InvariantCulture, out var size) ? size << 20 : 1L << 30;

    [Theory]
    [InlineData("aes256-gcm@openssh.com")]
    public async Task A_GiB_up_survives_a_hundred_key_exchanges(string cipher)
    {
        var (received, wrong) = (0L, -1L);
        var server = new ServerUnderTest(new SshLimits { RekeyBytes = s_size / Parts });
        server.Application.Find = _ => new SinkProgram(data =>
        {
            wrong = wrong < 0 && !Pattern.Matches(data.Span, received) ? received : wrong;
            Interlocked.Add(ref received, data.Length);
        });
        await using var connection = await server.LogInAsync(new RawKexInit().Only(cipher: cipher));
        var channel = await connection.Client.OpenSubsystemAsync("sink");
        var begun = Stopwatch.GetTimestamp();
        var answering = connection.Client.PumpUntilAsync(() => channel.CloseReceived);
        for (var sent = 0L; sent < s_size; sent += Pattern.Piece)
        {
            await channel.SendDataAsync(Pattern.At(sent));
        }

        await channel.SendEofAsync();
        await answering;
        Report(cipher, "up", begun, connection);
        Assert.Equal(s_size, received);
        Assert.Equal(-1, wrong);
        Assert.InRange(connection.Client.KeyExchanges, Exchanges, Exchanges * 2);
    }

    [Theory]
    [InlineData("chacha20-poly1305@openssh.com")]
    [InlineData("aes128-ctr")]
    public async Task A_GiB_down_survives_a_hundred_key_exchanges(string cipher)
    {
        var server = new ServerUnderTest(new SshLimits { RekeyBytes = s_size / Parts });
        server.Application.Find = _ => new PatternProgram(s_size);
        await using var connection = await server.LogInAsync(new RawKexInit().Only(cipher: cipher));
        var channel = await connection.Client.OpenSubsystemAsync("pattern");
        var begun = Stopwatch.GetTimestamp();
        var received = 0L;
        while (await channel.ReceiveDataAsync() is { } piece)
        {
            Assert.True(Pattern.Matches(piece, received), $"wrong bytes at {received}");
            received += piece.Length;
        }

        Report(cipher, "down", begun, connection);
        Assert.Equal(s_size, received);
        Assert.InRange(connection.Client.KeyExchanges, Exchanges, Exchanges * 2);
    }

    private void Report(string cipher, string way, long begun, ServerConnection connection) => output.WriteLine(
        $"{s_size >> 20} MiB {way} with {cipher}: {connection.Client.KeyExchanges} key exchanges, {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s with both ends in one process");

    /// <summary>Noise of which every place can be checked by itself.</summary>
    private static class Pattern
    {
        public const int Piece = 32 * 1024;

        // No multiple of anything, and a piece longer at the end than it is.
        private const int Period = 1_000_003;
        private static readonly byte[] s_noise = Make();

        public static ReadOnlyMemory<byte> At(long offset) => s_noise.AsMemory((int)(offset % Period), Piece);

        public static bool Matches(ReadOnlySpan<byte> data, long offset)
        {
            while (!data.IsEmpty)
            {
                var some = data[..Math.Min(data.Length, Piece)];
                if (!some.SequenceEqual(At(offset).Span[..some.Length]))
                {
                    return false;
                }

                data = data[some.Length..];
                offset += some.Length;
            }

            return true;
        }

        private static byte[] Make()
        {
            var noise = new SeededRandom(4).Bytes(Period);
            return [.. noise, .. noise.AsSpan(0, Piece)];
        }
    }

    private sealed class PatternProgram(long size) : ISshProgram
    {
        public async Task<int> RunAsync(IDuplexPipe channel, CancellationToken cancellationToken)
        {
            for (var sent = 0L; sent < size; sent += Pattern.Piece)
            {
                await channel.Output.WriteAsync(Pattern.At(sent), cancellationToken);
            }

            return 0;
        }
    }
}
