using Waybill.Core.Keys;
using Waybill.Core.Keys.Life;
using Waybill.Core.Logins;
using Waybill.Core.Notifications;
using Waybill.Core.People;
using Waybill.Core.Tests.Notifications;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Keys;

/// <summary>Keys expire with warnings, are reported lost, are replaced, and are found where they are shared.</summary>
public sealed class KeyLifeTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task Reminders_come_30_7_and_1_days_before_a_key_expires_and_each_once_also_across_restarts()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        core.Tamper("UPDATE account SET email = 'owner@customer.test'");
        var expires = core.Time.GetUtcNow().AddDays(40);
        await core.Services.Keys.AddAsync(login.UserName, new NewKey(TestKey.Create()) { Label = "billing", Expires = expires }, TestCore.Operator);
        List<(int Left, long Raised)> days = [];
        for (var day = 0; day < 40; day++)
        {
            // Twice a day, and with a restart between them.
            var raised = (await Reminders(core).RunAsync()).Get();
            await core.ReopenAsync();
            Assert.Equal(0, (await Reminders(core).RunAsync()).Get());
            if (raised > 0)
            {
                days.Add(((int)(long)core.Scalar("SELECT json_extract(body, '$.days') FROM event WHERE topic = 'key-expiring' ORDER BY id DESC LIMIT 1")!, raised));
            }

            await using (var dispatcher = NotificationDispatcher.Create(core.Services.Database, Outbox.OptionsFor(core.Path, 0) with { PortalUrl = "https://files.example.com" }, core.Time).Get())
            {
                Assert.True((await dispatcher.RunAsync(CancellationToken.None, CancellationToken.None)).Succeeded);
            }

            core.Time.Advance(Day);
        }

        Assert.Equal([(30, 1), (7, 1), (1, 1)], days);
        Assert.Equal(3L, core.Scalar("SELECT count(*) FROM delivery WHERE target = 'owner@customer.test' AND topic = 'key-expiring'"));
        Assert.Equal(
            $"Example Telecom: the key of {login.UserName} expires in 7 day(s)", core.Scalar("SELECT subject FROM delivery WHERE target = 'owner@customer.test' ORDER BY id LIMIT 1 OFFSET 1"));
        Assert.Contains(
            $"In the portal: https://files.example.com/account/{login.Account}/logins/{login.UserName}\n", (string)core.Scalar("SELECT text FROM delivery WHERE target = 'owner@customer.test' LIMIT 1")!,
            StringComparison.Ordinal);
        Assert.Equal(3L, core.Scalar($"SELECT count(*) FROM event WHERE topic = 'key-expiring' AND account_id = 1 AND json_extract(body, '$.user') = '{login.UserName}' AND json_extract(body, '$.label') = 'billing'"));
    }

    [Fact]
    public async Task After_a_downtime_only_what_is_true_now_is_told()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        await core.Services.Keys.AddAsync(login.UserName, new NewKey(TestKey.Create()) { Expires = core.Time.GetUtcNow().AddDays(40) }, TestCore.Operator);
        core.Time.Advance(35 * Day);
        Assert.Equal(1, (await Reminders(core).RunAsync()).Get());
        Assert.Equal(7L, core.Scalar("SELECT days FROM key_reminder"));
        core.Time.Advance(4 * Day);
        Assert.Equal(1, (await Reminders(core).RunAsync()).Get());
        Assert.Equal(2L, core.Scalar("SELECT count(*) FROM key_reminder"));
    }

    [Fact]
    public async Task Keys_that_are_revoked_or_suspended_or_were_added_for_a_week_are_not_reminded_of()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        await core.AddLoginAsync("20000");
        var (revoked, week) = (TestKey.Create(), TestKey.Create());
        var now = core.Time.GetUtcNow();
        await core.Services.Keys.AddAsync(login.UserName, new NewKey(revoked) { Expires = now.AddDays(20) }, TestCore.Operator);
        await core.Services.Keys.AddAsync(login.UserName, new NewKey(week) { Expires = now.AddDays(7) }, TestCore.Operator);
        await core.Services.Keys.AddAsync("20000", new NewKey(TestKey.Create()) { Expires = now.AddDays(20) }, TestCore.Operator);
        await core.Services.Keys.RevokeAsync(login.UserName, revoked.Sha256, "old", TestCore.Operator);
        await core.Services.Logins.SuspendAsync("20000", "unpaid", TestCore.Operator);
        Assert.Equal(0, (await Reminders(core).RunAsync()).Get());
        core.Time.Advance(6 * Day);
        Assert.Equal(1, (await Reminders(core).RunAsync()).Get());
        Assert.Equal(week.Sha256, core.Scalar("SELECT json_extract(body, '$.key') FROM event WHERE topic = 'key-expiring'"));
    }

    [Fact]
    public async Task More_keys_than_fit_into_a_transaction_are_all_reminded_of()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        const int Logins = (KeyReminders.Together / KeyService.MaximumPerLogin) + 1;
        for (var i = 0; i < Logins; i++)
        {
            (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042", UserName = $"many{i}" }, TestCore.Operator)).Get();
        }

        core.Tamper(
            $"""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {KeyReminders.Together + 50})
            INSERT INTO login_key (login_id, type, blob, bits, sha256, md5, label, added_at, added_by, expires_at)
            SELECT 1 + i % {Logins}, 'ssh-ed25519', x'00', 256, 'SHA256:' || i, '', '', 0, 'test', {core.Time.GetUtcNow().AddDays(20).ToUnixTimeMilliseconds()} FROM n
            """);
        Assert.Equal(KeyReminders.Together + 50, (await Reminders(core).RunAsync()).Get());
    }

    [Fact]
    public async Task A_key_that_others_may_have_is_revoked_for_the_whole_account_refused_for_good_and_staff_are_told()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var second = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = login.Account, UserName = "second" }, TestCore.Operator)).Get();
        var stranger = await core.AddLoginAsync("20000");
        var key = TestKey.Create();
        foreach (var user in (string[])[login.UserName, second.UserName, stranger.UserName])
        {
            (await core.Services.Keys.AddAsync(user, new NewKey(key), TestCore.Operator)).Get();
        }

        var revision = await core.Services.LoginDirectory.RevisionAsync();
        var lost = (await core.Services.KeyLife.ReportCompromisedAsync(login.UserName, key.Sha256, "laptop stolen", null, TestCore.Operator)).Get();
        Assert.Equal([login.UserName, second.UserName], lost.RevokedOn);
        Assert.Equal([stranger.UserName], lost.AlsoOn);
        Assert.Equal("reported lost: laptop stolen", lost.Key.RevokedReason);
        Assert.NotEqual(revision, await core.Services.LoginDirectory.RevisionAsync());
        Assert.Null(Assert.Single((await core.Services.Keys.ListAsync(stranger.UserName)).Get()).Revoked);

        await core.AddAccountAsync("30000");
        var later = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "30000" }, TestCore.Operator)).Get();
        (await core.Services.Keys.AddAsync(later.UserName, new NewKey(key), TestCore.Operator)).Problem(ProblemKind.Refused);

        // The provider is told whose else it is; the account learns nothing of others, however many they are.
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM event WHERE topic = 'key-reported-lost' AND account_id = 1"));
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM event WHERE topic = 'key-lost-elsewhere' AND account_id IS NULL AND json_extract(body, '$.count') = 1"));
        Assert.Contains(stranger.UserName, (string)core.Scalar("SELECT body FROM event WHERE topic = 'key-lost-elsewhere'")!, StringComparison.Ordinal);
        var told = (string)core.Scalar("SELECT body FROM event WHERE topic = 'key-reported-lost'")!;
        Assert.DoesNotContain(stranger.UserName, told, StringComparison.Ordinal);
        Assert.DoesNotContain("other", told, StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"installed too on {stranger.UserName}", (string)core.Scalar("SELECT detail FROM audit WHERE action = 'key-reported-lost'")!, StringComparison.Ordinal);

        // Each is led to the page of their own, and nobody where there is no portal.
        core.Tamper("UPDATE account SET email = 'owner@customer.test'");
        foreach (var (portal, account, provider) in ((string?, string?, string?)[])
            [("https://files.example.com", $"https://files.example.com/account/{login.Account}/logins/{login.UserName}\n", $"https://files.example.com/staff/logins/{login.UserName}\n"), (null, null, null)])
        {
            core.Tamper("UPDATE event SET handled_at = NULL WHERE topic = 'key-reported-lost'; DELETE FROM delivery");
            await using (var dispatcher = NotificationDispatcher.Create(core.Services.Database, Outbox.OptionsFor(core.Path, 0) with { PortalUrl = portal, SupportMail = "support@provider.test" }, core.Time).Get())
            {
                Assert.True((await dispatcher.RunAsync(CancellationToken.None, CancellationToken.None)).Succeeded);
            }

            foreach (var (target, page) in ((string, string?)[])[("owner@customer.test", account), ("support@provider.test", provider)])
            {
                var text = (string)core.Scalar($"SELECT text FROM delivery WHERE topic = 'key-reported-lost' AND target = '{target}'")!;
                Assert.Contains(page is null ? "a new public key.\n\nQuestions" : "In the portal: " + page, text, StringComparison.Ordinal);
            }
        }

        // Said again, it stays so; and the one that is left can be reported by its own.
        Assert.Empty((await core.Services.KeyLife.ReportCompromisedAsync(login.UserName, key.Sha256, null, null, TestCore.Operator)).Get().RevokedOn);
        Assert.Equal([stranger.UserName], (await core.Services.KeyLife.ReportCompromisedAsync(stranger.UserName, key.Sha256, null, null, TestCore.Operator)).Get().RevokedOn);
        (await core.Services.KeyLife.ReportCompromisedAsync("nobody", key.Sha256, null, null, TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await core.Services.KeyLife.ReportCompromisedAsync(login.UserName, "SHA256:unknown", null, null, TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await core.Services.KeyLife.ReportCompromisedAsync(login.UserName, key.Sha256, "two\nlines", null, TestCore.Operator)).Problem(ProblemKind.Invalid);
    }

    [Fact]
    public async Task A_key_that_a_customer_never_used_is_stopped_where_they_may_and_refused_nowhere_else()
    {
        await using var core = await TestCore.CreateAsync();
        var customer = await core.AddLoginAsync();
        var acme = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = customer.Account, Vendor = "acme" }, TestCore.Operator)).Get();
        var stranger = await core.AddLoginAsync("20000");
        var key = TestKey.Create();
        foreach (var user in (string[])[customer.UserName, acme.UserName, stranger.UserName])
        {
            (await core.Services.Keys.AddAsync(user, new NewKey(key), TestCore.Operator)).Get();
        }

        // The key is the customer's: the vendor's person has only its public half.
        core.Tamper($"UPDATE login_key SET last_used_at = added_at + 1 WHERE login_id = (SELECT id FROM login WHERE user_name = '{customer.UserName}')");
        var vendor = new AccountAccess(customer.Account!, ["acme"], IsView: false);
        var lost = (await core.Services.KeyLife.ReportCompromisedAsync(acme.UserName, key.Sha256, null, vendor, TestCore.Operator)).Get();
        Assert.Equal([acme.UserName], lost.RevokedOn);
        Assert.False(lost.IsBurnt);
        Assert.Null(Assert.Single((await core.Services.Keys.ListAsync(customer.UserName)).Get()).Revoked);
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM burnt_key"));
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM event WHERE topic = 'key-reported-lost' AND json_extract(body, '$.refusedForAll') LIKE 'no,%'"));

        // An owner of another account, with the public half too.
        lost = (await core.Services.KeyLife.ReportCompromisedAsync(stranger.UserName, key.Sha256, null, new AccountAccess("20000", null, IsView: false), TestCore.Operator)).Get();
        Assert.Equal([stranger.UserName], lost.RevokedOn);
        Assert.False(lost.IsBurnt);
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM burnt_key"));

        // Who has used it is its holder.
        lost = (await core.Services.KeyLife.ReportCompromisedAsync(customer.UserName, key.Sha256, null, new AccountAccess(customer.Account!, null, IsView: false), TestCore.Operator)).Get();
        Assert.Equal([customer.UserName], lost.RevokedOn);
        Assert.True(lost.IsBurnt);
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM burnt_key"));
    }

    [Fact]
    public async Task A_vendors_own_key_that_logged_in_is_refused_for_good_and_stays_on_the_customers_login()
    {
        await using var core = await TestCore.CreateAsync();
        var customer = await core.AddLoginAsync();
        var acme = (await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = customer.Account, Vendor = "acme" }, TestCore.Operator)).Get();
        var key = TestKey.Create();
        (await core.Services.Keys.AddAsync(customer.UserName, new NewKey(key), TestCore.Operator)).Get();
        (await core.Services.Keys.AddAsync(acme.UserName, new NewKey(key), TestCore.Operator)).Get();
        core.Tamper($"UPDATE login_key SET last_used_at = added_at + 1 WHERE login_id = (SELECT id FROM login WHERE user_name = '{acme.UserName}')");
        var lost = (await core.Services.KeyLife.ReportCompromisedAsync(acme.UserName, key.Sha256, null, new AccountAccess(customer.Account!, ["acme"], IsView: false), TestCore.Operator)).Get();
        Assert.True(lost.IsBurnt);
        Assert.Equal([acme.UserName], lost.RevokedOn);
        Assert.Equal([customer.UserName], lost.AlsoOn);
    }

    [Fact]
    public async Task An_old_key_is_dropped_when_the_new_one_was_seen_to_work_and_not_before()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var old = await AddAsync(core, login);
        Assert.Empty((await core.Services.KeyLife.RotationsAsync(login.UserName)).Get());
        await DropAsync(core, login, old, ProblemKind.Refused);
        await UseAsync(core, login, old);
        core.Time.Advance(Day);
        var next = await AddAsync(core, login);
        Assert.Equal(RotationState.NewNotUsed, await StateAsync(core, login));
        await DropAsync(core, login, old, ProblemKind.Refused);

        core.Time.Advance(Day);
        await UseAsync(core, login, next);
        await UseAsync(core, login, old);
        Assert.Equal(RotationState.OldStillUsed, await StateAsync(core, login));
        await DropAsync(core, login, old, ProblemKind.Refused);

        core.Time.Advance(KeyRotation.Quiet);
        Assert.Equal(RotationState.CanDropOld, await StateAsync(core, login));
        await DropAsync(core, login, next, ProblemKind.Refused);
        var dropped = (await core.Services.KeyLife.DropOldAsync(login.UserName, old.Sha256, evenIfUsed: false, TestCore.Operator)).Get();
        Assert.Equal($"replaced by {next.Sha256}", dropped.RevokedReason);
        Assert.Empty((await core.Services.KeyLife.RotationsAsync(login.UserName)).Get());
    }

    [Fact]
    public async Task An_old_key_that_is_still_used_is_dropped_when_that_is_wanted()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var old = await AddAsync(core, login);
        core.Time.Advance(Day);
        var next = await AddAsync(core, login);
        await UseAsync(core, login, next);
        await UseAsync(core, login, old);
        await DropAsync(core, login, old, ProblemKind.Refused);
        Assert.NotNull((await core.Services.KeyLife.DropOldAsync(login.UserName, old.Sha256, evenIfUsed: true, TestCore.Operator)).Get().Revoked);
    }

    [Fact]
    public async Task Keys_that_logins_share_are_found()
    {
        await using var core = await TestCore.CreateAsync();
        var key = TestKey.Create();
        List<string> users = [];
        for (var i = 0; i < KeyLife.LoginsNamed + 2; i++)
        {
            users.Add((await core.AddLoginAsync($"{10000 + i}")).UserName);
            (await core.Services.Keys.AddAsync(users[i], new NewKey(key), TestCore.Operator)).Get();
            (await core.Services.Keys.AddAsync(users[i], new NewKey(TestKey.Create()), TestCore.Operator)).Get();
        }

        var shared = Assert.Single(await core.Services.KeyLife.SharedAsync());
        Assert.Equal((key.Sha256, users.Count, KeyLife.LoginsNamed), (shared.Sha256, shared.Count, shared.Logins.Count));
        var with = Assert.Single(await core.Services.KeyLife.SharedWithAsync(users[0]));
        Assert.Equal(key.Sha256, with.Key);
        Assert.Equal(users.Skip(1).Take(KeyLife.LoginsNamed), with.Value);

        // Those of the most logins first.
        var ofTwo = TestKey.Create();
        (await core.Services.Keys.AddAsync(users[0], new NewKey(ofTwo), TestCore.Operator)).Get();
        (await core.Services.Keys.AddAsync(users[1], new NewKey(ofTwo), TestCore.Operator)).Get();
        Assert.Equal([(key.Sha256, users.Count), (ofTwo.Sha256, 2)], (await core.Services.KeyLife.SharedAsync()).Select(static each => (each.Sha256, each.Count)));
        Assert.Equal(key.Sha256, Assert.Single(await core.Services.KeyLife.SharedAsync(1)).Sha256);

        // In pages, by fingerprint.
        var first = await core.Services.KeyLife.ListSharedAsync(1);
        var second = await core.Services.KeyLife.ListSharedAsync(1, first.Next);
        Assert.Equal(((string[])[key.Sha256, ofTwo.Sha256]).Order(StringComparer.Ordinal), first.Items.Concat(second.Items).Select(static each => each.Sha256));
        Assert.Null(second.Next);

        // A login goes, with its keys.
        await core.Services.Logins.RemoveAsync(users[1], TestCore.Operator);
        Assert.Equal(users.Count - 1, Assert.Single(await core.Services.KeyLife.SharedAsync()).Count);
        foreach (var user in users.Skip(2))
        {
            await core.Services.Keys.RevokeAsync(user, key.Sha256, "own keys", TestCore.Operator);
        }

        Assert.Empty(await core.Services.KeyLife.SharedAsync());
        Assert.Empty(await core.Services.KeyLife.SharedWithAsync(users[0]));
    }

    [Fact]
    public async Task Keys_that_expire_soon_come_in_pages_the_next_first_also_those_of_one_moment()
    {
        await using var core = await TestCore.CreateAsync();
        List<string> soon = [];
        foreach (var (number, days) in ((string, int)[])[("1", 5), ("2", 5), ("1", 5), ("2", 9), ("1", 40)])
        {
            if ((await core.Services.Logins.FindAsync(number)).Problem is not null)
            {
                await core.AddLoginAsync(number);
            }

            var key = TestKey.Create();
            (await core.Services.Keys.AddAsync(number, new NewKey(key) { Expires = core.Time.GetUtcNow().AddDays(days) }, TestCore.Operator)).Get();
            soon.Add(key.Sha256);
        }

        Assert.Equal(soon[..4], await AllAsync(30, null));
        Assert.Equal([soon[0], soon[2]], await AllAsync(30, "1"));
        Assert.Equal([soon[1], soon[3]], await AllAsync(30, "2"));
        Assert.Empty(await AllAsync(30, "nobody"));
        Assert.Equal(soon, await AllAsync(41, null));

        // What has expired since the page before is not on the next one.
        var page = await core.Services.KeyLife.ExpiringAsync(TimeSpan.FromDays(30), size: 1);
        core.Time.Advance(TimeSpan.FromDays(6));
        Assert.Equal([soon[3]], (await core.Services.KeyLife.ExpiringAsync(TimeSpan.FromDays(30), after: page.Next)).Items.Select(static each => each.Sha256));

        async Task<List<string>> AllAsync(int days, string? account)
        {
            List<string> all = [];
            string? after = null;
            do
            {
                var next = await core.Services.KeyLife.ExpiringAsync(TimeSpan.FromDays(days), account, 1, after);
                all.AddRange(next.Items.Select(static each => each.Sha256));
                after = next.Next;
            }
            while (after is not null);
            return all;
        }
    }

    private static KeyReminders Reminders(TestCore core) => new(core.Services.Database, TimeZoneInfo.Utc, core.Time);

    private static async Task<InstalledKey> AddAsync(TestCore core, Login login) => (await core.Services.Keys.AddAsync(login.UserName, new NewKey(TestKey.Create()), TestCore.Operator)).Get().Key;

    private static async Task UseAsync(TestCore core, Login login, InstalledKey key)
    {
        core.Services.LoginUsage.Note(login.Id, key.Id, "192.0.2.7", "client");
        Assert.True((await core.Services.LoginUsage.FlushAsync()).Succeeded);
    }

    private static async Task<RotationState> StateAsync(TestCore core, Login login) => Assert.Single((await core.Services.KeyLife.RotationsAsync(login.UserName)).Get()).State;

    private static async Task DropAsync(TestCore core, Login login, InstalledKey key, ProblemKind kind) =>
        (await core.Services.KeyLife.DropOldAsync(login.UserName, key.Sha256, evenIfUsed: false, TestCore.Operator)).Problem(kind);
}
