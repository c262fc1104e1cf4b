using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>Exit codes 0, 1 and 2, and the one line that says what is wrong.</summary>
public sealed class UsageTests(Template template)
{
    public static TheoryData<string, string> WrongUsage => new()
    {
        { "", "needs a command: demo, serve, init" },
        { "frobnicate", "'frobnicate' is no command of waybill; they are demo, serve" },
        { "help frobnicate", "'frobnicate' is no command of waybill" },
        { "key", "waybill key needs a command: add, generate, handovers, burnt, list, change, rotation, drop-old, report-lost, revoke" },
        { "key burn", "'burn' is no command of waybill key" },
        { "key add", "waybill key add needs USER" },
        { "key add 10020", "name either the FILE of the public key, or --offered SHA256:..." },
        { "key add 10020 - extra", "waybill key add takes no further 'extra'" },
        { "key add 10020 - --forever", "waybill key add has no option '--forever'" },
        { "key add 10020 - --expires never", "--expires: 'never' is not a time, as 2026-12-31" },
        { "key revoke 10020 SHA256:abcdefgh", "waybill key revoke needs --reason TEXT (why, for the audit)" },
        { "key revoke 10020 SHA256:abc --reason lost", "too short for a fingerprint" },
        { "account add", "waybill account add needs NUMBER: 1 to 32 of" },
        { "account add 10021", "waybill account add needs --name TEXT" },
        { "account add bad/number --name X", "'bad/number' is no account number: use 1 to 32 of" },
        { "account add 10021 --name X --email nobody", "'nobody' is no e-mail address" },
        { "account add 10021 --name X --name Y", "--name is given more than once" },
        { "login add 10020x", "A customer login belongs to an account. Say which with --account NUMBER" },
        { "login add x --kind publisher --account 10020", "works for all accounts. Leave --account out" },
        { "login add --account 10020 --kind vendor", "needs the vendor's short name" },
        { "login add 10020-x --account 10020", "a hyphen, which is kept for vendor logins" },
        { "login add x --account 10020 --kind boss", "--kind: 'boss' is not one of customer, vendor, publisher, collector" },
        { "login add x --account 10020 --allow-from 192.0.2.0/33", "'192.0.2.0/33' is no network. Give one as 192.0.2.0/24" },
        { "login add x --account 10020 --allow-from 192.0.2.1/24", "Write 192.0.2.0/24 for the network, or 192.0.2.1 for the one address" },
        { "login add x --account 10020 --start a/../../b", "is no starting directory. Give a path as the login sees it" },
        { "audit search --limit many", "--limit: 'many' is not a whole number" },
        { "audit search --limit 0", "--limit: 0 rows are none" },
        { "audit search --from yesterday", "--from: 'yesterday' is not a time" },
        { "serve --set Ssh", "--set Ssh: write it as Section:Key=value" },
        { "hostkey show --sshfp --known-hosts", "exclude each other" },
        { "sessions kick", "waybill sessions kick needs ID: as ./waybill sessions shows it" },
    };

    public static TheoryData<string, string> CannotBeDone => new()
    {
        { "account add 10020 --name Again", "Account 10020 exists already (Test Telecom). Choose another number" },
        { "account add 10021 --name X --parent 99", "The parent account 99 does not exist" },
        { "account show 99", "There is no account 99" },
        { "account suspend 99", "There is no account 99" },
        { "login list --account 99", "There is no account 99" },
        { "login add x --account 99", "There is no account 99" },
        { "login add 10020 --account 10020", "The user name 10020 is taken for account 10020" },
        { "login show nobody", "There is no login nobody" },
        { "login suspend nobody", "There is no login nobody" },
        { "key list nobody", "There is no login nobody" },
        { "key add nobody /dev/null", "There is no login nobody" },
        { "key add 10020 /nowhere/key.pub", "/nowhere/key.pub is not there; name the customer's public key file" },
        { "key add 10020 /", "/ cannot be read" },
        { "key add 10020 /dev/null", "empty" },
        { "key revoke 10020 SHA256:AAAAAAAAAA --reason lost", "no key" },
        { "hostkey import /nowhere/key", "/nowhere/key is not there" },
        { "hostkey import /dev/null", "/dev/null" },
        { "sessions kick 0HN1", "no server runs on" },
        { "status", "no server runs on" },
        { "init", "there is a Waybill in" },
    };

