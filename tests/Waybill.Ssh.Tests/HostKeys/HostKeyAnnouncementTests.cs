using System.Text;
using Waybill.Ssh.HostKeys;
using Waybill.Ssh.Hosting;
using Waybill.Ssh.Tests.Hosting;
using Waybill.SshKeys.Keys;
using Waybill.SshKeys.Wire;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Ssh.Tests.HostKeys;

/// <summary>OpenSSH PROTOCOL section 2.5, as a client sees it.</summary>
public sealed class HostKeyAnnouncementTests : IDisposable
{
    private const string Proof = "hostkeys-prove-00@openssh.com";

    private static readonly byte[] s_failure = [SshMessage.RequestFailure];
    private readonly SshPrivateKey _ed25519 = SshPrivateKeys.GenerateEd25519();
    private readonly SshPrivateKey _nextEd25519 = SshPrivateKeys.GenerateEd25519();
    private readonly SshPrivateKey _rsa = SshPrivateKeys.GenerateRsa(2048);
    private readonly SshPrivateKey _ecdsa = SshPrivateKeys.GenerateEcdsa(256);

    public static TheoryData<string, string> RsaAlgorithms => new()
    {
        { "rsa-sha2-512", "rsa-sha2-512" },
        { "rsa-sha2-256", "rsa-sha2-256" },
        { "ssh-ed25519", "rsa-sha2-512" },
        { "ssh-ed25519,rsa-sha2-256", "rsa-sha2-256" },
        { "ssh-ed25519,ssh-rsa", "rsa-sha2-512" },
    };

    [Fact]
    public async Task Every_key_that_the_policy_has_is_announced_after_the_login_those_in_use_first()
    {
        await using var modern = Server();
        await modern.LogInAsync();
        Assert.Equal([_ed25519.PublicKey, _rsa.PublicKey, _nextEd25519.PublicKey], await AnnouncedAsync(modern.Client));

        await using var compat = Server(SshPolicy.Compat);
        await compat.LogInAsync();
        Assert.Equal([_ed25519.PublicKey, _rsa.PublicKey, _ecdsa.PublicKey, _nextEd25519.PublicKey], await AnnouncedAsync(compat.Client));
    }

    [Fact]
    public async Task Nothing_is_announced_before_the_login()
    {
        await using var server = Server();
        await server.Client.HandshakeAsync();
        await server.Client.RequestServiceAsync();
        Assert.False((await server.Client.SignInAsync("nobody", server.Application.UserKey)).Success);
        Assert.Empty(server.Client.GlobalRequests);
    }

    [Theory]
    [InlineData("SSH-2.0-Cisco-1.25", false)]
    [InlineData("SSH-2.0-TTSSH/2.72 Win32", false)]
    [InlineData("SSH-2.0-TTSSH/2.91 Win32", true)]
    [InlineData("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10", true)]
    [InlineData("SSH-2.0-WinSCP_release_6.3", true)]
    [InlineData("SSH-2.0-PuTTY_Release_0.78", true)]
    public async Task Clients_that_end_the_connection_over_it_are_spared(string version, bool told)
    {
        await using var server = Server();
        server.Client.ClientVersion = version;
        await server.LogInAsync();
        await server.Client.OpenChannelAsync();
        Assert.Equal(told ? 1 : 0, server.Client.GlobalRequests.Count);
    }

    [Theory]
    [MemberData(nameof(RsaAlgorithms))]
    public async Task Each_key_signs_the_sessions_id_with_its_own_algorithm_and_RSA_never_with_SHA1(string offered, string expected)
    {
        await using var server = Server(SshPolicy.Compat);
        await server.LogInAsync(new RawKexInit { HostKey = offered.Split(',') });
        SshPublicKey[] keys = [_nextEd25519.PublicKey, _rsa.PublicKey, _ecdsa.PublicKey];
        await CheckProofAsync(server.Client, keys, ["ssh-ed25519", expected, "ecdsa-sha2-nistp256"]);
    }

