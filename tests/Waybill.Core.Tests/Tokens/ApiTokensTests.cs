using Waybill.Core.Audit;
using Waybill.Core.Tokens;

namespace Waybill.Core.Tests.Tokens;

public sealed class ApiTokensTests
{
    [Fact]
    public async Task A_token_works_until_it_ends_and_its_secret_is_nowhere()
    {
        await using var core = await TestCore.CreateAsync();
        var issued = await AddAsync(core, days: 30);
        Assert.StartsWith(ApiTokens.Prefix, issued.Secret, StringComparison.Ordinal);
        var token = (await core.Services.Tokens.CheckAsync(issued.Secret, "192.0.2.1"))!;
        Assert.Equal(("billing", null, issued.Token.Id), (token.Name, token.Account, token.Id));
        Assert.True(token.May("feeds:publish"));
        Assert.False(token.May("audit:read"));

        core.Time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await core.Services.Tokens.CheckAsync(issued.Secret, "192.0.2.1"));
        core.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await core.Services.Tokens.CheckAsync(issued.Secret, "192.0.2.1"));

        var row = Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.TokenAdded })).Items);
        Assert.DoesNotContain(issued.Secret, row.Detail + row.Subject, StringComparison.Ordinal);
        await core.Services.DisposeAsync();
        var secret = System.Text.Encoding.ASCII.GetBytes(issued.Secret);
        Assert.All(Directory.GetFiles(core.Path, "*", SearchOption.AllDirectories), file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(secret)));
        await core.ReopenAsync();
    }

    [Fact]
    public async Task A_revoked_token_stops_at_once_and_is_revoked_once()
    {
        await using var core = await TestCore.CreateAsync();
        var issued = await AddAsync(core);
        var revoked = (await core.Services.Tokens.RevokeAsync(issued.Token.Id, "left in a log", TestCore.Operator)).Get();
        Assert.Equal(("tester", "left in a log"), (revoked.RevokedBy, revoked.RevokedReason));
        Assert.Null(await core.Services.Tokens.CheckAsync(issued.Secret, "192.0.2.1"));
        Assert.Contains("left in a log", (await core.Services.Tokens.RevokeAsync(issued.Token.Id, "x", TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.Equal(ProblemKind.NotFound, (await core.Services.Tokens.RevokeAsync(99, "x", TestCore.Operator)).Problem?.Kind);
        Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.TokenRevoked })).Items);
    }

    [Fact]
    public async Task A_token_of_an_account_that_is_not_active_does_not_work()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var issued = (await core.Services.Tokens.AddAsync(
            new NewApiToken("own", ["files:read"], core.Time.GetUtcNow().AddDays(1)) { Account = "10042" }, TestCore.Operator)).Get();
        Assert.Equal("10042", (await core.Services.Tokens.CheckAsync(issued.Secret, "192.0.2.1"))!.Account);
        await core.Services.Accounts.SuspendAsync("10042", "unpaid", TestCore.Operator);
        Assert.Null(await core.Services.Tokens.CheckAsync(issued.Secret, "192.0.2.1"));
        await core.Services.Accounts.ResumeAsync("10042", TestCore.Operator);
        Assert.NotNull(await core.Services.Tokens.CheckAsync(issued.Secret, "192.0.2.1"));
    }

    [Theory]
    [InlineData("", "files:read", 1, null, "name")]
    [InlineData("x", "files", 1, null, "is no scope")]
    [InlineData("x", null, 1, null, "at least one scope")]
    [InlineData("x", "files:read", 0, null, "ends within 400 days")]
    [InlineData("x", "files:read", 401, null, "ends within 400 days")]
    [InlineData("x", "feeds:publish", 1, "10042", "concerns all accounts")]
    [InlineData("x", "files:read", 1, "10043", "10043")]
    public async Task What_makes_no_sense_is_refused(string name, string? scope, int days, string? account, string words)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        var result = await core.Services.Tokens.AddAsync(
            new NewApiToken(name, scope is null ? [] : [scope], core.Time.GetUtcNow().AddDays(days)) { Account = account }, TestCore.Operator);
        Assert.False(result.Succeeded);
        Assert.Contains(words, result.Problem!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("waybill_")]
    [InlineData("waybill_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("\0")]
    public async Task What_is_no_token_opens_nothing(string secret)
    {
        await using var core = await TestCore.CreateAsync();
        var issued = await AddAsync(core);
        Assert.Null(await core.Services.Tokens.CheckAsync(secret, "192.0.2.1"));
        Assert.Null(await core.Services.Tokens.CheckAsync(issued.Secret + "x", "192.0.2.1"));
        Assert.Null(await core.Services.Tokens.CheckAsync(new string('x', 100_000), "192.0.2.1"));
    }

    [Fact]
    public async Task Its_last_use_is_written_every_five_minutes_or_when_it_comes_from_elsewhere()
    {
        await using var core = await TestCore.CreateAsync();
        var issued = await AddAsync(core);
        var first = core.Time.GetUtcNow();
        Assert.Equal((first, "192.0.2.1"), await UseAsync("192.0.2.1"));
        core.Time.Advance(ApiTokens.UseInterval - TimeSpan.FromSeconds(1));
        Assert.Equal((first, "192.0.2.1"), await UseAsync("192.0.2.1"));
        core.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((first + ApiTokens.UseInterval, "192.0.2.1"), await UseAsync("192.0.2.1"));
        core.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((core.Time.GetUtcNow(), "192.0.2.2"), await UseAsync("192.0.2.2"));

        async Task<(DateTimeOffset?, string?)> UseAsync(string address)
        {
            Assert.NotNull(await core.Services.Tokens.CheckAsync(issued.Secret, address));
            var token = Assert.Single((await core.Services.Tokens.ListAsync()).Items);
            return (token.LastUsed, token.LastUsedFrom);
        }
    }

    [Fact]
    public async Task There_are_a_thousand_that_work_at_most_and_they_are_listed_in_pages()
    {
        await using var core = await TestCore.CreateAsync();
        var issued = await AddAsync(core);
        core.Tamper($"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ApiTokens.Maximum - 1})
            INSERT INTO api_token (hash, name, scopes, created_at, created_by, expires_at) SELECT CAST(i AS BLOB), 'x', 'files:read', created_at, 'x', expires_at FROM n, api_token
            """);
        Assert.Equal(ProblemKind.LimitReached, (await TryAddAsync(core, 1)).Problem?.Kind);
        await core.Services.Tokens.RevokeAsync(issued.Token.Id, "makes room", TestCore.Operator);
        Assert.True((await TryAddAsync(core, 1)).Succeeded);

        var seen = new HashSet<long>();
        string? after = null;
        do
        {
            var page = await core.Services.Tokens.ListAsync(300, after);
            Assert.All(page.Items, token => Assert.True(seen.Add(token.Id)));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(ApiTokens.Maximum + 1, seen.Count);
    }

    private static async Task<IssuedToken> AddAsync(TestCore core, int days = 1) => (await TryAddAsync(core, days)).Get();

    private static ValueTask<Result<IssuedToken>> TryAddAsync(TestCore core, int days) => core.Services.Tokens.AddAsync(
        new NewApiToken("billing", ["feeds:publish", "files:read"], core.Time.GetUtcNow().AddDays(days)), TestCore.Operator);
}
