using System.Globalization;
using System.Text.Json;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests.Api;

/// <summary>Keys and logins that somebody has to see to, over all accounts.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiKeyCareTests(ApiServer api)
{
    [Fact]
    public async Task A_burnt_key_is_listed_as_by_its_command_with_where_it_works_until_its_refusal_is_lifted()
    {
        using var client = api.Client(api.All);
        var (number, keys) = (await api.AccountAsync(), await RequestKeys.MakeAsync());
        await client.PostJsonAsync($"/v1/logins/{number}/keys", new { key = keys.Line }, 201);
        await client.PostJsonAsync("/v1/burnt-keys", new { sha256 = keys.Fingerprint, how = "on a web site" }, 201);

        var burnt = Assert.Single(await AllAsync(client, "/v1/burnt-keys"), IsIt);
        var printed = Assert.Single((await api.Server.JsonAsync("key", "burnt", "list", "--limit", "1000")).EnumerateArray(), IsIt);
        Assert.Equal(JsonSerializer.Serialize(printed), JsonSerializer.Serialize(burnt));
        Assert.Equal(("on a web site", number), (burnt.GetProperty("how").GetString(), Assert.Single(burnt.GetProperty("installedOn").EnumerateArray()).GetString()));
        Assert.Single(await AllAsync(client, "/v1/burnt-keys?inUse=true"), IsIt);
        await client.PostJsonAsync($"/v1/logins/{number}/keys/{Uri.EscapeDataString(keys.Fingerprint)}/revoke", new { reason = "a test" });
        Assert.DoesNotContain(await AllAsync(client, "/v1/burnt-keys?inUse=true"), IsIt);

        using var blank = await client.PostAsync("/v1/burnt-keys/lift", ApiAnswers.Json(new { sha256 = keys.Fingerprint, reason = " " }));
        await blank.ProblemAsync(422);
        var lifted = await client.PostJsonAsync("/v1/burnt-keys/lift", new { sha256 = keys.Fingerprint, reason = "it was another key" });
        Assert.Equal("it was another key", lifted.GetProperty("liftedReason").GetString());
        Assert.Contains("(token ", lifted.GetProperty("liftedBy").GetString(), StringComparison.Ordinal);
        using var again = await client.PostAsync("/v1/burnt-keys/lift", ApiAnswers.Json(new { sha256 = keys.Fingerprint, reason = "twice" }));
        Assert.Contains("is not refused", await again.ProblemAsync(404), StringComparison.Ordinal);
        Assert.DoesNotContain(await AllAsync(client, "/v1/burnt-keys"), IsIt);
        Assert.Single(await AllAsync(client, "/v1/burnt-keys?all=true"), IsIt);
        var row = Assert.Single((await client.GetJsonAsync("/v1/audit?action=key-burnt-lifted&limit=1000")).GetProperty("items").EnumerateArray(), each => each.GetProperty("subject").GetString() == keys.Fingerprint);
        Assert.Equal("token", row.GetProperty("actorKind").GetString());
        var other = await api.AccountAsync();
        await client.PostJsonAsync($"/v1/logins/{other}/keys", new { key = keys.Line }, 201);

        bool IsIt(JsonElement key) => key.GetProperty("sha256").GetString() == keys.Fingerprint;
    }

    [Fact]
    public async Task A_key_that_two_logins_have_is_listed_with_both_and_not_to_an_account()
    {
        using var client = api.Client(api.All);
        var (first, second, keys) = (await api.AccountAsync(), await api.AccountAsync(), await RequestKeys.MakeAsync());
        foreach (var number in (string[])[first, second])
        {
            await client.PostJsonAsync($"/v1/logins/{number}/keys", new { key = keys.Line }, 201);
        }

        // Another, so that there is more than a page.
        var others = await RequestKeys.MakeAsync();
        foreach (var number in (string[])[first, second])
        {
            await client.PostJsonAsync($"/v1/logins/{number}/keys", new { key = others.Line }, 201);
        }

        var shared = Assert.Single(await AllAsync(client, "/v1/keys/shared"), each => each.GetProperty("sha256").GetString() == keys.Fingerprint);
        Assert.Equal((2, "ssh-ed25519"), (shared.GetProperty("count").GetInt32(), shared.GetProperty("type").GetString()));
        Assert.Equal(((string[])[first, second]).Order(StringComparer.Ordinal), shared.GetProperty("logins").EnumerateArray().Select(static login => login.GetString()));
        using var own = api.Client(await api.TokenOfAsync(first, "keys:read"));
        using var refused = await own.GetAsync("/v1/keys/shared");
        await refused.ProblemAsync(403);
        await client.PostJsonAsync($"/v1/logins/{second}/keys/{Uri.EscapeDataString(keys.Fingerprint)}/revoke", new { reason = "a test" });
        Assert.DoesNotContain(await AllAsync(client, "/v1/keys/shared"), each => each.GetProperty("sha256").GetString() == keys.Fingerprint);
    }

    [Fact]
    public async Task Keys_that_expire_soon_are_listed_the_next_first_to_an_account_its_own()
    {
        using var client = api.Client(api.All);
        var (number, other) = (await api.AccountAsync(), await api.AccountAsync());
        List<string> expected = [];
        foreach (var days in (int[])[10, 10, 20, 40])
        {
            var keys = await RequestKeys.MakeAsync();
            expected.Add(keys.Fingerprint);

            // Midnight, so that two expire at one moment.
            var expires = TimeProvider.System.GetUtcNow().Date.AddDays(days).ToString("yyyy-MM-ddT00:00:00Z", CultureInfo.InvariantCulture);
            await client.PostJsonAsync($"/v1/logins/{number}/keys", new { key = keys.Line, label = $"of {days} days", expires }, 201);
        }

        var key = await RequestKeys.MakeAsync();
        await client.PostJsonAsync($"/v1/logins/{other}/keys", new { key = key.Line, expires = TimeProvider.System.GetUtcNow().AddDays(15) }, 201);

        Assert.Equal(expected[..3], await FingerprintsAsync(client, $"/v1/keys/expiring?account={number}"));
        Assert.Equal(expected[..2], await FingerprintsAsync(client, $"/v1/keys/expiring?account={number}&days=12"));
        Assert.Equal(expected, await FingerprintsAsync(client, $"/v1/keys/expiring?account={number}&days=41"));
        Assert.Equal([.. expected[..2], key.Fingerprint, expected[2]], (await FingerprintsAsync(client, "/v1/keys/expiring")).Where(each => each == key.Fingerprint || expected.Contains(each)));
        var first = (await client.GetJsonAsync($"/v1/keys/expiring?account={number}&limit=1")).GetProperty("items")[0];
        Assert.Equal((number, "of 10 days"), (first.GetProperty("userName").GetString(), first.GetProperty("label").GetString()));
        using var own = api.Client(await api.TokenOfAsync(number, "keys:read"));
        Assert.Equal(expected[..3], await FingerprintsAsync(own, "/v1/keys/expiring"));
        using var foreign = await own.GetAsync($"/v1/keys/expiring?account={other}");
        await foreign.ProblemAsync(404);

        static async Task<List<string>> FingerprintsAsync(HttpClient client, string path) => [.. (await AllAsync(client, path)).Select(static each => each.GetProperty("sha256").GetString()!)];
    }

    [Fact]
    public async Task Logins_that_came_without_tls_are_those_of_the_command()
    {
        using var client = api.Client(api.All);
        var (number, other, old) = (await api.AccountAsync(), await api.AccountAsync(), await api.AccountAsync());
        var now = TimeProvider.System.GetUtcNow();
        foreach (var (login, at) in ((string, DateTimeOffset)[])[(number, now), (other, now.AddDays(-50)), (old, now.AddDays(-100))])
        {
            Assert.Equal(1, await api.Server.TamperAsync($"INSERT INTO login_ftp (login_id, plain_times, plain_at, plain_from, plain_client) SELECT id, 3, {at.ToUnixTimeMilliseconds()}, '192.0.2.7', 'curl' FROM login WHERE user_key = '{login}'"));
        }

        var listed = (await AllAsync(client, "/v1/plain-logins")).Select(static each => JsonSerializer.Serialize(each)).ToList();
        Assert.Equal((await api.Server.JsonAsync("login", "plain")).EnumerateArray().Select(static each => JsonSerializer.Serialize(each)).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.Equal([number, other], await NamesAsync(client, "/v1/plain-logins"));
        Assert.Equal([number], await NamesAsync(client, "/v1/plain-logins?days=40"));
        Assert.Equal([number, other, old], await NamesAsync(client, "/v1/plain-logins?days=200"));
        Assert.Equal([other], await NamesAsync(client, $"/v1/plain-logins?account={other}"));
        using var own = api.Client(await api.TokenOfAsync(other, "keys:read"));
        Assert.Equal([other], await NamesAsync(own, "/v1/plain-logins"));
        using var foreign = await own.GetAsync($"/v1/plain-logins?account={number}");
        await foreign.ProblemAsync(404);

        // By user name; only those of this test count.
        async Task<IEnumerable<string>> NamesAsync(HttpClient asker, string path)
        {
            string[] mine = [number, other, old];
            var names = (await AllAsync(asker, path)).Select(static each => each.GetProperty("userName").GetString()!).Where(mine.Contains).ToList();
            Assert.Equal(names.Order(StringComparer.Ordinal), names);
            return mine.Where(names.Contains);
        }
    }

    [Fact]
    public async Task Accounts_and_logins_are_found_by_text_as_in_the_portal_and_an_account_finds_itself()
    {
        using var client = api.Client(api.All);
        var (number, other) = (await api.AccountAsync(), await api.AccountAsync());
        ApiServer.Get(await api.Core.Logins.AddAsync(new(Core.Logins.LoginKind.Customer) { UserName = number + "x", Account = number }, ApiServer.Operator));
        Assert.Equal([number], await FoundAsync(client, $"/v1/accounts?text={number[..12]}", "number"));
        Assert.Equal([number], await FoundAsync(client, $"/v1/accounts?text=LTD%20{number.ToUpperInvariant()}", "number"));
        Assert.Empty(await FoundAsync(client, $"/v1/accounts?text={number}%20nobody", "number"));
        Assert.Empty(await FoundAsync(client, "/v1/accounts?text=%25", "number"));
        Assert.Equal([number, number + "x"], await FoundAsync(client, $"/v1/logins?text={number[..12].ToUpperInvariant()}", "userName"));
        Assert.Equal([number + "x"], await FoundAsync(client, $"/v1/logins?text={number}X&account={number}", "userName"));
        Assert.Empty(await FoundAsync(client, $"/v1/logins?text={number}&account={other}", "userName"));

        using var own = api.Client(await api.TokenOfAsync(number, "accounts:read"));
        foreach (var text in (string[])["ltd", number[..12], "%20"])
        {
            Assert.Equal([number], await FoundAsync(own, "/v1/accounts?text=" + text, "number"));
        }

        Assert.Empty(await FoundAsync(own, "/v1/accounts?text=" + other, "number"));
        Assert.Empty(await FoundAsync(own, "/v1/accounts?text=%25", "number"));
        Assert.Equal([number, number + "x"], await FoundAsync(own, "/v1/logins?text=api", "userName"));
        Assert.Empty(await FoundAsync(own, "/v1/logins?text=" + other, "userName"));
    }

    [Fact]
    public async Task Requests_are_found_by_text_in_every_state()
    {
        using var client = api.Client(api.All);
        var (number, name) = (await api.AccountAsync(), "Zyx" + Path.GetRandomFileName()[..8]);
        var taken = await client.PostJsonAsync("/v1/requests", new
        {
            firstName = "Ann", lastName = "Lee", email = $"ann@{name}.example", phone = "+44 20 7946 0001", company = name + " Telecom", account = number, key = (await RequestKeys.MakeAsync()).Line,
        }, 201);
        var id = taken.GetProperty("request").GetProperty("reference").GetString()!;
        await client.PostJsonAsync($"/v1/requests/{id}/reject", new { reason = "No contract." });
        Assert.Empty(await FoundAsync(client, "/v1/requests?account=" + number, "reference"));
        foreach (var text in (string[])[name.ToUpperInvariant(), $"ann@{name}", number, id.ToLowerInvariant()])
        {
            Assert.Equal([id], await FoundAsync(client, "/v1/requests?text=" + text, "reference"));
            Assert.Equal([id], await FoundAsync(client, $"/v1/requests?state=rejected&account={number}&text={text}", "reference"));
            Assert.Empty(await FoundAsync(client, "/v1/requests?state=open&text=" + text, "reference"));
            Assert.Empty(await FoundAsync(client, "/v1/requests?account=nobody&text=" + text, "reference"));
        }
    }

    [Fact]
    public async Task Invitations_that_wait_are_those_of_the_command_until_they_are_withdrawn()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        foreach (var who in (string[])["ann", "bob"])
        {
            await client.PostJsonAsync("/v1/invitations", new { account = number, email = $"{who}@invited.example" }, 201);
        }

        var waiting = await AllAsync(client, "/v1/invitations?account=" + number);
        Assert.Equal(["bob@invited.example", "ann@invited.example"], waiting.Select(static each => each.GetProperty("email").GetString()));
        Assert.Equal(
            (await api.Server.JsonAsync("request", "invitations", "--account", number)).EnumerateArray().Select(static each => JsonSerializer.Serialize(each)),
            waiting.Select(static each => JsonSerializer.Serialize(each)));
        var id = waiting[0].GetProperty("id").GetInt64();
        Assert.Contains(id, (await AllAsync(client, "/v1/invitations")).Select(static each => each.GetProperty("id").GetInt64()));
        var withdrawn = await client.PostJsonAsync($"/v1/invitations/{id}/withdraw", null);
        Assert.Equal((id, "bob@invited.example"), (withdrawn.GetProperty("id").GetInt64(), withdrawn.GetProperty("email").GetString()));
        using var twice = await client.PostAsync($"/v1/invitations/{id}/withdraw", null);
        await twice.ProblemAsync(404);
        Assert.Equal("ann@invited.example", Assert.Single(await AllAsync(client, "/v1/invitations?account=" + number)).GetProperty("email").GetString());
        var row = Assert.Single((await client.GetJsonAsync($"/v1/audit?account={number}&action=request-invitation-withdrawn")).GetProperty("items").EnumerateArray());
        Assert.Equal(("token", "bob@invited.example"), (row.GetProperty("actorKind").GetString(), row.GetProperty("subject").GetString()));
    }

    private static async Task<IEnumerable<string?>> FoundAsync(HttpClient client, string path, string member) => (await AllAsync(client, path)).Select(each => each.GetProperty(member).GetString());

    /// <summary>Every row: the first ones in pages of one, so that the pages are tried too, and the rest of a long list in large ones.</summary>
    private static async Task<List<JsonElement>> AllAsync(HttpClient client, string path)
    {
        List<JsonElement> all = [];
        string? after = null;
        do
        {
            var limit = all.Count < 5 ? 1 : 1000;
            var page = await client.GetJsonAsync($"{path}{(path.Contains('?') ? '&' : '?')}limit={limit}{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}");
            Assert.True(page.GetProperty("items").GetArrayLength() <= limit);
            all.AddRange(page.GetProperty("items").EnumerateArray());
            after = page.GetProperty("next").GetString();
        }
        while (after is not null);
        return all;
    }
}
