using System.Text;
using System.Xml.Linq;
using Waybill.Core.Packs;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Packs;

/// <summary>Each file byte for byte, for host keys whose notations are known.</summary>
public class ClientFileTests
{
    private const string Key = @"C:\Users\me\keys\waybill-10020.ppk";

    [Fact]
    public void OpenSSH_gets_a_configuration_and_a_line_for_each_host_key()
    {
        Assert.Equal(
            """
            Host waybill-10020
              HostName sftp.example.com
              Port 2222
              User 10020
              IdentityFile "~/.ssh/waybill-10020"
              IdentitiesOnly yes
              PreferredAuthentications publickey
              UserKnownHostsFile "~/.ssh/waybill-10020-known_hosts"
              StrictHostKeyChecking yes
              UpdateHostKeys yes

            """,
            PackSample.File(".conf"));
        Assert.Equal(
            $"""
            [sftp.example.com]:2222 {PackSample.Ed25519}
            [sftp.example.com]:2222 {PackSample.Ecdsa}

            """,
            PackSample.File("-known_hosts"));
    }

    [Fact]
    public void Port_22_is_not_named_in_known_hosts()
    {
        var facts = PackSample.Facts with { Endpoints = [new("sftp.example.com", 22)] };
        Assert.Equal([$"sftp.example.com {PackSample.Ed25519}", $"sftp.example.com {PackSample.Ecdsa}", ""], PackSample.File("-known_hosts", facts).Split('\n'));
    }

    [Fact]
    public void WinSCP_gets_a_site_in_its_export_form()
    {
        Assert.Equal(
            $"""
            [Sessions\Example%20files%2010020]
            HostName=sftp.example.com
            PortNumber=2222
            UserName=10020
            FSProtocol=2
            PublicKeyFile=%25USERPROFILE%25%5CDocuments%5Cwaybill-10020.ppk
            RemoteDirectory=/
            SshHostKey=ssh-ed25519%20255%20VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8;ecdsa-sha2-nistp256%20256%20DS+Je9awf6H2pX8n904IHJMqy4zrSz64DxOm6b7FtiY

            [SshHostKeys]
            ssh-ed25519@2222:sftp.example.com={PackSample.Ed25519Cache}
            ecdsa-sha2-nistp256@2222:sftp.example.com={PackSample.EcdsaCache}

            """.ReplaceLineEndings("\r\n"),
            PackSample.File("-winscp.ini"));
    }

