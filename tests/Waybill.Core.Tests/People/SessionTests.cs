using Waybill.Core.People;

namespace Waybill.Core.Tests.People;

public class SessionTests
{
    private const string Ann = "ann@example.com";

    [Fact]
    public async Task A_session_ends_when_it_is_not_used_and_at_the_latest_after_its_time()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync(Ann);
        var began = test.Time.GetUtcNow() - TimeSpan.FromSeconds(30);
        test.Time.Advance(SessionLimits.Idle - TimeSpan.FromSeconds(31));
        Assert.NotNull(await test.People.Sessions.FindAsync(token));
        while (test.Time.GetUtcNow() + SessionLimits.Idle / 2 < began + SessionLimits.Absolute)
        {
            test.Time.Advance(SessionLimits.Idle / 2);
            Assert.NotNull(await test.People.Sessions.FindAsync(token));
        }

        test.Time.Advance(SessionLimits.Idle / 2);
        Assert.Null(await test.People.Sessions.FindAsync(token));

        token = await test.SignInAsync(Ann, TestPeople.Home);
        test.Time.Advance(SessionLimits.Idle);
        Assert.Null(await test.People.Sessions.FindAsync(token));
    }

    [Fact]
    public async Task That_a_session_was_used_is_written_once_a_minute()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync(Ann);
        var before = test.Core.Scalar("SELECT last_used_at FROM portal_session");
        await test.People.Sessions.FindAsync(token);
        Assert.Equal(before, test.Core.Scalar("SELECT last_used_at FROM portal_session"));
        test.Time.Advance(SessionLimits.Touch);
        await test.People.Sessions.FindAsync(token);
        Assert.Equal(test.Time.GetUtcNow().ToUnixTimeMilliseconds(), test.Core.Scalar("SELECT last_used_at FROM portal_session"));
    }

    [Fact]
    public async Task The_database_holds_no_token_and_what_is_none_opens_nothing()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync(Ann);
        Assert.Matches($"^[A-Za-z0-9_-]{{{SessionLimits.TokenLength}}}$", token);
        foreach (var wrong in (string?[])[null, "", token[..^1], token + "A", token.ToUpperInvariant() + "x", new string('A', 100_000), "\ud800"])
        {
            Assert.Null(await test.People.Sessions.FindAsync(wrong));
        }

        await test.Core.Services.DisposeAsync();
        Assert.DoesNotContain(token, System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(test.Core.Files.Database, TestContext.Current.CancellationToken)), StringComparison.Ordinal);
        await test.Core.ReopenAsync();
        Assert.NotNull(await test.People.Sessions.FindAsync(token));
    }

    [Fact]
    public async Task Each_rise_of_privilege_changes_the_token()
    {
        await using var test = await TestPeople.CreateAsync();
        List<string> tokens = [await test.SignUpAsync(Ann, new RoleGrant(PersonRole.Support))];
        var session = (await test.People.Sessions.FindAsync(tokens[0]))!;
        tokens.Add((await test.People.SignIn.ConfirmAsync(tokens[^1], test.Code(Ann), TestPeople.Home)).Get().Token!);
        tokens.Add((await test.People.Sessions.BeginViewAsync(tokens[^1], "10042", "case 7", TestPeople.Home)).Get());
        tokens.Add((await test.People.Sessions.EndViewAsync(tokens[^1], TestPeople.Home)).Get());
        Assert.Equal(session.Id, (await test.People.Sessions.FindAsync(tokens[^1]))!.Id);
        Assert.Equal(tokens.Count, tokens.Distinct().Count());
        foreach (var old in tokens[..^1])
        {
            Assert.Null(await test.People.Sessions.FindAsync(old));
            (await test.People.Sessions.BeginViewAsync(old, "10042", "case 7", TestPeople.Home)).Problem(ProblemKind.Refused);
            Assert.Equal(SignInVerdict.Expired, (await test.People.SignIn.ConfirmAsync(old, test.Code(Ann), TestPeople.Home)).Get().Verdict);
        }
    }

    [Fact]
    public async Task One_session_too_many_ends_the_one_that_was_used_longest_ago_and_passwords_alone_end_none()
    {
        await using var test = await TestPeople.CreateAsync();
        List<string> tokens = [await test.SignUpAsync(Ann)];
        while (tokens.Count < SessionLimits.PerPerson)
        {
            tokens.Add(await test.SignInAsync(Ann, TestPeople.Home));
        }

        for (var i = 0; i < SessionLimits.PerPerson + 2; i++)
        {
            await test.WaitingAsync(Ann, TestPeople.Away);
        }

        Assert.Equal((long)SessionLimits.PerPerson, test.Core.Scalar("SELECT count(*) FROM portal_session WHERE stage = 'password'"));
        foreach (var token in tokens)
        {
            Assert.NotNull(await test.People.Sessions.FindAsync(token));
        }

        test.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.NotNull(await test.People.Sessions.FindAsync(tokens[0]));
        test.Time.Advance(TimeSpan.FromSeconds(1));
        tokens.Add(await test.SignInAsync(Ann, TestPeople.Home));
        Assert.Equal((long)SessionLimits.PerPerson, test.Core.Scalar("SELECT count(*) FROM portal_session WHERE stage = 'full'"));
        Assert.NotNull(await test.People.Sessions.FindAsync(tokens[0]));
        Assert.NotNull(await test.People.Sessions.FindAsync(tokens[^1]));
    }

    [Fact]
    public async Task Each_new_session_clears_some_ended_ones_away()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        test.Core.Tamper($"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {SessionLimits.PurgeBatch + 20})
            INSERT INTO portal_session (hash, person_id, stage, stamp, created_at, last_used_at, ends_at, source, agent) SELECT randomblob(32), 1, 'full', 'x', 0, i, 0, '', '' FROM n
            """);
        test.Core.Tamper("UPDATE portal_session SET person_id = 2 WHERE 1 = 0");
        await test.AddAsync("b@example.com");
        test.Core.Tamper("UPDATE portal_session SET person_id = 2 WHERE stamp = 'x'");
        await test.WaitingAsync(Ann, TestPeople.Home);
        Assert.Equal(22L, test.Core.Scalar("SELECT count(*) FROM portal_session"));
    }

    [Fact]
    public async Task Sessions_are_listed_and_ended_by_their_owner_and_by_staff()
    {
        await using var test = await TestPeople.CreateAsync();
        var mine = await test.SignUpAsync(Ann);
        var other = await test.SignUpAsync("bob@example.com");
        var (ann, bob) = (await test.FindAsync(Ann), await test.FindAsync("bob@example.com"));
        var agent = new PortalClient(TestPeople.Away.Address, "evil\r\n\u202Eagent" + new string('x', 5000));
        var lost = await test.SignInAsync(Ann, agent);
        var sessions = await test.People.Sessions.OfAsync(ann);
        Assert.Equal(["198.51.100.7", "192.0.2.1"], sessions.Select(session => session.Source));
        Assert.True(sessions[0].Agent.Length <= SessionLimits.Agent, "the browser's words are bounded");
        Assert.StartsWith(@"evil\u000d\u000a\u202eagent", sessions[0].Agent, StringComparison.Ordinal);
        var all = await test.People.Sessions.ListAsync(2);
        Assert.Equal(["ann@example.com", "bob@example.com"], all.Items.Select(session => session.Person.Email));
        Assert.Equal(Ann, Assert.Single((await test.People.Sessions.ListAsync(2, all.Next)).Items).Person.Email);

        (await test.People.Sessions.EndAsync(sessions[0].Id, bob, TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await test.People.Sessions.EndAsync(sessions[0].Id, ann, TestCore.Operator)).Get();
        (await test.People.Sessions.EndAsync(sessions[0].Id, ann, TestCore.Operator)).Problem(ProblemKind.NotFound);
        Assert.Null(await test.People.Sessions.FindAsync(lost));
        Assert.NotNull(await test.People.Sessions.FindAsync(mine));
        (await test.People.Sessions.EndAsync((await test.People.Sessions.FindAsync(other))!.Id, null, TestCore.Operator)).Get();
        Assert.Null(await test.People.Sessions.FindAsync(other));
        Assert.True((await test.People.Sessions.EndAsync(mine, TestPeople.Home)).Succeeded);
        Assert.True((await test.People.Sessions.EndAsync(mine, TestPeople.Home)).Succeeded);
        Assert.Null(await test.People.Sessions.FindAsync(mine));
        Assert.Equal(Ann, Assert.Single(await test.AuditAsync(PeopleActions.SignOut)).Actor);
        Assert.Equal(2, (await test.AuditAsync(PeopleActions.SessionEnded)).Count);
    }

    [Fact]
    public async Task Staff_who_look_as_a_customer_say_why_and_the_customer_reads_it()
    {
        await using var test = await TestPeople.CreateAsync();
        var token = await test.SignUpAsync(Ann, new RoleGrant(PersonRole.Support));
        var auditor = await test.SignUpAsync("aud@example.com", new RoleGrant(PersonRole.Auditor));
        (await test.People.Sessions.BeginViewAsync(auditor, "10042", "curious", TestPeople.Home)).Problem(ProblemKind.Refused);
        (await test.People.Sessions.BeginViewAsync(token, "10042", " ", TestPeople.Home)).Problem(ProblemKind.Invalid);
        (await test.People.Sessions.BeginViewAsync(token, "77", "case 7", TestPeople.Home)).Problem(ProblemKind.NotFound);
        token = (await test.People.Sessions.BeginViewAsync(token, "10042", "case 7", TestPeople.Home)).Get();
        var view = (await test.People.Sessions.FindAsync(token))!.View!;
        Assert.Equal(("10042", "Ann Example <ann@example.com>", "case 7", test.Time.GetUtcNow() + SessionLimits.View), (view.Account, view.Viewer, view.Reason, view.Until));
        Assert.Equal(view, Assert.Single((await test.People.Sessions.ViewsAsync("10042")).Items));

        // Whoever begins another ends the first.
        await test.Core.AddAccountAsync("20000");
        token = (await test.People.Sessions.BeginViewAsync(token, "20000", "case 8", TestPeople.Home)).Get();
        Assert.NotNull(Assert.Single((await test.People.Sessions.ViewsAsync("10042")).Items).Ended);
        token = (await test.People.Sessions.EndViewAsync(token, TestPeople.Home)).Get();
        Assert.Null((await test.People.Sessions.FindAsync(token))!.View);
        Assert.Equal(2, (await test.AuditAsync(PeopleActions.ViewBegan)).Count);
        Assert.Equal(["20000", "10042"], (await test.AuditAsync(PeopleActions.ViewEnded)).Select(row => row.Account));

        token = (await test.People.Sessions.BeginViewAsync(token, "10042", "case 9", TestPeople.Home)).Get();
        for (var i = 0; i < 3; i++)
        {
            test.Time.Advance(SessionLimits.View / 3);
            Assert.NotNull(await test.People.Sessions.FindAsync(token));
        }

        Assert.Null((await test.People.Sessions.FindAsync(token))!.View);
        (await test.People.People.RemoveAsync(Ann, TestCore.Operator)).Get();
        var views = await test.People.Sessions.ViewsAsync("10042", 1);
        Assert.Equal("case 9", Assert.Single(views.Items).Reason);
        Assert.Equal("case 7", Assert.Single((await test.People.Sessions.ViewsAsync("10042", 1, views.Next)).Items).Reason);
    }
}
