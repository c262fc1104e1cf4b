using Waybill.Core.People;

namespace Waybill.Core.Tests.People;

public class SecondFactorTests
{
    private const string Ann = "ann@example.com";

    [Fact]
    public async Task A_code_works_once_also_in_many_windows_at_once()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        List<string> waiting = [];
        for (var i = 0; i < 4; i++)
        {
            waiting.Add(await test.WaitingAsync(Ann, TestPeople.Home));
        }

        var code = test.Code(Ann);
        var answers = await Task.WhenAll(waiting.Select(token => Task.Run(() => test.People.SignIn.CheckSecondFactorAsync(token, code, TestPeople.Home).AsTask())));
        Assert.Single(answers, answer => answer.Get().Verdict == SignInVerdict.Accepted);
        Assert.Equal(3, answers.Count(answer => answer.Get().Verdict == SignInVerdict.Wrong));
    }

    [Fact]
    public async Task A_hundred_uses_of_one_recovery_code_at_once_in_two_processes_let_in_once()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        await using var beside = (await CoreServices.OpenAsync(test.Core.Path, test.Time)).Get();
        List<string> waiting = [];
        for (var i = 0; i < SessionLimits.PerPerson; i++)
        {
            waiting.Add(await test.WaitingAsync(Ann, TestPeople.Home));
        }

        var code = test.RecoveryCodes[Ann][3];
        using var start = new SemaphoreSlim(0);
        var uses = Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
        {
            await start.WaitAsync();
            return (await (i % 2 == 0 ? test.People : beside.People).SignIn.CheckSecondFactorAsync(waiting[i % waiting.Count], code, TestPeople.Home)).Get();
        })).ToList();
        start.Release(100);
        var answers = await Task.WhenAll(uses).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(SignInLimits.RecoveryCodes - 1, Assert.Single(answers, answer => answer.Verdict == SignInVerdict.Accepted).RecoveryCodesLeft);
        Assert.Equal("9 left", Assert.Single(await test.AuditAsync(PeopleActions.RecoveryCodeUsed)).Detail);
    }

    [Fact]
    public async Task Recovery_codes_are_ten_and_are_read_as_people_type_them()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        var codes = test.RecoveryCodes[Ann];
        Assert.Equal(SignInLimits.RecoveryCodes, codes.Distinct().Count());
        Assert.All(codes, code => Assert.Matches("^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$", code));
        foreach (var typed in (string[])[codes[0].ToLowerInvariant(), codes[1].Replace("-", " ", StringComparison.Ordinal), $" {codes[2].Replace("-", "", StringComparison.Ordinal)} "])
        {
            var answer = (await test.People.SignIn.CheckSecondFactorAsync(await test.WaitingAsync(Ann, TestPeople.Home), typed, TestPeople.Home)).Get();
            Assert.Equal(SignInVerdict.Accepted, answer.Verdict);
        }

        Assert.Equal(7, await test.People.Credentials.RecoveryCodesLeftAsync(await test.FindAsync(Ann)));
    }

    [Fact]
    public async Task Wrong_codes_wait_longer_and_longer_wherever_they_come_from_and_the_person_is_told_and_let_in_at_home()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        for (var i = 0; i < SignInLimits.Codes; i++)
        {
            Assert.Equal(SignInVerdict.Wrong, await WrongAsync(test, TestPeople.From(i)));
        }

        // Each guess from another place: together they are as few as from one.
        var wait = SignInLimits.FirstWait;
        var (tries, began) = (0, test.Time.GetUtcNow());
        while (test.Time.GetUtcNow() - began < TimeSpan.FromDays(10))
        {
            Assert.Equal(SignInVerdict.Wait, await WrongAsync(test, TestPeople.From(100 + tries)));
            test.Time.Advance(wait);
            Assert.Equal(SignInVerdict.Wrong, await WrongAsync(test, TestPeople.From(100 + tries++)));
            wait = wait * 2 < SignInLimits.LongestWaitElsewhere ? wait * 2 : SignInLimits.LongestWaitElsewhere;
        }

        Assert.InRange(tries, 10, 25);
        Assert.Contains("somebody may know your password", Assert.Single(test.Mails("person-sign-in-warning", Ann)), StringComparison.Ordinal);
        Assert.Equal(SignInLimits.Codes + tries, (await test.AuditAsync(PeopleActions.FactorRefused)).Count);
        await test.SignInAsync(Ann, TestPeople.Home);
        test.Time.Advance(SignInLimits.MemoryElsewhere);
        await test.SignInAsync(Ann, TestPeople.Away);
    }

    [Fact]
    public async Task At_home_wrong_codes_wait_too()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        for (var i = 0; i < SignInLimits.Codes; i++)
        {
            Assert.Equal(SignInVerdict.Wrong, await WrongAsync(test, TestPeople.Home));
        }

        Assert.Equal(SignInVerdict.Wait, (await test.People.SignIn.CheckSecondFactorAsync(await test.WaitingAsync(Ann, TestPeople.Home), test.Code(Ann), TestPeople.Home)).Get().Verdict);
        await test.SignInAsync(Ann, TestPeople.Away);
        test.Time.Advance(SignInLimits.FirstWait);
        await test.SignInAsync(Ann, TestPeople.Home);
    }

    [Fact]
    public async Task Only_so_many_places_are_a_persons_own_and_only_for_so_long()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        for (var i = 0; i < SignInLimits.Places; i++)
        {
            await test.SignInAsync(Ann, TestPeople.From(i));
        }

        Assert.Equal((long)SignInLimits.Places, test.Core.Scalar("SELECT count(*) FROM person_source"));
        Assert.Equal(0L, test.Core.Scalar("SELECT count(*) FROM person_source WHERE source = '192.0.2.1'"));
        for (var i = 0; i < SignInLimits.Codes; i++)
        {
            await WrongAsync(test, TestPeople.Home);
        }

        await test.SignInAsync(Ann, TestPeople.From(3));
        test.Time.Advance(SignInLimits.Place);
        for (var i = 0; i < SignInLimits.Codes; i++)
        {
            await WrongAsync(test, TestPeople.Home);
        }

        Assert.Equal(SignInVerdict.Wait, await WrongAsync(test, TestPeople.From(3)));
    }

    [Fact]
    public async Task Where_somebody_signed_in_before_a_reset_is_no_place_of_the_person_after_it()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        await test.SignInAsync(Ann, TestPeople.Away);
        Assert.True((await test.People.Invitations.ResetAsync(Ann, "somebody else was in", handOver: false, TestCore.Operator)).Succeeded);
        var link = await test.LinkAsync(Ann);
        Assert.True((await test.People.Credentials.SignUpAsync(link, await test.BeginAsync(Ann, link), test.Code(Ann), TestPeople.Home)).Succeeded);
        test.Next();
        for (var i = 0; i < SignInLimits.Codes; i++)
        {
            await WrongAsync(test, TestPeople.From(i));
        }

        // Elsewhere everybody waits now, and they are elsewhere.
        Assert.Equal(SignInVerdict.Wait, await WrongAsync(test, TestPeople.Away));
        await test.SignInAsync(Ann, TestPeople.Home);
    }

    [Fact]
    public async Task The_time_for_the_second_factor_ends()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        var waiting = await test.WaitingAsync(Ann, TestPeople.Home);
        test.Time.Advance(SessionLimits.SecondFactor);
        Assert.Equal(SignInVerdict.Expired, (await test.People.SignIn.CheckSecondFactorAsync(waiting, test.Code(Ann), TestPeople.Home)).Get().Verdict);
        Assert.Equal(SignInVerdict.Expired, (await test.People.SignIn.CheckSecondFactorAsync(null, test.Code(Ann), TestPeople.Home)).Get().Verdict);
        Assert.Equal(SignInVerdict.Expired, (await test.People.SignIn.CheckSecondFactorAsync(await test.SignInAsync(Ann, TestPeople.Home), test.Code(Ann), TestPeople.Home)).Get().Verdict);
    }

    [Fact]
    public async Task Secrets_are_sealed_for_their_person_and_the_key_is_not_in_the_database()
    {
        await using var test = await TestPeople.CreateAsync();
        await test.SignUpAsync(Ann);
        await test.SignUpAsync("bob@example.com");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(test.Core.Files.PeopleKey));
        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(test.Core.Files.PeopleKey)!));

        // Bob's authenticator in Ann's row is not Ann's.
        test.Core.Tamper("UPDATE person_credential SET totp = (SELECT totp FROM person_credential WHERE person_id = 2) WHERE person_id = 1");
        var waiting = await test.WaitingAsync(Ann, TestPeople.Home);
        (await test.People.SignIn.CheckSecondFactorAsync(waiting, test.Code("bob@example.com"), TestPeople.Home)).Problem(ProblemKind.Unusable);

        File.Delete(test.Core.Files.PeopleKey);
        await test.Core.ReopenAsync();
        waiting = await test.WaitingAsync("bob@example.com", TestPeople.Home);
        Assert.Contains("is gone", (await test.People.SignIn.CheckSecondFactorAsync(waiting, test.Code("bob@example.com"), TestPeople.Home)).Problem(ProblemKind.Unusable).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(test.Core.Files.PeopleKey));
        Assert.Contains("is gone", (await PeopleServices.CheckKeyAsync(test.Core.Services.Database, test.Core.Files.PeopleKey))!.Message, StringComparison.Ordinal);
        File.WriteAllText(test.Core.Files.PeopleKey, new string('0', 64));
        Assert.Contains("does not open", (await PeopleServices.CheckKeyAsync(test.Core.Services.Database, test.Core.Files.PeopleKey))!.Message, StringComparison.Ordinal);
        File.WriteAllText(test.Core.Files.PeopleKey, "x");
        Assert.Contains("is damaged", (await PeopleServices.CheckKeyAsync(test.Core.Services.Database, test.Core.Files.PeopleKey))!.Message, StringComparison.Ordinal);
    }

    private static async Task<SignInVerdict> WrongAsync(TestPeople test, PortalClient client) =>
        (await test.People.SignIn.CheckSecondFactorAsync(await test.WaitingAsync(Ann, client), test.WrongCode(Ann), client)).Get().Verdict;
}
