using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Waybill.Core.Arrivals;
using Waybill.Portal.Api;
using Waybill.Portal.Files;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests.Api;

/// <summary>An account's files over the API: as the portal's pages have them, and as commands then say.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiVaultTests(ApiServer api)
{
    [Fact]
    public async Task A_file_is_uploaded_listed_fetched_in_parts_and_in_catalogue_and_audit_as_the_tokens()
    {
        var account = await api.AccountAsync();
        using var client = api.Client(await api.TokenOfAsync(account, "vault:read", "vault:write"));
        var content = RandomNumberGenerator.GetBytes(300_000);
        using var sent = await PutAsync(client, account, "/upload/june <1>.bin", content);
        Assert.Equal((HttpStatusCode.Created, 300_000L), (sent.StatusCode, (await sent.JsonAsync()).GetProperty("offset").GetInt64()));
        Assert.Equal(content, await File.ReadAllBytesAsync(Vault(account, "upload", "june <1>.bin")));
        var known = (await api.Server.JsonAsync("files", "show", account, "/upload/june <1>.bin")).GetProperty("file");
        Assert.Equal(("rest", 300_000), (known.GetProperty("protocol").GetString(), known.GetProperty("size").GetInt64()));
        var row = Assert.Single((await api.Server.JsonAsync("audit", "search", "--account", account, "--action", "upload")).EnumerateArray());
        Assert.Equal((known.GetProperty("login").GetString(), "token"), (row.GetProperty("actor").GetString(), row.GetProperty("actorKind").GetString()?.ToLowerInvariant()));

        // What another wrote is no program's to replace, and neither is the own.
        using var again = await PutAsync(client, account, "/upload/june <1>.bin", content);
        Assert.Contains("nothing was replaced", await again.ProblemAsync(409), StringComparison.Ordinal);

        var file = $"/v1/accounts/{account}/file/content?path={Uri.EscapeDataString("/upload/june <1>.bin")}";
        using var head = await client.SendAsync(Request(HttpMethod.Head, file));
        Assert.Equal(300_000, head.Content.Headers.ContentLength);
        using var first = await GetRangeAsync(client, file, new RangeHeaderValue(0, 99_999));
        Assert.Equal((HttpStatusCode.PartialContent, "attachment"), (first.StatusCode, first.Content.Headers.ContentDisposition!.DispositionType));
        Assert.Equal(content[..100_000], await first.Content.ReadAsByteArrayAsync());
        using var rest = await GetRangeAsync(client, file, new RangeHeaderValue(100_000, null), first.Headers.ETag);
        Assert.Equal(content[100_000..], await rest.Content.ReadAsByteArrayAsync());
        using var beyond = await GetRangeAsync(client, file, new RangeHeaderValue(300_000, null));
        Assert.Contains("Content-Range", await beyond.ProblemAsync(416), StringComparison.Ordinal);
        Assert.Equal(300_000, beyond.Content.Headers.ContentRange?.Length);
        using var other = await client.SendAsync(Request(HttpMethod.Get, file, static request => request.Headers.IfMatch.Add(new EntityTagHeaderValue("\"other\""))));
        await other.ProblemAsync(412);
        using var same = await client.SendAsync(Request(HttpMethod.Get, file, request => request.Headers.IfNoneMatch.Add(first.Headers.ETag!)));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        // Downloads are written a moment later; that of the headers alone is none.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        JsonElement fetches;
        while ((fetches = (await api.Server.JsonAsync("files", "show", account, "/upload/june <1>.bin")).GetProperty("fetches")).GetArrayLength() < 2)
        {
            await Task.Delay(100, patience.Token);
        }

        Assert.Equal([100_000L, 200_000], fetches.EnumerateArray().Select(static fetch => fetch.GetProperty("bytes").GetInt64()).Order());
        using var all = api.Client(api.All);
        var view = await all.GetJsonAsync($"/v1/accounts/{account}/fetches?path={Uri.EscapeDataString("/upload/june <1>.bin")}");
        Assert.Equal(2, view.GetProperty("fetches").GetArrayLength());
        Assert.Equal(known.GetProperty("id").GetInt64(), Assert.Single((await all.GetJsonAsync($"/v1/accounts/{account}/files?below=/upload")).GetProperty("items").EnumerateArray()).GetProperty("id").GetInt64());
        Assert.Equal("/upload/june <1>.bin", (await client.GetJsonAsync($"/v1/accounts/{account}/file?path=upload/june%20%3C1%3E.bin")).GetProperty("path").GetString());
    }

    [Fact]
    public async Task What_a_customers_program_uploads_reaches_the_back_office_and_is_judged_on_arrival()
    {
        var account = await api.AccountAsync();
        ApiServer.Get(await api.Core.ArrivalRules.SetAsync(new ArrivalRule(account, "/upload", "*.csv"), ApiServer.Operator));
        using var client = api.Client(await api.TokenOfAsync(account, "vault:write"));
        using var office = api.Client(await api.TokenAsync("inbound:collect"));
        using var good = await PutAsync(client, account, "/upload/usage.csv", "a;b\n"u8.ToArray());
        using var bad = await PutAsync(client, account, "/upload/usage.exe", [0]);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (good.StatusCode, bad.StatusCode));
        var offered = await WaitAsync("waiting");
        var rejected = await WaitAsync("rejected");
        Assert.Equal(("/upload/usage.csv", "/rejected/usage.exe"), (offered.GetProperty("path").GetString(), rejected.GetProperty("path").GetString()));
        Assert.Contains("(token ", offered.GetProperty("login").GetString(), StringComparison.Ordinal);
        var file = offered.GetProperty("id").GetInt64();
        await office.PostJsonAsync($"/v1/inbound/{file}/claim?as=one", new { leaseMinutes = 5 });
        Assert.Equal("/processed/usage.csv", (await office.PostJsonAsync($"/v1/inbound/{file}/confirm?as=one", null)).GetProperty("path").GetString());
        using var other = await office.PostAsync($"/v1/inbound/{file}/confirm?as=other", null);
        Assert.Contains("processed already", await other.ProblemAsync(409), StringComparison.Ordinal);
        Assert.True(File.Exists(Vault(account, "processed", "usage.csv")));

        async Task<JsonElement> WaitAsync(string state)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (true)
            {
                var items = (await office.GetJsonAsync($"/v1/inbound?state={state}&account={account}")).GetProperty("items");
                if (items.GetArrayLength() > 0)
                {
                    return Assert.Single(items.EnumerateArray());
                }

                await Task.Delay(100, patience.Token);
            }
        }
    }

    [Fact]
    public async Task A_cut_off_upload_goes_on_where_it_ended_for_its_own_token_alone()
    {
        var account = await api.AccountAsync();
        using var client = api.Client(await api.TokenAsync("vault:write"));
        using var other = api.Client(await api.TokenAsync("vault:write"));
        var content = RandomNumberGenerator.GetBytes(300_000);
        const string Path = "/upload/large.bin";
        var progress = $"/v1/accounts/{account}/file/upload?path={Path}";
        using var piece = await PutAsync(client, account, Path, content[..100_000], "&size=300000");
        Assert.Equal((HttpStatusCode.Accepted, 100_000L), (piece.StatusCode, (await piece.JsonAsync()).GetProperty("offset").GetInt64()));
        Assert.Equal(100_000, (await client.GetJsonAsync(progress)).GetProperty("offset").GetInt64());
        Assert.Equal(0, (await other.GetJsonAsync(progress)).GetProperty("offset").GetInt64());
        Assert.False(File.Exists(Vault(account, "upload", "large.bin")));

        // A piece that begins elsewhere is not taken, and its sender learns where to go on.
        using var wrong = await PutAsync(client, account, Path, content[50_000..], "&size=300000&offset=50000");
        Assert.Equal((HttpStatusCode.Accepted, 100_000L), (wrong.StatusCode, (await wrong.JsonAsync()).GetProperty("offset").GetInt64()));
        using var outside = await PutAsync(client, account, Path, content[..10], "&size=5&offset=10");
        await outside.ProblemAsync(422);
        using var last = await PutAsync(client, account, Path, content[100_000..], "&size=300000&offset=100000");
        Assert.True((await last.JsonAsync()).GetProperty("done").GetBoolean());
        Assert.Equal(content, await File.ReadAllBytesAsync(Vault(account, "upload", "large.bin")));
        using var there = await client.GetAsync(progress);
        await there.ProblemAsync(409);
    }

    [Fact]
    public async Task What_came_of_an_upload_whose_sender_went_away_is_kept_for_it()
    {
        var account = await api.AccountAsync();
        using var client = api.Client(await api.TokenOfAsync(account, "vault:write"));
        using var body = new SlowBody(200_000);
        using var content = new StreamContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.ContentLength = body.Length;
        using var gone = new CancellationTokenSource();
        var sending = client.PutAsync(Address(account, "/upload/broken.bin"), content, gone.Token);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Directory.EnumerateFiles(Vault(account, "upload")).Any(static file => new FileInfo(file).Length > 0))
        {
            // What is still on its way when the sender goes is lost.
            await Task.Delay(20, patience.Token);
        }

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        long kept;
        while ((kept = await KeptAsync()) == 0)
        {
            await Task.Delay(100, patience.Token);
        }

        Assert.InRange(kept, 1, 100_000);
        using var rest = await PutAsync(client, account, "/upload/broken.bin", new byte[200_000 - kept], $"&size=200000&offset={kept}");
        Assert.Equal(HttpStatusCode.Created, rest.StatusCode);
        Assert.Equal(200_000, new FileInfo(Vault(account, "upload", "broken.bin")).Length);

        async Task<long> KeptAsync()
        {
            using var answer = await client.GetAsync($"/v1/accounts/{account}/file/upload?path=/upload/broken.bin");
            return (await answer.JsonAsync()).TryGetProperty("offset", out var offset) ? offset.GetInt64() : 0;
        }
    }

    [Fact]
    public async Task A_token_that_is_revoked_while_its_file_comes_publishes_nothing()
    {
        var account = await api.AccountAsync();
        var issued = await api.IssueAsync(account, "vault:write");
        using var client = api.Client(issued.Secret);
        using var body = new SlowBody(200_000);
        using var content = new StreamContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var sending = client.PutAsync(Address(account, "/upload/slow.bin"), content);
        await body.HalfSent.WaitAsync(TimeSpan.FromSeconds(60));
        ApiServer.Get(await api.Core.Tokens.RevokeAsync(issued.Token.Id, "a test", ApiServer.Operator));
        body.GoOn();
        using var answer = await sending;
        Assert.Contains("works no more", await answer.ProblemAsync(409), StringComparison.Ordinal);
        Assert.False(File.Exists(Vault(account, "upload", "slow.bin")));
    }

    [Fact]
    public async Task Folders_are_made_and_removed_and_files_renamed_and_removed_where_the_account_may()
    {
        var account = await api.AccountAsync();
        using var client = api.Client(await api.TokenOfAsync(account, "vault:read", "vault:write"));
        var folder = $"/v1/accounts/{account}/folder";
        Assert.Equal("/upload/june", (await client.PostJsonAsync(folder, new { path = "/upload/june" }, 201)).GetProperty("path").GetString());
        Assert.True(Directory.Exists(Vault(account, "upload", "june")));
        using var twice = await client.PostAsync(folder, ApiAnswers.Json(new { path = "/upload/june" }));
        await twice.ProblemAsync(409);
        using var nowhere = await client.PostAsync(folder, ApiAnswers.Json(new { path = "/upload/no/june" }));
        await nowhere.ProblemAsync(404);
        using var elsewhere = await client.PostAsync(folder, ApiAnswers.Json(new { path = "/cdr/june" }));
        Assert.Contains("may not make a folder", await elsewhere.ProblemAsync(409), StringComparison.Ordinal);
        foreach (var name in (string[])["a.csv", "b.csv", "c.csv"])
        {
            using var sent = await PutAsync(client, account, "/upload/june/" + name, "a,b\n"u8.ToArray());
            Assert.Equal(HttpStatusCode.Created, sent.StatusCode);
        }

        // In pages, its folders first.
        List<string> seen = [];
        for (string? next = ""; next is not null;)
        {
            var page = await client.GetJsonAsync($"{folder}?path=/upload/june&limit=2{(next.Length > 0 ? "&after=" + Uri.EscapeDataString(next) : "")}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(static item => item.GetProperty("name").GetString()!));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(["a.csv", "b.csv", "c.csv"], seen);
        Assert.Contains((await client.GetJsonAsync(folder)).GetProperty("items").EnumerateArray(), static item => item.GetProperty("path").GetString() == "/upload" && item.GetProperty("isFolder").GetBoolean());

        var renamed = await client.PostJsonAsync($"/v1/accounts/{account}/file/rename", new { path = "/upload/june/a.csv", name = "d.csv" });
        Assert.Equal("/upload/june/d.csv", renamed.GetProperty("path").GetString());
        using var taken = await client.PostAsync($"/v1/accounts/{account}/file/rename", ApiAnswers.Json(new { path = "/upload/june/b.csv", name = "d.csv" }));
        await taken.ProblemAsync(409);
        using var full = await client.DeleteAsync(folder + "?path=/upload/june");
        Assert.Contains("not empty", await full.ProblemAsync(409), StringComparison.Ordinal);
        foreach (var name in (string[])["b.csv", "c.csv", "d.csv"])
        {
            using var removed = await client.DeleteAsync($"/v1/accounts/{account}/file?path=/upload/june/{name}");
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }

        using var empty = await client.DeleteAsync(folder + "?path=/upload/june");
        Assert.Equal(HttpStatusCode.NoContent, empty.StatusCode);
        Assert.False(Directory.Exists(Vault(account, "upload", "june")));
        var actions = (await api.Server.JsonAsync("audit", "search", "--account", account)).EnumerateArray().Select(static row => row.GetProperty("action").GetString()).ToHashSet();
        Assert.Superset(new HashSet<string?> { "make-directory", "remove", "remove-directory", "rename", "upload" }, actions);
    }

    [Fact]
    public async Task What_is_fetched_by_an_account_that_may_collect_goes_to_its_archive()
    {
        var account = await api.AccountAsync();
        using var all = api.Client(api.All);
        var granted = await all.PostJsonAsync($"/v1/accounts/{account}/collect-rights/grant", new { folder = "/cdr" });
        Assert.Equal(granted.ToString(), Assert.Single((await all.GetJsonAsync($"/v1/accounts/{account}/collect-rights")).GetProperty("items").EnumerateArray()).ToString());
        Assert.Equal("/cdr", Assert.Single((await api.Server.JsonAsync("collect", "list", account)).EnumerateArray()).GetProperty("folder").GetString());
        await File.WriteAllTextAsync(api.Server.Directory.Combine($"{account}.csv"), "a,b\n");
        await api.Server.CommandAsync("publish", "--account", account, "--feed", "cdr", api.Server.Directory.Combine($"{account}.csv"));
        Assert.True((await all.GetJsonAsync($"/v1/accounts/{account}/file?path=/cdr/{account}.csv")).GetProperty("isArchived").GetBoolean());
        using var removed = await all.DeleteAsync($"/v1/accounts/{account}/file?path=/cdr/{account}.csv");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Equal("archived", Assert.Single((await all.GetJsonAsync($"/v1/accounts/{account}/files?gone=true")).GetProperty("items").EnumerateArray()).GetProperty("goneHow").GetString());
        await all.PostJsonAsync($"/v1/accounts/{account}/collect-rights/revoke", new { folder = "/cdr" });
        using var gone = await all.PostAsync($"/v1/accounts/{account}/collect-rights/revoke", ApiAnswers.Json(new { folder = "/cdr" }));
        await gone.ProblemAsync(404);
    }

    [Fact]
    public async Task What_may_not_be_done_with_files_is_said_and_foreign_ones_are_not_there()
    {
        var (account, foreign) = (await api.AccountAsync(), await api.AccountAsync());
        using var client = api.Client(await api.TokenOfAsync(account, "vault:read", "vault:write"));
        await File.WriteAllTextAsync(Vault(account, "cdr", "june.csv"), "a,b\n");
        await File.WriteAllTextAsync(Vault(foreign, "cdr", "june.csv"), "c,d\n");
        var file = $"/v1/accounts/{account}/file";
        using var notThere = await PutAsync(client, account, "/cdr/mine.csv", [1]);
        Assert.Contains("put it into /upload", await notThere.ProblemAsync(409), StringComparison.Ordinal);
        using var readOnly = await client.DeleteAsync(file + "?path=/cdr/june.csv");
        await readOnly.ProblemAsync(409);
        Assert.Contains((await api.Server.JsonAsync("audit", "search", "--account", account, "--action", "remove")).EnumerateArray(), static row => row.GetProperty("outcome").GetString() == "refused");
        foreach (var path in (string[])[$"/../{foreign}/cdr/june.csv", $"/cdr/../../{foreign}/cdr/june.csv", "/cdr/none.csv", "/cdr"])
        {
            using var outside = await client.GetAsync($"{file}/content?path={Uri.EscapeDataString(path)}");
            await outside.ProblemAsync(404);
        }

        using var other = await client.GetAsync($"/v1/accounts/{foreign}/file/content?path=/cdr/june.csv");
        Assert.Contains("that this token sees", await other.ProblemAsync(404), StringComparison.Ordinal);
        using var named = await PutAsync(client, account, "/upload/a\u0007.csv", [1]);
        await named.ProblemAsync(422);
        using var json = await client.PutAsync(Address(account, "/upload/a.csv"), ApiAnswers.Json("{}"));
        Assert.Contains("application/octet-stream", await json.ProblemAsync(415), StringComparison.Ordinal);
        using var longest = await client.GetAsync($"{file}?path=/{new string('a', ApiParameter.PathLength - 1)}");
        await longest.ProblemAsync(404);
        using var longer = await client.GetAsync($"{file}?path=/{new string('a', ApiParameter.PathLength)}");
        Assert.Contains($"1 to {ApiParameter.PathLength}", await longer.ProblemAsync(400), StringComparison.Ordinal);

        // As the portal: read alone, and not at all; and nothing is put where an account is suspended.
        await api.Server.CommandAsync("account", "files", account, "read");
        using var closed = await PutAsync(client, account, "/upload/a.csv", [1]);
        Assert.Contains("read here and not changed", await closed.ProblemAsync(409), StringComparison.Ordinal);
        Assert.Equal("a,b\n", await client.GetStringAsync(file + "/content?path=/cdr/june.csv"));
        await api.Server.CommandAsync("account", "files", account, "off");
        using var off = await client.GetAsync(file + "/content?path=/cdr/june.csv");
        Assert.Contains("SFTP", await off.ProblemAsync(409), StringComparison.Ordinal);
        await api.Server.CommandAsync("account", "files", account, "provider");
        await api.Server.CommandAsync("account", "suspend", account, "--reason", "a test");
        using var all = api.Client(api.All);
        Assert.Equal("a,b\n", await all.GetStringAsync(file + "/content?path=/cdr/june.csv"));
        using var suspended = await PutAsync(all, account, "/upload/a.csv", [1]);
        Assert.Contains("suspended", await suspended.ProblemAsync(409), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_has_so_many_turns_and_takes_none_of_a_person_of_its_number()
    {
        var turns = new TransferTurns();
        Assert.All(Enumerable.Range(0, PortalLimits.TransfersPerPerson).Select(_ => turns.TryTake("token 1", "10042")).ToList(), Assert.NotNull);
        Assert.Null(turns.TryTake("token 1", "10042"));
        Assert.NotNull(turns.TryTake(1, "10042"));
    }

    private static string Address(string account, string path, string more = "") => $"/v1/accounts/{account}/file/content?path={Uri.EscapeDataString(path)}{more}";

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client, string account, string path, byte[] content, string more = "")
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await client.PutAsync(Address(account, path, more), body);
    }

    private static Task<HttpResponseMessage> GetRangeAsync(HttpClient client, string path, RangeHeaderValue range, EntityTagHeaderValue? tag = null) => client.SendAsync(Request(HttpMethod.Get, path, request =>
    {
        request.Headers.Range = range;
        request.Headers.IfRange = tag is null ? null : new RangeConditionHeaderValue(tag);
    }));

    private static HttpRequestMessage Request(HttpMethod method, string path, Action<HttpRequestMessage>? with = null)
    {
        var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20 };
        with?.Invoke(request);
        return request;
    }

    private string Vault(string account, params string[] path) => Path.Combine([api.Server.Data, "vaults", account, .. path]);

    /// <summary>Sends one half, and the other when it is told to.</summary>
    private sealed class SlowBody(int length) : MemoryStream(new byte[length])
    {
        private readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HalfSent => _half.Task;

        public void GoOn() => _rest.SetResult();

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            await destination.WriteAsync(new byte[Length / 2], cancellationToken);
            await destination.FlushAsync(cancellationToken);
            _half.SetResult();
            await _rest.Task.WaitAsync(cancellationToken);
            await destination.WriteAsync(new byte[Length - (Length / 2)], cancellationToken);
        }
    }
}
