using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Waybill.Core;
using Waybill.Core.Catalogue;
using Waybill.Core.Tokens;
using Waybill.Core.Vaults;
using Waybill.Portal.Tests.Support;
using Waybill.Storage;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Api;

[CollectionDefinition(nameof(ApiServer))]
public sealed class ApiServerTests : ICollectionFixture<ApiServer>;

/// <summary>The program of this assembly, with its data opened beside it: tokens and deliveries are made here, what they lead to is seen through the API.</summary>
public sealed class ApiServer(PortalServer server) : IAsyncLifetime
{
    public static readonly Actor Operator = Actor.Operator("tester");

    private CoreServices? _core;

    public PortalServer Server => server;

    public CoreServices Core => _core!;

    /// <summary>A token that may do everything.</summary>
    public string All { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _core = Get(await CoreServices.OpenAsync(server.Data, TimeProvider.System));
        All = await TokenAsync([.. ApiScope.All.Select(static scope => scope.Word)]);
    }

    public async ValueTask DisposeAsync() => await Core.DisposeAsync();

    public static T Get<T>(Result<T> result)
        where T : notnull
    {
        Assert.True(result.Succeeded, result.Problem?.Message);
        return result.Value;
    }

    public async Task<string> TokenAsync(params string[] scopes) => (await IssueAsync(null, scopes)).Secret;

    public async Task<string> TokenOfAsync(string account, params string[] scopes) => (await IssueAsync(account, scopes)).Secret;

    public async Task<IssuedToken> IssueAsync(string? account, params string[] scopes) =>
        Get(await Core.Tokens.AddAsync(new NewApiToken("test", scopes, TimeProvider.System.GetUtcNow().AddDays(1)) { Account = account }, Operator));

    /// <summary>A token whose time is over.</summary>
    public async Task<string> ExpiredAsync(params string[] scopes)
    {
        var before = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-10));
        return Get(await new ApiTokens(Core.Database, Core.Audit, before).AddAsync(new NewApiToken("over", scopes, before.GetUtcNow().AddDays(1)), Operator)).Secret;
    }

    /// <summary>A client from an address of its own.</summary>
    public HttpClient Client(string? token = null)
    {
        var client = server.Client(cookies: false);
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async Task<string> AccountAsync()
    {
        var number = "api" + Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal);
        Assert.True(Core.Vaults.Ensure(Get(await Core.Accounts.AddAsync(new(number, "Api Ltd"), Operator))).Succeeded);
        Assert.True(Core.Vaults.Ensure(Get(await Core.Logins.AddAsync(new(Waybill.Core.Logins.LoginKind.Customer) { UserName = number, Account = number }, Operator))).Succeeded);
        return number;
    }

    /// <summary>Delivers a file as a customer's session does; returns its number once it is offered.</summary>
    public async Task<long> DeliverAsync(string account, string name, string content)
    {
        var (path, folder) = ("/upload/" + name, Path.Combine(server.Data, "vaults", account));
        await File.WriteAllTextAsync(folder + path, content);
        var journal = new FileJournal(Core.Audit, Actor.Login(account, "192.0.2.1", "gone"), DeliveryProtocol.Sftp, new VaultView(account, ""), TimeProvider.System);
        Assert.Equal(StoreError.None, await journal.RecordAsync(new FileEvent(FileOperation.Upload, VaultPath.Parse(path), Size: content.Length)));
        var file = (await Core.Catalogue.FindAsync(account, path))!.Id;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Get(await Core.Inbound.FindAsync(file)).State != Waybill.Core.Inbound.InboundState.Waiting)
        {
            await Task.Delay(100, patience.Token);
        }

        return file;
    }
}

/// <summary>What an answer of the API is.</summary>
internal static class ApiAnswers
{
    public static StringContent Json(object? value) => new(value as string ?? JsonSerializer.Serialize(value, JsonSerializerOptions.Web), Encoding.UTF8, "application/json");

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.Content.Headers.ContentType?.MediaType is "application/json" or "application/problem+json", $"{answer.RequestMessage?.RequestUri} {(int)answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        var json = await answer.JsonAsync();
        Assert.True(answer.IsSuccessStatusCode, json.ToString());
        return json;
    }

    public static async Task<JsonElement> PostJsonAsync(this HttpClient client, string path, object? body, int status = 200)
    {
        using var content = body is null ? null : Json(body);
        using var answer = await client.PostAsync(path, content);
        var json = await answer.JsonAsync();
        Assert.True((int)answer.StatusCode == status, $"{path} {(int)answer.StatusCode}: {json}");
        return json;
    }

    /// <summary>That it is a problem, in the form of RFC 9457, and that it says what to do.</summary>
    public static async Task<string> ProblemAsync(this HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.RequestMessage?.RequestUri} {(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(["type", "title", "status", "detail"], problem.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.StartsWith("urn:waybill:problem:", problem.GetProperty("type").GetString(), StringComparison.Ordinal);
        var detail = problem.GetProperty("detail").GetString()!;
        Assert.Contains('.', detail);
        Assert.DoesNotContain(" at Waybill.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        return detail;
    }
}