    [Fact]
    public void WinSCP_gets_a_session_URL()
    {
        var facts = PackSample.Facts with { HostKeys = [PackSample.Facts.HostKeys[0]] };
        const string Url =
            "sftp://10020;fingerprint=ssh-ed25519-VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8;x-name=Example;x-publickeyfile=%25USERPROFILE%25%5CDocuments%5Cwaybill-10020.ppk@sftp.example.com:2222/";
        Assert.Equal(Url + "\r\n", PackSample.File("-winscp-url.txt", facts));
        Assert.Equal(Url, PackSample.Pack(facts).SessionUrl);
        Assert.Contains(
            "fingerprint=ssh-ed25519-VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8%3Becdsa-sha2-nistp256-DS-Je9awf6H2pX8n904IHJMqy4zrSz64DxOm6b7FtiY;",
            PackSample.File("-winscp-url.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public void FileZilla_gets_a_site_with_the_fingerprints_in_its_comments()
    {
        Assert.Equal(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <FileZilla3>
              <Servers>
                <Server>
                  <Host>sftp.example.com</Host>
                  <Port>2222</Port>
                  <Protocol>1</Protocol>
                  <Type>0</Type>
                  <User>10020</User>
                  <Keyfile>C:\Users\me\keys\waybill-10020.ppk</Keyfile>
                  <Logontype>5</Logontype>
                  <EncodingType>UTF-8</EncodingType>
                  <BypassProxy>0</BypassProxy>
                  <Name>Example files 10020</Name>
                  <RemoteDir>1 0 3 cdr</RemoteDir>
                  <Comments>ssh-ed25519 255 SHA256:VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8
            ecdsa-sha2-nistp256 256 SHA256:DS+Je9awf6H2pX8n904IHJMqy4zrSz64DxOm6b7FtiY
            help@example.com</Comments>
                </Server>
              </Servers>
            </FileZilla3>

            """,
            PackSample.File("-filezilla.xml", PackSample.Facts with { StartDirectory = "/cdr", Provider = new PackProvider("Example", "help@example.com") }, Key));
    }

    [Theory]
    [InlineData("/cdr", "1 0 3 cdr")]
    [InlineData("/my docs/a", "1 0 7 my docs 1 a")]
    [InlineData("/", null)]
    public void FileZilla_takes_the_starting_directory_as_a_safe_path(string directory, string? safe)
    {
        var site = XDocument.Parse(PackSample.File("-filezilla.xml", PackSample.Facts with { StartDirectory = directory })).Descendants("Server").Single();
        Assert.Equal(safe, site.Element("RemoteDir")?.Value);
    }

    [Fact]
    public void PuTTY_gets_a_session_and_its_host_keys_for_the_registry()
    {
        var bytes = PackSample.Bytes("-putty.reg", null, Key);
        Assert.Equal([0xff, 0xfe], bytes[..2]);
        Assert.Equal(
            $"""
            Windows Registry Editor Version 5.00

            [HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\Sessions\Example%20files%2010020]
            "Present"=dword:00000001
            "HostName"="sftp.example.com"
            "PortNumber"=dword:000008ae
            "Protocol"="ssh"
            "UserName"="10020"
            "PublicKeyFile"="C:\\Users\\me\\keys\\waybill-10020.ppk"

            [HKEY_CURRENT_USER\Software\SimonTatham\PuTTY\SshHostKeys]
            "ssh-ed25519@2222:sftp.example.com"="{PackSample.Ed25519Cache}"
            "ecdsa-sha2-nistp256@2222:sftp.example.com"="{PackSample.EcdsaCache}"

            """.ReplaceLineEndings("\r\n"),
            Encoding.Unicode.GetString(bytes[2..]));
    }

    [Fact]
    public void Lftp_runs_ssh_with_our_configuration_and_asks_for_no_password()
    {
        Assert.Equal(
            """
            set sftp:auto-confirm no
            set sftp:connect-program "ssh -a -x -F /home/me/.ssh/waybill-10020.conf"
            open sftp://10020:@waybill-10020

            """,
            PackSample.File(".lftp", null, "/home/me/.ssh/id_ed25519"));
    }

    [Fact]
    public void Rclone_gets_a_section_that_checks_the_host_key()
    {
        Assert.Equal(
            """
            [waybill-10020]
            type = sftp
            host = sftp.example.com
            port = 2222
            user = 10020
            key_file = ~/.ssh/waybill-10020
            known_hosts_file = ~/.ssh/waybill-10020-known_hosts
            shell_type = none
            md5sum_command = none
            sha1sum_command = none
            disable_hashcheck = true

            """,
            PackSample.File("-rclone.conf"));
    }

    [Fact]
    public void Curl_pins_the_type_of_key_that_it_prefers_of_those_on_offer()
    {
        const string Command = "curl --key ~/.ssh/waybill-10020 -u 10020: --hostpubsha256 ";
        var modern = PackSample.File("-curl.sh");
        Assert.Contains(Command + "VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8 -O \"sftp://sftp.example.com:2222$path\"", modern, StringComparison.Ordinal);
        Assert.Contains("libssh2 1.11.0 or newer", modern, StringComparison.Ordinal);
        var compat = PackSample.File("-curl.sh", PackSample.Facts with { Endpoints = [new("sftp.example.com", 2222, Policy: PackPolicy.Compat)] });
        Assert.Contains(Command + "DS+Je9awf6H2pX8n904IHJMqy4zrSz64DxOm6b7FtiY -O \"sftp://sftp.example.com:2222$path\"", compat, StringComparison.Ordinal);
        Assert.DoesNotContain("1.11", compat, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behind_a_listener_with_post_quantum_keys_alone_curl_says_that_it_cannot_and_the_guide_which_programs_can()
    {
        var facts = PackSample.Facts with { Endpoints = [new("sftp.example.com", 2222, Policy: PackPolicy.PostQuantum)] };
        var outcome = await ExternalProcess.RunAsync("sh", ["-c", PackSample.File("-curl.sh", facts)]);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("no post-quantum key exchange", outcome.ErrorOutput, StringComparison.Ordinal);
        Assert.Contains("You need OpenSSH 9.9, PuTTY 0.83, WinSCP 6.5", PackSample.File("-guide.html", facts), StringComparison.Ordinal);
        Assert.DoesNotContain("post-quantum", PackSample.File("-guide.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_announced_is_pinned_everywhere_but_where_only_the_one_in_use_can_be()
    {
        var facts = PackSample.Facts with { HostKeys = [PackSample.Facts.HostKeys[0] with { IsUsed = false }, PackSample.Facts.HostKeys[1]], Endpoints = [new("h.example", 22, Policy: PackPolicy.Compat)] };
        Assert.Contains(PackSample.Ed25519, PackSample.File("-known_hosts", facts), StringComparison.Ordinal);
        Assert.Contains("VThZiFM7", PackSample.File("-winscp.ini", facts), StringComparison.Ordinal);
        Assert.Contains("--hostpubsha256 DS+Je9aw", PackSample.File("-curl.sh", facts), StringComparison.Ordinal);
        Assert.Contains("announced: it will be used later", PackSample.File("-guide.html", facts), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_keys_of_one_type_are_joined_for_WinSCP_and_PuTTY_gets_the_one_in_use()
    {
        using var other = SshKeys.Keys.SshPrivateKeys.GenerateEd25519();
        var next = new PackHostKey(other.PublicKey, IsUsed: false);
        var facts = PackSample.Facts with { HostKeys = [next, PackSample.Facts.HostKeys[0]] };
        var nextValue = SshKeys.Keys.HostKeyNotation.PuttyCacheValue(other.PublicKey);
        Assert.Contains($"ssh-ed25519@2222:sftp.example.com={nextValue};{PackSample.Ed25519Cache}\r\n", PackSample.File("-winscp.ini", facts), StringComparison.Ordinal);
        var registry = Encoding.Unicode.GetString(PackSample.Bytes("-putty.reg", facts));
        Assert.Contains(PackSample.Ed25519Cache, registry, StringComparison.Ordinal);
        Assert.DoesNotContain(nextValue, registry, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_host_has_its_own_site_and_its_own_lines()
    {
        var facts = PackSample.Facts with { Endpoints = [new("a.example", 22, "AU"), new("b.example", 2022)] };
        Assert.Equal(["Host waybill-10020", "Host waybill-10020--2"], PackSample.File(".conf", facts).Split('\n').Where(line => line.StartsWith("Host ", StringComparison.Ordinal)));
        Assert.Equal(4, PackSample.File("-known_hosts", facts).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains(@"[Sessions\Example%20files%2010020%20(2)]", PackSample.File("-winscp.ini", facts), StringComparison.Ordinal);
        Assert.Contains("[waybill-10020--2]\n", PackSample.File("-rclone.conf", facts), StringComparison.Ordinal);
        Assert.EndsWith("open sftp://10020:@waybill-10020\n# open sftp://10020:@waybill-10020--2\n", PackSample.File(".lftp", facts), StringComparison.Ordinal);
        Assert.Equal(2, XDocument.Parse(PackSample.File("-filezilla.xml", facts)).Descendants("Server").Select(site => site.Element("Name")!.Value).Distinct().Count());
        Assert.Equal(2, PackSample.File("-winscp-url.txt", facts).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void Texts_for_Windows_end_lines_with_CR_LF_and_others_with_LF()
    {
        foreach (var file in PackSample.Pack().Files)
        {
            var isUtf16 = file.Name.EndsWith(".reg", StringComparison.Ordinal);
            var text = (isUtf16 ? Encoding.Unicode : Encoding.UTF8).GetString(file.Content.Span);
            var windows = isUtf16 || file.Name.EndsWith(".ini", StringComparison.Ordinal) || file.Name.EndsWith(".txt", StringComparison.Ordinal);
            Assert.Equal(windows, text.Contains('\r', StringComparison.Ordinal));
            Assert.EndsWith("\n", text, StringComparison.Ordinal);
            Assert.Equal(windows ? text : text.ReplaceLineEndings("\n"), windows ? text.ReplaceLineEndings("\r\n") : text);
            Assert.Matches("^waybill-10020[A-Za-z0-9._-]+$", file.Name);
        }
    }
}