    [Fact]
    public async Task The_proof_is_of_the_first_exchanges_session_id_whatever_came_later()
    {
        await using var server = Server();
        await server.LogInAsync();
        await server.Client.RekeyAsync();
        Assert.NotEqual(server.Client.SessionId, server.Client.ExchangeHash);
        await CheckProofAsync(server.Client, [_nextEd25519.PublicKey], ["ssh-ed25519"]);
    }

    [Fact]
    public async Task A_key_that_is_not_announced_a_key_named_twice_and_no_key_at_all_are_refused()
    {
        using var stranger = SshPrivateKeys.GenerateEd25519();
        var own = _rsa.PublicKey.Blob.ToArray();
        byte[][][] refused =
        [
            [stranger.PublicKey.Blob.ToArray()], [own, stranger.PublicKey.Blob.ToArray()], [own, own], [], [[]], [own[..^1]],

            // Under this policy the ECDSA key is not this listener's.
            [_ecdsa.PublicKey.Blob.ToArray()],
        ];
        foreach (var keys in refused)
        {
            await using var each = Server();
            await each.LogInAsync();
            await each.Client.SendAsync(Request(keys));
            Assert.Equal(s_failure, await each.Client.ReceiveAsync());
        }
    }

    [Fact]
    public async Task Only_so_many_proofs_are_given_for_one_login_and_the_session_goes_on()
    {
        await using var server = Server();
        await server.LogInAsync();
        for (var count = 0; count < new SshLimits().HostKeyProofs; count++)
        {
            await CheckProofAsync(server.Client, [_rsa.PublicKey], ["rsa-sha2-512"]);
        }

        await server.Client.SendAsync(Request([_rsa.PublicKey.Blob.ToArray()]));
        Assert.Equal(s_failure, await server.Client.ReceiveAsync());
        await server.Client.OpenSubsystemAsync(EchoProgram.Name);
    }

    [Fact]
    public async Task A_request_without_a_reply_gets_none()
    {
        await using var server = Server();
        await server.LogInAsync();
        await server.Client.SendAsync(new MessageBuilder(SshMessage.GlobalRequest).String(Proof).Boolean(false).String(_rsa.PublicKey.Blob.Span).ToArray());
        await server.Client.SendAsync(new MessageBuilder(SshMessage.GlobalRequest).String("keepalive@openssh.com").Boolean(true).ToArray());
        Assert.Equal(s_failure, await server.Client.ReceiveAsync());
    }

