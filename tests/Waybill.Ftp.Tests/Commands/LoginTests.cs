using Waybill.Ftp.Hosting;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Commands;

public sealed class LoginTests
{
    [Fact]
    public async Task Nobody_logs_in_before_TLS_and_the_connection_stays()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        Assert.Contains("AUTH TLS", (await client.CommandAsync($"USER {FtpHarness.User}")).Text, StringComparison.Ordinal);
        Assert.Equal(530, client.Last.Code);
        Assert.Equal(503, await client.SendAsync($"PASS {FtpHarness.Password}"));
        Assert.Equal(503, await client.SendAsync("PBSZ 0"));
        Assert.Equal(503, await client.SendAsync("PROT P"));
        Assert.Equal(533, await client.SendAsync("CCC"));
        Assert.Empty(harness.Attempts);
        Assert.Equal(234, await client.SendAsync("AUTH SSL"));
    }

    [Fact]
    public async Task The_third_wrong_password_ends_the_connection()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectWithTlsAsync();
        for (var i = 0; i < harness.Options.Limits.LoginAttempts; i++)
        {
            Assert.Equal(331, await client.SendAsync("USER nobody"));
            Assert.Equal(530, await client.SendAsync("PASS wrong"));
        }

        Assert.Null(await client.TryReadReplyAsync());
        var report = await harness.ReportAsync();
        Assert.Equal((FtpEndReason.TooManyAttempts, 3, "nobody", false), (report.Reason, report.WrongPasswords, report.User, report.LoggedIn));
    }

    [Fact]
    public async Task A_refusal_in_words_is_told_and_ends_the_connection()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Refusal = "This login has as many connections as it may.";
        await using var client = await harness.ConnectWithTlsAsync();
        await client.SendAsync($"USER {FtpHarness.User}");
        Assert.Equal("530 This login has as many connections as it may.", (await client.CommandAsync($"PASS {FtpHarness.Password}")).Text);
        Assert.Null(await client.TryReadReplyAsync());
        Assert.Equal(FtpEndReason.LoginRefused, (await harness.ReportAsync()).Reason);
    }

    [Fact]
    public async Task A_password_belongs_to_the_user_right_before_it()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectWithTlsAsync();
        Assert.Equal(503, await client.SendAsync("PASS x"));
        Assert.Equal(331, await client.SendAsync("USER a"));
        Assert.Equal(530, await client.SendAsync("PASS x"));
        Assert.Equal(503, await client.SendAsync($"PASS {FtpHarness.Password}"));
        Assert.Equal(331, await client.SendAsync("USER a"));
        Assert.Equal(331, await client.SendAsync($"USER {FtpHarness.User}"));
        Assert.Equal(230, await client.SendAsync($"PASS {FtpHarness.Password}"));
    }

    [Fact]
    public async Task Credentials_have_a_longest_length_and_no_control_characters()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectWithTlsAsync();
        var longest = harness.Options.Limits.Credential;
        Assert.Equal(331, await client.SendAsync($"USER {new string('x', longest)}"));
        Assert.Equal(501, await client.SendAsync($"USER {new string('x', longest + 1)}"));
        Assert.Equal(501, await client.SendAsync("USER a\u001bb"));
        Assert.Equal(331, await client.SendAsync("USER a"));
        Assert.Equal(530, await client.SendAsync($"PASS {new string('x', longest + 1)}"));
        Assert.Empty(harness.Attempts);
    }

    [Fact]
    public async Task A_listener_that_allows_it_serves_plain_sessions_and_TLS_on_one_port()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { Mode = FtpMode.PlainAllowed });
        await using var plain = await harness.ConnectAsync();
        Assert.Equal(331, await plain.SendAsync($"USER {FtpHarness.User}"));
        Assert.Equal(230, await plain.SendAsync($"PASS {FtpHarness.Password}"));
        var content = new SeededRandom(3).Bytes(200_000);
        Assert.Equal(226, (await plain.PutAsync("STOR a", content)).Code);
        Assert.Equal(content, await plain.GetAsync("RETR a"));
        Assert.Equal(503, await plain.SendAsync("AUTH TLS"));

        await using var secure = await harness.LogInAsync();
        Assert.Equal(content, await secure.GetAsync("RETR a"));
        Assert.Equal(["", "TLSv1.3 TLS_AES_256_GCM_SHA384"], harness.Attempts.Select(attempt => attempt.Tls));
    }

    [Fact]
    public async Task A_login_that_must_use_TLS_is_told_before_it_sends_its_password()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { Mode = FtpMode.PlainAllowed });
        harness.MayUsePlain = false;
        await using var client = await harness.ConnectAsync();
        Assert.Equal(530, await client.SendAsync($"USER {FtpHarness.User}"));
        Assert.Equal(503, await client.SendAsync($"PASS {FtpHarness.Password}"));
        Assert.Empty(harness.Attempts);
    }

    [Fact]
    public async Task HOST_takes_the_names_of_the_server_and_no_other()
    {
        await using var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { HostNames = ["ftp.example.com"] });
        await using var client = await harness.ConnectAsync();
        Assert.Equal(504, await client.SendAsync("HOST evil.example"));
        Assert.Equal(501, await client.SendAsync("HOST a b"));
        Assert.Equal(220, await client.SendAsync("HOST FTP.example.com"));
        Assert.Equal(221, await client.SendAsync("QUIT"));
        Assert.Equal("FTP.example.com", (await harness.ReportAsync()).Connection.HostName);
    }

    [Fact]
    public async Task A_host_name_has_255_characters_at_most()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        Assert.Equal(220, await client.SendAsync("HOST " + new string('x', 255)));
        Assert.Equal(501, await client.SendAsync("HOST " + new string('x', 256)));
    }

    [Fact]
    public async Task What_a_client_calls_itself_is_kept_up_to_its_limit_and_safe_to_show()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectAsync();
        Assert.Equal(200, await client.SendAsync("CLNT \u001b[31m" + new string('x', 200)));
        await client.SendAsync("QUIT");
        var name = (await harness.ReportAsync()).Connection.ClientName;
        Assert.StartsWith("\\u{1b}[31mxxx", name, StringComparison.Ordinal);
        Assert.InRange(name.Length, 80, 90);
    }

    [Fact]
    public async Task What_a_client_calls_itself_behind_its_password_reaches_the_login()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectWithTlsAsync();
        Assert.Equal(200, await client.SendAsync("CLNT before"));
        await client.SendAsync($"USER {FtpHarness.User}");
        Assert.Equal(230, await client.SendAsync($"PASS {FtpHarness.Password}"));
        Assert.Empty(harness.ClientNames);
        Assert.Equal(200, await client.SendAsync("CLNT FileZilla\u001b 3.66"));
        Assert.Equal(200, await client.SendAsync("CLNT other"));
        Assert.Equal(["FileZilla\\u{1b} 3.66", "other"], harness.ClientNames);
    }

    [Theory]
    [InlineData("USER  " + FtpHarness.User)]
    [InlineData("USER   " + FtpHarness.User + " ")]
    public async Task Blanks_around_a_user_name_are_none_of_it_and_those_of_a_password_are(string command)
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.ConnectWithTlsAsync();
        Assert.Equal(501, await client.SendAsync("USER   "));
        Assert.Equal(331, await client.SendAsync(command));
        Assert.Equal(530, await client.SendAsync($"PASS  {FtpHarness.Password}"));
        Assert.Equal(331, await client.SendAsync(command));
        Assert.Equal(230, await client.SendAsync($"PASS {FtpHarness.Password}"));
        Assert.All(harness.Attempts, static attempt => Assert.Equal(FtpHarness.User, attempt.User));
    }

    [Fact]
    public async Task A_login_without_its_files_ends_with_words()
    {
        await using var harness = await FtpHarness.StartAsync();
        harness.Store = () => Waybill.Storage.StoreError.NotFound;
        await using var client = await harness.ConnectWithTlsAsync();
        await client.SendAsync($"USER {FtpHarness.User}");
        Assert.Equal(530, await client.SendAsync($"PASS {FtpHarness.Password}"));
        Assert.Null(await client.TryReadReplyAsync());
        Assert.Equal(FtpEndReason.LoginRefused, (await harness.ReportAsync()).Reason);
    }
}
