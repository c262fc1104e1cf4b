using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>"Why can they not connect?": with a real client that does not get in, and the buttons that mend it.</summary>
public sealed partial class StaffWhyTests : IAsyncLifetime
{
    // Its own: an address from which somebody has logged in is not refused.
    private readonly PortalServer _server = new();

    private const string User = "cannot";

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_keeps_somebody_out_is_mended_by_its_button_until_they_get_in()
    {
        var (old, fresh) = (await RequestKeys.MakeAsync(), await RequestKeys.MakeAsync());
        await _server.CommandAsync("login", "add", User, "--account", PortalServer.Account, "--allow-from", "192.0.2.0/24");
        await _server.CommandAsync("key", "add", User, _server.Directory.Write(User + ".pub", old.Line + "\n"));
        await _server.CommandAsync("login", "suspend", User, "--reason", "the <b>bill</b>");
        var identity = _server.Directory.Write(User + "_identity", fresh.OpenSsh);
        File.SetUnixFileMode(identity, UnixFileMode.UserRead);

        // Somebody who keeps failing is refused for a while.
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while ((await _server.JsonAsync("penalties", "list")).GetArrayLength() == 0)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(3), "nobody is penalised for failing again and again");
            for (var i = 0; i < 5; i++)
            {
                Assert.False(await ConnectsAsync(identity));
            }
        }

        using var visitor = await SignUp.WithAsync(_server, "--provider", "support");
        await visitor.GetAsync("/staff/why");
        Assert.DoesNotContain("handler=", visitor.Source, StringComparison.Ordinal);
        await visitor.GetAsync("/staff/why?q=" + User);
        Assert.Contains("The login is suspended: the <b>bill</b>.", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>bill", visitor.Source, StringComparison.Ordinal);
        Assert.Contains(fresh.Fingerprint, visitor.Page, StringComparison.Ordinal);
        Assert.Contains("ssh-ed25519", visitor.Page[visitor.Page.IndexOf("id=\"refused\"", StringComparison.Ordinal)..], StringComparison.Ordinal);
        var reference = Reference().Match(visitor.Page[visitor.Page.IndexOf("id=\"refused\"", StringComparison.Ordinal)..]).Groups[1].Value;

        // Whoever may only read sees the same, and no button.
        using var auditor = await SignUp.WithAsync(_server, "--provider", "auditor");
        await auditor.GetAsync("/staff/why?q=" + User);
        Assert.Contains("The login is suspended", auditor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("handler=", auditor.Source, StringComparison.Ordinal);

        await MendAsync(visitor, User, "ResumeLogin", "The login works again.", ("target", User));
        await MendAsync(visitor, User, "AddKey", "The key is installed.", ("target", User), ("value", fresh.Fingerprint));
        await MendAsync(visitor, User, "Allow", "The address is allowed.", ("target", User), ("value", "127.0.0.1"));
        var login = await _server.JsonAsync("login", "show", User);
        Assert.Equal(["192.0.2.0/24", "127.0.0.1/32"], login.GetProperty("allowFrom").EnumerateArray().Select(each => each.GetString()!.Contains('/', StringComparison.Ordinal) ? each.GetString() : each.GetString() + "/32"));
        await MendAsync(visitor, "127.0.0.1", "Unblock", "It is forgiven.", ("target", "127.0.0.1"));
        Assert.Equal(0, (await _server.JsonAsync("penalties", "list")).GetArrayLength());
        var cleared = (await _server.JsonAsync("audit", "search", "--action", "penalties-cleared"))[0];
        Assert.StartsWith("role", cleared.GetProperty("actor").GetString(), StringComparison.Ordinal);
        Assert.True(await ConnectsAsync(identity));

        // By the reference that the client has read, and by its address.
        await visitor.GetAsync("/staff/why?q=" + reference);
        Assert.Contains(User, visitor.Page, StringComparison.Ordinal);
        await visitor.GetAsync("/staff/why?q=127.0.0.1");
        Assert.Contains(User + " logged in from 127.0.0.1", visitor.Page, StringComparison.Ordinal);
        await visitor.GetAsync("/staff/why?q=%3Cscript%3E");
        Assert.Contains("<script> is no login", visitor.Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script> is", visitor.Source, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_list_of_addresses_opens_a_login_to_nobody()
    {
        await _server.CommandAsync("login", "add", "narrow", "--account", PortalServer.Account, "--allow-from", "192.0.2.0/24");
        using var visitor = await SignUp.WithAsync(_server, "--provider", "administrator");
        await visitor.GetAsync("/staff/why?q=narrow");
        Assert.Contains("<a href=\"/staff/logins/narrow\">Install a key for narrow</a>", visitor.Source, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await visitor.GetAsync("/staff/logins/narrow")).Status);
        foreach (var value in (string[])["", " ", "0.0.0.0/0", "anywhere"])
        {
            await visitor.PressAsync("/staff/why?q=narrow&handler=Allow&target=narrow&value=" + Uri.EscapeDataString(value));
            Assert.Contains("That is no address.", visitor.Page, StringComparison.Ordinal);
        }

        Assert.Equal("192.0.2.0/24", Assert.Single((await _server.JsonAsync("login", "show", "narrow")).GetProperty("allowFrom").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task A_program_that_no_listener_lets_in_is_found_with_the_policy_that_would()
    {
        await _server.CommandAsync("login", "add", "nopolicy", "--account", PortalServer.Account, "--allow-from", "127.0.0.1");

        // Version 1.10 of libssh2, and so many a curl, offers MACs like this one alone.
        var tried = await ExternalProcess.RunAsync(
            "ssh",
            [
                "-F", "none", "-p", _server.SshPort.ToString(CultureInfo.InvariantCulture), "-o", "Ciphers=aes256-ctr", "-o", "MACs=hmac-sha2-256", "-o", "StrictHostKeyChecking=no",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "nopolicy@127.0.0.1",
            ],
            timeout: TimeSpan.FromSeconds(60));
        Assert.NotEqual(0, tried.ExitCode);
        using var visitor = await SignUp.WithAsync(_server, "--provider", "support");
        foreach (var asked in (string[])["nopolicy", "127.0.0.1"])
        {
            await AccountFilePages.WaitAsync(async () =>
            {
                await visitor.GetAsync("/staff/why?q=" + asked);
                return visitor.Page.Contains("had no algorithm in common with the listener", StringComparison.Ordinal);
            });
            Assert.Contains("offered no encrypt-then-MAC, only hmac-sha2-256;", visitor.Page, StringComparison.Ordinal);
            Assert.Contains("open a port with the policy `compat` for such programs alone (Ssh:ListenCompat=ADDRESS:PORT", visitor.Page, StringComparison.Ordinal);
        }

        // The same over the API.
        var found = await _server.JsonAsync("why", "nopolicy");
        Assert.Contains("policy `compat` would let it in", found.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_watches_is_told_that_the_program_is_too_old_and_not_to_look_at_a_firewall()
    {
        await _server.CommandAsync("login", "add", "oldprogram", "--account", PortalServer.Account, "--allow-from", "127.0.0.1");
        using var owner = await SignUp.WithAsync(_server, "--account", PortalServer.Account, "--role", "owner");
        var since = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var page = $"/account/{PortalServer.Account}/logins/oldprogram/connection?since={since.ToString(CultureInfo.InvariantCulture)}";

        // It never gets as far as a user name.
        var tried = await ExternalProcess.RunAsync(
            "ssh",
            [
                "-F", "none", "-p", _server.SshPort.ToString(CultureInfo.InvariantCulture), "-o", "KexAlgorithms=diffie-hellman-group14-sha1", "-o", "StrictHostKeyChecking=no",
                "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "oldprogram@127.0.0.1",
            ],
            timeout: TimeSpan.FromSeconds(60));
        Assert.NotEqual(0, tried.ExitCode);
        await AccountFilePages.WaitAsync(async () =>
        {
            await owner.GetAsync(page);
            return owner.Page.Contains("knows none of the algorithms that are accepted here", StringComparison.Ordinal);
        });
        Assert.DoesNotContain("firewall", owner.Page, StringComparison.Ordinal);
        Assert.Contains("It said no user name; it came from your address, or from one of this login", owner.Page, StringComparison.Ordinal);
    }

    private static async Task MendAsync(Visitor visitor, string query, string handler, string notice, params (string, string)[] fields)
    {
        await visitor.GetAsync("/staff/why?q=" + query);
        var answer = await visitor.PostAsync($"/staff/why?handler={handler}", [("q", query), .. fields]);
        Assert.True(answer.Status == HttpStatusCode.Redirect, visitor.Page);
        await visitor.GetAsync(answer.Location!);
        Assert.Contains(notice, visitor.Page, StringComparison.Ordinal);
    }

    private async Task<bool> ConnectsAsync(string identity) => (await ExternalProcess.RunAsync(
        "sftp",
        [
            "-P", _server.SshPort.ToString(CultureInfo.InvariantCulture), "-i", identity, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes",
            "-o", "BatchMode=yes", "-o", "IdentityAgent=none", $"{User}@127.0.0.1",
        ],
        input: "pwd\n", timeout: TimeSpan.FromSeconds(60))).ExitCode == 0;

    [GeneratedRegex("""<td><code>([0-9A-Za-z]{6,})</code></td>""")]
    private static partial Regex Reference();
}
