using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Waybill.Core.Billing;

namespace Waybill.Portal.Tests.Api;

/// <summary>Ledgers as the provider's billing fills them.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiBillingTests(ApiServer api)
{
    [Fact]
    public async Task The_billing_pushes_entries_by_the_hundred_or_as_a_table_and_again_what_had_no_answer()
    {
        var account = await api.AccountAsync();
        using var client = api.Client(api.All);
        var most = new { entries = Enumerable.Range(0, BillingLimits.EntriesTogether).Select(index => Entry(account, index, 1)) };
        Assert.Equal((BillingLimits.EntriesTogether, 0), Counts(await client.PostJsonAsync("/v1/ledger", most)));
        var again = await client.PostJsonAsync("/v1/ledger", most);
        Assert.Equal((0, BillingLimits.EntriesTogether), Counts(again));
        Assert.Equal(BillingLimits.EntriesTogether, again.GetProperty("balances")[0].GetProperty("funds").GetInt32());
        using var tooMany = await client.PostAsync("/v1/ledger", ApiAnswers.Json(new { entries = Enumerable.Range(0, BillingLimits.EntriesTogether + 1).Select(index => Entry(account, index, 1)) }));
        await tooMany.ProblemAsync(422);
        using var other = await client.PostAsync("/v1/ledger", ApiAnswers.Json(new { entries = (object[])[Entry(account, 5000, 1), Entry(account, 3, 2)] }));
        Assert.Contains("says something else", await other.ProblemAsync(409), StringComparison.Ordinal);
        Assert.Equal(BillingLimits.EntriesTogether, (await client.GetJsonAsync($"/v1/accounts/{account}/balance")).GetProperty("entries").GetInt32());

        // A table may be as long as it may, and no byte longer.
        using var table = await ImportAsync(client, Table(account, BillingLimits.ImportSize));
        Assert.Equal((1, 0), Counts(await table.JsonAsync()));
        using var tooLong = await ImportAsync(client, Table(account, BillingLimits.ImportSize + 1));
        await tooLong.ProblemAsync(413);
        using var wrong = await ImportAsync(client, Encoding.UTF8.GetBytes($"id,account,amount,text\nx,{account},1.5,a\n"));
        Assert.Contains("Line 2: '1.5' is no amount", await wrong.ProblemAsync(422), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_pushes_at_once_with_repeated_ids_are_exact()
    {
        var account = await api.AccountAsync();
        using var client = api.Client(api.All);

        // Who has asked once knows how many requests one connection carries.
        await client.GetJsonAsync($"/v1/accounts/{account}/balance");
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async index => Counts(await client.PostJsonAsync("/v1/ledger", new { entries = (object[])[Entry(account, index % 20, 1 + (index % 20))] }))));
        Assert.Equal((20, 80), (answers.Sum(static each => each.Added), answers.Sum(static each => each.Repeated)));
        var balance = await client.GetJsonAsync($"/v1/accounts/{account}/balance");
        Assert.Equal((20 * 21 / 2, 20), (balance.GetProperty("funds").GetInt32(), balance.GetProperty("entries").GetInt32()));
        var ledger = (await client.GetJsonAsync($"/v1/accounts/{account}/ledger")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(20, ledger.Select(static entry => entry.GetProperty("id").GetString()).Distinct().Count());
        Assert.Equal(20 * 21 / 2, ledger[0].GetProperty("fundsAfter").GetInt32());
    }

    [Fact]
    public async Task A_mark_is_set_and_a_token_of_one_account_sees_its_own_balance_alone()
    {
        var (account, other) = (await api.AccountAsync(), await api.AccountAsync());
        using var client = api.Client(api.All);
        using var put = await client.PutAsync($"/v1/accounts/{account}/low-balance", ApiAnswers.Json(new { at = 1000 }));
        var low = await put.JsonAsync();
        Assert.Equal((1000, true, true), (low.GetProperty("lowAt").GetInt32(), low.GetProperty("hasOwnLow").GetBoolean(), low.GetProperty("isLow").GetBoolean()));
        Assert.Contains((await client.GetJsonAsync("/v1/balances?low=true&limit=1000")).GetProperty("items").EnumerateArray(), each => each.GetProperty("account").GetString() == account);
        using var both = await client.PutAsync($"/v1/accounts/{account}/low-balance", ApiAnswers.Json(new { at = 1000, configured = true }));
        await both.ProblemAsync(422);
        using var own = api.Client(await api.TokenOfAsync(account, "billing:read"));
        Assert.Equal(1000, (await own.GetJsonAsync($"/v1/accounts/{account}/balance")).GetProperty("lowAt").GetInt32());
        using var foreign = await own.GetAsync($"/v1/accounts/{other}/balance");
        await foreign.ProblemAsync(404);
        using var all = await own.GetAsync("/v1/balances");
        await all.ProblemAsync(403);
    }

    private static object Entry(string account, int index, long amount) => new { id = FormattableString.Invariant($"{account}/{index}"), account, amount, text = "a payment" };

    private static (int Added, int Repeated) Counts(JsonElement pushed) => (pushed.GetProperty("added").GetInt32(), pushed.GetProperty("repeated").GetInt32());

    private static byte[] Table(string account, int length)
    {
        var row = $"id,account,amount,text\n{account}/t,{account},1,a\n";
        return Encoding.ASCII.GetBytes(row + new string('\n', length - row.Length));
    }

    private static async Task<HttpResponseMessage> ImportAsync(HttpClient client, byte[] table)
    {
        using var content = new ByteArrayContent(table);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return await client.PostAsync("/v1/ledger/import", content);
    }
}
