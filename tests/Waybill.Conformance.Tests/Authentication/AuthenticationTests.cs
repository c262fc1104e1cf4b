using System.Diagnostics;
using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.Authentication;

/// <summary>Who is logged in is who signed, and nobody else; every attempt is counted.</summary>
public sealed class AuthenticationTests
{
    private const string Alice = "00012345";
    private const string Bob = "00067890";
    private readonly SshPrivateKey[] _keys = [SshPrivateKeys.GenerateEd25519(), SshPrivateKeys.GenerateEcdsa(256), SshPrivateKeys.GenerateEd25519()];
    private readonly ServerUnderTest _server = new();

    public AuthenticationTests()
    {
        // The first two keys are Alice's, the last two are Bob's: one is both's, and the first queried is not always the one that signs.
        _server.Application.Allow(Alice, _keys[0].PublicKey);
        _server.Application.Allow(Alice, _keys[1].PublicKey);
        _server.Application.Allow(Bob, _keys[1].PublicKey);
        _server.Application.Allow(Bob, _keys[2].PublicKey);
    }

    [Fact]
    public async Task The_key_that_signed_is_the_identity_in_every_order_of_queries()
    {
        // CVE-2024-45337: the key queried last was taken for the one that signed.
        int[][] orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        var logins = 0;
        foreach (var order in orders)
        {
            foreach (var signer in order)
            {
                foreach (var user in (string[])[Alice, Bob])
                {
                    await using var connection = await ReadyAsync();
                    var client = connection.Client;
                    foreach (var queried in order)
                    {
                        // Also for the other user: the name may change between requests.
                        await client.QueryKeyAsync(user == Alice ? Bob : Alice, _keys[queried].PublicKey);
                        Assert.Equal(IsAllowed(user, queried), (await client.QueryKeyAsync(user, _keys[queried].PublicKey)).KeyAcceptable);
                    }

                    var answer = await client.SignInAsync(user, _keys[signer]);
                    Assert.Equal(IsAllowed(user, signer), answer.Success);
                    if (answer.Success)
                    {
                        logins++;
                        var offer = _server.Application.LoggedIn.Last();
                        Assert.Equal(user, offer.User);
                        Assert.Equal(_keys[signer].PublicKey.Blob.ToArray(), offer.Key.Blob.ToArray());
                    }
                }
            }
        }

        Assert.Equal(24, logins);
        Assert.Equal(24, _server.Application.Logins);
    }

    [Fact]
    public async Task Every_way_to_sign_wrongly_is_refused()
    {
        await using var other = await ReadyAsync();
        using var rsa = SshPrivateKeys.GenerateRsa(2048);
        _server.Application.Allow(Alice, rsa.PublicKey);
        var wrong = new Dictionary<string, Func<RawSshClient, byte[]>>
        {
            ["another session's id"] = client => client.SignedRequest(Alice, _keys[0], sessionId: other.Client.SessionId),
            ["no session id"] = client => client.SignedRequest(Alice, _keys[0], sessionId: []),
            ["a replay from another connection"] = _ => other.Client.SignedRequest(Alice, _keys[0]),
            ["another user in the signed data"] = client => client.SignedRequest(Alice, _keys[0], signedUser: Bob),
            ["another key named"] = client => client.SignedRequest(Alice, _keys[2], namedKey: _keys[0].PublicKey),
            ["a key that is only Bob's"] = client => client.SignedRequest(Alice, _keys[2]),
            ["another algorithm named outside"] = client => Renamed(client, rsa, "rsa-sha2-256", "rsa-sha2-512"),
            ["the type in place of the algorithm"] = client => Renamed(client, rsa, "rsa-sha2-512", "ssh-rsa"),
            ["an algorithm of another type"] = client => Renamed(client, rsa, "rsa-sha2-512", "ssh-ed25519"),
            ["an empty signature"] = client => WithSignature(client, _keys[0], []),
            ["a signature of zeros"] = client => WithSignature(client, _keys[0], new MessageBuilder().String("ssh-ed25519").String(new byte[64]).ToArray()),
            ["a signature with a tail"] = client => WithSignature(client, _keys[0], [.. Signature(client, _keys[0]), 0]),
            ["half a signature"] = client => WithSignature(client, _keys[0], Signature(client, _keys[0])[..^32]),
        };
        foreach (var (name, request) in wrong)
        {
            await using var connection = await ReadyAsync();
            var answer = await connection.Client.AuthenticateAsync(request(connection.Client));
            Assert.False(answer.Success || answer.PartialSuccess, name);
            Assert.Equal("publickey", answer.Methods);
        }

        Assert.Equal(0, _server.Application.Logins);
    }

