using System.Diagnostics;
using System.Security.Cryptography;
using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.Authentication;

/// <summary>
/// What it costs to refuse hostile keys and shares: 5 ms of CPU at most (security test T07, CVE-2026-39829), printed beside a calibration loop; a busy machine
/// gets ten times as long. <c>bench/refusals</c> runs this alone.
/// </summary>
[Collection(nameof(Alone))]
public sealed class RefusalCostTests(ITestOutputHelper output)
{
    private const double Target = 5;
    private const int Rounds = 15;

    [Fact]
    public async Task Oversized_and_malformed_keys_are_refused_in_less_than_5_ms()
    {
        Calibrate();
        var server = new ServerUnderTest(new SshLimits { Signatures = 10_000, PublicKeyQueries = 10_000 });
        await using var connection = await ReadyAsync(server);
        var worst = 0.0;
        foreach (var (name, algorithm, blob) in Keys())
        {
            // Everybody may use it, if it is a key at all: the library alone must refuse it.
            var mayParse = SshPublicKeys.TryParse(blob, out var parsed) == PublicKeyError.None;
            if (mayParse)
            {
                server.Application.Allow(ServerUnderTest.User.Name, parsed!);
            }

            var request = RawSshClient.AuthenticationRequest(ServerUnderTest.User.Name, "publickey").Boolean(true).String(algorithm).String(blob)
                .String(new MessageBuilder().String(algorithm).String(Signature(algorithm, blob)).ToArray()).ToArray();
            var milliseconds = await MedianAsync(async () => Assert.False((await connection.Client.AuthenticateAsync(request)).Success));
            output.WriteLine($"{milliseconds,8:0.000} ms  {name}{(mayParse ? " (parsed and verified)" : "")}");
            worst = Math.Max(worst, milliseconds);
        }

        Assert.Equal(0, server.Application.Logins);
        Assert.True(worst < 10 * Target, $"{worst:0.0} ms");
        await connection.Client.SignInAsync(ServerUnderTest.User.Name, ServerUnderTest.User.Key);
        await connection.EchoAsync();
    }

    [Fact]
    public async Task Bad_shares_are_refused_in_less_than_5_ms()
    {
        Calibrate();
        var worst = 0.0;
        foreach (var (method, name, share) in Shares())
        {
            var agreement = KeyAgreements.Find(method)!;
            var milliseconds = await MedianAsync(() =>
            {
                Assert.False(agreement.TryAgreeAsServer(share, out _, out _));
                return Task.CompletedTask;
            });
            output.WriteLine($"{milliseconds,8:0.000} ms  {method}: {name}");
            worst = Math.Max(worst, milliseconds);
        }

        Assert.True(worst < 10 * Target, $"{worst:0.0} ms");
    }

    private static async Task<ServerConnection> ReadyAsync(ServerUnderTest server)
    {
        var connection = server.Connect();
        await connection.Client.HandshakeAsync();
        await connection.Client.RequestServiceAsync();
        return connection;
    }

