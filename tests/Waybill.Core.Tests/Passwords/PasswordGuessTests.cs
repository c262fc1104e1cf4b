using Waybill.Core.Logins;
using Waybill.Core.Notifications;
using Waybill.Core.Passwords;
using Waybill.Core.Tests.Notifications;
using static Waybill.Core.Tests.Passwords.PasswordTries;

namespace Waybill.Core.Tests.Passwords;

/// <summary>Somebody behind the address of a customer, whose program logs in all the time.</summary>
public sealed class PasswordGuessTests
{
    [Fact]
    public async Task Guesses_between_right_passwords_are_told_once_and_then_their_source_waits_and_no_other()
    {
        await using var core = await WithProgramAsync();
        var first = core.Time.GetUtcNow();
        for (var i = 1; i < PasswordLimits.Guesses; i++)
        {
            Assert.Null((await TryAsync(core, $"guess {i}")).TryAgain);
            if (i % (PasswordLimits.TriesAtKnownSource - 1) == 0)
            {
                Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
            }
        }

        Assert.DoesNotContain(await AuditAsync(core), static row => row.Action is PasswordActions.Guessing or PasswordActions.Locked);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        Assert.Equal(first.AddSeconds(15), (await TryAsync(core, "guess 100")).TryAgain);
        Assert.Equal(LoginReason.PasswordLocked, (await TryAsync(core, Password)).Reason);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, Away)).Reason);

        // A right one ends no wait of these, and costs none: the program goes on, the next guess waits longer, also behind a restart.
        core.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        await core.ReopenAsync();
        Assert.Equal(core.Time.GetUtcNow().AddSeconds(30), (await TryAsync(core, "guess 101")).TryAgain);
        var locked = Assert.Single((await core.Services.Passwords.ShowAsync("10042")).Get().Locks);
        Assert.Equal(("192.0.2.1", PasswordLimits.Guesses + 1L), (locked.Source, locked.Tries));

        var row = Assert.Single(await AuditAsync(core), static row => row.Action == PasswordActions.Guessing);
        Assert.Equal(("10042", "10042", "192.0.2.1"), (row.Subject, row.Account, row.Address));
        Assert.Contains("100 different wrong passwords within a day from 192.0.2.1", row.Detail, StringComparison.Ordinal);
        Assert.Equal(2, (await AuditAsync(core)).Count(static row => row.Action == PasswordActions.Locked));
        Assert.Equal(
            "10042 192.0.2.1 100",
            core.Scalar($"SELECT json_extract(body, '$.user') || ' ' || json_extract(body, '$.source') || ' ' || json_extract(body, '$.wrong') FROM event WHERE topic = '{PasswordTopics.Guessing}' AND account_id IS NOT NULL"));

        // Staff end it, and so does the day.
        Assert.Equal(1, (await core.Services.Passwords.UnlockAsync("10042", TestCore.Operator)).Get());
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        Assert.Null((await TryAsync(core, "guess 102")).TryAgain);
    }

    [Fact]
    public async Task Guesses_count_for_a_day_from_the_first_so_that_a_few_of_each_day_lock_nobody_out()
    {
        await using var core = await WithProgramAsync();
        for (var i = 0; i < 2 * PasswordLimits.Guesses; i++)
        {
            Assert.Null((await TryAsync(core, $"slip {i}")).TryAgain);
            if (i % 5 == 4)
            {
                Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
                core.Time.Advance(PasswordLimits.GuessTime / 10);
            }
        }

        Assert.DoesNotContain(await AuditAsync(core), static row => row.Action == PasswordActions.Guessing);
    }

    [Fact]
    public async Task A_program_with_an_old_password_counts_once_however_often_it_comes_between_right_ones()
    {
        await using var core = await WithProgramAsync();
        for (var i = 0; i < 2 * PasswordLimits.Guesses; i++)
        {
            Assert.Null((await TryAsync(core, "the password of before")).TryAgain);
            Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        }

        Assert.Equal(1L, core.Scalar("SELECT sum(tries) FROM sign_in_try"));
    }

    [Fact]
    public async Task Who_hangs_up_while_a_guess_is_compared_has_guessed_all_the_same()
    {
        await using var core = await WithProgramAsync();
        using var gone = new CancellationTokenSource();
        using var work = new PasswordWork(1, 1) { Hashing = gone.Cancel };
        using var passwords = new LoginPasswords(core.Services.Database, core.Services.Audit, core.Time, core.Services.Links, work, work);
        var answer = (await passwords.CheckAsync(new PasswordAttempt("10042", "guess", Home, true, "lftp"), gone.Token)).Get();
        Assert.Equal(LoginReason.WrongPassword, answer.Reason);
        Assert.Equal(2L, core.Scalar("SELECT count(*) FROM sign_in_try WHERE tries = 1"));
    }

    [Fact]
    public async Task The_providers_people_get_a_mail_that_says_who_is_guessed_at_from_where_and_what_to_do()
    {
        await using var server = await SmtpServer.StartAsync();
        await using var outbox = await Outbox.CreateAsync(server.Port, zone: null, new TopicRule("by the shipped rules", Telling.None, Telling.None));
        var core = outbox.Core;
        (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, TestCore.Operator)).Get();
        await GiveAsync(core);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        for (var i = 1; i <= PasswordLimits.Guesses; i++)
        {
            await TryAsync(core, $"guess {i}");
            if (i % (PasswordLimits.TriesAtKnownSource - 1) == 0)
            {
                Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
            }
        }

        await outbox.RunAsync();
        var mail = Assert.Single(await server.WaitForAsync(1));
        Assert.Equal([Outbox.Support], mail.To);
        foreach (var words in (string[])["10042", "192.0.2.1", "100"])
        {
            Assert.All(mail.Parts, part => Assert.Contains(words, part, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("{{", mail.Subject + mail.Parts[0] + mail.Parts[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_wrong_passwords_are_recognised_and_the_oldest_is_forgotten()
    {
        var wrong = new WrongPasswords();
        for (var i = 0; i < PasswordLimits.GuessesKept; i++)
        {
            Assert.True(wrong.Add("stamp", "192.0.2.1", $"{i}"));
        }

        Assert.False(wrong.Add("stamp", "192.0.2.1", "0"));
        Assert.True(wrong.Add("other", "192.0.2.1", "0"));
        Assert.True(wrong.Add("stamp", "192.0.2.1", "0"));
        Assert.False(wrong.Add("stamp", "192.0.2.1", "2"));
    }

    /// <summary>The login has come from there.</summary>
    private static async Task<TestCore> WithProgramAsync()
    {
        var core = await WithPasswordAsync();
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        return core;
    }
}
