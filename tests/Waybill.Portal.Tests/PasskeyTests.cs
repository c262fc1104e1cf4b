using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Waybill.Core;
using Waybill.Core.People;
using Waybill.Portal.Passkeys;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>Passkeys, with a real Chromium and its virtual authenticator.</summary>
public sealed class PasskeyTests(PortalServer server)
{
    [Fact]
    public async Task A_passkey_signs_in_without_a_password_once_for_each_challenge_until_it_is_removed()
    {
        using var person = await SignUp.WithAsync(server, "--account", PortalServer.Account, "--role", "member");
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        var (devices, device) = await DeviceAsync(page);
        await AddAsync(page, person, "My <b>telephone</b>");
        await SignOutAsync(page);

        // Signed in by the button alone; what was sent is kept.
        IRequest? sent = null;
        string? cookies = null;
        await page.RouteAsync("**/sign-in?handler=Passkey", async route =>
        {
            sent = route.Request;
            cookies = string.Join("; ", (await page.Context.CookiesAsync([server.Url])).Select(static cookie => $"{cookie.Name}={cookie.Value}"));
            await route.ContinueAsync();
        });
        await SignInAsync(page);
        await HomeAsync(page);
        Assert.Contains(PasskeyChallenges.Cookie + "=", cookies, StringComparison.Ordinal);

        // The same body again, with the cookies that went with it; then without the challenge. Of the authenticator's counter, which would tell too, nothing is known.
        await server.TamperAsync($"UPDATE person_passkey SET sign_count = 0 WHERE person_id = (SELECT id FROM person WHERE email = '{person.Email}')");
        var challenge = cookies!.Split("; ").Single(static each => each.StartsWith(PasskeyChallenges.Cookie, StringComparison.Ordinal));
        foreach (var (again, why) in ((string, string)[])
            [(cookies, "its challenge was answered before"), (cookies.Replace(challenge, "a=b", StringComparison.Ordinal), "no challenge of this browser waits for an answer")])
        {
            var (status, text) = await ReplayAsync(again, sent!.PostData!);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Contains("This passkey does not sign in here.", text, StringComparison.Ordinal);
            Assert.StartsWith("passkey: " + why, await RefusalAsync(person.Email), StringComparison.Ordinal);
        }

        // Whoever has the device and not its owner's finger.
        await SignOutAsync(page);
        await devices.SendAsync("WebAuthn.setUserVerified", new Dictionary<string, object> { ["authenticatorId"] = device, ["isUserVerified"] = false });
        await SignInAsync(page);
        await page.GetByText("That was stopped, took too long").WaitForAsync();

        // The same where a browser was made to ask for less: what it answers is signed and right in all else.
        await AskAsync(page, static options => options["userVerification"] = "discouraged");
        await SignInAsync(page);
        await page.GetByText("This passkey does not sign in here.").WaitForAsync();
        await devices.SendAsync("WebAuthn.setUserVerified", new Dictionary<string, object> { ["authenticatorId"] = device, ["isUserVerified"] = true });

        // A signed answer to another challenge.
        await AskAsync(page, static options => options["challenge"] = new string('A', 43));
        await SignInAsync(page);
        await page.GetByText("This passkey does not sign in here.").WaitForAsync();
        await page.UnrouteAsync("**/sign-in?handler=PasskeyOptions");

        await page.UnrouteAsync("**/sign-in?handler=Passkey");
        Assert.Contains("challenge", await RefusalAsync(person.Email), StringComparison.OrdinalIgnoreCase);

        // Removed it opens nothing, though the device still has it.
        await SignInAsync(page);
        await HomeAsync(page);
        await page.GotoAsync(server.Url + "/home/passkeys");
        await page.Locator("details.ask summary").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the passkey" }).ClickAsync();
        await page.GetByText("The passkey is removed.").WaitForAsync();
        await SignOutAsync(page);
        await SignInAsync(page);
        await page.GetByText("This passkey does not sign in here.").WaitForAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task An_answer_that_another_origin_asked_for_does_not_sign_in_though_all_of_it_is_signed()
    {
        using var person = await SignUp.WithAsync(server, "--account", PortalServer.Account, "--role", "member");
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await DeviceAsync(page);
        await AddAsync(page, person, "telephone");
        await SignOutAsync(page);

        // The same host, for which the passkey is, and another port: what a page there asks for the device signs.
        const string Elsewhere = "https://localhost:8443/";
        await page.RouteAsync(Elsewhere + "**", static route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<!doctype html><title>Elsewhere</title>" }));
        foreach (var asks in (string[])[Elsewhere, server.Url + "/guide"])
        {
            await page.GotoAsync(server.Url + "/sign-in");
            var options = await page.EvaluateAsync<string>(
                "async () => (await fetch('/sign-in?handler=PasskeyOptions', { method: 'POST', body: new URLSearchParams(new FormData(document.querySelector('[data-passkey]'))) })).text()");
            await page.GotoAsync(asks);
            var credential = await page.EvaluateAsync<string>(
                "async options => JSON.stringify(await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options)) }))", options);
            await page.GotoAsync(server.Url + "/sign-in");
            await page.EvaluateAsync("credential => { const form = document.querySelector('[data-passkey]'); form.elements.credential.value = credential; form.submit(); }", credential);
            if (asks == Elsewhere)
            {
                await page.GetByText("This passkey does not sign in here.").WaitForAsync();
                Assert.Contains("origin", await RefusalAsync(person.Email), StringComparison.OrdinalIgnoreCase);
            }
            else
            {
                await HomeAsync(page);
            }
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task A_passkey_confirms_its_own_person_before_they_change_how_they_sign_in_and_gets_another_name()
    {
        using var other = await SignUp.WithAsync(server, "--account", PortalServer.Account, "--role", "member");
        using var person = await SignUp.WithAsync(server, "--account", PortalServer.Account, "--role", "member");
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await DeviceAsync(page);
        await AddAsync(page, other, "the other's");
        var theirs = await page.Locator("input[name=passkey]").First.InputValueAsync();
        await AddAsync(page, person, "telephone");

        // Both passkeys are on this device; the other person's does not do, even if the browser is made to ask for it.
        await server.TamperAsync($"UPDATE portal_session SET confirmed_at = confirmed_at - 700000 WHERE person_id = (SELECT id FROM person WHERE email = '{person.Email}')");
        await page.RouteAsync("**/home/confirm?handler=PasskeyOptions", async route =>
        {
            var answer = await route.FetchAsync();
            var options = System.Text.Json.Nodes.JsonNode.Parse(await answer.TextAsync())!.AsObject();
            options["allowCredentials"]![0]!["id"] = theirs;
            await route.FulfillAsync(new() { Response = answer, Body = options.ToJsonString() });
        });
        await page.GotoAsync(server.Url + "/home/passkeys");
        var confirm = page.GetByRole(AriaRole.Button, new() { Name = "Confirm with a passkey" });
        await confirm.ClickAsync();
        await page.GetByText("This passkey is not one of yours").WaitForAsync();
        Assert.StartsWith("passkey: ", await RefusalAsync(other.Email), StringComparison.Ordinal);
        await page.UnrouteAsync("**/home/confirm?handler=PasskeyOptions");
        await confirm.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).WaitForAsync();
        await page.GetByText("Rename", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("New name").FillAsync("<b>laptop</b>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Rename the passkey" }).ClickAsync();
        await page.GetByText("The passkey has its new name.").WaitForAsync();
        Assert.Contains("<b>laptop</b>", await page.GetByRole(AriaRole.Table).InnerTextAsync(), StringComparison.Ordinal);
        await page.GetByText("Rename", new() { Exact = true }).ClickAsync();
        await page.GetByLabel("New name").FillAsync(" ");
        await page.GetByRole(AriaRole.Button, new() { Name = "Rename the passkey" }).ClickAsync();
        await page.GetByText("The name is empty.").WaitForAsync();
        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Without_script_no_button_is_shown_that_would_do_nothing()
    {
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, [], script: false);
        await page.GotoAsync(server.Url + "/sign-in");
        Assert.True(await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).IsVisibleAsync());
        Assert.False(await page.Locator("[data-passkey]").IsVisibleAsync());
    }

    [Fact]
    public async Task A_challenge_is_for_one_purpose_five_minutes_and_one_answer()
    {
        var clock = new Clock();
        await using var core = (await CoreServices.OpenAsync(server.Data, TimeProvider.System)).Value!;
        var (answered, protection) = (new AnsweredChallenges(core.Database, clock), new EphemeralDataProtectionProvider());
        var challenges = new PasskeyChallenges(protection, answered, clock);
        var asked = new DefaultHttpContext();
        challenges.Hand(asked, "sign in", "state");
        var set = asked.Response.Headers.SetCookie.ToString();
        foreach (var flag in (string[])["path=/", "secure", "httponly", "samesite=strict", "max-age=300"])
        {
            Assert.Contains(flag, set, StringComparison.OrdinalIgnoreCase);
        }

        DefaultHttpContext Answer()
        {
            var context = new DefaultHttpContext();
            context.Request.Headers.Cookie = set.Split(';')[0];
            return context;
        }

        Assert.Null(challenges.Take(Answer(), "add 1"));
        Assert.Null(new PasskeyChallenges(new EphemeralDataProtectionProvider(), answered, clock).Take(Answer(), "sign in"));
        Assert.Equal("state", challenges.Take(Answer(), "sign in"));

        // The answer may reach another process of the portal.
        var beside = new PasskeyChallenges(protection, answered, clock);
        Assert.Equal("state", beside.Take(Answer(), "sign in"));
        Assert.True(await beside.UseAsync("state"));
        Assert.False(await challenges.UseAsync("state"));
        clock.Now += PortalLimits.PasskeyChallengeTime;
        Assert.Null(challenges.Take(Answer(), "sign in"));
    }

    private async Task SignInAsync(IPage page)
    {
        await page.GotoAsync(server.Url + "/sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
    }

    /// <summary>Waits for the page of somebody who is signed in.</summary>
    private static Task HomeAsync(IPage page) => page.GetByRole(AriaRole.Heading, new() { Name = "Where you are signed in" }).WaitForAsync();

    /// <summary>Changes what the browser is asked.</summary>
    private static async Task AskAsync(IPage page, Action<System.Text.Json.Nodes.JsonObject> change)
    {
        await page.UnrouteAsync("**/sign-in?handler=PasskeyOptions");
        await page.RouteAsync("**/sign-in?handler=PasskeyOptions", async route =>
        {
            var answer = await route.FetchAsync();
            var options = System.Text.Json.Nodes.JsonNode.Parse(await answer.TextAsync())!.AsObject();
            change(options);
            await route.FulfillAsync(new() { Response = answer, Body = options.ToJsonString() });
        });
    }

    private static async Task SignOutAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).WaitForAsync();
    }

    private async Task<(HttpStatusCode Status, string Text)> ReplayAsync(string cookies, string body)
    {
        using var client = server.Client(cookies: false);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in?handler=Passkey") { Version = HttpVersion.Version20 };
        request.Headers.TryAddWithoutValidation("Cookie", cookies);
        request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>An authenticator that has its user's finger.</summary>
    private static async Task<(ICDPSession Devices, string Device)> DeviceAsync(IPage page)
    {
        var devices = await page.Context.NewCDPSessionAsync(page);
        await devices.SendAsync("WebAuthn.enable");
        return (devices, (await devices.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
            },
        }))!.Value.GetProperty("authenticatorId").GetString()!);
    }

    private async Task AddAsync(IPage page, Visitor person, string name)
    {
        await page.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = Visitor.Cookie, Value = person.Session!, Url = server.Url, Secure = true, HttpOnly = true }]);
        await page.GotoAsync(server.Url + "/home/passkeys");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await page.GetByText("The passkey is added.").WaitForAsync();
        Assert.Contains(name, await page.GetByRole(AriaRole.Table).InnerTextAsync(), StringComparison.Ordinal);
    }

    /// <summary>Why somebody was refused last, as the audit has it.</summary>
    private async Task<string> RefusalAsync(string email) =>
        (await server.JsonAsync("audit", "search", "--action", "sign-in-refused", "--actor", email, "--limit", "1"))[0].GetProperty("detail").GetString()!;

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2027, 1, 31, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
