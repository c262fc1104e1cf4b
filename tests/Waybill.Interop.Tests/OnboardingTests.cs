using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.Core.Tests.Notifications;
using Waybill.TestKit;

namespace Waybill.Interop.Tests;

/// <summary>From a mail with a key to files, with the customer's own programs and a real mail server.</summary>
public sealed partial class OnboardingTests
{
    [Fact]
    public async Task A_customer_who_sends_a_key_by_mail_connects_with_it_by_what_the_set_up_mail_says()
    {
        await using var mail = await SmtpServer.StartAsync();
        await using var server = new WaybillServer
        {
            Settings = ["Smtp:Host=127.0.0.1", $"Smtp:Port={mail.Port}", "Smtp:Security=none", "Provider:Name=Example Telecom", "Provider:SupportMail=support@provider.test"],
        };
        await server.InitializeAsync();
        string[] set =
        [
            .. server.Settings.SelectMany(setting => new[] { "--set", setting }),
            "--set", $"Ssh:Public=[{{\"Host\":\"localhost\",\"Port\":{server.Port}}}]",
        ];
        await server.CommandAsync("account", "add", "10042", "--name", "Customer Ltd", "--email", "billing@customer.test");

        // The customer makes a key as the guides say, and sends the file that "Save public key" writes.
        var (ppk, key) = (server.Directory.Combine("customer.ppk"), server.Directory.Combine("customer"));
        await WaybillServer.RequireAsync("puttygen", ["-t", "rsa", "-b", "2048", "-o", ppk, "--new-passphrase", server.Directory.Write("nothing", "")]);
        await WaybillServer.RequireAsync("puttygen", [ppk, "-O", "private-openssh", "-o", key]);
        var publicKey = await WaybillServer.RequireAsync("puttygen", [ppk, "-O", "public", "-o", "/dev/stdout"]);
        var taken = JsonDocument.Parse((await server.CommandAsync(["request", "add", "--from", server.Directory.Write("request.eml", Mail(publicKey)), "--json", .. set])).Output).RootElement;
        var reference = taken.GetProperty("request").GetProperty("reference").GetString()!;
        var received = (await mail.WaitForAsync(2)).Single(each => each.To[0] == "ann@customer.test");
        Assert.Contains(reference, received.Subject, StringComparison.Ordinal);
        Assert.Contains(mail.Mails, each => each.To[0] == "support@provider.test" && each.Parts[0].Contains($"waybill request approve {reference}", StringComparison.Ordinal));

        await server.CommandAsync(["request", "approve", reference, .. set]);
        var setUp = (await mail.WaitForAsync(3)).Single(each => each.Subject.Contains("is set up", StringComparison.Ordinal)).Parts[0];
        Assert.Contains("SHA256:", setUp, StringComparison.Ordinal);
        var (host, port, user) = (Field(setUp, "Host"), Field(setUp, "Port"), Field(setUp, "User name"));
        Assert.Equal(("localhost", "10042"), (host, user));

        // The host key is pinned by the fingerprint that the mail shows.
        var knownHosts = server.Directory.Combine("customer_known_hosts");
        await File.WriteAllTextAsync(knownHosts, await WaybillServer.RequireAsync("ssh-keyscan", ["-4", "-t", "ed25519", "-p", port, host]));
        var shown = await WaybillServer.RequireAsync("ssh-keygen", ["-l", "-f", knownHosts]);
        Assert.Contains(Fingerprint().Match(shown).Value, setUp, StringComparison.Ordinal);
        var upload = server.Directory.Write("usage.csv", "a,b\n");
        var outcome = await ExternalProcess.RunAsync(
            "sftp",
            ["-F", "none", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", $"UserKnownHostsFile={knownHosts}", "-o", "StrictHostKeyChecking=yes", "-i", key, "-P", port, "-b", "-", $"{user}@{host}"],
            $"put {upload} /upload/usage.csv\nls /upload\n", TimeSpan.FromSeconds(60));
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("a,b\n", await File.ReadAllTextAsync(Path.Combine(server.Data, "vaults", "10042", "upload", "usage.csv")));
        await server.CommandAsync("audit", "verify");
    }

    private static string Mail(string publicKey) => $"""
        From: "Example, Ann" <ann@customer.test>
        To: support@provider.test
        Subject: =?utf-8?Q?SFTP_access_f=C3=BCr_us?=
        Message-ID: <1@customer.test>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="=-1"

        --=-1
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        Hello,

        please set up our access. Account number: 10042
        Company: Customer Limited
        Phone: +44 20 7946 0000

        --=-1
        Content-Type: application/octet-stream; name="key.pub"
        Content-Disposition: attachment; filename="key.pub"
        Content-Transfer-Encoding: base64

        {Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(publicKey), Base64FormattingOptions.InsertLineBreaks)}
        --=-1--

        """.ReplaceLineEndings("\r\n");

    private static string Field(string mail, string name) => Regex.Match(mail, $@"^{name}:\s+(\S+)", RegexOptions.Multiline).Groups[1].Value;

    [GeneratedRegex(@"SHA256:[A-Za-z0-9+/]{43}")]
    private static partial Regex Fingerprint();
}
