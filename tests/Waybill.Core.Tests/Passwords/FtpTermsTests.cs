using Waybill.Core.Logins;
using Waybill.Core.Passwords;
using static Waybill.Core.Tests.Passwords.PasswordTries;

namespace Waybill.Core.Tests.Passwords;

public sealed class FtpTermsTests
{
    [Fact]
    public async Task A_login_that_must_use_tls_is_refused_without_from_that_day_on_and_who_comes_plain_is_listed()
    {
        await using var core = await WithPasswordAsync();
        var passwords = core.Services.Passwords;
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, isEncrypted: false)).Reason);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, isEncrypted: false)).Reason);
        var listed = Assert.Single(await passwords.PlainAsync(core.Time.GetUtcNow().AddDays(-1)));
        Assert.Equal(("10042", "10042", 2L, "192.0.2.1", "lftp", null), (listed.UserName, listed.Account, listed.Times, listed.From, listed.Client, listed.TlsFrom));
        Assert.Empty(await passwords.PlainAsync(core.Time.GetUtcNow()));

        var day = core.Time.GetUtcNow().AddDays(1);
        (await passwords.SetFtpTermsAsync("10042", terms => terms with { TlsFrom = day }, TestCore.Operator)).Get();
        Assert.True(await passwords.MayUsePlainAsync("10042"));
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, isEncrypted: false)).Reason);
        core.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal((false, true), (await passwords.MayUsePlainAsync("10042"), await passwords.MayUsePlainAsync("nobody")));
        Assert.Equal(LoginReason.TlsRequired, (await TryAsync(core, Password, isEncrypted: false)).Reason);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
    }

    [Fact]
    public async Task A_program_that_says_behind_its_password_what_it_is_is_listed_by_that()
    {
        await using var core = await WithPasswordAsync();
        var (passwords, usage) = (core.Services.Passwords, core.Services.LoginUsage);
        Assert.Null((await TryAsync(core, Password)).PlainAt);
        var first = await UseAsync("192.0.2.1");
        usage.NameClient(first, "OldProg\u001b 1.2");
        await AssertListedAsync("OldProg\\u001b 1.2");
        usage.NameClient(first, "OldProg 1.3");
        await AssertListedAsync("OldProg 1.3");

        // What another connection says that was there before is of no login that is shown.
        core.Time.Advance(TimeSpan.FromMinutes(1));
        var second = await UseAsync("198.51.100.7");
        usage.NameClient(first, "OldProg 1.4");
        await AssertListedAsync("lftp");
        usage.NameClient(second, "NewProg");
        usage.NameClient(first, "OldProg 1.5");
        await AssertListedAsync("NewProg");

        async Task<PasswordUse> UseAsync(string address)
        {
            var answer = await TryAsync(core, Password, System.Net.IPAddress.Parse(address), isEncrypted: false);
            return usage.NotePassword(answer.Candidate!.Login.Id, address, "lftp") with { PlainAt = answer.PlainAt };
        }

        async Task AssertListedAsync(string client)
        {
            Assert.True((await usage.FlushAsync()).Succeeded);
            var listed = Assert.Single(await passwords.PlainAsync(core.Time.GetUtcNow().AddDays(-1)));
            Assert.Equal((client, client), (listed.Client, (await passwords.ShowAsync("10042")).Get().LastUsedClient));
        }
    }

    [Fact]
    public async Task What_is_said_for_an_account_holds_for_all_its_logins_besides_what_is_said_for_one()
    {
        await using var core = await WithPasswordAsync();
        var (passwords, now) = (core.Services.Passwords, core.Time.GetUtcNow());
        Assert.False((await TryAsync(core, Password)).Candidate!.AcceptsUncleanUploads);
        Assert.Equal(new FtpTerms(now.AddDays(2), true), (await passwords.SetAccountFtpTermsAsync("10042", _ => new FtpTerms(now.AddDays(2), true), TestCore.Operator)).Get());
        Assert.True((await TryAsync(core, Password)).Candidate!.AcceptsUncleanUploads);

        // The earlier day counts, and either's leniency.
        Assert.Equal(new FtpTerms(now.AddDays(1), true), (await passwords.SetFtpTermsAsync("10042", _ => new FtpTerms(now.AddDays(1), false), TestCore.Operator)).Get());
        Assert.Equal(new FtpTerms(now.AddDays(2), true), (await passwords.SetFtpTermsAsync("10042", terms => terms with { TlsFrom = now.AddDays(9) }, TestCore.Operator)).Get());
        var session = (await TryAsync(core, Password, isEncrypted: false)).Credential!;
        core.Time.Advance(TimeSpan.FromDays(2));
        Assert.False(await passwords.MayUsePlainAsync("10042"));
        Assert.Equal(LoginReason.TlsRequired, (await TryAsync(core, Password, isEncrypted: false)).Reason);

        // A session without TLS from before is over too.
        var candidate = await core.Services.LoginDirectory.FindAsync("10042");
        Assert.Equal(LoginReason.TlsRequired, core.Services.LoginDirectory.Check(candidate, session, Home));
        Assert.Equal(LoginReason.Ok, core.Services.LoginDirectory.Check(candidate, (await TryAsync(core, Password)).Credential!, Home));
        (await passwords.SetAccountFtpTermsAsync("nobody", static terms => terms, TestCore.Operator)).Problem(ProblemKind.NotFound);
        Assert.Equal((2L, 1L), (core.Scalar($"SELECT count(*) FROM audit WHERE action = '{PasswordActions.FtpTermsSet}'"), core.Scalar($"SELECT count(*) FROM audit WHERE action = '{PasswordActions.AccountFtpTermsSet}' AND account = '10042'")));
    }
}
