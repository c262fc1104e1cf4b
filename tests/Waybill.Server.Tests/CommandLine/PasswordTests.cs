using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

public sealed class PasswordTests(Template template)
{
    [Fact]
    public async Task The_first_line_of_standard_input_is_the_password_and_it_is_never_shown()
    {
        using var data = await template.CopyAsync();
        var outcome = await InputAsync(data, "seven green tortoises\r\nand more\n", "password", "set", Template.User);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Contains("works for FTPS and NTSAPI, and never for SSH", outcome.Output, StringComparison.Ordinal);
        var shown = await data.JsonAsync("password", "show", Template.User);
        Assert.Equal((Environment.UserName, false), (shown.GetProperty("setBy").GetString(), shown.GetProperty("isImported").GetBoolean()));
        var words = await data.OutputAsync("password", "show", Template.User);
        Assert.Contains("locked     no", words, StringComparison.Ordinal);
        Assert.DoesNotContain("tortoises", words + await data.OutputAsync("audit", "search", "--action", "password-set"), StringComparison.Ordinal);
        await data.SetUpAsync("password", "remove", Template.User);
        Assert.Contains("password   none", await data.OutputAsync("password", "show", Template.User), StringComparison.Ordinal);
        Assert.Contains("has no password", await data.RefusedAsync(1, "password", "remove", Template.User), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no password came")]
    [InlineData("\nseven green tortoises\n", "no password came")]
    [InlineData("short\n", "12 are the least")]
    [InlineData("sieben gr\u00fcne Schildkr\u00f6ten\n", "ASCII")]
    public async Task What_is_no_password_is_refused_in_words(string input, string why)
    {
        using var data = await template.CopyAsync();
        string[] words = ["password", "set", Template.User];
        Assert.Contains(why, Cli.Refused(1, words, await InputAsync(data, input, words)), StringComparison.Ordinal);
        var endless = await InputAsync(data, new string('x', 100_000), words);
        Assert.Contains("longer than a password", Cli.Refused(1, words, endless), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generated_password_and_a_link_are_alone_on_standard_output()
    {
        using var data = await template.CopyAsync();
        Assert.Matches("^[A-Za-z0-9_.-]{20}\n$", await data.OutputAsync("password", "generate", Template.User));
        Assert.Matches("^https://localhost:8443/l/[A-Za-z0-9_-]{43}\n$", await data.OutputAsync("password", "link", Template.User));
        Assert.Contains("There is no login nobody", await data.RefusedAsync(1, "password", "generate", "nobody"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_is_mailed_to_an_address_of_the_account_and_printed_nowhere()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("No address is known", await data.RefusedAsync(1, "password", "link", Template.User, "--mail"), StringComparison.Ordinal);
        await data.SetUpAsync("person", "add", "ann@customer.example", "--name", "Ann Example", "--account", Template.User, "--role", "owner");
        foreach (var words in (string[][])[["--mail"], ["--to", "ann@customer.example"]])
        {
            var told = await data.OutputAsync(["password", "link", Template.User, .. words]);
            Assert.Contains($"sets the password of {Template.User} once is on its way to ann@customer.example", told, StringComparison.Ordinal);
            Assert.DoesNotContain("/l/", told, StringComparison.Ordinal);
        }

        Assert.Contains("is no address of account", await data.RefusedAsync(1, "password", "link", Template.User, "--to", "eve@elsewhere.example"), StringComparison.Ordinal);
        Assert.Contains("mailed to ann@customer.example", await data.OutputAsync("audit", "search", "--action", "password-linked"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_or_a_source_is_unlocked_and_not_both()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("no wrong passwords", await data.OutputAsync("password", "unlock", Template.User), StringComparison.Ordinal);
        Assert.Contains("from 2001:db8:0:1::/64", await data.OutputAsync("password", "unlock", "--source", "2001:db8:0:1::5"), StringComparison.Ordinal);
        Assert.Equal("192.0.2.1", (await data.JsonAsync("password", "unlock", "--source", "192.0.2.1")).GetProperty("source").GetString());
        Assert.Contains("192.0.2.1", await data.OutputAsync("audit", "search", "--action", "password-unlocked"), StringComparison.Ordinal);
        Assert.Contains("is no address", await data.RefusedAsync(2, "password", "unlock", "--source", "example.com"), StringComparison.Ordinal);
        Assert.Contains("an address with --source", await data.RefusedAsync(2, "password", "unlock"), StringComparison.Ordinal);
        Assert.Contains("an address with --source", await data.RefusedAsync(2, "password", "unlock", Template.User, "--source", "192.0.2.1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hashes_of_another_server_are_taken_over_all_or_none()
    {
        const string Hash = "$5$saltsalt$x3ZQzEwVrnD4tzHPQ/Tg1l95TRuZEw00DdgqlTKrMC5";
        using var data = await template.CopyAsync();
        string[] words = ["password", "import", "-"];
        var bad = Cli.Refused(1, words, await InputAsync(data, $"{Template.User}:{Hash}\nother:{Hash}\n", words));
        Assert.Contains("Line 2 names other, and there is no such login", bad, StringComparison.Ordinal);
        Assert.Contains("password   none", await data.OutputAsync("password", "show", Template.User), StringComparison.Ordinal);
        await File.WriteAllTextAsync(data.Beside("hashes"), $"# users\n{Template.User}:{Hash}\n", TestContext.Current.CancellationToken);
        Assert.Contains("1 taken over", await data.OutputAsync("password", "import", data.Beside("hashes")), StringComparison.Ordinal);
        Assert.Contains("of another server, not used yet", await data.OutputAsync("password", "show", Template.User), StringComparison.Ordinal);
        Assert.Contains("0 taken over", await data.OutputAsync("password", "import", data.Beside("hashes")), StringComparison.Ordinal);

        // As cut makes it of a shadow file, and an editor of Windows saves it.
        await File.WriteAllTextAsync(data.Beside("shadow"), $"{Template.User}:{Hash}\r\nroot:*\r\ndaemon:!!\r\n", new System.Text.UTF8Encoding(true), TestContext.Current.CancellationToken);
        await data.OutputAsync("password", "remove", Template.User);
        var shadow = await data.RunAsync("password", "import", data.Beside("shadow"));
        Assert.Contains("1 taken over", shadow.Output, StringComparison.Ordinal);
        Assert.Contains("note: 2 hold no hash (locked or empty) and were left out", shadow.ErrorOutput, StringComparison.Ordinal);
        Assert.Contains("is not there; name the file", await data.RefusedAsync(1, "password", "import", data.Beside("none")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_holds_over_ftp_is_set_and_nobody_came_without_tls()
    {
        using var data = await template.CopyAsync();
        Assert.Contains("must use TLS from 2026-12-31", await data.OutputAsync("login", "ftp", Template.User, "--tls-from", "2026-12-31"), StringComparison.Ordinal);
        Assert.Contains("count, with a flag", await data.OutputAsync("login", "ftp", Template.User, "--unclean-uploads", "accept"), StringComparison.Ordinal);
        Assert.Contains("must use TLS from 2026-12-31", await data.OutputAsync("password", "show", Template.User), StringComparison.Ordinal);
        Assert.Contains("TLS as the listener has it", await data.OutputAsync("login", "ftp", Template.User, "--tls-optional"), StringComparison.Ordinal);
        Assert.Contains("--tls-from DATE", await data.RefusedAsync(2, "login", "ftp", Template.User), StringComparison.Ordinal);
        Assert.Contains("(none)", await data.OutputAsync("login", "plain"), StringComparison.Ordinal);
        Assert.Contains("--days is 1", await data.RefusedAsync(2, "login", "plain", "--days", "0"), StringComparison.Ordinal);
    }

    private static Task<ProcessOutcome> InputAsync(Data data, string input, params string[] words) => Cli.RunWithAsync(null, input, [.. words, "--data", data.Root]);
}
