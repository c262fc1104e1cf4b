using System.Text.Json;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>Requests for access at the command line.</summary>
public sealed class RequestTests(Template template)
{
    private const string Mail = "From: Ann Example <ann@example.com>\r\nSubject: SFTP access\r\nMessage-ID: <1@example.com>\r\n\r\nAccount number: 10020\r\nCompany: Test Telecom\r\nUsername: annftp\r\n\r\n";

    private static readonly string[] Host = ["--set", "Ssh:Public=[{\"Host\":\"sftp.example.com\",\"Port\":2222}]"];

    [Fact]
    public async Task A_mail_becomes_a_request_and_a_login_with_its_key()
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("ann");
        await File.WriteAllTextAsync(data.Beside("mail.eml"), Mail + await File.ReadAllTextAsync(key + ".pub"));
        var added = await data.OutputAsync("request", "add", "--from", data.Beside("mail.eml"));
        Assert.Contains("waits for a decision", added, StringComparison.Ordinal);
        var id = (await data.JsonAsync("request", "list"))[0].GetProperty("reference").GetString()!;
        Assert.Contains($"request show {id}", added, StringComparison.Ordinal);
        Assert.Contains("there already", await data.OutputAsync("request", "add", "--from", data.Beside("mail.eml")), StringComparison.Ordinal);

