using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Playwright;
using Waybill.Core.Tests.Notifications;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>From the first page to a transfer: somebody who has never used SFTP, with nothing but a browser, a mailbox, PuTTYgen and a client.</summary>
public sealed partial class NewcomerTests
{
    private const string User = "interop";
    private const string Alias = "waybill-" + User;
    private const string Email = "ann@interop.example";
    private const string File = "2026-11 calls.csv";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_newcomer_comes_from_the_first_page_to_a_transfer_with_the_unchanged_files_of_the_pack()
    {
        await using var smtp = await SmtpServer.StartAsync();
        var (modern, compat) = (Ports.Free(), Ports.Free());
        await using var server = new PortalServer
        {
            Settings =
            [
                "Smtp:Host=127.0.0.1", $"Smtp:Port={smtp.Port}", "Smtp:Security=none", $"Ssh:Listen=127.0.0.1:{modern}", $"Ssh:ListenCompat=127.0.0.1:{compat}", "Provider:Name=Interop & Sons",
                string.Create(CultureInfo.InvariantCulture, $$"""Ssh:Public=[{"Host":"localhost","Port":{{modern}},"Region":"GB"},{"Host":"localhost","Port":{{compat}},"Region":"OLD"}]"""),
            ],
        };
        await server.InitializeAsync(async () => await server.CommandAsync("account", "region", PortalServer.Account, "GB"));
        var content = RandomNumberGenerator.GetBytes(100_000);
        await System.IO.File.WriteAllBytesAsync(Path.Combine(server.Data, "vaults", PortalServer.Account, "cdr", File), content);
        var keys = await MakeKeysAsync(Directory.CreateDirectory(server.Directory.Combine("my keys")).FullName);
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);

