using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.Core.Onboarding;
using Waybill.Portal.Tests.Support;
using Waybill.SshKeys.Keys;

namespace Waybill.Portal.Tests;

/// <summary>From the public form, or a link in a mail, to a request that waits for staff.</summary>
public sealed partial class AccessRequestTests(PortalServer server)
{
    private const string Form = "/request";
    private const string Script = "<script>alert(1)</script>";

    [Fact]
    public async Task A_request_by_the_form_is_open_once_the_link_in_the_mail_was_confirmed()
    {
        using var client = server.Client();
        var email = Address();
        var key = Key();
        Assert.Contains("href=\"/request\"", await client.GetStringAsync("/"), StringComparison.Ordinal);
        using var answer = await SendAsync(client, Form, await client.GetStringAsync(Form), [.. Fields(email), ("key", key), ("feeds", "cdr"), ("fileTypes", "csv"), ("automation", "yes"), ("allowFrom", "192.0.2.7\r\n198.51.100.0/24")]);
        var taken = await PageAsync(answer, HttpStatusCode.OK);
        Assert.Contains(KeyFingerprint.Sha256(Convert.FromBase64String(key.Split(' ')[1])), taken, StringComparison.Ordinal);
        Assert.Contains("ssh-ed25519, 256 bits", taken, StringComparison.Ordinal);
        Assert.Contains(email, taken, StringComparison.Ordinal);
        var request = await RequestAsync(email);
        Assert.Equal("unconfirmed", Text(request, "state"), ignoreCase: true);
        Assert.Contains(Text(request, "reference"), taken, StringComparison.Ordinal);
        var details = request.GetProperty("details");
        Assert.Equal((Script, "10042"), (Text(details, "firstName"), Text(details, "account")));
        Assert.Equal(["cdr"], details.GetProperty("feeds").EnumerateArray().Select(each => each.GetString()));
        Assert.Equal(2, details.GetProperty("allowFrom").GetArrayLength());
        Assert.True(details.GetProperty("automation").GetBoolean());

        // Scanners of mail open links; nothing comes of it, nor of a forged form.
        var link = await MailBox.LinkAsync(server, email);
        var page = await client.GetStringAsync(link);
        Assert.Contains(email, WebUtility.HtmlDecode(await client.GetStringAsync(link)), StringComparison.Ordinal);
        Assert.Contains(WebUtility.HtmlEncode(Script)[..10], page, StringComparison.Ordinal);
        Assert.DoesNotContain(Script, page, StringComparison.Ordinal);
        using var forged = await client.PostAsync(link, new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Equal("unconfirmed", Text(await RequestAsync(email), "state"), ignoreCase: true);

        using var confirmed = await SendAsync(client, link, page, []);
        Assert.Contains(Text(request, "reference"), await PageAsync(confirmed, HttpStatusCode.OK), StringComparison.Ordinal);
        Assert.Equal("open", Text(await RequestAsync(email), "state"), ignoreCase: true);
        await IsGoneAsync(client, link, page);
    }

    [Fact]
    public async Task A_private_key_in_another_field_than_the_key_s_is_refused_for_good_too()
    {
        using var client = server.Client();
        var keys = await RequestKeys.MakeAsync();
        foreach (var text in (string[])[keys.Ppk, keys.OpenSsh])
        {
            using var answer = await SendAsync(client, Form, await client.GetStringAsync(Form), [.. Fields(Address()), ("key", Key()), ("allowFrom", text)]);
            var page = await PageAsync(answer, HttpStatusCode.BadRequest);
            Assert.Contains("holds a private key. Nothing of it was kept", page, StringComparison.Ordinal);
            Assert.DoesNotContain("PRIVATE KEY--", page, StringComparison.Ordinal);
        }

        var burnt = (await server.JsonAsync("key", "burnt", "list")).EnumerateArray().Single(each => Text(each, "sha256") == keys.Fingerprint);
        Assert.Contains("in a form of the portal", Text(burnt, "how"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_to_be_mended_stands_beside_its_field_and_what_was_typed_stays()
    {
        using var client = server.Client();
        using var answer = await SendAsync(client, Form, await client.GetStringAsync(Form),
            [("firstName", Script), ("email", "nobody"), ("company", "\"><img src=x onerror=alert(1)>"), ("key", Key()), ("feeds", "cdr"), ("userName", "not-a-vendor"), ("allowFrom", "everywhere")]);
        var page = await PageAsync(answer, HttpStatusCode.UnprocessableEntity, decode: false);
        foreach (var field in (string[])["email", "account", "userName", "allowFrom"])
        {
            Assert.Contains($"id=\"{field}-wrong\"", page, StringComparison.Ordinal);
        }

        Assert.Contains("mend what is marked", page, StringComparison.Ordinal);
        Assert.DoesNotContain("--kind", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"key-wrong\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Script, page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.Contains("value=\"nobody\"", page, StringComparison.Ordinal);
        Assert.Matches("value=\"cdr\" checked", page);
        Assert.Contains("ssh-ed25519 AAAA", page, StringComparison.Ordinal);
        using var forged = await client.PostAsync(Form, new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
    }

    [Fact]
    public async Task The_answer_is_the_same_whether_there_is_the_account_or_not()
    {
        using var client = server.Client();
        var (email, key) = (Address(), Key());
        List<string> answers = [];
        foreach (var account in (string[])["10042", "99999"])
        {
            using var answer = await SendAsync(client, Form, await client.GetStringAsync(Form), [.. Fields(email, account), ("key", key)]);
            answers.Add(Changing().Replace(await PageAsync(answer, HttpStatusCode.OK), ""));
        }

        Assert.Equal(answers[0], answers[1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_private_key_is_refused_not_shown_again_and_refused_for_good(bool isFile)
    {
        var keys = await RequestKeys.MakeAsync();
        using var client = server.Client();
        var email = Address();
        var page = await client.GetStringAsync(Form);
        using var answer = isFile
            ? await SendAsync(client, Form, page, Fields(email), Encoding.UTF8.GetBytes(keys.Ppk))
            : await SendAsync(client, Form, page, [.. Fields(email), ("key", keys.OpenSsh)], Encoding.UTF8.GetBytes(Key()));
        var refused = await PageAsync(answer, HttpStatusCode.UnprocessableEntity);
        Assert.Contains("That is a private key", refused, StringComparison.Ordinal);
        Assert.Contains("refused here for good", refused, StringComparison.Ordinal);
        var secret = (isFile ? keys.Ppk : keys.OpenSsh).Split('\n').Select(line => line.Trim()).Last(line => line.Length > 40);
        Assert.DoesNotContain(secret, refused, StringComparison.Ordinal);
        using var again = await SendAsync(client, Form, page, [.. Fields(email), ("key", keys.Line)]);
        if (isFile)
        {
            // Under a passphrase it only claims to be that key: staff decide, so that nobody keeps its owner out.
            Assert.Contains("We have your request", await PageAsync(again, HttpStatusCode.OK), StringComparison.Ordinal);
            Assert.Contains((await server.JsonAsync("key", "burnt", "list")).EnumerateArray(), each => Text(each, "sha256") == keys.Fingerprint && !each.GetProperty("isProven").GetBoolean());
        }
        else
        {
            Assert.Contains("id=\"key-wrong\"", await PageAsync(again, HttpStatusCode.UnprocessableEntity, decode: false), StringComparison.Ordinal);
            Assert.DoesNotContain(email, await server.CommandAsync("request", "list", "--json"), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(secret, server.Logs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_private_keys_sent_at_once_both_are_refused_for_good()
    {
        var (pasted, chosen) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
        using var client = server.Client();
        var page = await client.GetStringAsync(Form);
        using var answer = await SendAsync(client, Form, page, [.. Fields(Address()), ("key", pasted.OpenSsh)], Encoding.UTF8.GetBytes(chosen.OpenSsh));
        Assert.Contains("That is a private key", await PageAsync(answer, HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        foreach (var key in (RequestKeys[])[pasted, chosen])
        {
            using var again = await SendAsync(client, Form, page, [.. Fields(Address()), ("key", key.Line)]);
            Assert.Contains("refused for good", await PageAsync(again, HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Whoever_has_lost_the_key_of_a_login_asks_for_another_and_is_called_back()
    {
        using var client = server.Client();
        var (email, key) = (Address(), Key());
        await server.CommandAsync("account", "add", "73200", "--name", "Replaced Ltd");
        await server.CommandAsync("login", "add", "73200-acme", "--account", "73200", "--vendor", "acme");
        const string Replace = "/request/key";
        Assert.Contains($"href=\"{Replace}\"", await client.GetStringAsync(Form), StringComparison.Ordinal);
        var form = await client.GetStringAsync(Replace);
        Assert.DoesNotContain("name=\"feeds\"", form, StringComparison.Ordinal);
        foreach (var (wrong, words) in ((string, string)[])[("", "Missing: The user name"), (Script, "is no user name")])
        {
            using var refused = await SendAsync(client, Replace, form, [.. Fields(email), ("key", key), ("userName", wrong)]);
            var page = await PageAsync(refused, HttpStatusCode.UnprocessableEntity, decode: false);
            Assert.Contains("id=\"userName-wrong\"", page, StringComparison.Ordinal);
            Assert.Contains(words, page, StringComparison.Ordinal);
            Assert.DoesNotContain(Script, page, StringComparison.Ordinal);
        }

        // Whether there is such a login is to be learnt neither here nor from the mail.
        List<string> answers = [];
        var stranger = Address();
        foreach (var (user, address) in ((string, string)[])[("73200-acme", email), ("73200-nosuch", stranger)])
        {
            using var answer = await SendAsync(client, Replace, form, [.. Fields(address, "73200"), ("key", key), ("userName", user)]);
            answers.Add(Changing().Replace((await PageAsync(answer, HttpStatusCode.OK)).Replace(address, "", StringComparison.Ordinal), ""));
            var link = await MailBox.LinkAsync(server, address);
            var confirm = await client.GetStringAsync(link);
            Assert.Contains(user, confirm, StringComparison.Ordinal);
            using var confirmed = await SendAsync(client, link, confirm, []);
            answers.Add(Changing().Replace(await PageAsync(confirmed, HttpStatusCode.OK), ""));
        }

        Assert.Equal(answers[..2], answers[2..]);
        Assert.Contains("we call back", answers[1], StringComparison.Ordinal);
        var request = await RequestAsync(email);
        Assert.Equal(("key", "form", "open", "73200-acme"), (Text(request, "kind").ToLowerInvariant(), Text(request, "source").ToLowerInvariant(), Text(request, "state").ToLowerInvariant(), Text(request, "login")));
        var reference = Text(request, "reference");
        Assert.Contains("Then say with --verified how you did", await server.RefusedAsync("request", "approve", reference), StringComparison.Ordinal);
        await server.CommandAsync("request", "approve", reference, "--verified", "called the number in the contract");
        Assert.Equal(
            KeyFingerprint.Sha256(Convert.FromBase64String(key.Split(' ')[1])), Assert.Single((await server.JsonAsync("key", "list", "73200-acme")).EnumerateArray()).GetProperty("sha256").GetString());

        // Of the other staff read that there is no such login.
        var other = await RequestAsync(stranger);
        Assert.Contains("There is no login 73200-nosuch of an account", await server.CommandAsync("request", "show", Text(other, "reference")), StringComparison.Ordinal);
        Assert.Contains("There is no login 73200-nosuch", await server.RefusedAsync("request", "approve", Text(other, "reference"), "--verified", "called"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_larger_than_any_key_is_refused_and_one_at_the_limit_is_read()
    {
        using var client = server.Client();
        var page = await client.GetStringAsync(Form);
        using var large = await SendAsync(client, Form, page, Fields(Address()), Encoding.ASCII.GetBytes(Key().PadRight(PortalLimits.KeyFile + 1, '\n')));
        Assert.Contains("larger than 32 KiB", await PageAsync(large, HttpStatusCode.UnprocessableEntity), StringComparison.Ordinal);
        using var just = await SendAsync(client, Form, page, Fields(Address()), Encoding.ASCII.GetBytes(Key().PadRight(PortalLimits.KeyFile, '\n')));
        Assert.Contains("We have your request", await PageAsync(just, HttpStatusCode.OK), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_tries_too_often_is_told_to_wait()
    {
        using var client = server.Client();
        var page = await client.GetStringAsync(Form);
        for (var i = 0; i < OnboardingLimits.TriesPerSource; i++)
        {
            using var tried = await SendAsync(client, Form, page, [("email", "nobody")]);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, tried.StatusCode);
        }

        using var last = await SendAsync(client, Form, page, [("email", "nobody")]);
        Assert.Contains("too many tries", await PageAsync(last, HttpStatusCode.TooManyRequests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_staff_ask_is_answered_by_the_link_with_the_form_filled_in()
    {
        using var client = server.Client();
        var email = Address();
        await server.CommandAsync("request", "add", "--from", server.Directory.Write($"{email}.txt", "Account number: 10042\nCompany: <b>Interop</b>\n"), "--email", email, "--name", "Ann Example");
        var link = await MailBox.LinkAsync(server, email);
        var page = await client.GetStringAsync(link);
        Assert.Contains("id=\"key-wrong\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"Ann\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("mend what is marked", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Interop", page, StringComparison.Ordinal);

        // Nothing is used up by an answer that is not complete.
        using var incomplete = await SendAsync(client, link, page, [("phone", "1")]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, incomplete.StatusCode);
        var key = Key();
        using var answer = await SendAsync(client, link, page, [("phone", "+44 1"), ("email", "other@example.org")], Encoding.ASCII.GetBytes(key));
        await PageAsync(answer, HttpStatusCode.OK);
        var request = await RequestAsync(email);
        Assert.Equal("open", Text(request, "state"), ignoreCase: true);
        Assert.Equal("+44 1", Text(request.GetProperty("details"), "phone"));
        await IsGoneAsync(client, link, page);

        await server.CommandAsync("request", "ask", Text(request, "reference"), "--question", $"Which one?\n{Script}");
        var second = await MailBox.LinkAsync(server, email, count: 2);
        var question = await client.GetStringAsync(second);
        Assert.Contains("Which one?", question, StringComparison.Ordinal);
        Assert.DoesNotContain(Script, question, StringComparison.Ordinal);
        Assert.Contains(KeyFingerprint.Sha256(Convert.FromBase64String(key.Split(' ')[1])), WebUtility.HtmlDecode(question), StringComparison.Ordinal);
        using var forged = await client.PostAsync(second, new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var said = await SendAsync(client, second, question, [("userName", "interop.ann")]);
        await PageAsync(said, HttpStatusCode.OK);
        Assert.Equal("interop.ann", Text((await RequestAsync(email)).GetProperty("details"), "userName"));
    }

    [Fact]
    public async Task Whoever_is_invited_finds_the_form_filled_in_and_needs_no_second_mail()
    {
        using var client = server.Client();
        var email = Address();
        await server.CommandAsync("request", "invite", "--account", "10042", "--email", email, "--name", "Ann Example");
        var link = await MailBox.LinkAsync(server, email);
        var page = await client.GetStringAsync(link);
        Assert.Contains($"value=\"{email}\"", page, StringComparison.Ordinal);
        Assert.Contains("Interop Ltd", page, StringComparison.Ordinal);
        using var forged = await client.PostAsync(link, new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var answer = await SendAsync(client, link, page, [.. Fields(email, "99999"), ("key", Key())]);
        Assert.Contains("We have your request", await PageAsync(answer, HttpStatusCode.OK), StringComparison.Ordinal);
        var request = await RequestAsync(email);
        Assert.Equal("open", Text(request, "state"), ignoreCase: true);
        Assert.Equal("10042", Text(request.GetProperty("details"), "account"));
        await IsGoneAsync(client, link, page);
    }

    internal static string Address() => $"ann.{Guid.NewGuid():n}@example.com";

    private static string Key()
    {
        using var key = SshPrivateKeys.GenerateEd25519();
        return $"{key.PublicKey.KeyType} {Convert.ToBase64String(key.PublicKey.Blob.Span)}";
    }

    private static (string Name, string Value)[] Fields(string email, string account = "10042") =>
        [("firstName", Script), ("lastName", "Example"), ("email", email), ("phone", "+44 20 7946 0000"), ("company", "Interop"), ("account", account)];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string page, (string Name, string Value)[] fields, byte[]? file = null)
    {
        using var content = new MultipartFormDataContent { { new StringContent(PortalServer.FormToken(page, path)), "__RequestVerificationToken" } };
        foreach (var (name, value) in fields)
        {
            content.Add(new StringContent(value), name);
        }

        if (file is not null)
        {
            content.Add(new ByteArrayContent(file), "keyFile", "key.pub");
        }

        return await client.PostAsync(path, content);
    }

    private static async Task<string> PageAsync(HttpResponseMessage answer, HttpStatusCode expected, bool decode = true)
    {
        var page = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {page}");
        return decode ? WebUtility.HtmlDecode(page) : page;
    }

    private static async Task IsGoneAsync(HttpClient client, string link, string page)
    {
        using var looked = await client.GetAsync(link);
        using var pressed = await SendAsync(client, link, page, []);
        using var wrong = await client.GetAsync("/l/" + new string('A', 43));
        Assert.All([looked, pressed, wrong], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
    }

    private async Task<JsonElement> RequestAsync(string email) =>
        Assert.Single((await server.JsonAsync("request", "list", "--all")).EnumerateArray(), request => Text(request.GetProperty("details"), "email") == email);

    [GeneratedRegex("[2-9CDFHJKMNPQRTVWXY]{4}-[2-9CDFHJKMNPQRTVWXY]{4}|name=\"__RequestVerificationToken\"[^>]*>|value=\"/l/[^\"]*\"")]
    private static partial Regex Changing();
}
