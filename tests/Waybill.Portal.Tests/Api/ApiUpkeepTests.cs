using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Waybill.Core.Onboarding.Mail;
using Waybill.Portal.Api;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests.Api;

/// <summary>What operators do from day to day, seen through the API and through the commands.</summary>
[Collection(nameof(ApiServer))]
public sealed class ApiUpkeepTests(ApiServer api)
{
    [Fact]
    public async Task Host_keys_certificates_jobs_and_findings_are_those_of_the_commands()
    {
        using var client = api.Client(api.All);
        var shown = (await api.Server.JsonAsync("hostkey", "show")).EnumerateArray().ToList();
        foreach (var key in (await client.GetJsonAsync("/v1/host-keys")).GetProperty("items").EnumerateArray())
        {
            var same = Assert.Single(shown, each => each.GetProperty("sha256").GetString() == key.GetProperty("sha256").GetString());
            Assert.All(key.EnumerateObject(), member => Assert.Equal(JsonSerializer.Serialize(same.GetProperty(member.Name)), JsonSerializer.Serialize(member.Value)));
        }

        using var own = api.Client(await api.TokenOfAsync(PortalServer.Account, "accounts:read"));
        var certificates = (await own.GetJsonAsync("/v1/certificates")).GetProperty("items").EnumerateArray().ToList();
        var root = Assert.Single(certificates, each => each.GetProperty("subject").GetString() == api.Server.Root.Subject);
        Assert.Equal(string.Join(':', api.Server.Root.GetCertHashString(HashAlgorithmName.SHA256).Chunk(2).Select(static pair => new string(pair))), root.GetProperty("sha256").GetString());
        using var pem = X509Certificate2.CreateFromPem(root.GetProperty("pem").GetString());
        Assert.Equal(api.Server.Root.RawData, pem.RawData);
        Assert.NotEqual(root.GetProperty("sha256").GetString(), certificates[0].GetProperty("sha256").GetString());

        var jobs = (await client.GetJsonAsync("/v1/schedule")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(
            (await api.Server.JsonAsync("schedule", "list")).EnumerateArray().Select(Job).ToList(), jobs.Select(Job).ToList());
        Assert.All(jobs, static job => Assert.True(job.GetProperty("next").GetDateTimeOffset() > DateTimeOffset.UnixEpoch));
        var findings = (await client.GetJsonAsync("/v1/findings")).GetProperty("items").EnumerateArray().ToList();
        Assert.Contains(findings, static finding => finding.GetProperty("check").GetString() == "host keys");
        Assert.All(findings, static finding => Assert.Contains(finding.GetProperty("verdict").GetString(), (string[])["ok", "warning", "failure"]));

        static (string?, string?) Job(JsonElement job) => (job.GetProperty("job").GetString(), job.GetProperty("cron").GetString());
    }

    [Fact]
    public async Task Somebody_is_signed_out_of_the_portal_unless_they_work_for_the_provider()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        using var visitor = await SignUp.WithAsync(api.Server, "--account", number, "--role", "owner");
        var email = Assert.Single((await client.GetJsonAsync("/v1/people?account=" + number)).GetProperty("items").EnumerateArray()).GetProperty("email").GetString();
        var session = await SessionAsync(email!);
        Assert.Equal(email, (await client.PostJsonAsync($"/v1/portal-sessions/{session}/end", null)).GetProperty("email").GetString());
        using var signedOut = await visitor.RawAsync(new HttpRequestMessage(HttpMethod.Get, "/home"));
        Assert.Equal(HttpStatusCode.Redirect, signedOut.StatusCode);
        using var again = await client.PostAsync($"/v1/portal-sessions/{session}/end", null);
        await again.ProblemAsync(404);

        using var staff = await SignUp.WithAsync(api.Server, "--provider", "auditor");
        var theirs = await SessionAsync(staff.Email);
        using var refused = await client.PostAsync($"/v1/portal-sessions/{theirs}/end", null);
        Assert.Contains("role at the provider", await refused.ProblemAsync(409), StringComparison.Ordinal);
        using var still = await staff.RawAsync(new HttpRequestMessage(HttpMethod.Get, "/home"));
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);