        await AskAsync(page, server, keys);
        await page.GotoAsync(await LinkAsync(smtp, 1));
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, that is my request" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Your address is confirmed" }).WaitForAsync();
        await ApproveAsync(browser, server, complaints);
        var link = await LinkAsync(smtp, 2);

        var pack = await FetchAsync(page, link, keys);
        await ConnectAsync(pack, content);
        CheckWindowsFiles(pack, keys, modern, await server.JsonAsync("pack", User));

        // The old curl of Debian needs the listener for old programs; the link shows what holds now.
        await server.CommandAsync("account", "region", PortalServer.Account, "OLD");
        pack = await FetchAsync(page, link, keys);
        Assert.Contains(File, (await RunAsync(pack, "sh", [Alias + "-curl.sh", "/cdr/"])).Output, StringComparison.Ordinal);
        await RunAsync(pack, "sh", [Alias + "-curl.sh", "/cdr/" + Uri.EscapeDataString(File)]);
        Assert.Equal(content, await System.IO.File.ReadAllBytesAsync(Path.Combine(pack, Uri.EscapeDataString(File))));
        Assert.Empty(complaints);
    }

    /// <summary>Fills the form in: first with the private key by mistake, which does not leave the page, then with the public one as PuTTYgen saves it.</summary>
    private static async Task AskAsync(IPage page, PortalServer server, Keys keys)
    {
        await page.GotoAsync(server.Url);
        await page.Locator("main a[href='/request']").First.ClickAsync();
        foreach (var (field, value) in ((string, string)[])
            [("firstName", "Ann"), ("lastName", "Example"), ("email", Email), ("company", "Interop Ltd"), ("account", PortalServer.Account), ("userName", User)])
        {
            await page.Locator("#" + field).FillAsync(value);
        }


        // Its script shows it, and is the last that the page loads.
        await page.GetByRole(AriaRole.Button, new() { Name = "I have no key yet" }).WaitForAsync();
        var sent = Browser.RequestsOf(page);
        await page.Locator("#key").FillAsync(await System.IO.File.ReadAllTextAsync(keys.Ppk));
        await page.Locator("[data-private-key]").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the request" }).ClickAsync();
        await page.WaitForFunctionAsync("() => document.activeElement.hasAttribute('data-private-key')");
        Assert.Empty(sent);

        var rfc4716 = await System.IO.File.ReadAllTextAsync(keys.Public);
        Assert.StartsWith("---- BEGIN SSH2 PUBLIC KEY ----", rfc4716, StringComparison.Ordinal);
        await page.Locator("#key").FillAsync(rfc4716);
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the request" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "We have your request" }).WaitForAsync();
    }

    /// <summary>Somebody of support finds the request in the queue, looks at it and approves it.</summary>
    private static async Task ApproveAsync(Browser browser, PortalServer server, List<string> complaints)
    {
        using var support = await SignUp.WithAsync(server, "--provider", "support");
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await page.Context.AddCookiesAsync([new Cookie { Name = Visitor.Cookie, Value = support.Session!, Url = server.Url, Secure = true, HttpOnly = true, SameSite = SameSiteAttribute.Lax }]);
        await page.GotoAsync(server.Url + "/staff/requests");
        await page.Locator("main table a").ClickAsync();
        await page.GetByText($"{User} is free.").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve, make the login and send the set-up mail" }).ClickAsync();
        await page.GetByText("Approved: the login is there with its key").WaitForAsync();
        await page.Context.CloseAsync();
    }

    /// <summary>Says on the page where the keys lie, takes the zip and unpacks it beside them.</summary>
    private static async Task<string> FetchAsync(IPage page, string link, Keys keys)
    {
        await page.GotoAsync(link);
        await page.GetByLabel("For WinSCP, PuTTY and FileZilla").FillAsync(keys.Ppk);
        await page.GetByLabel("For OpenSSH, lftp, rclone and curl").FillAsync(keys.OpenSsh);
        await page.GetByRole(AriaRole.Button, new() { Name = "Fill it in" }).ClickAsync();
        await page.GetByText("All files below have your path in them now.").WaitForAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download everything" }).ClickAsync());
        Assert.Equal(Alias + ".zip", download.SuggestedFilename);
        var zip = Path.Combine(keys.Folder, download.SuggestedFilename);
        await download.SaveAsAsync(zip);
        await ZipFile.ExtractToDirectoryAsync(zip, keys.Folder, overwriteFiles: true);
        return keys.Folder;
    }

    private static async Task ConnectAsync(string pack, byte[] content)
    {
        var sftp = await RunAsync(pack, "sftp", ["-F", Path.Combine(pack, Alias + ".conf"), "-b", "-", Alias], $"ls -1 /cdr\nget \"/cdr/{File}\" by-sftp\n");
        var lftp = await RunAsync(pack, "lftp", ["--norc", "-c", $"set cmd:fail-exit yes; set net:max-retries 1; source {Alias}.lftp; cls -1 /cdr; get \"/cdr/{File}\" -o by-lftp"]);
        string[] once = ["--config", Alias + "-rclone.conf", "--retries", "1", "--low-level-retries", "1"];
        var rclone = await RunAsync(pack, "rclone", [.. once, "lsf", $"{Alias}:/cdr"]);
        await RunAsync(pack, "rclone", [.. once, "copyto", $"{Alias}:/cdr/{File}", "by-rclone"]);
        var session = Assert.Single(await PuttyRegistry.ImportAsync(Path.Combine(pack, Alias + "-putty.reg"), Path.Combine(pack, "putty")));
        Assert.Equal($"Interop & Sons files {User}", session);
        await System.IO.File.WriteAllTextAsync(Path.Combine(pack, "job.txt"), $"ls /cdr\nget \"/cdr/{File}\" by-psftp\nquit\n");
        var psftp = await RunAsync(pack, "psftp", ["-batch", "-noagent", "-load", session, "-b", "job.txt"]);
        Assert.All([sftp, lftp, rclone, psftp], outcome => Assert.Contains(File, outcome.Output, StringComparison.Ordinal));
        Assert.All((string[])["sftp", "lftp", "rclone", "psftp"], client => Assert.Equal(content, System.IO.File.ReadAllBytes(Path.Combine(pack, "by-" + client))));
    }

    /// <summary>WinSCP's, FileZilla's and PuTTY's files, which their programs read on Windows, field by field; their host keys by the vectors are tests of Core.</summary>
    private static void CheckWindowsFiles(string pack, Keys keys, int port, System.Text.Json.JsonElement facts)
    {
        var pins = facts.GetProperty("hostKeys").EnumerateArray().Select(key => key.GetProperty("winScp").GetString()!).ToList();
        var ini = System.IO.File.ReadAllText(Path.Combine(pack, Alias + "-winscp.ini"));
        Assert.StartsWith($"[Sessions\\Interop%20&%20Sons%20files%20{User}]\r\nHostName=localhost\r\nPortNumber={port}\r\nUserName={User}\r\nFSProtocol=2\r\n", ini, StringComparison.Ordinal);
        Assert.Contains($"\r\nSshHostKey={string.Join(';', pins).Replace(" ", "%20", StringComparison.Ordinal)}\r\n", ini, StringComparison.Ordinal);
        Assert.Contains($"\r\nPublicKeyFile={keys.Ppk.Replace(" ", "%20", StringComparison.Ordinal)}\r\n", ini, StringComparison.Ordinal);
        Assert.All(pins, pin => Assert.Contains($"\r\n{CacheType(pin)}@{port}:localhost=", ini, StringComparison.Ordinal));
        Assert.StartsWith($"sftp://{User};fingerprint={pins[0].Split(' ')[0]}-", System.IO.File.ReadAllText(Path.Combine(pack, Alias + "-winscp-url.txt")), StringComparison.Ordinal);

        var site = XDocument.Load(Path.Combine(pack, Alias + "-filezilla.xml")).Root!.Element("Servers")!.Element("Server")!;
        Assert.Equal(
            ["localhost", port.ToString(CultureInfo.InvariantCulture), "1", "5", User, keys.Ppk, $"Interop & Sons files {User}"],
            ((string[])["Host", "Port", "Protocol", "Logontype", "User", "Keyfile", "Name"]).Select(field => site.Element(field)!.Value));
        Assert.Null(site.Element("Pass"));

        static string CacheType(string pin) => pin.Split(' ')[0] is "ssh-rsa" ? "rsa2" : pin.Split(' ')[0];
    }

    /// <summary>As the guide says: PuTTYgen makes the pair, and exports it for the other programs.</summary>
    private static async Task<Keys> MakeKeysAsync(string folder)
    {
        var keys = new Keys(folder, Path.Combine(folder, "ann.ppk"), Path.Combine(folder, "ann"), Path.Combine(folder, "ann.pub"));
        var passphrase = Path.Combine(folder, "none");
        await System.IO.File.WriteAllTextAsync(passphrase, "");
        await RunAsync(folder, "puttygen", ["-q", "-t", "ed25519", "-C", "ann", "--new-passphrase", passphrase, "-o", keys.Ppk]);
        await RunAsync(folder, "puttygen", [keys.Ppk, "-O", "private-openssh", "-o", keys.OpenSsh]);
        await RunAsync(folder, "puttygen", [keys.Ppk, "-O", "public", "-o", keys.Public]);
        return keys;
    }

    private static async Task<string> LinkAsync(SmtpServer smtp, int count)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var links = smtp.Mails.Where(mail => mail.To.Contains(Email)).Select(mail => Link().Match(mail.Parts[0])).Where(match => match.Success).ToList();
            if (links.Count >= count)
            {
                return links[count - 1].Value;
            }

            await Task.Delay(50, patience.Token);
        }
    }

    private static async Task<ProcessOutcome> RunAsync(string folder, string program, string[] arguments, string? input = null)
    {
        var outcome = await ExternalProcess.RunAsync(
            program, arguments, input, Patience, workingDirectory: folder,
            environment: new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8", ["SSH_AUTH_SOCK"] = null, ["PUTTYDIR"] = Path.Combine(folder, "putty") });
        Assert.True(outcome.ExitCode == 0, $"{program}: {outcome}");
        return outcome;
    }

    [GeneratedRegex(@"https://localhost:\d+/l/[A-Za-z0-9_-]{43}")]
    private static partial Regex Link();

    private sealed record Keys(string Folder, string Ppk, string OpenSsh, string Public);
}
