using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>From the link that a command prints to a session of one's own, and what keeps others out of it.</summary>
public sealed partial class SignInTests(PortalServer server)
{
    private const string Password = "seven green lanterns";

    private static int _people;

    [Fact]
    public async Task Whoever_gets_a_link_signs_up_signs_out_and_signs_in_again_with_another_session_at_each_step()
    {
        var (email, link) = await InviteAsync("Ann <b>Lee</b>");
        using var visitor = new Visitor(server);

        // Scanners open links; that neither uses anything up nor shows a secret.
        for (var i = 0; i < 3; i++)
        {
            var looked = await visitor.GetAsync(link);
            Assert.Equal((HttpStatusCode.OK, true), (looked.Status, looked.IsNotStored));
        }

        Assert.Contains("Ann <b>Lee</b>", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Lee", visitor.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("otpauth", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.ForgeAsync(link, ("step", "begin"), ("password", Password), ("again", Password))).Status);

        // What is wrong stands beside its field, and a form without a password, as a scanner sends it, shows no secret.
        await visitor.GetAsync(link);
        await visitor.PostAsync(link, ("step", "begin"));
        Assert.Contains("12 are the least", Error(visitor, "password"), StringComparison.Ordinal);
        await visitor.PostAsync(link, ("step", "begin"), ("password", Password), ("again", Password + "x"));
        Assert.Contains("This is not the same password.", Error(visitor, "again"), StringComparison.Ordinal);
        Assert.DoesNotContain("otpauth", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(link, ("step", "begin"), ("password", Password), ("again", Password));
        var secret = Secret().Match(visitor.Page).Groups[1].Value;
        Assert.Contains($"secret={secret}&issuer=Example%20Telecom", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("viewBox=", visitor.Source, StringComparison.Ordinal);
        var kept = Assert.Single(visitor.SetCookies, static cookie => cookie.StartsWith("__Host-waybill-sign-up-", StringComparison.Ordinal));
        foreach (var flag in (string[])["path=/", "secure", "httponly", "samesite=strict"])
        {
            Assert.Contains(flag, kept, StringComparison.OrdinalIgnoreCase);
        }

        // The authenticator is this browser's alone: another one that goes the same way has another.
        using var scanner = new Visitor(server);
        await scanner.GetAsync(link);
        Assert.DoesNotContain("otpauth", scanner.Page, StringComparison.Ordinal);
        await scanner.PostAsync(link, ("step", "begin"), ("password", Password), ("again", Password));
        var seen = Secret().Match(scanner.Page).Groups[1].Value;
        Assert.NotEqual(secret, seen);
        await visitor.PostAsync(link, ("step", "finish"), ("code", OneTimeCode.Of(seen)));
        Assert.Contains("The code does not fit.", Error(visitor, "code"), StringComparison.Ordinal);
        Assert.Equal(secret, Secret().Match(visitor.Page).Groups[1].Value);
        await visitor.GetAsync(link);
        Assert.Equal(secret, Secret().Match(visitor.Page).Groups[1].Value);
        Assert.DoesNotContain(Password, visitor.Page, StringComparison.Ordinal);
        Assert.Null(visitor.Session);

        // Whoever mistyped the password goes back to it, and has another authenticator then.
        await visitor.PostAsync(link, ("step", "anew"));
        await visitor.PostAsync(link, ("step", "finish"), ("code", OneTimeCode.Of(secret)));
        Assert.Contains("Begin again with the password.", visitor.Page, StringComparison.Ordinal);
        await visitor.PostAsync(link, ("step", "begin"), ("password", Password), ("again", Password));
        secret = Secret().Match(visitor.Page).Groups[1].Value;

        var signedUp = await visitor.PostAsync(link, ("step", "finish"), ("code", OneTimeCode.Of(secret)));
        Assert.Equal((HttpStatusCode.OK, true), (signedUp.Status, signedUp.IsNotStored));
        Assert.Equal(10, Codes(visitor).Distinct().Count());
        List<string> sessions = [visitor.Session!];
        foreach (var flag in (string[])["path=/", "secure", "httponly", "samesite=lax"])
        {
            Assert.Contains(flag, visitor.SetCookie, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotMatch("(?i)domain|max-age|expires", visitor.SetCookie!);

        // The link is used up; the codes are shown no second time.
        using var late = new Visitor(server);
        Assert.Equal(HttpStatusCode.NotFound, (await late.GetAsync(link)).Status);
        await visitor.GetAsync("/home");
        Assert.Contains("Administrator at Example Telecom", visitor.Page, StringComparison.Ordinal);
        Assert.Contains("10 of 10 are left.", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Lee", visitor.Source, StringComparison.Ordinal);
        Assert.Equal("active", (await server.JsonAsync("person", "show", email)).GetProperty("status").GetString());

        // Signed out here is signed out for whoever had copied the cookie.
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.ForgeAsync("/sign-out")).Status);
        await visitor.GetAsync("/home");
        Assert.Equal((HttpStatusCode.Redirect, "/"), Where(await visitor.PostAsync("/sign-out")));
        Assert.Null(visitor.Session);
        late.Session = sessions[0];
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), Where(await late.GetAsync("/home")));

        // The code that signed up counts no second time; the next one does.
        await visitor.GetAsync("/sign-in");
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in/code"), Where(await visitor.PostAsync("/sign-in", ("email", $" {email.ToUpperInvariant()} "), ("password", Password))));
        sessions.Add(visitor.Session!);
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), Where(await visitor.GetAsync("/home")));
        await visitor.GetAsync("/sign-in/code");
        var next = OneTimeCode.Of(secret, later: 1);
        Assert.Equal((HttpStatusCode.Redirect, "/home"), Where(await visitor.PostAsync("/sign-in/code", ("code", next))));
        sessions.Add(visitor.Session!);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/home")).Status);
        Assert.Equal(3, sessions.Distinct().Count());
        Assert.All(sessions, session => Assert.Equal(43, session.Length));

        // Neither what waited for the code nor the code itself opens anything any more.
        late.Session = sessions[1];
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in?over=true"), Where(await late.GetAsync("/sign-in/code")));
        await late.GetAsync("/sign-in");
        await late.PostAsync("/sign-in", ("email", email), ("password", Password));
        await late.GetAsync("/sign-in/code");
        Assert.Equal(HttpStatusCode.OK, (await late.PostAsync("/sign-in/code", ("code", next))).Status);
        Assert.Contains("or was used already", Error(late, "code"), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), Where(await late.GetAsync("/home")));
        Assert.Equal(2, (await server.JsonAsync("audit", "search", "--action", "sign-in", "--actor", email)).GetArrayLength());
    }

    [Fact]
    public async Task A_wrong_password_and_an_address_that_nobody_has_get_the_same_page_and_wait_alike()
    {
        var (email, _, _) = await SignedUpAsync("Bob");
        using var known = new Visitor(server);
        using var unknown = new Visitor(server);
        var stranger = email.Replace("person", "nobody", StringComparison.Ordinal);
        for (var i = 0; i < 7; i++)
        {
            await known.GetAsync("/sign-in");
            await unknown.GetAsync("/sign-in");
            Assert.Equal(HttpStatusCode.OK, (await known.PostAsync("/sign-in", ("email", email), ("password", "wrong"))).Status);
            Assert.Equal(HttpStatusCode.OK, (await unknown.PostAsync("/sign-in", ("email", stranger), ("password", "wrong"))).Status);
            Assert.Equal(Plain(known.Page), Plain(unknown.Page).Replace(stranger, email, StringComparison.Ordinal));
            Assert.Matches(i < 4 ? "Check both, also for capital letters" : i == 4 ? "The next try counts in" : "There were several tries", known.Page);
            Assert.Null(known.Session);
        }

        // Even the right password is not looked at then, but from elsewhere it is.
        await known.PostAsync("/sign-in", ("email", email), ("password", Password));
        Assert.Contains("There were several tries.", known.Page, StringComparison.Ordinal);
        using var elsewhere = new Visitor(server);
        await elsewhere.GetAsync("/sign-in");
        Assert.Equal("/sign-in/code", (await elsewhere.PostAsync("/sign-in", ("email", email), ("password", Password))).Location);
    }

    [Fact]
    public async Task A_session_that_is_ended_or_whose_person_is_suspended_is_over_with_the_next_click()
    {
        var (email, codes, first) = await SignedUpAsync("Cleo");
        using var own = first;
        using var other = new Visitor(server);
        await EnterAsync(other, email, codes[0]);
        await own.GetAsync("/home");
        Assert.Contains("9 of 10 are left.", own.Page, StringComparison.Ordinal);
        var numbers = Number().Matches(own.Page).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(2, numbers.Count);

        // Somebody else's session is none of mine.
        using var stranger = (await SignedUpAsync("Dan")).Visitor;
        await stranger.GetAsync("/home");
        foreach (var number in numbers)
        {
            Assert.Equal("/home", (await stranger.PostAsync("/home", ("session", number))).Location);
        }

        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/home")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await own.ForgeAsync("/home", ("session", numbers[0]))).Status);

        // The one used last stands first; each is ended by its button.
        await own.GetAsync("/home");
        var mine = Mine().Match(own.Page.ReplaceLineEndings(" ")).Groups[1].Value;
        Assert.Equal("/home", (await own.PostAsync("/home", ("session", numbers.Single(number => number != mine)))).Location);
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), Where(await other.GetAsync("/home")));
        await own.GetAsync("/home");
        Assert.Equal("/", (await own.PostAsync("/home", ("session", mine))).Location);
        Assert.Equal("/sign-in", (await own.GetAsync("/home")).Location);

        // What a form of an ended session would have done is not done: one is led to sign in.
        await stranger.GetAsync("/home");
        await server.CommandAsync("person", "suspend", PersonOf(stranger), "--reason", "test");
        Assert.Equal("/sign-in", (await stranger.PostAsync("/home", ("session", "1"))).Location);
        using var suspended = new Visitor(server);
        await suspended.GetAsync("/sign-in");
        await suspended.PostAsync("/sign-in", ("email", PersonOf(stranger)), ("password", Password));
        Assert.Contains("do not go together", suspended.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_for_people_lead_to_sign_in_and_back_and_to_no_other_site()
    {
        var (email, codes, first) = await SignedUpAsync("Eve");
        using var own = first;
        foreach (var path in RouteInventoryTests.SignedIn)
        {
            // Each from a source of its own: all together are more than one source may ask for at once.
            using var stranger = new Visitor(server);
            foreach (var forged in (string?[])[null, "x", new string('A', 43), own.Session![..^1] + (own.Session[^1] == 'A' ? 'B' : 'A'), own.Session + "A"])
            {
                stranger.Session = forged;
                var answer = await stranger.GetAsync(path + "?a=b");
                Assert.Equal((HttpStatusCode.Redirect, $"/sign-in?back={Uri.EscapeDataString(path + "?a=b")}"), Where(answer));
            }
        }

        // The way back goes through each step.
        using var visitor = new Visitor(server);
        await visitor.GetAsync("/sign-in?back=%2Fguide%3Fa%3Db");
        Assert.Contains("name=\"back\" value=\"/guide?a=b\"", visitor.Page, StringComparison.Ordinal);
        Assert.Equal("/sign-in/code?back=%2Fguide%3Fa%3Db", (await visitor.PostAsync("/sign-in", ("email", email), ("password", Password), ("back", "/guide?a=b"))).Location);
        await visitor.GetAsync("/sign-in/code?back=%2Fguide%3Fa%3Db");
        Assert.Equal("/guide?a=b", (await visitor.PostAsync("/sign-in/code", ("code", codes[0]), ("back", "/guide?a=b"))).Location);
        await visitor.GetAsync("/guide");
        Assert.Contains(">Eve</a>", visitor.Page, StringComparison.Ordinal);

        var used = 1;
        foreach (var away in (string[])["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "~//evil.example", "evil"])
        {
            using var victim = new Visitor(server);
            await victim.GetAsync("/sign-in?back=" + Uri.EscapeDataString(away));
            Assert.Contains("<input type=\"hidden\" name=\"back\">", victim.Page, StringComparison.Ordinal);
            Assert.Equal("/sign-in/code", (await victim.PostAsync("/sign-in", ("email", email), ("password", Password), ("back", away))).Location);
            await victim.GetAsync("/sign-in/code?back=" + Uri.EscapeDataString(away));
            Assert.Equal("/home", (await victim.PostAsync("/sign-in/code", ("code", codes[used++]), ("back", away))).Location);
            Assert.Equal("/home", (await victim.GetAsync("/sign-in?back=" + Uri.EscapeDataString(away))).Location);
        }
    }

    [Fact]
    public async Task A_planted_session_is_not_the_one_that_its_victim_signs_in_to()
    {
        var (email, codes, first) = await SignedUpAsync("Finn");
        first.Dispose();
        var (attackerEmail, attackerCodes, attacker) = await SignedUpAsync("Mallory");
        using var own = attacker;
        using var waiting = new Visitor(server);
        await waiting.GetAsync("/sign-in");
        await waiting.PostAsync("/sign-in", ("email", attackerEmail), ("password", Password));
        var planted = waiting.Session!;
        using var victim = new Visitor(server) { Session = planted };
        await EnterAsync(victim, email, codes[0]);
        Assert.NotEqual(planted, victim.Session);
        Assert.Equal("/sign-in", (await waiting.GetAsync("/home")).Location);

        // What waits for one person's code takes no other person's.
        await waiting.GetAsync("/sign-in/code");
        await waiting.PostAsync("/sign-in/code", ("code", codes[1]));
        Assert.Contains("does not fit", Error(waiting, "code"), StringComparison.Ordinal);
        Assert.Equal("/home", (await waiting.PostAsync("/sign-in/code", ("code", attackerCodes[0]))).Location);
        Assert.Equal("/sign-in?over=true", (await waiting.PostAsync("/sign-in/code", ("code", attackerCodes[0]))).Location);
    }

    [Fact]
    public async Task A_forgotten_password_is_set_anew_by_a_mailed_link_and_a_code_and_nobody_learns_who_there_is()
    {
        var (email, codes, first) = await SignedUpAsync("Gus");
        using var own = first;
        using var visitor = new Visitor(server);
        await visitor.GetAsync("/forgotten");
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.ForgeAsync("/forgotten", ("email", email))).Status);
        List<string> pages = [];
        foreach (var each in (string[])["nobody@example.com", "no address", email])
        {
            await visitor.GetAsync("/forgotten");
            Assert.Equal(HttpStatusCode.OK, (await visitor.PostAsync("/forgotten", ("email", each))).Status);
            pages.Add(Plain(visitor.Page));
        }

        Assert.Single(pages.Distinct());
        Assert.Contains("a link is on its way", pages[0], StringComparison.Ordinal);
        await visitor.GetAsync("/forgotten");
        await visitor.PostAsync("/forgotten", ("email", email));
        Assert.Contains("Links were asked for several times.", Error(visitor, "email"), StringComparison.Ordinal);

        var link = await MailBox.LinkAsync(server, email);
        await visitor.GetAsync(link);
        Assert.Contains("Gus, who signs in as", visitor.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await visitor.ForgeAsync(link)).Status);
        await visitor.GetAsync(link);
        const string Fresh = "three quiet harbours";
        await visitor.PostAsync(link, ("password", Fresh), ("again", "other"), ("code", codes[0]));
        Assert.Contains("not the same", Error(visitor, "again"), StringComparison.Ordinal);
        await visitor.PostAsync(link, ("password", "password1234"), ("again", "password1234"), ("code", codes[0]));
        Assert.Contains("tried first", Error(visitor, "password"), StringComparison.Ordinal);
        await visitor.PostAsync(link, ("password", Fresh), ("again", Fresh), ("code", "000000"));
        Assert.Contains("does not fit", Error(visitor, "code"), StringComparison.Ordinal);
        Assert.Null(visitor.Session);
        Assert.Equal("/home", (await visitor.PostAsync(link, ("password", Fresh), ("again", Fresh), ("code", codes[0]))).Location);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/home")).Status);

        // Used once; all that was signed in before is not any more, nor is the old password one.
        using var late = new Visitor(server);
        Assert.Equal(HttpStatusCode.NotFound, (await late.GetAsync(link)).Status);
        Assert.Equal("/sign-in", (await own.GetAsync("/home")).Location);
        await late.GetAsync("/sign-in");
        await late.PostAsync("/sign-in", ("email", email), ("password", Password));
        Assert.Contains("do not go together", late.Page, StringComparison.Ordinal);
        Assert.Equal("/sign-in/code", (await late.PostAsync("/sign-in", ("email", email), ("password", Fresh))).Location);
    }

    private async Task<(string Email, string Link)> InviteAsync(string name)
    {
        var email = string.Create(CultureInfo.InvariantCulture, $"person{Interlocked.Increment(ref _people)}@example.com");
        var added = await server.JsonAsync("person", "add", email, "--name", name, "--provider", "administrator");
        return (email, new Uri(added.GetProperty("signUpLink").GetString()!).PathAndQuery);
    }

    /// <summary>Somebody who has just signed up; the visitor is signed in.</summary>
    private async Task<(string Email, List<string> Codes, Visitor Visitor)> SignedUpAsync(string name)
    {
        var (email, link) = await InviteAsync(name);
        var visitor = new Visitor(server);
        await visitor.GetAsync(link);
        await visitor.PostAsync(link, ("step", "begin"), ("password", Password), ("again", Password));
        await visitor.PostAsync(link, ("step", "finish"), ("code", OneTimeCode.Of(Secret().Match(visitor.Page).Groups[1].Value)));
        return (email, Codes(visitor), visitor);
    }

    private static async Task EnterAsync(Visitor visitor, string email, string code)
    {
        await visitor.GetAsync("/sign-in");
        Assert.Equal("/sign-in/code", (await visitor.PostAsync("/sign-in", ("email", email), ("password", Password))).Location);
        await visitor.GetAsync("/sign-in/code");
        Assert.Equal("/home", (await visitor.PostAsync("/sign-in/code", ("code", code))).Location);
    }

    private static (HttpStatusCode, string?) Where(Visitor.Answer answer) => (answer.Status, answer.Location);

    private static List<string> Codes(Visitor visitor) => [.. Recovery().Matches(visitor.Page).Select(static match => match.Groups[1].Value)];

    private static string PersonOf(Visitor visitor) => Lead().Match(visitor.Page).Groups[1].Value;

    /// <summary>What stands beside a field.</summary>
    private static string Error(Visitor visitor, string field) => System.Text.RegularExpressions.Regex.Match(visitor.Page, $"""<p class="error" id="{field}-error">([^<]*)</p>""").Groups[1].Value;

    /// <summary>A page without what differs from one request to the next: tokens of forms, and seconds.</summary>
    private static string Plain(string page) => Seconds().Replace(FormTokens().Replace(page, ""), "");

    [GeneratedRegex("<code data-copy>([A-Z2-7]{32})</code>")]
    private static partial Regex Secret();

    [GeneratedRegex("<li><code>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code></li>")]
    private static partial Regex Recovery();

    [GeneratedRegex("""name="session" value="(\d+)""")]
    private static partial Regex Number();

    [GeneratedRegex("""\(this one\).*?name="session" value="(\d+)""")]
    private static partial Regex Mine();

    [GeneratedRegex("""<p class="lead">([^<]+)</p>""")]
    private static partial Regex Lead();

    [GeneratedRegex("""name="__RequestVerificationToken" type="hidden" value="[^"]+""")]
    private static partial Regex FormTokens();

    [GeneratedRegex(@"\d+ (s|minutes)\.")]
    private static partial Regex Seconds();
}
