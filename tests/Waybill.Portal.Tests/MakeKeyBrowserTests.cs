using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>A key pair that the browser makes: its private half is saved and never sent, and it works.</summary>
public sealed class MakeKeyBrowserTests
{
    /// <summary>A browser without Ed25519.</summary>
    private const string Older = """
        const generate = SubtleCrypto.prototype.generateKey;
        SubtleCrypto.prototype.generateKey = function (algorithm, ...rest) {
            return algorithm.name === "Ed25519" ? Promise.reject(new DOMException("Unrecognized name", "NotSupportedError")) : generate.call(this, algorithm, ...rest);
        };
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_key_that_the_browser_made_is_saved_never_sent_and_logs_in()
    {
        var port = Ports.Free();
        await using var server = new PortalServer { Settings = [$"Ssh:Listen=127.0.0.1:{port}", $$"""Ssh:Public=[{"Host":"localhost","Port":{{port}}}]"""] };
        await server.InitializeAsync();
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        foreach (var (user, type) in ((string, string)[])[("newer", "ssh-ed25519"), ("older", "ecdsa-sha2-nistp256")])
        {
            var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
            if (user == "older")
            {
                await page.AddInitScriptAsync(Older);
            }

            List<IRequest> sent = [];
            page.Context.Request += (_, request) => sent.Add(request);
            await page.GotoAsync(server.Url + "/request");
            var email = user + "@interop.example";
            foreach (var (field, value) in ((string, string)[])
                [("firstName", "Ann"), ("lastName", "Example"), ("email", email), ("company", "Interop Ltd"), ("account", PortalServer.Account), ("userName", user)])
            {
                await page.Locator("#" + field).FillAsync(value);
            }

            var now = page.GetByRole(AriaRole.Button, new() { Name = "Make it and save the private half" });
            Assert.False(await now.IsVisibleAsync());
            await page.GetByRole(AriaRole.Button, new() { Name = "I have no key yet" }).ClickAsync();
            Assert.Contains("no passphrase: whoever has it can connect in your name", await page.Locator("#make-key").InnerTextAsync(), StringComparison.Ordinal);
            var download = await page.RunAndWaitForDownloadAsync(() => now.ClickAsync());
            Assert.Equal("waybill-" + user, download.SuggestedFilename);
            var file = server.Directory.Combine(download.SuggestedFilename);
            await download.SaveAsAsync(file);
            await page.GetByText("Your private key was saved as waybill-" + user).WaitForAsync();
            var line = await page.Locator("#key").InputValueAsync();
            Assert.StartsWith(type + " ", line, StringComparison.Ordinal);
            Assert.False(await page.Locator("[data-private-key]").IsVisibleAsync());

            // Saved twice it is the same key.
            var again = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Save it once more" }).ClickAsync());
            await again.SaveAsAsync(file + ".again");
            Assert.Equal(await File.ReadAllTextAsync(file), await File.ReadAllTextAsync(file + ".again"));

            await page.GetByRole(AriaRole.Button, new() { Name = "Send the request" }).ClickAsync();
            await page.GetByRole(AriaRole.Heading, new() { Name = "We have your request" }).WaitForAsync();
            AssertNotSent(sent, await File.ReadAllTextAsync(file), line);
            await page.GotoAsync(server.Url + await MailBox.LinkAsync(server, email));
            await page.GetByRole(AriaRole.Button, new() { Name = "Yes, that is my request" }).ClickAsync();
            await page.GetByRole(AriaRole.Heading, new() { Name = "Your address is confirmed" }).WaitForAsync();
            await page.Context.CloseAsync();

            var request = Assert.Single((await server.JsonAsync("request", "list")).EnumerateArray());
            await server.CommandAsync("request", "approve", request.GetProperty("reference").GetString()!);
            await OpensAsync(file, line);
            await LogsInAsync(server, file, user, port);
        }

        Assert.Empty(complaints);
    }

    [Fact]
    public async Task Numbers_with_zeros_in_front_or_a_first_bit_are_written_as_ssh_keygen_reads_them()
    {
        await using var server = new PortalServer();
        await server.InitializeAsync();
        await using var browser = await Browser.StartAsync();
        List<string> complaints = [];
        var page = await browser.OpenAsync(ColorScheme.Light, isPhone: false, complaints);
        await page.GotoAsync(server.Url + "/request");
        foreach (var fits in (Func<byte, bool>[])[first => first == 0, first => first is > 0 and < 0x80, first => first >= 0x80])
        {
            using var key = EcdsaWith(fits);
            var numbers = key.ExportParameters(includePrivateParameters: true);
            var files = await page.EvaluateAsync<JsonElement>(
                "async key => (await import(document.querySelector('script[src*=make-key]').src)).filesOf(key, 'a comment')",
                new Dictionary<string, object> { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Url(numbers.Q.X!), ["y"] = Url(numbers.Q.Y!), ["d"] = Url(numbers.D!) });
            var file = server.Directory.Write("numbers", files.GetProperty("secret").GetString()!);
            await OpensAsync(file, files.GetProperty("open").GetString()!);
        }

        Assert.Empty(complaints);

        static string Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }

    private static ECDsa EcdsaWith(Func<byte, bool> fits)
    {
        while (true)
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            if (fits(key.ExportParameters(includePrivateParameters: true).D![0]))
            {
                return key;
            }

            key.Dispose();
        }
    }

    /// <summary>Nothing of the secret number was in an address, a header or a body, in any of the ways to write it.</summary>
    private static void AssertNotSent(IReadOnlyList<IRequest> sent, string file, string line)
    {
        var content = Convert.FromBase64String(string.Concat(file.Split('\n').Where(static each => !each.StartsWith('-'))));
        var point = Convert.FromBase64String(line.Split(' ')[1]).AsSpan()[^32..];
        var secret = line.StartsWith("ssh-ed25519", StringComparison.Ordinal)
            ? content.AsSpan(content.AsSpan().LastIndexOf(point) - 32, 32).ToArray()
            : Mpint(content.AsSpan(content.AsSpan().LastIndexOf(point) + point.Length));
        Assert.InRange(secret.Length, 28, 33);
        byte[][] ways =
        [
            secret, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret)), Encoding.ASCII.GetBytes(Convert.ToBase64String(secret).TrimEnd('=')),
            Encoding.ASCII.GetBytes(System.Buffers.Text.Base64Url.EncodeToString(secret)), "PRIVATE KEY"u8.ToArray(),

            // The public half stands in the file too, and may fill a line of it.
            .. file.Split('\n').Skip(1).Where(each => !each.StartsWith('-') && each.Length > 30 && !line.Contains(each, StringComparison.Ordinal)).Select(Encoding.ASCII.GetBytes),
        ];
        Assert.Contains(sent, request => request.Method == "POST" && request.PostDataBuffer!.AsSpan().IndexOf(Encoding.ASCII.GetBytes(line.Split(' ')[1])) >= 0);
        foreach (var request in sent.Where(static request => !request.Url.StartsWith("blob:", StringComparison.Ordinal)))
        {
            byte[] all = [.. Encoding.UTF8.GetBytes(request.Url + string.Join('\n', request.Headers.Values)), .. request.PostDataBuffer ?? []];
            Assert.DoesNotContain(ways, way => all.AsSpan().IndexOf(way) >= 0);
        }

        static byte[] Mpint(ReadOnlySpan<byte> rest) => rest.Slice(4, (int)BinaryPrimitives.ReadUInt32BigEndian(rest)).TrimStart((byte)0).ToArray();
    }

    private static async Task OpensAsync(string file, string line)
    {
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal(line, (await RunAsync("ssh-keygen", "-y", "-P", "", "-f", file)).Trim());
    }

    private static async Task LogsInAsync(PortalServer server, string file, string user, int port)
    {
        var batch = server.Directory.Write("batch", "ls\nbye\n");
        Assert.Contains("cdr", await RunAsync(
            "sftp", "-P", Number(port), "-i", file, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-b", batch, $"{user}@localhost"), StringComparison.Ordinal);
        await RunAsync("puttygen", file, "-O", "private", "-o", file + ".ppk");
        var pin = (await server.JsonAsync("pack", user)).GetProperty("hostKeys")[0].GetProperty("openSsh").GetString()!.Split(' ')[1];
        Assert.Contains("cdr", await RunAsync("psftp", "-batch", "-noagent", "-P", Number(port), "-i", file + ".ppk", "-hostkey", pin, "-b", batch, $"{user}@localhost"), StringComparison.Ordinal);

        static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<string> RunAsync(string program, params string[] words)
    {
        var outcome = await ExternalProcess.RunAsync(program, words, timeout: Patience);
        Assert.True(outcome.ExitCode == 0, $"{program}: {outcome}");
        return outcome.Output;
    }
}
