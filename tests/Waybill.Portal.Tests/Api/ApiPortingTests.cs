using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Waybill.Core.Porting;

namespace Waybill.Portal.Tests.Api;

/// <summary>Orders of porting as programs make and decide them.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiPortingTests(ApiServer api)
{
    private static readonly byte[] Letter = "%PDF-1.7 signed"u8.ToArray();

    [Fact]
    public async Task Programs_make_send_and_decide_orders_and_see_their_own_alone()
    {
        var (account, other) = (await api.AccountAsync(), await api.AccountAsync());
        using var customer = api.Client(await api.TokenOfAsync(account, "porting:read", "porting:write"));
        using var stranger = api.Client(await api.TokenOfAsync(other, "porting:read", "porting:write"));
        using var staff = api.Client(api.All);
        var earliest = (await customer.GetJsonAsync("/v1/porting/earliest?line=single&count=1&rangeHolder=true&postcode=S1%201AA")).GetProperty("earliest").GetString()!;
        var made = await customer.PostJsonAsync($"/v1/accounts/{account}/porting-orders", Order("01632960300") with { Wanted = earliest }, 201);
        var path = "/v1/porting-orders/" + made.GetProperty("order").GetString();
        Assert.Equal(("draft", "S1 1AA", 1), (made.GetProperty("state").GetString(), made.GetProperty("postcode").GetString(), made.GetProperty("count").GetInt32()));
        using var unsigned = await customer.PostAsync(path + "/submit", null);
        Assert.StartsWith("The rule letter is broken", await unsigned.ProblemAsync(409), StringComparison.Ordinal);
        using var letter = await SendAsync(customer, path + "/letters?name=letter.doc", "application/octet-stream", Letter);
        Assert.Equal(HttpStatusCode.Created, letter.StatusCode);
        var id = (await letter.JsonAsync()).GetProperty("letters")[0].GetProperty("id").GetInt64();
        using var tooLarge = await SendAsync(customer, path + "/letters", "application/octet-stream", new byte[PortingLimits.LetterSize + 1]);
        await tooLarge.ProblemAsync(413);
        foreach (var call in (string[])["", "/history", $"/letters/{id}"])
        {
            using var foreign = await stranger.GetAsync(path + call);
            await foreign.ProblemAsync(404);
        }

        Assert.Empty((await stranger.GetJsonAsync("/v1/porting-orders")).GetProperty("items").EnumerateArray());
        using var taken = await customer.PostAsync(path + "/take", null);
        await taken.ProblemAsync(403);
        Assert.Equal("submitted", (await customer.PostJsonAsync(path + "/submit", null)).GetProperty("state").GetString());
        Assert.Contains((await staff.GetJsonAsync("/v1/porting-orders?queue=true&limit=1000")).GetProperty("items").EnumerateArray(), order => path.EndsWith(order.GetProperty("order").GetString()!, StringComparison.Ordinal));
        await staff.PostJsonAsync(path + "/take", null);
        await staff.PostJsonAsync(path + "/reject", new { code = "02", reason = "The account number is not known." });
        using var put = await customer.PutAsync(path, ApiAnswers.Json(Order("01632960300") with { Wanted = earliest, LosingAccount = "A-2" }));
        Assert.Equal(("rejected", "A-2", "02"), await put.JsonAsync() is var corrected ? (corrected.GetProperty("state").GetString(), corrected.GetProperty("losingAccount").GetString(), corrected.GetProperty("code").GetString()) : default);
        await customer.PostJsonAsync(path + "/submit", null);
        await staff.PostJsonAsync(path + "/take", null);
        await staff.PostJsonAsync(path + "/accept", new { rangeHolder = true });
        using var early = await staff.PostAsync(path + "/schedule", ApiAnswers.Json(new { day = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) }));
        Assert.Matches("^The rule (lead-time|working-day) is broken", await early.ProblemAsync(409));
        Assert.Equal(earliest, (await staff.PostJsonAsync(path + "/schedule", new { day = earliest })).GetProperty("agreed").GetString());
        using var stopped = await customer.PostAsync(path + "/cancel", ApiAnswers.Json(new { reason = "no" }));
        await stopped.ProblemAsync(409);
        using var tooEarly = await staff.PostAsync(path + "/complete", null);
        Assert.StartsWith("The rule on-the-day is broken", await tooEarly.ProblemAsync(409), StringComparison.Ordinal);

        // The days until the port pass.
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(api.Server.Data, "waybill.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = $"UPDATE porting_order SET agreed = '2026-01-01' WHERE reference = '{made.GetProperty("order").GetString()}'";
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        Assert.Equal("completed", (await staff.PostJsonAsync(path + "/complete", null)).GetProperty("state").GetString());
        Assert.Equal(9, (await customer.GetJsonAsync(path + "/history")).GetProperty("items").GetArrayLength());
        using var fetched = await customer.GetAsync($"{path}/letters/{id}");
        Assert.Equal("attachment", fetched.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("default-src 'none'; sandbox", Assert.Single(fetched.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal(("application/octet-stream", "letter.pdf"), (fetched.Content.Headers.ContentType?.MediaType, fetched.Content.Headers.ContentDisposition?.FileName?.Trim('"')));
        Assert.Equal(Letter, await fetched.Content.ReadAsByteArrayAsync());

        // A table may be as long as it may, and no byte longer.
        var table = $"main,numbers,line,postcode\n01632960310,01632960310,single,S1 1AA\n";
        using var imported = await SendAsync(customer, $"/v1/accounts/{account}/porting-orders/import", "text/csv", Encoding.ASCII.GetBytes(table + new string('\n', PortingLimits.ImportSize - table.Length)));
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        using var tooLong = await SendAsync(customer, $"/v1/accounts/{account}/porting-orders/import", "text/csv", Encoding.ASCII.GetBytes(table + new string('\n', PortingLimits.ImportSize - table.Length + 1)));
        await tooLong.ProblemAsync(413);
        using var elsewhere = await SendAsync(stranger, $"/v1/accounts/{account}/porting-orders/import", "text/csv", Encoding.ASCII.GetBytes(table));
        await elsewhere.ProblemAsync(404);
        var ofTable = await imported.JsonAsync();
        var tablePath = "/v1/porting-tables/" + ofTable.GetProperty("table").GetString();
        using var foreignTable = await stranger.PostAsync(tablePath + "/submit", null);
        await foreignTable.ProblemAsync(404);
        using var foreignLetter = await SendAsync(stranger, tablePath + "/letters", "application/octet-stream", Letter);
        await foreignLetter.ProblemAsync(404);
        using var noLetter = await SendAsync(customer, tablePath + "/letters", "application/octet-stream", "MZ"u8.ToArray());
        await noLetter.ProblemAsync(422);
        using var tableLetter = await SendAsync(customer, tablePath + "/letters?name=all.doc", "application/octet-stream", Letter);
        Assert.Equal(HttpStatusCode.Created, tableLetter.StatusCode);
        var signed = (await tableLetter.JsonAsync()).GetProperty("items")[0];
        Assert.Equal("all.pdf", signed.GetProperty("letters")[0].GetProperty("name").GetString());
        using var ofOrder = await customer.GetAsync($"/v1/porting-orders/{signed.GetProperty("order").GetString()}/letters/{signed.GetProperty("letters")[0].GetProperty("id").GetInt64()}");
        Assert.Equal(Letter, await ofOrder.Content.ReadAsByteArrayAsync());
        Assert.Equal("attachment", ofOrder.Content.Headers.ContentDisposition?.DispositionType);
        var row = Assert.Single((await customer.PostJsonAsync(tablePath + "/submit", null)).GetProperty("items").EnumerateArray());
        Assert.Equal((2, "refused", "draft"), (row.GetProperty("line").GetInt32(), row.GetProperty("result").GetString(), row.GetProperty("state").GetString()));
        Assert.StartsWith("The rule complete is broken", row.GetProperty("why").GetString(), StringComparison.Ordinal);
        var listed = Assert.Single((await customer.GetJsonAsync(tablePath)).GetProperty("items").EnumerateArray());
        Assert.Equal((row.GetProperty("order").GetString(), 2), (listed.GetProperty("order").GetString(), listed.GetProperty("tableLine").GetInt32()));
        var cancelled = ofTable.GetProperty("items")[0].GetProperty("order").GetString();
        Assert.Equal("cancelled", (await customer.PostJsonAsync($"/v1/porting-orders/{cancelled}/cancel", new { reason = "no longer wanted" })).GetProperty("state").GetString());
    }

    [Fact]
    public async Task The_calendar_is_read_and_days_are_set()
    {
        using var client = api.Client(api.All);
        using var reader = api.Client(await api.TokenOfAsync(await api.AccountAsync(), "porting:read"));
        Assert.Equal(
            ["2027-01-01", "2027-01-04", "2027-03-26", "2027-05-03", "2027-05-31", "2027-08-02", "2027-11-30", "2027-12-27", "2027-12-28"],
            Days(await reader.GetJsonAsync("/v1/porting/holidays/scotland/2027"), "day"));
        using var nowhere = await reader.GetAsync("/v1/porting/holidays/france/2027");
        await nowhere.ProblemAsync(404);
        using var forbidden = await reader.PutAsync("/v1/porting/days/2032-05-10", ApiAnswers.Json(new { name = "wedding" }));
        await forbidden.ProblemAsync(403);
        using var set = await client.PutAsync("/v1/porting/days/2032-05-10", ApiAnswers.Json(new { name = "wedding", nation = "scotland" }));
        Assert.Equal(("scotland", true), await set.JsonAsync() is var day ? (day.GetProperty("nation").GetString(), day.GetProperty("isHoliday").GetBoolean()) : default);
        Assert.Contains("2032-05-10", Days(await reader.GetJsonAsync("/v1/porting/holidays/scotland/2032"), "day"));
        Assert.DoesNotContain("2032-05-10", Days(await reader.GetJsonAsync("/v1/porting/holidays/england/2032"), "day"));
        Assert.Contains("2032-05-10", Days(await reader.GetJsonAsync("/v1/porting/days"), "day"));
        using var wrong = await client.PutAsync("/v1/porting/days/10.5.2032", ApiAnswers.Json(new { name = "wedding" }));
        await wrong.ProblemAsync(422);
        using var elsewhere = await client.DeleteAsync("/v1/porting/days/2032-05-10");
        await elsewhere.ProblemAsync(404);
        using var removed = await client.DeleteAsync("/v1/porting/days/2032-05-10?nation=scotland");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
    }

    private static OrderBody Order(string number) => new(number, number, "1 High Street, Sheffield", "s1 1aa", "Other Telecom", "A-1", "single", true, "Ann Lee");

    private static IEnumerable<string?> Days(JsonElement page, string name) => page.GetProperty("items").EnumerateArray().Select(each => each.GetProperty(name).GetString());

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string type, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await client.PostAsync(path, body);
    }

    private sealed record OrderBody(
        string Main, string Numbers, string Address, string Postcode, string LosingProvider, string LosingAccount, string Line, bool RangeHolder, string Signatory, string? Wanted = null);
}
