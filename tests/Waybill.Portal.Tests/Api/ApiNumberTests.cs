using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Waybill.Core.Numbers;
using Waybill.Portal.Api;

namespace Waybill.Portal.Tests.Api;

/// <summary>Numbers through the API: for the provider's programs, for those of accounts, and as resellers' programs call with a login's password.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiNumberTests(ApiServer api)
{
    private const string Password = "correct-horse.battery_9";
    private static int _ranges;

    [Fact]
    public async Task Ranges_are_added_priced_imported_and_listed()
    {
        using var client = api.Client(await api.TokenAsync("numbers:read", "numbers:write"));
        var (first, last) = Next(10);
        var range = await client.PostJsonAsync("/v1/number-ranges", new { first, last, band = "G1", setupPrice = 150 }, 201);
        Assert.Equal((10, 10, "G1"), (range.GetProperty("size").GetInt32(), range.GetProperty("free").GetInt32(), range.GetProperty("band").GetString()));
        using var again = await client.PostAsync("/v1/number-ranges", ApiAnswers.Json(new { first, last }));
        Assert.Contains(first + " is here already", await again.ProblemAsync(409), StringComparison.Ordinal);
        var id = range.GetProperty("id").GetInt64();
        using (var answer = await client.PutAsync($"/v1/number-ranges/{id}", ApiAnswers.Json(new { band = "G2", monthlyPrice = 50, description = "Test" })))
        {
            var set = await answer.JsonAsync();
            Assert.Equal(("G2", JsonValueKind.Null, 50), (set.GetProperty("band").GetString(), set.GetProperty("setupPrice").ValueKind, set.GetProperty("monthlyPrice").GetInt32()));
        }

        var (second, end) = Next(5);
        for (var (i, expected) = (0, (1, 0, 5)); i < 2; i++, expected = (0, 1, 0))
        {
            using var table = new StringContent($"first,last,monthly\n{second},{end},1.50\n", Encoding.UTF8, "text/csv");
            using var answer = await client.PostAsync("/v1/number-ranges/import", table);
            var done = await answer.JsonAsync();
            Assert.Equal(expected, (done.GetProperty("added").GetInt32(), done.GetProperty("present").GetInt32(), done.GetProperty("numbers").GetInt32()));
        }

        var listed = (await client.GetJsonAsync("/v1/number-ranges?limit=1000")).GetProperty("items").EnumerateArray().Select(static item => item.GetProperty("first").GetString());
        Assert.Contains(first, listed);
        Assert.Contains(second, listed);
    }

    [Fact]
    public async Task How_many_numbers_an_account_may_have_is_set_by_the_provider_alone()
    {
        var (mine, number) = (await api.AccountAsync(), await RangeAsync(2));
        using var provider = api.Client(api.All);
        using var client = api.Client(await api.TokenOfAsync(mine, "numbers:read", "numbers:write"));
        var path = $"/v1/accounts/{mine}/number-terms";
        var set = await PutAsync(provider, path, new { maximum = 1, pstnTargets = true });
        Assert.Equal((0, 1, true), (set.GetProperty("numbers").GetInt32(), set.GetProperty("maximum").GetInt32(), set.GetProperty("pstnTargets").GetBoolean()));
        using (var own = await client.PutAsync(path, ApiAnswers.Json(new { maximum = 2 })))
        {
            await own.ProblemAsync(403);
        }

        await client.PostJsonAsync($"/v1/numbers/{number}/activate", new { });
        Assert.Equal(1, (await client.GetJsonAsync(path)).GetProperty("numbers").GetInt32());
        using var foreign = await client.GetAsync($"/v1/accounts/{await api.AccountAsync()}/number-terms");
        await foreign.ProblemAsync(404);
        Assert.Equal(JsonValueKind.Null, (await PutAsync(provider, path, new { maximum = (int?)null })).GetProperty("terms").GetProperty("maximum").ValueKind);
    }

    [Fact]
    public async Task A_program_of_an_account_takes_sets_and_gives_back_its_numbers_and_reaches_no_others()
    {
        var (mine, other, number) = (await api.AccountAsync(), await api.AccountAsync(), await RangeAsync(10));
        using var client = api.Client(await api.TokenOfAsync(mine, "numbers:read", "numbers:write"));
        using var stranger = api.Client(await api.TokenOfAsync(other, "numbers:read", "numbers:write"));
        Assert.Equal(10, (await client.GetJsonAsync($"/v1/numbers/free?pattern={number[..9]}&limit=20")).GetProperty("items").GetArrayLength());
        Assert.Equal(0, (await client.GetJsonAsync("/v1/numbers/free?pattern=0199")).GetProperty("items").GetArrayLength());
        var taken = await client.PostJsonAsync($"/v1/numbers/{number}/activate", new { });
        Assert.Equal(("active", mine), (taken.GetProperty("state").GetString(), taken.GetProperty("account").GetString()));
        using (var second = await stranger.PostAsync($"/v1/numbers/{number}/activate", ApiAnswers.Json(new { })))
        {
            Assert.Contains("is not free", await second.ProblemAsync(409), StringComparison.Ordinal);
        }

        using (var foreign = await client.PostAsync($"/v1/numbers/{number}/activate", ApiAnswers.Json(new { account = other })))
        {
            await foreign.ProblemAsync(404);
        }

        var set = await PutAsync(client, $"/v1/numbers/{number}/targets/1", new { target = "S:user:secret@sip.example", periods = "1-5:0900-1730" });
        Assert.Equal(
            """{"index":1,"target":"S:user:***@sip.example","periods":"1-5:0900-1730"}""", set.GetProperty("targets")[0].GetRawText());

        // What GET shows is no password: written back it is refused, and the password stays.
        var got = (await client.GetJsonAsync($"/v1/numbers/{number}")).GetProperty("targets")[0].GetProperty("target").GetString();
        using (var back = await client.PutAsync($"/v1/numbers/{number}/targets/1", ApiAnswers.Json(new { target = got, periods = "1-5:0900-1730" })))
        {
            Assert.Contains("*** is shown in place of a password", await back.ProblemAsync(422), StringComparison.Ordinal);
        }

        await PutAsync(client, $"/v1/numbers/{number}/features/J", new { isOn = true });
        await PutAsync(client, $"/v1/numbers/{number}/information", new { information = "front desk" });
        var shown = await PutAsync(client, $"/v1/numbers/{number}/pin", new { pin = "1234" });
        Assert.Equal(("J", "front desk", true), (shown.GetProperty("features").GetString(), shown.GetProperty("information").GetString(), shown.GetProperty("hasPin").GetBoolean()));

        // A switch, and nobody else, has the password and the PIN.
        using var sw = api.Client(await api.TokenAsync("numbers:switch"));
        var routing = await sw.GetJsonAsync($"/v1/numbers/{number}/routing");
        Assert.Equal(("S:user:secret@sip.example", "1234"), (routing.GetProperty("targets")[0].GetProperty("target").GetString(), routing.GetProperty("pin").GetString()));
        var history = await client.GetJsonAsync($"/v1/numbers/{number}/history");
        Assert.Equal(
            ["number-pin-set", "number-information-set", "number-feature-set", "number-periods-set", "number-target-set", "number-activated"],
            history.GetProperty("items").EnumerateArray().Select(static change => change.GetProperty("kind").GetString()));
        Assert.DoesNotContain("secret", history.GetRawText() + shown.GetRawText(), StringComparison.Ordinal);

        // Another's number reads like one that is nowhere.
        foreach (var path in (string[])["", "/history", "/block", "/emergency"])
        {
            using var answer = await stranger.GetAsync($"/v1/numbers/{number}{path}");
            using var nowhere = await stranger.GetAsync($"/v1/numbers/01999999999{path}");
            Assert.Equal((await nowhere.ProblemAsync(404)).Replace("01999999999", number, StringComparison.Ordinal), await answer.ProblemAsync(404));
        }

        Assert.Equal(0, (await stranger.GetJsonAsync("/v1/numbers")).GetProperty("items").GetArrayLength());
        Assert.Equal(number, (await client.GetJsonAsync("/v1/numbers")).GetProperty("items")[0].GetProperty("number").GetString());
        Assert.Equal("quarantined", (await client.PostJsonAsync($"/v1/numbers/{number}/deactivate", null)).GetProperty("state").GetString());
        Assert.Equal("active", (await client.PostJsonAsync($"/v1/numbers/{number}/reactivate", null)).GetProperty("state").GetString());
        foreach (var (path, body, words) in ((string, object, string)[])
        [
            ("/targets/4", new { target = (string?)null }, "targets 1 to 3"), ("/targets/1", new { target = "H:x" }, "no target type H"), ("/targets/1", new { target = "S:a@b", periods = "9-5" }, "no periods"),
            ("/pin", new { pin = "12" }, "4 to 8 digits"), ("/features/X", new { isOn = true }, "no feature X"), ("/information", new { information = new string('a', 501) }, "500"),
        ])
        {
            using var answer = await client.PutAsync($"/v1/numbers/{number}{path}", ApiAnswers.Json(body));
            Assert.Contains(words, await answer.ProblemAsync(422), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_account_takes_as_many_numbers_as_it_may_and_the_provider_s_programs_give_it_more()
    {
        var (mine, number) = (await api.AccountAsync(), await RangeAsync(10));
        await api.Server.CommandAsync("numbers", "account", mine, "--max", "1");
        using var client = api.Client(await api.TokenOfAsync(mine, "numbers:read", "numbers:write"));
        await client.PostJsonAsync($"/v1/numbers/{number}/activate", new { account = mine });
        var next = number[..^1] + (char)(number[^1] + 1);
        using (var more = await client.PostAsync($"/v1/numbers/{next}/activate", ApiAnswers.Json(new { account = mine })))
        {
            Assert.Contains($"Account {mine} has 1 of at most 1 numbers", await more.ProblemAsync(409), StringComparison.Ordinal);
        }

        using (var block = await client.PostAsync("/v1/number-blocks", ApiAnswers.Json(new { pattern = number[..9], size = 2 })))
        {
            Assert.Contains("2 more are too many", await block.ProblemAsync(409), StringComparison.Ordinal);
        }

        using var provider = api.Client(await api.TokenAsync("numbers:read", "numbers:write"));
        Assert.Equal(mine, (await provider.PostJsonAsync($"/v1/numbers/{next}/activate", new { account = mine })).GetProperty("account").GetString());
    }

    [Fact]
    public async Task The_change_feed_tells_everything_once_in_its_order_and_an_account_its_own()
    {
        var (mine, other) = (await api.AccountAsync(), await api.AccountAsync());
        using var all = api.Client(await api.TokenAsync("numbers:read", "numbers:write"));
        using var own = api.Client(await api.TokenOfAsync(mine, "numbers:read"));
        var number = await RangeAsync(4);
        var since = (await LastAsync(all)).GetProperty("next").GetInt64();
        for (var i = 0; i < 4; i++)
        {
            await all.PostJsonAsync($"/v1/numbers/{Plus(number, i)}/activate", new { account = i % 2 == 0 ? mine : other });
        }

        List<string> followed = [];
        for (var more = true; more;)
        {
            var page = await all.GetJsonAsync($"/v1/changes?since={since}&limit=3");
            Assert.InRange(page.GetProperty("items").GetArrayLength(), 0, 3);
            followed.AddRange(page.GetProperty("items").EnumerateArray().Select(static change => $"{change.GetProperty("kind").GetString()} {change.GetProperty("number").GetString()}"));
            Assert.True(page.GetProperty("next").GetInt64() >= since);
            (since, more) = (page.GetProperty("next").GetInt64(), page.GetProperty("more").GetBoolean());
        }

        Assert.Equal(Enumerable.Range(0, 4).Select(i => $"number-activated {Plus(number, i)}"), followed.Where(change => change.Contains(number[..9], StringComparison.Ordinal)));
        using var ahead = await all.GetAsync($"/v1/changes?since={since + 1_000_000}");
        var problem = JsonDocument.Parse(await ahead.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(HttpStatusCode.Gone, ahead.StatusCode);
        Assert.StartsWith($"Change {since + 1_000_000} is none of this feed: it was told before the provider restored a backup,", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.InRange(problem.GetProperty("next").GetInt64(), since, since + 999_999);
        Assert.Equal([number, Plus(number, 2)], (await own.GetJsonAsync("/v1/changes")).GetProperty("items").EnumerateArray().Select(static change => change.GetProperty("number").GetString()));
    }

    [Fact]
    public async Task Of_two_who_want_one_number_one_gets_it()
    {
        var (one, two, number) = (await api.AccountAsync(), await api.AccountAsync(), await RangeAsync(1));
        using var client = api.Client(await api.TokenAsync("numbers:write"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => client.PostAsync($"/v1/numbers/{number}/activate", ApiAnswers.Json(new { account = i % 2 == 0 ? one : two }))));
        Assert.Single(answers, static answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(static answer => answer.StatusCode == HttpStatusCode.Conflict));
        Array.ForEach(answers, static answer => answer.Dispose());
    }

    [Fact]
    public async Task Blocks_emergency_records_and_porting_go_their_ways()
    {
        var (account, number) = (await api.AccountAsync(), await RangeAsync(20));
        using var client = api.Client(await api.TokenAsync("numbers:read", "numbers:write"));
        var block = await client.PostJsonAsync("/v1/number-blocks", new { pattern = number[..9], size = 10, account }, 201);
        var first = block.GetProperty("first").GetString()!;
        Assert.Equal((10, Plus(first, 9)), (block.GetProperty("size").GetInt32(), block.GetProperty("last").GetString()));
        Assert.Equal(first, (await client.GetJsonAsync($"/v1/numbers/{Plus(first, 5)}/block")).GetProperty("first").GetString());
        await client.PostJsonAsync($"/v1/numbers/{first}/block/deactivate", null);
        await client.PostJsonAsync($"/v1/numbers/{first}/block/reactivate", null);
        Assert.Equal(10, (await client.GetJsonAsync($"/v1/numbers?account={account}&state=active")).GetProperty("items").GetArrayLength());

        var record = await PutAsync(client, $"/v1/numbers/{first}/emergency", new { fields = new Dictionary<string, string> { ["name"] = "Example Ltd", ["POSTCODE"] = "ab10 1aa" } });
        Assert.Equal("""{"NAME":"Example Ltd","POSTCODE":"AB10 1AA"}""", record.GetProperty("fields").GetRawText());
        Assert.Equal("submitted", (await client.PostJsonAsync($"/v1/numbers/{first}/emergency/validate", null)).GetProperty("status").GetString());
        Assert.Contains(first, (await client.GetJsonAsync("/v1/emergency-records?limit=1000")).GetRawText(), StringComparison.Ordinal);
        Assert.Equal("accepted", (await client.PostJsonAsync($"/v1/numbers/{first}/emergency/answer", new { status = "accepted" })).GetProperty("status").GetString());
        using (var wrong = await client.PutAsync($"/v1/numbers/{first}/emergency", ApiAnswers.Json(new { fields = new Dictionary<string, string> { ["STREET"] = "x" } })))
        {
            Assert.Contains("THOROUGHFARE", await wrong.ProblemAsync(422), StringComparison.Ordinal);
        }

        var (ported, _) = Next(2);
        var done = await client.PostJsonAsync("/v1/numbers/port-in", new { account, numbers = (string[])[ported, Plus(ported, 1)] });
        Assert.Equal((2, 0), (done.GetProperty("added").GetInt32(), done.GetProperty("present").GetInt32()));
        Assert.Equal("portedIn", (await client.GetJsonAsync("/v1/numbers/P" + ported[1..])).GetProperty("state").GetString());
        var term = await PutAsync(client, $"/v1/numbers/{first}/term", new { expires = "2099-12-31", ends = true });
        Assert.Equal(("2099-12-31", true), (term.GetProperty("expires").GetString(), term.GetProperty("ends").GetBoolean()));
        Assert.Equal("portedOut", (await client.PostJsonAsync($"/v1/numbers/{first}/port-out", null)).GetProperty("state").GetString());
        Assert.Equal("quarantined", (await client.PostJsonAsync($"/v1/numbers/{first}/return", null)).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Blocks_that_change_too_fast_are_refused_with_how_long_to_wait_and_not_to_the_provider_s_programs()
    {
        const string First = "01473000000";
        ApiServer.Get(await api.Core.NumberRanges.AddAsync(new NewRange(Number(First), Number("01473000999"), new RangeTerms()), ApiServer.Operator));
        using var client = api.Client(await api.TokenOfAsync(await api.AccountAsync(), "numbers:read", "numbers:write"));
        using var provider = api.Client(await api.TokenAsync("numbers:read", "numbers:write"));
        await client.PostJsonAsync("/v1/number-blocks", new { pattern = "01473", size = NumberLimits.Block }, 201);
        await client.PostJsonAsync($"/v1/numbers/{First}/block/deactivate", null);
        using (var tooFast = await client.PostAsync($"/v1/numbers/{First}/block/reactivate", null))
        {
            Assert.Contains("changes blocks too fast", await tooFast.ProblemAsync(429), StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromSeconds(10), tooFast.Headers.RetryAfter!.Delta);
        }

        Assert.Equal(NumberLimits.Block, (await provider.PostJsonAsync($"/v1/numbers/{First}/block/reactivate", null)).GetProperty("size").GetInt32());
    }

    [Fact]
    public async Task A_resellers_program_finds_takes_and_sets_a_number_with_its_login()
    {
        var (account, start) = (await CustomerAsync(), await RangeAsync(30));
        using var client = Client(account);
        var number = (await client.PostJsonAsync($"/v1/number/allocate/{start[..9]}__", null)).GetProperty("number").GetString()!;
        Assert.Equal(30, (await client.PostJsonAsync($"/v1/number/alist/{start[..9]}/100", null)).GetProperty("numbers").GetArrayLength());
        Assert.Equal("Y", (await client.PostJsonAsync("/v1/number/activate/" + number, null)).GetProperty("status").GetString());
        await client.PostJsonAsync("/v1/number/set/" + number, new { destinationType = "SIP_RFC2833", index = 1, destinationIdentifier = "user:secret@sip.example" });
        using (var charged = await client.PostAsync("/v1/number/set/" + number, ApiAnswers.Json(new { destinationType = "PSTN", index = 2, destinationIdentifier = "441189999999" })))
        {
            Assert.Equal(HttpStatusCode.Conflict, charged.StatusCode);
            Assert.Contains("cannot be pointed at telephone numbers", await charged.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        ApiServer.Get(await api.Core.OpenNumbers(new NumberOptions()).SetAccountAsync(account, static terms => terms with { PstnTargets = true }, ApiServer.Operator));
        await client.PostJsonAsync("/v1/number/set/" + number, new { destinationType = "PSTN", index = 2, destinationIdentifier = "441189999999" });
        await client.PostJsonAsync("/v1/number/order/" + number, new { index = 2, periods = "1-5:0900-1730" });
        var status = await client.GetJsonAsync("/v1/number/status/+44" + number[1..]);
        Assert.Equal(
            $$"""{"number":"{{number}}","status":"Y","expiry":"{{status.GetProperty("expiry").GetString()}}","targets":[{"index":1,"value":"S:user:secret@sip.example"},{"index":2,"value":"441189999999"},{"index":3,"value":""}]}""",
            status.GetRawText());
        await client.PostJsonAsync("/v1/number/set/" + number, new { index = 2, destinationIdentifier = "" });
        Assert.Equal("", (await client.GetJsonAsync("/v1/number/status/" + number)).GetProperty("targets")[1].GetProperty("value").GetString());
        await client.PostJsonAsync("/v1/number/setpin/" + number, new { pin = "4711" });
        await client.PostJsonAsync("/v1/number/info/" + number, new { info = "front desk" });
        Assert.True((await PutAsync(client, $"/v1/number/feature/{number}/D?enabled=true", null)).GetProperty("enabled").GetBoolean());
        Assert.True((await PutAsync(client, $"/v1/number/feature/{number}/D", null)).GetProperty("enabled").GetBoolean());
        Assert.False((await PutAsync(client, $"/v1/number/feature/{number}/D?enabled=false", null)).GetProperty("enabled").GetBoolean());
        Assert.Equal("""{"status":9,"text":"No record found","reason":null}""", (await client.GetJsonAsync("/v1/nine/status/" + number)).GetRawText());
        await client.PostJsonAsync("/v1/nine/set/" + number, new Dictionary<string, string> { ["NAME"] = "Example Ltd", ["POSTCODE"] = "AB10 1AA" });
        Assert.Equal("""{"NAME":"Example Ltd","POSTCODE":"AB10 1AA"}""", (await client.GetJsonAsync("/v1/nine/dataj/" + number)).GetRawText());
        Assert.Equal("""{"status":3,"text":"Info submitted","reason":null}""", (await client.PostJsonAsync("/v1/nine/validate/" + number, null)).GetRawText());
        Assert.Equal("N", (await client.PostJsonAsync("/v1/number/deactivate/" + number, null)).GetProperty("status").GetString());
        Assert.Equal("Y", (await client.PostJsonAsync("/v1/number/reactivate/" + number, null)).GetProperty("status").GetString());
        var block = await client.PostJsonAsync($"/v1/block/activate/{start[..9]}/5", null);
        var first = block.GetProperty("first").GetString()!;
        Assert.Equal($$"""{"first":"{{first}}","last":"{{Plus(first, 4)}}","size":5}""", (await client.GetJsonAsync("/v1/block/info/" + Plus(first, 3))).GetRawText());
        await client.PostJsonAsync("/v1/block/deactivate/" + first, null);
        await client.PostJsonAsync("/v1/block/reactivate/" + first, null);

        // Whoever did it stands in the history: the login. Where the number is the first of its range, that of the range as well.
        var history = (await api.Core.NumberChanges.OfAsync(Number(number))).Items.Where(static change => change.Kind != NumberActions.RangeAdded).ToList();
        Assert.InRange(history.Count, 10, 20);
        Assert.All(history, change => Assert.Equal(account, change.Actor));
    }

    [Fact]
    public async Task A_login_that_may_only_look_changes_nothing_and_is_told_so()
    {
        var (mine, number) = (await CustomerAsync(), await RangeAsync(2));
        using var client = Client(mine);
        using var token = api.Client(await api.TokenAsync("accounts:read", "accounts:write"));
        await client.PostJsonAsync("/v1/number/activate/" + number, null);
        Assert.Equal("change", (await token.GetJsonAsync("/v1/logins/" + mine)).GetProperty("numbers").GetString());
        using (var unknown = await token.PutAsync("/v1/logins/nobody/numbers", ApiAnswers.Json(new { numbers = "look" })))
        {
            await unknown.ProblemAsync(404);
        }

        Assert.Equal("look", (await PutAsync(token, $"/v1/logins/{mine}/numbers", new { numbers = "look" })).GetProperty("numbers").GetString());
        Assert.Equal("Y", (await client.GetJsonAsync("/v1/number/status/" + number)).GetProperty("status").GetString());
        Assert.False((await PutAsync(client, $"/v1/number/feature/{number}/D", null)).GetProperty("enabled").GetBoolean());
        await client.PostJsonAsync($"/v1/number/alist/{number[..9]}/1", null);
        await AssertForbiddenAsync("This login may look at numbers and not change them.", $"/v1/number/deactivate/{number}", $"/v1/block/activate/{number[..9]}/2", $"/v1/nine/validate/{number}");
        using (var feature = await client.PutAsync($"/v1/number/feature/{number}/D?enabled=true", null))
        {
            Assert.Equal(HttpStatusCode.Forbidden, feature.StatusCode);
        }

        await PutAsync(token, $"/v1/logins/{mine}/numbers", new { numbers = "none" });
        await AssertForbiddenAsync("This login may not use numbers.", $"/v1/number/allocate/{number[..9]}", $"/v1/number/deactivate/{number}");
        using (var status = await client.GetAsync("/v1/number/status/" + number))
        {
            Assert.Equal(HttpStatusCode.Forbidden, status.StatusCode);
        }

        using (var wrong = await token.PutAsync($"/v1/logins/{mine}/numbers", ApiAnswers.Json(new { numbers = "some" })))
        {
            await wrong.ProblemAsync(400);
        }

        await PutAsync(token, $"/v1/logins/{mine}/numbers", new { numbers = "change" });
        Assert.Equal("N", (await client.PostJsonAsync("/v1/number/deactivate/" + number, null)).GetProperty("status").GetString());

        async Task AssertForbiddenAsync(string words, params string[] paths)
        {
            foreach (var path in paths)
            {
                using var refused = await client.PostAsync(path, null);
                Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
                Assert.Equal(
                    $"{words} Use another login of the account, or have the account's owner or the provider allow it.",
                    JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetString());
            }
        }
    }

    [Fact]
    public async Task A_login_reaches_its_accounts_numbers_alone_and_is_told_in_its_form_what_is_wrong()
    {
        var (mine, other, number) = (await CustomerAsync(), await CustomerAsync(), await RangeAsync(2));
        using var client = Client(mine);
        using var stranger = Client(other);
        await client.PostJsonAsync("/v1/number/activate/" + number, null);
        foreach (var path in (string[])["number/status/", "block/info/", "nine/status/", "nine/dataj/"])
        {
            using var foreign = await stranger.GetAsync($"/v1/{path}{number}");
            Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
            Assert.Equal(
                $$"""{"error":"There is no number {{number}} here that is yours. Check its digits; numbers that were ported in begin with P."}""", await foreign.Content.ReadAsStringAsync());
        }

        foreach (var (path, body, status, words) in ((string, object?, int, string)[])
        [
            ("number/set/" + number, new { index = 4, destinationType = "SIP_RFC2833", destinationIdentifier = "a@b" }, 422, "targets 1 to 3"),
            ("number/set/" + number, new { index = 1, destinationType = "SIP", destinationIdentifier = "a@b" }, 422, "SIP_RFC2833, SIP_INBAND"),
            ("number/set/" + number, new { index = 1, destinationType = "FAX", destinationIdentifier = "a" }, 422, "e-mail address"),
            ("number/order/" + number, new { index = 1, periods = "always" }, 422, "no periods"),
            ("number/activate/" + number, null, 409, "is not free"),
            ("number/reactivate/" + number, null, 409, "nothing to undo"),
            ("number/activate/12", null, 404, "There is no number 12"),
            ("number/allocate/abc", null, 422, "no pattern of numbers"),
            ("number/allocate/01999", null, 404, "is free"),
            ("number/alist/0/1001", null, 422, "1 to 1000"),
            ("block/activate/0/1", null, 422, "2 to 1000"),
            ("block/deactivate/" + number, null, 404, "is in no block"),
            ("nine/set/" + number, new { STREET = "x" }, 422, "THOROUGHFARE"),
            ("nine/validate/" + number, null, 404, "Create it first"),
        ])
        {
            using var content = body is null ? null : ApiAnswers.Json(body is string text ? text : JsonSerializer.Serialize(body));
            using var answer = await client.PostAsync("/v1/" + path, content);
            var error = (await answer.JsonAsync()).GetProperty("error").GetString();
            Assert.True((int)answer.StatusCode == status, $"{path} {(int)answer.StatusCode} {error}");
            Assert.Contains(words, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nothing_that_changes_a_number_is_a_GET()
    {
        var (account, number) = (await CustomerAsync(), await RangeAsync(3));
        using var client = Client(account);
        await client.PostJsonAsync("/v1/number/activate/" + number, null);
        using var all = api.Client(api.All);
        var before = (await api.Core.NumberChanges.OfAsync(Number(number))).Items.Count;
        var paths = ApiTable.All.Where(static endpoint => endpoint.Path.Contains("{phone}", StringComparison.Ordinal)).ToList();
        Assert.True(paths.Count > 30);
        foreach (var endpoint in paths)
        {
            var path = endpoint.Path.Replace("{phone}", number, StringComparison.Ordinal).Replace("{letter}", "D", StringComparison.Ordinal).Replace("{index:long}", "1", StringComparison.Ordinal);
            using var answer = await (endpoint.Scheme == ApiScheme.Login ? client : all).GetAsync(path);
            Assert.True(
                paths.Exists(other => other.Method == "GET" && other.Path == endpoint.Path) ? answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound : answer.StatusCode == HttpStatusCode.MethodNotAllowed,
                $"{path} {(int)answer.StatusCode}");
        }

        Assert.Equal(before, (await api.Core.NumberChanges.OfAsync(Number(number))).Items.Count);
    }

    private static PhoneNumber Number(string text)
    {
        Assert.True(PhoneNumber.TryParse(text, out var number), text);
        return number;
    }

    private static string Plus(string number, int count) => new PhoneNumber(Number(number).E164 + count).National;

    /// <summary>Numbers that no other test has.</summary>
    private static (string First, string Last) Next(int size)
    {
        var first = new PhoneNumber(441471000000 + (Interlocked.Increment(ref _ranges) * 100));
        return (first.National, new PhoneNumber(first.E164 + size - 1).National);
    }

    private static async Task<JsonElement> PutAsync(HttpClient client, string path, object? body)
    {
        using var content = body is null ? null : ApiAnswers.Json(body);
        using var answer = await client.PutAsync(path, content);
        var json = await answer.JsonAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path} {(int)answer.StatusCode}: {json}");
        return json;
    }

    private static async Task<JsonElement> LastAsync(HttpClient client)
    {
        for (var since = 0L; ;)
        {
            var page = await client.GetJsonAsync(string.Create(CultureInfo.InvariantCulture, $"/v1/changes?since={since}&limit=1000"));
            since = page.GetProperty("next").GetInt64();
            if (!page.GetProperty("more").GetBoolean())
            {
                return page;
            }
        }
    }

    private async Task<string> RangeAsync(int size)
    {
        var (first, last) = Next(size);
        ApiServer.Get(await api.Core.NumberRanges.AddAsync(new NewRange(Number(first), Number(last), new RangeTerms()), ApiServer.Operator));
        return first;
    }

    private async Task<string> CustomerAsync()
    {
        var account = await api.AccountAsync();
        ApiServer.Get(await api.Core.Passwords.SetAsync(account, Password, ApiServer.Operator));
        return account;
    }

    private HttpClient Client(string user)
    {
        var client = api.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Password}")));
        return client;
    }
}
