using System.Net;
using System.Text.RegularExpressions;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>What people change about themselves: password, authenticator, recovery codes, language and time zone.</summary>
public sealed partial class OwnPageTests(PortalServer server)
{
    private static int _accounts;

    [Fact]
    public async Task A_password_is_changed_with_the_one_of_now_and_every_other_session_ends()
    {
        using var person = await SignUp.WithAsync(server, "--account", PortalServer.Account, "--role", "member");
        var before = person.Session;
        await person.GetAsync("/home/password");
        await person.PostAsync("/home/password", ("current", "wrong"), ("password", "nine blue kettles here"), ("again", "nine blue kettles here"));
        Assert.Contains("This is not your password.", person.Page, StringComparison.Ordinal);
        await person.PostAsync("/home/password", ("current", SignUp.Password), ("password", "short"), ("again", "short"));
        Assert.Contains("The password has 5 characters", person.Page, StringComparison.Ordinal);
        await person.PostAsync("/home/password", ("current", SignUp.Password), ("password", "nine blue kettles here"), ("again", "another"));
        Assert.Contains("id=\"again-error\"", person.Source, StringComparison.Ordinal);
        var changed = await person.PostAsync("/home/password", ("current", SignUp.Password), ("password", "nine blue kettles here"), ("again", "nine blue kettles here"));
        Assert.Equal((HttpStatusCode.Redirect, "/home?done=PasswordChanged"), (changed.Status, changed.Location));
        Assert.NotEqual(before, person.Session);
        await person.GetAsync(changed.Location!);
        Assert.Contains("Your password is changed.", person.Page, StringComparison.Ordinal);
        using var old = new Visitor(server) { Session = before };
        Assert.Equal(HttpStatusCode.Redirect, (await old.GetAsync("/home")).Status);
    }

    [Fact]
    public async Task A_new_authenticator_and_new_recovery_codes_are_set_up_and_shown_once()
    {
        using var person = await SignUp.WithAsync(server, "--account", PortalServer.Account, "--role", "member");
        await person.GetAsync("/home/authenticator");
        await person.PostAsync("/home/authenticator?handler=Begin");
        var secret = Secret().Match(person.Page).Groups[1].Value;
        await person.PostAsync("/home/authenticator?handler=Finish", ("code", "000000"));
        Assert.Contains("id=\"code-error\"", person.Source, StringComparison.Ordinal);
        Assert.Equal(secret, Secret().Match(person.Page).Groups[1].Value);
        await person.PostAsync("/home/authenticator?handler=Finish", ("code", OneTimeCode.Of(secret)));
        Assert.Equal(10, Code().Count(person.Page));
        var first = Code().Matches(person.Page).Select(static match => match.Value).ToList();
        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/home/codes")).Status);
        await person.PostAsync("/home/codes");
        Assert.Equal(10, Code().Count(person.Page));
        Assert.Empty(first.Intersect(Code().Matches(person.Page).Select(static match => match.Value)));
        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/home")).Status);
        Assert.Equal(0, Code().Count(person.Page));
    }

    [Fact]
    public async Task Who_has_not_shown_the_second_factor_lately_shows_it_first_and_goes_on_where_they_wanted()
    {
        var account = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{76000 + Interlocked.Increment(ref _accounts)}");
        await server.CommandAsync("account", "add", account, "--name", "Own Ltd");
        using var person = await SignUp.WithAsync(server, "--account", account, "--role", "member");
        await person.GetAsync("/home/authenticator");
        await person.PostAsync("/home/authenticator?handler=Begin");
        var secret = Secret().Match(person.Page).Groups[1].Value;
        await person.PostAsync("/home/authenticator?handler=Finish", ("code", OneTimeCode.Of(secret)));
        Assert.Equal(1, await server.TamperAsync($"""
            UPDATE portal_session SET confirmed_at = confirmed_at - 700000 WHERE person_id IN
              (SELECT r.person_id FROM person_role r JOIN account a ON a.id = r.account_id WHERE a.number = '{account}')
            """));
        foreach (var page in (string[])["password", "authenticator", "codes"])
        {
            Assert.Equal($"/home/confirm?back=%2Fhome%2F{page}", (await person.GetAsync("/home/" + page)).Location);
        }

        await person.GetAsync("/home");
        Assert.Equal("/home/confirm?back=%2Fhome%2Fcodes", (await person.PressAsync("/home/codes")).Location);
        await person.GetAsync("/home/confirm?back=https%3A%2F%2Fevil.example%2F");
        Assert.Contains("name=\"back\" value=\"/home\"", person.Source, StringComparison.Ordinal);
        await person.GetAsync("/home/confirm?back=%2Fhome%2Fcodes");
        await person.PostAsync("/home/confirm", ("code", "000000"), ("back", "/home/codes"));
        Assert.Contains("id=\"code-error\"", person.Source, StringComparison.Ordinal);
        var confirmed = await person.PostAsync("/home/confirm", ("code", OneTimeCode.Of(secret, later: 1)), ("back", "/home/codes"));
        Assert.Equal((HttpStatusCode.Redirect, "/home/codes"), (confirmed.Status, confirmed.Location));
        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/home/codes")).Status);
    }

    [Fact]
    public async Task Language_and_time_zone_are_set_and_what_is_none_is_said_beside_its_field()
    {
        using var person = await SignUp.WithAsync(server, "--account", PortalServer.Account, "--role", "member");
        await person.GetAsync("/home");
        Assert.Contains($"href=\"/account/{PortalServer.Account}\"", person.Source, StringComparison.Ordinal);
        await person.PostAsync("/home?handler=Preferences", ("zone", "Mars/Olympus"), ("language", "en"));
        Assert.Contains("id=\"zone-error\"", person.Source, StringComparison.Ordinal);
        Assert.Contains("value=\"Mars/Olympus\"", person.Source, StringComparison.Ordinal);
        Assert.Equal("/home?done=Preferences", (await person.PostAsync("/home?handler=Preferences", ("zone", "Asia/Tokyo"), ("language", "de-AT"))).Location);
        await person.GetAsync("/home");
        Assert.Contains("+09:00", person.Page, StringComparison.Ordinal);
        Assert.Contains("value=\"de-AT\"", person.Source, StringComparison.Ordinal);
    }

    [GeneratedRegex("<code data-copy>([A-Z2-7]{32})</code>")]
    private static partial Regex Secret();

    [GeneratedRegex("<li><code>[^<]+</code></li>")]
    private static partial Regex Code();
}
