using Waybill.TestKit;
using System.Diagnostics;
using System.Net;
using Waybill.Core.Keys;
using Waybill.Core.Logins;

namespace Waybill.Core.Tests.Logins;

public sealed class LoginDirectoryTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.1");

    private readonly TestKey _key = TestKey.Create();

    [Fact]
    public async Task Each_reason_is_told_apart()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042", AllowFrom = ["192.0.2.0/24"] }, TestCore.Operator);
        await core.Services.Keys.AddAsync("10042", new NewKey(_key) { Expires = core.Time.GetUtcNow().AddDays(1) }, TestCore.Operator);
        var revoked = TestKey.Create();
        await core.Services.Keys.AddAsync("10042", new NewKey(revoked), TestCore.Operator);
        await core.Services.Keys.RevokeAsync("10042", revoked.Sha256, "test", TestCore.Operator);

        Assert.Equal(LoginReason.Ok, await ReasonAsync(core, "10042", _key, Address));
        Assert.Equal(LoginReason.UnknownUser, await ReasonAsync(core, "10043", _key, Address));
        Assert.Equal(LoginReason.UnknownKey, await ReasonAsync(core, "10042", TestKey.Create(), Address));
        Assert.Equal(LoginReason.UnknownKey, await ReasonAsync(core, "10042", new TestKey([]), Address));
        Assert.Equal(LoginReason.KeyRevoked, await ReasonAsync(core, "10042", revoked, Address));
        Assert.Equal(LoginReason.AddressNotAllowed, await ReasonAsync(core, "10042", _key, IPAddress.Parse("203.0.113.1")));

        await core.Services.Logins.SuspendAsync("10042", null, TestCore.Operator);
        Assert.Equal(LoginReason.LoginSuspended, await ReasonAsync(core, "10042", _key, Address));
        await core.Services.Logins.ResumeAsync("10042", TestCore.Operator);
        Assert.Equal(LoginReason.Ok, await ReasonAsync(core, "10042", _key, Address));

        await core.Services.Accounts.SuspendAsync("10042", null, TestCore.Operator);
        Assert.Equal(LoginReason.AccountSuspended, await ReasonAsync(core, "10042", _key, Address));
        await core.Services.Accounts.CloseAsync("10042", null, TestCore.Operator);
        Assert.Equal(LoginReason.AccountClosed, await ReasonAsync(core, "10042", _key, Address));

        core.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(LoginReason.KeyExpired, await ReasonAsync(core, "10042", _key, Address));
    }

    [Theory]
    [InlineData(LoginKind.Publisher)]
    [InlineData(LoginKind.Collector)]
    public async Task The_providers_own_kinds_log_in_without_an_account(LoginKind kind)
    {
        await using var core = await TestCore.CreateAsync();
        await core.Services.Logins.AddAsync(new NewLogin(kind) { UserName = "billing" }, TestCore.Operator);
        await core.Services.Keys.AddAsync("billing", new NewKey(_key), TestCore.Operator);
        Assert.Equal(LoginReason.Ok, await ReasonAsync(core, "billing", _key, Address));
    }

    [Fact]
    public async Task A_key_that_another_process_revokes_stops_working_at_the_next_question()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        await core.Services.Keys.AddAsync("10042", new NewKey(_key), TestCore.Operator);
        await using var beside = (await CoreServices.OpenAsync(core.Path, core.Time)).Get();
        var version = core.Services.Database.DataVersion();
        var revision = await core.Services.LoginDirectory.RevisionAsync();
        Assert.Equal(version, core.Services.Database.DataVersion());

        await beside.Keys.RevokeAsync("10042", _key.Sha256, "lost", TestCore.Operator);

        Assert.Equal(LoginReason.KeyRevoked, await ReasonAsync(core, "10042", _key, Address));
        Assert.NotEqual(version, core.Services.Database.DataVersion());
        Assert.NotEqual(revision, await core.Services.LoginDirectory.RevisionAsync());
    }

    [Fact]
    public async Task An_upload_or_a_last_use_does_not_change_the_revision()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var key = (await core.Services.Keys.AddAsync("10042", new NewKey(_key), TestCore.Operator)).Get().Key;
        var revision = await core.Services.LoginDirectory.RevisionAsync();

        core.Services.LoginUsage.Note(login.Id, key.Id, "192.0.2.1", "x");
        await core.Services.LoginUsage.FlushAsync();
        await core.Services.Audit.AppendAsync(new Core.Audit.AuditEntry("upload", TestCore.Operator));

        Assert.Equal(revision, await core.Services.LoginDirectory.RevisionAsync());
    }

    [Fact]
    public async Task The_last_use_is_written_after_the_interval_and_shown_with_key_and_login()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var key = (await core.Services.Keys.AddAsync("10042", new NewKey(_key), TestCore.Operator)).Get().Key;

        core.Services.LoginUsage.Note(login.Id, key.Id, "192.0.2.1", "OpenSSH_9.2\u001b[31m");
        Assert.Null((await core.Services.Keys.ListAsync("10042")).Get()[0].LastUsed);
        var used = core.Time.GetUtcNow();
        core.Time.Advance(LoginUsage.Interval);

        await WaitAsync(async () => (await core.Services.Keys.ListAsync("10042")).Get()[0].LastUsed is not null);
        var listed = (await core.Services.Keys.ListAsync("10042")).Get()[0];
        Assert.Equal(used, listed.LastUsed);
        Assert.Equal("192.0.2.1", listed.LastUsedFrom);
        Assert.Equal(@"OpenSSH_9.2\u001b[31m", listed.LastUsedClient);
        Assert.Equal(used, (await core.Services.Logins.FindAsync("10042")).Get().LastLogin);
    }

    [Fact]
    public async Task A_last_use_that_waits_is_written_when_the_program_ends()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var key = (await core.Services.Keys.AddAsync("10042", new NewKey(_key), TestCore.Operator)).Get().Key;
        core.Services.LoginUsage.Note(login.Id, key.Id, "192.0.2.1", "x");
        await core.ReopenAsync();
        Assert.Equal("192.0.2.1", (await core.Services.Keys.ListAsync("10042")).Get()[0].LastUsedFrom);
    }

    [Fact]
    public async Task With_100_000_accounts_opening_and_looking_up_stay_fast()
    {
        await using var core = await TestCore.CreateAsync();
        core.Tamper("""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
            INSERT INTO account (number, number_key, name, status, language, created_at) SELECT 'a' || i, 'a' || i, 'Example', 'active', 'en', 0 FROM n;
            INSERT INTO login (user_name, user_key, kind, account_id, allow_from, status, created_at) SELECT number, number_key, 'customer', id, '', 'active', 0 FROM account;
            """);
        var clock = Stopwatch.StartNew();
        await core.ReopenAsync();
        Assert.NotNull(await core.Services.LoginDirectory.FindAsync("A99999"));
        Assert.Null(await core.Services.LoginDirectory.FindAsync("nobody"));

        // The promise is 1 s from start to READY for the whole server (bench/start); ten times that is the alarm.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }

    private static async Task<LoginReason> ReasonAsync(TestCore core, string user, TestKey key, IPAddress address) =>
        core.Services.LoginDirectory.Check(await core.Services.LoginDirectory.FindAsync(user), key.Blob.Span, address);

    private static async Task WaitAsync(Func<Task<bool>> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "It did not happen within 60 s.");
            await Task.Delay(10);
        }
    }
}
