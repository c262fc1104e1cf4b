using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Waybill.Core;
using Waybill.Core.Numbers;
using Waybill.Core.Tokens;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Api;

/// <summary>The change feed when its beginning is not kept any more, by a clock that is set.</summary>
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
        var token = ApiServer.Get(await core.Tokens.AddAsync(new NewApiToken("switch", ["numbers:read"], time.GetUtcNow().AddDays(1)), ApiServer.Operator)).Secret;
        await using var site = new PortalSite(
            new PortalOptions { PublicUrl = "https://localhost", ProviderName = "Example", KeyFolder = directory.FullName }, NullLoggerFactory.Instance,
            services => services.AddSingleton<TimeProvider>(time).AddSingleton(core.Database).AddSingleton(core.Audit).AddSingleton(core.Links).AddSingleton(core.RetentionLinks)
                .AddSingleton<IServerIdentity>(new RouteInventoryTests.NoIdentity()).AddSingleton(core.Tokens).AddSingleton(core.NumberChanges));

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
