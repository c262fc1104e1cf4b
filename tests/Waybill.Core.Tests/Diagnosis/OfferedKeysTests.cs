using Waybill.Core.Audit;
using Waybill.Core.Keys;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Diagnosis;

public sealed class OfferedKeysTests
{
    [Fact]
    public async Task A_key_that_was_offered_in_vain_is_listed_until_it_is_installed()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var key = TestKey.Create();
        await OfferAsync(core, login.Id, "192.0.2.1", "FileZilla 3.63", key);
        var first = core.Time.GetUtcNow();
        core.Time.Advance(TimeSpan.FromHours(1));
        await OfferAsync(core, login.Id, "192.0.2.2", "PuTTY 0.78", key);

        var offered = Assert.Single(await OfferedAsync(core));
        Assert.Equal((key.Sha256, "ssh-ed25519", 256, first, core.Time.GetUtcNow(), 2L, "192.0.2.2", "PuTTY 0.78"),
            (offered.Sha256, offered.Type, offered.Bits, offered.First, offered.Last, offered.Times, offered.Address, offered.Client));
        Assert.True(key.Blob.Span.SequenceEqual(offered.Blob.Span));

        (await core.Services.Keys.AddAsync("10042", new NewKey(key), TestCore.Operator)).Get();
        Assert.Empty(await OfferedAsync(core));
    }

    [Fact]
    public async Task The_last_eight_of_a_login_are_kept_for_thirty_days()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var keys = Enumerable.Range(0, OfferedKeys.MaximumPerLogin + 2).Select(_ => TestKey.Create()).ToList();
        foreach (var key in keys)
        {
            core.Time.Advance(TimeSpan.FromMinutes(1));
            await OfferAsync(core, login.Id, "192.0.2.1", "x", key);
        }

        Assert.Equal(keys.AsEnumerable().Reverse().Take(OfferedKeys.MaximumPerLogin).Select(key => key.Sha256), (await OfferedAsync(core)).Select(key => key.Sha256));
        Assert.Equal((long)OfferedKeys.MaximumPerLogin, core.Scalar("SELECT count(*) FROM offered_key"));

        core.Time.Advance(OfferedKeys.Memory);
        Assert.Empty(await OfferedAsync(core));
        var other = await core.AddLoginAsync("2");
        await OfferAsync(core, other.Id, "192.0.2.1", "x", keys[0]);
        Assert.Equal(1L, core.Scalar("SELECT count(*) FROM offered_key"));
    }

    [Fact]
    public async Task Of_a_login_that_was_removed_nothing_is_kept_and_the_row_is_written()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        await OfferAsync(core, login.Id, "192.0.2.1", "x", TestKey.Create());
        (await core.Services.Logins.RemoveAsync("10042", TestCore.Operator)).Get();
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM offered_key"));
        await OfferAsync(core, login.Id, "192.0.2.1", "x", TestKey.Create());
        Assert.Equal(0L, core.Scalar("SELECT count(*) FROM offered_key"));
        Assert.Equal(2L, core.Scalar("SELECT count(*) FROM audit WHERE action = 'login-refused'"));
    }

    [Fact]
    public async Task An_offered_key_is_installed_by_its_whole_fingerprint_only()
    {
        await using var core = await TestCore.CreateAsync();
        var login = await core.AddLoginAsync();
        var (key, burnt) = (TestKey.Create(), TestKey.Create());
        await OfferAsync(core, login.Id, "192.0.2.1", "x", key, burnt);
        Assert.Contains("whole fingerprint", (await AddAsync(key.Sha256[..20])).Problem(ProblemKind.NotFound).Message, StringComparison.Ordinal);
        Assert.Contains("whole fingerprint", (await AddAsync(TestKey.Create().Sha256)).Problem(ProblemKind.NotFound).Message, StringComparison.Ordinal);

        await core.Services.BurntKeys.AddAsync(burnt.Sha256, "sent by mail", TestCore.Operator);
        Assert.Equal(ProblemKind.Refused, (await AddAsync(burnt.Sha256)).Problem?.Kind);
        var added = (await AddAsync(key.Sha256)).Get();
        Assert.Equal((key.Sha256, "offered from 192.0.2.1"), (added.Key.Sha256, added.Key.Label));

        ValueTask<Result<KeyAddition>> AddAsync(string sha256) => core.Services.Keys.AddOfferedAsync("10042", sha256, null, null, forStaff: true, TestCore.Operator);
    }

    internal static async Task OfferAsync(TestCore core, long login, string address, string client, params SshPublicKey[] keys)
    {
        var entry = new AuditEntry(AuditActions.LogInRefused, Actor.System with { Address = address, Connection = $"C{core.Time.GetUtcNow().Ticks}" })
        {
            Account = "10042",
            Subject = "10042",
            Outcome = AuditOutcome.Refused,
            Detail = $"{client} offered keys that are not installed",
        };
        Assert.True((await core.Services.Audit.AppendAsync(OfferedKeys.With(entry, login, keys, address, client, core.Time.GetUtcNow()))).Succeeded);
    }

    private static async Task<IReadOnlyList<OfferedKey>> OfferedAsync(TestCore core) => (await core.Services.Diagnosis.ExplainAsync("10042", [])).Get().Offered;
}
