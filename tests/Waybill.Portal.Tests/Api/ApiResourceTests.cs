using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.Core.Audit;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests.Api;

/// <summary>What the calls do, seen through the program's other doors.</summary>
[Collection(nameof(ApiServer))]
public sealed partial class ApiResourceTests(ApiServer api)
{
    [Fact]
    public async Task An_account_with_login_and_key_is_made_and_ended_as_by_command()
    {
        using var client = api.Client(api.All);
        var number = "res" + Path.GetRandomFileName()[..8];
        var account = await client.PostJsonAsync("/v1/accounts", new { number, name = "Resource Ltd", email = "a@example.com", region = "GB" }, 201);
        Assert.True(Directory.Exists(Path.Combine(api.Server.Data, "vaults", number)));
        Same(await api.Server.JsonAsync("account", "show", number), "account", account);

        var login = await client.PostJsonAsync("/v1/logins", new { account = number, userName = number, allowFrom = new[] { "192.0.2.0/24" } }, 201);
        Same(await api.Server.JsonAsync("login", "show", number), null, login);
        var vendor = await client.PostJsonAsync("/v1/logins", new { account = number, vendor = "acme" }, 201);
        Assert.Equal((number + "-acme", "vendor"), (vendor.GetProperty("userName").GetString(), vendor.GetProperty("kind").GetString()));
        Assert.True(Directory.Exists(Path.Combine(api.Server.Data, "vaults", number, "vendors", "acme")));

        Assert.Equal("acme", Assert.Single((await client.GetJsonAsync($"/v1/accounts/{number}/vendors")).GetProperty("items").EnumerateArray()).GetProperty("vendor").GetString());

        var keys = await RequestKeys.MakeAsync();
        var added = await client.PostJsonAsync($"/v1/logins/{number}/keys", new { key = keys.Line, label = "the office", expires = "2030-01-01T00:00:00+01:00" }, 201);
        Assert.Equal("2029-12-31T23:00:00+00:00", added.GetProperty("key").GetProperty("expires").GetString());
        Assert.True((await client.PostJsonAsync($"/v1/logins/{number}/keys", new { key = keys.Line })).GetProperty("alreadyInstalled").GetBoolean());
        var listed = Assert.Single((await client.GetJsonAsync($"/v1/logins/{number}/keys")).GetProperty("items").EnumerateArray());
        Assert.Equal((keys.Fingerprint, "the office", "usable"), (listed.GetProperty("sha256").GetString(), listed.GetProperty("label").GetString(), listed.GetProperty("state").GetString()));
        Assert.EndsWith(")", listed.GetProperty("addedBy").GetString(), StringComparison.Ordinal);
        Assert.Contains("(token ", listed.GetProperty("addedBy").GetString(), StringComparison.Ordinal);

        // A slash of the fingerprint is written as %2F.
        var changed = await client.PostJsonAsync($"/v1/logins/{number}/keys/{Uri.EscapeDataString(keys.Fingerprint)}/change", new { label = "the new office", never = true });
        Assert.Equal(("the new office", JsonValueKind.Null), (changed.GetProperty("label").GetString(), changed.GetProperty("expires").ValueKind));
        using var nothing = await client.PostAsync($"/v1/logins/{number}/keys/{Uri.EscapeDataString(keys.Fingerprint)}/change", ApiAnswers.Json("{}"));
        await nothing.ProblemAsync(422);
        var revoked = await client.PostJsonAsync($"/v1/logins/{number}/keys/{Uri.EscapeDataString(keys.Fingerprint)}/revoke", new { reason = "a test" });
        Assert.Equal("revoked", revoked.GetProperty("state").GetString());
        await client.PostJsonAsync($"/v1/logins/{number}/suspend", new { reason = "a test" });
        Assert.Equal("suspended", (await api.Server.JsonAsync("login", "show", number)).GetProperty("status").GetString());
        await client.PostJsonAsync($"/v1/logins/{number}/resume", null);
        using var networks = await client.PutAsync($"/v1/logins/{number}/networks", ApiAnswers.Json(new { allowFrom = Array.Empty<string>() }));
        Assert.Equal(0, (await networks.JsonAsync()).GetProperty("allowFrom").GetArrayLength());
        using var removed = await client.DeleteAsync($"/v1/logins/{number}-acme");
        Assert.Equal((HttpStatusCode.NoContent, 0L), (removed.StatusCode, removed.Content.Headers.ContentLength ?? 0));
        using var gone = await client.DeleteAsync($"/v1/logins/{number}-acme");
        await gone.ProblemAsync(404);
        Assert.Equal("b@example.com", (await client.PostJsonAsync($"/v1/accounts/{number}/change", new { email = "b@example.com" })).GetProperty("email").GetString());
        Assert.Equal("closed", (await client.PostJsonAsync($"/v1/accounts/{number}/close", new { reason = "a test" })).GetProperty("status").GetString());

        // Each of it is in the audit, as the token's.
        var rows = (await client.GetJsonAsync($"/v1/audit?account={number}&limit=100")).GetProperty("items").EnumerateArray().ToList();
        Assert.All(rows, static row => Assert.Equal("token", row.GetProperty("actorKind").GetString()));
        Assert.All(rows, static row => Assert.StartsWith("127.", row.GetProperty("address").GetString(), StringComparison.Ordinal));
        Assert.Equal(["account-added", "account-changed", "account-closed", "key-added", "key-changed", "key-revoked", "login-added", "login-networks-set", "login-removed", "login-resumed", "login-suspended"],
            rows.Select(static row => row.GetProperty("action").GetString()).Distinct().Order());
        Assert.True((await client.GetJsonAsync("/v1/audit/verification")).GetProperty("intact").GetBoolean());
    }

