using System.Text.RegularExpressions;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

[assembly: AssemblyFixture(typeof(Waybill.Interop.Tests.WaybillServer))]

namespace Waybill.Interop.Tests;

/// <summary>The real program with one customer, started once for all tests of this assembly.</summary>
public sealed partial class WaybillServer : IAsyncLifetime
{
    public const string User = "10020";

    /// <summary>The exit code after SIGKILL, as .NET gives it.</summary>
    private const int Killed = 128 + 9;

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private ExternalProcess? _server;
    private bool _defaultLimits;

    public TemporaryDirectory Directory { get; } = new();

    /// <summary>Words of a command that the program is started by, as <c>unshare --mount</c>.</summary>
    public IReadOnlyList<string> Launcher { get; set; } = [];

    /// <summary>The same for commands beside the server.</summary>
    public IReadOnlyList<string> CommandLauncher { get; set; } = [];

    /// <summary>Settings of every start.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The test takes the disk away: that the server says so in its log is right then.</summary>
    public bool DiskMayFail { get; init; }

    public string Data
    {
        get => field ?? Directory.Combine("data");
        set;
    }

    public string Vault => Path.Combine(Data, "vaults", User);

    /// <summary>An Ed25519 key as ssh-keygen writes it.</summary>
    public string Key => Directory.Combine("id_ed25519");

    /// <summary>The same key as a PPK.</summary>
    public string PuttyKey => Directory.Combine("id_ed25519.ppk");

    /// <summary>What <c>hostkey show --known-hosts</c> prints, as it is: every client pins by it.</summary>
    public string KnownHosts => Directory.Combine("known_hosts");

    /// <summary>The Ed25519 host key as psftp's -hostkey takes it.</summary>
    public string HostKeyFingerprint { get; private set; } = "";

    /// <summary>Of its own, also while the server is down.</summary>
    public int Port { get; } = Ports.Free();

    public int CompatPort { get; } = Ports.Free();

    /// <summary>FTP with explicit TLS, at 127.0.0.1 and at 127.0.0.2, which the certificate does not name.</summary>
    public int FtpPort { get; } = Ports.Free();

    /// <summary>The password of the customer's login.</summary>
    public string Password { get; private set; } = "";

    /// <summary>The root that the certificate of FTP is signed with.</summary>
    public string Root => Path.Combine(Data, "tls", "root.crt");

    public int ProcessId => _server!.Id;

    public async ValueTask InitializeAsync()
    {
        await RequireAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "interop", "-f", Key]);
        await RequireAsync("puttygen", [Key, "-O", "private", "-o", PuttyKey]);
        await CommandAsync("init");
        await CommandAsync("account", "add", User, "--name", "Interop Telecom");
        await CommandAsync("login", "add", User, "--account", User);
        await CommandAsync("key", "add", User, Key + ".pub");
        Password = (await CommandAsync("password", "generate", User)).Output.Trim();
        await StartAsync();
        HostKeyFingerprint = SshFingerprint().Match((await CommandAsync("hostkey", "show")).Output).Value;
        await File.WriteAllTextAsync(KnownHosts, (await CommandAsync(
            "hostkey", "show", "--known-hosts", "--set", $"Ssh:Listen=127.0.0.1:{Port}", "--set", $"Ssh:ListenCompat=127.0.0.1:{CompatPort}")).Output);
    }

    /// <summary>Starts the server, on the same ports each time.</summary>
    public async Task StartAsync(params string[] settings)
    {
        string[] words =
        [
            .. Launcher, "dotnet", Program, "serve", "--data", Data, "--set", $"Ssh:Listen=127.0.0.1:{Port}", "--set", $"Ssh:ListenCompat=127.0.0.1:{CompatPort}", "--set", "Portal:Listen=", "--set", $"Ftp:Listen=127.0.0.1:{FtpPort},127.0.0.2:{FtpPort}",
            "--set", "Ntsapi:ListenTls=",
            .. (_defaultLimits ? [] : new[] { "--set", "Limits:UnauthenticatedPerSecond=1000" }),
            .. Settings.Concat(settings).SelectMany(setting => new[] { "--set", setting }),
        ];
        _server = ExternalProcess.Start(words[0], words[1..]);
        await _server.WaitForTextAsync("\nREADY", StartTime);
    }

    /// <summary>Starts it again with the limits that a provider has who sets none; tests have more connections in a second than people.</summary>
    public Task StartWithDefaultLimitsAsync(params string[] settings)
    {
        _defaultLimits = true;
        return StartAsync(settings);
    }

    /// <summary>SIGSTOP.</summary>
    public Task PauseAsync() => _server!.SignalAsync("STOP");

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _server!.Kill();
        await _server.WaitForExitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>SIGTERM; returns how the program ended.</summary>
    public async Task<ProcessOutcome> StopAsync(TimeSpan? patience = null)
    {
        await _server!.SignalAsync("TERM");
        return await _server.WaitForExitAsync(patience ?? TimeSpan.FromSeconds(60));
    }

    /// <summary>Runs a command beside the server, in this process unless it has a launcher; it must succeed.</summary>
    public async Task<ProcessOutcome> CommandAsync(params string[] words) =>
        Succeeded(words, await (CommandLauncher.Count > 0 ? TryProgramAsync(words) : CommandTable.RunAsync([.. words, "--data", Data])));

    /// <summary>The same with the program, where it is what is tested.</summary>
    public async Task<ProcessOutcome> ProgramAsync(params string[] words) => Succeeded(words, await TryProgramAsync(words));

    public Task<ProcessOutcome> TryProgramAsync(params string[] words)
    {
        string[] all = [.. CommandLauncher, "dotnet", Program, .. words, "--data", Data];
        return ExternalProcess.RunAsync(all[0], all[1..], timeout: TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            var outcome = await StopAsync();
            await _server.DisposeAsync();
            Directory.Dispose();

            // Whatever clients do is the server's daily work: none of it is an error of its own.
            Assert.True(outcome.ExitCode is 0 or Killed, outcome.ToString());
            Assert.False(
                Regex.IsMatch(outcome.ErrorOutput, DiskMayFail ? "InternalError|Unhandled exception" : "Z (fail|crit): |InternalError|Unhandled exception"), outcome.ErrorOutput);
        }
    }

    private static ProcessOutcome Succeeded(string[] words, ProcessOutcome outcome)
    {
        Assert.True(outcome.ExitCode == 0, $"waybill {string.Join(' ', words)}: {outcome}");
        return outcome;
    }

    /// <summary>Runs a program that must succeed; returns what it printed.</summary>
    public static async Task<string> RequireAsync(string program, string[] arguments)
    {
        var outcome = await ExternalProcess.RunAsync(program, arguments);
        Assert.True(outcome.ExitCode == 0, $"{program}: {outcome}");
        return outcome.Output;
    }

    /// <summary>The program of the same configuration as these tests.</summary>
    public static string Program => Path.Combine(
        RepositoryRoot.Find(), "src", "Waybill.Server", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug",
        "net10.0", "waybill.dll");

    [GeneratedRegex(@"SHA256:[A-Za-z0-9+/]{43}")]
    private static partial Regex SshFingerprint();
}
