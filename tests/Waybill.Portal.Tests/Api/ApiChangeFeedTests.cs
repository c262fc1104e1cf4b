using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Core;
using Waybill.Core.Backup;
using Waybill.Core.Numbers;
using Waybill.Core.Tokens;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Api;

/// <summary>The change feed when its beginning is not kept any more, and after a restore, by a clock that is set.</summary>
public sealed class ApiChangeFeedTests
{
    [Fact]
    public async Task Who_asks_for_changes_that_are_gone_is_told_to_read_all_anew_and_where_to_go_on()
    {
        using var directory = new TemporaryDirectory();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var core = ApiServer.Get(await CoreServices.CreateAsync(Directory.CreateDirectory(directory.Combine("data")).FullName, Actor.System, time));
        ApiServer.Get(await core.Accounts.AddAsync(new("10042", "Example Ltd"), ApiServer.Operator));
        var numbers = core.OpenNumbers(new NumberOptions());
        Assert.True(PhoneNumber.TryParse("01224000000", out var first));
        ApiServer.Get(await core.NumberRanges.AddAsync(new NewRange(first, first, new RangeTerms()), ApiServer.Operator));
        time.Advance(TimeSpan.FromDays(366));
        ApiServer.Get(await numbers.ActivateAsync(NumberCaller.ProviderFor("10042", ApiServer.Operator), first));
        Assert.Equal(1, ApiServer.Get(await numbers.PruneChangesAsync()));
        var (site, token) = await OpenAsync(core, directory, time);
        await using var opened = site;

        var (status, gone) = await AskAsync(site, token, "?since=0");
        Assert.Equal(410, status);
        Assert.Equal("urn:waybill:problem:gone", gone.GetProperty("type").GetString());
        Assert.Equal(2, gone.GetProperty("next").GetInt64());
        Assert.Equal(
            "Changes behind 0 are not kept any more. Read all numbers anew (GET /v1/numbers), then go on with since=2: what happens meanwhile comes behind it.", gone.GetProperty("detail").GetString());
        Assert.Equal(410, (await AskAsync(site, token, "")).Status);
        (status, var rest) = await AskAsync(site, token, "?since=1");
        Assert.Equal((200, "number-activated"), (status, rest.GetProperty("items")[0].GetProperty("kind").GetString()));

        // No other problem has a place to go on.
        Assert.False((await AskAsync(site, token, "?since=x")).Answer.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task Who_was_beyond_a_backup_is_told_when_it_was_restored_and_the_others_go_on()
    {
        using var directory = new TemporaryDirectory();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var core = ApiServer.Get(await CoreServices.CreateAsync(Directory.CreateDirectory(directory.Combine("data")).FullName, Actor.System, time));
        ApiServer.Get(await core.Accounts.AddAsync(new("10042", "Example Ltd"), ApiServer.Operator));
        Assert.True(PhoneNumber.TryParse("01224000000", out var first) & PhoneNumber.TryParse("01224000001", out var last));
        ApiServer.Get(await core.NumberRanges.AddAsync(new NewRange(first, last, new RangeTerms()), ApiServer.Operator));
        await ActivateAsync(core, first);
        var archive = directory.Combine("backup.tar");
        ApiServer.Get(await new BackupService(core.Directory, core.Database, core.Audit, core.Stores, time).WriteAsync(archive, withFiles: false, null, ApiServer.Operator));
        await ActivateAsync(core, last);
        var (before, tokenBefore) = await OpenAsync(core, directory, time);
        await using (before)
        {
            Assert.Equal((200, 3), await AskAsync(before, tokenBefore, "?since=2") is var (status, page) ? (status, page.GetProperty("next").GetInt64()) : default);
        }

        // The same backup twice: what the first restore went on to tell is undone by the second one.
        var seen = 3L;
        foreach (var name in (string[])["first", "second"])
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await using var restored = await RestoreAsync(archive, directory.Combine(name), time);
            var (site, token) = await OpenAsync(restored, directory, time);
            await using var opened = site;
            var (status, gone) = await AskAsync(site, token, $"?since={seen}");
            Assert.Equal((410, "urn:waybill:problem:gone"), (status, gone.GetProperty("type").GetString()));
            var next = gone.GetProperty("next").GetInt64();
            Assert.Equal(
                $"Change {seen} is none of this feed: it was told before the provider restored a backup, or by another server, and what was told then may be undone. Read all numbers anew (GET /v1/numbers), then go on with since={next}: what happens meanwhile comes behind it.",
                gone.GetProperty("detail").GetString());
            Assert.InRange(next, seen + 1, 1L << 53);
            Assert.Equal((200, 0), await AskAsync(site, token, $"?since={next}") is var (end, rest) ? (end, rest.GetProperty("items").GetArrayLength()) : default);
            Assert.Equal(410, (await AskAsync(site, token, $"?since={next - 1}")).Status);
            Assert.Equal(410, (await AskAsync(site, token, $"?since={next + 1}")).Status);

            // What comes now stands behind both: whoever has read anew, and whoever was not beyond the backup.
            await ActivateAsync(restored, last);
            foreach (var since in (long[])[2, next])
            {
                (status, var page) = await AskAsync(site, token, $"?since={since}");
                Assert.Equal((200, next + 1, "01224000001"), (status, page.GetProperty("next").GetInt64(), page.GetProperty("items")[0].GetProperty("number").GetString()));
            }

            Assert.Equal(410, (await AskAsync(site, token, $"?since={seen}&account=10042")).Status);
            seen = next + 1;
        }
    }

    private static async Task ActivateAsync(CoreServices core, PhoneNumber number) =>
        ApiServer.Get(await core.OpenNumbers(new NumberOptions()).ActivateAsync(NumberCaller.ProviderFor("10042", ApiServer.Operator), number));

    private static async Task<CoreServices> RestoreAsync(string archive, string data, TimeProvider time)
    {
        Directory.CreateDirectory(Path.Combine(data, "vaults"));
        await using var backup = ApiServer.Get(await VerifiedBackup.OpenAsync(archive));
        ApiServer.Get(await backup.RestoreAsync(new DataDirectory(data), ApiServer.Operator, time));
        return ApiServer.Get(await CoreServices.OpenAsync(data, time));
    }

    /// <summary>The portal on these services, and a token that follows the feed.</summary>
    private static async Task<(PortalSite Site, string Token)> OpenAsync(CoreServices core, TemporaryDirectory directory, TimeProvider time)
    {
        var token = ApiServer.Get(await core.Tokens.AddAsync(new NewApiToken("switch", ["numbers:read"], time.GetUtcNow().AddDays(1)), ApiServer.Operator)).Secret;
        return (
            new PortalSite(
                new PortalOptions { PublicUrl = "https://localhost", ProviderName = "Example", KeyFolder = directory.FullName }, NullLoggerFactory.Instance,
                services => services.AddSingleton(time).AddSingleton(core.Database).AddSingleton(core.Audit).AddSingleton(core.Links).AddSingleton(core.RetentionLinks)
                    .AddSingleton<IServerIdentity>(new RouteInventoryTests.NoIdentity()).AddSingleton(core.Tokens).AddSingleton(core.NumberChanges)),
            token);
    }

    private static async Task<(int Status, JsonElement Answer)> AskAsync(PortalSite site, string token, string query)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Request = { Method = "GET", Scheme = "https", Host = new HostString("localhost"), Path = "/v1/changes", QueryString = new QueryString(query) }, Response = { Body = body } };
        context.Request.Headers.Authorization = "Bearer " + token;
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Loopback;
        await site.InvokeAsync(context);
        return (context.Response.StatusCode, JsonDocument.Parse(body.ToArray()).RootElement);
    }
}
