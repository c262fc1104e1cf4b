using System.Net;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;
using Waybill.Core.Tests.Database;
using static Waybill.Core.Tests.Passwords.PasswordTries;

namespace Waybill.Core.Tests.Passwords;

public sealed class LoginPasswordTests
{
    [Fact]
    public async Task A_password_that_was_set_lets_in_and_is_shown_as_used()
    {
        await using var core = await WithPasswordAsync();
        var answer = await TryAsync(core, Password);
        Assert.Equal(LoginReason.Ok, answer.Reason);
        Assert.Equal("10042", answer.Candidate!.Login.UserName);
        core.Services.LoginUsage.NotePassword(answer.Candidate.Login.Id, "192.0.2.1", "lftp");
        await core.Services.LoginUsage.FlushAsync();
        var shown = (await core.Services.Passwords.ShowAsync("10042")).Get();
        Assert.Equal(("tester", core.Time.GetUtcNow(), "192.0.2.1", "lftp"), (shown.SetBy, shown.LastUsed, shown.LastUsedFrom, shown.LastUsedClient));
        Assert.Equal(core.Time.GetUtcNow(), (await core.Services.Logins.FindAsync("10042")).Get().LastLogin);
        Assert.Equal(["password-first-used", "password-set"], (await AuditAsync(core)).Select(row => row.Action));
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        Assert.Equal(2, (await AuditAsync(core)).Count);
    }

    [Fact]
    public async Task Each_reason_is_told_apart_and_nobody_gets_a_credential()
    {
        await using var core = await WithPasswordAsync();
        await core.AddLoginAsync("10043");
        Assert.Equal(LoginReason.WrongPassword, await ReasonAsync(core, "10042", Password + "."));
        Assert.Equal(LoginReason.WrongPassword, await ReasonAsync(core, "10042", new string('x', 5_000)));
        Assert.Equal(LoginReason.NoPassword, await ReasonAsync(core, "10043", Password));
        Assert.Equal(LoginReason.UnknownUser, await ReasonAsync(core, "10044", Password));
        await core.Services.Logins.SuspendAsync("10042", null, TestCore.Operator);
        Assert.Equal(LoginReason.LoginSuspended, await ReasonAsync(core, "10042", Password));
        await core.Services.Logins.ResumeAsync("10042", TestCore.Operator);
        await core.Services.Logins.SetAllowedNetworksAsync("10042", ["203.0.113.0/24"], TestCore.Operator);
        Assert.Equal(LoginReason.AddressNotAllowed, await ReasonAsync(core, "10042", Password));
        await core.Services.Logins.SetAllowedNetworksAsync("10042", [], TestCore.Operator);
        await core.Services.Accounts.SuspendAsync("10042", null, TestCore.Operator);
        Assert.Equal(LoginReason.AccountSuspended, await ReasonAsync(core, "10042", Password));
    }

