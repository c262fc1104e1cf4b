using Waybill.Core.Tokens;

namespace Waybill.Core.Tests.Tokens;

public sealed class IdempotentRequestsTests
{
    private static readonly byte[] Request = [1, 2, 3];
    private static readonly IdempotentAnswer Created = new(201, "application/json", new byte[] { 4, 5 });

    [Fact]
    public async Task What_was_done_is_answered_alike_for_a_day()
    {
        await using var core = await TestCore.CreateAsync();
        Assert.Equal(IdempotentState.Begin, (await BeginAsync(core)).State);
        Assert.True((await core.Services.IdempotentRequests.EndAsync("t1", "k", Created)).Succeeded);

        core.Time.Advance(IdempotentRequests.Memory - TimeSpan.FromSeconds(1));
        var again = await BeginAsync(core);
        Assert.Equal(IdempotentState.Answered, again.State);
        Assert.Equal((201, "application/json"), (again.Answer!.Status, again.Answer.ContentType));
        Assert.Equal([4, 5], again.Answer.Content.ToArray());

        core.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(IdempotentState.Begin, (await BeginAsync(core)).State);
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM idempotent_request"));
    }

    [Fact]
    public async Task A_key_is_for_one_request_of_one_caller()
    {
        await using var core = await TestCore.CreateAsync();
        await BeginAsync(core);
        await core.Services.IdempotentRequests.EndAsync("t1", "k", Created);
        Assert.Equal(IdempotentState.Mismatch, (await BeginAsync(core, request: [9])).State);
        Assert.Equal(IdempotentState.Begin, (await BeginAsync(core, caller: "t2", request: [9])).State);
    }

    [Fact]
    public async Task Of_a_hundred_at_once_one_begins()
    {
        await using var core = await TestCore.CreateAsync();
        var states = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(async () => (await BeginAsync(core)).State)));
        Assert.Single(states, IdempotentState.Begin);
        Assert.Equal(99, states.Count(state => state == IdempotentState.UnderWay));
    }

    [Fact]
    public async Task What_was_cut_off_may_begin_again_after_its_lease_and_what_failed_at_once()
    {
        await using var core = await TestCore.CreateAsync();
        await BeginAsync(core);
        await core.ReopenAsync();
        core.Time.Advance(IdempotentRequests.Lease - TimeSpan.FromSeconds(1));
        Assert.Equal(IdempotentState.UnderWay, (await BeginAsync(core)).State);
        core.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(IdempotentState.Begin, (await BeginAsync(core)).State);

        Assert.True((await core.Services.IdempotentRequests.ForgetAsync("t1", "k")).Succeeded);
        Assert.Equal(IdempotentState.Begin, (await BeginAsync(core, request: [9])).State);
        await core.Services.IdempotentRequests.EndAsync("t1", "k", Created);
        await core.Services.IdempotentRequests.ForgetAsync("t1", "k");
        Assert.Equal(IdempotentState.Answered, (await BeginAsync(core, request: [9])).State);
    }

    [Fact]
    public async Task What_is_being_done_is_under_way_however_long_it_takes()
    {
        await using var core = await TestCore.CreateAsync();
        await BeginAsync(core);
        core.Time.Advance(IdempotentRequests.Memory * 2);
        Assert.Equal(IdempotentState.UnderWay, (await BeginAsync(core)).State);
        Assert.Equal(IdempotentState.Begin, (await BeginAsync(core, caller: "t2")).State);
        Assert.True((await core.Services.IdempotentRequests.ForgetAsync("t1", "k")).Succeeded);
        Assert.Equal(IdempotentState.Begin, (await BeginAsync(core)).State);
    }

    [Fact]
    public async Task What_was_done_and_could_not_be_written_is_not_done_again()
    {
        await using var core = await TestCore.CreateAsync();
        await BeginAsync(core);
        core.Tamper("CREATE TRIGGER no_more BEFORE UPDATE ON idempotent_request BEGIN SELECT RAISE(ABORT, 'no'); END;");
        Assert.False((await core.Services.IdempotentRequests.EndAsync("t1", "k", Created)).Succeeded);
        core.Tamper("DROP TRIGGER no_more");
        core.Time.Advance(IdempotentRequests.Lease);
        Assert.Equal(IdempotentState.UnderWay, (await BeginAsync(core)).State);

        // As any key after a day; those of others are forgotten when one ends.
        core.Time.Advance(IdempotentRequests.Memory);
        await BeginAsync(core, caller: "t2");
        Assert.True((await core.Services.IdempotentRequests.EndAsync("t2", "k", Created)).Succeeded);
        Assert.Equal(IdempotentState.Begin, (await BeginAsync(core)).State);
    }

    [Theory]
    [InlineData(IdempotentRequests.AnswerLength, IdempotentRequests.AnswerLength)]
    [InlineData(IdempotentRequests.AnswerLength + 1, 0)]
    public async Task Of_an_answer_that_is_too_long_the_status_is_kept(int length, int kept)
    {
        await using var core = await TestCore.CreateAsync();
        await BeginAsync(core);
        await core.Services.IdempotentRequests.EndAsync("t1", "k", new IdempotentAnswer(200, "text/plain", new byte[length]));
        var answer = (await BeginAsync(core)).Answer!;
        Assert.Equal((200, kept), (answer.Status, answer.Content.Length));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    [InlineData("8e03978e-40d5-43e8-bc93-6894a57f9324", true)]
    public async Task A_key_is_visible_ASCII(string key, bool fine)
    {
        await using var core = await TestCore.CreateAsync();
        Assert.Equal(fine, (await core.Services.IdempotentRequests.BeginAsync("t1", key, Request)).Succeeded);
        Assert.False((await core.Services.IdempotentRequests.BeginAsync("t1", new string('k', IdempotentRequests.KeyLength + 1), Request)).Succeeded);
        Assert.True((await core.Services.IdempotentRequests.BeginAsync("t1", new string('k', IdempotentRequests.KeyLength), Request)).Succeeded);
    }

    [Fact]
    public async Task A_caller_has_ten_thousand_keys_a_day()
    {
        await using var core = await TestCore.CreateAsync();
        await BeginAsync(core);
        core.Tamper($"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {IdempotentRequests.MaximumPerCaller - 1})
            INSERT INTO idempotent_request (caller, key, request, begun_at) SELECT 't1', 'x' || i, request, begun_at FROM n, idempotent_request
            """);
        Assert.Equal(ProblemKind.LimitReached, (await core.Services.IdempotentRequests.BeginAsync("t1", "new", Request)).Problem?.Kind);
        Assert.True((await core.Services.IdempotentRequests.BeginAsync("t2", "new", Request)).Succeeded);
        Assert.Equal(IdempotentState.UnderWay, (await BeginAsync(core)).State);
    }

    private static async Task<IdempotentStart> BeginAsync(TestCore core, string caller = "t1", byte[]? request = null) =>
        (await core.Services.IdempotentRequests.BeginAsync(caller, "k", request ?? Request)).Get();
}
