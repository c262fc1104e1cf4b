using System.Numerics;
using Waybill.Conformance.Tests.Server;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Crypto;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.KeyExchange;

/// <summary>Negotiation, guesses, shares.</summary>
public sealed class KeyExchangeTests
{
    public static TheoryData<string> Methods => [.. new RawKexInit().KeyExchange.Where(name => !RawAlgorithms.IsMarker(name))];

    public static TheoryData<string> HostKeys => [.. new RawKexInit().HostKey];

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Each_method_logs_in(string method)
    {
        await using var connection = await new ServerUnderTest().LogInAsync(new RawKexInit().Only(method));
        await connection.EchoAsync();
        Assert.Equal(method, connection.Client.Algorithms!.KeyExchange);
    }

    [Theory]
    [MemberData(nameof(HostKeys))]
    public async Task Each_host_key_algorithm_signs_the_exchange(string hostKey)
    {
        await using var connection = await new ServerUnderTest().LogInAsync(new RawKexInit { HostKey = [hostKey] });
        await connection.EchoAsync();
    }

    [Fact]
    public async Task Both_ways_may_have_different_ciphers_and_MACs()
    {
        await using var connection = await new ServerUnderTest().LogInAsync(new RawKexInit
        {
            CipherToServer = ["aes128-ctr"],
            MacToServer = ["hmac-sha2-512-etm@openssh.com"],
            CipherToClient = ["chacha20-poly1305@openssh.com"],
            MacToClient = ["no-such-mac"],
        });
        await connection.EchoAsync(100_000);
    }

    [Fact]
    public async Task MAC_lists_do_not_matter_when_the_cipher_brings_its_own()
    {
        await using var connection = await new ServerUnderTest().LogInAsync(
            new RawKexInit { MacToServer = [], MacToClient = ["hmac-md5"] }.Only(cipher: "aes256-gcm@openssh.com"));
        await connection.EchoAsync();
    }

    [Fact]
    public async Task Server_sig_algs_names_SHA_2_and_never_SHA_1()
    {
        await using var connection = await new ServerUnderTest().LogInAsync();
        var names = connection.Client.Extensions["server-sig-algs"].Split(',');
        Assert.Contains("ssh-ed25519", names);
        Assert.Contains("rsa-sha2-512", names);
        Assert.Contains("rsa-sha2-256", names);
        Assert.DoesNotContain("ssh-rsa", names);
    }

    [Fact]
    public async Task A_client_that_did_not_ask_for_EXT_INFO_gets_none()
    {
        await using var connection = await new ServerUnderTest().LogInAsync(new RawKexInit { KeyExchange = ["curve25519-sha256"] });
        Assert.Empty(connection.Client.Extensions);
    }

