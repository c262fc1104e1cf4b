using Waybill.Ssh.Hosting;
using Waybill.Ssh.KeyExchange;
using Waybill.SshKeys.Crypto;
using Waybill.SshKeys.Keys;
using Waybill.TestKit.Ssh;

namespace Waybill.Ssh.Tests.KeyExchange;

public sealed class NegotiationTests
{
    private static readonly SshPrivateKey[] HostKeys = [SshPrivateKeys.GenerateEd25519(), SshPrivateKeys.GenerateRsa(3072), SshPrivateKeys.GenerateEcdsa(256)];

    /// <summary>What clients of the field offer, by policy and outcome.</summary>
    public static TheoryData<string, RawKexInit, SshPolicy, string> Clients => new()
    {
        { "OpenSSH 9.2", OpenSsh, SshPolicy.Modern, "curve25519-sha256 ssh-ed25519 chacha20-poly1305@openssh.com" },
        { "PuTTY 0.78", Putty, SshPolicy.Modern, "curve25519-sha256 ssh-ed25519 aes256-ctr hmac-sha2-256-etm@openssh.com" },
        { "PuTTY 0.78", Putty, SshPolicy.Compat, "curve25519-sha256 ssh-ed25519 aes256-ctr hmac-sha2-256" },
        { "libssh 0.10 with its empty name", LibSsh, SshPolicy.Modern, "curve25519-sha256 ssh-ed25519 chacha20-poly1305@openssh.com" },
        { "libssh2 1.10", LibSsh2, SshPolicy.Compat, "curve25519-sha256 ecdsa-sha2-nistp256 aes128-ctr hmac-sha2-256" },
        { "ruby net-ssh 7", NetSsh, SshPolicy.Compat, "ecdh-sha2-nistp521 ecdsa-sha2-nistp256 aes256-ctr hmac-sha2-512-etm@openssh.com" },
        { "AEAD with no MAC in common", new RawKexInit { MacToServer = ["hmac-md5"], MacToClient = [] }.Only(cipher: "aes128-gcm@openssh.com"), SshPolicy.Modern,
            "curve25519-sha256 ssh-ed25519 aes128-gcm@openssh.com" },
    };

