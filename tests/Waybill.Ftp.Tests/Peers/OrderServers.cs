using System.Globalization;
using System.Net.Sockets;
using Waybill.Ftp.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Ftp.Tests.Peers;

/// <summary>
/// Starts the servers: Waybill's engine, and Debian's vsftpd and ProFTPD, each set to what Waybill is: nothing without TLS, uploads and changes allowed, active mode to
/// the client alone.
/// </summary>
internal static class OrderServers
{
    private const string Password = "Correct-Horse.9";
    private const string PasswordHash = "$6$saltsalt$9LpImq.XkAGH/UQ6njGHM0RXdwGXp/9gPvw0C3qYNS0TkUz.UYuHhmg4odKoXaeWldmaas/aWcFshKZohvwqk/";
    private const UnixFileMode OthersMayPass = (UnixFileMode)0x1ED;

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    /// <summary>Where <c>./test</c> unpacks vsftpd: Debian's package cannot be installed beside ProFTPD's.</summary>
    private static string Vsftpd => Path.Combine(RepositoryRoot.Find(), "artifacts", "vsftpd", "usr", "sbin", "vsftpd");

    public static async Task<OrderServer> StartWaybillAsync()
    {
        var harness = await FtpHarness.StartAsync(FtpHarness.DefaultOptions with { AllowActive = true });
        return new OrderServer("Waybill", harness.Port, harness.PathOf(""), FtpHarness.User, FtpHarness.Password, harness.DisposeAsync);
    }

    public static Task<OrderServer> StartVsftpdAsync() => StartAsync("vsftpd", "ftp", Vsftpd, static (directory, port) =>
    {
        var passwords = directory.Write("passwords", Password + "\n");
        Directory.CreateDirectory(directory.Combine("nothing"));
        File.SetUnixFileMode(directory.Combine("nothing"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return
        [
            directory.Write(
                "vsftpd.conf",
                $"""
                listen=YES
                listen_address=127.0.0.1
                pasv_min_port=43000
                pasv_max_port=43999
                listen_port={port}
                background=NO
                anonymous_enable=YES
                local_enable=NO
                write_enable=YES
                ftp_username=daemon
                anon_root={directory.Combine("root")}
                secure_email_list_enable=YES
                email_password_file={passwords}
                anon_upload_enable=YES
                anon_mkdir_write_enable=YES
                anon_other_write_enable=YES
                anon_world_readable_only=NO
                anon_umask=022
                secure_chroot_dir={directory.Combine("nothing")}
                connect_from_port_20=NO
                delay_failed_login=0
                utf8_filesystem=YES
                seccomp_sandbox=NO
                isolate=NO
                isolate_network=NO
                ssl_enable=YES
                allow_anon_ssl=YES
                force_anon_logins_ssl=YES
                force_anon_data_ssl=YES
                require_ssl_reuse=NO
                ssl_ciphers=HIGH
                rsa_cert_file={directory.Combine("server.crt")}
                rsa_private_key_file={directory.Combine("server.key")}

                """),
        ];
    });

    public static Task<OrderServer> StartProFtpdAsync() => StartAsync("ProFTPD", "customer", "/usr/sbin/proftpd", static (directory, port) =>
    {
        var users = directory.Write("users", $"customer:{PasswordHash}:65534:65534::{directory.Combine("root")}:/bin/false\n");
        File.SetUnixFileMode(users, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return
        [
            "-n", "-q", "-c",
            directory.Write(
                "proftpd.conf",
                $"""
                ModulePath /usr/lib/proftpd
                LoadModule mod_tls.c
                ServerType standalone
                DefaultAddress 127.0.0.1
                UseIPv6 off
                Port {port}
                User nobody
                Group nogroup
                AuthOrder mod_auth_file.c
                AuthUserFile {users}
                RequireValidShell off
                UseFtpUsers off
                DefaultRoot ~
                AllowOverwrite on
                AllowStoreRestart on
                AllowRetrieveRestart on
                WtmpLog off
                TransferLog none
                DelayEngine off
                UseReverseDNS off
                ScoreboardFile {directory.Combine("scoreboard")}
                PidFile {directory.Combine("proftpd.pid")}
                SystemLog {directory.Combine("proftpd.log")}
                TLSEngine on
                TLSRequired on
                TLSProtocol TLSv1.2 TLSv1.3
                TLSOptions NoSessionReuseRequired
                TLSECCertificateFile {directory.Combine("server.crt")}
                TLSECCertificateKeyFile {directory.Combine("server.key")}
                TLSLog {directory.Combine("tls.log")}

                """),
        ];
    });

    private static async Task<OrderServer> StartAsync(string name, string user, string program, Func<TemporaryDirectory, int, string[]> configure)
    {
        Assert.True(File.Exists(program), $"{program} is not there; ./test brings it.");
        var directory = new TemporaryDirectory();
        File.SetUnixFileMode(directory.FullName, OthersMayPass);
        Directory.CreateDirectory(directory.Combine("root"));
        var (certificate, key) = TestCertificate.Pem;
        directory.Write("server.crt", certificate);
        File.SetUnixFileMode(directory.Write("server.key", key), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var port = Ports.Free();
        var process = ExternalProcess.Start(program, configure(directory, port));
        await WaitForPortAsync(process, port);
        return new OrderServer(name, port, directory.Combine("root"), user, Password, async () =>
        {
            await process.DisposeAsync();
            await RemoveAsync(directory);
        });
    }

    /// <summary>A session of the server may write a moment longer than the server lives.</summary>
    private static async Task RemoveAsync(TemporaryDirectory directory)
    {
        using var limit = new CancellationTokenSource(StartTime);
        while (true)
        {
            try
            {
                directory.Dispose();
                return;
            }
            catch (IOException) when (!limit.IsCancellationRequested)
            {
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private static async Task WaitForPortAsync(ExternalProcess process, int port)
    {
        using var limit = new CancellationTokenSource(StartTime);
        while (true)
        {
            Assert.False(process.HasExited, process.Output + process.ErrorOutput);
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync("127.0.0.1", port, limit.Token);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }
}
