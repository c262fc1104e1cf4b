using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Waybill.Core.Audit;
using Waybill.Core.Billing;
using Waybill.Core.Logins;
using Waybill.Core.Passwords;
using Waybill.Portal.Api;

namespace Waybill.Portal.Tests.Api;

/// <summary>Calls that a login's user name and password open, as resellers' programs make them.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiBasicTests(ApiServer api)
{
    private const string Password = "correct-horse.battery_9";
    private const string Refused = """{"error":"Wrong username, password or account"}""";

    private static readonly IReadOnlyList<ApiEndpoint> ForLogins = [.. ApiTable.All.Where(static endpoint => endpoint.Scheme == ApiScheme.Login)];

    [Fact]
    public async Task The_balance_is_told_as_clients_of_such_an_API_read_it()
    {
        var account = await CustomerAsync();
        using var client = Client(account, Password);
        Assert.Equal("""{"funds":0.00,"promofunds":0.00}""", await client.GetStringAsync("/v1/account/balance/" + account));
        await PushAsync(
            new NewLedgerEntry($"{account}-1", account, 123_450, "a payment"), new NewLedgerEntry($"{account}-2", account, -7, "calls"),
            new NewLedgerEntry($"{account}-3", account, 500, "welcome") { Purse = Purse.Promo });
        Assert.Equal("""{"funds":1234.43,"promofunds":5.00}""", await client.GetStringAsync("/v1/account/balance/" + account));

        // Every minor unit up to 2^53 is told.
        var most = await CustomerAsync();
        await PushAsync(new NewLedgerEntry($"{most}-1", most, BillingLimits.Amount, "all"), new NewLedgerEntry($"{most}-2", most, -BillingLimits.Amount, "debt") { Purse = Purse.Promo });
        using var rich = Client(most, Password);
        Assert.Equal("""{"funds":90071992547409.92,"promofunds":-90071992547409.92}""", await rich.GetStringAsync("/v1/account/balance/" + most.ToUpperInvariant()));
    }

    [Fact]
    public async Task What_the_login_opens_and_whose_it_is_is_told()
    {
        var account = await CustomerAsync();
        using var client = Client(account, Password);
        Assert.Equal($$"""{"permissions":["MACCOUNT","NTSAPIUSER"],"accounts":["{{account}}"]}""", await client.GetStringAsync("/v1/account/services"));
        ApiServer.Get(await api.Core.Logins.SetNumbersAsync(account, NumberRight.Look, ApiServer.Operator));
        Assert.Contains("NTSAPIUSER", await client.GetStringAsync("/v1/account/services"), StringComparison.Ordinal);
        ApiServer.Get(await api.Core.Logins.SetNumbersAsync(account, NumberRight.None, ApiServer.Operator));
        Assert.Equal($$"""{"permissions":["MACCOUNT"],"accounts":["{{account}}"]}""", await client.GetStringAsync("/v1/account/services"));
        Assert.Equal(
            $$"""{"account":"{{account}}","name":"Api Ltd","company":"Api Ltd","addr1":"","vat":"","label":"","email":"","status":"active"}""",
            await client.GetStringAsync("/v1/account/detail/" + account));
    }

    [Fact]
    public async Task The_last_calls_are_those_of_the_newest_call_detail_file()
    {
        var account = await CustomerAsync();
        using var client = Client(account, Password);
        using var none = await client.GetAsync("/v1/account/cdrs/" + account);
        Assert.Equal((HttpStatusCode.BadRequest, """{"error":"No CDRS"}"""), (none.StatusCode, await none.Content.ReadAsStringAsync()));

        // One that is of another format tells of no calls.
        using var records = new MemoryStream();
        new Waybill.Core.Feeds.UkStandardCdr(7, account, new DateOnly(2026, 11, 20)).Write(records, 500);
        await PublishAsync(account, "calls.csv", records.ToArray());
        await PublishAsync(account, "other.csv", "a,b\n1,2\n"u8.ToArray());
        var calls = (await client.GetJsonAsync("/v1/account/cdrs/" + account)).EnumerateArray().ToList();
        Assert.Equal(BillingLimits.Calls, calls.Count);
        Assert.Equal(
            ["calldate", "calltime", "anumber", "bnumber", "origination", "dialled", "destination", "duration", "debit"], calls[0].EnumerateObject().Select(static member => member.Name));
        var last = Encoding.ASCII.GetString(records.ToArray()).Split("\r\n")[499].Split(',');
        Assert.Equal(("2026-11-20", last[5], last[3]), (calls[0].GetProperty("calldate").GetString(), calls[0].GetProperty("calltime").GetString(), calls[0].GetProperty("dialled").GetString()));
        Assert.Equal(last[12], calls[0].GetProperty("debit").GetRawText());
    }

    [Fact]
    public async Task Calls_are_looked_for_in_so_many_files_and_no_more()
    {
        var account = await CustomerAsync();
        using var client = Client(account, Password);
        using var records = new MemoryStream();
        new Waybill.Core.Feeds.UkStandardCdr(3, account, new DateOnly(2026, 11, 20)).Write(records, 2);
        await PublishAsync(account, "calls.csv", records.ToArray());
        await PublishAsync(account, [.. Enumerable.Range(0, BillingLimits.CallsFiles - 1).Select(static index => $"other{index}.csv")], "a,b\n1,2\n"u8.ToArray());
        Assert.Equal(2, (await client.GetJsonAsync("/v1/account/cdrs/" + account)).GetArrayLength());
        await PublishAsync(account, "one-more.csv", "a,b\n1,2\n"u8.ToArray());
        using var none = await client.GetAsync("/v1/account/cdrs/" + account);
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
    }

    [Fact]
    public async Task Whoever_may_not_is_told_the_same_of_everything()
    {
        var (account, other, stopped) = (await CustomerAsync(), await CustomerAsync(), await CustomerAsync());
        ApiServer.Get(await api.Core.Logins.SuspendAsync(stopped, "a test", ApiServer.Operator));
        var vendor = ApiServer.Get(await api.Core.Logins.AddAsync(new NewLogin(LoginKind.Vendor) { Account = account, Vendor = "acme" }, ApiServer.Operator)).UserName;
        ApiServer.Get(await api.Core.Passwords.SetAsync(vendor, Password, ApiServer.Operator));
        foreach (var (user, password) in ((string, string)[])[("nobody", Password), (account, "wrong"), (stopped, Password), (vendor, Password), (account, Password + ":"), (account, "")])
        {
            using var client = Client(user, password);
            using var answer = await client.GetAsync("/v1/account/balance/" + account);
            await RefusedAsync(answer);
        }

        // Another's account reads like one that is not there.
        using var own = Client(account, Password);
        foreach (var path in (string[])["balance/" + other, "balance/nobody", "detail/" + other, "cdrs/" + other])
        {
            using var answer = await own.GetAsync("/v1/account/" + path);
            await RefusedAsync(answer);
        }

        var row = (await api.Core.Audit.SearchAsync(new AuditQuery { Action = AuditActions.LogInRefused, Account = account })).Items;
        Assert.Contains(row, static each => each.Detail!.Contains("it was the wrong one", StringComparison.Ordinal));
        Assert.Contains(row, static each => each.Detail!.Contains("this is a vendor's", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_opens_none_of_these_and_a_login_no_other_call()
    {
        Assert.NotEmpty(ForLogins);
        string?[] headers = [null, "Bearer " + api.All, "Basic", "Basic !!!", "Basic " + Convert.ToBase64String([0xFF, 0x3A]), "Basic " + Convert.ToBase64String("nocolon"u8), "Digest x"];
        foreach (var endpoint in ForLogins)
        {
            Assert.True(endpoint.Method is "POST" or "PUT" or "GET", endpoint.Id);
            foreach (var header in headers)
            {
                using var client = api.Client();
                client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
                using var answer = await ApiAccessTests.CallAsync(client, endpoint);
                await RefusedAsync(answer);
            }
        }

        using var login = Client(await CustomerAsync(), Password);
        using var refused = await login.GetAsync("/v1/balances");
        await refused.ProblemAsync(401);
    }

    [Fact]
    public async Task Wrong_passwords_lock_out_together_with_those_of_other_protocols()
    {
        var account = await CustomerAsync();
        using var client = Client(account, "wrong");
        for (var i = 0; i < PasswordLimits.Tries; i++)
        {
            using var answer = await client.GetAsync("/v1/account/balance/" + account);
            await RefusedAsync(answer);
        }

        client.DefaultRequestHeaders.Authorization = Basic(account, Password);
        using var locked = await client.GetAsync("/v1/account/balance/" + account);
        await RefusedAsync(locked);
        Assert.InRange(locked.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, PasswordLimits.LongestWait.TotalSeconds);
        Assert.Single(ApiServer.Get(await api.Core.Passwords.ShowAsync(account)).Locks);

        // From elsewhere it works, and staff end the wait.
        using var elsewhere = Client(account, Password);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.GetAsync("/v1/account/services")).StatusCode);
        ApiServer.Get(await api.Core.Passwords.UnlockAsync(account, ApiServer.Operator));
        using var unlocked = await client.GetAsync("/v1/account/balance/" + account);
        Assert.Equal(HttpStatusCode.OK, unlocked.StatusCode);
    }

    [Fact]
    public async Task What_is_wrong_with_a_call_is_told_in_the_same_form()
    {
        var account = await CustomerAsync();
        using var client = Client(account, Password);
        using var query = await client.GetAsync($"/v1/account/balance/{account}?x=1");
        Assert.Equal((HttpStatusCode.BadRequest, """{"error":"This address takes no query. Leave it out."}"""), (query.StatusCode, await query.Content.ReadAsStringAsync()));

        // What looks changes nothing, whatever it is asked with.
        using var post = await client.PostAsync("/v1/account/balance/" + account, null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [Fact]
    public async Task A_password_in_clear_is_refused_before_it_is_looked_at_and_burnt_in_words()
    {
        foreach (var endpoint in ForLogins)
        {
            using var body = new MemoryStream();
            var context = new DefaultHttpContext { Response = { Body = body }, Connection = { RemoteIpAddress = IPAddress.Loopback } };
            (context.Request.Scheme, context.Request.Method, context.Request.Path) = ("http", endpoint.Method, "/v1/account/services");
            context.Request.Headers.Authorization = Basic("10042", Password).ToString();

            // There is no service that could look at it.
            await ApiPipeline.InvokeAsync(endpoint, context);
            Assert.Equal(
                (403, """{"error":"A password is taken over HTTPS only. Set a new one, since this one was sent in clear, and call the https:// address."}"""),
                (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray())));
            Assert.False(context.Response.Headers.ContainsKey("WWW-Authenticate"));
        }
    }

    private static async Task RefusedAsync(HttpResponseMessage answer)
    {
        Assert.Equal((HttpStatusCode.Unauthorized, Refused), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("Basic realm=\"waybill\", charset=\"UTF-8\"", answer.Headers.WwwAuthenticate.ToString());
    }

    private static AuthenticationHeaderValue Basic(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private async Task<string> CustomerAsync()
    {
        var account = await api.AccountAsync();
        ApiServer.Get(await api.Core.Passwords.SetAsync(account, Password, ApiServer.Operator));
        return account;
    }

    private HttpClient Client(string user, string password)
    {
        var client = api.Client();
        client.DefaultRequestHeaders.Authorization = Basic(user, password);
        return client;
    }

    private async Task PushAsync(params NewLedgerEntry[] entries) => ApiServer.Get(await api.Core.Balances.PushAsync(entries, ApiServer.Operator));

    private Task PublishAsync(string account, string name, byte[] content) => PublishAsync(account, [name], content);

    private async Task PublishAsync(string account, IReadOnlyList<string> names, byte[] content)
    {
        using var client = api.Client(api.All);
        using var body = new MultipartFormDataContent();
        foreach (var name in names)
        {
            body.Add(new ByteArrayContent(content), "file", name);
        }

        using var answer = await client.PostAsync($"/v1/publications?account={account}&feed=cdr", body);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }
}
