using Waybill.TestKit;
using Waybill.Core.Audit;
using Waybill.Core.Keys;

namespace Waybill.Core.Tests.Keys;

public sealed class KeyServiceTests
{
    private readonly TestKey _key = TestKey.Create();

    [Fact]
    public async Task An_added_key_is_listed_with_all_that_is_known_of_it()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var expires = core.Time.GetUtcNow().AddDays(90);
        var added = (await core.Services.Keys.AddAsync("10042", new NewKey(_key) { Label = "billing server", Comment = "root@x", Expires = expires }, TestCore.Operator)).Get();

        Assert.False(added.AlreadyInstalled);
        var key = Assert.Single((await core.Services.Keys.ListAsync("10042")).Get());
        Assert.Equal("ssh-ed25519", key.Type);
        Assert.Equal(256, key.Bits);
        Assert.Equal(_key.Sha256, key.Sha256);
        Assert.Equal(_key.Md5, key.Md5);
        Assert.Equal("billing server", key.Label);
        Assert.Equal("tester", key.AddedBy);
        Assert.Equal(core.Time.GetUtcNow(), key.Added);
        Assert.Equal(expires, key.Expires);
        Assert.True(key.Blob.Span.SequenceEqual(_key.Blob.Span));
    }

    [Fact]
    public async Task A_key_that_is_there_already_stays_as_it_is()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        await core.Services.Keys.AddAsync("10042", new NewKey(_key) { Label = "first" }, TestCore.Operator);
        var again = (await core.Services.Keys.AddAsync("10042", new NewKey(_key) { Label = "second" }, TestCore.Operator)).Get();

        Assert.True(again.AlreadyInstalled);
        Assert.Equal("first", Assert.Single((await core.Services.Keys.ListAsync("10042")).Get()).Label);
        Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.KeyAdded })).Items);
    }

    [Fact]
    public async Task A_comment_of_the_customers_file_cannot_steer_the_terminal()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var key = (await core.Services.Keys.AddAsync("10042", new NewKey(_key) { Comment = "\u001b]0;owned\u0007" + new string('x', 1000) }, TestCore.Operator)).Get().Key;
        Assert.StartsWith(@"\u001b]0;owned\u0007xxx", key.Label, StringComparison.Ordinal);
        Assert.Equal(200, key.Label.Length);
    }

    [Fact]
    public async Task A_revoked_key_does_not_come_back_and_the_attempt_is_recorded()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        await core.Services.Keys.AddAsync("10042", new NewKey(_key), TestCore.Operator);
        await core.Services.Keys.RevokeAsync("10042", _key.Sha256, "laptop stolen", TestCore.Operator);

        var problem = (await core.Services.Keys.AddAsync("10042", new NewKey(_key), TestCore.Operator)).Problem(ProblemKind.Refused);

        Assert.Contains("laptop stolen", problem.Message, StringComparison.Ordinal);
        var row = Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.KeyRefused })).Items);
        Assert.Equal("refused", row.Outcome);
        Assert.Contains(_key.Sha256, row.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_burnt_key_is_refused_on_every_login_for_good()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync("1");
        await core.AddLoginAsync("2");
        await core.Services.Keys.AddAsync("1", new NewKey(_key), TestCore.Operator);

        var burnt = (await core.Services.BurntKeys.AddAsync(_key.Sha256, "private key sent by mail", TestCore.Operator)).Get();
        Assert.Equal(["1"], burnt.InstalledOn);
        (await core.Services.BurntKeys.AddAsync(_key.Sha256, "again", TestCore.Operator)).Get();
        await core.ReopenAsync();

        Assert.Contains(
            "private key sent by mail",
            (await core.Services.Keys.AddAsync("2", new NewKey(_key) { IsForStaff = true }, TestCore.Operator)).Problem(ProblemKind.Refused).Message,
            StringComparison.Ordinal);

        // A customer does not read what staff wrote, or whose request brought it; the audit says it all the same.
        var told = (await core.Services.Keys.AddAsync("2", new NewKey(_key), TestCore.Operator)).Problem(ProblemKind.Refused).Message;
        Assert.StartsWith("The private half of this key reached us on ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("sent by mail", told, StringComparison.Ordinal);
        Assert.Equal(2L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'key-refused' AND detail LIKE '%private key sent by mail%'"));
        Assert.Empty((await core.Services.Keys.ListAsync("2")).Get());
        (await core.Services.BurntKeys.AddAsync("SHA256:short", "x", TestCore.Operator)).Problem(ProblemKind.Invalid);
    }

    [Fact]
    public async Task So_many_burnt_keys_are_remembered_and_beyond_them_those_that_are_on_a_login()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync("1");
        await core.AddLoginAsync("2");
        core.Tamper($"INSERT INTO burnt_key (rowid, sha256, how, burnt_at, burnt_by) VALUES ({BurntKeys.Maximum - 1}, 'SHA256:x', 'x', 0, 'x')");
        var (last, beyond) = (TestKey.Create(), TestKey.Create());
        foreach (var key in (TestKey[])[last, beyond])
        {
            (await core.Services.BurntKeys.AddAsync(new SentHalf(key.Sha256, IsProven: true), "sent", TestCore.Operator)).Get();
        }

        Assert.Equal(BurntKeys.Maximum, await core.Services.BurntKeys.CountAsync());
        (await core.Services.Keys.AddAsync("1", new NewKey(last), TestCore.Operator)).Problem(ProblemKind.Refused);
        (await core.Services.Keys.AddAsync("1", new NewKey(beyond), TestCore.Operator)).Get();
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'key-burnt' AND detail = 'sent (not remembered, since 1000000 keys are)'"));

        // Somebody has installed it: it is one of few.
        (await core.Services.BurntKeys.AddAsync(new SentHalf(beyond.Sha256, IsProven: true), "sent again", TestCore.Operator)).Get();
        (await core.Services.Keys.AddAsync("2", new NewKey(beyond), TestCore.Operator)).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Each_notation_of_a_fingerprint_and_its_beginning_revokes_the_key()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        foreach (var notation in new Func<TestKey, string>[]
        {
            key => key.Sha256,
            key => key.Sha256 + "=",
            key => "sha256:" + key.Sha256[7..],
            key => key.Sha256[7..],
            key => key.Sha256[7..13],
            key => key.Md5,
            key => "MD5:" + key.Md5.ToUpperInvariant(),
            key => key.Md5.Replace(":", "", StringComparison.Ordinal),
            key => " " + key.Sha256 + " ",
        })
        {
            var key = TestKey.Create();
            await core.Services.Keys.AddAsync("10042", new NewKey(key), TestCore.Operator);
            var revoked = (await core.Services.Keys.RevokeAsync("10042", notation(key), "test", TestCore.Operator)).Get();
            Assert.Equal(key.Sha256, revoked.Sha256);
            Assert.Equal("tester", revoked.RevokedBy);
        }
    }

    [Fact]
    public async Task A_fingerprint_that_fits_none_two_or_is_too_short_revokes_nothing()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        await core.Services.Keys.AddAsync("10042", new NewKey(_key), TestCore.Operator);
        var keys = core.Services.Keys;

        (await keys.RevokeAsync("10042", TestKey.Create().Sha256, "x", TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await keys.RevokeAsync("10042", _key.Sha256[7..12], "x", TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await keys.RevokeAsync("10042", "SHA256:", "x", TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await keys.RevokeAsync("10042", _key.Sha256, " ", TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await keys.RevokeAsync("nobody", _key.Sha256, "x", TestCore.Operator)).Problem(ProblemKind.NotFound);
        (await keys.ListAsync("nobody")).Problem(ProblemKind.NotFound);
        (await keys.AddAsync("nobody", new NewKey(_key), TestCore.Operator)).Problem(ProblemKind.NotFound);

        core.Tamper($"INSERT INTO login_key (login_id, type, blob, bits, sha256, md5, label, added_at, added_by) SELECT login_id, type, x'00', bits, substr(sha256, 1, 20) || 'x', '', '', 0, '' FROM login_key");
        Assert.Contains("2 keys", (await keys.RevokeAsync("10042", _key.Sha256[..20], "x", TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
        Assert.All((await keys.ListAsync("10042")).Get(), static key => Assert.Null(key.Revoked));

        (await keys.RevokeAsync("10042", _key.Sha256, "x", TestCore.Operator)).Get();
        Assert.Contains("already", (await keys.RevokeAsync("10042", _key.Sha256, "x", TestCore.Operator)).Problem(ProblemKind.Refused).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expiry_that_is_over_is_refused()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        (await core.Services.Keys.AddAsync("10042", new NewKey(_key) { Expires = core.Time.GetUtcNow() }, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Services.Keys.AddAsync("10042", new NewKey(_key) { Label = "\n" }, TestCore.Operator)).Problem(ProblemKind.Invalid);
    }

    [Fact]
    public async Task A_login_has_100_keys_at_most_and_remembers_1000()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        for (var i = 0; i < KeyService.MaximumPerLogin; i++)
        {
            (await core.Services.Keys.AddAsync("10042", new NewKey(TestKey.Create()), TestCore.Operator)).Get();
        }

        (await core.Services.Keys.AddAsync("10042", new NewKey(_key), TestCore.Operator)).Problem(ProblemKind.LimitReached);

        core.Tamper($"""
            UPDATE login_key SET revoked_at = 0, revoked_by = 'x', revoked_reason = 'x';
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {KeyService.MaximumRemembered - KeyService.MaximumPerLogin})
            INSERT INTO login_key (login_id, type, blob, bits, sha256, md5, label, added_at, added_by, revoked_at) SELECT 1, 'x', x'00', 1, 'old' || i, '', '', 0, '', 0 FROM n;
            """);
        Assert.Contains("1000", (await core.Services.Keys.AddAsync("10042", new NewKey(_key), TestCore.Operator)).Problem(ProblemKind.LimitReached).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_gets_another_label_and_last_day_and_is_reminded_of_that_one()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var now = core.Time.GetUtcNow();
        await core.Services.Keys.AddAsync("10042", new NewKey(_key) { Label = "old", Expires = now.AddDays(40) }, TestCore.Operator);
        core.Tamper("INSERT INTO key_reminder (key_id, days, reminded_at) SELECT id, 30, 0 FROM login_key");
        var revision = await core.Services.LoginDirectory.RevisionAsync();

        (await core.Services.Keys.ChangeAsync("10042", _key.Sha256, new KeyChange { Label = "new" }, TestCore.Operator)).Get();
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM key_reminder"));
        (await core.Services.Keys.ChangeAsync("10042", _key.Sha256, new KeyChange { Expires = now.AddDays(400) }, TestCore.Operator)).Get();
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM key_reminder"));
        Assert.NotEqual(revision, await core.Services.LoginDirectory.RevisionAsync());
        var key = Assert.Single((await core.Services.Keys.ListAsync("10042")).Get());
        Assert.Equal(("new", now.AddDays(400)), (key.Label, key.Expires));
        Assert.Null((await core.Services.Keys.ChangeAsync("10042", _key.Sha256, new KeyChange { Label = "", Never = true }, TestCore.Operator)).Get().Expires);
        Assert.Equal(3L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'key-changed'"));

        // Nothing that changes nothing is recorded; what cannot be is refused.
        (await core.Services.Keys.ChangeAsync("10042", _key.Sha256, new KeyChange { Never = true }, TestCore.Operator)).Get();
        Assert.Equal(3L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'key-changed'"));
        (await core.Services.Keys.ChangeAsync("10042", _key.Sha256, new KeyChange { Expires = now }, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Services.Keys.ChangeAsync("10042", _key.Sha256, new KeyChange { Label = "a\nb" }, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Services.Keys.ChangeAsync("nobody", _key.Sha256, new KeyChange(), TestCore.Operator)).Problem(ProblemKind.NotFound);
        await core.Services.Keys.RevokeAsync("10042", _key.Sha256, "x", TestCore.Operator);
        (await core.Services.Keys.ChangeAsync("10042", _key.Sha256, new KeyChange { Label = "back" }, TestCore.Operator)).Problem(ProblemKind.Refused);
    }

    [Theory]
    [InlineData("2026-12-31", "2027-01-01T00:00:00Z", "2026-12-31")]
    [InlineData("31.12.2026", null, null)]
    [InlineData("2026-02-30", null, null)]
    [InlineData("9999-12-31", null, null)]
    [InlineData(null, null, null)]
    public void The_last_day_of_a_key_counts_to_its_end(string? text, string? expires, string? shown)
    {
        var read = KeyExpiry.OfDay(text);
        Assert.Equal(expires is null ? null : DateTimeOffset.Parse(expires, System.Globalization.CultureInfo.InvariantCulture), read);
        Assert.Equal(shown, read is { } time ? KeyExpiry.LastDay(time) : null);
    }
}
