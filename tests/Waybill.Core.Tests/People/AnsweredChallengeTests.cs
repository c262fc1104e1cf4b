using Waybill.Core.People;

namespace Waybill.Core.Tests.People;

public sealed class AnsweredChallengeTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task An_answered_challenge_counts_once_in_every_process_and_so_many_are_remembered()
    {
        await using var core = await TestCore.CreateAsync();
        await using (var beside = (await CoreServices.OpenAsync(core.Path, core.Time)).Get())
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => (i % 2 == 0 ? core.Services : beside).People.Challenges.UseAsync("one", Life).AsTask())));
            Assert.Single(answers, static counted => counted);
        }

        await core.ReopenAsync();
        var challenges = core.Services.People.Challenges;
        Assert.False(await challenges.UseAsync("one", Life));
        core.Tamper($"""
            WITH RECURSIVE n (i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM n WHERE i < {SignInLimits.AnsweredChallenges - 1})
            INSERT INTO passkey_challenge (hash, until) SELECT CAST(i AS BLOB), (SELECT max(until) FROM passkey_challenge) FROM n
            """);
        Assert.True(await challenges.UseAsync("the last", Life));
        Assert.False(await challenges.UseAsync("one more", Life));

        // Their time is over, and with it what is remembered of them.
        core.Time.Advance(Life);
        Assert.True(await challenges.UseAsync("one more", Life));
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM passkey_challenge"));
    }
}
