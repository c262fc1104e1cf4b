using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>Accounts and logins through all their states.</summary>
public sealed class AccountAndLoginTests(Template template)
{
    [Fact]
    public async Task A_login_may_do_with_numbers_what_the_command_says()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("numbers     may look at and change them", await data.OutputAsync("login", "show", "10020"), StringComparison.Ordinal);
        Assert.Equal("login 10020 may look at numbers and not change them\n", await data.OutputAsync("login", "numbers", "10020", "look"));
        Assert.Contains("numbers     may look at them", await data.OutputAsync("login", "show", "10020"), StringComparison.Ordinal);
        var finding = Assert.Single(
            (await data.JsonAsync("why", "10020")).GetProperty("findings").EnumerateArray(), static each => each.GetProperty("what").GetString() == "By NTSAPI and REST it may look at numbers and not change them.");
        await data.OutputAsync(finding.GetProperty("command").GetString()!.Split(' ')[1..^2]);
        Assert.Equal("change", (await data.JsonAsync("login", "show", "10020")).GetProperty("numbers").GetString());
        await data.RefusedAsync(2, "login", "numbers", "10020", "some");
        Assert.Contains("There is no login nobody", await data.RefusedAsync(1, "login", "numbers", "nobody", "look"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_goes_from_active_over_suspended_to_closed()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("active", await data.OutputAsync("account", "show", "10020"), StringComparison.Ordinal);
        Assert.Contains("mails go to new@example.com, in en", await data.OutputAsync("account", "change", "10020", "--email", "new@example.com"), StringComparison.Ordinal);
        Assert.Contains("mails go to nobody", await data.OutputAsync("account", "change", "10020", "--email", ""), StringComparison.Ordinal);
        Assert.Contains("say what to change", await data.RefusedAsync(2, "account", "change", "10020"), StringComparison.Ordinal);
        await data.SetUpAsync("account", "suspend", "10020", "--reason", "unpaid");
        Assert.Contains("suspended: unpaid", await data.OutputAsync("account", "show", "10020"), StringComparison.Ordinal);
        await data.SetUpAsync("account", "resume", "10020");
        Assert.Equal("active", (await data.JsonAsync("account", "show", "10020")).GetProperty("account").GetProperty("status").GetString());
        await data.SetUpAsync("account", "close", "10020", "--reason", "left");
        Assert.Contains("closed", await data.RefusedAsync(1, "account", "resume", "10020"), StringComparison.Ordinal);
        Assert.Contains("it gets no more logins", await data.RefusedAsync(1, "login", "add", "other", "--account", "10020"), StringComparison.Ordinal);
        Assert.Contains("its number is not given again", await data.RefusedAsync(1, "account", "add", "10020", "--name", "X"), StringComparison.Ordinal);
        Assert.True(Directory.Exists(data.Combine("vaults", "10020", "upload")));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with blanks & a quote's end")]
    public async Task The_next_step_can_be_pasted_and_meets_the_same_data(string directory)
    {
        using var data = await template.CopyAsync();
        var root = data.Beside(directory);
        Directory.Move(data.Root, root);
        var account = await Cli.OutputAsync("account", "add", "10030", "--name", "X", "--data", root);
        var login = await PasteAsync(account);
        Assert.Contains("login 10030 (customer) is there", login, StringComparison.Ordinal);
        File.Copy(data.KeyFile + ".pub", data.Beside("FILE"));
        Assert.StartsWith("installed: 256", await PasteAsync(login), StringComparison.Ordinal);

        // A shell in another directory, as a person has it. The launcher is stood in for: it would build first.
        async Task<string> PasteAsync(string output)
        {
            var line = output.Split('\n').Single(line => line.StartsWith("next: ./waybill ", StringComparison.Ordinal))["next: ".Length..];
            var launcher = data.Beside("waybill");
            await File.WriteAllTextAsync(launcher, $"#!/bin/sh\nexec dotnet '{Cli.Path}' \"$@\"\n");
            File.SetUnixFileMode(launcher, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var outcome = await ExternalProcess.RunAsync("sh", ["-c", line], workingDirectory: Path.GetDirectoryName(launcher));
            Assert.True(outcome.ExitCode == 0, $"{line}: {outcome}");
            return outcome.Output;
        }
    }

    [Fact]
    public async Task A_new_vault_gets_the_folders_of_the_configured_layout()
    {
        using var data = await template.CopyAsync();
        await File.WriteAllTextAsync(data.Combine("waybill.json"), """
            { "Layout": { "Folders": [{ "Path": "/", "Customer": "read" }, { "Path": "/in", "Customer": "deliver" }, { "Path": "/vendors/{vendor}/out", "Vendor": "all" }] } }
            """);
        await data.SetUpAsync("account", "add", "10021", "--name", "Own Layout");
        await data.SetUpAsync("login", "add", "--account", "10021", "--vendor", "acme");
        Assert.Equal(
            ["in", "vendors", "vendors/acme", "vendors/acme/out"],
            Directory.GetDirectories(data.Combine("vaults", "10021"), "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(data.Combine("vaults", "10021"), path)).Order(StringComparer.Ordinal));
        await File.WriteAllTextAsync(data.Combine("waybill.json"), """{ "Layout": { "Folders": [{ "Path": "in" }] } }""");
        Assert.Contains("Layout:Folders: The folder 'in'", await data.RefusedAsync(1, "account", "add", "10022", "--name", "X"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_keeps_its_leading_zeros_and_is_found_without_case()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("account", "add", "007Ab", "--name", "Zeros", "--parent", "10020", "--email", "a@example.com");
        var account = (await data.JsonAsync("account", "show", "007aB")).GetProperty("account");
        Assert.Equal("007Ab", account.GetProperty("number").GetString());
        Assert.Equal("10020", account.GetProperty("parent").GetString());
        Assert.Contains("exists already", await data.RefusedAsync(1, "account", "add", "007AB", "--name", "Y"), StringComparison.Ordinal);
        Assert.True(Directory.Exists(data.Combine("vaults", "007Ab", "cdr")));
    }

    [Fact]
    public async Task A_vendor_login_gets_the_account_number_and_its_short_name()
    {
        using var data = await template.CopyAsync();
        var login = await data.JsonAsync("login", "add", "--account", "10020", "--vendor", "acme");
        Assert.Equal("10020-acme", login.GetProperty("userName").GetString());
        Assert.Equal("vendor", login.GetProperty("kind").GetString());
        Assert.True(Directory.Exists(data.Combine("vaults", "10020", "vendors", "acme", "usage")));
        Assert.Contains("sees /vendors/acme", await data.OutputAsync("login", "show", "10020-ACME"), StringComparison.Ordinal);
        Assert.Contains("use 10020-bolt, or leave the user name out", await data.RefusedAsync(2, "login", "add", "bolt", "--account", "10020", "--vendor", "bolt"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_has_a_start_directory_and_networks()
    {
        using var data = await template.CopyAsync();
        var login = await data.JsonAsync("login", "add", "desk", "--account", "10020", "--start", "/cdr", "--allow-from", "192.0.2.0/24", "--allow-from", "2001:db8::/32");
        Assert.Equal("/cdr", login.GetProperty("startDirectory").GetString());
        Assert.Equal(["192.0.2.0/24", "2001:db8::/32"], login.GetProperty("allowFrom").EnumerateArray().Select(network => network.GetString()));
        Assert.Contains("allow from  192.0.2.0/24, 2001:db8::/32", await data.OutputAsync("login", "show", "desk"), StringComparison.Ordinal);
        Assert.Equal(["10020", "desk"], (await data.JsonAsync("login", "list", "--account", "10020")).EnumerateArray().Select(item => item.GetProperty("userName").GetString()));
    }

    [Theory]
    [InlineData("publisher")]
    [InlineData("collector")]
    public async Task Logins_of_the_provider_belong_to_no_account(string kind)
    {
        using var data = await template.CopyAsync();
        var login = await data.JsonAsync("login", "add", "billing", "--kind", kind);
        Assert.Equal(kind, login.GetProperty("kind").GetString());
        Assert.Null(login.GetProperty("account").GetString());
    }

    [Fact]
    public async Task A_removed_login_is_gone_with_its_keys_and_its_files_stay()
    {
        using var data = await template.CopyAsync();
        await File.WriteAllTextAsync(data.Combine("vaults", "10020", "upload", "kept.csv"), "1");
        await data.SetUpAsync("login", "remove", "10020");
        Assert.Contains("There is no login 10020", await data.RefusedAsync(1, "key", "list", "10020"), StringComparison.Ordinal);
        await data.SetUpAsync("login", "add", "10020", "--account", "10020");
        Assert.Equal(0, (await data.JsonAsync("key", "list", "10020")).GetArrayLength());
        Assert.True(File.Exists(data.Combine("vaults", "10020", "upload", "kept.csv")));
    }

    [Fact]
    public async Task Every_change_has_an_audit_row_with_who_and_why()
    {
        using var data = await template.CopyAsync();
        await data.SetUpAsync("login", "suspend", "10020", "--reason", "holiday");
        await data.SetUpAsync("login", "resume", "10020");
        await data.SetUpAsync("account", "suspend", "10020", "--reason", "unpaid");
        await data.SetUpAsync("account", "resume", "10020");
        await data.SetUpAsync("login", "remove", "10020");
        await data.SetUpAsync("account", "close", "10020");
        var rows = (await data.JsonAsync("audit", "search", "--actor", Environment.UserName)).EnumerateArray().Reverse().ToList();
        Assert.Equal(
            ["initialised", "account-added", "login-added", "key-added", "login-suspended", "login-resumed", "account-suspended", "account-resumed", "login-removed", "account-closed"],
            rows.Select(row => row.GetProperty("action").GetString()));
        Assert.Equal("holiday", rows[4].GetProperty("detail").GetString());
        Assert.All(rows, row => Assert.Equal("operator", row.GetProperty("actorKind").GetString()));
    }

    [Fact]
    public async Task A_thousand_and_one_accounts_are_all_listed()
    {
        using var data = await template.CopyAsync();
        data.Sql("""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
            INSERT INTO account (number, number_key, name, status, language, created_at)
            SELECT printf('a%04d', i), printf('a%04d', i), 'x', 'active', 'en', (SELECT created_at FROM account LIMIT 1) FROM n
            """);
        Assert.Equal(1001, (await data.JsonAsync("account", "list")).GetArrayLength());
    }
}