        // Who looked at the account is its own to know.
        using var own = api.Client(await api.TokenOfAsync(number, "accounts:read"));
        Assert.Empty((await own.GetJsonAsync($"/v1/accounts/{number}/views")).GetProperty("items").EnumerateArray());
        using var administrator = await SignUp.WithAsync(api.Server, "--provider", "administrator");
        await administrator.GetAsync($"/staff/accounts/{number}");
        await administrator.PostAsync($"/staff/accounts/{number}?handler=View", ("reason", "they asked"));
        Assert.Equal("they asked", Assert.Single((await own.GetJsonAsync($"/v1/accounts/{number}/views")).GetProperty("items").EnumerateArray()).GetProperty("reason").GetString());

        async Task<long> SessionAsync(string email) => Assert.Single(
            (await client.GetJsonAsync("/v1/portal-sessions?limit=1000")).GetProperty("items").EnumerateArray(), each => each.GetProperty("email").GetString() == email).GetProperty("id").GetInt64();
    }

    [Fact]
    public async Task A_person_is_changed_and_reset_by_mail_and_staff_are_not()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        using var visitor = await SignUp.WithAsync(api.Server, "--account", number, "--role", "owner");
        var email = Assert.Single((await client.GetJsonAsync("/v1/people?account=" + number)).GetProperty("items").EnumerateArray()).GetProperty("email").GetString()!;
        var changed = await client.PostJsonAsync($"/v1/people/{email}/change", new { phone = "+44 20 7946 0099", timeZone = "Europe/Vienna" });
        Assert.Equal(("Pat Doe", "+44 20 7946 0099", "Europe/Vienna"), (changed.GetProperty("name").GetString(), changed.GetProperty("phone").GetString(), changed.GetProperty("timeZone").GetString()));
        using var wrong = await client.PostAsync($"/v1/people/{email}/change", ApiAnswers.Json(new { timeZone = "Mars/Olympus" }));
        await wrong.ProblemAsync(422);
        var reset = await client.PostJsonAsync($"/v1/people/{email}/reset", new { reason = "a lost telephone" });
        Assert.False(reset.GetProperty("signedUp").GetBoolean());
        Assert.DoesNotContain("/l/", reset.ToString(), StringComparison.Ordinal);
        await MailBox.LinkAsync(api.Server, email);
        using var ended = await visitor.RawAsync(new HttpRequestMessage(HttpMethod.Get, "/home"));
        Assert.Equal(HttpStatusCode.Redirect, ended.StatusCode);

        var staff = $"{Path.GetRandomFileName()}@provider.example";
        ApiServer.Get(await api.Core.People.People.AddAsync(new(staff, "Staff") { Roles = [new(Core.People.PersonRole.Support)] }, ApiServer.Operator));
        foreach (var (call, body) in ((string, object)[])[("reset", new { reason = "x" }), ("change", new { name = "X" })])
        {
            using var refused = await client.PostAsync($"/v1/people/{staff}/{call}", ApiAnswers.Json(body));
            Assert.Contains("role at the provider", await refused.ProblemAsync(409), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Rules_of_arrival_are_as_their_command_shows_them()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        var rules = $"/v1/accounts/{number}/arrival-rules";
        using var set = await client.PutAsync(rules, ApiAnswers.Json(new { pattern = "usage_*.csv", largest = 1000L, header = "a,b", columns = 2 }));
        var rule = await set.JsonAsync();
        var listed = Assert.Single((await api.Server.JsonAsync("arrival", "list", number)).EnumerateArray());
        Assert.Equal(JsonSerializer.Serialize(listed), JsonSerializer.Serialize(rule));
        using var own = api.Client(await api.TokenOfAsync(number, "accounts:read"));
        Assert.Equal(JsonSerializer.Serialize(listed), JsonSerializer.Serialize(Assert.Single((await own.GetJsonAsync(rules)).GetProperty("items").EnumerateArray())));
        using var wrong = await client.PutAsync(rules, ApiAnswers.Json(new { pattern = "a/b" }));
        await wrong.ProblemAsync(422);
        await client.PostJsonAsync(rules + "/remove", new { pattern = "usage_*.csv" });
        using var gone = await client.PostAsync(rules + "/remove", ApiAnswers.Json(new { pattern = "usage_*.csv" }));
        await gone.ProblemAsync(404);
        Assert.Empty((await api.Server.JsonAsync("arrival", "list", number)).EnumerateArray());
    }

    [Fact]
    public async Task Retention_is_marked_and_run_and_its_passes_are_in_its_log()
    {
        using var client = api.Client(api.All);
        using var wrong = await client.PostAsync("/v1/retention/marks", ApiAnswers.Json(new { today = "31.12.2026" }));
        await wrong.ProblemAsync(422);
        var planned = (await DoneAsync("/v1/retention/plan", null, isGet: true)).GetProperty("files").GetInt64();
        var marked = await DoneAsync("/v1/retention/marks", "{}");
        Assert.Equal(planned, marked.GetProperty("files").GetInt64());

        // What was marked just now stays for a week.
        var run = await DoneAsync("/v1/retention/runs", null);
        Assert.Equal((0, 0), (run.GetProperty("files").GetInt32(), run.GetProperty("failed").GetInt32()));
        var log = (await api.Server.JsonAsync("retention", "log")).EnumerateArray().ToList();
        Assert.Contains(log, each => each.GetProperty("id").GetInt64() == run.GetProperty("id").GetInt64() && each.GetProperty("kind").GetString() == "run");
        Assert.Contains((await client.GetJsonAsync("/v1/audit?action=retention-run")).GetProperty("items").EnumerateArray(), static row => row.GetProperty("actorKind").GetString() == "token");

        // One plan or run works at a time, whoever asked for it.
        async Task<JsonElement> DoneAsync(string path, string? body, bool isGet = false)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (true)
            {
                using var content = body is null ? null : ApiAnswers.Json(body);
                using var answer = isGet ? await client.GetAsync(path, patience.Token) : await client.PostAsync(path, content, patience.Token);
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
                {
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    return await answer.JsonAsync();
                }

                await Task.Delay(100, patience.Token);
            }
        }
    }

    [Fact]
    public async Task What_was_given_up_is_tried_again()
    {
        using var client = api.Client(api.All);
        var target = $"{Path.GetRandomFileName()}@dead.example";
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(api.Server.Data, "waybill.db")};Pooling=False"))
        {
            connection.Open();
            await using var command = connection.CreateCommand();
            command.CommandText = """
                INSERT INTO delivery (kind, topic, target, message_id, subject, text, state, attempts, created_at, tried_since, due_at, error)
                VALUES ('mail', 'digest', @target, @target, 's', 't', 'dead', 9, 0, 0, 0, 'nobody here')
                """;
            command.Parameters.AddWithValue("@target", target);
            await command.ExecuteNonQueryAsync();
        }

        Assert.InRange((await client.PostJsonAsync("/v1/notifications/retry-dead", null)).GetProperty("count").GetInt32(), 1, int.MaxValue);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await client.GetJsonAsync("/v1/notifications?state=sent&limit=1000")).GetProperty("items").EnumerateArray().Any(each => each.GetProperty("target").GetString() == target))
        {
            await Task.Delay(100, patience.Token);
        }
    }

    [Fact]
    public async Task A_mail_becomes_a_request_and_its_private_key_is_burnt()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        var keys = await RequestKeys.MakeAsync();
        var email = $"{Path.GetRandomFileName()}@mail.example";
        var mail = StaffMailTests.Mail(email, $"Account number: {number}\r\nCompany: Mail Ltd\r\nPhone: +44 20 7946 0001\r\n\r\n{keys.Line}\r\n");
        using var first = await SendAsync(mail);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var request = (await first.JsonAsync()).GetProperty("request");
        Assert.Equal(("mail", number), (request.GetProperty("source").GetString(), request.GetProperty("details").GetProperty("account").GetString()));
        Assert.Equal(keys.Fingerprint, request.GetProperty("key").GetProperty("sha256").GetString());
        using var twice = await SendAsync(mail);
        Assert.Equal((HttpStatusCode.OK, "alreadyThere"), (twice.StatusCode, (await twice.JsonAsync()).GetProperty("outcome").GetString()));

        // An attachment alone needs the address.
        using var nobody = await SendAsync(Encoding.ASCII.GetBytes(keys.Line));
        await nobody.ProblemAsync(422);
        using var known = await SendAsync(Encoding.ASCII.GetBytes(keys.Line), $"?email=other{email}&account={number}");
        Assert.Equal(HttpStatusCode.Created, known.StatusCode);

        var burnt = await RequestKeys.MakeAsync();
        using var sent = await SendAsync(StaffMailTests.Mail("private" + email, $"Account number: {number}\r\n\r\n{burnt.OpenSsh.ReplaceLineEndings("\r\n")}\r\n"));
        Assert.Contains("PRIVATE", await sent.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        using var refused = await client.PostAsync($"/v1/logins/{number}/keys", ApiAnswers.Json(new { key = burnt.Line }));
        await refused.ProblemAsync(409);

        using var empty = await SendAsync([]);
        Assert.Contains("body is missing", await empty.ProblemAsync(400), StringComparison.Ordinal);
        using var json = await client.PostAsync("/v1/requests/mail", ApiAnswers.Json("{}"));
        await json.ProblemAsync(415);
        using var large = await SendAsync(new byte[MailLimits.Size + 1]);
        await large.ProblemAsync(413);

        async Task<HttpResponseMessage> SendAsync(byte[] content, string query = "")
        {
            using var body = new ByteArrayContent(content);
            body.Headers.ContentType = new("message/rfc822");
            return await client.PostAsync("/v1/requests/mail" + query, body);
        }
    }

    [Fact]
    public async Task A_name_of_a_program_and_a_boundary_have_a_longest_length()
    {
        using var client = api.Client(api.All);
        var file = await api.DeliverAsync(await api.AccountAsync(), "usage.csv", "a,b\n");
        await client.PostJsonAsync($"/v1/inbound/{file}/claim?as={new string('w', InboundApi.WorkerLength)}", new { leaseMinutes = InboundApi.LongestLease });
        using var worker = await client.PostAsync($"/v1/inbound/{file}/claim?as={new string('w', InboundApi.WorkerLength + 1)}", ApiAnswers.Json("{}"));
        Assert.Contains($"at most {InboundApi.WorkerLength}", await worker.ProblemAsync(422), StringComparison.Ordinal);
        foreach (var (length, status) in ((int, int)[])[(ApiUpload.BoundaryLength, 404), (ApiUpload.BoundaryLength + 1, 415)])
        {
            var boundary = new string('b', length);
            using var body = new StringContent($"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\na,b\r\n--{boundary}--\r\n");
            body.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=" + boundary);
            using var answer = await client.PostAsync("/v1/publications?account=nobody&feed=cdr", body);
            await answer.ProblemAsync(status);
        }
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(StrayKey.Layers, true)]
    [InlineData(StrayKey.Layers + 1, false)]
    public async Task A_private_key_is_found_in_JSON_in_JSON(int layers, bool isFound)
    {
        var keys = await RequestKeys.MakeAsync();
        var text = keys.Ppk;
        for (var i = 0; i < layers; i++)
        {
            text = JsonSerializer.Serialize(new { key = text });
        }

        Assert.Equal(isFound ? keys.Fingerprint : null, StrayKey.Find(Encoding.ASCII.GetBytes(text))?.PublicHalfFingerprint);
    }

    [Theory]
    [InlineData(ApiJson.Depth, true)]
    [InlineData(ApiJson.Depth + 1, false)]
    public void Objects_lie_so_deep_in_objects_and_no_deeper(int depth, bool isRead)
    {
        var json = string.Concat(Enumerable.Repeat("[", depth)) + string.Concat(Enumerable.Repeat("]", depth));
        Assert.Equal(isRead, Record.Exception(() => JsonSerializer.Deserialize<JsonElement>(json, ApiJson.Options)) is not JsonException);
    }
}
