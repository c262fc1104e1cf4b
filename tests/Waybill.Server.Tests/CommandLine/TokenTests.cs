using Waybill.Server.Tests.Support;

namespace Waybill.Server.Tests.CommandLine;

public sealed class TokenTests(Template template)
{
    [Fact]
    public async Task A_token_is_printed_once_listed_and_revoked()
    {
        using var data = await template.CopyAsync();
        var secret = (await data.OutputAsync("token", "add", "billing", "--scope", "feeds:publish", "--scope", "files:read", "--days", "30")).Trim();
        Assert.Matches("^waybill_[A-Za-z0-9_-]{43}$", secret);
        var token = Assert.Single((await data.JsonAsync("token", "list")).EnumerateArray());
        Assert.Equal(("billing", "feeds:publish"), (token.GetProperty("name").GetString(), token.GetProperty("scopes")[0].GetString()));
        var list = await data.OutputAsync("token", "list");
        Assert.Contains("until 20", list, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, list, StringComparison.Ordinal);
        Assert.Contains("revoked: token 1", await data.OutputAsync("token", "revoke", "1", "--reason", "left in a log"), StringComparison.Ordinal);
        Assert.Contains("revoked: left in a log", await data.OutputAsync("token", "list"), StringComparison.Ordinal);
        Assert.Contains("audit:read", await data.OutputAsync("token", "scopes"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "is no scope", "token", "add", "x", "--scope", "everything")]
    [InlineData(2, "concerns all accounts", "token", "add", "x", "--scope", "feeds:publish", "--account", "10020")]
    [InlineData(2, "--days is 1 to 400", "token", "add", "x", "--scope", "files:read", "--days", "401")]
    [InlineData(2, "--scope", "token", "add", "x")]
    [InlineData(1, "no token 9", "token", "revoke", "9", "--reason", "x")]
    public async Task What_makes_no_sense_is_refused(int exitCode, string words, params string[] command)
    {
        using var data = await template.CopyAsync();
        Assert.Contains(words, await data.RefusedAsync(exitCode, command), StringComparison.Ordinal);
    }
}