        Assert.Contains("Ssh:Public", await data.RefusedAsync(1, "request", "approve", id), StringComparison.Ordinal);
        var shown = await data.OutputAsync(["request", "show", id, .. Host]);
        Assert.Contains("ok    account: Account 10020 is Test Telecom.", shown, StringComparison.Ordinal);
        Assert.Contains("LOOK  confirmed:", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("STOP", shown, StringComparison.Ordinal);
        var view = await data.JsonAsync(["request", "show", id, .. Host]);
        Assert.Equal("annftp", view.GetProperty("userName").GetString());
        Assert.Contains(view.GetProperty("checks").EnumerateArray(), check => check.GetProperty("verdict").GetString() == "look");
        Assert.Equal("ssh-ed25519", view.GetProperty("request").GetProperty("key").GetProperty("type").GetString());

        Assert.Contains("login annftp is there with its key", await data.OutputAsync(["request", "approve", id, .. Host]), StringComparison.Ordinal);
        Assert.Equal("annftp", (await data.JsonAsync("login", "show", "annftp")).GetProperty("userName").GetString());
        Assert.Single((await data.JsonAsync("key", "list", "annftp")).EnumerateArray());
        Assert.Contains("request-approved", await data.OutputAsync("notification", "list"), StringComparison.Ordinal);
        await data.AuditAsync("request-approved");
        Assert.Contains("(none)", await data.OutputAsync("request", "list"), StringComparison.Ordinal);
        Assert.Contains("approved", await data.OutputAsync("request", "list", "--all"), StringComparison.Ordinal);
        Assert.Contains("was approved by", await data.RefusedAsync(1, ["request", "approve", id, .. Host]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_missing_is_filled_in_by_hand_or_asked_back()
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("ann");
        Assert.Contains("--email", await data.RefusedAsync(2, "request", "add", "--key", key + ".pub"), StringComparison.Ordinal);
        var asked = await data.OutputAsync("request", "add", "--key", key + ".pub", "--email", "ann@example.com");
        Assert.Contains("was asked back by mail", asked, StringComparison.Ordinal);
        var outcome = await Cli.RunWithAsync(null, Mail, "request", "add", "--from", "-", "--key", key + ".pub", "--feed", "cdr", "--file-type", "csv", "--allow-from", "192.0.2.0/24", "--phone", "123",
            "--automation", "--json", "--data", data.Root);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var details = JsonDocument.Parse(outcome.Output).RootElement.GetProperty("request").GetProperty("details");
        Assert.Equal(("cdr", "192.0.2.0/24", true), (details.GetProperty("feeds")[0].GetString(), details.GetProperty("allowFrom")[0].GetString(), details.GetProperty("automation").GetBoolean()));
        Assert.Equal(2, (await data.JsonAsync("request", "list")).GetArrayLength());
        Assert.Single((await data.JsonAsync("request", "list", "--state", "asked")).EnumerateArray());
    }

    [Fact]
    public async Task A_request_is_asked_about_rejected_opened_again_and_written_to_again()
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("ann");
        await data.SetUpAsync("request", "add", "--key", key + ".pub", "--email", "ann@example.com", "--name", "Ann Example", "--company", "Test", "--account", "10020");
        var id = (await data.JsonAsync("request", "list"))[0].GetProperty("reference").GetString()!;
        Assert.Contains("is asked about", await data.OutputAsync("request", "ask", id, "--question", "Which program?"), StringComparison.Ordinal);
        Assert.Contains("is written to again", await data.OutputAsync("request", "resend", id), StringComparison.Ordinal);
        Assert.Contains("is rejected", await data.OutputAsync("request", "reject", id, "--reason", "not yours"), StringComparison.Ordinal);
        Assert.Contains("request reopen", await data.RefusedAsync(1, "request", "ask", id, "--question", "Which program?"), StringComparison.Ordinal);
        Assert.Contains("is open again", await data.OutputAsync("request", "reopen", id), StringComparison.Ordinal);
        Assert.Equal(
            ["request-received", "request-question", "request-question", "request-rejected"],
            (await data.JsonAsync("notification", "list")).EnumerateArray().Select(mail => mail.GetProperty("topic").GetString()).Reverse());
        Assert.Contains("first approved  by", await FirstOfTwoAsync(data, id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_key_is_refused_and_burnt_wherever_it_comes_from()
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("ann");
        Assert.Contains("Treat it as compromised", await data.RefusedAsync(1, "request", "add", "--key", key, "--email", "ann@example.com"), StringComparison.Ordinal);
        await File.WriteAllTextAsync(data.Beside("mail.eml"), Mail + await File.ReadAllTextAsync(key));
        var outcome = await data.RunAsync("request", "add", "--from", data.Beside("mail.eml"));
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("note: A PRIVATE key was sent.", outcome.ErrorOutput, StringComparison.Ordinal);
        Assert.Contains("refused for good", await DetailAsync(key + ".pub"), StringComparison.Ordinal);

        async Task<string> DetailAsync(string file) => (await data.OutputAsync("request", "show", await AddAsync(file))) + (await data.OutputAsync("request", "list"));

        async Task<string> AddAsync(string file)
        {
            var added = await data.JsonAsync("request", "add", "--key", file, "--email", "bob@example.com", "--account", "10020", "--name", "Bob", "--company", "Test");
            return added.GetProperty("request").GetProperty("reference").GetString()!;
        }
    }

    [Fact]
    public async Task A_replacement_key_is_installed_once_somebody_said_how_the_person_was_verified()
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("new");
        string[] set = [.. Host, "--set", "Onboarding:CallBack=Call the number in the contract."];
        var added = await data.JsonAsync("request", "add", "--replace-key", Template.User, "--key", key + ".pub", "--email", "ann@example.com", "--name", "Ann");
        var id = added.GetProperty("request").GetProperty("reference").GetString()!;
        Assert.Contains("Call the number in the contract.", await data.RefusedAsync(1, ["request", "approve", id, .. set]), StringComparison.Ordinal);
        Assert.Contains("1 others are revoked", await data.OutputAsync(["request", "approve", id, "--verified", "called back", "--revoke-others", .. set]), StringComparison.Ordinal);
        Assert.Equal(2, (await data.JsonAsync("key", "list", Template.User)).GetArrayLength());
    }

    [Fact]
    public async Task An_invitation_keeps_its_link_to_the_mail_and_wrong_usage_is_two()
    {
        using var data = await template.CopyAsync();
        var invited = await data.OutputAsync("request", "invite", "--account", "10020", "--email", "ann@example.com", "--days", "3", "--set", "Portal:PublicUrl=https://files.example.com");
        Assert.Contains("ann@example.com is invited to account 10020", invited, StringComparison.Ordinal);
        Assert.DoesNotContain("/l/", invited, StringComparison.Ordinal);
        var waiting = (await data.JsonAsync("request", "invitations"))[0];
        Assert.Equal("ann@example.com", waiting.GetProperty("email").GetString());
        var number = waiting.GetProperty("id").ToString();
        Assert.Contains("the invitation of ann@example.com is withdrawn", await data.OutputAsync("request", "withdraw", number), StringComparison.Ordinal);
        Assert.Equal("ann@example.com", (await data.AuditAsync("request-invitation-withdrawn")).GetProperty("subject").GetString());
        await data.RefusedAsync(1, "request", "withdraw", number);
        Assert.Equal(0, (await data.JsonAsync("request", "invitations")).GetArrayLength());
        await data.RefusedAsync(1, "request", "invite", "--account", "99999", "--email", "ann@example.com");
        await data.RefusedAsync(2, "request", "invite", "--account", "10020", "--email", "ann@example.com", "--days", "0");
        await data.RefusedAsync(2, "request", "invite", "--account", "10020");
        await data.RefusedAsync(2, "request", "list", "--all", "--state", "open");
        await data.RefusedAsync(2, "request", "add", "--from", "-", "--key", "-");
        await data.RefusedAsync(2, "request", "reject", "CCCC-2222");
        Assert.Contains("request list", await data.RefusedAsync(1, "request", "show", "CCCC-2222"), StringComparison.Ordinal);
        Assert.Contains("is not there", await data.RefusedAsync(1, "request", "add", "--from", data.Beside("none.eml")), StringComparison.Ordinal);
        Assert.Contains("Onboarding:CallBack", await data.RefusedAsync(1, "request", "list", "--set", "Onboarding:CallBack= "), StringComparison.Ordinal);
    }

    private static async Task<string> FirstOfTwoAsync(Data data, string id)
    {
        string[] set = [.. Host, "--set", "Onboarding:TwoPersons=true"];
        Assert.Contains("a second person must approve it too", await data.OutputAsync(["request", "approve", id, .. set]), StringComparison.Ordinal);
        Assert.Contains("a second person must", await data.RefusedAsync(1, ["request", "approve", id, .. set]), StringComparison.Ordinal);
        return await data.OutputAsync(["request", "show", id, .. set]);
    }
}
