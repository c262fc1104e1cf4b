using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>What protects the pages.</summary>
public sealed class SecurityTests(PortalServer server)
{
    public static TheoryData<string> Addresses => ["/", "/guide", "/host-keys", "/certificates", "/healthz", "/tls/root.pem", "/nothing/here", "/l/x", "/v1/nothing", "/theme", "/assets/none.css"];

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Every_answer_has_the_headers_errors_too(string path)
    {
        using var client = server.Client();
        using var answer = await client.GetAsync(path);
        AssertHeaders(answer);
    }

    [Fact]
    public async Task Answers_to_those_who_are_signed_in_have_them_too_and_no_script_and_no_style_of_their_own()
    {
        using var administrator = await SignUp.WithAsync(server, "--provider", "administrator");
        foreach (var path in (string[])["/home", "/staff", "/staff/audit", "/staff/accounts/nobody", "/staff/audit/export"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            using var answer = await administrator.RawAsync(request);
            AssertHeaders(answer);

            // The export is a file, with whatever people have called their things.
            var page = answer.Content.Headers.ContentType?.MediaType == "text/html" ? await answer.Content.ReadAsStringAsync() : "";
            Assert.DoesNotMatch(OwnScriptOrStyle, page);
        }

        var token = (await server.CommandAsync("token", "add", "headers", "--scope", "accounts:read", "--days", "1")).Trim();
        using var client = server.Client();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var accounts = await client.GetAsync("/v1/accounts");
        Assert.Equal(HttpStatusCode.OK, accounts.StatusCode);
        AssertHeaders(accounts);
    }

    private const string OwnScriptOrStyle = @"<style|\sstyle=|\son\w+=|javascript:|<script(?![^>]+src=)";

    private static void AssertHeaders(HttpResponseMessage answer)
    {
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.StartsWith("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Opener-Policy")));
        Assert.Contains("camera=()", Assert.Single(answer.Headers.GetValues("Permissions-Policy")), StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("X-Powered-By"));
    }

    [Fact]
    public async Task Pages_have_no_script_and_no_style_of_their_own()
    {
        using var client = server.Client();
        foreach (var path in (string[])["/", "/guide", "/host-keys", "/certificates", "/nothing"])
        {
            var page = await (await client.GetAsync(path)).Content.ReadAsStringAsync();
            Assert.DoesNotMatch(OwnScriptOrStyle, page);
        }
    }

    [Fact]
    public async Task Assets_are_kept_for_good_under_the_name_of_their_content()
    {
        using var client = server.Client();
        var page = await client.GetStringAsync("/");
        var names = System.Text.RegularExpressions.Regex.Matches(page, "/assets/[^\"]+").Select(match => match.Value).Distinct().ToList();
        Assert.Equal(4, names.Count);
        foreach (var name in names)
        {
            using var answer = await client.GetAsync(name);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains(answer.Headers.CacheControl!.Extensions, extension => extension.Name == "immutable");
        }
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused_and_with_it_the_theme_is_set()
    {
        using var client = server.Client();
        var page = await client.GetStringAsync("/");
        Assert.Contains("data-theme=\"auto\"", page, StringComparison.Ordinal);
        using var forged = await client.PostAsync("/theme", new FormUrlEncodedContent([new("theme", "dark"), new("back", "/guide")]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        Assert.Contains("That did not work", await forged.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(forged.Headers.Contains("Set-Cookie") && forged.Headers.GetValues("Set-Cookie").Any(cookie => cookie.StartsWith("waybill-theme", StringComparison.Ordinal)));

        var token = PortalServer.FormToken(page, "/theme");
        using var answer = await client.PostAsync("/theme", new FormUrlEncodedContent([new("theme", "dark"), new("back", "/guide"), new("__RequestVerificationToken", token)]));
        Assert.Equal((HttpStatusCode.Redirect, "/guide"), (answer.StatusCode, answer.Headers.Location!.OriginalString));
        Assert.Contains("data-theme=\"dark\"", await client.GetStringAsync("/guide"), StringComparison.Ordinal);

        // Nobody is sent to another site.
        foreach (var away in (string[])["https://evil.example/", "//evil.example/", "/\\evil.example", ""])
        {
            using var redirected = await client.PostAsync("/theme", new FormUrlEncodedContent([new("theme", "light"), new("back", away), new("__RequestVerificationToken", token)]));
            Assert.Equal("/", redirected.Headers.Location!.OriginalString);
        }

        // The token of one browser is none for another.
        using var other = server.Client();
        await other.GetStringAsync("/");
        using var stolen = await other.PostAsync("/theme", new FormUrlEncodedContent([new("theme", "dark"), new("__RequestVerificationToken", token)]));
        Assert.Equal(HttpStatusCode.BadRequest, stolen.StatusCode);
    }

    [Fact]
    public async Task Cookies_are_for_this_host_alone_and_for_no_script()
    {
        using var client = server.Client(cookies: false);
        using var answer = await client.GetAsync("/");
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        foreach (var part in (string[])["__Host-waybill-form=", "path=/", "secure", "httponly", "samesite=strict"])
        {
            Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain("domain", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_is_not_there_is_a_page_for_people_and_problem_json_for_programs()
    {
        using var client = server.Client();
        foreach (var path in (string[])["/nothing", "/links/retention/x", "/LINKS/retention/x", "/problem", "/l/", "/l/" + new string('A', 43), "/l/../guide/x", "/index", "/_Layout", "/Pages/Index.cshtml", "/%2e%2e/waybill.json"])
        {
            using var answer = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            Assert.Contains("There is nothing here", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var api = await client.GetAsync("/v1/nothing");
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (api.StatusCode, api.Content.Headers.ContentType!.MediaType));
        Assert.Equal(404, JsonDocument.Parse(await api.Content.ReadAsStringAsync()).RootElement.GetProperty("status").GetInt32());
        using var posted = await client.PostAsync("/host-keys", new FormUrlEncodedContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, posted.StatusCode);
    }

    [Fact]
    public async Task A_form_with_the_token_that_the_page_does_not_take_is_refused()
    {
        using var visitor = new Visitor(server);
        foreach (var page in (string[])["/host-keys", "/certificates", "/guide"])
        {
            await visitor.GetAsync(page);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await visitor.PressAsync(page)).Status);
            Assert.Contains("There is nothing here", visitor.Page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable SYSLIB0039, CA5397 // That they are refused is what is tested.
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore SYSLIB0039, CA5397
    public async Task TLS_is_1_2_or_1_3_with_the_whole_chain(SslProtocols protocol, bool accepted)
    {
        using var socket = await PortalServer.ConnectAsync(PortalServer.Address(), server.Port);
        var sent = 0;
        await using var ssl = new SslStream(new NetworkStream(socket), false, (_, _, chain, errors) =>
        {
            sent = chain!.ChainPolicy.ExtraStore.Count;
            return errors == SslPolicyErrors.None;
        });
        var handshake = ssl.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocol,
            CertificateChainPolicy = server.Trust(),
        });
        if (accepted)
        {
            await handshake;
            Assert.Equal(protocol, ssl.SslProtocol);
            Assert.True(sent >= 1, "the root was not sent along");
        }
        else
        {
            await Assert.ThrowsAnyAsync<Exception>(() => handshake);
        }
    }

    [Fact]
    public async Task A_host_name_of_the_clients_choice_appears_nowhere()
    {
        await using var stream = await server.HandshakeAsync(PortalServer.Address());
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_HTTP_gets_no_answer()
    {
        using var socket = await PortalServer.ConnectAsync(PortalServer.Address(), server.Port);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        var buffer = new byte[4096];
        var length = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.DoesNotContain("HTTP/1.1 200", Encoding.ASCII.GetString(buffer, 0, length), StringComparison.Ordinal);
    }
}
