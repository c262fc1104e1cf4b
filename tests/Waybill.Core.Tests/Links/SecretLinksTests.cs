using Waybill.Core.Links;

namespace Waybill.Core.Tests.Links;

public class SecretLinksTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task A_link_opens_as_often_as_it_is_looked_at_and_only_for_its_purpose()
    {
        await using var core = await TestCore.CreateAsync();
        var token = (await core.Services.Links.CreateAsync("confirm", "request 7", Day)).Get();
        Assert.Matches("^[A-Za-z0-9_-]{43}$", token);
        for (var i = 0; i < 3; i++)
        {
            var link = await core.Services.Links.FindAsync(token, "confirm");
            Assert.Equal(new SecretLink("confirm", "request 7", core.Time.GetUtcNow(), core.Time.GetUtcNow() + Day), link);
        }

        Assert.Null(await core.Services.Links.FindAsync(token, "other"));
    }

    [Fact]
    public async Task A_link_that_was_used_up_opens_nothing_and_what_it_was_for_is_remembered()
    {
        await using var core = await TestCore.CreateAsync();
        var token = (await core.Services.Links.CreateAsync("confirm", "request 7", Day)).Get();
        Assert.Null(await core.Services.Links.FindUsedAsync(token));
        Assert.NotNull(await RedeemAsync(core.Services, token));
        Assert.Null(await core.Services.Links.FindAsync(token));
        Assert.Equal(("confirm", "request 7"), await core.Services.Links.FindUsedAsync(token) is { } used ? (used.Purpose, used.Subject) : default);
        Assert.Null(await core.Services.Links.FindUsedAsync(token + "A"));
        Assert.Null(await core.Services.Links.FindUsedAsync(null));
    }

    [Fact]
    public async Task The_database_holds_no_token()
    {
        await using var core = await TestCore.CreateAsync();
        var token = (await core.Services.Links.CreateAsync("confirm", "request 7", Day)).Get();
        await core.Services.DisposeAsync();
        Assert.DoesNotContain(token, System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(core.Files.Database)), StringComparison.Ordinal);
        await core.ReopenAsync();
        Assert.NotNull(await core.Services.Links.FindAsync(token, "confirm"));
    }

    [Fact]
    public async Task Unknown_malformed_expired_revoked_and_used_tokens_are_answered_alike()
    {
        await using var core = await TestCore.CreateAsync();
        var links = core.Services.Links;
        var token = (await links.CreateAsync("confirm", "request 7", Day)).Get();
        string?[] wrong = [null, "", "x", token[..42], token + "A", token + "=", token + "\0", new string('A', 43), new string('A', 100_000), "\ud800", token.ToUpperInvariant() + "x"];
        foreach (var each in wrong)
        {
            Assert.Null(await links.FindAsync(each, "confirm"));
            Assert.Null(await RedeemAsync(core.Services, each));
        }

        Assert.NotNull(await links.FindAsync(token, "confirm"));
        core.Time.Advance(Day);
        Assert.Null(await links.FindAsync(token, "confirm"));
        Assert.Null(await RedeemAsync(core.Services, token));

        var revoked = (await links.CreateAsync("confirm", "request 7", Day)).Get();
        var other = (await links.CreateAsync("confirm", "request 8", Day)).Get();
        Assert.Equal(1, (await links.RevokeAsync("confirm", "request 7")).Get());
        Assert.Null(await links.FindAsync(revoked, "confirm"));
        Assert.Null(await RedeemAsync(core.Services, revoked));

        Assert.Equal("request 8", (await RedeemAsync(core.Services, other))?.Subject);
        Assert.Null(await links.FindAsync(other, "confirm"));
        Assert.Null(await RedeemAsync(core.Services, other));
    }

    [Fact]
    public async Task Of_a_hundred_redemptions_at_once_over_two_processes_exactly_one_succeeds()
    {
        await using var core = await TestCore.CreateAsync();
        await using var beside = (await CoreServices.OpenAsync(core.Path, core.Time)).Get();
        var token = (await core.Services.Links.CreateAsync("handover", "key 1", Day)).Get();
        using var start = new SemaphoreSlim(0);
        var calls = Enumerable.Range(0, 100).Select(index => Task.Run(async () =>
        {
            await start.WaitAsync();
            var services = index % 2 == 0 ? core.Services : beside;
            return await services.Database.WriteAsync<bool>(transaction => services.Links.Redeem(transaction, token, "handover") is not null);
        })).ToList();
        start.Release(100);
        var results = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Single(results, result => result.Get());
    }

    [Fact]
    public async Task A_redemption_that_is_rolled_back_did_not_happen()
    {
        await using var core = await TestCore.CreateAsync();
        var token = (await core.Services.Links.CreateAsync("handover", "key 1", Day)).Get();
        var result = await core.Services.Database.WriteAsync<bool>(transaction =>
        {
            Assert.NotNull(core.Services.Links.Redeem(transaction, token, "handover"));
            return Problem.Refused("The rest did not work.");
        });
        Assert.False(result.Succeeded);
        Assert.NotNull(await core.Services.Links.FindAsync(token, "handover"));
    }

    [Fact]
    public async Task One_link_too_many_for_a_subject_ends_the_oldest_alone()
    {
        await using var core = await TestCore.CreateAsync();
        var other = (await core.Services.Links.CreateAsync("confirm", "request 8", Day)).Get();
        List<string> tokens = [];
        for (var i = 0; i < LinkLimits.Live + 1; i++)
        {
            tokens.Add((await core.Services.Links.CreateAsync("confirm", "request 7", Day)).Get());
            core.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Null(await core.Services.Links.FindAsync(tokens[0], "confirm"));
        foreach (var token in tokens.Skip(1).Append(other))
        {
            Assert.NotNull(await core.Services.Links.FindAsync(token, "confirm"));
        }
    }

    [Fact]
    public async Task Links_made_in_the_same_moment_do_not_end_the_newest()
    {
        await using var core = await TestCore.CreateAsync();
        for (var i = 0; i < 3 * LinkLimits.Live; i++)
        {
            var token = (await core.Services.Links.CreateAsync("confirm", "request 7", Day)).Get();
            Assert.NotNull(await core.Services.Links.FindAsync(token, "confirm"));
        }

        Assert.Equal((long)LinkLimits.Live, core.Scalar("SELECT count(*) FROM secret_link"));
    }

    [Fact]
    public async Task Each_new_link_clears_some_expired_ones_away()
    {
        await using var core = await TestCore.CreateAsync();
        for (var i = 0; i < LinkLimits.PurgeBatch + 20; i++)
        {
            _ = (await core.Services.Links.CreateAsync("confirm", $"request {i}", Day)).Get();
        }

        core.Time.Advance(2 * Day);
        _ = (await core.Services.Links.CreateAsync("confirm", "again", Day)).Get();
        Assert.Equal(21L, core.Scalar("SELECT count(*) FROM secret_link"));
        _ = (await core.Services.Links.CreateAsync("confirm", "again", Day)).Get();
        Assert.Equal(2L, core.Scalar("SELECT count(*) FROM secret_link"));
    }

    [Fact]
    public async Task Lifetime_purpose_and_subject_have_limits()
    {
        await using var core = await TestCore.CreateAsync();
        var links = core.Services.Links;
        _ = (await links.CreateAsync(new string('p', LinkLimits.PurposeLength), new string('s', LinkLimits.SubjectLength), LinkLimits.Lifetime)).Get();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await links.CreateAsync("p", "s", LinkLimits.Lifetime + TimeSpan.FromSeconds(1)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await links.CreateAsync("p", "s", TimeSpan.Zero));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await links.CreateAsync(new string('p', LinkLimits.PurposeLength + 1), "s", Day));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await links.CreateAsync("p", new string('s', LinkLimits.SubjectLength + 1), Day));
    }

    private static async Task<SecretLink?> RedeemAsync(CoreServices services, string? token)
    {
        SecretLink? link = null;
        _ = (await services.Database.WriteAsync<bool>(transaction =>
        {
            link = services.Links.Redeem(transaction, token, "confirm");
            return true;
        })).Get();
        return link;
    }
}