    private static IEnumerable<(string Name, string Algorithm, byte[] Blob)> Keys()
    {
        foreach (var bits in (int[])[512, 1024, 2040, 16_384, 16_392, 32_768, 131_072])
        {
            yield return ($"RSA of {bits} bits", "rsa-sha2-512", Rsa([1, 0, 1], bits));
        }

        yield return ("RSA with e = 1", "rsa-sha2-512", Rsa([1], 2048));
        yield return ("RSA with e = 3", "rsa-sha2-512", Rsa([3], 2048));
        yield return ("RSA with an even e", "rsa-sha2-512", Rsa([1, 0, 0], 2048));
        yield return ("RSA with an e of 64 bits", "rsa-sha2-512", Rsa([.. Enumerable.Repeat((byte)0xFF, 8)], 4096));
        yield return ("RSA with an e as long as its modulus", "rsa-sha2-512", Rsa([.. Enumerable.Repeat((byte)0xFF, 512)], 4096));
        yield return ("RSA with an even modulus", "rsa-sha2-512", new MessageBuilder().String("ssh-rsa").Mpint([1, 0, 1]).Mpint([0xC0, .. new byte[255]]).ToArray());
        yield return ("Ed25519, 31 bytes", "ssh-ed25519", new MessageBuilder().String("ssh-ed25519").String(new byte[31]).ToArray());
        yield return ("Ed25519, no point", "ssh-ed25519", new MessageBuilder().String("ssh-ed25519").String([2, .. new byte[30], 0x7F]).ToArray());
        yield return ("Ed25519, the neutral point", "ssh-ed25519", new MessageBuilder().String("ssh-ed25519").String([1, .. new byte[31]]).ToArray());
        yield return ("ECDSA, a point off the curve", "ecdsa-sha2-nistp256", Ecdsa("nistp256", [4, .. new SeededRandom(10).Bytes(64)]));
        yield return ("ECDSA, infinity", "ecdsa-sha2-nistp256", Ecdsa("nistp256", [0]));
        yield return ("ECDSA, another curve's name", "ecdsa-sha2-nistp256", Ecdsa("nistp521", [4, .. new byte[64]]));
        yield return ("a length of 2^31 - 1", "ssh-ed25519", [0x7F, 0xFF, 0xFF, 0xFF, .. new byte[64]]);
        yield return ("a length of 2^32 - 1", "ssh-ed25519", [0xFF, 0xFF, 0xFF, 0xFF, .. new byte[64]]);
        yield return ("30,000 bytes of noise", "ssh-ed25519", new SeededRandom(11).Bytes(30_000));
        yield return ("a certificate", "ssh-ed25519-cert-v01@openssh.com", new MessageBuilder().String("ssh-ed25519-cert-v01@openssh.com").String(new byte[400]).ToArray());
        yield return ("a path", "ssh-ed25519", "../../../../etc/shadow"u8.ToArray());
        yield return ("nothing", "ssh-ed25519", []);
    }

    /// <summary>As long as a right one would be, so that it is the number that is wrong and not the length; and right for the neutral point of Ed25519.</summary>
    private static byte[] Signature(string algorithm, byte[] blob) => algorithm == "ssh-ed25519"
        ? [1, .. new byte[63]]
        : [0, .. new SeededRandom(9).Bytes(Math.Clamp(blob.Length / 256 * 256, 256, 2048) - 1)];

    private static byte[] Rsa(byte[] e, int bits) =>
        new MessageBuilder().String("ssh-rsa").Mpint(e).Mpint([0xC1, .. new SeededRandom(5).Bytes((bits / 8) - 2), 1]).ToArray();

    private static byte[] Ecdsa(string curve, byte[] point) => new MessageBuilder().String("ecdsa-sha2-nistp256").String(curve).String(point).ToArray();

    private static IEnumerable<(string Method, string Name, byte[] Share)> Shares()
    {
        foreach (var (method, bits) in ((string, int)[])[("diffie-hellman-group14-sha256", 2048), ("diffie-hellman-group16-sha512", 4096)])
        {
            var prime = Rfc3526.Prime(bits);
            yield return (method, "0", [0]);
            yield return (method, "1", [1]);
            yield return (method, "p - 1", (prime - 1).ToByteArray(isUnsigned: true, isBigEndian: true));
            yield return (method, "p + 1", (prime + 1).ToByteArray(isUnsigned: true, isBigEndian: true));
            yield return (method, "30,000 bytes", [.. Enumerable.Repeat((byte)0xFF, 30_000)]);
        }

        yield return ("curve25519-sha256", "0", new byte[32]);
        yield return ("curve25519-sha256", "a point of low order", Convert.FromHexString("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"));
        foreach (var (method, length) in ((string, int)[])[("ecdh-sha2-nistp256", 32), ("ecdh-sha2-nistp384", 48), ("ecdh-sha2-nistp521", 66)])
        {
            yield return (method, "infinity", [0]);
            yield return (method, "a point off the curve", [4, .. new SeededRandom(2).Bytes(2 * length)]);
        }
    }

    private static async Task<double> MedianAsync(Func<Task> refuse)
    {
        await refuse();
        var times = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            await refuse();
            times[round] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }

        return times.Order().ElementAt(Rounds / 2);
    }

    /// <summary>What this machine makes of a known amount of work, so that figures of different machines can be compared.</summary>
    private void Calibrate()
    {
        var data = new byte[1024 * 1024];
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < 64; i++)
        {
            data[0] ^= SHA256.HashData(data)[0];
        }

        output.WriteLine($"{Stopwatch.GetElapsedTime(begun).TotalMilliseconds,8:0.0} ms  calibration: SHA-256 of 64 MiB");
    }
}
