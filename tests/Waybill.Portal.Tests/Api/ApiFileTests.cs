using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests.Api;

/// <summary>Files: what was delivered for the back office, and what is published.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiFileTests(ApiServer api)
{
    [Fact]
    public async Task Of_two_programs_that_claim_at_once_one_gets_the_file_and_confirms_it()
    {
        var account = await api.AccountAsync();
        var content = Convert.ToHexString(RandomNumberGenerator.GetBytes(PortalLimits.ApiBlock));
        var file = await api.DeliverAsync(account, "usage.csv", content);
        using var one = api.Client(await api.TokenAsync("inbound:collect"));
        using var other = api.Client(await api.TokenAsync("inbound:collect"));
        var claims = await Task.WhenAll(Enumerable.Range(0, 10).Select(async turn =>
        {
            var client = turn % 2 == 0 ? one : other;
            using var answer = await client.PostAsync($"/v1/inbound/{file}/claim?as=worker-{turn}", ApiAnswers.Json("{}"));
            return (turn, client, answer.StatusCode, Text: await answer.Content.ReadAsStringAsync());
        }));
        var won = Assert.Single(claims, static claim => claim.StatusCode == HttpStatusCode.OK);
        Assert.All(claims.Where(claim => claim != won), static claim => Assert.Contains("is claimed by", claim.Text, StringComparison.Ordinal));
        var (winner, loser, name) = (won.client, won.client == one ? other : one, $"as=worker-{won.turn}");

        using var stolen = await loser.GetAsync($"/v1/inbound/{file}/content?{name}");
        await stolen.ProblemAsync(409);
        using var fetched = await winner.GetAsync($"/v1/inbound/{file}/content?{name}");
        Assert.Equal(content, await fetched.Content.ReadAsStringAsync());
        Assert.Equal(("application/octet-stream", "usage.csv"), (fetched.Content.Headers.ContentType?.MediaType, fetched.Content.Headers.ContentDisposition?.FileNameStar));
        using var refused = await loser.PostAsync($"/v1/inbound/{file}/confirm?{name}", null);
        await refused.ProblemAsync(409);
        Assert.Equal("processed", (await winner.PostJsonAsync($"/v1/inbound/{file}/confirm?{name}", null)).GetProperty("state").GetString());
        Assert.Equal("processed", (await winner.PostJsonAsync($"/v1/inbound/{file}/confirm?{name}", null)).GetProperty("state").GetString());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(api.Server.Data, "vaults", account, "upload")));
        Assert.Equal(content, await File.ReadAllTextAsync(Assert.Single(Directory.EnumerateFiles(Path.Combine(api.Server.Data, "vaults", account), "usage*.csv", SearchOption.AllDirectories))));
        using var all = api.Client(api.All);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await all.GetJsonAsync($"/v1/audit?account={account}&action=download")).GetProperty("items").GetArrayLength() == 0)
        {
            // Downloads are written a moment later.
            await Task.Delay(100, patience.Token);
        }
    }

    [Fact]
    public async Task What_is_offered_is_followed_by_its_cursor_and_rejected_with_a_report()
    {
        var account = await api.AccountAsync();
        using var client = api.Client(api.All);
        var begin = (await client.GetJsonAsync("/v1/inbound?all=true&limit=1000")).GetProperty("cursor").GetInt64();
        List<long> files = [];
        for (var i = 0; i < 3; i++)
        {
            files.Add(await api.DeliverAsync(account, $"usage{i}.csv", "a,b\n"));
        }

        List<long> seen = [];
        for (var (cursor, more) = (begin, true); more;)
        {
            var page = await client.GetJsonAsync($"/v1/inbound?since={cursor}&limit=2&account={account}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(static item => item.GetProperty("id").GetInt64()));
            (cursor, more) = (page.GetProperty("cursor").GetInt64(), page.GetProperty("more").GetBoolean());
        }

        Assert.Equal(files, seen);
        using var early = await client.PostAsync($"/v1/inbound/{files[0]}/reject", ApiAnswers.Json(new { report = "Column 3 is no number." }));
        await early.ProblemAsync(409);
        using var tooLong = await client.PostAsync($"/v1/inbound/{files[0]}/claim", ApiAnswers.Json(new { leaseMinutes = 1441 }));
        await tooLong.ProblemAsync(422);
        using var noName = await client.PostAsync($"/v1/inbound/{files[0]}/claim?as=a%20b", ApiAnswers.Json("{}"));
        await noName.ProblemAsync(422);
        await client.PostJsonAsync($"/v1/inbound/{files[0]}/claim", new { leaseMinutes = 5 });
        Assert.Equal("rejected", (await client.PostJsonAsync($"/v1/inbound/{files[0]}/reject", new { report = "Column 3 is no number." })).GetProperty("state").GetString());
        var report = Assert.Single(Directory.EnumerateFiles(Path.Combine(api.Server.Data, "vaults", account, "rejected"), "*", SearchOption.AllDirectories), static file => !file.EndsWith(".csv", StringComparison.Ordinal));
        Assert.Contains("Column 3 is no number.", await File.ReadAllTextAsync(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_set_is_published_at_once_and_its_repetition_does_nothing()
    {
        var account = await api.AccountAsync();
        using var client = api.Client(api.All);
        var (path, key) = ($"/v1/publications?account={account}&feed=invoice", Guid.NewGuid().ToString());
        async Task<HttpResponseMessage> PublishAsync(string? key, params (string Name, string Content)[] files)
        {
            var body = new MultipartFormDataContent();
            foreach (var (name, content) in files)
            {
                body.Add(new StringContent(content), "file", name);
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = HttpVersion.Version20, Content = body };
            if (key is not null)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            return await client.SendAsync(request);
        }

        (string, string)[] june = [("june.pdf", "%PDF june"), ("june.csv", "a,b\n1,2\n")];
        using var first = await PublishAsync(key, june);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var publication = (await first.JsonAsync()).GetProperty("publication").GetInt64();
        Assert.Equal("%PDF june", await File.ReadAllTextAsync(Path.Combine(api.Server.Data, "vaults", account, "invoices", "june.pdf")));
        using var again = await PublishAsync(key, june);
        Assert.Equal((HttpStatusCode.Created, await first.Content.ReadAsStringAsync()), (again.StatusCode, await again.Content.ReadAsStringAsync()));
        using var other = await PublishAsync(key, ("june.pdf", "%PDF july"), june[1]);
        await other.ProblemAsync(422);

        // Without the key it is a duplicate, and held.
        using var duplicate = await PublishAsync(null, june);
        Assert.Equal(HttpStatusCode.Accepted, duplicate.StatusCode);
        var held = Assert.Single((await client.GetJsonAsync("/v1/held?account=" + account)).GetProperty("items").EnumerateArray());
        Assert.DoesNotContain(api.Server.Data, held.ToString(), StringComparison.Ordinal);
        Assert.Equal("discarded", (await client.PostJsonAsync($"/v1/publications/{held.GetProperty("publication").GetInt64()}/discard", new { reason = "twice" })).GetProperty("state").GetString());

        var receipts = (await client.GetJsonAsync($"/v1/receipts?account={account}")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["/invoices/june.csv", "/invoices/june.pdf"], receipts.Select(static receipt => receipt.GetProperty("path").GetString()).Order());
        var recall = await client.PostJsonAsync("/v1/recalls", new { publication, reason = "wrong" }, 201);
        Assert.Equal(2, recall.GetProperty("files").GetArrayLength());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(api.Server.Data, "vaults", account, "invoices"), "june*"));
        using var foreign = await client.PostAsync($"/v1/publications?account={account}&feed=nothing", new MultipartFormDataContent { { new StringContent("x"), "file", "x.csv" } });
        Assert.True(foreign.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity, foreign.StatusCode.ToString());
        await foreign.ProblemAsync((int)foreign.StatusCode);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(api.Server.Data, "portal", "uploads")));
    }

    [Fact]
    public async Task Files_are_published_to_the_accounts_that_their_folders_name_and_what_is_left_is_told()
    {
        var (one, other) = (await api.AccountAsync(), await api.AccountAsync());
        using var client = api.Client(api.All);
        using var all = await client.PostAsync("/v1/publications/routed?feed=invoice", Files($"{one}/june.csv", $"{one}/june.pdf", $"{other}/june.csv"));
        Assert.Equal(HttpStatusCode.Created, all.StatusCode);
        Assert.Equal(
            [(one, 2), (other, 1)],
            (await all.JsonAsync()).GetProperty("sets").EnumerateArray().Select(static set => (set.GetProperty("account").GetString()!, set.GetProperty("publication").GetProperty("files").GetArrayLength())));
        Assert.Equal($"{other}/june.csv", await File.ReadAllTextAsync(Path.Combine(api.Server.Data, "vaults", other, "invoices", "june.csv")));

        using var some = await client.PostAsync("/v1/publications/routed?feed=cdr", Files("nobody/june.csv", $"{one}/june.csv.tmp", $"{one}/july.csv"));
        Assert.Equal(HttpStatusCode.Accepted, some.StatusCode);
        var run = await some.JsonAsync();
        Assert.Equal([$"{one}/june.csv.tmp", "nobody/june.csv"], run.GetProperty("unrouted").EnumerateArray().Select(static file => file.GetProperty("source").GetString()));
        Assert.Equal("published", Assert.Single(run.GetProperty("sets").EnumerateArray()).GetProperty("publication").GetProperty("state").GetString());
        using var refused = await client.PostAsync("/v1/publications/routed?feed=cdr&replace=true", Files($"{one}/july.csv"));
        Assert.Equal(HttpStatusCode.Accepted, refused.StatusCode);
        Assert.Contains("reason", Assert.Single((await refused.JsonAsync()).GetProperty("sets").EnumerateArray()).GetProperty("problem").GetString(), StringComparison.OrdinalIgnoreCase);

        static MultipartFormDataContent Files(params string[] names)
        {
            var body = new MultipartFormDataContent();
            foreach (var name in names)
            {
                body.Add(new StringContent(name), "file", name);
            }

            return body;
        }
    }

    [Fact]
    public async Task Only_so_many_bodies_with_files_are_taken_at_once_and_none_that_is_too_large()
    {
        var account = await api.AccountAsync();
        var path = $"/v1/publications?account={account}&feed=cdr";
        using var client = api.Client(api.All);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        HttpResponseMessage? next = null;
        while (next?.StatusCode != HttpStatusCode.ServiceUnavailable)
        {
            // On a machine that is slow the server cuts off those that send nothing before the next one comes: all over again.
            next?.Dispose();
            List<SslStream> slow = [];
            for (var i = 0; i < PortalLimits.ApiUploads; i++)
            {
                slow.Add(await api.Server.HandshakeAsync(PortalServer.Address()));
                await slow[i].WriteAsync(Encoding.ASCII.GetBytes(Head(path, 1000) + "Expect: 100-continue\r\n\r\n"), patience.Token);

                // Said once its body is asked for: it has its turn.
                await slow[i].ReadExactlyAsync(new byte["HTTP/1.1 100".Length], patience.Token);
            }

            next = await client.PostAsync(path, Small(), patience.Token);
            foreach (var each in slow)
            {
                await each.DisposeAsync();
            }
        }

        using (next)
        {
            Assert.Contains($"{PortalLimits.ApiUploads} others", await next.ProblemAsync(503), StringComparison.Ordinal);
            Assert.NotNull(next.Headers.RetryAfter);
        }

        // Whoever goes away gives its turn back.
        while (true)
        {
            using var taken = await client.PostAsync(path, Small(), patience.Token);
            if (taken.StatusCode == HttpStatusCode.Created)
            {
                break;
            }

            await Task.Delay(100, patience.Token);
        }

        await using var stream = await api.Server.HandshakeAsync(PortalServer.Address());
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Head(path, PortalLimits.ApiUpload + 1) + "\r\n"), patience.Token);
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 413 ", await reader.ReadLineAsync(patience.Token), StringComparison.Ordinal);
    }

    private string Head(string path, long length) =>
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {api.All}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n";

    private static MultipartFormDataContent Small() => new() { { new StringContent("a,b\n"), "file", $"{Guid.NewGuid()}.csv" } };
}
