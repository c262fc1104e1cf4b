using System.Net;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;
using Waybill.Core.Tests.Database;
using static Waybill.Core.Tests.Passwords.PasswordTries;

namespace Waybill.Core.Tests.Passwords;

/// <summary>What ends a wait before its time.</summary>
public sealed class PasswordUnlockTests
{
    [Fact]
    public async Task Unlocking_and_setting_anew_let_a_locked_source_in_at_once()
    {
        await using var core = await WithPasswordAsync();
        await FailAsync(core, Home, PasswordLimits.Tries);
        Assert.Equal(1, (await core.Services.Passwords.UnlockAsync("10042", TestCore.Operator)).Get());
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        await FailAsync(core, Away, PasswordLimits.Tries);
        await core.Services.Passwords.SetAsync("10042", "eleven blue herons", TestCore.Operator);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, "eleven blue herons", Away)).Reason);
        Assert.Contains("5 from 192.0.2.1", (await AuditAsync(core)).Single(row => row.Action == PasswordActions.Unlocked).Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7", "198.51.100.7")]
    [InlineData("2001:db8:0:1::5", "2001:db8:0:1:ffff::1", "2001:db8:0:1::/64")]
    [InlineData("2001:db8:0:1::5", "2001:db8:0:1::/64", "2001:db8:0:1::/64")]
    public async Task A_source_that_waits_for_whatever_login_is_unlocked_by_itself_and_not_with_a_login_that_was_not_tried(string from, string named, string source)
    {
        await using var core = await WithPasswordAsync();
        var address = IPAddress.Parse(from);
        for (var i = 0; i < PasswordLimits.TriesOfSource; i++)
        {
            Assert.Null((await TryAsync(core, "wrong", address, user: $"user{i}")).WaitingSource);
        }

        var locked = await TryAsync(core, Password, address);
        Assert.Equal((LoginReason.PasswordLocked, source), (locked.Reason, locked.WaitingSource));
        Assert.Equal(0, (await core.Services.Passwords.UnlockAsync("10042", TestCore.Operator)).Get());
        Assert.Equal(LoginReason.PasswordLocked, (await TryAsync(core, Password, address)).Reason);

        var unlocked = (await core.Services.Passwords.UnlockSourceAsync(named, TestCore.Operator)).Get();
        Assert.Equal((source, PasswordLimits.TriesOfSource), (unlocked.Source, unlocked.Tries));
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, address)).Reason);
        var row = (await AuditAsync(core)).First(static row => row.Action == PasswordActions.Unlocked);
        Assert.Equal((source, "30 wrong passwords for one name or another"), (row.Subject, row.Detail));
        Assert.Equal(0, (await core.Services.Passwords.UnlockSourceAsync(named, TestCore.Operator)).Get().Tries);
        foreach (var none in (string[])["example.com", "192.0.2", "1", "192.0.2.1/24", "2001:db8::/32"])
        {
            (await core.Services.Passwords.UnlockSourceAsync(none, TestCore.Operator)).Problem(ProblemKind.Invalid);
        }
    }

    [Fact]
    public async Task The_wait_of_a_name_that_was_tried_before_its_login_was_made_ends_with_its_unlock_and_with_its_password()
    {
        await using var core = await WithPasswordAsync();
        for (var i = 0; i < PasswordLimits.Tries; i++)
        {
            await TryAsync(core, "wrong", Home, user: "10043");
            await TryAsync(core, "wrong", Away, user: "10044");
        }

        foreach (var (user, source) in ((string, IPAddress)[])[("10043", Home), ("10044", Away)])
        {
            await core.AddLoginAsync(user);
            Assert.Equal(LoginReason.PasswordLocked, (await TryAsync(core, Password, source, user: user)).Reason);
        }

        Assert.Equal(1, (await core.Services.Passwords.UnlockAsync("10043", TestCore.Operator)).Get());
        Assert.Equal(LoginReason.NoPassword, (await TryAsync(core, Password, Home, user: "10043")).Reason);
        await core.Services.Passwords.SetAsync("10044", Password, TestCore.Operator);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password, Away, user: "10044")).Reason);
    }

    [Fact]
    public async Task A_wait_of_a_login_alone_is_none_of_its_source_and_unlocking_the_login_ends_both()
    {
        await using var core = await WithPasswordAsync();
        await FailAsync(core, Away, PasswordLimits.Tries);
        Assert.Equal((LoginReason.PasswordLocked, null), await LockedAsync());
        for (var i = PasswordLimits.Tries; i < PasswordLimits.TriesOfSource; i++)
        {
            await TryAsync(core, "wrong", Away, user: $"user{i}");
        }

        Assert.Equal((LoginReason.PasswordLocked, null), await LockedAsync());
        Assert.Equal(1, (await core.Services.Passwords.UnlockAsync("10042", TestCore.Operator)).Get());
        Assert.Equal((LoginReason.Ok, null), await LockedAsync());

        async Task<(LoginReason, string?)> LockedAsync() => await TryAsync(core, Password, Away) is var answer ? (answer.Reason, answer.WaitingSource) : default;
    }
}
