using Waybill.Core.Logins;
using Waybill.Core.Passwords;
using static Waybill.Core.Tests.Passwords.PasswordTries;

namespace Waybill.Core.Tests.Passwords;

public sealed class PasswordImportTests
{
    [Fact]
    public async Task Another_servers_hash_is_taken_over_and_hashed_anew_at_its_first_use()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        await core.AddLoginAsync("10043");
        var done = (await core.Services.Passwords.ImportAsync(["# of the old server", $"10042:{Imported}", "", $"10043:{ImportedShort}"], TestCore.Operator)).Get();
        Assert.Equal((2, 0), (done.Imported, done.Kept.Count));
        Assert.Equal(LoginReason.WrongPassword, (await TryAsync(core, "wrong")).Reason);
        var credential = (await TryAsync(core, Password)).Credential!;
        var shown = (await core.Services.Passwords.ShowAsync("10042")).Get();
        Assert.Equal((true, true, false), (shown.IsImported, shown.IsRehashed, shown.IsWeak));
        Assert.StartsWith("AQAAAAIAAzRQ", (string)core.Scalar("SELECT hash FROM login_password ORDER BY login_id LIMIT 1")!, StringComparison.Ordinal);
        Assert.Equal(LoginReason.Ok, core.Services.LoginDirectory.Check(await core.Services.LoginDirectory.FindAsync("10042"), credential, Home));
        core.Time.Advance(PasswordLimits.RecentTime);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);

        // Shorter than new ones may be: its customer is not turned away, and staff see it.
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, "short", user: "10043")).Reason);
        Assert.True((await core.Services.Passwords.ShowAsync("10043")).Get().IsWeak);
        Assert.Equal(2, (await AuditAsync(core)).Count(row => row is { Action: PasswordActions.Imported, Detail: "$6$" }));
    }

    [Fact]
    public async Task A_shadow_file_is_taken_over_as_cut_leaves_it_without_those_whose_password_is_locked()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        await core.AddLoginAsync("10043");
        string[] shadow = ["\uFEFF10042:" + Imported, "root:*", "daemon:*", "sshd:!", "ntp:!!", "backup:!*", "10043:!" + Imported, "guest:"];
        var done = (await core.Services.Passwords.ImportAsync(shadow, TestCore.Operator)).Get();
        Assert.Equal((1, 0, 7), (done.Imported, done.Kept.Count, done.Locked));
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        Assert.Equal(LoginReason.NoPassword, await ReasonAsync(core, "10043", Password));
    }

    [Fact]
    public async Task A_file_that_says_nothing_is_not_taken_for_done()
    {
        await using var core = await TestCore.CreateAsync();
        Assert.Contains("has no line of USER:HASH", (await core.Services.Passwords.ImportAsync(["# nobody yet", ""], TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10042:x", "Line 3 (10042) holds no hash: passwd files have an x where shadow files have the hash")]
    [InlineData("\uFEFF10042:" + Imported, "and there is no such login")]
    [InlineData("10042", "Line 3 is not USER:HASH")]
    [InlineData("10042:$6$a$b:1000:1000::/home/a:/bin/sh", "Line 3 is not USER:HASH")]
    [InlineData("10042:rl.3StKT.4T8M", "Line 3 (10042) has another form")]
    [InlineData("10042:$6$rounds=99999999$saltsalt$UqV7iIIJA.w6RbC0h94QVyK.GGYQ7v0dH4b.4FuogeT62iaQVSpwHZUgp4/zjxHwisfn8Ney5T8Hj8utl9W/S0", "Line 3 (10042) has 99999999 rounds")]
    [InlineData("10044:" + Imported, "Line 3 names 10044, and there is no such login")]
    [InlineData("10043:" + Imported, "Line 3 names 10043 a second time")]
    public async Task A_line_that_cannot_be_taken_over_is_named_and_none_is(string line, string why)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        await core.AddLoginAsync("10043");
        var refused = (await core.Services.Passwords.ImportAsync([$"10043:{Imported}", "", line], TestCore.Operator)).Problem(ProblemKind.Refused);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM login_password"));
        Assert.Empty(await AuditAsync(core));
    }

    [Fact]
    public async Task A_login_that_has_a_password_keeps_it_and_a_file_has_a_bound()
    {
        await using var core = await WithPasswordAsync();
        Assert.Equal(["10042"], (await core.Services.Passwords.ImportAsync([$"10042:{ImportedShort}"], TestCore.Operator)).Get().Kept);
        Assert.Equal(LoginReason.Ok, (await TryAsync(core, Password)).Reason);
        (await core.Services.Passwords.ImportAsync([.. Enumerable.Repeat("#", PasswordLimits.ImportLines + 1)], TestCore.Operator)).Problem(ProblemKind.LimitReached);
    }
}
