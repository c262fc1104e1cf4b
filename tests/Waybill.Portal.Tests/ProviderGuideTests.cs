using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Waybill.Core.Tests.Notifications;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>The guide for providers, <c>docs/guide</c>: every command on its pages is run, in their order, in one shell, against the program and a mail server.</summary>
public sealed partial class ProviderGuideTests
{
    /// <summary>The id of a request, which nobody can know before.</summary>
    private const string SampleId = "K7RM-42QX";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    private static readonly string Guide = Path.Combine(RepositoryRoot.Find(), "docs", "guide");

    private static IReadOnlyList<string> Pages => [.. Directory.GetFiles(Guide, "*.md").Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    [Fact]
    public async Task Every_command_of_the_guide_works_from_installation_to_the_tenth_customer()
    {
        using var directory = new TemporaryDirectory();
        await using var smtp = await SmtpServer.StartAsync();
        var data = directory.Combine("srv");
        await PrepareAsync(directory);
        var script = new StringBuilder();
        script.Append(CultureInfo.InvariantCulture, $$"""
            set -euo pipefail
            trap 'kill $(jobs -p) || true; wait' EXIT
            newest() { ./waybill request list --all --json | grep -o '"reference": *"[^"]*"' | head -n 1 | cut -d '"' -f 4; }

            """);
        var count = 0;
        foreach (var page in Pages)
        {
            foreach (var (block, number) in Commands(await File.ReadAllTextAsync(Path.Combine(Guide, page))).Select(static (block, index) => (block, index + 1)))
            {
                script.Append(CultureInfo.InvariantCulture, $"echo '--- {page}, block {number}'\n{block}");
                count++;
            }
        }

        // Mails are on their way for a moment: the server is ended behind the last one.
        script.Append("until [ \"$(./waybill notification list --waiting --json)\" = '[]' ]; do sleep 0.2; done\n");
        Assert.True(count >= 20, $"{count} blocks");
        var outcome = await ExternalProcess.RunAsync(
            "bash", ["-c", Here(script.ToString(), data, smtp.Port)], timeout: Patience, workingDirectory: directory.FullName,
            environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = null, ["WAYBILL_DATA"] = null });
        Assert.True(outcome.ExitCode == 0, outcome.ToString());

        // What the reader has then.
        Assert.Equal(11, (await JsonAsync(data, "account", "list")).GetArrayLength());
        Assert.Equal(["10020", "10020-rating", "99999"], (await JsonAsync(data, "login", "list")).EnumerateArray().Select(static login => login.GetProperty("userName").GetString()).Order());
        Assert.Equal(10, smtp.Mails.Count(static mail => mail.Subject.StartsWith("Example Telecom: set up your SFTP access for account 100", StringComparison.Ordinal)));
        Assert.Contains(smtp.Mails, static mail => mail.To.Contains("pat@acme.example") && mail.Parts[0].Contains("for 14 days: https://localhost", StringComparison.Ordinal));
        Assert.True(File.Exists(Path.Combine(data, "vaults", "10020", "cdr", "2026-11-calls.csv")));
        Assert.True(File.Exists(Path.Combine(data, "vaults", "99999", "processed", "hello.txt")));
        Assert.True(File.Exists(directory.Combine("waybill-backup.tar")));
        Assert.DoesNotMatch("Z (fail|crit): |Unhandled exception", await File.ReadAllTextAsync(directory.Combine("waybill.log")));
    }

