using Waybill.Ssh.Hosting;
using Waybill.TestKit;

namespace Waybill.Ssh.Tests.Hosting;

public sealed class ClientNamesTests
{
    [Theory]
    [InlineData("PuTTY_Release_0.78", "PuTTY 0.78")]
    [InlineData("PuTTY_Local:_Mar__1_2026", "PuTTY 1")]
    [InlineData("WinSCP_release_5.21.5", "WinSCP 5.21.5")]
    [InlineData("FileZilla_3.63.0", "FileZilla 3.63.0")]
    [InlineData("OpenSSH_9.2p1 Debian-2+deb12u3", "OpenSSH 9.2p1")]
    [InlineData("OpenSSH_for_Windows_8.1", "OpenSSH for Windows 8.1")]
    [InlineData("libssh2_1.10.0", "libssh2 1.10.0")]
    [InlineData("libssh_0.10.6", "libssh 0.10.6")]
    [InlineData("libssh-0.7.0", "libssh 0.7.0")]
    [InlineData("JSCH-0.1.54", "JSch 0.1.54")]
    [InlineData("JSCH_0.2.9", "JSch 0.2.9")]
    [InlineData("paramiko_2.12.0", "paramiko 2.12.0")]
    [InlineData("AsyncSSH_2.10.1", "AsyncSSH 2.10.1")]
    [InlineData("Go", "a Go program (x/crypto/ssh)")]
    [InlineData("rclone/v1.60.1-DEV", "rclone 1.60.1-DEV")]
    [InlineData("Cyberduck/8.5.6.39393 (Mac OS X/13.2) (aarch64)", "Cyberduck 8.5.6.39393")]
    [InlineData("6.4.12.353 SSH Tectia Client", "Tectia 6.4.12.353")]
    [InlineData("3.2.9 SSH Secure Shell Windows Client", "SSH Secure Shell 3.2.9")]
    [InlineData("1.36_sshlib GlobalSCAPE", "GlobalSCAPE 1.36")]
    [InlineData("1.82 sshlib: GlobalScape", "GlobalSCAPE 1.82")]
    [InlineData("RebexSSH_1.0.0.0", "Rebex 1.0.0.0")]
    [InlineData("XFB.Gateway Windows", "Axway XFB")]
    [InlineData("J2SSH_Maverick_1.5.5", "Maverick 1.5.5")]
    [InlineData("9.27 FlowSsh: Bitvise SSH Client (Tunnelier) 9.27", "Bitvise SSH Client 9.27")]
    [InlineData("Renci.SshNet.SshClient.2024.0.0", "SSH.NET 2024.0.0")]
    [InlineData("ssh2js1.11.0", "ssh2 (Node.js) 1.11.0")]
    [InlineData("APACHE-SSHD-2.9.2", "Apache MINA SSHD 2.9.2")]
    [InlineData("dropbear_2022.83", "Dropbear 2022.83")]
    [InlineData("Nobody_Knows_1.5", "Nobody Knows 1.5")]
    [InlineData("Acme-2.0 beta", "Acme 2.0")]
    [InlineData("Plain", "Plain")]
    [InlineData("", "")]
    [InlineData("Evil\u001b[31m_1.0", @"Evil\u{1b}[31m 1.0")]
    public void Software_is_named_as_people_name_it(string software, string name) => Assert.Equal(name, ClientNames.Of(software));

    [Fact]
    public void Whatever_a_client_says_gives_a_short_name_without_control_characters()
    {
        var random = new SeededRandom(6);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(250)).Select(_ => (char)(random.OneIn(5) ? random.Next(0x3000) : random.Next(32, 127)))]);
            var name = ClientNames.Of(text);
            Assert.InRange(name.Length, 0, 81);
            Assert.DoesNotContain(name, char.IsControl);
        }
    }
}