    private static RawKexInit OpenSsh => new()
    {
        KeyExchange = ["sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "ecdh-sha2-nistp256", "ext-info-c", RawKexInit.StrictClient],
        CipherToServer = ["chacha20-poly1305@openssh.com", "aes128-ctr", "aes256-gcm@openssh.com"],
        CipherToClient = ["chacha20-poly1305@openssh.com", "aes128-ctr", "aes256-gcm@openssh.com"],
    };

    private static RawKexInit Putty => new()
    {
        KeyExchange = ["curve448-sha512", "curve25519-sha256", "ext-info-c"],
        HostKey = ["ssh-ed448", "ssh-ed25519", "rsa-sha2-512"],
        CipherToServer = ["aes256-ctr", "aes256-cbc", "aes256-gcm@openssh.com"],
        CipherToClient = ["aes256-ctr", "aes256-cbc", "aes256-gcm@openssh.com"],
        MacToServer = ["hmac-sha2-256", "hmac-sha1", "hmac-sha2-256-etm@openssh.com"],
        MacToClient = ["hmac-sha2-256", "hmac-sha1", "hmac-sha2-256-etm@openssh.com"],
    };

    private static RawKexInit LibSsh => new()
    {
        KeyExchange = ["curve25519-sha256"],
        CipherToServer = ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", ""],
        CipherToClient = ["chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", ""],
    };

    private static RawKexInit LibSsh2 => new()
    {
        KeyExchange = ["curve25519-sha256", "ecdh-sha2-nistp256"],
        HostKey = ["ecdsa-sha2-nistp256", "ssh-ed25519", "ssh-rsa"],
        CipherToServer = ["aes128-ctr", "aes256-ctr", "aes256-cbc"],
        CipherToClient = ["aes128-ctr", "aes256-ctr", "aes256-cbc"],
        MacToServer = ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"],
        MacToClient = ["hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"],
    };

    private static RawKexInit NetSsh => new()
    {
        KeyExchange = ["ecdh-sha2-nistp521", "ecdh-sha2-nistp384", "ecdh-sha2-nistp256"],
        HostKey = ["ecdsa-sha2-nistp521", "ecdsa-sha2-nistp256", "ssh-rsa"],
        CipherToServer = ["aes256-ctr", "aes192-ctr", "aes128-ctr"],
        CipherToClient = ["aes256-ctr", "aes192-ctr", "aes128-ctr"],
        MacToServer = ["hmac-sha2-512-etm@openssh.com"],
        MacToClient = ["hmac-sha2-512-etm@openssh.com"],
    };

    [Theory]
    [MemberData(nameof(Clients), DisableDiscoveryEnumeration = true)]
    public void The_first_of_the_clients_that_we_have_is_chosen(string client, RawKexInit offer, SshPolicy policy, string expected)
    {
        Assert.True(Negotiation.TryNegotiate(Parse(offer), AlgorithmOffer.For(policy, HostKeys), out var negotiation, out var missing), $"{client}: {missing}");
        Assert.Equal(expected, negotiation.ToString());
    }

    [Fact]
    public void Each_category_without_a_common_name_is_told()
    {
        var offer = AlgorithmOffer.For(SshPolicy.Modern, HostKeys);
        string MissingFrom(RawKexInit client) =>
            Negotiation.TryNegotiate(Parse(client), offer, out _, out var missing) ? "" : missing.Category;

        Assert.Equal("key exchange methods", MissingFrom(new RawKexInit { KeyExchange = ["diffie-hellman-group1-sha1", RawKexInit.StrictClient, "ext-info-c"] }));
        Assert.Equal("host key algorithms", MissingFrom(new RawKexInit { HostKey = ["ssh-rsa", "ssh-dss"] }));
        Assert.Equal("ciphers", MissingFrom(new RawKexInit { CipherToServer = ["aes256-cbc"] }));
        Assert.Equal("ciphers", MissingFrom(new RawKexInit { CipherToClient = ["3des-cbc"] }));
        Assert.Equal("MACs", MissingFrom(new RawKexInit { MacToServer = ["hmac-sha1"] }.Only(cipher: "aes128-ctr")));
        Assert.Equal("MACs", MissingFrom(new RawKexInit { MacToClient = ["hmac-sha1"], CipherToServer = ["aes128-gcm@openssh.com"], CipherToClient = ["aes128-ctr"] }));
        Assert.Equal("compression methods", MissingFrom(new RawKexInit { CompressionToServer = ["zlib@openssh.com"] }));
        Assert.Equal("compression methods", MissingFrom(new RawKexInit { CompressionToClient = ["zlib"] }));
        Assert.Equal("", MissingFrom(new RawKexInit()));
    }

    [Theory]
    [InlineData("kex-strict-s-v00@openssh.com")]
    [InlineData("kex-strict-c-v00@openssh.com")]
    [InlineData("ext-info-c")]
    [InlineData("ext-info-s")]
    [InlineData("")]
    public void Markers_are_never_chosen(string marker) => Assert.False(
        Negotiation.TryNegotiate(Parse(new RawKexInit { KeyExchange = [marker] }), AlgorithmOffer.For(SshPolicy.Compat, HostKeys), out _, out _));

    [Fact]
    public void Support_staff_read_what_was_offered_and_which_policy_lets_it_in()
    {
        var client = Parse(LibSsh2);
        Assert.False(Negotiation.TryNegotiate(client, AlgorithmOffer.For(SshPolicy.Modern, HostKeys), out _, out var missing));
        Assert.Equal(
            "libssh2_1.10.0 offered MACs hmac-sha2-256,hmac-sha2-512,hmac-sha1; "
                + "this listener has hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com; policy compat would let it in",
            Negotiation.Explain(missing, client, "libssh2_1.10.0", SshPolicy.Modern, HostKeys));
    }

    [Fact]
    public void A_client_that_no_policy_lets_in_is_told_so()
    {
        var client = Parse(new RawKexInit { HostKey = ["ssh-rsa", "bad\u001bname"] });
        Assert.False(Negotiation.TryNegotiate(client, AlgorithmOffer.For(SshPolicy.Modern, HostKeys), out _, out var missing));
        var words = Negotiation.Explain(missing, client, "JSCH-0.1.54", SshPolicy.Modern, HostKeys);
        Assert.EndsWith("no policy would let it in", words, StringComparison.Ordinal);
        Assert.Contains(@"bad\u{1b}name", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Modern_offers_what_ssh_audit_likes_and_compat_adds_to_it()
    {
        var modern = AlgorithmOffer.For(SshPolicy.Modern, HostKeys);
        string[] postQuantum = KeyAgreements.Find("mlkem768x25519-sha256")!.IsSupported ? ["mlkem768x25519-sha256"] : [];
        Assert.Equal([.. postQuantum, "curve25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group16-sha512"], modern.KeyAgreements);
        Assert.Equal(["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"], modern.HostKeys);
        Assert.Equal(["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"], modern.Macs);
        Assert.Equal(
            ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"], modern.Ciphers);

        var pq = AlgorithmOffer.For(SshPolicy.PostQuantum, HostKeys);
        Assert.Equal(postQuantum, pq.KeyAgreements);
        Assert.Equal((modern.HostKeys, modern.Ciphers, modern.Macs), (pq.HostKeys, pq.Ciphers, pq.Macs), (one, other) =>
            one.HostKeys.SequenceEqual(other.HostKeys) && one.Ciphers.SequenceEqual(other.Ciphers) && one.Macs.SequenceEqual(other.Macs));

        var compat = AlgorithmOffer.For(SshPolicy.Compat, HostKeys);
        Assert.Equal(
            ["ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256"], compat.KeyAgreements.Except(modern.KeyAgreements));
        Assert.Equal(["ecdsa-sha2-nistp256"], compat.HostKeys.Except(modern.HostKeys));
        Assert.Equal(["hmac-sha2-256", "hmac-sha2-512"], compat.Macs.Except(modern.Macs));
        Assert.Equal(modern.Ciphers, compat.Ciphers);
        var all = string.Join(',', [.. compat.KeyAgreements, .. compat.HostKeys, .. compat.Ciphers, .. compat.Macs]);
        Assert.DoesNotMatch("sha1|cbc|ssh-rsa|ssh-dss|md5|zlib", all);
    }

    [Fact]
    public void Policy_pq_is_a_start_up_error_where_the_platform_has_no_ml_kem()
    {
        var options = new SshServerOptions { HostKeys = HostKeys, Policy = SshPolicy.PostQuantum };
        if (KeyAgreements.Find("mlkem768x25519-sha256")!.IsSupported)
        {
            Assert.Equal(["mlkem768x25519-sha256"], AlgorithmOffer.Require(options).KeyAgreements);
        }
        else
        {
            Assert.Contains("ML-KEM", Assert.Throws<PlatformNotSupportedException>(() => AlgorithmOffer.Require(options)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_listener_without_a_usable_host_key_does_not_start() => Assert.Throws<InvalidOperationException>(
        () => AlgorithmOffer.Require(new SshServerOptions { HostKeys = [HostKeys[2]], Policy = SshPolicy.Modern }));

    [Fact]
    public void Host_keys_are_offered_in_the_order_of_the_options() =>
        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"], AlgorithmOffer.For(SshPolicy.Modern, [HostKeys[1], HostKeys[0]]).HostKeys);

    [Fact]
    public void Steering_leaves_gcm_to_a_client_that_knows_it_and_everything_to_others()
    {
        var offer = AlgorithmOffer.For(SshPolicy.Modern, HostKeys);
        Assert.Equal(["aes256-gcm@openssh.com", "aes128-gcm@openssh.com"], offer.SteeredTo(Parse(OpenSsh)).Ciphers);
        Assert.Equal(offer.Ciphers, offer.SteeredTo(Parse(NetSsh)).Ciphers);
        Assert.Equal(offer.Ciphers, offer.SteeredTo(Parse(OpenSsh with { CipherToClient = ["aes128-ctr"] })).Ciphers);
    }

    [Theory]
    [InlineData("curve25519-sha256", "ssh-ed25519", true)]
    [InlineData("curve25519-sha256", "rsa-sha2-512", false)]
    [InlineData("diffie-hellman-group16-sha512", "ssh-ed25519", false)]
    public void A_guess_is_right_when_method_and_host_key_are_the_first_of_both(string method, string hostKey, bool isRight)
    {
        var offer = AlgorithmOffer.For(SshPolicy.Modern, HostKeys) with { KeyAgreements = ["curve25519-sha256", "diffie-hellman-group16-sha512"] };
        var client = Parse(new RawKexInit { KeyExchange = [method, "curve25519-sha256"], HostKey = [hostKey, "ssh-ed25519"] });
        Assert.Equal(isRight, Negotiation.GuessIsRight(client, offer));
    }

    private static KexInit Parse(RawKexInit offer) => KexInit.TryParse(offer.ToPayload(), out var parsed) ? parsed : throw new InvalidDataException();
}