    [Fact]
    public async Task Right_passwords_that_come_at_once_from_a_new_source_are_no_wrong_ones_of_each_other()
    {
        await using var core = await WithPasswordAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4 * PasswordLimits.TriesOfSource).Select(_ => TryAsync(core, Password, Away)));
        Assert.All(answers, static answer => Assert.Equal(LoginReason.Ok, answer.Reason));
    }

    [Fact]
    public async Task A_source_that_tries_many_names_is_in_the_audit_once()
    {
        await using var core = await WithPasswordAsync();
        for (var i = 0; i < 2 * PasswordLimits.TriesOfSource; i++)
        {
            await ReasonAsync(core, $"nobody{i}", Password);
        }

        var row = Assert.Single(await AuditAsync(core), static row => row.Action == PasswordActions.Locked);
        Assert.Equal("192.0.2.1", row.Subject);
    }

    [Fact]
    public async Task Wrong_passwords_lock_their_source_each_time_longer_and_no_other()
    {
        await using var core = await WithPasswordAsync();
        await FailAsync(core, Home, PasswordLimits.Tries);
        var locked = await TryAsync(core, Password);
        Assert.Equal((LoginReason.PasswordLocked, core.Time.GetUtcNow().AddSeconds(15)), (locked.Reason, locked.TryAgain));
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, Away)).Reason);

        core.Time.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(core.Time.GetUtcNow().AddSeconds(30), (await TryAsync(core, "wrong")).TryAgain);
        var shown = Assert.Single((await core.Services.Passwords.ShowAsync("10042")).Get().Locks);
        Assert.Equal(("192.0.2.1", PasswordLimits.Tries + 1, core.Time.GetUtcNow().AddSeconds(30)), (shown.Source, shown.Tries, shown.Until));
        core.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        Assert.Empty((await core.Services.Passwords.ShowAsync("10042")).Get().Locks);

        var rows = (await AuditAsync(core)).Where(row => row.Action == PasswordActions.Locked).ToList();
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(("10042", "10042", "192.0.2.1"), (row.Subject, row.Account, row.Address)));
        Assert.Contains("5 wrong passwords from 192.0.2.1", rows[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_wait_ends_at_an_hour_and_one_network_of_ipv6_is_one_source()
    {
        await using var core = await WithPasswordAsync();
        for (var i = 0; i < 16; i++)
        {
            var answer = await TryAsync(core, "wrong", IPAddress.Parse($"2001:db8:0:1::{i:x}"));
            core.Time.Advance((answer.TryAgain ?? core.Time.GetUtcNow()) - core.Time.GetUtcNow());
            Assert.True(i < 15 || answer.TryAgain is not null);
        }

        var last = await TryAsync(core, "wrong", IPAddress.Parse("2001:db8:0:1:ffff::1"));
        Assert.Equal(core.Time.GetUtcNow() + PasswordLimits.LongestWait, last.TryAgain);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, IPAddress.Parse("2001:db8:0:2::1"))).Reason);
    }

    [Fact]
    public async Task Names_that_nobody_has_are_counted_and_locked_as_those_that_somebody_has()
    {
        await using var core = await WithPasswordAsync();
        List<(bool, DateTimeOffset?)> known = [], unknown = [];
        for (var i = 0; i <= PasswordLimits.Tries; i++)
        {
            var (one, other) = (await TryAsync(core, "wrong", Home), await TryAsync(core, "wrong", Away, user: "nobody"));
            known.Add((one.Reason == LoginReason.PasswordLocked, one.TryAgain));
            unknown.Add((other.Reason == LoginReason.PasswordLocked, other.TryAgain));
        }

        Assert.Equal(known, unknown);
        Assert.True(known[^1].Item1);
    }

    [Fact]
    public async Task One_source_that_tries_many_names_is_locked_but_not_for_a_login_that_has_come_from_there()
    {
        await using var core = await WithPasswordAsync();
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        for (var i = 0; i < PasswordLimits.TriesOfSource; i++)
        {
            Assert.Equal(LoginReason.UnknownUser, (await TryAsync(core, "Summer2026!!", user: $"user{i}")).Reason);
        }

        Assert.Equal(LoginReason.PasswordLocked, (await TryAsync(core, "Summer2026!!", user: "another")).Reason);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        await core.AddLoginAsync("10043");
        await core.Services.Passwords.SetAsync("10043", "eleven blue herons", TestCore.Operator);
        Assert.Equal(LoginReason.PasswordLocked, (await TryAsync(core, "eleven blue herons", user: "10043")).Reason);
    }

    [Fact]
    public async Task A_source_that_has_succeeded_has_more_tries_and_shorter_waits()
    {
        await using var core = await WithPasswordAsync();
        await TryAsync(core, Password);
        await FailAsync(core, Home, PasswordLimits.TriesAtKnownSource - 1);
        Assert.Null((await TryAsync(core, "wrong", Away)).TryAgain);
        Assert.Equal(core.Time.GetUtcNow().AddSeconds(15), (await TryAsync(core, "wrong")).TryAgain);
        Assert.Equal(PasswordLimits.LongestWaitAtKnownSource, TryRule.LoginAtKnownSource.WaitAfter(1_000));
    }

    [Fact]
    public async Task Fifty_sources_are_remembered_for_ninety_days()
    {
        await using var core = await WithPasswordAsync();
        for (var i = 1; i <= PasswordLimits.Sources + 5; i++)
        {
            core.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, new IPAddress([203, 0, 113, (byte)i]))).Reason);
        }

        Assert.Equal((long)PasswordLimits.Sources, core.Scalar("SELECT count(*) FROM login_source"));
        Assert.Equal("203.0.113.6", core.Scalar("SELECT source FROM login_source ORDER BY last_at LIMIT 1"));
        core.Time.Advance(PasswordLimits.Source);
        await FailAsync(core, new IPAddress([203, 0, 113, 55]), PasswordLimits.Tries);
        Assert.Equal(LoginReason.PasswordLocked, (await TryAsync(core, Password, new IPAddress([203, 0, 113, 55]))).Reason);
    }

    [Fact]
    public async Task A_password_that_is_removed_or_set_anew_ends_its_sessions_and_no_key_opens_by_it()
    {
        await using var core = await WithPasswordAsync();
        var directory = core.Services.LoginDirectory;
        var credential = (await TryAsync(core, Password)).Credential!;
        var revision = await directory.RevisionAsync();
        Assert.Equal(LoginReason.Ok, directory.Check(await directory.FindAsync("10042"), credential, Home));
        await core.Services.Passwords.SetAsync("10042", "eleven blue herons", TestCore.Operator);
        Assert.NotEqual(revision, await directory.RevisionAsync());
        Assert.Equal(LoginReason.PasswordChanged, directory.Check(await directory.FindAsync("10042"), credential, Home));
        Assert.Equal(LoginReason.WrongPassword, (await TryAsync(core, Password)).Reason);
        credential = (await TryAsync(core, "eleven blue herons")).Credential!;
        await core.Services.Passwords.RemoveAsync("10042", TestCore.Operator);
        Assert.Equal(LoginReason.NoPassword, directory.Check(await directory.FindAsync("10042"), credential, Home));
        Assert.Equal(LoginReason.NoPassword, (await TryAsync(core, "eleven blue herons")).Reason);
        Assert.Equal(LoginReason.UnknownKey, directory.Check(await directory.FindAsync("10042"), "password"u8, Home));
        (await core.Services.Passwords.RemoveAsync("10042", TestCore.Operator)).Problem(ProblemKind.NotFound);
    }

    [Theory]
    [InlineData("short", "the least")]
    [InlineData("password1234", "tried first")]
    [InlineData("10042-10042.", "user name or account number")]
    [InlineData("sieben grüne Schildkröten", "ASCII")]
    [InlineData("seven\tgreen tortoises", "ASCII")]
    [InlineData(" seven green tortoises", "blank at its ends")]
    public async Task A_weak_password_and_one_that_programs_send_in_different_ways_are_refused_in_words(string password, string why)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        Assert.Contains(why, (await core.Services.Passwords.SetAsync("10042", password, TestCore.Operator)).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);
        Assert.Equal(LoginReason.NoPassword, (await TryAsync(core, password)).Reason);
    }

    [Fact]
    public async Task A_generated_password_has_letters_digits_and_three_signs_alone()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var made = (await core.Services.Passwords.GenerateAsync("10042", TestCore.Operator)).Get();
        Assert.Matches("^[A-Za-z0-9][A-Za-z0-9_.-]{18}[A-Za-z0-9]$", made.Password);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, made.Password)).Reason);
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.Matches("^[A-Za-z0-9][A-Za-z0-9_.-]{18}[A-Za-z0-9]$", PasswordMaker.Make()));
    }

    [Fact]
    public async Task A_name_without_a_password_is_compared_with_some_logins_hash_and_always_the_same()
    {
        await using var core = await TestCore.CreateAsync();
        for (var i = 0; i < 8; i++)
        {
            await core.AddLoginAsync($"1004{i}");
        }

        string[] hashes = [Imported, ImportedShort, PasswordHash.Create("x")];
        for (var i = 0; i < 8; i++)
        {
            core.Tamper($"INSERT INTO login_password (login_id, hash, stamp, set_at, set_by, is_imported, is_weak) SELECT id, '{hashes[i % 3]}', 's', 0, 'x', 1, 0 FROM login WHERE user_name = '1004{i}'");
        }

        var picked = await core.Services.Database.ReadAsync(connection => Enumerable.Range(0, 200).Select(i => LoginPasswordSql.Decoy(connection, $"name{i}")).ToList());
        Assert.Equal(picked, await core.Services.Database.ReadAsync(connection => Enumerable.Range(0, 200).Select(i => LoginPasswordSql.Decoy(connection, $"name{i}")).ToList()));
        Assert.Equal(hashes.Order(), picked.Distinct().Order());
        Assert.Equal(LoginReason.UnknownUser, (await TryAsync(core, Password, user: "nobody")).Reason);
    }

    [Fact]
    public async Task A_right_password_at_a_source_of_many_wrong_ones_makes_nobody_else_there_wait()
    {
        await using var core = await WithPasswordAsync();
        for (var i = 0; i < TryRule.LoginsOfSource.Free; i++)
        {
            Assert.Equal(LoginReason.UnknownUser, (await TryAsync(core, "wrong", Away, $"name{i}")).Reason);
        }

        core.Time.Advance(PasswordLimits.LongestWait);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, Away)).Reason);
        Assert.Equal(LoginReason.UnknownUser, (await TryAsync(core, "wrong", Away, "another")).Reason);
        Assert.Equal(LoginReason.PasswordLocked, (await TryAsync(core, "wrong", Away, "one more")).Reason);
    }

    [Fact]
    public async Task A_right_password_is_recognised_for_ten_minutes_without_hashing_and_a_wrong_one_never()
    {
        await using var core = await WithPasswordAsync();
        var hashes = 0;
        using var work = new PasswordWork(1, 1) { Hashing = () => Interlocked.Increment(ref hashes) };
        using var passwords = new LoginPasswords(core.Services.Database, core.Services.Audit, core.Time, core.Services.Links, work, work);
        async Task<LoginReason> OnceAsync(string password) => (await passwords.CheckAsync(new PasswordAttempt("10042", password, Home, true, "lftp"))).Get().Reason;
        Assert.Equal((LoginReason.Ok, LoginReason.Ok, 1), (await OnceAsync(Password), await OnceAsync(Password), hashes));
        Assert.Equal((LoginReason.WrongPassword, 2), (await OnceAsync("wrong"), hashes));
        core.Time.Advance(PasswordLimits.RecentTime);
        Assert.Equal((LoginReason.Ok, 3), (await OnceAsync(Password), hashes));
        await core.Services.Passwords.RemoveAsync("10042", TestCore.Operator);
        Assert.Equal(LoginReason.NoPassword, await OnceAsync(Password));
    }

    [Fact]
    public async Task A_password_of_a_moment_ago_is_answered_while_somebody_writes_and_opens_nothing_that_was_closed_since()
    {
        await using var core = await WithPasswordAsync();
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        await using (await SlowDisk.StartAsync(core))
        {
            Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Reason);
        }

        await core.Services.Logins.SetAllowedNetworksAsync("10042", ["203.0.113.0/24"], TestCore.Operator);
        Assert.Equal(LoginReason.AddressNotAllowed, await ReasonAsync(core, "10042", Password));
        await core.Services.Logins.SetAllowedNetworksAsync("10042", [], TestCore.Operator);
        await core.Services.Accounts.SuspendAsync("10042", null, TestCore.Operator);
        Assert.Equal(LoginReason.AccountSuspended, await ReasonAsync(core, "10042", Password));
        await core.Services.Accounts.ResumeAsync("10042", TestCore.Operator);
        Assert.Equal(LoginReason.Ok, await ReasonAsync(core, "10042", Password));
        await core.Services.Passwords.SetAsync("10042", "eleven blue herons", TestCore.Operator);
        Assert.Equal(LoginReason.WrongPassword, await ReasonAsync(core, "10042", Password));
    }

    [Fact]
    public async Task A_source_that_comes_all_the_time_is_written_once_an_hour_and_a_new_one_or_one_with_wrong_passwords_at_once()
    {
        await using var core = await WithPasswordAsync();
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        var first = core.Time.GetUtcNow();
        var step = PasswordLimits.RecentTime - TimeSpan.FromMinutes(1);
        while (core.Time.GetUtcNow() + step < first + PasswordLimits.SourceInterval)
        {
            core.Time.Advance(step);
            Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
            Assert.Equal(first, LastFrom("192.0.2.1"));
        }

        core.Time.Advance(first + PasswordLimits.SourceInterval - core.Time.GetUtcNow());
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        Assert.Equal(core.Time.GetUtcNow(), LastFrom("192.0.2.1"));

        // As known there as one that was hashed, and what was counted is made good.
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, Away)).Reason);
        Assert.Equal(core.Time.GetUtcNow(), LastFrom("198.51.100.7"));
        await FailAsync(core, Away, PasswordLimits.TriesAtKnownSource - 1);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, Away)).Reason);
        await FailAsync(core, Away, PasswordLimits.TriesAtKnownSource - 1);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, Away)).Reason);

        DateTimeOffset LastFrom(string source) => DateTimeOffset.FromUnixTimeMilliseconds((long)core.Scalar($"SELECT last_at FROM login_source WHERE source = '{source}'")!);
    }

    [Fact]
    public void A_thousand_right_passwords_are_recognised_and_no_more()
    {
        var time = new TestKit.FakeTimeProvider();
        var recent = new RecentPasswords(time);
        for (var i = 0; i <= PasswordLimits.Recent; i++)
        {
            recent.Remember($"{i}", Password);
        }

        Assert.True(recent.IsKnown("0", Password));
        Assert.True(recent.IsKnown($"{PasswordLimits.Recent - 1}", Password));
        Assert.False(recent.IsKnown($"{PasswordLimits.Recent}", Password));
        Assert.False(recent.IsKnown("0", Password + "x"));
        time.Advance(PasswordLimits.RecentTime);
        recent.Remember("new", Password);
        Assert.True(recent.IsKnown("new", Password));
    }

    [Fact]
    public async Task Too_many_at_once_are_told_to_wait_and_nothing_is_counted()
    {
        await using var core = await WithPasswordAsync();
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, Home)).Reason);

        // Of another server, since it is the same and takes less time.
        core.Tamper($"UPDATE login_password SET hash = '{Imported}'");
        using var hold = new ManualResetEventSlim();
        using var begun = new SemaphoreSlim(0);
        var (running, most) = (0, 0);
        using var work = new PasswordWork(PasswordLimits.HashesAtOnce, PasswordLimits.HashesWaiting)
        {
            Hashing = () =>
            {
                lock (hold)
                {
                    most = Math.Max(most, Interlocked.Increment(ref running));
                }

                begun.Release();
                hold.Wait(TimeSpan.FromSeconds(60));
                Interlocked.Decrement(ref running);
            },
        };
        using var workOfKnown = new PasswordWork(1, 0);
        using var passwords = new LoginPasswords(core.Services.Database, core.Services.Audit, core.Time, core.Services.Links, work, workOfKnown);
        const int Most = PasswordLimits.HashesAtOnce + PasswordLimits.HashesWaiting;
        var tries = Enumerable.Range(0, Most + 1)
            .Select(i => passwords.CheckAsync(new PasswordAttempt("10042", "wrong", IPAddress.Parse($"198.51.{i / 250}.{i % 250}"), true, "lftp")).AsTask()).ToList();
        var busy = await Task.WhenAny(tries).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(LoginReason.Busy, (await busy).Get().Reason);
        Assert.Equal(1, tries.Count(static each => each.IsCompleted));

        // Strangers stand in the way of no one who has come from there before.
        Assert.Equal(LoginReason.Ok, (await passwords.CheckAsync(new PasswordAttempt("10042", Password, Home, true, "lftp"), TestContext.Current.CancellationToken)).Get().Reason);
        for (var i = 0; i < PasswordLimits.HashesAtOnce; i++)
        {
            Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        }

        hold.Set();
        var reasons = (await Task.WhenAll(tries)).Select(static answer => answer.Get().Reason).ToList();
        Assert.Equal((1, Most), (reasons.Count(static reason => reason == LoginReason.Busy), reasons.Count(static reason => reason == LoginReason.WrongPassword)));
        Assert.Equal(PasswordLimits.HashesAtOnce, most);

        // Each for its login and for its source; that one for none.
        Assert.Equal(2L * Most, core.Scalar("SELECT sum(tries) FROM sign_in_try"));
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
    }

    [Fact]
    public async Task A_customer_sets_the_password_by_a_link_once()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var passwords = core.Services.Passwords;
        var old = (await passwords.LinkAsync("10042", TestCore.Operator)).Get();
        var token = (await passwords.LinkAsync("10042", TestCore.Operator)).Get();
        Assert.Null(await passwords.FindLinkAsync(old));
        Assert.Equal("10042", (await passwords.FindLinkAsync(token))!.UserName);
        (await passwords.SetByLinkAsync(token, "short", "192.0.2.9")).Problem(ProblemKind.Invalid);
        Assert.Equal("10042", (await passwords.SetByLinkAsync(token, Password, "192.0.2.9")).Get().UserName);
        (await passwords.SetByLinkAsync(token, "eleven blue herons", "192.0.2.9")).Problem(ProblemKind.NotFound);
        Assert.Null(await passwords.FindLinkAsync(token));
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        Assert.Contains(await AuditAsync(core), row => row is { Action: PasswordActions.Set, Address: "192.0.2.9", Detail: "by a link" });
    }

    [Fact]
    public async Task A_link_ends_after_three_days_and_with_the_login_and_when_the_password_is_removed()
    {
        await using var core = await WithPasswordAsync();
        var passwords = core.Services.Passwords;
        var late = (await passwords.LinkAsync("10042", TestCore.Operator)).Get();
        core.Time.Advance(PasswordLimits.Link);
        (await passwords.SetByLinkAsync(late, Password, null)).Problem(ProblemKind.NotFound);
        var ended = (await passwords.LinkAsync("10042", TestCore.Operator)).Get();
        await passwords.RemoveAsync("10042", TestCore.Operator);
        Assert.Null(await passwords.FindLinkAsync(ended));
        var orphan = (await passwords.LinkAsync("10042", TestCore.Operator)).Get();
        await core.Services.Logins.RemoveAsync("10042", TestCore.Operator);
        await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, TestCore.Operator);
        (await passwords.SetByLinkAsync(orphan, Password, null)).Problem(ProblemKind.NotFound);
    }

    [Fact]
    public async Task A_hundred_locked_sources_and_a_thousand_logins_without_tls_are_shown()
    {
        await using var core = await WithPasswordAsync();
        var until = core.Time.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds();
        core.Tamper(
            $"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
            INSERT INTO sign_in_try (bucket, tries, next_at, forget_at, login_id, source) SELECT randomblob(32), 5, {until}, {until}, 1, 'source ' || i FROM n WHERE i <= 110;
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
            INSERT INTO login (user_name, user_key, kind, allow_from, status, created_at) SELECT 'p' || i, 'p' || i, 'publisher', '', 'active', 0 FROM n;
            INSERT INTO login_ftp (login_id, plain_times, plain_at, plain_from, plain_client) SELECT id, 1, {until}, '192.0.2.1', 'x' FROM login WHERE kind = 'publisher';
            """);
        Assert.Equal(PasswordLimits.LocksShown, (await core.Services.Passwords.ShowAsync("10042")).Get().Locks.Count);
        Assert.Equal(PasswordLimits.PlainShown, (await core.Services.Passwords.PlainAsync(core.Time.GetUtcNow())).Count);
    }
}
