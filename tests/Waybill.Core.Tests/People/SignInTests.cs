using System.Net;
using Waybill.Core.Passwords;
using Waybill.Core.People;

namespace Waybill.Core.Tests.People;

public class SignInTests
{
    private const string Ann = "ann@example.com";

    [Fact]
    public async Task Password_and_code_let_somebody_in_and_each_step_has_a_token_of_its_own()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        var waiting = await test.WaitingAsync("ANN@example.com", TestPeople.Home);
        Assert.Null(await test.People.Sessions.FindAsync(waiting));
        Assert.Equal(Ann, (await test.People.Sessions.FindWaitingAsync(waiting))!.Person.Email);
        var answer = (await test.People.SignIn.CheckSecondFactorAsync(waiting, test.Code(Ann), TestPeople.Home)).Get();
        Assert.Equal(SignInVerdict.Accepted, answer.Verdict);
        Assert.NotEqual(waiting, answer.Token);
        Assert.Null(await test.People.Sessions.FindWaitingAsync(waiting));
        Assert.Null(await test.People.Sessions.FindAsync(waiting));
        var session = (await test.People.Sessions.FindAsync(answer.Token))!;
        Assert.Equal((Ann, "192.0.2.1", "Firefox", test.Time.GetUtcNow()), (session.Person.Email, session.Source, session.Agent, session.Person.LastSignIn));
        var row = (await test.AuditAsync(PeopleActions.SignIn))[0];
        Assert.Equal(("person", Ann, "192.0.2.1", "password and code"), (row.ActorKind, row.Actor, row.Address, row.Detail));
    }

    [Fact]
    public async Task Unknown_suspended_and_wrong_get_the_same_answer_after_the_same_work()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        await test.SignUpAsync("bob@example.com");
        await test.AddAsync("new@example.com");
        (await test.People.People.SuspendAsync("bob@example.com", null, TestCore.Operator)).Get();
        var hashed = 0;
        using var counting = new PeopleServices(
            test.Core.Services.Database, test.Core.Services.Audit, test.Time, test.Core.Files.PeopleKey,
            new PeopleOptions { Notifications = new() { MailFolder = "/nowhere", TemplateFolder = "/nowhere" } }, new PasswordWork(SignInLimits.HashesAtOnce, SignInLimits.HashesWaiting){ Hashing = () => Interlocked.Increment(ref hashed) });
        (string Email, string Password, string Why)[] tries =
        [
            (Ann, "wrong", "wrong password"), ("nobody@example.com", TestPeople.Password, "nobody has this"), ("bob@example.com", TestPeople.Password, "suspended"),
            ("new@example.com", TestPeople.Password, "no password"), ("hunter2 typed here", TestPeople.Password, "nobody has this"), (Ann, new string('x', 100_000), "wrong password"), ("", "", "nobody has this"),
        ];
        foreach (var (email, password, why) in tries)
        {
            hashed = 0;
            Assert.Equal(new SignInAnswer(SignInVerdict.Wrong), (await counting.SignIn.CheckPasswordAsync(email, password, TestPeople.Home)).Get());
            Assert.Equal(1, hashed);
            var row = (await test.AuditAsync(PeopleActions.SignInRefused))[0];
            Assert.Contains(why, row.Detail, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", row.Actor + row.Subject, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Waits_grow_for_an_address_from_one_source_whoever_has_it_and_elsewhere_nobody_waits()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        foreach (var email in (string[])[Ann, "nobody@example.com"])
        {
            var client = TestPeople.From(email.Length);
            for (var i = 0; i < SignInLimits.Passwords; i++)
            {
                Assert.Equal(SignInVerdict.Wrong, await test.TryAsync(email, "wrong", client));
            }

            var wait = SignInLimits.FirstWait;
            for (var i = 0; i < 12; i++)
            {
                var answer = (await test.People.SignIn.CheckPasswordAsync(email, TestPeople.Password, client)).Get();
                Assert.Equal((SignInVerdict.Wait, test.Time.GetUtcNow() + wait), (answer.Verdict, answer.TryAgain));
                test.Time.Advance(wait - TimeSpan.FromSeconds(1));
                Assert.Equal(SignInVerdict.Wait, await test.TryAsync(email, "wrong", client));
                test.Time.Advance(TimeSpan.FromSeconds(1));
                Assert.Equal(SignInVerdict.Wrong, await test.TryAsync(email, "wrong", client));
                wait = wait * 2 < SignInLimits.LongestWait ? wait * 2 : SignInLimits.LongestWait;
            }
        }

        await test.SignInAsync(Ann, TestPeople.Away);
        test.Time.Advance(SignInLimits.LongestWait);
        await test.SignInAsync(Ann, TestPeople.From(Ann.Length));
        Assert.Equal(SignInVerdict.Wrong, await test.TryAsync(Ann, "wrong", TestPeople.From(Ann.Length)));
        Assert.Equal(SignInVerdict.Wrong, await test.TryAsync(Ann, "wrong", TestPeople.From(Ann.Length)));
    }

    [Fact]
    public async Task Failed_tries_are_forgotten_after_a_day()
    {
        await using var test = await TestPeople.CreateAsync();
        for (var i = 0; i < SignInLimits.Passwords; i++)
        {
            await test.TryAsync(Ann, "wrong", TestPeople.Home);
        }

        test.Time.Advance(SignInLimits.Memory);
        for (var i = 0; i < SignInLimits.Passwords; i++)
        {
            Assert.Equal(SignInVerdict.Wrong, await test.TryAsync(Ann, "wrong", TestPeople.Home));
        }

        Assert.Equal(SignInVerdict.Wait, await test.TryAsync(Ann, "wrong", TestPeople.Home));
    }

    [Fact]
    public async Task Of_many_guesses_at_once_no_more_are_compared_than_one_after_the_other()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        await using var beside = (await CoreServices.OpenAsync(test.Core.Path, test.Time)).Get();
        using var start = new SemaphoreSlim(0);
        var tries = Enumerable.Range(0, 30).Select(i => Task.Run(async () =>
        {
            await start.WaitAsync();
            return (await (i % 2 == 0 ? test.People : beside.People).SignIn.CheckPasswordAsync(Ann, "wrong", TestPeople.Away)).Get().Verdict;
        })).ToList();
        start.Release(30);
        var verdicts = await Task.WhenAll(tries).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(SignInLimits.Passwords, verdicts.Count(verdict => verdict == SignInVerdict.Wrong));
        Assert.Equal(25, verdicts.Count(verdict => verdict == SignInVerdict.Wait));
    }

    [Fact]
    public async Task One_source_that_tries_one_password_for_everybody_waits_too_and_an_office_that_signs_in_does_not()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        for (var i = 0; i < SignInLimits.PasswordsOfSource + 3; i++)
        {
            await test.WaitingAsync(Ann, TestPeople.Home);
        }

        for (var i = 0; i < SignInLimits.PasswordsOfSource; i++)
        {
            Assert.Equal(SignInVerdict.Wrong, await test.TryAsync($"p{i}@example.com", "Winter2026!!", TestPeople.Away));
        }

        Assert.Equal(SignInVerdict.Wait, await test.TryAsync(Ann, TestPeople.Password, TestPeople.Away));
        await test.WaitingAsync(Ann, TestPeople.Home);
    }

    [Fact]
    public void The_64_of_an_ipv6_address_is_one_source_and_a_mapped_ipv4_address_is_itself()
    {
        static string Source(string address) => new PortalClient(IPAddress.Parse(address), null).Source;
        Assert.Equal("2001:db8:1:2::/64", Source("2001:db8:1:2:3:4:5:6"));
        Assert.Equal(Source("2001:db8:1:2::1"), Source("2001:db8:1:2:ffff::"));
        Assert.NotEqual(Source("2001:db8:1:2::1"), Source("2001:db8:1:3::1"));
        Assert.Equal("192.0.2.7", Source("::ffff:192.0.2.7"));
    }

    [Fact]
    public async Task Only_so_many_buckets_of_tries_are_kept_and_old_ones_go()
    {
        await using var test = await TestPeople.CreateAsync();
        var now = test.Time.GetUtcNow().ToUnixTimeMilliseconds();
        test.Core.Tamper($"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {SignInLimits.Buckets})
            INSERT INTO sign_in_try (bucket, tries, next_at, forget_at) SELECT randomblob(32), 1, 0, {now} + 1000 + i FROM n
            """);
        await test.TryAsync(Ann, "wrong", TestPeople.Home);
        Assert.Equal((long)SignInLimits.Buckets, test.Core.Scalar("SELECT count(*) FROM sign_in_try"));
        Assert.Equal(now + 1003, test.Core.Scalar("SELECT min(forget_at) FROM sign_in_try"));
        test.Time.Advance(TimeSpan.FromHours(1));
        await test.TryAsync("bob@example.com", "wrong", TestPeople.Home);
        Assert.Equal((long)(SignInLimits.Buckets - SignInLimits.PurgeBatch + 1), test.Core.Scalar("SELECT count(*) FROM sign_in_try"));
    }

    [Fact]
    public async Task Too_many_passwords_at_once_are_told_to_come_again_and_cost_no_try()
    {
        await using var test = await TestPeople.CreateAsync();
        using var gate = new ManualResetEventSlim();
        var (running, most) = (0, 0);
        using var people = new PeopleServices(
            test.Core.Services.Database, test.Core.Services.Audit, test.Time, test.Core.Files.PeopleKey,
            new PeopleOptions { Notifications = new() { MailFolder = "/nowhere", TemplateFolder = "/nowhere" } },
            new PasswordWork(SignInLimits.HashesAtOnce, SignInLimits.HashesWaiting)
            {
                Hashing = () =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref running));
                    gate.Wait(TimeSpan.FromSeconds(60));
                    Interlocked.Decrement(ref running);
                },
            });
        const int Most = SignInLimits.HashesAtOnce + SignInLimits.HashesWaiting;
        var tries = Enumerable.Range(0, Most).Select(i => people.SignIn.CheckPasswordAsync(Ann, "wrong", TestPeople.From(i)).AsTask()).ToList();
        var late = TestPeople.From(Most);
        var answer = SignInVerdict.Wrong;
        for (var waited = 0; waited < 6000 && answer != SignInVerdict.Busy; waited++)
        {
            // Until all others wait, this one has its turn among them.
            if (System.Threading.Volatile.Read(ref running) == SignInLimits.HashesAtOnce && test.Core.Scalar("SELECT count(*) FROM sign_in_try") is >= 2L * Most)
            {
                answer = (await people.SignIn.CheckPasswordAsync(Ann, "wrong", late)).Get().Verdict;
                break;
            }

            await Task.Delay(10);
        }

        Assert.Equal(SignInVerdict.Busy, answer);
        gate.Set();
        await Task.WhenAll(tries).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(SignInLimits.HashesAtOnce, most);
        for (var i = 0; i < SignInLimits.Passwords; i++)
        {
            Assert.Equal(SignInVerdict.Wrong, (await people.SignIn.CheckPasswordAsync(Ann, "wrong", late)).Get().Verdict);
        }
    }
}
