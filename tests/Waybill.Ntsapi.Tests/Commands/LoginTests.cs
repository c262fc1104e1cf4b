using Waybill.Ntsapi.Commands;
using Waybill.Ntsapi.Hosting;
using Waybill.Ntsapi.Tests.Support;

namespace Waybill.Ntsapi.Tests.Commands;

/// <summary>Who gets in, and what may be said before.</summary>
public sealed class LoginTests
{
    [Fact]
    public async Task Before_the_login_only_AUTH_HELP_and_QUIT_do_anything()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        foreach (var row in NtsapiCommands.All.Where(static row => row.Verb is not ("AUTH" or "HELP" or "QUIT")))
        {
            var words = row.Verb switch { "INFO" => "01224000000 GEN x", "SET" => "01224000000 1 S:a@b", "ORDE" => "01224000000 1 0000", "SPIN" => "01224000000 1234", "ALIST" or "BLKACTI" => "01224 5", _ => "01224000000" };
            Assert.Equal("4 Log in first: AUTH user password", await client.AskAsync($"{row.Verb} {words}"));
        }

        Assert.Empty(harness.Numbers.Calls);
        Assert.StartsWith("0 ", await client.AskAsync("HELP"), StringComparison.Ordinal);
        Assert.Equal("0 Many thanks. Goodbye", await client.AskAsync("QUIT"));
        Assert.Null(await client.TryReadAsync());
    }

    [Fact]
    public async Task Wrong_passwords_are_told_alike_and_the_third_ends_the_connection()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        Assert.Equal("4 User name or password is wrong", await client.AskAsync($"AUTH {NtsapiHarness.User} wrong"));
        Assert.Equal("4 User name or password is wrong", await client.AskAsync($"AUTH nobody {NtsapiHarness.Password}"));
        Assert.Equal("4 User name or password is wrong", await client.AskAsync($"AUTH {NtsapiHarness.User} wrong"));
        Assert.Null(await client.TryReadAsync());
        var report = await harness.ReportAsync();
        Assert.Equal((NtsapiEndReason.TooManyAttempts, 3, false), (report.Reason, report.WrongPasswords, report.LoggedIn));
    }

    [Fact]
    public async Task A_wrong_password_may_be_followed_by_the_right_one_and_that_by_no_other()
    {
        await using var harness = await NtsapiHarness.StartAsync(NtsapiHarness.Tls);
        await using var client = await harness.ConnectAsync();
        Assert.Equal("4 User name or password is wrong", await client.AskAsync($"AUTH {NtsapiHarness.User} wrong"));
        Assert.Equal("0 Access granted. Welcome (cl=500)", await client.AskAsync($"AUTH {NtsapiHarness.User} {NtsapiHarness.Password}"));
        Assert.Equal("4 You are logged in already", await client.AskAsync($"AUTH {NtsapiHarness.User} {NtsapiHarness.Password}"));
        Assert.StartsWith("TLSv1.3 TLS_", harness.Attempts.Last().Tls, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_password_would_not_help_against_is_told_and_ends_the_connection()
    {
        await using var harness = await NtsapiHarness.StartAsync();
        harness.Refusal = "This login must use TLS";
        await using var client = await harness.ConnectAsync();
        Assert.Equal("4 This login must use TLS", await client.AskAsync($"AUTH {NtsapiHarness.User} {NtsapiHarness.Password}"));
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(NtsapiEndReason.LoginRefused, (await harness.ReportAsync()).Reason);
        Assert.Equal("", harness.Attempts.Single().Tls);
    }

    [Fact]
    public async Task Greeting_and_welcome_can_be_the_provider_s()
    {
        await using var harness = await NtsapiHarness.StartAsync(new NtsapiServerOptions { Greeting = "0 Example Telecom", Welcome = "Hello" });
        await using var client = await harness.LogInAsync();
        Assert.Equal("0 Many thanks. Goodbye", await client.AskAsync("QUIT"));
    }
}
