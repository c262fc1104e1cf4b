using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
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
        var devices = await page.Context.NewCDPSessionAsync(page);
        await devices.SendAsync("WebAuthn.enable");
        var device = (await devices.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2", ["transport"] = "internal", ["hasResidentKey"] = true, ["hasUserVerification"] = true, ["isUserVerified"] = true, ["automaticPresenceSimulation"] = true,
            },
        }))!.Value.GetProperty("authenticatorId").GetString()!;
        await page.Context.AddCookiesAsync([new Microsoft.Playwright.Cookie { Name = Visitor.Cookie, Value = person.Session!, Url = server.Url, Secure = true, HttpOnly = true }]);

        await page.GotoAsync(server.Url + "/home/passkeys");
        await page.GetByLabel("Name").FillAsync("My <b>telephone</b>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await page.GetByText("The passkey is added.").WaitForAsync();
        await page.GetByRole(AriaRole.Cell, new() { Name = "My <b>telephone</b>" }).WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).WaitForAsync();

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
        await page.WaitForURLAsync("**/home");
        Assert.Contains(PasskeyChallenges.Cookie + "=", cookies, StringComparison.Ordinal);

        // The same body again, with the cookies that went with it; then without the challenge.
        var challenge = cookies!.Split("; ").Single(static each => each.StartsWith(PasskeyChallenges.Cookie, StringComparison.Ordinal));
        foreach (var again in (string[])[cookies, cookies.Replace(challenge, "a=b", StringComparison.Ordinal)])
        {
            var (status, text) = await ReplayAsync(again, sent!.PostData!);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Contains("This passkey does not sign in here.", text, StringComparison.Ordinal);
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

        // An answer that another site had asked for.
        await page.UnrouteAsync("**/sign-in?handler=Passkey");
        await page.RouteAsync("**/sign-in?handler=Passkey", route => route.ContinueAsync(new() { PostData = System.Text.Encoding.UTF8.GetBytes(Elsewhere(route.Request.PostData!)) }));
        await SignInAsync(page);
        await page.GetByText("This passkey does not sign in here.").WaitForAsync();
        await page.UnrouteAsync("**/sign-in?handler=Passkey");

        // Removed it opens nothing, though the device still has it.
        await SignInAsync(page);
        await page.WaitForURLAsync("**/home");
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
    public async Task Without_script_no_button_is_shown_that_would_do_nothing()
    {
        await using var browser = await Browser.StartAsync();
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, [], script: false);
        await page.GotoAsync(server.Url + "/sign-in");
        Assert.True(await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).IsVisibleAsync());
        Assert.False(await page.Locator("[data-passkey]").IsVisibleAsync());
    }

    [Fact]
    public void A_challenge_is_for_one_purpose_five_minutes_and_one_answer_and_so_many_are_remembered()
    {
        var clock = new Clock();
        var challenges = new PasskeyChallenges(new EphemeralDataProtectionProvider(), clock);
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
        Assert.Null(new PasskeyChallenges(new EphemeralDataProtectionProvider(), clock).Take(Answer(), "sign in"));
        Assert.Equal("state", challenges.Take(Answer(), "sign in"));
        Assert.True(challenges.Use("state"));
        Assert.False(challenges.Use("state"));
        for (var i = 1; i < PortalLimits.PasskeyChallenges; i++)
        {
            Assert.True(challenges.Use(FormattableString.Invariant($"{i}")));
        }

        Assert.False(challenges.Use("one more"));
        clock.Now += PortalLimits.PasskeyChallengeTime;
        Assert.Null(challenges.Take(Answer(), "sign in"));
        Assert.True(challenges.Use("one more"));
    }

    private async Task SignInAsync(IPage page)
    {
        await page.GotoAsync(server.Url + "/sign-in");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
    }

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

    /// <summary>The same form with another origin in what the browser says that it was asked.</summary>
    private static string Elsewhere(string body) => string.Join('&', body.Split('&').Select(static field =>
    {
        if (!field.StartsWith("credential=", StringComparison.Ordinal))
        {
            return field;
        }

        var json = System.Text.Json.Nodes.JsonNode.Parse(WebUtility.UrlDecode(field["credential=".Length..]))!;
        var asked = System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(json["response"]!["clientDataJSON"]!.GetValue<string>()));
        Assert.Contains("https://localhost:", asked, StringComparison.Ordinal);
        json["response"]!["clientDataJSON"] = System.Buffers.Text.Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes(asked.Replace("https://localhost:", "https://evil.example:", StringComparison.Ordinal)));
        return "credential=" + WebUtility.UrlEncode(json.ToJsonString());
    }));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2027, 1, 31, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
