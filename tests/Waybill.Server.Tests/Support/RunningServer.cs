using System.Globalization;
using System.Text.RegularExpressions;
using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Sftp;
using Waybill.TestKit.Ssh;

namespace Waybill.Server.Tests.Support;

/// <summary><c>waybill serve</c> as a process.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ExternalProcess _process;

    private RunningServer(ExternalProcess process) => _process = process;

    public int Port { get; private init; }

    /// <summary>Where the portal listens; 0 when it does not.</summary>
    public int PortalPort { get; private init; }

    public int ProcessId => _process.Id;

    public string Output => _process.Output;

    public string Logs => _process.ErrorOutput;

    public static async Task<RunningServer> StartAsync(Data data, params string[] words)
    {
        var process = Launch(data, ["--set", "Ssh:Listen=127.0.0.1:0", .. words]);
        await process.WaitForTextAsync("READY\n", Patience);
        return new RunningServer(process) { Port = Port("ssh"), PortalPort = Port("https") };

        int Port(string word) => Regex.Match(process.Output, $@"^{word} 127\.0\.0\.1:(\d+) ", RegexOptions.Multiline) is { Success: true } match
            ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            : 0;
    }

    /// <summary>Without portal, FTP and NTSAPI, unless <paramref name="words"/> say otherwise: their ports are one for all.</summary>
    public static ExternalProcess Launch(Data data, params string[] words) =>
        ExternalProcess.Start("dotnet", [Cli.Path, "serve", "--data", data.Root, "--set", "Portal:Listen=", "--set", "Ftp:Listen=", "--set", "Ntsapi:ListenTls=", .. words]);

    /// <summary>Logs in; the session is idle.</summary>
    public async Task<RawSshClient> LogInAsync(SshPrivateKey key, string user = Template.User)
    {
        var client = await RawSshClient.ConnectAsync(Port);
        await client.LogInAsync(user, key);
        return client;
    }

    /// <summary>Whether a login succeeds.</summary>
    public async Task<bool> CanLogInAsync(SshPrivateKey key, string user = Template.User)
    {
        await using var client = await RawSshClient.ConnectAsync(Port);
        await client.HandshakeAsync();
        await client.RequestServiceAsync();
        return (await client.SignInAsync(user, key)).Success;
    }

    public static async Task<RawSftpClient> OpenSftpAsync(RawSshClient client)
    {
        var channel = await client.OpenSubsystemAsync("sftp");
        var sftp = new RawSftpClient(channel.AsStream());
        await sftp.InitializeAsync();
        return sftp;
    }

    public Task SignalAsync(string signal) => _process.SignalAsync(signal);

    public Task<ProcessOutcome> WaitForExitAsync() => _process.WaitForExitAsync(Patience);

    public async Task<ProcessOutcome> StopAsync()
    {
        await SignalAsync("TERM");
        return await WaitForExitAsync();
    }

    public void Kill() => _process.Kill();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
