using System.Text;
using System.Text.RegularExpressions;
using Waybill.Core.Keys.Handover;
using Waybill.Server.Tests.Support;
using Waybill.SshKeys.Keys;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>A generated key is handed over, replaced, and reported lost, by commands beside a server.</summary>
public sealed class KeyHandoverTests(Template template)
{
    private static readonly string[] HandOver = ["key", "generate", Template.User, "--hand-over", "it@example.com"];

    [Fact]
    public async Task A_key_is_handed_over_by_a_mailed_link_and_a_passphrase_that_is_read_out()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data, "--set", "Portal:PublicUrl=https://files.example.com");
        var output = await data.OutputAsync([.. HandOver, "--read-out", "--format", "ppk2", "--label", "by hand", "--set", "Portal:PublicUrl=https://files.example.com"]);
        var code = Regex.Match(output, @"^file: a link goes to it@example\.com; tell that person the code (\d{4} \d{4}) by telephone", RegexOptions.Multiline).Groups[1].Value;
        Assert.NotEmpty(code);
        Assert.Contains("key handovers read-out 1", output, StringComparison.Ordinal);
        var mail = await MailAsync(data);
        Assert.Contains("To: it@example.com", mail, StringComparison.Ordinal);
        Assert.Matches(@"https://files\.example\.com/l/[A-Za-z0-9_-]{43}\s", mail);
        Assert.DoesNotContain(code, mail, StringComparison.Ordinal);

        var listed = (await data.JsonAsync("key", "handovers", "list", Template.User))[0];
        Assert.Equal("it@example.com", listed.GetProperty("file").GetProperty("recipient").GetString());
        Assert.DoesNotContain(code, listed.GetRawText(), StringComparison.Ordinal);
        var passphrase = await data.OutputAsync("key", "handovers", "read-out", "1");
        Assert.Matches("^passphrase: [0-9a-z-]{24}\n$", passphrase);
        Assert.Equal(Environment.UserName, (await data.AuditAsync("handover-done")).GetProperty("actor").GetString());
        Assert.Matches(@"link to it@example\.com +handed over 20", await data.OutputAsync("key", "handovers", "list"));
        var renewed = await data.OutputAsync("key", "handovers", "renew", "1", "file");
        Assert.DoesNotContain(code, renewed, StringComparison.Ordinal);

        Assert.Contains("is revoked", await data.OutputAsync("key", "handovers", "cancel", "1", "--reason", "not wanted"), StringComparison.Ordinal);
        Assert.Contains("(none)", await data.OutputAsync("key", "handovers", "list"), StringComparison.Ordinal);
        Assert.Contains("cancelled", await data.OutputAsync("key", "handovers", "list", "--all"), StringComparison.Ordinal);
        Assert.Contains("has ended", await data.RefusedAsync(1, "key", "handovers", "cancel", "1", "--reason", "again"), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(data.Combine("handovers")));
    }

    [Fact]
    public async Task Where_the_key_goes_is_said_in_one_way()
    {
        using var data = await template.CopyAsync();
        string[][] wrong =
        [
            ["key", "generate", Template.User], HandOver, [.. HandOver, "--out", data.Beside("out")], [.. HandOver, "--read-out", "--passphrase-to", "b@example.com"],
            [.. HandOver, "--passphrase-to", "it@example.com"], ["key", "generate", Template.User, "--out", data.Beside("out"), "--read-out"],
            ["key", "generate", Template.User, "--hand-over", "nobody", "--read-out"],
        ];
        foreach (var words in wrong)
        {
            await data.RefusedAsync(2, words);
        }

        Assert.Equal(1, (await data.JsonAsync("key", "list", Template.User)).GetArrayLength());
        Assert.False(Directory.Exists(data.Beside("out")));
    }

    [Fact]
    public async Task The_schedule_has_a_job_that_clears_handovers_away()
    {
        using var data = await template.CopyAsync();
        var jobs = (await data.JsonAsync("schedule", "list")).EnumerateArray().ToDictionary(job => job.GetProperty("job").GetString()!);
        Assert.Equal($"every {HandoverLimits.PurgeEvery.TotalMinutes} minutes", jobs["handover-purge"].GetProperty("cron").GetString());
        Assert.Equal("0 15 6 * * ?", jobs["key-reminders"].GetProperty("cron").GetString());

        // One that ran out while no server ran goes when the next one starts.
        await data.SetUpAsync([.. HandOver, "--read-out"]);
        data.Sql("UPDATE key_handover SET expires_at = 1");
        await using var server = await RunningServer.StartAsync(data);
        Assert.Contains("nobody took the file and passphrase", (await data.AuditAsync("handover-expired")).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("expired", await data.OutputAsync("key", "handovers", "list", "--all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_key_is_dropped_when_the_new_one_has_logged_in()
    {
        using var data = await template.CopyAsync();
        await using var server = await RunningServer.StartAsync(data);
        var old = (await data.JsonAsync("key", "list", Template.User))[0].GetProperty("sha256").GetString()!;
        var next = await data.MakeKeyAsync("next");
        await data.SetUpAsync("key", "add", Template.User, next + ".pub");
        Assert.Contains("the new key was not used yet", await data.OutputAsync("key", "rotation", Template.User), StringComparison.Ordinal);
        Assert.Contains("has not logged in yet", await data.RefusedAsync(1, "key", "drop-old", Template.User, old), StringComparison.Ordinal);

        using var key = PrivateKeyFile.Read(await File.ReadAllBytesAsync(next)).Key!;
        Assert.True(await server.CanLogInAsync(key));
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!(await data.SetUpAsync("key", "rotation", Template.User)).Contains("the old key can be dropped", StringComparison.Ordinal))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "the use of the new key was not noted");
            await Task.Delay(100);
        }

        Assert.StartsWith($"revoked: {old}, replaced by SHA256:", await data.OutputAsync("key", "drop-old", Template.User, old), StringComparison.Ordinal);
        using var oldKey = data.LoadKey();
        Assert.False(await server.CanLogInAsync(oldKey));
        Assert.True(await server.CanLogInAsync(key));
    }

    [Fact]
    public async Task A_key_that_logins_share_is_shown_by_key_list_and_doctor_and_one_that_was_lost_is_refused_everywhere()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("account", "add", "20000", "--name", "Other Telecom");
        await data.SetUpAsync("login", "add", "20000", "--account", "20000");
        Assert.Contains("no two logins have the same key", await data.OutputAsync("doctor"), StringComparison.Ordinal);
        await data.SetUpAsync("key", "add", "20000", data.KeyFile + ".pub");
        var key = (await data.JsonAsync("key", "list", Template.User))[0];
        Assert.Equal("20000", Assert.Single(key.GetProperty("sharedWith").EnumerateArray()).GetString());
        Assert.Contains("is installed for 20000 too", await data.OutputAsync("key", "list", Template.User), StringComparison.Ordinal);
        var fingerprint = key.GetProperty("sha256").GetString()!;
        Assert.Contains($"warning  keys: 1 keys are installed on several logins, so nobody can tell who logs in: {fingerprint} on 10020, 20000", await data.OutputAsync("doctor"), StringComparison.Ordinal);

        var output = await data.OutputAsync("key", "report-lost", Template.User, fingerprint[..20], "--note", "laptop stolen");
        Assert.Contains($"revoked for: {Template.User}\n", output, StringComparison.Ordinal);
        Assert.Contains($"key report-lost 20000 {fingerprint}", output, StringComparison.Ordinal);
        Assert.Contains("was reported lost on", await data.RefusedAsync(1, "key", "add", "20000", data.KeyFile + ".pub"), StringComparison.Ordinal);
        Assert.Contains("installed too on 20000: laptop stolen", (await data.AuditAsync("key-reported-lost")).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>The mail with its parts as a mail program shows them.</summary>
    private static string Decode(string mail) => Regex.Replace(
        mail, @"base64\r\n\r\n([A-Za-z0-9+/=\r\n]+)", match => Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value.Replace("\r\n", "", StringComparison.Ordinal))));

    private static async Task<string> MailAsync(Data data)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            if (Directory.Exists(data.Combine("mail")) && Directory.GetFiles(data.Combine("mail"), "*.eml") is [var mail, ..])
            {
                return Decode(await File.ReadAllTextAsync(mail));
            }

            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), "no mail was written");
            await Task.Delay(100);
        }
    }
}
