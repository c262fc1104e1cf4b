using System.Net;
using System.Text;
using System.Text.Json;
using Waybill.Core.Onboarding.Mail;
using Waybill.Portal.Tests.Support;

namespace Waybill.Portal.Tests;

/// <summary>A mail of a customer that staff drop on their page.</summary>
public sealed class StaffMailTests(PortalServer server)
{
    private const string Page = "/staff/requests/mail";
    private const string Script = "<script>alert(1)</script>";

    [Fact]
    public async Task A_mail_becomes_a_request_and_twice_it_is_the_same_one()
    {
        var keys = await RequestKeys.MakeAsync();
        var email = Address();
        using var staff = await SignUp.WithAsync(server, "--provider", "support");
        var mail = Mail(email, $"Account number: 10042\r\nCompany: Interop {Script}\r\n\r\n{keys.Line}\r\n");
        await SendAsync(staff, mail);
        Assert.Contains("A new request waits for a decision", staff.Page, StringComparison.Ordinal);
        Assert.Contains(keys.Fingerprint, staff.Page, StringComparison.Ordinal);
        Assert.DoesNotContain(Script, staff.Source, StringComparison.Ordinal);
        var request = await RequestAsync(email);
        Assert.Equal(("open", "mail"), (Text(request, "state").ToLowerInvariant(), Text(request, "source").ToLowerInvariant()));
        Assert.Contains($">{Text(request, "reference")}</a>", staff.Source, StringComparison.Ordinal);
        Assert.Equal("10042", Text(request.GetProperty("details"), "account"));
        var row = Assert.Single((await server.JsonAsync("audit", "search", Text(request, "reference"))).EnumerateArray());
        Assert.Contains("@example.com", Text(row, "actor"), StringComparison.Ordinal);

        await SendAsync(staff, mail);
        Assert.Contains("This mail was taken in before", staff.Page, StringComparison.Ordinal);
        Text(await RequestAsync(email), "reference");
    }

    [Fact]
    public async Task An_attachment_alone_needs_the_address_and_what_is_missing_is_asked_back()
    {
        var keys = await RequestKeys.MakeAsync();
        var email = Address();
        using var staff = await SignUp.WithAsync(server, "--provider", "administrator");
        await SendAsync(staff, Encoding.ASCII.GetBytes(keys.Line));
        Assert.Contains("No e-mail address of the person is known", staff.Page, StringComparison.Ordinal);
        await SendAsync(staff, Encoding.ASCII.GetBytes(keys.Line), ("email", email), ("account", "10042"));
        Assert.Contains("Something is missing, and was asked back by mail", staff.Page, StringComparison.Ordinal);
        await MailBox.LinkAsync(server, email);
        await SendAsync(staff, []);
        Assert.Contains("There is no file yet", staff.Page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_key_in_a_mail_is_not_kept_and_staff_are_told()
    {
        var keys = await RequestKeys.MakeAsync();
        var email = Address();
        using var staff = await SignUp.WithAsync(server, "--provider", "support");
        await SendAsync(staff, Mail(email, $"Account number: 10042\r\n\r\n{keys.Ppk.ReplaceLineEndings("\r\n")}\r\n"));
        Assert.Contains("A PRIVATE key was sent", staff.Page, StringComparison.Ordinal);
        var secret = keys.Ppk.Split('\n').Select(line => line.Trim()).Last(line => line.Length > 40);
        Assert.DoesNotContain(secret, staff.Page, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, server.Logs, StringComparison.Ordinal);
        Assert.Contains(keys.Fingerprint, await server.CommandAsync("audit", "search", "--action", "key-burnt", "--json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_who_may_decide_requests_can_send_a_large_mail()
    {
        Assert.Equal(MailLimits.Size + PortalLimits.Body, PortalLimits.MailBody);
        var large = Mail(Address(), new string('x', 78) + "\r\n");
        large = [.. large, .. Enumerable.Repeat(Encoding.ASCII.GetBytes(new string('y', 78) + "\r\n"), (MailLimits.Size - large.Length) / 80).SelectMany(each => each)];
        using var staff = await SignUp.WithAsync(server, "--provider", "support");
        await SendAsync(staff, large);
        Assert.Contains("was asked back by mail", staff.Page, StringComparison.Ordinal);
        await SendAsync(staff, new byte[MailLimits.Size + 1]);
        Assert.Contains("larger than 16 MiB", staff.Page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendAsync(staff, new byte[PortalLimits.MailBody]));

        // Whoever else sends it: nothing of it is read.
        using var owner = await SignUp.WithAsync(server, "--account", PortalServer.Account, "--role", "owner");
        await owner.GetAsync("/home");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendAsync(owner, new byte[PortalLimits.Body], from: "/home"));
        using var stranger = new Visitor(server);
        await stranger.GetAsync("/");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await SendAsync(stranger, new byte[PortalLimits.Body], from: "/"));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(staff, [1], token: ""));
    }

    /// <summary>Of a customer: who writes from the provider's domain forwards what somebody else wrote.</summary>
    private static string Address() => $"mail{Guid.NewGuid():N}@interop.example";

    internal static byte[] Mail(string from, string body) => Encoding.UTF8.GetBytes(
        $"From: Ann Example <{from}>\r\nTo: support@example.com\r\nSubject: access\r\nMessage-ID: <{Guid.NewGuid()}@interop.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}");

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static async Task<HttpStatusCode> SendAsync(Visitor visitor, byte[] file, params (string Name, string Value)[] fields) => await SendAsync(visitor, file, Page, null, fields);

    private static async Task<HttpStatusCode> SendAsync(Visitor visitor, byte[] file, string from = Page, string? token = null, (string Name, string Value)[]? fields = null)
    {
        await visitor.GetAsync(from);
        var content = new MultipartFormDataContent { { new StringContent(token ?? PortalServer.FormToken(visitor.Source, from == Page ? Page : "/theme")), "__RequestVerificationToken" } };
        foreach (var (name, value) in fields ?? [])
        {
            content.Add(new StringContent(value), name);
        }

        content.Add(new ByteArrayContent(file), "file", "mail.eml");
        return (await visitor.SendFormAsync(Page, content)).Status;
    }

    private async Task<JsonElement> RequestAsync(string email) =>
        Assert.Single((await server.JsonAsync("request", "list", "--all")).EnumerateArray(), request => Text(request.GetProperty("details"), "email") == email);
}