    [Fact]
    public async Task Keys_that_are_no_keys_fail_the_attempt_and_not_the_connection()
    {
        byte[] Rsa(byte[] e, int bits) => new MessageBuilder().String("ssh-rsa").Mpint(e).Mpint([0xC1, .. new SeededRandom(5).Bytes((bits / 8) - 2), 1]).ToArray();
        byte[][] blobs =
        [
            [], [0], [.. "../../etc/passwd"u8], new SeededRandom(6).Bytes(20_000), Rsa([1, 0, 1], 512), Rsa([1, 0, 1], 1024), Rsa([1, 0, 1], 32_768),
            Rsa([1], 2048), Rsa([4], 2048), Rsa([1, 0, 0, 0, 0, 0, 0, 0, 1], 4096), new MessageBuilder().String("ssh-dss").ToArray(),
            new MessageBuilder().String("ssh-ed25519-cert-v01@openssh.com").String(new byte[32]).ToArray(),
        ];
        var clock = Stopwatch.StartNew();
        foreach (var blob in blobs)
        {
            foreach (var algorithm in (string[])["ssh-rsa", "rsa-sha2-512", "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", ""])
            {
                await using var connection = await ReadyAsync();
                var client = connection.Client;
                MessageBuilder Head(bool signed) => RawSshClient.AuthenticationRequest(Alice, "publickey").Boolean(signed).String(algorithm).String(blob);
                Assert.False((await client.AuthenticateAsync(Head(false).ToArray())).KeyAcceptable);
                Assert.False((await client.AuthenticateAsync(Head(true).String(new MessageBuilder().String(algorithm).String(new byte[64]).ToArray()).ToArray())).Success);
                Assert.True((await client.SignInAsync(Alice, _keys[0])).Success);
            }
        }

        // CVE-2026-39829: an RSA key of any size was verified. 60 connections with two attempts each; a verification of 32,768 bits alone would take a second.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Other_methods_are_refused_with_publickey_as_the_only_way()
    {
        await using var connection = await ReadyAsync();
        Assert.Equal(new AuthenticationAnswer(false, false, "publickey"), await connection.Client.TryNoneAsync(Alice));
        Assert.Equal(new AuthenticationAnswer(false, false, "publickey"), await connection.Client.TryPasswordAsync(Alice, "secret"));
        foreach (var method in (string[])["keyboard-interactive", "hostbased", "gssapi-with-mic", "no-such-method"])
        {
            var request = RawSshClient.AuthenticationRequest(Alice, method).String("").String("").ToArray();
            Assert.Equal(new AuthenticationAnswer(false, false, "publickey"), await connection.Client.AuthenticateAsync(request));
        }

        Assert.Equal(0, _server.Application.Questions);
    }

    [Fact]
    public async Task A_known_and_an_unknown_user_get_the_same_bytes()
    {
        await using var connection = await ReadyAsync();
        using var stranger = SshPrivateKeys.GenerateEd25519();
        Assert.Equal(await connection.Client.QueryKeyAsync(Alice, stranger.PublicKey), await connection.Client.QueryKeyAsync("nobody", stranger.PublicKey));
        Assert.Equal(await connection.Client.SignInAsync(Alice, stranger), await connection.Client.SignInAsync("nobody", stranger));
    }

    [Theory]
    [InlineData("signatures")]
    [InlineData("queries")]
    [InlineData("others")]
    public async Task Attempts_are_counted_and_end_the_connection(string kind)
    {
        await using var connection = await ReadyAsync();
        using var stranger = SshPrivateKeys.GenerateEd25519();
        var limits = new SshLimits();
        var limit = kind switch { "signatures" => limits.Signatures, "queries" => limits.PublicKeyQueries, _ => limits.OtherAttempts };
        var answered = 0;
        try
        {
            for (; answered <= limit + 5; answered++)
            {
                var answer = kind switch
                {
                    "signatures" => await connection.Client.SignInAsync(Alice, stranger),
                    "queries" => await connection.Client.QueryKeyAsync(Alice, _keys[0].PublicKey),
                    _ => await connection.Client.TryPasswordAsync(Alice, "secret"),
                };
                Assert.False(answer.Success);
            }
        }
        catch (PeerClosedException)
        {
            // As it should.
        }

        Assert.Equal(SshEndReason.TooManyAttempts, (await connection.ReportAsync()).Reason);
        Assert.InRange(answered, limit - 1, limit);
    }

    [Fact]
    public async Task Who_does_not_log_in_in_time_is_cut_off_at_every_step()
    {
        var steps = new Func<RawSshClient, Task>[]
        {
            _ => Task.CompletedTask,
            client => client.Transport.SendRawAsync("SSH-2.0-slow"u8.ToArray()),
            client => client.SendVersionAsync(),
            async client =>
            {
                await client.SendVersionAsync();
                await client.SendKexInitAsync();
            },
            client => client.HandshakeAsync(),
            async client =>
            {
                await client.HandshakeAsync();
                await client.RequestServiceAsync();
                await client.TryNoneAsync(Alice);
            },
        };
        var clock = new FakeTimeProvider();
        var server = new ServerUnderTest(new SshLimits { LoginTime = TimeSpan.FromSeconds(5) }, clock);
        foreach (var step in steps)
        {
            await using var connection = server.Connect();
            await step(connection.Client);
            var report = connection.ReportAsync();
            clock.Advance(TimeSpan.FromMilliseconds(4_999));
            Assert.False(report.IsCompleted, "it was cut off before its time was over");
            while (!report.IsCompleted)
            {
                // The last words, too, have their time by this clock.
                clock.Advance(TimeSpan.FromSeconds(1));
                await Task.WhenAny(report, Task.Delay(10));
            }

            Assert.Equal(SshEndReason.LoginTimeout, (await report).Reason);
        }
    }

    [Fact]
    public async Task The_report_names_user_methods_and_keys()
    {
        await using var connection = await ReadyAsync();
        using var stranger = SshPrivateKeys.GenerateEd25519();
        await connection.Client.TryNoneAsync(Alice);
        await connection.Client.TryPasswordAsync(Alice, "secret");
        await connection.Client.QueryKeyAsync(Alice, stranger.PublicKey);
        await connection.Client.DisconnectAsync();
        var report = await connection.EndAsync();
        Assert.Equal(SshEndReason.ClientClosed, report.Reason);
        Assert.Equal(Alice, report.User);
        Assert.False(report.LoggedIn);
        Assert.True(report.AskedForNone);
        Assert.Equal(["password", "publickey"], report.TriedMethods);
        Assert.Contains("SHA256:", Assert.Single(report.OfferedKeys), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", report.ToString(), StringComparison.Ordinal);
    }

    private static bool IsAllowed(string user, int key) => user == Alice ? key is 0 or 1 : key is 1 or 2;

    private static byte[] Renamed(RawSshClient client, SshPrivateKey key, string signedWith, string named)
    {
        byte[] request = RawSshClient.AuthenticationRequest(Alice, "publickey").Boolean(true).String(named).String(key.PublicKey.Blob.Span).ToArray();
        return new MessageBuilder().Raw(request).String(key.Sign(signedWith, new MessageBuilder().String(client.SessionId).Raw(request).ToArray())).ToArray();
    }

    private static byte[] Signature(RawSshClient client, SshPrivateKey key) =>
        key.Sign("ssh-ed25519", new MessageBuilder().String(client.SessionId).Raw(Unsigned(key)).ToArray());

    private static byte[] WithSignature(RawSshClient client, SshPrivateKey key, byte[] signature)
    {
        Assert.NotEmpty(client.SessionId);
        return new MessageBuilder().Raw(Unsigned(key)).String(signature).ToArray();
    }

    private static byte[] Unsigned(SshPrivateKey key) =>
        RawSshClient.AuthenticationRequest(Alice, "publickey").Boolean(true).String("ssh-ed25519").String(key.PublicKey.Blob.Span).ToArray();

    private async Task<ServerConnection> ReadyAsync()
    {
        var connection = _server.Connect();
        await connection.Client.HandshakeAsync();
        await connection.Client.RequestServiceAsync();
        return connection;
    }
}