    [Theory]
    [InlineData("kex")]
    [InlineData("host key")]
    [InlineData("cipher to server")]
    [InlineData("cipher to client")]
    [InlineData("MAC to server")]
    [InlineData("MAC to client")]
    [InlineData("compression to server")]
    [InlineData("compression to client")]
    public async Task Without_a_common_algorithm_the_report_says_what_was_offered(string list)
    {
        string[] none = ["no-such-name@example.com"];
        var good = new RawKexInit().Only(cipher: "aes128-ctr");
        var offer = list switch
        {
            "kex" => good with { KeyExchange = none },
            "host key" => good with { HostKey = none },
            "cipher to server" => good with { CipherToServer = none },
            "cipher to client" => good with { CipherToClient = none },
            "MAC to server" => good with { MacToServer = none },
            "MAC to client" => good with { MacToClient = none },
            "compression to server" => good with { CompressionToServer = ["zlib"] },
            _ => good with { CompressionToClient = ["zlib"] },
        };
        await using var connection = new ServerUnderTest().Connect();
        await connection.Client.SendVersionAsync();
        await connection.Client.ReceiveVersionAsync();
        await connection.Client.SendKexInitAsync(offer);
        var report = await connection.EndAsync();
        Assert.Equal(SshEndReason.NoCommonAlgorithm, report.Reason);
        Assert.Contains(report.ClientOffer, line => line.Contains(list.StartsWith("compression", StringComparison.Ordinal) ? "zlib" : none[0], StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task A_guess_is_used_when_right_and_skipped_when_wrong(string method)
    {
        var others = new RawKexInit().KeyExchange.Where(name => name != method);
        var offer = new RawKexInit { KeyExchange = [method, .. others], FirstKexPacketFollows = true };
        await using var connection = new ServerUnderTest().Connect();
        var client = connection.Client;
        client.Offer = offer;
        await client.SendVersionAsync();
        await client.ReceiveVersionAsync();
        await client.SendKexInitAsync();
        var server = await client.ReceiveKexInitAsync();

        // RFC 4253 section 7: right when both lists begin with the same method and the same host key algorithm.
        var right = server.KeyExchange[0] == method && server.HostKey[0] == offer.HostKey[0];
        if (!right)
        {
            await client.Transport.SendPacketAsync(new MessageBuilder(SshMessage.KexInitShare).String("a wrong guess").ToArray());
        }

        await client.ExchangeAsync();
        await client.RequestServiceAsync();
        Assert.True((await client.SignInAsync(ServerUnderTest.User.Name, ServerUnderTest.User.Key)).Success);
        client.Offer = offer with { FirstKexPacketFollows = false };
        await connection.EchoAsync();
    }

    [Fact]
    public async Task A_wrong_guess_is_skipped_once_and_not_twice()
    {
        await using var connection = new ServerUnderTest().Connect();
        var client = connection.Client;
        await client.SendVersionAsync();
        await client.ReceiveVersionAsync();
        await client.SendKexInitAsync(new RawKexInit { KeyExchange = ["no-such-method", "curve25519-sha256"], FirstKexPacketFollows = true });
        await client.ReceiveKexInitAsync();
        var wrong = new MessageBuilder(SshMessage.KexInitShare).String("a wrong guess").ToArray();
        await client.Transport.SendPacketAsync(wrong);
        await client.Transport.SendPacketAsync(wrong);
        Assert.Contains((await connection.EndAsync()).Reason, new[] { SshEndReason.KeyExchangeFailed, SshEndReason.ProtocolError });
    }

    [Fact]
    public async Task Three_hundred_wrong_guesses_leave_the_connection_in_its_right_mind()
    {
        await using var connection = await new ServerUnderTest().LogInAsync();
        var client = connection.Client;
        var offer = new RawKexInit { KeyExchange = ["no-such-method", "curve25519-sha256"], FirstKexPacketFollows = true };
        for (var i = 0; i < 300; i++)
        {
            await client.SendKexInitAsync(offer);
            await client.Transport.SendPacketAsync(new MessageBuilder(SshMessage.KexInitShare).String("a wrong guess").ToArray());
            await client.ReceiveKexInitAsync();
            await client.ExchangeAsync();
        }

        await connection.EchoAsync();
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Bad_shares_end_the_exchange(string method)
    {
        var mpints = KeyAgreements.Find(method)!.SharesAreMpints;
        foreach (var share in BadShares(method))
        {
            await using var connection = new ServerUnderTest().Connect();
            var client = connection.Client;
            await client.SendVersionAsync();
            await client.ReceiveVersionAsync();
            await client.SendKexInitAsync(new RawKexInit().Only(method));
            await client.ReceiveKexInitAsync();
            client.StartExchange();
            await client.Transport.SendPacketAsync(mpints ? client.ShareMessage(share) : new MessageBuilder(SshMessage.KexInitShare).String(share).ToArray());
            var reason = (await connection.EndAsync()).Reason;
            Assert.True(reason is SshEndReason.KeyExchangeFailed or SshEndReason.ProtocolError, $"{method}: {Convert.ToHexString(share.AsSpan(0, Math.Min(16, share.Length)))}: {reason}");
        }
    }

    /// <summary>None on a machine without them: the points above are theirs too.</summary>
    private static IEnumerable<WycheproofTest> Vectors => WycheproofVectors.Available ? WycheproofVectors.Load("x25519_test.json") : [];

    private static IEnumerable<byte[]> BadShares(string method)
    {
        yield return [];
        yield return [1];
        if (method.StartsWith("curve25519", StringComparison.Ordinal))
        {
            yield return new byte[32];
            yield return [1, .. new byte[31]];
            yield return new byte[31];
            yield return new SeededRandom(1).Bytes(33);
            // Points of low order (Wycheproof, "LowOrderPublic").
            yield return Convert.FromHexString("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
            yield return Convert.FromHexString("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157");
            yield return Convert.FromHexString("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
            foreach (var vector in Vectors.Where(vector => !vector.Bytes("shared").AsSpan().ContainsAnyExcept((byte)0)))
            {
                yield return vector.Bytes("public");
            }
        }
        else if (method.StartsWith("ecdh", StringComparison.Ordinal))
        {
            var length = method.EndsWith("521", StringComparison.Ordinal) ? 66 : method.EndsWith("384", StringComparison.Ordinal) ? 48 : 32;
            yield return [0];
            yield return [4, .. new byte[2 * length]];
            yield return [4, .. new SeededRandom(2).Bytes(2 * length)];
            yield return [2, .. new SeededRandom(3).Bytes(length)];
            yield return [4, .. new SeededRandom(4).Bytes((2 * length) - 1)];
        }
        else
        {
            // 0 and 1 came above; p - 1 and what is no smaller than p.
            var prime = Rfc3526.Prime(method.Contains("group16", StringComparison.Ordinal) ? 4096 : 2048);
            foreach (var number in (BigInteger[])[prime - 1, prime, prime + 1, prime + 2, (2 * prime) - 1])
            {
                yield return number.ToByteArray(isUnsigned: true, isBigEndian: true);
            }

            yield return [.. Enumerable.Repeat((byte)0xFF, prime.GetByteCount(isUnsigned: true))];
        }
    }
}
