using Waybill.Ssh.Hosting;
using Waybill.Ssh.Tests.Hosting;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Ssh.Tests.KeyExchange;

/// <summary>Key exchange from the client's side of a connection.</summary>
public sealed class KeyExchangeTests
{
    public static TheoryData<string, string, string?> Combinations
    {
        get
        {
            var rows = new TheoryData<string, string, string?>();
            foreach (var method in new[]
            {
                "curve25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group16-sha512", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
                "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256",
            })
            {
                rows.Add(method, "aes256-gcm@openssh.com", null);
            }

            foreach (var (cipher, mac) in RawAlgorithms.Pairs)
            {
                rows.Add("curve25519-sha256", cipher, mac);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Every_method_cipher_and_mac_carries_a_session_through_a_rekey(string method, string cipher, string? mac)
    {
        await using var server = new TestServer(options => options with { Policy = SshPolicy.Compat });
        await server.LogInAsync(new RawKexInit().Only(method, cipher, mac));
        var echo = await server.Client.OpenSubsystemAsync(EchoProgram.Name);
        await EchoAsync(echo, 100_000);
        await server.Client.RekeyAsync();
        await EchoAsync(echo, 100_000);
        Assert.Equal(2, server.Client.KeyExchanges);
        Assert.Equal(method, server.Client.Algorithms!.KeyExchange);
        await server.Client.DisconnectAsync();
        await server.EndsWithAsync(SshEndReason.ClientClosed);
    }

    [Theory]
    [InlineData("ssh-ed25519")]
    [InlineData("rsa-sha2-512")]
    [InlineData("rsa-sha2-256")]
    [InlineData("ecdsa-sha2-nistp256")]
    public async Task Every_host_key_algorithm_signs_the_exchange(string algorithm)
    {
        using var rsa = SshPrivateKeys.GenerateRsa(3072);
        using var ecdsa = SshPrivateKeys.GenerateEcdsa(256);
        await using var server = new TestServer(options => options with { Policy = SshPolicy.Compat, HostKeys = [.. options.HostKeys, rsa, ecdsa] });
        await server.Client.HandshakeAsync(new RawKexInit { HostKey = [algorithm] });
        Assert.Equal(algorithm, server.Client.Algorithms!.HostKey);
        Assert.Contains(algorithm, server.Client.HostKey!.SignatureAlgorithms);
    }

    [Fact]
    public async Task Server_sig_algs_come_right_after_the_first_newkeys_to_a_client_that_asked()
    {
        await using var server = new TestServer();
        await server.Client.HandshakeAsync();
        Assert.Equal(SshMessage.ExtInfo, (await server.Client.Transport.ReceivePacketAsync())[0]);

        await using var other = new TestServer();
        await other.LogInAsync();
        Assert.Equal(
            "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256", other.Client.Extensions["server-sig-algs"]);
        other.Client.Extensions.Clear();
        await other.Client.RekeyAsync();
        await EchoAsync(await other.Client.OpenSubsystemAsync(EchoProgram.Name), 10);
        Assert.Empty(other.Client.Extensions);
    }

    [Fact]
    public async Task No_ext_info_goes_to_a_client_that_did_not_ask()
    {
        await using var server = new TestServer();
        await server.LogInAsync(new RawKexInit { KeyExchange = ["curve25519-sha256"] });
        Assert.Empty(server.Client.Extensions);
        Assert.False(server.Client.IsStrict);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sequence_numbers_restart_at_every_newkeys_when_strict_and_never_otherwise(bool isStrict)
    {
        await using var server = new TestServer();
        await server.LogInAsync(isStrict ? null : new RawKexInit().NotStrict());
        Assert.Equal(isStrict, server.Client.IsStrict);
        var before = server.Client.Transport.SendSequence;
        await server.Client.RekeyAsync();
        await server.Client.RekeyAsync();
        Assert.True(isStrict ? server.Client.Transport.SendSequence == 0 : server.Client.Transport.SendSequence > before);

        // A wrong number would be a wrong tag, both ways.
        await EchoAsync(await server.Client.OpenSubsystemAsync(EchoProgram.Name), 1000);
    }

    [Fact]
    public async Task The_strict_marker_in_a_later_kexinit_changes_nothing()
    {
        await using var server = new TestServer();
        await server.LogInAsync(new RawKexInit().NotStrict());
        await server.Client.RekeyAsync(new RawKexInit());
        Assert.DoesNotContain(RawKexInit.StrictServer, server.Client.ServerKexInit!.KeyExchange);
        await EchoAsync(await server.Client.OpenSubsystemAsync(EchoProgram.Name), 1000);
    }

    [Theory]
    [InlineData(SshMessage.Ignore)]
    [InlineData(SshMessage.Debug)]
    [InlineData(SshMessage.Unimplemented)]
    public async Task Strict_a_message_before_kexinit_ends_the_connection(byte number)
    {
        await using var server = new TestServer();
        await StartAsync(server);
        await server.Client.SendAsync(Harmless(number));
        await server.Client.SendKexInitAsync();
        var report = await server.EndsWithAsync(SshEndReason.ProtocolError);
        Assert.Contains("not the first packet", report.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SshMessage.Ignore)]
    [InlineData(SshMessage.Debug)]
    [InlineData(SshMessage.Unimplemented)]
    public async Task Strict_a_message_inside_the_first_exchange_ends_the_connection(byte number)
    {
        await using var beforeShare = new TestServer();
        await StartAsync(beforeShare);
        await beforeShare.Client.SendKexInitAsync();
        await beforeShare.Client.SendAsync(Harmless(number));
        await beforeShare.EndsWithAsync(SshEndReason.ProtocolError);

        await using var beforeNewKeys = new TestServer();
        await StartAsync(beforeNewKeys);
        await beforeNewKeys.Client.SendKexInitAsync();
        await beforeNewKeys.Client.ReceiveKexInitAsync();
        await beforeNewKeys.Client.SendAsync(beforeNewKeys.Client.StartExchange());
        await beforeNewKeys.Client.SendAsync(Harmless(number));
        await beforeNewKeys.EndsWithAsync(SshEndReason.ProtocolError);
    }

    [Theory]
    [InlineData(SshMessage.Ignore)]
    [InlineData(SshMessage.Debug)]
    [InlineData(SshMessage.Unimplemented)]
    public async Task Without_strict_such_messages_are_ignored(byte number)
    {
        await using var server = new TestServer();
        await StartAsync(server);
        await server.Client.SendAsync(Harmless(number));
        await server.Client.SendKexInitAsync(new RawKexInit().NotStrict());
        await server.Client.ReceiveKexInitAsync();
        await server.Client.SendAsync(Harmless(number));
        await server.Client.SendAsync(server.Client.StartExchange());
        await server.Client.ReceiveKexReplyAsync();
        await server.Client.SendAsync(Harmless(number));
        await server.Client.SendNewKeysAsync();
        await server.Client.ReceiveNewKeysAsync();
        await server.Client.RequestServiceAsync();
        Assert.True((await server.Client.SignInAsync(TestApplication.User, server.Application.UserKey)).Success);
    }

    [Theory]
    [InlineData(SshMessage.Ignore)]
    [InlineData(SshMessage.Debug)]
    public async Task Strict_is_about_the_first_exchange_only(byte number)
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        await server.Client.SendAsync(Harmless(number));
        await server.Client.SendKexInitAsync();
        await server.Client.Transport.SendPacketAsync(Harmless(number));
        await server.Client.ReceiveKexInitAsync();
        await server.Client.ExchangeAsync();
        await EchoAsync(await server.Client.OpenSubsystemAsync(EchoProgram.Name), 100);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wrong_guess_is_dropped_and_a_right_one_is_used(bool isRight)
    {
        await using var server = new TestServer();
        await StartAsync(server);
        await server.Client.ReceiveKexInitAsync();
        var first = isRight ? server.Client.ServerKexInit!.KeyExchange[0] : "diffie-hellman-group16-sha512";
        await server.Client.SendKexInitAsync(new RawKexInit { KeyExchange = [first, "curve25519-sha256", RawKexInit.StrictClient, "ext-info-c"], FirstKexPacketFollows = true });
        server.Client.IsStrict = true;

        // The guess travels before anything of the server's was seen; both sides then agree on the client's first that the server has.
        var guess = server.Client.StartExchange(first);
        await server.Client.SendAsync(guess);
        if (!isRight)
        {
            await server.Client.SendAsync(server.Client.StartExchange(first));
        }

        await server.Client.ReceiveKexReplyAsync();
        await server.Client.SendNewKeysAsync();
        await server.Client.ReceiveNewKeysAsync();
        await server.Client.RequestServiceAsync();
        Assert.True((await server.Client.SignInAsync(TestApplication.User, server.Application.UserKey)).Success);
    }

    [Fact]
    public async Task A_wrong_guess_in_a_rekey_is_dropped_too()
    {
        await using var server = new TestServer();
        await server.LogInAsync();
        await server.Client.SendKexInitAsync(new RawKexInit { HostKey = ["rsa-sha2-512", "ssh-ed25519"], FirstKexPacketFollows = true });
        await server.Client.Transport.SendPacketAsync(new MessageBuilder(SshMessage.KexInitShare).String(new byte[32]).ToArray());
        await server.Client.ReceiveKexInitAsync();
        await server.Client.ExchangeAsync();
        await EchoAsync(await server.Client.OpenSubsystemAsync(EchoProgram.Name), 100);
    }

    [Fact]
    public async Task Bad_shares_end_the_connection()
    {
        foreach (var (method, share) in new (string, byte[])[]
        {
            ("curve25519-sha256", new byte[32]), ("curve25519-sha256", new byte[31]), ("curve25519-sha256", []),
            ("ecdh-sha2-nistp256", [4, .. new byte[64]]), ("diffie-hellman-group16-sha512", [1]), ("diffie-hellman-group16-sha512", []),
        })
        {
            await using var server = new TestServer(options => options with { Policy = SshPolicy.Compat });
            await StartAsync(server);
            await server.Client.SendKexInitAsync(new RawKexInit().Only(method));
            await server.Client.ReceiveKexInitAsync();
            server.Client.StartExchange();
            await server.Client.SendAsync(server.Client.ShareMessage(share));
            var ending = await server.Client.ReceiveEndAsync();
            Assert.Equal(3u, ending.Disconnect!.Reason);
            await server.EndsWithAsync(SshEndReason.KeyExchangeFailed);
        }
    }

    [Fact]
    public async Task A_malformed_share_newkeys_or_kexinit_ends_the_connection()
    {
        await using var share = new TestServer();
        await StartAsync(share);
        await share.Client.SendKexInitAsync();
        await share.Client.ReceiveKexInitAsync();
        await share.Client.SendAsync([.. share.Client.StartExchange(), 0]);
        await share.EndsWithAsync(SshEndReason.ProtocolError);

        await using var newKeys = new TestServer();
        await StartAsync(newKeys);
        await newKeys.Client.SendKexInitAsync();
        await newKeys.Client.ReceiveKexInitAsync();
        await newKeys.Client.SendAsync(newKeys.Client.StartExchange());
        await newKeys.Client.SendAsync([SshMessage.NewKeys, 0]);
        await newKeys.EndsWithAsync(SshEndReason.ProtocolError);

        await using var kexInit = new TestServer();
        await StartAsync(kexInit);
        await kexInit.Client.SendAsync([.. new RawKexInit().ToPayload(), 0]);
        await kexInit.EndsWithAsync(SshEndReason.ProtocolError);
    }

    [Fact]
    public async Task Nothing_in_common_is_reported_with_the_policy_that_would_do()
    {
        await using var server = new TestServer();
        server.Client.ClientVersion = "SSH-2.0-libssh2_1.10.0";
        await StartAsync(server);
        await server.Client.SendKexInitAsync(new RawKexInit().Only(cipher: "aes128-ctr", mac: "hmac-sha2-256"));
        var ending = await server.Client.ReceiveEndAsync();
        Assert.Equal(3u, ending.Disconnect!.Reason);
        var report = await server.EndsWithAsync(SshEndReason.NoCommonAlgorithm);
        Assert.Contains("libssh2 1.10.0 offered no encrypt-then-MAC, only hmac-sha2-256", report.Detail, StringComparison.Ordinal);
        Assert.EndsWith("policy `compat` would let it in", report.Detail, StringComparison.Ordinal);
        Assert.Contains("cipher to server: aes128-ctr", report.ClientOffer);
    }

    [Fact]
    public async Task Steering_waits_for_the_clients_kexinit_and_narrows_the_ciphers()
    {
        await using var server = new TestServer(options => options with { CipherSteering = true });
        var offer = new RawKexInit { CipherToServer = ["chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com"], CipherToClient = ["chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com"] };
        await server.LogInAsync(offer);
        Assert.Equal(["aes256-gcm@openssh.com", "aes128-gcm@openssh.com"], server.Client.ServerKexInit!.CipherToServer);
        Assert.Equal("aes128-gcm@openssh.com", server.Client.Algorithms!.CipherToClient);
        await server.Client.RekeyAsync();
        Assert.Equal("aes128-gcm@openssh.com", server.Client.Algorithms!.CipherToClient);
    }

    [Fact]
    public async Task Steering_gives_up_after_its_time_and_offers_everything()
    {
        var clock = new FakeTimeProvider();
        await using var server = new TestServer(options => options with { CipherSteering = true }, clock);
        await server.Client.SendVersionAsync();
        await server.Client.ReceiveVersionAsync();
        var kexInit = server.Client.ReceiveKexInitAsync();

        // The clock goes on once the server has begun to wait, and by what it waits for: the time of a login goes by the same clock.
        await Channels.ChannelFixture.EventuallyAsync(() => clock.NextDue <= SteeringWaits.Time);
        Assert.False(kexInit.IsCompleted);
        await Channels.ChannelFixture.EventuallyAsync(() =>
        {
            clock.Advance(clock.NextDue <= SteeringWaits.Time ? clock.NextDue.Value : TimeSpan.Zero);
            return kexInit.IsCompleted;
        });

        Assert.Contains("chacha20-poly1305@openssh.com", (await kexInit).CipherToServer);
        await server.Client.SendKexInitAsync();
        server.Client.IsStrict = true;
        await server.Client.ExchangeAsync();
    }

    [Fact]
    public async Task More_key_exchanges_before_login_than_the_limit_end_the_connection()
    {
        await using var server = new TestServer();
        await server.Client.HandshakeAsync();
        Assert.Equal(SshMessage.ExtInfo, (await server.Client.Transport.ReceivePacketAsync())[0]);
        await server.Client.RekeyAsync();
        await server.Client.RekeyAsync();
        await server.Client.SendKexInitAsync();
        await server.EndsWithAsync(SshEndReason.LimitExceeded);
    }

    internal static async Task EchoAsync(RawSshChannel channel, int count)
    {
        var sent = new SeededRandom((ulong)count).Bytes(count);
        var sending = channel.SendDataAsync(sent);
        var received = new List<byte>();
        while (received.Count < count)
        {
            received.AddRange(await channel.ReceiveDataAsync() ?? throw new InvalidDataException("The channel ended."));
        }

        await sending;
        Assert.Equal(sent, received);
    }

    private static async Task StartAsync(TestServer server)
    {
        await server.Client.SendVersionAsync();
        await server.Client.ReceiveVersionAsync();
    }

    private static byte[] Harmless(byte number) => number switch
    {
        SshMessage.Ignore => new MessageBuilder(number).String("x").ToArray(),
        SshMessage.Debug => new MessageBuilder(number).Boolean(false).String("x").String("").ToArray(),
        _ => new MessageBuilder(number).UInt32(0).ToArray(),
    };
}
