using Waybill.Ssh.Authentication;
using Waybill.Ssh.Hosting;
using Waybill.SshKeys.Keys;

namespace Waybill.Ssh.Tests.Authentication;

public sealed class AuthenticationTests
{
    private static readonly Ed25519PrivateKey Key = SshPrivateKeys.GenerateEd25519();
    private static readonly Ed25519PrivateKey Foreign = SshPrivateKeys.GenerateEd25519();
    private static readonly RsaPrivateKey Rsa = SshPrivateKeys.GenerateRsa(2048);
    private static readonly EcdsaPrivateKey P256 = SshPrivateKeys.GenerateEcdsa(256);
    private static readonly EcdsaPrivateKey P384 = SshPrivateKeys.GenerateEcdsa(384);
    private static readonly EcdsaPrivateKey P521 = SshPrivateKeys.GenerateEcdsa(521);

    public static TheoryData<string> Algorithms => new(
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256");

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task An_accepted_key_is_confirmed_and_its_signature_logs_in(string algorithm)
    {
        var key = KeyFor(algorithm);
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(key);
        Assert.Equal(AuthenticationProgress.Continue, await fixture.QueryAsync(key, algorithm));
        byte[] expected =
        [
            60, .. AuthenticationFixture.String(System.Text.Encoding.ASCII.GetBytes(algorithm)),
            .. AuthenticationFixture.String(key.PublicKey.Blob.ToArray()),
        ];
        Assert.Equal(expected, Assert.Single(fixture.Sender.Messages));
        fixture.Sender.Clear();

        Assert.Equal(AuthenticationProgress.Succeeded, await fixture.SignAsync(key, algorithm));

        Assert.Equal<byte[]>([[52]], fixture.Sender.Messages);
        Assert.NotNull(fixture.Machine.Login);
        Assert.Equal("alice", fixture.Application.LoggedIn!.User);
        Assert.Equal(algorithm, fixture.Application.LoggedIn.SignatureAlgorithm);
        Assert.Equal("alice", fixture.Machine.User);
        Assert.Equal(
            [$"{key.PublicKey.KeyType} {key.PublicKey.Bits} SHA256:{Fingerprint(key)}"], fixture.Machine.OfferedKeys);
        Assert.Equal(["publickey"], fixture.Machine.TriedMethods);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_key_that_signed_is_the_identity_whatever_was_queried_before_in_any_order(int signer)
    {
        Ed25519PrivateKey[] keys = [Key, Foreign, SshPrivateKeys.GenerateEd25519()];
        int[][] orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        foreach (var order in orders)
        {
            var fixture = new AuthenticationFixture();
            fixture.Application.Accept(keys[0]);
            fixture.Application.Accept(keys[1]);
            foreach (var queried in order)
            {
                await fixture.QueryAsync(keys[queried]);
            }

            fixture.Sender.Clear();
            var progress = await fixture.SignAsync(keys[signer]);
            if (signer == 2)
            {
                fixture.AssertFailure();
                continue;
            }

            Assert.Equal(AuthenticationProgress.Succeeded, progress);
            Assert.Equal(keys[signer].PublicKey.Blob.ToArray(), fixture.Application.LoggedIn!.Key.Blob.ToArray());
        }
    }

    [Fact]
    public async Task A_query_for_one_user_says_nothing_about_another()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key, "alice");
        await fixture.QueryAsync(Key, user: "alice");
        fixture.Sender.Clear();
        await fixture.SignAsync(Key, user: "bob");
        fixture.AssertFailure();
        Assert.Equal("bob", fixture.Machine.User);
        Assert.Equal(AuthenticationProgress.Succeeded, await fixture.SignAsync(Key, user: "alice"));
        Assert.Equal("alice", fixture.Application.LoggedIn!.User);
    }

