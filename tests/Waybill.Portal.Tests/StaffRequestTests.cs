using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>Requests for access, decided by the provider's people on their pages.</summary>
public sealed partial class StaffRequestTests(PortalServer server)
{
    private const string Script = "<script>alert(1)</script>";

    private static int _requests;

    [Fact]
    public async Task An_approval_makes_the_login_with_its_key_and_sends_the_set_up_mail_as_the_command_does()
    {
        var keys = await RequestKeys.MakeAsync();
        var email = Email();
        var id = await AddAsync(server, keys, email, "--name", "Ann " + Script, "--user", "wanted.one", "--allow-from", "192.0.2.0/24", "--feed", "cdr");
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync("/staff/requests");
        Assert.Contains($"""<a href="/staff/requests/{id}">""", visitor.Source, StringComparison.Ordinal);
        Assert.DoesNotContain(Script, visitor.Source, StringComparison.Ordinal);
        await visitor.GetAsync("/staff/requests/" + id);
        Assert.DoesNotContain(Script, visitor.Source, StringComparison.Ordinal);
        Assert.Contains("Ann " + Script, visitor.Page, StringComparison.Ordinal);
        Assert.Contains("ssh-ed25519, 256 bits", visitor.Page, StringComparison.Ordinal);
        Assert.Contains(keys.Fingerprint, visitor.Page, StringComparison.Ordinal);
        Assert.Contains("wanted.one is free.", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"tag stop\"", visitor.Source, StringComparison.Ordinal);

        // A name that is taken is refused, and what was typed stays; a page that was open for too long decides nothing.
        await visitor.PostAsync($"/staff/requests/{id}?handler=Approve", ("userName", "10042-x"), ("seen", Seen(visitor)));
        Assert.Contains("role=\"alert\"", visitor.Source, StringComparison.Ordinal);
        Assert.Contains("value=\"10042-x\"", visitor.Source, StringComparison.Ordinal);
        await visitor.PostAsync($"/staff/requests/{id}?handler=Approve", ("seen", "1"));
        Assert.Contains("has changed since you looked at it", visitor.Page, StringComparison.Ordinal);

        var answer = await visitor.PostAsync($"/staff/requests/{id}?handler=Approve", ("userName", "given.one"), ("start", "/cdr"), ("label", "laptop"), ("seen", Seen(visitor)));
        Assert.Equal((HttpStatusCode.Redirect, $"/staff/requests/{id}?done=RequestApproved"), (answer.Status, answer.Location));
        await visitor.GetAsync(answer.Location!);
        Assert.Contains("the set-up mail is on its way", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=Approve", visitor.Source, StringComparison.Ordinal);

        var login = await server.JsonAsync("login", "show", "given.one");
        Assert.Equal(("/cdr", "192.0.2.0/24"), (Text(login, "startDirectory"), login.GetProperty("allowFrom")[0].GetString()));
        var key = (await server.JsonAsync("key", "list", "given.one"))[0];
        Assert.Equal((keys.Fingerprint, "laptop"), (Text(key, "sha256"), Text(key, "label")));
        Assert.True(Directory.Exists(Path.Combine(server.Data, "vaults", PortalServer.Account, "cdr")));
        var shown = await server.JsonAsync("request", "show", id);
        Assert.Equal("approved", Text(shown.GetProperty("request"), "state"), ignoreCase: true);
        Assert.StartsWith("role", Text(shown.GetProperty("request"), "decidedBy"), StringComparison.Ordinal);
        await MailAsync(server, email, "given.one");
    }

    [Fact]
    public async Task Asking_rejecting_reopening_and_sending_again_need_their_words_and_are_in_the_history()
    {
        var email = Email();
        var id = await AddAsync(server, await RequestKeys.MakeAsync(), email, "--name", "Bo Field");
        using var visitor = await SignUp.WithAsync(server, "--provider", "administrator");
        var page = "/staff/requests/" + id;
        await visitor.GetAsync(page);
        await visitor.PostAsync(page + "?handler=Ask", ("question", " "));
        Assert.Contains("""id="question-error">Write what you want to know.""", visitor.Source, StringComparison.Ordinal);

        // What a person sent by phone or mail and staff copied: it is neither kept nor mailed, and refused from now on.
        var sent = await RequestKeys.MakeAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.PostAsync(page + "?handler=Ask", ("question", "Is this yours?\n" + sent.OpenSsh))).Status);
        Assert.Contains("holds a private key. Nothing of it was kept", visitor.Page, StringComparison.Ordinal);
        Assert.Contains((await server.JsonAsync("key", "burnt", "list")).EnumerateArray(), each => Text(each, "sha256") == sent.Fingerprint);
        await visitor.GetAsync(page);
        Assert.DoesNotContain("Is this yours?", visitor.Page, StringComparison.Ordinal);
        await GoAsync(visitor, page + "?handler=Ask", "The question is on its way.", ("question", "Which of your two offices?"));
        Assert.Contains("Which of your two offices?", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(page + "?handler=Reject", ("reason", ""));
        Assert.Contains("Say why: the person is told it.", visitor.Page, StringComparison.Ordinal);
        await GoAsync(visitor, page + "?handler=Reject", "Rejected.", ("reason", "Not a <b>customer</b>"));
        Assert.DoesNotContain("<b>customer", visitor.Source, StringComparison.Ordinal);
        await GoAsync(visitor, page + "?handler=Resend", "The mail is on its way again.");
        await GoAsync(visitor, page + "?handler=Reopen", "It is open again.");
        foreach (var word in (string[])["asked back", "rejected", "mail sent again", "opened again", $"to {email}: the question."])
        {
            Assert.Contains(word, visitor.Page[visitor.Page.IndexOf("id=\"history\"", StringComparison.Ordinal)..], StringComparison.Ordinal);
        }

        Assert.Equal("open", Text((await server.JsonAsync("request", "show", id)).GetProperty("request"), "state"), ignoreCase: true);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/staff/requests/CCCC-2222")).Status);
        using var auditor = await SignUp.WithAsync(server, "--provider", "auditor");
        await auditor.GetAsync(page);
        Assert.DoesNotContain("handler=", auditor.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replacement_key_is_approved_only_with_how_the_person_was_verified()
    {
        var (old, fresh) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
        await server.CommandAsync("login", "add", "lostkey", "--account", PortalServer.Account);
        await server.CommandAsync("key", "add", "lostkey", server.Directory.Write("lostkey.pub", old.Line + "\n"));
        var id = await AddAsync(server, fresh, Email(), "--name", "Cy Lost", "--replace-key", "lostkey");
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync("/staff/requests/" + id);
        Assert.Contains("Call the customer back at a number that you know", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync($"/staff/requests/{id}?handler=Approve", ("seen", Seen(visitor)), ("verified", ""));
        Assert.Contains("""id="verified-error">Say how you made sure who the person is.""", visitor.Source, StringComparison.Ordinal);
        Assert.Single((await server.JsonAsync("key", "list", "lostkey")).EnumerateArray());
        await GoAsync(visitor, $"/staff/requests/{id}?handler=Approve", "the new key is installed", ("seen", Seen(visitor)), ("verified", "called Ann at the number of the contract"), ("revokeOthers", "true"));
        Assert.Contains("called Ann at the number of the contract", visitor.Page, StringComparison.Ordinal);
        var keys = (await server.JsonAsync("key", "list", "lostkey")).EnumerateArray().ToDictionary(key => Text(key, "sha256"), key => key.GetProperty("revoked").ValueKind == JsonValueKind.Null);
        Assert.Equal((false, true), (keys[old.Fingerprint], keys[fresh.Fingerprint]));
    }

    [Fact]
    public async Task The_queue_is_filtered_by_state_and_searched_by_what_people_name()
    {
        var email = Email();
        var id = await AddAsync(server, await RequestKeys.MakeAsync(), email, "--name", "Di Search", "--company", "Zebra & Sons <Ltd>");
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        foreach (var (query, isFound) in ((string, bool)[])
            [
                ("q=" + id.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant(), true), ("q=zebra+%26+s", true), ("q=" + email.ToUpperInvariant(), true), ("q=" + email[..6], true),
                ("q=sons", false), ("q=ze", false), ("q=zebra&state=Open", true), ("q=zebra&state=Rejected", false), ("state=Open", true), ("state=Approved", false), ("state=nonsense", true),
                ("after=nonsense", true), ("after=open-999999999", false),
            ])
        {
            Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/staff/requests?" + query)).Status);
            Assert.True(isFound == visitor.Source.Contains($"/staff/requests/{id}\"", StringComparison.Ordinal), query);
        }
    }

    [Fact]
    public async Task An_invitation_sends_the_link_to_the_form_shows_it_nowhere_and_can_be_withdrawn()
    {
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync("/staff/requests/invite");
        await visitor.PostAsync("/staff/requests/invite", ("account", "99999"), ("email", "x@example.com"), ("days", "soon"));
        Assert.Contains("Give a number of days", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync("/staff/requests/invite", ("account", "99999"), ("email", "x@example.com"));
        Assert.Contains("""id="account-error">There is no account of that number.""", visitor.Source, StringComparison.Ordinal);
        var email = Email();
        await visitor.PostAsync("/staff/requests/invite", ("account", PortalServer.Account), ("email", email), ("name", "Ed Invited"), ("feeds", "cdr"), ("days", "3"));
        var link = await MailBox.LinkAsync(server, email);
        Assert.DoesNotContain("/l/", visitor.Source, StringComparison.Ordinal);
        using var client = server.Client();
        var form = await client.GetStringAsync(link);
        Assert.Contains("value=\"Ed\"", form, StringComparison.Ordinal);
        Assert.Contains(PortalServer.Account, form, StringComparison.Ordinal);

        // It waits for an answer; withdrawn, its link opens nothing.
        Assert.Contains(email, visitor.Page, StringComparison.Ordinal);
        var waiting = (await server.JsonAsync("request", "invitations", "--account", PortalServer.Account)).EnumerateArray().Single(each => Text(each, "email") == email);
        await GoAsync(visitor, "/staff/requests/invite?handler=Withdraw", "The invitation is withdrawn.", ("id", waiting.GetProperty("id").ToString()));
        Assert.DoesNotContain(email, visitor.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(link)).StatusCode);
        await visitor.PressAsync("/staff/requests/invite?handler=Withdraw&id=" + waiting.GetProperty("id"));
        Assert.Contains("That invitation waits no more", visitor.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_only_a_file_under_a_passphrase_claims_is_taken_once_its_refusal_is_lifted()
    {
        var keys = await RequestKeys.MakeAsync();
        var id = await AddAsync(server, keys, Email(), "--name", "Kay Claimed", "--user", "kay.claimed");
        await server.RefusedAsync("key", "add", await AnyLoginAsync(), server.Directory.Write("claimed.ppk", keys.Ppk));
        using var visitor = await SignUp.WithAsync(server, "--provider", "support");
        await visitor.GetAsync("/staff/requests/" + id);
        Assert.Contains("Take the key all the same", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync($"/staff/requests/{id}?handler=Lift", ("key", keys.Fingerprint));
        Assert.Contains("Say why: it is recorded.", visitor.Page, StringComparison.Ordinal);
        await GoAsync(visitor, $"/staff/requests/{id}?handler=Lift", "The key is no longer refused.", ("key", keys.Fingerprint), ("why", "called: they sent nothing"));
        Assert.DoesNotContain("Take the key all the same", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("called: they sent nothing", await server.CommandAsync("audit", "search", "--action", "key-burnt-lifted"), StringComparison.Ordinal);
        await GoAsync(visitor, $"/staff/requests/{id}?handler=Approve", "the set-up mail is on its way", ("seen", Seen(visitor)));
    }

    [Fact]
    public async Task Where_two_persons_decide_the_second_one_does_and_a_mail_that_did_not_get_away_is_tried_again()
    {
        await using var strict = new PortalServer { Settings = ["Onboarding:TwoPersons=true", "Smtp:Host=127.0.0.1", $"Smtp:Port={Ports.Free()}"] };
        await strict.InitializeAsync();
        var email = Email();
        var id = await AddAsync(strict, await RequestKeys.MakeAsync(), email, "--name", "Flo Two");
        using var first = await SignUp.WithAsync(strict, "--provider", "support");
        using var second = await SignUp.WithAsync(strict, "--provider", "support");
        await first.GetAsync("/staff/requests/" + id);
        await GoAsync(first, $"/staff/requests/{id}?handler=Approve", "A second person must approve it too", ("seen", Seen(first)));
        await first.PostAsync($"/staff/requests/{id}?handler=Approve", ("seen", Seen(first)));
        Assert.Contains("a second person must", first.Page, StringComparison.Ordinal);
        await strict.RefusedAsync("login", "show", PortalServer.Account);
        await second.GetAsync("/staff/requests/" + id);
        Assert.Contains("Approve as the second person", second.Page, StringComparison.Ordinal);
        await GoAsync(second, $"/staff/requests/{id}?handler=Approve", "the set-up mail is on its way", ("seen", Seen(second)));
        await strict.CommandAsync("login", "show", PortalServer.Account);

        // Nothing listens where the mail server should be.
        var waited = System.Diagnostics.Stopwatch.StartNew();
        for (Match? retry = null; retry is not { Success: true };)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), second.Page);
            await Task.Delay(200, TestContext.Current.CancellationToken);
            await second.GetAsync("/staff/notifications?state=waiting");
            retry = Retry().Match(second.Source);
            if (retry.Success)
            {
                Assert.Contains(email, second.Page, StringComparison.Ordinal);
                await GoAsync(second, "/staff/notifications?handler=Retry", "It is tried again now.", ("id", retry.Groups[1].Value), ("state", "Waiting"));
                Assert.Contains("notification-retried", await strict.CommandAsync("audit", "search", "--action", "notification-retried"), StringComparison.Ordinal);
            }
        }

        await second.GetAsync($"/staff/notifications?state=waiting&account={PortalServer.Account}");
        Assert.Contains(email, second.Page, StringComparison.Ordinal);
        await second.PressAsync("/staff/notifications?handler=Retry&id=999999");
        Assert.Contains("There is no notification 999999", second.Page, StringComparison.Ordinal);
        await second.GetAsync("/staff/notifications?state=dead&account=nosuch");
        Assert.Contains("There is none.", second.Page, StringComparison.Ordinal);
    }

    private static string Email() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"asks{Interlocked.Increment(ref _requests)}@decide.example");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private async Task<string> AnyLoginAsync()
    {
        await server.CommandAsync("account", "add", "73901", "--name", "Claims Ltd");
        await server.CommandAsync("login", "add", "73901", "--account", "73901");
        return "73901";
    }

    private static string Seen(Visitor visitor) => SeenValue().Match(visitor.Source).Groups[1].Value;

    /// <summary>A complete request, which waits for a decision.</summary>
    private static async Task<string> AddAsync(PortalServer server, RequestKeys keys, string email, params string[] more) => Text((await server.JsonAsync(
        [
            "request", "add", "--email", email, "--key", server.Directory.Write($"{email}.pub", keys.Line + "\n"), .. more.Contains("--company") ? (string[])[] : ["--company", "Interop Ltd"],
            "--account", PortalServer.Account, .. more,
        ])).GetProperty("request"), "reference");

    /// <summary>Sends a form, and goes to the page that shows what it did.</summary>
    private static async Task GoAsync(Visitor visitor, string action, string notice, params (string, string)[] fields)
    {
        var answer = await visitor.PostAsync(action, fields);
        Assert.True(answer.Status == HttpStatusCode.Redirect, visitor.Page);
        await visitor.GetAsync(answer.Location!);
        Assert.Contains(notice, Status().Match(visitor.Page).Value, StringComparison.Ordinal);
    }

    private static async Task MailAsync(PortalServer server, string address, string words)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        var folder = Path.Combine(server.Data, "mail");
        while (!Directory.Exists(folder) || !Directory.GetFiles(folder, "*.eml").Any(file => File.ReadAllText(file) is var mail && mail.Contains($"To: {address}", StringComparison.OrdinalIgnoreCase)
            && MailBox.Decode(mail).Contains(words, StringComparison.Ordinal)))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"no mail to {address} with {words}");
            await Task.Delay(100);
        }
    }

    [GeneratedRegex("""<p class="done" role="status">[^<]+""")]
    private static partial Regex Status();

    [GeneratedRegex("""name="seen" value="(\d+)""")]
    private static partial Regex SeenValue();

    [GeneratedRegex("""name="id" value="(\d+)""")]
    private static partial Regex Retry();
}
