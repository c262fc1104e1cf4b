using System.Net;
using System.Text.Json;
using Waybill.Core.Tokens;
using Waybill.Portal.Api;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests.Api;

/// <summary>Who may call what: every row of the table against every scope.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiAccessTests(ApiServer api)
{
    private static readonly IReadOnlyList<ApiEndpoint> ForTokens = [.. ApiTable.All.Where(static endpoint => endpoint.Scheme == ApiScheme.Token)];

    [Fact]
    public async Task Every_call_is_opened_by_its_scope_and_by_no_other()
    {
        foreach (var scope in ApiScope.All)
        {
            await EachAsync(await api.TokenAsync(scope.Word), async (endpoint, answer, cancel) =>
            {
                if (endpoint.Scope == scope.Word)
                {
                    Assert.False(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{scope.Word} does not open {endpoint.Id}");
                    Assert.True((int)answer.StatusCode < 500 || endpoint.TakesLong, $"{endpoint.Id} {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancel)}");
                }
                else
                {
                    Assert.Contains(endpoint.Scope, await answer.ProblemAsync(403), StringComparison.Ordinal);
                    Assert.Contains($"scope=\"{endpoint.Scope}\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
                }
            });
        }
    }

    [Fact]
    public async Task Without_a_token_that_works_every_call_is_a_401()
    {
        var every = ApiScope.All.Select(static scope => scope.Word).ToArray();
        var revoked = await api.IssueAsync(null, every);
        ApiServer.Get(await api.Core.Tokens.RevokeAsync(revoked.Token.Id, "a test", ApiServer.Operator));
        foreach (var token in (string?[])[null, await api.ExpiredAsync(every), revoked.Secret, ApiTokens.Prefix + new string('a', 43), new string('x', 4000)])
        {
            await EachAsync(token, async (_, answer, _) =>
            {
                await answer.ProblemAsync(401);
                Assert.StartsWith("Bearer realm=\"waybill\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            });
        }
    }

    [Fact]
    public async Task A_token_of_one_account_finds_no_other_account_and_nothing_that_concerns_all()
    {
        var (mine, other) = (await api.AccountAsync(), await api.AccountAsync());
        var token = await api.TokenOfAsync(mine, [.. ApiScope.All.Where(static scope => scope.OfAccount).Select(static scope => scope.Word)]);

        // One for each call, since they come from different addresses: of one these are more requests at once than are taken.
        foreach (var endpoint in ForTokens)
        {
            using var each = api.Client(token);
            using var answer = await CallAsync(each, endpoint, other);
            if (!endpoint.IsForAccounts)
            {
                await answer.ProblemAsync(403);
            }
            else if (endpoint.Path.Contains('{'))
            {
                Assert.True(answer.StatusCode is HttpStatusCode.NotFound, $"{endpoint.Id} {(int)answer.StatusCode}");
            }
            else
            {
                Assert.DoesNotContain(other, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            if (endpoint is { Method: "GET", IsForAccounts: true } && endpoint.Query.Any(static parameter => parameter.Name == "account"))
            {
                using var asked = await each.GetAsync($"{endpoint.Path}?account={other}");
                var text = await asked.Content.ReadAsStringAsync();
                Assert.True(asked.StatusCode == HttpStatusCode.NotFound || JsonDocument.Parse(text).RootElement.GetProperty("items").GetArrayLength() == 0, $"{endpoint.Id}: {text}");
            }
        }

        // What is foreign and what is not there read alike.
        using var client = api.Client(token);
        using var foreign = await client.GetAsync("/v1/logins/" + other);
        using var unknown = await client.GetAsync("/v1/logins/nobody");
        Assert.Equal((await unknown.ProblemAsync(404)).Replace("nobody", other, StringComparison.Ordinal), await foreign.ProblemAsync(404));
        Assert.Equal([mine], (await client.GetJsonAsync("/v1/accounts")).GetProperty("items").EnumerateArray().Select(static account => account.GetProperty("number").GetString()));
        Assert.Equal(mine, (await client.GetJsonAsync("/v1/logins/" + mine.ToUpperInvariant())).GetProperty("userName").GetString());
        Assert.All((await client.GetJsonAsync("/v1/audit")).GetProperty("items").EnumerateArray(), row => Assert.Equal(mine, row.GetProperty("account").GetString()));
    }

    [Fact]
    public async Task The_cookie_of_a_session_opens_no_call_and_a_token_opens_no_page()
    {
        using var client = api.Client(api.All);
        using var page = await client.GetAsync("/home");
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.StartsWith("/sign-in", page.Headers.Location!.OriginalString, StringComparison.Ordinal);

        // An administrator's browser, as another site would have it call.
        using var visitor = await SignUp.WithAsync(api.Server, "--provider", "administrator");
        using var bare = api.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/accounts") { Version = HttpVersion.Version20 };
        request.Headers.Add("Cookie", $"{Visitor.Cookie}={visitor.Session}");
        using var answer = await bare.SendAsync(request);
        await answer.ProblemAsync(401);
    }

    [Fact]
    public async Task A_token_ends_with_its_revocation_and_with_its_account()
    {
        var account = await api.AccountAsync();
        var issued = await api.IssueAsync(account, "accounts:read");
        using var client = api.Client(issued.Secret);
        await client.GetJsonAsync("/v1/accounts");
        using var all = api.Client(api.All);
        await all.PostJsonAsync($"/v1/accounts/{account}/suspend", new { reason = "a test" });
        using var suspended = await client.GetAsync("/v1/accounts");
        await suspended.ProblemAsync(401);
        await all.PostJsonAsync($"/v1/accounts/{account}/resume", null);
        await client.GetJsonAsync("/v1/accounts");
        ApiServer.Get(await api.Core.Tokens.RevokeAsync(issued.Token.Id, "a test", ApiServer.Operator));
        using var revoked = await client.GetAsync("/v1/accounts");
        await revoked.ProblemAsync(401);
    }

    [Fact]
    public void Each_call_has_its_own_name_and_its_address_and_the_scopes_are_those_that_tokens_have()
    {
        Assert.Equal(ApiTable.All.Count, ApiTable.All.DistinctBy(static endpoint => endpoint.Id).Count());
        Assert.Equal(ApiTable.All.Count, ApiTable.All.DistinctBy(static endpoint => (endpoint.Method, endpoint.Path)).Count());
        Assert.All(ForTokens, static endpoint => Assert.NotNull(ApiScope.Find(endpoint.Scope)));
        Assert.All(ApiTable.All.Except(ForTokens), static endpoint => Assert.Empty(endpoint.Scope));
        Assert.All(ApiTable.All, static endpoint => Assert.EndsWith(".", endpoint.Summary, StringComparison.Ordinal));
    }

    /// <summary>Calls with what the form of the call needs, about somebody who is not there.</summary>
    internal static async Task<HttpResponseMessage> CallAsync(HttpClient client, ApiEndpoint endpoint, string who = "nobody")
    {
        var path = endpoint.Path.Replace("{number}", who, StringComparison.Ordinal).Replace("{login}", who, StringComparison.Ordinal);
        path = System.Text.RegularExpressions.Regex.Replace(System.Text.RegularExpressions.Regex.Replace(path, @"\{\w+:long\}", "999999999"), @"\{\w+\}", "nobody");
        var query = string.Join('&', endpoint.Query.Where(static parameter => parameter.IsRequired).Select(parameter => parameter.Name + "=" + who));
        using var request = new HttpRequestMessage(new HttpMethod(endpoint.Method), query.Length > 0 ? $"{path}?{query}" : path) { Version = HttpVersion.Version20 };
        request.Content = endpoint.Request is not null ? ApiAnswers.Json(Example(endpoint.Request))
            : endpoint.Upload is null ? null
            : endpoint.UploadAs == ApiUploadKind.Files ? new MultipartFormDataContent { { new StringContent("a,b\n"), "file", "a.csv" } }
            : new StringContent("a,b\n", new System.Net.Http.Headers.MediaTypeHeaderValue(endpoint.Upload));
        return await client.SendAsync(request);
    }

    /// <summary>Every call with a token, in parts from different addresses: all are more than one address may send at once.</summary>
    private async Task EachAsync(string? token, Func<ApiEndpoint, HttpResponseMessage, CancellationToken, Task> check)
    {
        foreach (var part in ForTokens.Chunk(PortalLimits.RequestBurst / 2))
        {
            using var client = api.Client(token);
            await Parallel.ForEachAsync(part, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (endpoint, cancel) =>
            {
                using var answer = await CallAsync(client, endpoint);
                await check(endpoint, answer, cancel);
            });
        }
    }

    /// <summary>The smallest body of the right form; nothing comes of it.</summary>
    private static string Example(Type type) => "{" + string.Join(',', ApiJson.Options.GetTypeInfo(type).Properties
        .Where(static property => property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false })
        .Select(static property => $"\"{property.Name}\":{(property.PropertyType == typeof(string) ? "\"-\"" : ApiJson.Options.GetTypeInfo(property.PropertyType).Kind == System.Text.Json.Serialization.Metadata.JsonTypeInfoKind.Dictionary ? "{}" : property.PropertyType.IsGenericType && Nullable.GetUnderlyingType(property.PropertyType) is null ? "[]" : property.PropertyType == typeof(bool) ? "false" : property.PropertyType == typeof(int) || property.PropertyType == typeof(long) ? "1" : "null")}")) + "}";
}