    [Theory]
    [MemberData(nameof(WrongUsage))]
    public async Task Wrong_usage_exits_2_with_one_line(string words, string expected)
    {
        using var data = await template.CopyAsync();
        var line = await data.RefusedAsync(2, words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Root_is_refused_on_the_data_directory_of_another_user_and_changes_nothing_there()
    {
        const string Nobody = "65534";
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root gives a directory to another user");
        using var data = await template.CopyAsync();

        // As a volume of a container is, in which root made all.
        await Tool.RequireAsync("chown", Nobody, data.Root);
        await data.OutputAsync("account", "list");
        await Tool.RequireAsync("chown", "-R", Nobody, data.Root);
        foreach (var words in (string[][])[["certificate", "renew", "--now", "--yes"], ["account", "list"], ["doctor"], ["serve"]])
        {
            var refused = await data.RefusedAsync(1, words);
            Assert.Contains("belongs to the user with the number 65534", refused, StringComparison.Ordinal);
            Assert.EndsWith("run this as that user, with sudo -u '#65534' in front, or give it all to root with chown -R", refused, StringComparison.Ordinal);
        }

        Assert.Empty(await Tool.RequireAsync("find", data.Root, "!", "-user", Nobody));
        await Tool.RequireAsync("chown", "-R", "0", data.Root);
        await data.OutputAsync("account", "list");
    }

    [Fact]
    public async Task An_option_without_its_value_exits_2() =>
        Assert.Contains("--label needs a value: TEXT (what the key is for", await Cli.RefusedAsync(2, "key", "add", "10020", "-", "--label"), StringComparison.Ordinal);

    [Fact]
    public async Task What_looks_like_a_response_file_is_a_plain_word()
    {
        using var data = await template.CopyAsync();
        var secret = data.Beside("secret");
        await File.WriteAllTextAsync(secret, "first\nsecond\n");
        Assert.Equal("@acme", (await data.JsonAsync("account", "add", "10030", "--name", "@acme")).GetProperty("name").GetString());
        Assert.Equal("@" + secret, (await data.JsonAsync("account", "add", "10040", "--name", "@" + secret)).GetProperty("name").GetString());

        // Nothing of a file may stand in an error message.
        var line = await data.RefusedAsync(1, "key", "add", "@" + secret, "x");
        Assert.Contains($"There is no login @{secret}", line, StringComparison.Ordinal);
        Assert.DoesNotContain("first", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[suggest]")]
    [InlineData("[diagram]")]
    [InlineData("[env:WAYBILL_DATA=/nowhere]")]
    public async Task What_looks_like_a_directive_is_no_command(string word) =>
        Assert.Contains($"'{word}' is no command of waybill", await Cli.RefusedAsync(2, word, "account", "list"), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(CannotBeDone))]
    public async Task What_cannot_be_done_exits_1_with_one_line(string words, string expected)
    {
        using var data = await template.CopyAsync();
        var line = await data.RefusedAsync(1, words.Split(' '));
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("account list")]
    [InlineData("account add 10021 --name X")]
    [InlineData("login list")]
    [InlineData("key list 10020")]
    [InlineData("audit search")]
    [InlineData("audit verify")]
    [InlineData("sessions")]
    [InlineData("penalties list")]
    [InlineData("penalties clear")]
    [InlineData("hostkey show")]
    [InlineData("doctor")]
    [InlineData("serve")]
    public async Task Without_an_initialised_directory_every_command_names_init(string words)
    {
        using var data = new Data(template);
        var line = await data.RefusedAsync(1, words.Split(' '));
        Assert.Equal($"waybill: there is no Waybill in {data.Root}; make one with: ./waybill init --data {data.Root}", line);
        Assert.False(Directory.Exists(data.Root));
    }

    [Fact]
    public async Task Help_lists_every_command_and_each_of_them_explains_its_arguments_and_options()
    {
        var help = await Cli.OutputAsync("help");
        Assert.Equal(help, await Cli.OutputAsync("--help"));
        var commands = Commands(help);
        Assert.Equal(
            [
                "demo", "serve", "init", "account", "person", "login", "key", "password", "pack", "request", "hostkey", "certificate", "quota", "balance", "numbers", "porting", "publish", "held", "recall", "subscription", "receipts", "inbound", "arrival", "collect", "files",
                "retention", "hold", "expectation", "notification", "hook", "token", "api", "schedule", "status", "sessions", "penalties", "why", "audit", "backup", "restore", "doctor",
            ],
            commands);
        foreach (var command in commands)
        {
            var text = await Cli.OutputAsync(command, "--help");
            Assert.Equal(text, await Cli.OutputAsync("help", command));
            foreach (var subcommand in Commands(text))
            {
                var inner = await Cli.SetUpAsync("help", command, subcommand);
                AssertEveryLineExplains(inner, "Arguments:");
                AssertEveryLineExplains(inner, "Options:");
                AssertEveryLineExplains(text, "Commands:");
            }
        }
    }

    [Fact]
    public async Task The_data_directory_comes_from_the_option_then_the_environment_then_the_current_directory()
    {
        using var data = await template.CopyAsync();
        var environment = new Dictionary<string, string?> { ["WAYBILL_DATA"] = data.Root };
        var outcome = await Cli.RunWithAsync(environment, null, "account", "list");
        Assert.Contains("Test Telecom", outcome.Output, StringComparison.Ordinal);
        environment["WAYBILL_DATA"] = "/nowhere";
        outcome = await Cli.RunWithAsync(environment, null, "account", "list", "--data", data.Root);
        Assert.Contains("Test Telecom", outcome.Output, StringComparison.Ordinal);
        var here = await TestKit.ExternalProcess.RunAsync("dotnet", [Cli.Path, "account", "list"], workingDirectory: Path.GetDirectoryName(data.Root));
        Assert.Contains("Test Telecom", here.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("account list", "number name status statusReason email parent language timeZone region created")]
    [InlineData("login list", "userName kind account vendor startDirectory allowFrom status statusReason created lastLogin numbers")]
    [InlineData("key list 10020", "sha256 md5 type bits label state added addedBy expires lastUsed lastUsedFrom lastUsedClient revoked revokedReason sharedWith")]
    [InlineData("hostkey show", "type bits sha256 md5 putty winScp openSshLine sshfp state created announced used retired")]
    [InlineData("audit search", "sequence time actorKind actor action account subject address connection outcome detail")]
    [InlineData("doctor", "verdict check message")]
    public async Task Lists_have_stable_names_in_JSON(string words, string names)
    {
        using var data = await template.CopyAsync();
        var items = await data.JsonAsync(words.Split(' '));
        Assert.NotEqual(0, items.GetArrayLength());
        Assert.All(items.EnumerateArray(), item => Assert.Equal(names.Split(' '), item.EnumerateObject().Select(field => field.Name)));
    }

    [Theory]
    [InlineData("account show 10020", "account logins quotas")]
    [InlineData("account add 10021 --name X", "number name status statusReason email parent language timeZone region created")]
    [InlineData("account suspend 10020 --reason late", "number name status statusReason email parent language timeZone region created")]
    [InlineData("login show 10020", "userName kind account vendor startDirectory allowFrom status statusReason created lastLogin numbers")]
    [InlineData("login suspend 10020", "userName kind account vendor startDirectory allowFrom status statusReason created lastLogin numbers")]
    [InlineData("audit verify", "rows findings findingCount intact")]
    [InlineData("penalties clear", "serverRuns count")]
    public async Task Single_things_have_stable_names_in_JSON(string words, string names)
    {
        using var data = await template.CopyAsync();
        var item = await data.JsonAsync(words.Split(' '));
        Assert.Equal(names.Split(' '), item.EnumerateObject().Select(field => field.Name));
    }

    [Theory]
    [InlineData("sessions")]
    [InlineData("penalties list")]
    public async Task Without_a_server_there_is_nothing_to_list(string words)
    {
        using var data = await template.CopyAsync();
        Assert.Equal(0, (await data.JsonAsync(words.Split(' '))).GetArrayLength());
    }

    [Fact]
    public async Task A_damaged_database_is_named_in_one_line()
    {
        using var data = await template.CopyAsync();
        File.Delete(data.Combine("waybill.db-wal"));
        await File.WriteAllBytesAsync(data.Combine("waybill.db"), new byte[64 * 1024]);
        var line = await data.RefusedAsync(1, "key", "list", Template.User);
        Assert.Contains("damaged or is no database. Restore the last backup.", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_breaks_while_it_is_read_is_named_in_one_line()
    {
        using var data = await template.CopyAsync();
        data.Sql("DROP TABLE login_key");
        var line = await data.RefusedAsync(1, "key", "list", Template.User);
        Assert.Contains("waybill doctor", line, StringComparison.Ordinal);
    }

    private static List<string> Commands(string help) =>
        [.. Section(help, "Commands:").Select(line => line.Trim().Split(' ')[0])];

    private static IEnumerable<string> Section(string help, string heading) =>
        help.Split('\n').SkipWhile(line => line != heading).Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal));

    private static void AssertEveryLineExplains(string help, string heading) =>
        Assert.All(Section(help, heading), line => Assert.Matches(@"^  \S.*?  +\S", line));
}
