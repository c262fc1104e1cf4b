using Waybill.Server.Tests.Support;
using Waybill.SshKeys.Keys;
using Waybill.TestKit.Ssh;

namespace Waybill.Server.Tests.Hosting;

/// <summary>Why a client did not get in, as support staff read it: each cause has its own sentence.</summary>
public sealed class SelfDiagnosisTests(RefusingServer here) : IClassFixture<RefusingServer>
{
    private string Installed => $"ssh-ed25519 256 {here.Fingerprint}";

    [Fact]
    public async Task A_key_that_is_not_installed_is_named_beside_those_that_are()
    {
        using var key = SshPrivateKeys.GenerateRsa(2048);
        Assert.StartsWith(
            $"FileZilla 3.63.0 offered an RSA key that is not installed for `10020`: ssh-rsa 2048 {Sha256(key)}; installed is {Installed} (ClientClosed: ",
            await here.RefusalAsync(client => client.QueryKeyAsync("10020", key.PublicKey)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_several_keys_all_are_named()
    {
        using var one = SshPrivateKeys.GenerateEd25519();
        using var two = SshPrivateKeys.GenerateEcdsa(256);
        Assert.StartsWith(
            $"WinSCP 5.21.5 offered 2 keys that are not installed for `10020`: ssh-ed25519 256 {Sha256(one)}, ecdsa-sha2-nistp256 256 {Sha256(two)}; installed is {Installed} (",
            await here.RefusalAsync(
                async client =>
                {
                    await client.QueryKeyAsync("10020", one.PublicKey);
                    await client.QueryKeyAsync("10020", two.PublicKey);
                },
                "WinSCP_release_5.21.5"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_without_keys_gets_the_next_step()
    {
        using var key = SshPrivateKeys.GenerateEd25519();
        Assert.Contains(
            "offered an Ed25519 key that is not installed for `empty`: ssh-ed25519 256 SHA256:",
            await here.RefusalAsync(client => client.QueryKeyAsync("empty", key.PublicKey)), StringComparison.Ordinal);
        Assert.Contains(
            "; no key is installed for it; next: ./waybill key add empty FILE (",
            await here.RefusalAsync(client => client.QueryKeyAsync("empty", key.PublicKey)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_another_login_is_told_to_support_and_not_to_the_client()
    {
        AuthenticationAnswer? foreign = null, unknown = null;
        using var stranger = SshPrivateKeys.GenerateEd25519();
        var detail = await here.RefusalAsync(async client => foreign = await client.QueryKeyAsync("10020", here.Globex.PublicKey));
        await here.RefusalAsync(async client => unknown = await client.QueryKeyAsync("10020", stranger.PublicKey));
        Assert.Contains($"; installed is {Installed}; the key is installed for another login: `globex` (", detail, StringComparison.Ordinal);
        Assert.Equal(unknown, foreign);
    }

    [Fact]
    public async Task A_revoked_key_says_when_by_whom_and_why() =>
        Assert.Matches(
            $@"^FileZilla 3\.63\.0 offered {Escaped(Installed)} of `revoked`: the key was revoked on \d{{4}}-\d\d-\d\d \d\d:\d\d UTC by {Environment.UserName} \(laptop stolen\) \(",
            await here.RefusalAsync(client => client.QueryKeyAsync("revoked", here.Key.PublicKey)));

    [Fact]
    public async Task An_expired_key_says_when() =>
        Assert.StartsWith(
            $"FileZilla 3.63.0 offered {Installed} of `expired`: the key has expired on 2023-11-14 22:13 UTC (",
            await here.RefusalAsync(client => client.QueryKeyAsync("expired", here.Key.PublicKey)), StringComparison.Ordinal);

    [Theory]
    [InlineData("resting", "which is installed, but the login is suspended (bill unpaid) (")]
    [InlineData("10021", "which is installed, but the account is suspended (")]
    [InlineData("office", "which is installed, but the login may not come from this address, only from 192.0.2.0/24 (")]
    public async Task A_right_key_that_something_else_stands_against_says_what(string login, string words) =>
        Assert.StartsWith(
            $"FileZilla 3.63.0 offered {Installed} of `{login}`, {words}", await here.RefusalAsync(client => client.QueryKeyAsync(login, here.Key.PublicKey)), StringComparison.Ordinal);

    [Fact]
    public async Task A_wrong_signature_is_told_from_a_wrong_key() =>
        Assert.StartsWith(
            $"paramiko 2.12.0 offered {Installed} of `10020`, which is installed, but its signature is wrong: the private key beside it is another one",
            await here.RefusalAsync(client => client.AuthenticateAsync(client.SignedRequest("10020", here.Key, sessionId: new byte[32])), "paramiko_2.12.0"), StringComparison.Ordinal);

    [Fact]
    public async Task A_key_that_was_confirmed_and_never_signed_speaks_of_the_passphrase() =>
        Assert.StartsWith(
            $"PuTTY 0.78 offered {Installed} of `10020`, which is installed and was confirmed, but no signature came: a wrong passphrase",
            await here.RefusalAsync(client => client.QueryKeyAsync("10020", here.Key.PublicKey), "PuTTY_Release_0.78"), StringComparison.Ordinal);

    [Fact]
    public async Task An_old_client_that_signs_with_SHA_1_only_is_told_from_a_wrong_key()
    {
        var fingerprint = Sha256(here.Rsa);
        Assert.StartsWith(
            $"JSch 0.1.54 offered ssh-rsa 2048 {fingerprint} of `oldtimer`, but the program signs with SHA-1 only (ssh-rsa), which is never accepted: a newer version of it gets in with the same key (",
            await here.RefusalAsync(client => client.QueryKeyAsync("oldtimer", here.Rsa.PublicKey, "ssh-rsa"), "JSCH-0.1.54"), StringComparison.Ordinal);
        Assert.Contains(
            $"offered a key that is not installed for `10020`: ssh-rsa {fingerprint}; installed is {Installed}; the key is installed for another login: `oldtimer`; the program signs with SHA-1 only",
            await here.RefusalAsync(client => client.QueryKeyAsync("10020", here.Rsa.PublicKey, "ssh-rsa"), "JSCH-0.1.54"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ssh-dss", "DSA keys (ssh-dss) are never accepted: a new key is needed")]
    [InlineData("ssh-ed25519-cert-v01@openssh.com", "certificates (ssh-ed25519-cert-v01@openssh.com) are not accepted: the bare key is")]
    [InlineData("sk-ssh-ed25519@openssh.com", "keys of type sk-ssh-ed25519@openssh.com are not accepted")]
    [InlineData("ssh-ed25519", "the ssh-ed25519 key cannot be used: it is damaged")]
    public async Task A_kind_of_key_that_is_not_accepted_is_named(string algorithm, string words) =>
        Assert.Contains(
            words,
            await here.RefusalAsync(client => client.AuthenticateAsync(
                RawSshClient.AuthenticationRequest("10020", "publickey").Boolean(false).String(algorithm).String(new byte[40]).ToArray())),
            StringComparison.Ordinal);

    [Fact]
    public async Task A_password_is_named_and_never_recorded()
    {
        var detail = await here.RefusalAsync(client => client.TryPasswordAsync("10020", "hunter2-secret"), "WinSCP_release_5.21.5");
        Assert.StartsWith("WinSCP 5.21.5 tried password for `10020`, which is refused: only keys are accepted (", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", await here.Data.OutputAsync("audit", "search") + here.Server.Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_after_a_key_is_named_too()
    {
        using var key = SshPrivateKeys.GenerateEd25519();
        var detail = await here.RefusalAsync(async client =>
        {
            await client.QueryKeyAsync("10020", key.PublicKey);
            await client.TryPasswordAsync("10020", "x");
        });
        Assert.Contains($"; installed is {Installed}; it tried password too, but only keys are accepted (", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nobody", "; there is no such login (")]
    [InlineData(" globex ", "; there is no such login; there is `globex`, it differs only by blanks, quotes or invisible characters (")]
    [InlineData("Globex@sftp.example.com", "; there is no such login; there is `globex`, it differs only by `@sftp.example.com` (")]
    [InlineData("CORP\\globex", "; there is no such login; there is `globex`, it differs only by `CORP\\` (")]
    [InlineData("glo\u00a0bex", "; there is no such login; there is `globex`, it differs only by blanks, quotes or invisible characters (")]
    public async Task An_unknown_user_is_named_with_the_login_that_was_meant(string user, string words)
    {
        var detail = await here.RefusalAsync(client => client.TryNoneAsync(user));
        Assert.StartsWith($"FileZilla 3.63.0 came without a key for `{user.Replace("\u00a0", "\u00a0", StringComparison.Ordinal)}`", detail, StringComparison.Ordinal);
        Assert.Contains(words, detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_known_key_under_an_unknown_name_says_whose_it_is() =>
        Assert.StartsWith(
            $"FileZilla 3.63.0 offered an Ed25519 key for `globexx`: ssh-ed25519 256 {Sha256(here.Globex)}; there is no such login; the key is installed for another login: `globex` (",
            await here.RefusalAsync(client => client.QueryKeyAsync("globexx", here.Globex.PublicKey)), StringComparison.Ordinal);

    [Fact]
    public async Task A_name_with_invisible_characters_is_shown_with_the_login_that_was_meant() =>
        Assert.StartsWith(
            @"FileZilla 3.63.0 gave the user name `globex\u{d}`, which no login has; there is `globex`, it differs only by blanks, quotes or invisible characters (",
            await here.RefusalAsync(client => client.TryNoneAsync("globex\r")), StringComparison.Ordinal);

    [Fact]
    public async Task Case_alone_keeps_nobody_out() => Assert.True(await here.Server.CanLogInAsync(here.Globex, "GLOBEX"));

    [Fact]
    public async Task A_client_without_encrypt_then_MAC_names_the_policy_that_would_let_it_in()
    {
        var offer = new RawKexInit().Only(cipher: "aes128-ctr") with { MacToServer = ["hmac-sha2-256"], MacToClient = ["hmac-sha2-256"] };
        Assert.StartsWith(
            "NoCommonAlgorithm: libssh2 1.10.0 offered no encrypt-then-MAC, only hmac-sha2-256; this listener has hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com; policy `compat` would let it in",
            await here.RefusalAsync(null!, "libssh2_1.10.0", async client =>
            {
                await client.SendVersionAsync();
                await client.ReceiveVersionAsync();
                await client.SendKexInitAsync(offer);
                await client.ReceiveEndAsync();
            }),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_leaves_after_the_host_key_is_told_from_a_failed_login() =>
        Assert.StartsWith(
            "OpenSSH 9.2p1 left without naming a user, as port checks and ssh-keyscan do, or a person who did not accept the host key (ClientClosed: ",
            await here.RefusalAsync(null!, "OpenSSH_9.2p1", client => client.HandshakeAsync()), StringComparison.Ordinal);

    private static string Sha256(SshPrivateKey key) => KeyFingerprint.Sha256(key.PublicKey.Blob.Span);

    private static string Escaped(string text) => System.Text.RegularExpressions.Regex.Escape(text);
}
