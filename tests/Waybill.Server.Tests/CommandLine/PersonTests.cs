using System.Text.Json;
using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary><c>person add | list | show | grant | revoke | suspend | resume | remove | invite | reset</c> and <c>account files</c>.</summary>
public sealed class PersonTests(Template template)
{
    [Fact]
    public async Task The_first_administrator_gets_a_link_that_is_printed_once_and_kept_as_a_hash()
    {
        using var data = await template.CopyAsync();
        await File.WriteAllTextAsync(data.Combine("waybill.json"), """{ "Portal": { "PublicUrl": "https://files.example.com/" } }""", TestContext.Current.CancellationToken);
        Assert.Matches("warning  people: no administrator can sign in to the portal; add one: ./waybill person add", await data.OutputAsync("doctor"));
        var output = await data.OutputAsync("person", "add", "root@example.com", "--name", "Rita Root", "--provider", "administrator");
        Assert.Matches(@"^person root@example\.com \(administrator\) is there\nsign up once, until \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ: https://files\.example\.com/l/[A-Za-z0-9_-]{43}\n$", output);
        var token = output.Trim()[^43..];
        Assert.DoesNotContain(token, System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(data.Combine("waybill.db"), TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        Assert.Equal(0, data.Sql("UPDATE delivery SET text = text"));
        Assert.Equal("the link was handed over", (await data.AuditAsync("person-invited")).GetProperty("detail").GetString());
        Assert.Contains("is the last administrator", await data.RefusedAsync(1, "person", "remove", "root@example.com"), StringComparison.Ordinal);
        Assert.Contains("is the last administrator", await data.RefusedAsync(1, "person", "suspend", "root@example.com"), StringComparison.Ordinal);
        Assert.Contains("is the last administrator", await data.RefusedAsync(1, "person", "revoke", "root@example.com", "--provider", "administrator"), StringComparison.Ordinal);
        var json = await data.JsonAsync("person", "add", "second@example.com", "--name", "Second", "--provider", "administrator");
        Assert.StartsWith("https://files.example.com/l/", json.GetProperty("signUpLink").GetString(), StringComparison.Ordinal);
        Assert.Equal("second@example.com", json.GetProperty("person").GetProperty("email").GetString());
    }

    [Fact]
    public async Task A_person_is_added_given_roles_listed_suspended_and_removed()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("next: ./waybill person invite ann@example.com", await data.OutputAsync(
            "person", "add", "ann@example.com", "--name", "Ann Example", "--phone", "+44 20 7946 0000", "--account", "10020", "--role", "owner"), StringComparison.Ordinal);
        Assert.Equal(
            "person ann@example.com: owner of 10020, vendor acme of 10020\n",
            await data.OutputAsync("person", "grant", "Ann@EXAMPLE.com", "--account", "10020", "--role", "vendor", "--vendor", "acme"));
        await data.SetUpAsync("person", "grant", "ann@example.com", "--provider", "support");
        Assert.Equal(
            "E-MAIL           NAME         STATUS  SIGNS IN WITH  ROLES\nann@example.com  Ann Example  active  nothing yet    support, owner of 10020, vendor acme of 10020\n",
            await data.OutputAsync("person", "list", "exam an"));
        Assert.Equal("(none)\n", await data.OutputAsync("person", "list", "bob"));
        Assert.Equal("(none)\n", await data.OutputAsync("person", "list", "--provider", "auditor"));
        Assert.Equal(1, (await data.JsonAsync("person", "list", "--account", "10020")).GetArrayLength());
        await data.SetUpAsync("person", "revoke", "ann@example.com", "--account", "10020", "--role", "vendor", "--vendor", "ACME");
        Assert.Equal("person ann@example.com is suspended\n", await data.OutputAsync("person", "suspend", "ann@example.com", "--reason", "left"));
        var shown = await data.JsonAsync("person", "show", "ann@example.com");
        Assert.Equal(("suspended", "left", "+44 20 7946 0000"), (Text(shown, "status"), Text(shown, "statusReason"), Text(shown, "phone")));
        Assert.Equal(["support", "owner"], shown.GetProperty("roles").EnumerateArray().Select(role => Text(role, "role")));
        Assert.Contains("status         suspended: left\n", await data.OutputAsync("person", "show", "ann@example.com"), StringComparison.Ordinal);
        Assert.Contains("is suspended", await data.RefusedAsync(1, "person", "invite", "ann@example.com"), StringComparison.Ordinal);
        Assert.Equal("person ann@example.com is active again\n", await data.OutputAsync("person", "resume", "ann@example.com"));
        Assert.Equal("person ann@example.com is removed\n", await data.OutputAsync("person", "remove", "ann@example.com"));
        Assert.Contains("There is no person ann@example.com", await data.RefusedAsync(1, "person", "show", "ann@example.com"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invitation_and_a_reset_are_mailed_or_printed()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("person", "add", "ann@example.com", "--name", "Ann");
        Assert.Matches("a link to sign up with goes to ann@example.com; it works once, until ", await data.OutputAsync("person", "invite", "ann@example.com"));
        Assert.Equal(1, data.Sql("UPDATE delivery SET text = text WHERE topic = 'person-sign-up' AND target = 'ann@example.com' AND instr(text, 'https://localhost:8443/l/') > 0"));
        Assert.Matches("https://localhost:8443/l/[A-Za-z0-9_-]{43}", await data.OutputAsync("person", "invite", "ann@example.com", "--print-link"));
        Assert.DoesNotContain("code", await data.OutputAsync("person", "invite", "ann@example.com"), StringComparison.Ordinal);

        // Somebody of the provider needs a code besides, which stands on the screen and in no mail.
        await data.SetUpAsync("person", "grant", "ann@example.com", "--provider", "support");
        var output = await data.OutputAsync("person", "invite", "ann@example.com");
        Assert.Matches("the link needs a code that the mail does not hold, shown this once: [0-9]{4} [0-9]{4}\ntell it by telephone", output);
        Assert.Equal(0, data.Sql($"UPDATE delivery SET text = text WHERE instr(text, '{output.Split("once: ")[1][..9]}') > 0"));

        Assert.Matches("^[0-9]{4} [0-9]{4}$", Text(await data.JsonAsync("person", "invite", "ann@example.com"), "signUpCode"));
        Assert.DoesNotContain("code", await data.OutputAsync("person", "invite", "ann@example.com", "--print-link"), StringComparison.Ordinal);
        Assert.Contains("needs --reason", await data.RefusedAsync(2, "person", "reset", "ann@example.com"), StringComparison.Ordinal);
        Assert.Contains("a link to sign up with goes to", await data.OutputAsync("person", "reset", "ann@example.com", "--reason", "lost telephone"), StringComparison.Ordinal);
        Assert.Equal("lost telephone", Text(await data.AuditAsync("credentials-reset"), "detail"));
        Assert.Equal(1, data.Sql("UPDATE delivery SET text = text WHERE topic = 'person-credentials-reset' AND instr(text, 'lost telephone') > 0"));
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_in_one_line()
    {
        using var data = await template.CopyAsync();
        (int Code, string Words, string Line)[] wrong =
        [
            (2, "person", "waybill person needs a command: add, list, show"),
            (2, "person add ann@example.com", "needs --name TEXT"),
            (2, "person add nobody --name X", "'nobody' is no e-mail address"),
            (2, "person add a@example.com --name X --role owner", "say which with --account NUMBER"),
            (2, "person add a@example.com --name X --account 10020", "--role owner, member or vendor"),
            (2, "person add a@example.com --name X --account 10020 --role vendor", "Say which with --vendor SHORT"),
            (2, "person add a@example.com --name X --account 10020 --role boss", "--role: 'boss' is not one of owner, member, vendor"),
            (2, "person add a@example.com --name X --provider owner", "--provider: 'owner' is not one of support, billing, administrator, auditor"),
            (2, "person grant a@example.com", "say which role"),
            (1, "person add a@example.com --name X --account 77 --role owner", "There is no account 77"),
            (1, "person list --account 77", "There is no account 77"),
            (1, "person invite a@example.com", "There is no person a@example.com"),
            (1, "person reset a@example.com --reason x", "There is no person a@example.com"),
            (2, "account files 10020 maybe", "'maybe' is not one of off, read, read-write, provider"),
            (1, "account files 77", "There is no account 77"),
        ];
        foreach (var (code, words, line) in wrong)
        {
            Assert.Contains(line, await data.RefusedAsync(code, words.Split(' ')), StringComparison.Ordinal);
        }

        Assert.Contains("Portal:Files: 'all' is not known; off, read or read-write", await data.RefusedAsync(1, "account", "files", "10020", "--set", "Portal:Files=all"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_in_the_portal_are_never_more_than_the_configuration_says()
    {
        using var data = await template.CopyAsync();
        Assert.Equal("files of account 10020 in the portal: off\n", await data.OutputAsync("account", "files", "10020"));
        Assert.Equal("files of account 10020 in the portal: off\n", await data.OutputAsync("account", "files", "10020", "read"));
        Assert.Equal("read", Text(await data.JsonAsync("account", "files", "10020", "--set", "Portal:Files=read-write"), "portalFiles"));
        await data.SetUpAsync("account", "files", "10020", "provider");
        Assert.Equal("read-write", Text(await data.JsonAsync("account", "files", "10020", "--set", "Portal:Files=read-write"), "portalFiles"));
        Assert.Equal("as the provider", Text(await data.AuditAsync("portal-files-set"), "detail"));
    }

    [Fact]
    public async Task Doctor_looks_at_the_key_of_the_second_factors()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("person", "add", "ann@example.com", "--name", "Ann");
        data.Sql("INSERT INTO person_recovery_code (person_id, hash) VALUES (1, zeroblob(32))");
        Assert.Matches("FAILURE  people: The key .*secrets/people.key is gone", (await data.RunAsync("doctor")).Output);
        Directory.CreateDirectory(data.Combine("secrets"));
        await File.WriteAllTextAsync(data.Combine("secrets", "people.key"), new string('a', 64), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(data.Combine("secrets", "people.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var output = (await data.RunAsync("doctor")).Output;
        Assert.Matches("FAILURE  file modes: others can read or write .*people.key; run: chmod 600", output);
        Assert.DoesNotContain("FAILURE  people", output, StringComparison.Ordinal);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
