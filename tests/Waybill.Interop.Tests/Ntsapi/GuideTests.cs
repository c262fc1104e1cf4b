using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Waybill.TestKit;

namespace Waybill.Interop.Tests.Ntsapi;

/// <summary>What the page for resellers tells them to type, and its PHP program, as they stand there.</summary>
public sealed partial class GuideTests(NtsapiServer ntsapi) : IClassFixture<NtsapiServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly string Folder = Path.Combine(RepositoryRoot.Find(), "docs", "guide", "resellers");

    private static readonly string Page = File.ReadAllText(Path.Combine(Folder, "README.md"));

    private static string PhpExample => Path.Combine(Folder, "ntsapi.php");

    private WaybillServer Server => ntsapi.Server;

    /// <summary>What stands on the page for the provider's and the reader's own, and what that is here. Nothing else of a command is changed.</summary>
    private (string Theirs, string Ours)[] Own =>
    [
        ("/home/certificate/example-root.crt", Server.Root),
        ("https://files.example.com/", string.Create(CultureInfo.InvariantCulture, $"https://localhost:{ntsapi.PortalPort}/")),
        ("ntsapi.example.com:777", string.Create(CultureInfo.InvariantCulture, $"localhost:{ntsapi.Port}")),
        ("ntsapi.example.com 777", string.Create(CultureInfo.InvariantCulture, $"localhost {ntsapi.Port}")),
        ("ntsapi.example.com", "localhost"),
        ("NTSAPI_PASSWORD=password ", $"NTSAPI_PASSWORD='{Server.Password}' "),
    ];

    [Fact]
    public async Task Every_command_of_the_page_does_what_the_page_says()
    {
        (string Begins, Func<string, Task> Run)[] checks = [("openssl s_client ", SessionAsync), ("NTSAPI_PASSWORD=", PhpLineAsync), ("curl ", BalanceAsync)];
        var blocks = Blocks("sh").ToList();
        Assert.Equal(checks.Length, blocks.Count);
        foreach (var block in blocks)
        {
            await Assert.Single(checks, check => block.StartsWith(check.Begins, StringComparison.Ordinal)).Run(Here(block));
        }

        // Every substitution is one of the page, and no command stands where none is run.
        Assert.All(Own, own => Assert.Contains(blocks, block => block.Contains(own.Theirs, StringComparison.Ordinal)));
        Assert.All(Fence().Matches(Page), static match => Assert.Contains(match.Groups[1].Value, (string[])["sh", "text", "php"]));
        Assert.DoesNotMatch(@"(?m)^\s*(?:\$ )?(?:openssl|curl|php|NTSAPI_PASSWORD=)", Fence().Replace(Page, ""));
    }

    /// <summary>What the page shows of a session, typed into the line of openssl.</summary>
    private async Task SessionAsync(string command)
    {
        Assert.Contains(" -quiet ", command, StringComparison.Ordinal);
        await using var client = ExternalProcess.Start("sh", ["-c", command], Folder);
        var (number, seen) = ("", 0);
        foreach (var line in Blocks("text").Single(static block => block.StartsWith("0 Magrathea", StringComparison.Ordinal)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line is not [>= '0' and <= '9', ' ', ..])
            {
                await client.StandardInput.WriteAsync(line.Replace("10020 password", $"{WaybillServer.User} {Server.Password}", StringComparison.Ordinal).Replace("01224000000", number, StringComparison.Ordinal) + "\n");
                await client.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
                continue;
            }

            var shown = line.Replace("01224000000 ", number.Length > 0 ? number + " " : "01224000000 ", StringComparison.Ordinal);
            var reply = await NextAsync(client, seen++);
            if (number.Length == 0 && line.EndsWith(" Allocated", StringComparison.Ordinal))
            {
                Assert.Matches("^0 01224[0-9]{6} Allocated$", reply);
                number = reply.Split(' ')[1];
            }
            else
            {
                Assert.Equal(Date().Replace(shown, "DATE"), Date().Replace(reply, "DATE"));
            }
        }

        Assert.True(seen >= 8, $"{seen} replies");
        var outcome = await client.WaitForExitAsync(Patience);
        Assert.DoesNotContain("verify error", outcome.ErrorOutput, StringComparison.Ordinal);
    }

    /// <summary>The line of PHP takes a number and points it.</summary>
    private async Task PhpLineAsync(string command)
    {
        var outcome = await ExternalProcess.RunAsync("sh", ["-c", command], timeout: Patience, workingDirectory: Folder);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var match = PhpSays().Match(outcome.Output);
        Assert.True(match.Success, outcome.ToString());
        await using var line = await ntsapi.LogInAsync(WaybillServer.User, Server.Password);
        Assert.Matches($"^0 {match.Groups[1].Value} Y {match.Groups[2].Value} S:441224000000@sip\\.example\\.com\\|\\|$", await line.AskAsync($"STAT {match.Groups[1].Value}"));
    }

    /// <summary>The line of curl, which asks for the password, gets what the page says below it. Without a terminal the password is read from standard input.</summary>
    private async Task BalanceAsync(string command)
    {
        await Server.CommandAsync("balance", "push", WaybillServer.User, "12345", "--id", "guide", "--text", "a payment");
        var outcome = await ExternalProcess.RunAsync("setsid", ["-w", "sh", "-c", command], Server.Password + "\n", Patience, Folder);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(BalanceAnswer().Match(Page).Groups[1].Value, outcome.Output.Trim());
    }

    [Fact]
    public async Task The_line_of_openssl_believes_no_other_certificate_and_no_other_name()
    {
        var command = Here(Blocks("sh").Single(static block => block.StartsWith("openssl s_client ", StringComparison.Ordinal)));
        foreach (var wrong in (string[])[command.Replace(Server.Root, await AnotherRootAsync(), StringComparison.Ordinal), command.Replace("-verify_hostname localhost", "-verify_hostname ntsapi.example.net", StringComparison.Ordinal)])
        {
            var outcome = await ExternalProcess.RunAsync("sh", ["-c", wrong], "QUIT\n", Patience);
            Assert.NotEqual(0, outcome.ExitCode);
            Assert.DoesNotContain("NTS GW", outcome.Output, StringComparison.Ordinal);
            Assert.Contains("verify error", outcome.ErrorOutput, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_changed_lines_of_PHP_believe_the_root_and_no_other()
    {
        foreach (var (root, says) in ((string, string)[])[(Server.Root, "0 Magrathea NTS GW (ntsapi.c(V0.1))\n"), (await AnotherRootAsync(), "none")])
        {
            var lines = Blocks("php").Single().Replace("/home/certificate/example-root.crt", root, StringComparison.Ordinal)
                .Replace("tls://ntsapi.example.com:777", string.Create(CultureInfo.InvariantCulture, $"tls://localhost:{ntsapi.Port}"), StringComparison.Ordinal);
            var outcome = await ExternalProcess.RunAsync("php", ["-n", "-d", "display_errors=stderr", "-r", lines + "echo $fp === false ? 'none' : fgets($fp);"], timeout: Patience);
            Assert.Equal(says, outcome.Output);
        }
    }

    [Fact]
    public async Task The_example_in_PHP_sends_no_password_to_a_server_that_it_cannot_verify()
    {
        var wrongRoot = await PhpAsync(await AnotherRootAsync(), "localhost", Server.Password, "01224______", "S:a@sip.example.com");
        Assert.Equal(1, wrongRoot.ExitCode);
        Assert.Contains("certificate verify failed", wrongRoot.ErrorOutput, StringComparison.Ordinal);

        var wrongName = await PhpAsync(Server.Root, NtsapiServer.UnnamedAddress, Server.Password, "01224______", "S:a@sip.example.com");
        Assert.Equal(1, wrongName.ExitCode);
        Assert.Contains("did not match expected", wrongName.ErrorOutput, StringComparison.Ordinal);
        Assert.DoesNotContain(Server.Password, wrongRoot + wrongName.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_example_in_PHP_says_what_the_server_said()
    {
        var wrong = await PhpAsync(Server.Root, "localhost", "seven green tortoises", "01224______", "S:a@sip.example.com");
        Assert.Equal((1, "ntsapi: AUTH: User name or password is wrong\n"), (wrong.ExitCode, wrong.ErrorOutput));
        var none = await PhpAsync(Server.Root, "localhost", Server.Password, "0161_______", "S:a@sip.example.com");
        Assert.Equal((1, "ntsapi: ALLO: No number found for allocation\n"), (none.ExitCode, none.ErrorOutput));
        var glued = await PhpAsync(Server.Root, "localhost", Server.Password, "01224______", "S:a@b\nQUIT");
        Assert.Equal((1, "ntsapi: a command is one line of printable ASCII\n"), (glued.ExitCode, glued.ErrorOutput));
    }

    private static IEnumerable<string> Blocks(string language) => Fence().Matches(Page).Where(match => match.Groups[1].Value == language).Select(static match => match.Groups[2].Value);

    /// <summary>The next line that the server says, by its number.</summary>
    private static async Task<string> NextAsync(ExternalProcess client, int index)
    {
        await FtpsTests.WaitForAsync(() => Task.FromResult(client.Output.Count(static c => c == '\n') > index || client.HasExited));
        var lines = client.Output.Split('\n');
        Assert.True(lines.Length > index + 1, $"{client.Output}{client.ErrorOutput}");
        return lines[index];
    }

    private string Here(string command) => Own.Aggregate(command, static (text, own) => text.Replace(own.Theirs, own.Ours, StringComparison.Ordinal));

    /// <summary>Without the machine's own settings of PHP.</summary>
    private Task<ProcessOutcome> PhpAsync(string root, string host, string password, string pattern, string target) => ExternalProcess.RunAsync(
        "php", ["-n", "-d", "display_errors=stderr", PhpExample, host, ntsapi.Port.ToString(CultureInfo.InvariantCulture), root, WaybillServer.User, pattern, target],
        timeout: Patience, environment: new Dictionary<string, string?> { ["NTSAPI_PASSWORD"] = password });

    private async Task<string> AnotherRootAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Another root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        using var another = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var path = Server.Directory.Combine("another-root.crt");
        await File.WriteAllTextAsync(path, another.ExportCertificatePem());
        return path;
    }

    [GeneratedRegex("^```(\\w*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}")]
    private static partial Regex Date();

    [GeneratedRegex("^([0-9]{11}) is yours until ([-0-9]{10}) and rings at S:441224000000@sip\\.example\\.com\n\\z")]
    private static partial Regex PhpSays();

    [GeneratedRegex("^The answer is `([^`]+)`\\.", RegexOptions.Multiline)]
    private static partial Regex BalanceAnswer();
}
