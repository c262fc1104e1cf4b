using System.Text;
using System.Xml.Linq;
using Waybill.Core.Packs;

namespace Waybill.Core.Tests.Packs;

/// <summary>The files for FTP over TLS byte for byte: for logins with a password alone.</summary>
public class FtpsFileTests
{
    [Fact]
    public void A_login_without_a_password_gets_nothing_of_FTPS()
    {
        Assert.DoesNotContain(PackSample.Pack().Files, file => file.Name.Contains("ftps", StringComparison.Ordinal) || file.Name.EndsWith(".crt", StringComparison.Ordinal));
        Assert.DoesNotContain("ftps", PackSample.File("-README.txt") + PackSample.File("-guide.html") + PackSample.File("-rclone.conf"), StringComparison.Ordinal);
    }

    [Fact]
    public void FileZilla_gets_a_site_that_requires_TLS_and_asks_for_the_password()
    {
        var site = XDocument.Parse(PackSample.File("-filezilla.xml", WithPassword)).Descendants("Server").Last();
        Assert.Equal(
            [
                ("Host", "cdr.example.com"), ("Port", "21"), ("Protocol", "4"), ("Type", "0"), ("User", "10020"), ("Logontype", "2"), ("EncodingType", "UTF-8"), ("BypassProxy", "0"),
                ("Name", "Example files 10020 FTPS"), ("Comments", "SHA-256 ab:cd\nSHA-256 ef:01 from 2027-01-31 on"),
            ],
            site.Elements().Select(static each => (each.Name.LocalName, each.Value)));
    }

    [Fact]
    public void WinSCP_gets_a_site_with_explicit_TLS_and_a_session_URL()
    {
        Assert.Contains(
            """

            [Sessions\Example%20files%2010020%20FTPS]
            HostName=cdr.example.com
            PortNumber=21
            UserName=10020
            FSProtocol=5
            Ftps=3
            RemoteDirectory=/

            [SshHostKeys]

            """.ReplaceLineEndings("\r\n"),
            PackSample.File("-winscp.ini", WithPassword), StringComparison.Ordinal);
        Assert.EndsWith("\r\nftpes://10020;x-name=Example%20FTPS@cdr.example.com:21/\r\n", PackSample.File("-winscp-url.txt", WithPassword), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_TLS_comes_first_every_file_says_so()
    {
        var implicitly = WithPassword with { Ftps = WithPassword.Ftps! with { Endpoints = [new PackEndpoint("cdr.example.com", 990) { ImplicitTls = true }] } };
        Assert.Equal("3", XDocument.Parse(PackSample.File("-filezilla.xml", implicitly)).Descendants("Server").Last().Element("Protocol")!.Value);
        Assert.Contains("\r\nFtps=1\r\n", PackSample.File("-winscp.ini", implicitly), StringComparison.Ordinal);
        Assert.EndsWith("\r\nftps://10020;x-name=Example%20FTPS@cdr.example.com:990/\r\n", PackSample.File("-winscp-url.txt", implicitly), StringComparison.Ordinal);
        Assert.EndsWith("\nopen -u 10020 ftps://cdr.example.com:990\n", PackSample.File("-lftp-ftps.lftp", implicitly), StringComparison.Ordinal);
        Assert.Contains("\"ftps://$url\"", PackSample.File("-curl-ftps.sh", implicitly), StringComparison.Ordinal);
        Assert.EndsWith("\nuser = 10020\ntls = true\n", PackSample.File("-rclone.conf", implicitly), StringComparison.Ordinal);
        Assert.Contains("FTP with implicit TLS", PackSample.File("-README.txt", implicitly), StringComparison.Ordinal);
        Assert.Contains("FTP with implicit TLS", PackSample.File("-guide.html", implicitly), StringComparison.Ordinal);
        Assert.Contains("FTP with explicit TLS", PackSample.File("-guide.html", WithPassword), StringComparison.Ordinal);
    }

    [Fact]
    public void Lftp_gets_the_five_settings_and_the_root()
    {
        Assert.Equal(
            """
            set ftp:ssl-force yes
            set ftp:ssl-protect-data yes
            set ftp:ssl-protect-list yes
            set ssl:check-hostname yes
            set ssl:verify-certificate yes
            set ssl:ca-file "waybill-10020-root.crt"
            open -u 10020 ftp://cdr.example.com:21

            """,
            PackSample.File("-lftp-ftps.lftp", WithPassword));
        Assert.Equal("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", PackSample.File("-root.crt", WithPassword));
        var elsewhere = WithPassword with { StartDirectory = "/my docs/a" };
        Assert.EndsWith("\nopen -u 10020 ftp://cdr.example.com:21/%2Fmy%20docs/a\n", PackSample.File("-lftp-ftps.lftp", elsewhere), StringComparison.Ordinal);
    }

    [Fact]
    public void Curl_and_rclone_get_what_they_read_and_no_file_holds_a_password()
    {
        var script = PackSample.File("-curl-ftps.sh", WithPassword);
        Assert.Contains("exec curl --ssl-reqd --cacert \"$here/waybill-10020-root.crt\" \"$@\"\n", script, StringComparison.Ordinal);
        Assert.DoesNotContain(" -k", script, StringComparison.Ordinal);
        Assert.EndsWith(
            """

            [waybill-10020--ftps]
            type = ftp
            host = cdr.example.com
            port = 21
            user = 10020
            explicit_tls = true

            """,
            PackSample.File("-rclone.conf", WithPassword), StringComparison.Ordinal);
        Assert.All(PackSample.Pack(WithPassword).Files, static file => Assert.DoesNotContain("pass = ", Encoding.UTF8.GetString(file.Content.Span), StringComparison.Ordinal));
    }

    [Fact]
    public void Where_programs_know_the_authority_no_root_is_named()
    {
        var known = WithPassword with { Ftps = WithPassword.Ftps! with { RootPem = null } };
        Assert.DoesNotContain(PackSample.Pack(known).Files, static file => file.Name.EndsWith(".crt", StringComparison.Ordinal));
        foreach (var name in (string[])["-lftp-ftps.lftp", "-curl-ftps.sh", "-README.txt", "-guide.html"])
        {
            Assert.DoesNotContain("root.crt", PackSample.File(name, known), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_guide_and_the_list_of_files_know_FTPS()
    {
        foreach (var name in (string[])["-README.txt", "-guide.html"])
        {
            var text = PackSample.File(name, WithPassword);
            Assert.All((string[])["cdr.example.com", "waybill-10020-root.crt", "waybill-10020-lftp-ftps.lftp", "waybill-10020-curl-ftps.sh", "ab:cd", "2027-01-31"], each => Assert.Contains(each, text, StringComparison.Ordinal));
        }
    }

    private static PackFacts WithPassword { get; } = PackSample.Facts with
    {
        Ftps = new PackFtps(
            [new PackEndpoint("cdr.example.com", 21)], "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----", [new PackCertificate("ab:cd", "12:34"), new PackCertificate("ef:01", "56:78", new DateOnly(2027, 1, 31))]),
    };
}
