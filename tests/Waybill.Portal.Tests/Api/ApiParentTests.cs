using System.Net;
using Waybill.Core.Accounts;

namespace Waybill.Portal.Tests.Api;

/// <summary>What a parent account publishes with a token of its own.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiParentTests(ApiServer api)
{
    [Fact]
    public async Task A_parent_publishes_to_its_children_and_to_nobody_else()
    {
        var (parent, stranger) = (await api.AccountAsync(), await api.AccountAsync());
        var child = parent + "c";
        Assert.True(api.Core.Vaults.Ensure(ApiServer.Get(await api.Core.Accounts.AddAsync(new NewAccount(child, "Retail Ltd") { Parent = parent }, ApiServer.Operator))).Succeeded);
        using var client = api.Client(await api.TokenOfAsync(parent, "children:publish", "files:read"));
        using var sent = await PublishAsync(client, parent, child);
        Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
        var publication = (await sent.JsonAsync()).GetProperty("publication").GetInt64();
        Assert.Equal("a,b\n", await File.ReadAllTextAsync(Path.Combine(api.Server.Data, "vaults", child, "data", "sir", "1.csv")));
        Assert.Equal("published", (await client.GetJsonAsync($"/v1/accounts/{parent}/publications/{publication}")).GetProperty("state").GetString());
        Assert.Equal(child, Assert.Single((await client.GetJsonAsync("/v1/receipts?by=" + parent)).GetProperty("items").EnumerateArray()).GetProperty("account").GetString());
        using var twice = await PublishAsync(client, parent, child);
        Assert.Contains("already", await twice.ProblemAsync(409), StringComparison.Ordinal);

        // A stranger, one that is not there and the parent itself read the same.
        foreach (var other in (string[])[stranger, "nobody", parent])
        {
            using var refused = await PublishAsync(client, parent, other);
            Assert.Equal($"Account {other} is no child of {parent}, and a parent account publishes to its children only.", await refused.ProblemAsync(409));
        }

        using var foreign = await PublishAsync(client, stranger, child);
        await foreign.ProblemAsync(404);
        using var others = api.Client(await api.TokenOfAsync(stranger, "children:publish"));
        using var hidden = await others.GetAsync($"/v1/accounts/{stranger}/publications/{publication}");
        await hidden.ProblemAsync(404);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(api.Server.Data, "vaults", stranger, "data", "sir")));
    }

    private static Task<HttpResponseMessage> PublishAsync(HttpClient client, string parent, string child) => client.PostAsync(
        $"/v1/accounts/{parent}/publications?account={child}&feed=sir", new MultipartFormDataContent { { new StringContent("a,b\n"), "file", "1.csv" } });
}