    [Fact]
    public async Task Of_a_private_key_nothing_is_kept_but_what_it_is_refused_by()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        var keys = await RequestKeys.MakeAsync();
        using var content = ApiAnswers.Json(new { key = keys.OpenSsh });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/logins/{number}/keys") { Version = HttpVersion.Version20, Content = content };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var refused = await client.SendAsync(request);
        await refused.ProblemAsync(422);
        Assert.Contains("urn:waybill:problem:private-key", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var burnt = await client.PostAsync($"/v1/logins/{number}/keys", ApiAnswers.Json(new { key = keys.Line }));
        await burnt.ProblemAsync(409);

        // Also when nothing else of the call is right.
        var other = await RequestKeys.MakeAsync();
        using var both = await client.PostAsync("/v1/logins/nobody/keys", ApiAnswers.Json(new { key = other.OpenSsh, offered = "x" }));
        await both.ProblemAsync(404);
        using var late = await client.PostAsync($"/v1/logins/{number}/keys", ApiAnswers.Json(new { key = other.Line }));
        await late.ProblemAsync(409);

        // And from whoever may not add a key there: a private key that reached us is lost, wherever it was meant for.
        var third = await RequestKeys.MakeAsync();
        using var stranger = api.Client(await api.TokenOfAsync(await api.AccountAsync(), "keys:write"));
        using var foreign = await stranger.PostAsync($"/v1/logins/{number}/keys", ApiAnswers.Json(new { key = third.OpenSsh }));
        await foreign.ProblemAsync(404);
        using var afterwards = await client.PostAsync($"/v1/logins/{number}/keys", ApiAnswers.Json(new { key = third.Line }));
        await afterwards.ProblemAsync(409);
        var secret = keys.OpenSsh.Split('\n')[2];
        foreach (var file in Directory.EnumerateFiles(api.Server.Data, "*", SearchOption.AllDirectories).Where(static file => !file.Contains("/run/", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(secret, await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("POST", "/v1/logins/NUMBER/keys", "application/json", """{"key": <json>, "label": """, 400)]
    [InlineData("POST", "/v1/logins/NUMBER/keys", "application/json", """{"pubkey": <json>}""", 400)]
    [InlineData("POST", "/v1/logins/NUMBER/keys", "application/json", """{"key": <escaped>}""", 422)]
    [InlineData("POST", "/v1/logins/NUMBER/keys", "application/json", "{'key': <json>,}", 400)]
    [InlineData("POST", "/v1/logins/NUMBER/keys", "application/x-ssh-key", "<pem>", 415)]
    [InlineData("POST", "/v1/logins/NUMBER/keys", "application/json", "<ppk>", 400)]
    [InlineData("POST", "/v1/logins/NUMBER/keys?label=x", "application/json", """{"key": <json>}""", 400)]
    [InlineData("POST", "/v1/logins/NUMBER/resume", "application/json", """{"key": <json>}""", 400)]
    [InlineData("POST", "/v1/logins/NUMBER/suspend", "application/json", """{"reason": <json>}""", 422)]
    [InlineData("POST", "/v1/requests", "application/json", """{"key": <json>, "email": "no address"}""", 422)]
    [InlineData("PUT", "/v1/logins/NUMBER/quota", "application/json", "[\"\\u002d\", <escaped>", 400)]
    public async Task A_private_key_that_comes_with_a_call_that_is_wrong_is_burnt_and_not_kept(string method, string path, string media, string body, int status)
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        var keys = await RequestKeys.MakeAsync();
        body = body.Replace("<json>", JsonSerializer.Serialize(keys.OpenSsh), StringComparison.Ordinal)
            .Replace("<escaped>", "\"" + string.Concat(keys.Ppk.Select(static letter => $"\\u{(int)letter:x4}")) + "\"", StringComparison.Ordinal)
            .Replace("<pem>", keys.OpenSsh, StringComparison.Ordinal).Replace("<ppk>", keys.Ppk, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("NUMBER", number, StringComparison.Ordinal)) { Version = HttpVersion.Version20, Content = ApiAnswers.Json(body) };
        request.Content.Headers.ContentType = new(media);
        using var refused = await client.SendAsync(request);
        await refused.ProblemAsync(status);
        if (!path.StartsWith("/v1/requests", StringComparison.Ordinal))
        {
            Assert.Contains("urn:waybill:problem:private-key", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        var row = Assert.Single((await client.GetJsonAsync("/v1/audit?action=key-burnt&limit=1000")).GetProperty("items").EnumerateArray(), each => each.GetProperty("subject").GetString() == keys.Fingerprint);
        Assert.Equal("token", row.GetProperty("actorKind").GetString());
        using var burnt = await client.PostAsync($"/v1/logins/{number}/keys", ApiAnswers.Json(new { key = keys.Line }));
        await burnt.ProblemAsync(409);
        Assert.Equal("active", (await client.GetJsonAsync($"/v1/logins/{number}")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Words_that_only_speak_of_private_keys_are_words()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        await client.PostJsonAsync($"/v1/logins/{number}/suspend", new { reason = "they sent a file with BEGIN OPENSSH PRIVATE KEY in it" });
        using var broken = await client.PostAsync($"/v1/logins/{number}/suspend", ApiAnswers.Json("""{"reason": "BEGIN OPENSSH PRIVATE KEY"""));
        Assert.Contains("urn:waybill:problem:private-key", await broken.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_others_may_have_is_refused_for_good_where_it_is_surely_the_accounts()
    {
        var (number, keys) = (await api.AccountAsync(), await RequestKeys.MakeAsync());
        using var own = api.Client(await api.TokenOfAsync(number, "keys:write"));
        using var all = api.Client(api.All);
        await own.PostJsonAsync($"/v1/logins/{number}/keys", new { key = keys.Line }, 201);
        var address = $"/v1/logins/{number}/keys/{Uri.EscapeDataString(keys.Fingerprint)}/report-lost";
        var lost = await own.PostJsonAsync(address, new { note = "a stolen laptop" });
        Assert.Equal(("revoked", false), (lost.GetProperty("key").GetProperty("state").GetString(), lost.GetProperty("isBurnt").GetBoolean()));
        Assert.True((await all.PostJsonAsync(address, new { })).GetProperty("isBurnt").GetBoolean());
    }

    [Fact]
    public async Task A_password_is_set_shown_as_used_and_removed_and_never_told()
    {
        const string Password = "seven green tortoises";
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        var path = $"/v1/logins/{number}/password";
        Assert.False((await client.GetJsonAsync(path)).GetProperty("isSet").GetBoolean());
        using (var weak = await client.PutAsync(path, ApiAnswers.Json(new { password = "short" })))
        {
            Assert.Contains("12 are the least", await weak.ProblemAsync(422), StringComparison.Ordinal);
        }

        using (var set = await client.PutAsync(path, ApiAnswers.Json(new { password = Password })))
        {
            var text = await set.Content.ReadAsStringAsync();
            Assert.Equal(System.Net.HttpStatusCode.OK, set.StatusCode);
            Assert.DoesNotContain(Password, text, StringComparison.Ordinal);
        }

        var shown = await client.GetJsonAsync(path);
        Assert.Equal((true, 0), (shown.GetProperty("isSet").GetBoolean(), shown.GetProperty("locks").GetArrayLength()));
        Assert.Equal(0, (await client.PostJsonAsync(path + "/unlock", null)).GetProperty("sources").GetInt32());
        using (var removed = await client.DeleteAsync(path))
        {
            Assert.Equal(System.Net.HttpStatusCode.NoContent, removed.StatusCode);
        }

        using var again = await client.DeleteAsync(path);
        await again.ProblemAsync(404);
    }

    [Fact]
    public async Task A_link_to_set_a_password_is_mailed_and_never_in_the_answer()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        var path = $"/v1/logins/{number}/password/link";
        using (var stranger = await client.PostAsync(path, ApiAnswers.Json(new { to = "eve@elsewhere.example" })))
        {
            Assert.Contains(" address ", await stranger.ProblemAsync(409), StringComparison.Ordinal);
        }

        await api.Server.CommandAsync("person", "add", $"owner@{number}.example", "--name", "Ann", "--account", number, "--role", "owner");
        var answer = await client.PostJsonAsync(path, new { to = $"owner@{number}.example" });
        Assert.Equal($"owner@{number}.example", answer.GetProperty("to").GetString());
        Assert.DoesNotContain("/l/", answer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_is_listed_and_ended_and_so_is_that_of_a_key_that_is_revoked()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        using var directory = new TemporaryDirectory();
        var keys = await RequestKeys.MakeAsync();
        var identity = directory.Write("key", keys.OpenSsh);
        File.SetUnixFileMode(identity, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await client.PostJsonAsync($"/v1/logins/{number}/keys", new { key = keys.Line }, 201);
        var port = SshPort().Match(api.Server.Output).Groups[1].Value;
        foreach (var isEndedByRevocation in (bool[])[false, true])
        {
            await using var sftp = ExternalProcess.Start("ssh", ["-F", "none", "-N", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes", "-i", identity, "-p", port, $"{number}@127.0.0.1"]);
            JsonElement session;
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while ((session = (await client.GetJsonAsync($"/v1/sessions?user={number}")).GetProperty("items").EnumerateArray().FirstOrDefault()).ValueKind == JsonValueKind.Undefined)
            {
                await Task.Delay(100, patience.Token);
            }

            Assert.Equal((number, keys.Fingerprint), (session.GetProperty("account").GetString(), session.GetProperty("key").GetString()));
            var id = session.GetProperty("id").GetString();
            if (isEndedByRevocation)
            {
                await client.PostJsonAsync($"/v1/logins/{number}/keys/{Uri.EscapeDataString(keys.Fingerprint)}/revoke", new { reason = "a test" });
            }
            else
            {
                await client.PostJsonAsync($"/v1/sessions/{id}/end", new { reason = "a test" });
            }

            await sftp.WaitForExitAsync(TimeSpan.FromSeconds(60));
            while ((await client.GetJsonAsync($"/v1/sessions?account={number}")).GetProperty("items").GetArrayLength() > 0)
            {
                await Task.Delay(100, patience.Token);
            }

            using var again = await client.PostAsync($"/v1/sessions/{id}/end", ApiAnswers.Json("{}"));
            await again.ProblemAsync(404);
        }

        Assert.Equal(0, (await client.GetJsonAsync($"/v1/logins/{number}/why")).GetProperty("usableKeys").GetInt32());
        var why = await client.GetJsonAsync("/v1/why?subject=" + number);
        Assert.Contains(why.GetProperty("findings").EnumerateArray(), static finding => finding.GetProperty("verdict").GetString() == "stop");

        // A program that no listener lets in never says a user name.
        Assert.True((await api.Core.Audit.AppendAsync(new AuditEntry(AuditActions.LogInRefused, ApiServer.Operator with { Address = "192.0.2.44", Connection = "old" + number })
        {
            Outcome = AuditOutcome.Refused, Detail = "libssh2 1.10.0 offered no encrypt-then-MAC, only hmac-sha2-256; policy `compat` would let it in",
        })).Succeeded);
        why = await client.GetJsonAsync("/v1/why?subject=old" + number);
        var remedy = Assert.Single(why.GetProperty("findings").EnumerateArray()).GetProperty("remedy");
        Assert.Equal(("changePolicy", "compat"), (remedy.GetProperty("kind").GetString(), remedy.GetProperty("target").GetString()));
        Assert.True((await client.GetJsonAsync("/v1/status")).GetProperty("residentBytes").GetInt64() > 0);
    }

    [Fact]
    public async Task A_request_is_taken_in_asked_about_rejected_reopened_and_approved()
    {
        using var client = api.Client(api.All);
        var number = "req" + Path.GetRandomFileName()[..8];
        ApiServer.Get(await api.Core.Accounts.AddAsync(new(number, "Request Ltd"), ApiServer.Operator));
        var keys = await RequestKeys.MakeAsync();
        var taken = await client.PostJsonAsync("/v1/requests", new { firstName = "Ann", lastName = "Lee", email = "ann@request.example", phone = "+44 20 7946 0001", company = "Request Ltd", account = number, key = keys.Line }, 201);
        var id = taken.GetProperty("request").GetProperty("reference").GetString();
        Assert.Contains((await client.GetJsonAsync("/v1/requests?account=" + number)).GetProperty("items").EnumerateArray(), row => row.GetProperty("reference").GetString() == id);
        Assert.Equal("asked", (await client.PostJsonAsync($"/v1/requests/{id}/ask", new { question = "Who are you?" })).GetProperty("state").GetString());
        Assert.Equal("rejected", (await client.PostJsonAsync($"/v1/requests/{id}/reject", new { reason = "No contract." })).GetProperty("state").GetString());
        Assert.Equal(0, (await client.GetJsonAsync("/v1/requests?account=" + number)).GetProperty("items").GetArrayLength());
        await client.PostJsonAsync($"/v1/requests/{id}/reopen", null);
        Assert.NotEmpty((await client.GetJsonAsync($"/v1/requests/{id}")).GetProperty("checks").EnumerateArray());

        // What is approved is the key that was looked at.
        using var blind = await client.PostAsync($"/v1/requests/{id}/approve", ApiAnswers.Json("{}"));
        await blind.ProblemAsync(400);
        using var other = await client.PostAsync($"/v1/requests/{id}/approve", ApiAnswers.Json(new { key = (await RequestKeys.MakeAsync()).Fingerprint }));
        Assert.Contains("Look again", await other.ProblemAsync(409), StringComparison.Ordinal);
        var decided = await client.PostJsonAsync($"/v1/requests/{id}/approve", new { key = keys.Fingerprint, verified = "called" });
        Assert.Equal(number, decided.GetProperty("login").GetString());
        Assert.Single((await client.GetJsonAsync($"/v1/logins/{number}/keys")).GetProperty("items").EnumerateArray());
        using var twice = await client.PostAsync($"/v1/requests/{id}/approve", ApiAnswers.Json(new { key = keys.Fingerprint }));
        await twice.ProblemAsync(409);

        // The link of an invitation goes to the one who is invited, and into no answer.
        var invited = await client.PostJsonAsync("/v1/invitations", new { account = number, email = "bob@request.example" }, 201);
        Assert.DoesNotContain("/l/", invited.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quotas_and_what_the_portal_does_with_files_are_set()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        using var set = await client.PutAsync($"/v1/accounts/{number}/quota", ApiAnswers.Json(new { maximumBytes = 1000L, maximumFiles = (long?)null }));
        Assert.Equal(1000, (await set.JsonAsync()).GetProperty("maximumBytes").GetInt64());
        Assert.Equal(1000, (await client.GetJsonAsync($"/v1/accounts/{number}/quotas")).GetProperty("items")[0].GetProperty("maximumBytes").GetInt64());
        using var files = await client.PutAsync($"/v1/accounts/{number}/portal-files", ApiAnswers.Json(new { portalFiles = "off" }));
        Assert.Equal("off", (await files.JsonAsync()).GetProperty("portalFiles").GetString());
        using var wrong = await client.PutAsync($"/v1/accounts/{number}/portal-files", ApiAnswers.Json(new { portalFiles = "some" }));
        await wrong.ProblemAsync(422);
    }

    [Fact]
    public async Task People_of_accounts_are_a_programs_to_add_and_those_of_the_provider_are_not()
    {
        using var client = api.Client(api.All);
        var (number, email) = (await api.AccountAsync(), $"{Path.GetRandomFileName()}@people.example");
        var person = await client.PostJsonAsync("/v1/people", new { email, name = "Ann Lee", account = number, role = "owner" }, 201);
        Assert.DoesNotContain("/l/", person.ToString(), StringComparison.Ordinal);
        Assert.Equal(email, Assert.Single((await client.GetJsonAsync("/v1/people?account=" + number)).GetProperty("items").EnumerateArray()).GetProperty("email").GetString());
        Assert.Equal(2, (await client.PostJsonAsync($"/v1/people/{email}/grant", new { account = PortalServer.Account, role = "member" })).GetProperty("roles").GetArrayLength());
        Assert.Equal(1, (await client.PostJsonAsync($"/v1/people/{email}/revoke", new { account = PortalServer.Account, role = "member" })).GetProperty("roles").GetArrayLength());
        Assert.Equal("suspended", (await client.PostJsonAsync($"/v1/people/{email}/suspend", new { reason = "a test" })).GetProperty("status").GetString());
        await client.PostJsonAsync($"/v1/people/{email}/resume", null);
        await client.PostJsonAsync($"/v1/people/{email}/invite", null);

        using var administrator = await client.PostAsync("/v1/people", ApiAnswers.Json(new { email = "boss@people.example", name = "Boss", account = number, role = "administrator" }));
        await administrator.ProblemAsync(400);
        var staff = $"{Path.GetRandomFileName()}@provider.example";
        ApiServer.Get(await api.Core.People.People.AddAsync(new(staff, "Staff") { Roles = [new(Core.People.PersonRole.Support)] }, ApiServer.Operator));
        foreach (var call in (string[])["suspend", "resume", "invite", "grant"])
        {
            using var refused = await client.PostAsync($"/v1/people/{staff}/{call}", call is "resume" or "invite" ? null : ApiAnswers.Json(call == "grant" ? $"{{\"account\":\"{number}\",\"role\":\"owner\"}}" : "{}"));
            Assert.Contains("role at the provider", await refused.ProblemAsync(409), StringComparison.Ordinal);
        }

        using var kept = await client.DeleteAsync("/v1/people/" + staff);
        await kept.ProblemAsync(409);
        using var removed = await client.DeleteAsync("/v1/people/" + email);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var gone = await client.GetAsync("/v1/people/" + email);
        await gone.ProblemAsync(404);
    }

    [Fact]
    public async Task Expectations_policies_holds_and_hooks_are_as_their_commands_show_them()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        var expectation = await client.PostJsonAsync("/v1/expectations", new { account = number, feed = "cdr", pattern = "*.csv", by = "06:00", days = "mon-fri" });
        Same((await api.Server.JsonAsync("expectation", "list", "--account", number))[0], null, expectation);
        using var badDays = await client.PostAsync("/v1/expectations", ApiAnswers.Json(new { account = number, feed = "cdr", days = "someday" }));
        await badDays.ProblemAsync(422);
        using var removed = await client.DeleteAsync($"/v1/expectations/{expectation.GetProperty("id").GetInt64()}");
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Equal(0, (await client.GetJsonAsync("/v1/expectations?account=" + number)).GetProperty("items").GetArrayLength());

        using var policy = await client.PutAsync("/v1/retention/policies", ApiAnswers.Json(new { account = number, folder = "/cdr", months = (int?)24 }));
        await policy.JsonAsync();
        Assert.Contains((await api.Server.JsonAsync("retention", "policies")).EnumerateArray(), row => row.GetProperty("account").GetString() == number && row.GetProperty("months").GetInt32() == 24);
        using var own = api.Client(await api.TokenOfAsync(number, "retention:read"));
        Assert.Equal(24, Assert.Single((await own.GetJsonAsync("/v1/retention/policies")).GetProperty("items").EnumerateArray()).GetProperty("months").GetInt32());
        Assert.Equal(0, (await own.GetJsonAsync("/v1/retention/plan")).GetProperty("files").GetInt64());

        await client.PostJsonAsync("/v1/holds", new { account = number, path = "/cdr", reason = "a court" });
        Assert.Equal("/cdr", Assert.Single((await own.GetJsonAsync("/v1/holds")).GetProperty("items").EnumerateArray()).GetProperty("path").GetString());
        await client.PostJsonAsync("/v1/holds/end", new { account = number, path = "/cdr", reason = "it is over" });
        Assert.Equal(0, (await own.GetJsonAsync("/v1/holds")).GetProperty("items").GetArrayLength());

        const string Secret = "0123456789abcdef0123456789abcdef";
        var hook = await client.PostJsonAsync("/v1/hooks", new { url = "https://93.184.215.14/waybill", secret = Secret, account = number }, 201);
        Assert.DoesNotContain(Secret, hook.ToString() + await client.GetJsonAsync("/v1/hooks"), StringComparison.Ordinal);
        using var ended = await client.DeleteAsync($"/v1/hooks/{hook.GetProperty("id").GetInt64()}");
        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        using var nothing = await client.PostAsync("/v1/notifications/999999/retry", null);
        await nothing.ProblemAsync(404);
    }

    [Fact]
    public async Task A_pack_is_fetched_with_the_host_keys_that_the_server_has()
    {
        using var client = api.Client(api.All);
        var number = await api.AccountAsync();
        var key = (await client.GetJsonAsync("/v1/host-keys")).GetProperty("items")[0];
        Assert.Equal("ssh-ed25519", key.GetProperty("type").GetString());
        using var answer = await client.GetAsync($"/v1/logins/{number}/pack");
        Assert.Equal((HttpStatusCode.OK, "application/zip"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        using var zip = new System.IO.Compression.ZipArchive(await answer.Content.ReadAsStreamAsync());
        using var hosts = new StreamReader(zip.Entries.Single(static entry => entry.Name.EndsWith("known_hosts", StringComparison.Ordinal)).Open());
        Assert.Contains(key.GetProperty("openSshLine").GetString()!, await hosts.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Single((await client.GetJsonAsync($"/v1/audit?account={number}&action=pack-made")).GetProperty("items").EnumerateArray());
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v1/logins/{number}/pack") { Version = HttpVersion.Version20 });
        Assert.True(head.Content.Headers.ContentLength > 1000);
        Assert.Single((await client.GetJsonAsync($"/v1/audit?account={number}&action=pack-made")).GetProperty("items").EnumerateArray());
        using var placed = await client.GetAsync($"/v1/logins/{number}/pack?keyFile={Uri.EscapeDataString("C:\\Keys\\ours.ppk")}");
        using var filled = new System.IO.Compression.ZipArchive(await placed.Content.ReadAsStreamAsync());
        Assert.Contains(filled.Entries, static entry => new StreamReader(entry.Open()).ReadToEnd().Contains("ours.ppk", StringComparison.Ordinal));
        using var twoOfAKind = await client.GetAsync($"/v1/logins/{number}/pack?keyFile=C:%5Ca.ppk&otherKeyFile=C:%5Cb.ppk");
        await twoOfAKind.ProblemAsync(422);
        using var foreign = api.Client(await api.TokenOfAsync(PortalServer.Account, "accounts:read"));
        using var refused = await foreign.GetAsync($"/v1/logins/{number}/pack");
        await refused.ProblemAsync(404);
    }

    /// <summary>What a command prints and what a call answers have the same names and values.</summary>
    private static void Same(JsonElement command, string? member, JsonElement answer)
    {
        var printed = member is null ? command : command.GetProperty(member);
        Assert.Equal(printed.EnumerateObject().Select(Text).Order(), answer.EnumerateObject().Select(Text).Order());

        static (string, string) Text(JsonProperty property) => (property.Name, JsonSerializer.Serialize(property.Value));
    }

    [GeneratedRegex(@"(?m)^ssh 127\.0\.0\.1:(\d+)")]
    private static partial Regex SshPort();
}
