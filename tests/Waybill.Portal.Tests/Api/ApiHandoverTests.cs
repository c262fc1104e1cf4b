using System.Net;
using System.Text.Json;
using Waybill.Core.Keys.Handover;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests.Api;

/// <summary>Keys that a program has made for a customer: what it is told, once, and what commands then say.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiHandoverTests(ApiServer api)
{
    [Fact]
    public async Task A_key_is_made_its_parts_are_told_once_and_the_passphrase_is_kept_in_no_answer()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        var begin = $"/v1/logins/{number}/handovers";
        var body = new { fileTo = $"{number}@interop.example", type = "ecdsa", bits = 384, format = "ppk2", label = "made for them" };
        var key = Guid.NewGuid().ToString();
        using var first = await PostAsync(client, begin, body, key);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var started = await first.JsonAsync();
        var (id, sha256) = (started.GetProperty("handover").GetProperty("id").GetInt64(), started.GetProperty("handover").GetProperty("sha256").GetString());
        Assert.Matches("^[0-9]{4} [0-9]{4}$", started.GetProperty("fileCode").GetString());
        Assert.Equal(JsonValueKind.Null, started.GetProperty("passphraseCode").ValueKind);
        Assert.DoesNotContain("/l/", started.ToString(), StringComparison.Ordinal);
        await MailBox.LinkAsync(api.Server, body.fileTo);
        var installed = Assert.Single((await api.Server.JsonAsync("key", "list", number)).EnumerateArray());
        Assert.Equal((sha256, "ecdsa-sha2-nistp384", "made for them"), (installed.GetProperty("sha256").GetString(), installed.GetProperty("type").GetString(), installed.GetProperty("label").GetString()));

        // Its repetition makes no other key, and is told no code: none is kept.
        using var again = await PostAsync(client, begin, body, key);
        Assert.Equal((HttpStatusCode.Created, ""), (again.StatusCode, await again.Content.ReadAsStringAsync()));
        Assert.Single((await api.Server.JsonAsync("key", "handovers", "list", number)).EnumerateArray());
        Assert.Equal(started.GetProperty("handover").ToString(), (await client.GetJsonAsync($"/v1/handovers/{id}")).ToString());
        var renewed = await client.PostJsonAsync($"/v1/handovers/{id}/renew", new { part = "file" });
        Assert.NotEqual(started.GetProperty("fileCode").GetString(), renewed.GetProperty("fileCode").GetString());
        using var noLink = await client.PostAsync($"/v1/handovers/{id}/renew", ApiAnswers.Json(new { part = "passphrase" }));
        await noLink.ProblemAsync(409);

        using var read = await PostAsync(client, $"/v1/handovers/{id}/read-out", null, Guid.NewGuid().ToString());
        Assert.True(read.Headers.CacheControl?.NoStore);
        var passphrase = (await read.JsonAsync()).GetProperty("passphrase").GetString()!;
        Assert.Equal(passphrase, (await client.PostJsonAsync($"/v1/handovers/{id}/read-out", null)).GetProperty("passphrase").GetString());
        var rows = (await client.GetJsonAsync($"/v1/audit?account={number}&action={HandoverActions.HandedOver}")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(2, rows.Count);
        Assert.All(rows, static row => Assert.EndsWith("read out by staff", row.GetProperty("detail").GetString(), StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(api.Server.Data, "waybill.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(passphrase, await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }

        Assert.Equal("cancelled", (await client.PostJsonAsync($"/v1/handovers/{id}/cancel", new { reason = "the wrong person" })).GetProperty("how").GetString());
        Assert.Equal("revoked: the wrong person", Assert.Single((await api.Server.JsonAsync("key", "list", number)).EnumerateArray()).GetProperty("state").GetString());
        Assert.Empty((await client.GetJsonAsync($"/v1/handovers?login={number}")).GetProperty("items").EnumerateArray());
        Assert.Single((await client.GetJsonAsync($"/v1/handovers?login={number}&all=true")).GetProperty("items").EnumerateArray());
        using var over = await client.PostAsync($"/v1/handovers/{id}/read-out", null);
        await over.ProblemAsync(409);
    }

    [Fact]
    public async Task What_cannot_be_handed_over_is_refused_and_makes_no_key()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        var begin = $"/v1/logins/{number}/handovers";
        foreach (var (body, status) in ((object, int)[])
        [
            (new { fileTo = "no address" }, 422), (new { fileTo = "a@interop.example", passphraseTo = "A@interop.example" }, 422), (new { fileTo = "a@interop.example", type = "rsa", bits = 1024 }, 422),
            (new { fileTo = "a@interop.example", type = "dsa" }, 400), (new { fileTo = "a@interop.example", format = "pem" }, 400), (new { passphraseTo = "a@interop.example" }, 400),
        ])
        {
            using var refused = await client.PostAsync(begin, ApiAnswers.Json(body));
            await refused.ProblemAsync(status);
        }

        using var nobody = await client.PostAsync("/v1/logins/nobody/handovers", ApiAnswers.Json(new { fileTo = "a@interop.example" }));
        await nobody.ProblemAsync(404);
        foreach (var call in (string[])["renew", "read-out", "cancel"])
        {
            using var unknown = await client.PostAsync($"/v1/handovers/999999/{call}", call == "read-out" ? null : ApiAnswers.Json(call == "renew" ? "{\"part\":\"file\"}" : "{\"reason\":\"x\"}"));
            await unknown.ProblemAsync(404);
        }

        using var own = api.Client(await api.TokenOfAsync(number, "keys:read", "keys:write"));
        using var customer = await own.PostAsync(begin, ApiAnswers.Json(new { fileTo = "a@interop.example" }));
        await customer.ProblemAsync(403);
        Assert.Empty((await api.Server.JsonAsync("key", "list", number)).EnumerateArray());
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, object? body, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = HttpVersion.Version20, Content = body is null ? null : ApiAnswers.Json(body) };
        request.Headers.Add("Idempotency-Key", key);
        return await client.SendAsync(request);
    }
}
