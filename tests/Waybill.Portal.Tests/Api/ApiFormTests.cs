using System.Net;
using System.Text;
using System.Text.Json;
using Waybill.Portal.Api;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Api;

/// <summary>The form of requests and answers: problems, pages, repetitions, the document.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiFormTests(ApiServer api)
{
    [Fact]
    public async Task Whatever_is_wrong_with_a_request_is_said_as_problem_json()
    {
        using var client = api.Client(api.All);
        foreach (var (method, path, body, media, status, words) in ((string, string, string?, string, int, string)[])
        [
            ("GET", "/v1", null, "", 404, "/v1/openapi.json"),
            ("GET", "/v1/nothing", null, "", 404, "/v1/openapi.json"),
            ("GET", "/V1/nothing", null, "", 404, "/v1/openapi.json"),
            ("GET", "/v1/inbound/abc", null, "", 404, "/v1/openapi.json"),
            ("GET", "/v1/accounts/nobody", null, "", 404, "GET /v1/accounts lists them"),
            ("PATCH", "/v1/accounts", "{}", "application/json", 405, "Allow"),
            ("DELETE", "/v1/accounts/nobody", null, "", 405, "Allow"),
            ("GET", "/v1/accounts?page=2", null, "", 400, "limit, after"),
            ("GET", "/v1/accounts?limit=0", null, "", 400, "from 1 to 1000"),
            ("GET", "/v1/accounts?limit=1001", null, "", 400, "from 1 to 1000"),
            ("GET", "/v1/accounts?limit=ten", null, "", 400, "from 1 to 1000"),
            ("GET", "/v1/accounts?limit=1&limit=2", null, "", 400, "more than once"),
            ("GET", $"/v1/keys/expiring?days={PortalLimits.ApiDays + 1}", null, "", 400, "from 1 to 3650"),
            ("GET", $"/v1/plain-logins?days={PortalLimits.ApiDays + 1}", null, "", 400, "from 1 to 3650"),
            ("GET", "/v1/audit?from=yesterday", null, "", 400, "2027-01-31T06:00:00Z"),
            ("GET", "/v1/audit?oldestFirst=1", null, "", 400, "true or false"),
            ("GET", "/v1/inbound?state=lost", null, "", 400, "waiting, claimed"),
            ("GET", "/v1/audit?text=" + new string('a', ApiParameter.Length + 1), null, "", 400, "1 to 512"),
            ("GET", "/v1/why", null, "", 400, "subject is missing"),
            ("POST", "/v1/accounts", null, "", 400, "body is missing"),
            ("POST", "/v1/accounts", "{\"number\":\"1\",\"name\":\"X\"}", "text/plain", 415, "application/json"),
            ("POST", "/v1/accounts", "{\"number\":", "application/json", 400, "number, name, email"),
            ("POST", "/v1/accounts", "[]", "application/json", 400, "number, name, email"),
            ("POST", "/v1/accounts", "null", "application/json", 400, "null"),
            ("POST", "/v1/accounts", "{\"number\":\"1\"}", "application/json", 400, "number, name, email"),
            ("POST", "/v1/accounts", "{\"number\":\"1\",\"name\":null}", "application/json", 400, "number, name, email"),
            ("POST", "/v1/accounts", "{\"number\":\"1\",\"number\":\"2\",\"name\":\"X\"}", "application/json", 400, "number, name, email"),
            ("POST", "/v1/accounts", "{\"number\":\"1\",\"name\":\"X\",\"colour\":\"red\"}", "application/json", 400, "colour"),
            ("POST", "/v1/ledger", "{\"entries\":[null]}", "application/json", 400, "A list of the body holds null"),
            ("POST", "/v1/accounts", new string('[', 50), "application/json", 400, "number, name, email"),
            ("POST", "/v1/accounts", "{\"number\":\"-1\",\"name\":\"X\"}", "application/json", 422, "account number"),
            ("POST", "/v1/accounts", $"{{\"number\":\"{PortalServer.Account}\",\"name\":\"X\"}}", "application/json", 409, PortalServer.Account),
            ("POST", "/v1/accounts", new string(' ', PortalLimits.Body + 1), "application/json", 413, "too large"),
            ("POST", "/v1/logins/nobody/resume", "{}", "application/json", 400, "no body"),
            ("POST", "/v1/publications?account=1&feed=cdr", "{}", "application/json", 415, "multipart/form-data"),
            ("POST", "/v1/publications?account=1&feed=cdr", "nothing", "multipart/form-data; boundary=x", 400, "ended too early"),
        ])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Version = HttpVersion.Version20 };
            if (body is not null)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                request.Content.Headers.TryAddWithoutValidation("Content-Type", media);
            }

            using var answer = await client.SendAsync(request);
            Assert.Contains(words, await answer.ProblemAsync(status), StringComparison.Ordinal);
            Assert.Equal(status == 405, answer.Content.Headers.Allow.Count > 0);
            Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.True(answer.Headers.CacheControl?.NoStore);
        }
    }

    [Fact]
    public async Task Who_calls_too_often_is_told_so_as_problem_json()
    {
        using var client = api.Client(api.All);
        var answers = await Task.WhenAll(Enumerable.Range(0, 3 * PortalLimits.RequestBurst).Select(_ => client.GetAsync("/v1/nothing")));
        var refused = answers.First(static answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Contains("Retry-After", await refused.ProblemAsync(429), StringComparison.Ordinal);
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    [Fact]
    public async Task Calls_that_take_long_are_done_by_so_many_at_once()
    {
        var turns = new LongTurns();
        var taken = Enumerable.Range(0, PortalLimits.ApiLong).Select(_ => turns.TryTake()).ToList();
        Assert.All(taken, Assert.NotNull);
        Assert.Null(turns.TryTake());
        taken[0]!.Dispose();
        taken[0]!.Dispose();
        Assert.NotNull(turns.TryTake());
        Assert.Null(turns.TryTake());

        // Of many at once some are done, and none is answered otherwise than by the result or by when to come again.
        using var client = api.Client(api.All);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetAsync("/v1/audit/verification")));
        Assert.Contains(answers, static answer => answer.StatusCode == HttpStatusCode.OK);
        foreach (var refused in answers.Where(static answer => answer.StatusCode != HttpStatusCode.OK))
        {
            await refused.ProblemAsync(503);
            Assert.NotNull(refused.Headers.RetryAfter);
        }
    }

    [Fact]
    public async Task Pages_hold_every_row_once_and_no_more_than_is_asked_for()
    {
        using var client = api.Client(api.All);
        List<string> numbers = [];
        while (numbers.Count <= PortalLimits.ApiPage)
        {
            var number = $"page{numbers.Count:000}";
            ApiServer.Get(await api.Core.Accounts.AddAsync(new(number, "Page"), ApiServer.Operator));
            numbers.Add(number);
        }

        foreach (var size in (int[])[7, PortalLimits.ApiPageMaximum])
        {
            Assert.Equal(numbers, (await AllAsync(client, "/v1/accounts", size, "number")).Where(static number => number.StartsWith("page", StringComparison.Ordinal)));
        }

        // Without a limit there is one.
        var page = await client.GetJsonAsync("/v1/accounts");
        Assert.Equal(PortalLimits.ApiPage, page.GetProperty("items").GetArrayLength());
        Assert.NotNull(page.GetProperty("next").GetString());

        var rows = await AllAsync(client, "/v1/audit?action=account-added&oldestFirst=true", 13, "sequence");
        Assert.Equal(rows.Distinct(), rows);
        Assert.True(rows.Count > PortalLimits.ApiPage);
        Assert.Equal(rows.Select(long.Parse).Order(), rows.Select(long.Parse));
    }

    [Fact]
    public async Task A_request_with_a_key_is_done_once_and_answered_alike()
    {
        using var client = api.Client(api.All);
        var (account, key) = ("once" + Path.GetRandomFileName()[..8], Guid.NewGuid().ToString());
        async Task<(int Status, string Text, bool IsReplayed)> PostAsync(string name)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/accounts") { Version = HttpVersion.Version20, Content = ApiAnswers.Json(new { number = account, name }) };
            request.Headers.Add("Idempotency-Key", key);
            using var answer = await client.SendAsync(request);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.Contains("Idempotency-Replayed"));
        }

        var parallel = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync("Once Ltd")));
        Assert.All(parallel, static answer => Assert.True(answer.Status is 201 or 409, answer.Text));
        Assert.All(parallel.Where(static answer => answer.Status == 409), static answer => Assert.Contains("urn:waybill:problem:under-way", answer.Text, StringComparison.Ordinal));
        Assert.Single(parallel, static answer => answer is { Status: 201, IsReplayed: false });
        var again = await PostAsync("Once Ltd");
        Assert.Equal((201, parallel.First(static answer => answer.Status == 201).Text, true), again);
        Assert.Single((await client.GetJsonAsync($"/v1/audit?action=account-added&account={account}")).GetProperty("items").EnumerateArray());

        // Another body, or the same key at another address, is another request.
        Assert.Contains("key-of-another-request", (await PostAsync("Twice Ltd")).Text, StringComparison.Ordinal);
        using var elsewhere = new HttpRequestMessage(HttpMethod.Post, $"/v1/accounts/{account}/resume") { Version = HttpVersion.Version20 };
        elsewhere.Headers.Add("Idempotency-Key", key);
        using var refused = await client.SendAsync(elsewhere);
        await refused.ProblemAsync(422);

        // What another token sends under the key is its own; and what was refused may be put right under its key.
        using var other = api.Client(await api.TokenAsync("accounts:write"));
        using var mine = new HttpRequestMessage(HttpMethod.Post, "/v1/accounts") { Version = HttpVersion.Version20, Content = ApiAnswers.Json(new { number = account, name = "Once Ltd" }) };
        mine.Headers.Add("Idempotency-Key", key);
        using var taken = await other.SendAsync(mine);
        await taken.ProblemAsync(409);
        using var corrected = new HttpRequestMessage(HttpMethod.Post, "/v1/accounts") { Version = HttpVersion.Version20, Content = ApiAnswers.Json(new { number = account + "b", name = "Once Ltd" }) };
        corrected.Headers.Add("Idempotency-Key", key);
        using var done = await other.SendAsync(corrected);
        Assert.Equal(HttpStatusCode.Created, done.StatusCode);

        using var bad = new HttpRequestMessage(HttpMethod.Post, "/v1/accounts") { Version = HttpVersion.Version20, Content = ApiAnswers.Json(new { number = "x", name = "X" }) };
        bad.Headers.Add("Idempotency-Key", new string('k', 129));
        using var long129 = await client.SendAsync(bad);
        Assert.Contains("1 to 128", await long129.ProblemAsync(422), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_document_is_the_one_that_is_checked_in_and_describes_every_call()
    {
        using var client = api.Client();
        using var served = await client.GetAsync("/v1/openapi.json");
        Assert.Equal("application/json", served.Content.Headers.ContentType?.MediaType);
        var text = await served.Content.ReadAsStringAsync();
        var checkedIn = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "docs", "api", "openapi.json"));
        Assert.True(text == checkedIn, "docs/api/openapi.json is not what the program has; write it anew: ./waybill api openapi > docs/api/openapi.json");
        Assert.Equal(checkedIn, await api.Server.CommandAsync("api", "openapi"));

        var document = JsonDocument.Parse(text).RootElement;
        Assert.Equal("3.1.1", document.GetProperty("openapi").GetString());
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(static path => path.Value.EnumerateObject().Where(static member => member.Name != "parameters").Select(member => member.Value.GetProperty("operationId").GetString())).ToList();
        Assert.Equal(ApiTable.All.Select(static endpoint => endpoint.Id).Order(), operations.Order());

        // Every reference leads somewhere.
        foreach (var reference in System.Text.RegularExpressions.Regex.Matches(text, "\"\\$ref\": \"#/([^\"]+)\"").Select(static match => match.Groups[1].Value).Distinct())
        {
            var place = document;
            Assert.All(reference.Split('/'), step => Assert.True(place.TryGetProperty(step, out place), reference));
        }
    }

    [Fact]
    public async Task Answers_are_of_the_form_that_the_document_says()
    {
        using var client = api.Client(api.All);
        var document = JsonDocument.Parse(ApiDocument.Write()).RootElement;
        foreach (var endpoint in ApiTable.All.Where(static endpoint => endpoint is { Scheme: ApiScheme.Token, Method: "GET", Response: not null } && !endpoint.Path.Contains('{') && !endpoint.Query.Any(static parameter => parameter.IsRequired)))
        {
            var answer = await client.GetJsonAsync(endpoint.Path);
            Assert.DoesNotContain("waybill_", answer.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("/l/", answer.ToString(), StringComparison.Ordinal);
            var schema = document.GetProperty("paths").GetProperty(endpoint.Path).GetProperty("get").GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema");
            Check(document, schema, answer, endpoint.Id);
        }
    }

    private static void Check(JsonElement document, JsonElement schema, JsonElement value, string where)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(document, document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]), value, where);
            return;
        }

        if (schema.TryGetProperty("anyOf", out var any))
        {
            if (value.ValueKind != JsonValueKind.Null)
            {
                Check(document, any[0], value, where);
            }

            return;
        }

        var types = schema.GetProperty("type") is { ValueKind: JsonValueKind.Array } several ? several.EnumerateArray().Select(static type => type.GetString()).ToList() : [schema.GetProperty("type").GetString()];
        var kind = value.ValueKind switch
        {
            JsonValueKind.Object => "object", JsonValueKind.Array => "array", JsonValueKind.String => "string", JsonValueKind.Number => types.Contains("number") ? "number" : "integer", JsonValueKind.Null => "null", _ => "boolean",
        };
        Assert.True(types.Contains(kind), $"{where} is {kind} and not {string.Join('/', types)}");
        if (kind == "object" && schema.TryGetProperty("additionalProperties", out var others))
        {
            Assert.True(others.ValueKind == JsonValueKind.True || !schema.TryGetProperty("properties", out _), where);
        }
        else if (kind == "object")
        {
            Assert.Equal(schema.GetProperty("properties").EnumerateObject().Select(static property => property.Name), value.EnumerateObject().Select(static member => member.Name));
            foreach (var member in value.EnumerateObject())
            {
                Check(document, schema.GetProperty("properties").GetProperty(member.Name), member.Value, $"{where}.{member.Name}");
            }
        }
        else if (kind == "array")
        {
            Assert.All(value.EnumerateArray(), item => Check(document, schema.GetProperty("items"), item, where + "[]"));
        }
        else if (kind == "string" && schema.TryGetProperty("enum", out var words))
        {
            Assert.Contains(value.GetString(), words.EnumerateArray().Select(static word => word.GetString()));
        }
    }

    private static async Task<List<string>> AllAsync(HttpClient client, string path, int limit, string name)
    {
        List<string> all = [];
        string? after = null;
        do
        {
            var page = await client.GetJsonAsync($"{path}{(path.Contains('?') ? '&' : '?')}limit={limit}{(after is null ? "" : "&after=" + Uri.EscapeDataString(after))}");
            var items = page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty(name).ToString()).ToList();
            Assert.True(items.Count <= limit);
            all.AddRange(items);
            after = page.GetProperty("next").GetString();
        }
        while (after is not null);
        return all;
    }
}