    [Fact]
    public async Task A_malformed_request_ends_the_connection()
    {
        byte[][] malformed = [[0], [0, 0, 0, 1], [0xFF, 0xFF, 0xFF, 0xFF, 0], [.. new MessageBuilder().String(_rsa.PublicKey.Blob.Span).ToArray(), 0, 0]];
        foreach (var bytes in malformed)
        {
            await using var server = Server();
            await server.LogInAsync();
            await server.Client.SendAsync(new MessageBuilder(SshMessage.GlobalRequest).String(Proof).Boolean(true).Raw(bytes).ToArray());
            var report = await server.EndsWithAsync(SshEndReason.ProtocolError);
            Assert.Contains(Proof, report.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_proof_before_the_login_is_not_legal()
    {
        await using var server = Server();
        await server.Client.HandshakeAsync();
        await server.Client.RequestServiceAsync();
        await server.Client.SendAsync(Request([_rsa.PublicKey.Blob.ToArray()]));
        Assert.Contains("message 80 is not legal", (await server.EndsWithAsync(SshEndReason.ProtocolError)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_keys_are_taken_into_use_for_connections_that_come_and_a_session_keeps_its_own()
    {
        await using var server = Server();
        await server.LogInAsync();
        server.Handler.UseHostKeys([_nextEd25519, _rsa], [_ed25519]);
        await server.Client.RekeyAsync();
        Assert.Equal(_ed25519.PublicKey, server.Client.HostKey);

        await using var connection = new InMemoryConnection();
        var running = connection.RunAsync(server.Handler.OnConnectedAsync);
        await using (var next = new RawSshClient(connection.Client))
        {
            await next.LogInAsync(TestApplication.User, server.Application.UserKey);
            Assert.Equal(_nextEd25519.PublicKey, next.HostKey);
            Assert.Equal([_nextEd25519.PublicKey, _rsa.PublicKey, _ed25519.PublicKey], await AnnouncedAsync(next));
        }

        await running;
    }

    [Fact]
    public async Task Keys_that_the_policy_cannot_use_and_too_many_of_them_are_refused_and_nothing_changes()
    {
        await using var server = Server();
        Assert.Throws<InvalidOperationException>(() => server.Handler.UseHostKeys([_ecdsa], []));
        var many = Enumerable.Range(0, ListenerKeys.MaximumKeys).Select(_ => (SshPrivateKey)SshPrivateKeys.GenerateEd25519()).ToList();
        server.Handler.UseHostKeys(many, []);
        Assert.Throws<InvalidOperationException>(() => server.Handler.UseHostKeys(many, [_ed25519]));
        await server.LogInAsync();
        Assert.Equal(_ed25519.PublicKey, server.Client.HostKey);
        many.ForEach(key => key.Dispose());
    }

    public void Dispose()
    {
        foreach (var key in (SshPrivateKey[])[_ed25519, _nextEd25519, _rsa, _ecdsa])
        {
            key.Dispose();
        }
    }

    private static byte[] Request(IEnumerable<byte[]> keys) =>
        keys.Aggregate(new MessageBuilder(SshMessage.GlobalRequest).String(Proof).Boolean(true), (message, key) => message.String(key)).ToArray();

    /// <summary>Asks for the proof and checks it as a client does.</summary>
    private static async Task CheckProofAsync(RawSshClient client, SshPublicKey[] keys, string[] algorithms)
    {
        await client.SendAsync(Request(keys.Select(key => key.Blob.ToArray())));
        var answer = await client.ReceiveAsync();
        Assert.Equal(SshMessage.RequestSuccess, answer[0]);
        Check(answer);

        void Check(byte[] payload)
        {
            var reader = new SshReader(payload.AsSpan(1));
            for (var index = 0; index < keys.Length; index++)
            {
                var signature = reader.ReadString();
                var named = new SshReader(signature);
                Assert.Equal(algorithms[index], Encoding.ASCII.GetString(named.ReadString()));
                var signed = new MessageBuilder().String(Proof).String(client.SessionId).String(keys[index].Blob.Span).ToArray();
                Assert.True(keys[index].Verify(algorithms[index], signed, signature));
            }

            Assert.True(reader.SucceededToTheEnd);
        }
    }

    /// <summary>The keys of the one announcement that the client has received by the time that a channel is open.</summary>
    private static async Task<List<SshPublicKey>> AnnouncedAsync(RawSshClient client)
    {
        await client.OpenChannelAsync();
        return Keys(Assert.Single(client.GlobalRequests));

        static List<SshPublicKey> Keys(byte[] payload)
        {
            var reader = new SshReader(payload.AsSpan(1));
            Assert.Equal("hostkeys-00@openssh.com", Encoding.ASCII.GetString(reader.ReadString()));
            Assert.False(reader.ReadBoolean());
            var keys = new List<SshPublicKey>();
            while (!reader.Rest.IsEmpty && reader.Succeeded)
            {
                Assert.Equal(PublicKeyError.None, SshPublicKeys.TryParse(reader.ReadString(), out var key));
                keys.Add(key!);
            }

            Assert.True(reader.SucceededToTheEnd);
            return keys;
        }
    }

    private TestServer Server(SshPolicy policy = SshPolicy.Modern) => new(options => options with
    {
        HostKeys = [_ed25519, _rsa, _ecdsa],
        AnnouncedHostKeys = [_nextEd25519, _ed25519],
        Policy = policy,
    });
}