    [Fact]
    public async Task The_guide_s_pages_lead_to_each_other_and_no_command_stands_where_none_is_run()
    {
        var pages = Pages;
        Assert.Equal("README.md", pages[^1]);

        // The page for resellers has another reader, and the tests of NTSAPI run it.
        Assert.Equal(
            [.. pages, Path.Combine("resellers", "README.md")], Directory.GetFiles(Guide, "*.md", SearchOption.AllDirectories).Select(static file => Path.GetRelativePath(Guide, file)).Order(StringComparer.Ordinal));
        var first = await File.ReadAllTextAsync(Path.Combine(Guide, "README.md"));
        for (var i = 0; i < pages.Count - 1; i++)
        {
            var text = await File.ReadAllTextAsync(Path.Combine(Guide, pages[i]));
            Assert.Contains($"({pages[i]})", first, StringComparison.Ordinal);
            Assert.True(i == pages.Count - 2 || text.TrimEnd().EndsWith($"({pages[i + 1]})", StringComparison.Ordinal), $"{pages[i]} does not end with the next page");
            Assert.DoesNotContain("./waybill", Fence().Replace(text, ""), StringComparison.Ordinal);
            Assert.All(Fence().Matches(text), match => Assert.Contains(match.Groups[1].Value, (string[])["sh", "ini"]));
        }

        Assert.DoesNotContain("```", first, StringComparison.Ordinal);
        foreach (var page in pages)
        {
            foreach (var link in Link().Matches(await File.ReadAllTextAsync(Path.Combine(Guide, page))).Select(static match => match.Groups[1].Value))
            {
                Assert.True(File.Exists(Path.Combine(Guide, link)), $"{page}: {link}");
            }
        }
    }

    private static IEnumerable<string> Commands(string page) => Fence().Matches(page).Where(static match => match.Groups[1].Value == "sh").Select(static match => match.Groups[2].Value);

    /// <summary>The names and ports of the guide, as they are on this machine.</summary>
    private static string Here(string script, string data, int smtp)
    {
        foreach (var (theirs, ours) in ((string, string)[])
            [
                ("/srv/waybill", data), ("*:2222", "127.0.0.1:2222"), ("*:8443", "127.0.0.1:8443"), (":2222", $":{Number(Ports.Free())}"), ("8443", Number(Ports.Free())), ("sftp.example.com", "localhost"),
                ("files.example.com", "localhost"), ("\"Host\": \"mail.example.com\"", $"\"Host\": \"127.0.0.1\", \"Port\": {Number(smtp)}, \"Security\": \"none\""), (SampleId, "$(newest)"),
            ])
        {
            Assert.Contains(theirs, script, StringComparison.Ordinal);
            script = script.Replace(theirs, ours, StringComparison.Ordinal);
        }

        var port = Listen().Match(script).Groups[1].Value;
        return script.Replace("\"Port\": 2222", "\"Port\": " + port, StringComparison.Ordinal);

        static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>What lies in the folder before: the program, and a mail that a customer sent.</summary>
    private static async Task PrepareAsync(TemporaryDirectory directory)
    {
        var program = directory.Write("waybill", $"#!/bin/sh\nexec dotnet '{Program}' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var keys = await RequestKeys.MakeAsync();
        directory.Write("mail.eml",
            "From: Pat Doe <pat@acme.example>\r\nTo: support@example.com\r\nSubject: SFTP access\r\nMessage-ID: <1@acme.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n"
            + $"Hello,\r\n\r\nCompany: Acme Telecom\r\nAccount number: 10020\r\nPhone: +61 2 5550 0000\r\n\r\nour key:\r\n\r\n{keys.Line}\r\n");
    }

    private static async Task<JsonElement> JsonAsync(string data, params string[] words)
    {
        var outcome = await ExternalProcess.RunAsync("dotnet", [Program, .. words, "--json", "--data", data], timeout: Patience);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        return JsonDocument.Parse(outcome.Output).RootElement;
    }

    private static string Program => Path.Combine(
        RepositoryRoot.Find(), "src", "Waybill.Server", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "waybill.dll");

    [GeneratedRegex("^```(\\w*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("\"Listen\": \\[\"127\\.0\\.0\\.1:(\\d+)\"\\], \"Public\"")]
    private static partial Regex Listen();

    [GeneratedRegex(@"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")]
    private static partial Regex Link();
}
