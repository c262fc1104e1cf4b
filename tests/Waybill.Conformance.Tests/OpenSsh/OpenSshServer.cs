using Waybill.SshKeys.Keys;
using Waybill.TestKit;
using Waybill.TestKit.Ssh;

namespace Waybill.Conformance.Tests.OpenSsh;

/// <summary>OpenSSH's sshd on loopback, with keys of its own: what the test kit's client is measured against.</summary>
internal sealed class OpenSshServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly ExternalProcess _process;

    private OpenSshServer(TemporaryDirectory directory, ExternalProcess process, int port, SshPrivateKey userKey)
    {
        _directory = directory;
        _process = process;
        Port = port;
        UserKey = userKey;
    }

    public static string User => Environment.UserName;

    public int Port { get; }

    public SshPrivateKey UserKey { get; }

    public string Log => _process.ErrorOutput;

    /// <summary>Starts it; its sftp-server is the <c>sftp</c> subsystem, <c>cat</c> is <c>echo</c>.</summary>
    public static async Task<OpenSshServer> StartAsync(params string[] settings)
    {
        var sshd = ExternalProcess.Find("sshd") ?? throw new InvalidOperationException("sshd is not installed: ./test installs openssh-server.");
        Directory.CreateDirectory("/run/sshd");
        var directory = new TemporaryDirectory();
        foreach (var type in (string[])["ed25519", "ecdsa", "rsa"])
        {
            var made = await ExternalProcess.RunAsync("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", directory.Combine($"host_{type}")]);
            Assert.True(made.ExitCode == 0, made.ToString());
        }

        var port = Ports.Free();
        var userKey = SshPrivateKeys.GenerateEd25519();
        var authorized = directory.Write("authorized_keys", $"ssh-ed25519 {Convert.ToBase64String(userKey.PublicKey.Blob.Span)}\n");
        var configuration = directory.Write("sshd_config", $"""
            ListenAddress 127.0.0.1:{port}
            HostKey {directory.Combine("host_ed25519")}
            HostKey {directory.Combine("host_ecdsa")}
            HostKey {directory.Combine("host_rsa")}
            AuthorizedKeysFile {authorized}
            PermitRootLogin prohibit-password
            StrictModes no
            UsePAM no
            PidFile none
            MaxStartups 100
            MaxAuthTries 20
            KexAlgorithms +diffie-hellman-group14-sha256
            Subsystem sftp internal-sftp
            Subsystem echo /bin/cat
            {string.Join('\n', settings)}

            """);
        var process = ExternalProcess.Start(sshd, ["-f", configuration, "-D", "-e"]);
        await process.WaitForTextAsync("Server listening", TimeSpan.FromSeconds(60));
        return new OpenSshServer(directory, process, port, userKey);
    }

    public Task<RawSshClient> ConnectAsync() => RawSshClient.ConnectAsync(Port);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        UserKey.Dispose();
        _directory.Dispose();
    }
}