    [Fact]
    public async Task A_signature_for_one_user_is_not_one_for_another()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key, "alice");
        fixture.Application.Accept(Key, "bobby");
        var message = AuthenticationFixture.SignedMessage(Key, user: "alice");
        "bobby"u8.CopyTo(message.AsSpan(5));
        await fixture.SendAsync(message);
        fixture.AssertFailure();
    }

    [Fact]
    public async Task A_signature_over_another_session_fails()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key);
        await fixture.SendAsync(AuthenticationFixture.SignedMessage(Key, sessionId: new byte[32]));
        fixture.AssertFailure();
    }

    [Fact]
    public async Task A_signature_of_a_foreign_key_beside_the_blob_of_an_accepted_one_fails()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key);
        await fixture.SendAsync(AuthenticationFixture.SignedMessage(Foreign, blob: Key.PublicKey.Blob.ToArray()));
        fixture.AssertFailure();
    }

    [Fact]
    public async Task Each_flipped_bit_of_a_request_with_a_signature_keeps_it_out()
    {
        var whole = AuthenticationFixture.SignedMessage(Key);
        for (var at = 1; at < whole.Length; at++)
        {
            // The boolean is true for every value but 0 (RFC 4251), and the signature covers it as it was sent.
            var fixture = new AuthenticationFixture();
            fixture.Application.Accept(Key);
            var flipped = whole.ToArray();
            flipped[at] ^= (byte)(1 << (at % 8));
            try
            {
                Assert.Equal(AuthenticationProgress.Continue, await fixture.SendAsync(flipped));
                fixture.AssertFailure();
            }
            catch (SshDisconnectException exception)
            {
                Assert.Equal(SshEndReason.ProtocolError, exception.Reason);
            }

            Assert.Null(fixture.Application.LoggedIn);
        }
    }

    [Theory]
    [InlineData("rsa-sha2-512", "rsa-sha2-256")]
    [InlineData("rsa-sha2-256", "rsa-sha2-512")]
    public async Task A_signature_made_with_another_algorithm_than_the_request_names_fails(string named, string made)
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Rsa);
        await fixture.SendAsync(AuthenticationFixture.SignedMessage(Rsa, named, signWith: made));
        fixture.AssertFailure();
    }

    [Theory]
    [InlineData("ssh-rsa")]
    [InlineData("ssh-dss")]
    [InlineData("rsa-sha2-1024")]
    [InlineData("RSA-SHA2-512")]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-rsa-cert-v01@openssh.com")]
    [InlineData("rsa-sha2-512-cert-v01@openssh.com")]
    [InlineData("")]
    [InlineData("rsa-sha2-512,rsa-sha2-256")]
    public async Task An_algorithm_that_is_not_allowed_or_not_of_the_key_fails_and_the_application_is_not_asked(string algorithm)
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Rsa);
        await fixture.QueryAsync(Rsa, algorithm);
        fixture.AssertFailure();
        await fixture.SendAsync(AuthenticationFixture.SignedMessage(Rsa, algorithm, signWith: "rsa-sha2-512"));
        fixture.AssertFailure();
        Assert.Empty(fixture.Application.Asked);
        Assert.Empty(fixture.Machine.OfferedKeys);
    }

    [Fact]
    public async Task A_curve_does_not_stand_in_for_another()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(P384);
        await fixture.QueryAsync(P384, "ecdsa-sha2-nistp256");
        fixture.AssertFailure();
        Assert.Empty(fixture.Application.Asked);
    }

    [Fact]
    public async Task A_key_that_cannot_be_parsed_fails_the_attempt_and_the_next_key_logs_in()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key);
        byte[] type = AuthenticationFixture.String("ssh-ed25519"u8.ToArray());
        byte[][] blobs =
        [
            [], [0], type, [.. type, 0, 0, 0, 32], [.. type, .. AuthenticationFixture.String(new byte[31])],
            [.. Key.PublicKey.Blob.Span, 0], [.. type, 0xff, 0xff, 0xff, 0xff], "/etc/passwd"u8.ToArray(), new byte[30_000],
            [.. AuthenticationFixture.String("ssh-ed25519-cert-v01@openssh.com"u8.ToArray()), .. new byte[200]],
            [.. AuthenticationFixture.String("ssh-dss"u8.ToArray()), .. new byte[200]],
        ];
        foreach (var blob in blobs)
        {
            await fixture.QueryAsync(blob, "ssh-ed25519");
            fixture.AssertFailure();
        }

        Assert.Empty(fixture.Application.Asked);
        Assert.Equal(AuthenticationProgress.Succeeded, await fixture.SignAsync(Key));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("keyboard-interactive")]
    [InlineData("hostbased")]
    [InlineData("none")]
    [InlineData("publickey-hostbound-v00@openssh.com")]
    [InlineData("gssapi-with-mic")]
    [InlineData("Publickey")]
    [InlineData("")]
    public async Task Every_other_method_fails_naming_publickey_alone(string method)
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key);
        await fixture.MethodAsync(method, rest: [0, 0, 0, 0, 1, (byte)'x']);
        fixture.AssertFailure();
        Assert.Equal(method == "none", fixture.Machine.AskedForNone);
        Assert.Equal(method switch { "none" => [], "" => ["(not a method name)"], _ => [method] }, fixture.Machine.TriedMethods);
        Assert.Empty(fixture.Application.Asked);
        Assert.Equal(AuthenticationProgress.Succeeded, await fixture.SignAsync(Key));
    }

    [Fact]
    public async Task A_method_name_is_safe_to_show()
    {
        var fixture = new AuthenticationFixture();
        await fixture.MethodAsync("\u001b[2Jx\r\n");
        await fixture.MethodAsync(new string('a', 65));
        Assert.Equal(["\\u{1b}[2Jx\\u{d}\\u{a}", "(not a method name)"], fixture.Machine.TriedMethods);
    }

    [Fact]
    public async Task Unknown_users_and_wrong_keys_get_the_same_bytes_and_are_asked_about_in_the_same_way()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key, "alice");
        await fixture.QueryAsync(Foreign, user: "alice");
        fixture.AssertFailure();
        await fixture.QueryAsync(Foreign, user: "nobody");
        fixture.AssertFailure();
        await fixture.SignAsync(Foreign, user: "alice");
        fixture.AssertFailure();
        await fixture.SignAsync(Foreign, user: "nobody");
        fixture.AssertFailure();
        Assert.Equal(["alice", "nobody", "alice", "nobody"], fixture.Application.Asked);
    }

    [Fact]
    public async Task A_login_that_the_application_refuses_after_all_is_a_failure()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key);
        fixture.Application.RefusesLogin = true;
        await fixture.SignAsync(Key);
        fixture.AssertFailure();
    }

    [Fact]
    public async Task The_message_may_be_overwritten_while_the_application_thinks()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key);
        fixture.Application.Delay = new TaskCompletionSource();
        var pending = fixture.SignAsync(Key).AsTask();
        Assert.False(pending.IsCompleted);
        fixture.Application.Delay.SetResult();
        Assert.Equal(AuthenticationProgress.Succeeded, await pending);
    }

    [Fact]
    public async Task Requests_after_success_are_ignored_in_silence()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key);
        await fixture.SignAsync(Key);
        var login = fixture.Machine.Login;
        fixture.Sender.Clear();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(AuthenticationProgress.Continue, await fixture.SignAsync(Key));
            await fixture.MethodAsync("none");
            await fixture.SendAsync([50]);
        }

        Assert.Empty(fixture.Sender.Messages);
        Assert.Same(login, fixture.Machine.Login);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("\u001b[31m")]
    [InlineData("a\u0085b")]
    [InlineData("a\u202eb")]
    [InlineData("a\u2028b")]
    public async Task A_user_name_with_control_characters_fails_and_the_application_never_sees_it(string user)
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key, user);
        await fixture.QueryAsync(Key, user: user);
        fixture.AssertFailure();
        await fixture.SignAsync(Key, user: user);
        fixture.AssertFailure();
        Assert.Empty(fixture.Application.Asked);
        Assert.Null(fixture.Machine.User);
    }

    [Fact]
    public async Task User_names_have_1_to_255_bytes_of_valid_utf8()
    {
        var fixture = new AuthenticationFixture();
        var longest = new string('ü', 127) + "x";
        fixture.Application.Accept(Key, longest);
        await fixture.QueryAsync(Key, user: longest + "x");
        fixture.AssertFailure();
        foreach (byte[] invalid in new byte[][] { [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xc3] })
        {
            await fixture.SendAsync(AuthenticationFixture.Message(
                invalid, "ssh-connection", "publickey", AuthenticationFixture.Fields(false, "ssh-ed25519", Key.PublicKey.Blob.ToArray(), null)));
            fixture.AssertFailure();
        }

        Assert.Equal(AuthenticationProgress.Succeeded, await fixture.SignAsync(Key, user: longest));
    }

    [Fact]
    public async Task The_sixth_signature_that_fails_ends_the_connection()
    {
        var fixture = new AuthenticationFixture();
        for (var i = 0; i < 5; i++)
        {
            await fixture.SignAsync(Foreign);
            fixture.AssertFailure();
        }

        await AssertEndsAsync(SshEndReason.TooManyAttempts, () => fixture.SignAsync(Foreign));
        Assert.Empty(fixture.Sender.Messages);
    }

    [Fact]
    public async Task Signatures_are_counted_whatever_they_fail_for()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key);
        await fixture.SendAsync(AuthenticationFixture.SignedMessage(Key, sessionId: new byte[32]));
        await fixture.SendAsync(AuthenticationFixture.SignedMessage(Key, blob: [1]));
        await fixture.SendAsync(AuthenticationFixture.SignedMessage(Rsa, "ssh-rsa", signWith: "rsa-sha2-256"));
        await fixture.SignAsync(Key, user: "");
        await fixture.SignAsync(Foreign);
        fixture.Application.RefusesLogin = true;
        await AssertEndsAsync(SshEndReason.TooManyAttempts, () => fixture.SignAsync(Key));
    }

    [Fact]
    public async Task The_twentieth_key_queried_is_still_answered_and_the_next_ends_the_connection()
    {
        var fixture = new AuthenticationFixture();
        fixture.Application.Accept(Key);
        for (var i = 0; i < 19; i++)
        {
            await fixture.QueryAsync(i % 2 == 0 ? Foreign.PublicKey.Blob.ToArray() : [1], "ssh-ed25519");
            fixture.AssertFailure();
        }

        await fixture.QueryAsync(Key);
        Assert.Equal(60, Assert.Single(fixture.Sender.Messages)[0]);
        await AssertEndsAsync(SshEndReason.TooManyAttempts, () => fixture.QueryAsync(Key));
    }

    [Fact]
    public async Task Ten_other_requests_are_answered_and_the_next_ends_the_connection()
    {
        var fixture = new AuthenticationFixture();
        for (var i = 0; i < 5; i++)
        {
            await fixture.MethodAsync("method" + i);
            fixture.AssertFailure();
            await fixture.ServiceAsync("ssh-userauth");
            fixture.Sender.Clear();
        }

        await AssertEndsAsync(SshEndReason.TooManyAttempts, () => fixture.MethodAsync("none"));
        Assert.Equal(5, fixture.Machine.TriedMethods.Count);
    }

    [Fact]
    public async Task The_report_lists_each_key_once_and_no_more_than_may_be_queried()
    {
        var fixture = new AuthenticationFixture(new SshLimits { PublicKeyQueries = 2 });
        await fixture.QueryAsync(Key);
        await fixture.QueryAsync(Key);
        await fixture.SignAsync(Foreign);
        await fixture.SignAsync(P256);
        Assert.Equal([Line(Key), Line(Foreign)], fixture.Machine.OfferedKeys);
    }

    [Fact]
    public async Task A_banner_comes_once_before_the_first_failure_and_is_safe_to_show()
    {
        var fixture = new AuthenticationFixture { Application = { BannerText = "keys \u001b[31monly\nhelp\r\n3\n4\n5" } };
        await fixture.MethodAsync("none");
        byte[] text = [.. "keys \\u{1b}[31monly\r\nhelp\r\n3\r\n4\r\n"u8];
        byte[] banner = [53, 0, 0, 0, (byte)text.Length, .. text, 0, 0, 0, 0];
        Assert.Equal(2, fixture.Sender.Messages.Length);
        Assert.Equal(banner, fixture.Sender.Messages[0]);
        Assert.Equal(51, fixture.Sender.Messages[1][0]);

        fixture.Sender.Clear();
        await fixture.MethodAsync("password", user: "bob");
        fixture.AssertFailure();
        Assert.Equal(1, fixture.Application.BannersAsked);
    }

    [Fact]
    public async Task A_client_whose_key_is_right_sees_no_banner()
    {
        var fixture = new AuthenticationFixture { Application = { BannerText = "keys only" } };
        fixture.Application.Accept(Key);
        await fixture.QueryAsync(Key);
        Assert.Equal(AuthenticationProgress.Succeeded, await fixture.SignAsync(Key));
        Assert.Equal(new byte[] { 60, 52 }, fixture.Sender.Messages.Select(message => message[0]));
        Assert.Equal(0, fixture.Application.BannersAsked);
    }

    [Fact]
    public async Task The_report_says_what_became_of_each_key()
    {
        var fixture = new AuthenticationFixture { Application = { RefusesLogin = true } };
        fixture.Application.Accept(Key);
        await fixture.QueryAsync(Foreign);
        await fixture.QueryAsync(Key);
        Assert.Equal([SshKeyOutcome.Refused, SshKeyOutcome.Confirmed], Outcomes());
        await fixture.SendAsync(AuthenticationFixture.SignedMessage(Key, sessionId: new byte[32]));
        Assert.Equal([SshKeyOutcome.Refused, SshKeyOutcome.SignatureWrong], Outcomes());
        await fixture.SignAsync(Key);
        await fixture.QueryAsync(Key.PublicKey.Blob.ToArray(), "ssh-dss");
        await fixture.QueryAsync(Key.PublicKey.Blob.ToArray()[..^1], "ssh-ed25519");
        Assert.Equal([SshKeyOutcome.Refused, SshKeyOutcome.LoginRefused, SshKeyOutcome.AlgorithmRefused, SshKeyOutcome.Unusable], Outcomes());
        Assert.Equal(("alice", "ssh-dss", $"SHA256:{Fingerprint(Key)}"), (fixture.Machine.KeyAttempts[2].User, fixture.Machine.KeyAttempts[2].Key, fixture.Machine.KeyAttempts[2].Sha256));

        IEnumerable<SshKeyOutcome> Outcomes() => fixture.Machine.KeyAttempts.Select(attempt => attempt.Outcome);
    }

    [Fact]
    public async Task Attempts_are_remembered_up_to_what_may_be_tried()
    {
        var fixture = new AuthenticationFixture(new SshLimits { PublicKeyQueries = 3, Signatures = 2 });
        for (var query = 0; query < 3; query++)
        {
            await fixture.QueryAsync(Key.PublicKey.Blob.ToArray(), "unknown-" + query);
        }

        await fixture.SignAsync(Foreign);
        await Assert.ThrowsAsync<SshDisconnectException>(async () => await fixture.SignAsync(Key));
        Assert.Equal(5, fixture.Machine.KeyAttempts.Count);
    }

    [Fact]
    public async Task A_login_that_the_application_refuses_with_words_ends_the_connection_with_them()
    {
        var fixture = new AuthenticationFixture { Application = { RefusesLogin = true, RefusalWords = "Too many. Come again." } };
        fixture.Application.Accept(Key);
        var end = await Assert.ThrowsAsync<SshDisconnectException>(async () => await fixture.SignAsync(Key));
        Assert.Equal((SshEndReason.LoginRefused, "Too many. Come again."), (end.Reason, end.ToClient));
        Assert.Empty(fixture.Sender.Messages);
        Assert.Null(fixture.Machine.Login);
    }

    [Fact]
    public async Task The_userauth_service_is_accepted_and_must_come_first()
    {
        var fixture = new AuthenticationFixture(service: false);
        await AssertEndsAsync(SshEndReason.ProtocolError, () => fixture.SignAsync(Key));
        await AssertEndsAsync(SshEndReason.ProtocolError, () => fixture.ServiceAsync("ssh-connection"));
        await AssertEndsAsync(SshEndReason.ProtocolError, () => fixture.ServiceAsync(""));
        await fixture.ServiceAsync("ssh-userauth");
        byte[] expected = [6, 0, 0, 0, 12, .. "ssh-userauth"u8];
        Assert.Equal(expected, Assert.Single(fixture.Sender.Messages));
    }

    [Theory]
    [InlineData("ssh-userauth")]
    [InlineData("")]
    [InlineData("ssh-connection\0")]
    public async Task Another_service_than_ssh_connection_ends_the_connection(string service)
    {
        var fixture = new AuthenticationFixture();
        await AssertEndsAsync(
            SshEndReason.ProtocolError, () => fixture.SendAsync(AuthenticationFixture.Message("alice"u8.ToArray(), service, "none", [])));
    }

    [Fact]
    public async Task Every_truncation_and_a_trailing_byte_end_the_connection()
    {
        byte[][] wholes =
        [
            AuthenticationFixture.SignedMessage(Key),
            AuthenticationFixture.Message(
                "alice"u8.ToArray(), "ssh-connection", "publickey", AuthenticationFixture.Fields(false, "ssh-ed25519", Key.PublicKey.Blob.ToArray(), null)),
            [5, .. AuthenticationFixture.String("ssh-userauth"u8.ToArray())],
        ];
        foreach (var whole in wholes)
        {
            for (var length = 1; length < whole.Length; length++)
            {
                var fixture = new AuthenticationFixture();
                fixture.Application.Accept(Key);
                var cut = whole[..length];
                await AssertEndsAsync(SshEndReason.ProtocolError, () => fixture.SendAsync(cut));
            }

            await AssertEndsAsync(SshEndReason.ProtocolError, () => new AuthenticationFixture().SendAsync([.. whole, 0]));
        }
    }

    private static async Task AssertEndsAsync(SshEndReason reason, Func<ValueTask<AuthenticationProgress>> action)
    {
        var exception = await Assert.ThrowsAsync<SshDisconnectException>(async () => await action());
        Assert.Equal(reason, exception.Reason);
    }

    private static string Line(SshPrivateKey key) => $"{key.PublicKey.KeyType} {key.PublicKey.Bits} SHA256:{Fingerprint(key)}";

    private static string Fingerprint(SshPrivateKey key) =>
        Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(key.PublicKey.Blob.Span)).TrimEnd('=');

    private static SshPrivateKey KeyFor(string algorithm) => algorithm switch
    {
        "ssh-ed25519" => Key,
        "ecdsa-sha2-nistp256" => P256,
        "ecdsa-sha2-nistp384" => P384,
        "ecdsa-sha2-nistp521" => P521,
        _ => Rsa,
    };
}
