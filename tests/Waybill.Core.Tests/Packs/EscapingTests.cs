using System.Text;
using System.Xml.Linq;
using Waybill.Core.Packs;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Packs;

/// <summary>Values that would break a format, or steer a client, if they stood in it as they are.</summary>
public class EscapingTests
{
    private const string HostileKey = "/home/ü \"q\" 'a'/100%h #; [x]=&<b>\\/id";
    private const string HostilePpk = @"C:\Users\Jürgen & ""Söhne""\100% [x]=*?.ppk";
    private const string HostileName = "A/B\\C <script>\"x\"]%=;Ünal\u200b";

    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData(@"a\b*c?d%e", "a%5Cb%2Ac%3Fd%25e")]
    [InlineData(".hidden", "%2Ehidden")]
    [InlineData("a.b~", "a.b~")]
    [InlineData("ü", "%EF%BB%BF%C3%BC")]
    [InlineData("a\u007fb", "a%7Fb")]
    public void A_name_is_escaped_as_PuTTY_and_WinSCP_do(string name, string escaped) => Assert.Equal(escaped, PuttyEscape.Name(name));

    [Fact]
    public void An_asterisk_stays_in_values_and_an_equals_sign_does_not_stay_in_names_of_host_keys()
    {
        Assert.Equal("%25A%25%5C*", PuttyEscape.Value(@"%A%\*"));
        Assert.Equal("a%3Db%2A", PuttyEscape.HostKeyName("a=b*"));
    }

    [Fact]
    public void WinSCP_gets_nothing_but_escaped_ASCII_and_one_line_for_each_value()
    {
        var facts = PackSample.Facts with { StartDirectory = "/my docs/50% ü\\x", Provider = new PackProvider(HostileName) };
        var lines = PackSample.File("-winscp.ini", facts, HostilePpk).Split("\r\n");
        Assert.Equal(@"[Sessions\%EF%BB%BFA-B-C%20-script--x-----%C3%9Cnal-%20files%2010020]", lines[0]);
        Assert.Equal("PublicKeyFile=%EF%BB%BFC:%5CUsers%5CJ%C3%BCrgen%20&%20\"S%C3%B6hne\"%5C100%25%20[x]=*%3F.ppk", lines[5]);
        Assert.Equal("RemoteDirectory=%EF%BB%BF/my%20docs/50%25%20%C3%BC%5Cx", lines[6]);
        Assert.All(lines, line => Assert.True(Ascii.IsValid(line)));
    }

    [Fact]
    public void The_session_URL_has_no_character_of_a_value_that_would_end_it()
    {
        var facts = PackSample.Facts with { StartDirectory = "/a;b/c@d ü", Provider = new PackProvider("x;x-shell=/bin/sh@evil:22/ü"), Endpoints = [new("::1", 22)] };
        var url = PackSample.File("-winscp-url.txt", facts, @"C:\a;x-shell=y@z\k.ppk").TrimEnd();
        Assert.EndsWith(";x-name=x%3Bx-shell%3D%2Fbin%2Fsh%40evil%3A22%2F%C3%BC;x-publickeyfile=C%3A%5Ca%3Bx-shell%3Dy%40z%5Ck.ppk@[::1]:22/a%3Bb/c%40d%20%C3%BC/", url, StringComparison.Ordinal);
        Assert.Equal(2, url.Split('@').Length);
    }

    [Fact]
    public void FileZilla_gets_hostile_values_as_text()
    {
        var facts = PackSample.Facts with { StartDirectory = "/a & b", Provider = new PackProvider(HostileName, "<a>&\"@example.com") };
        var site = XDocument.Parse(PackSample.File("-filezilla.xml", facts, HostilePpk)).Descendants("Server").Single();
        Assert.Equal(HostilePpk, site.Element("Keyfile")!.Value);
        Assert.Equal("1 0 5 a & b", site.Element("RemoteDir")!.Value);
        Assert.Equal("A-B-C -script--x-----Ünal- files 10020", site.Element("Name")!.Value);
        Assert.EndsWith("\n<a>&\"@example.com", site.Element("Comments")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_registry_file_escapes_backslashes_and_quotes_and_its_session_can_be_typed()
    {
        var text = Encoding.Unicode.GetString(PackSample.Bytes("-putty.reg", PackSample.Facts with { Provider = new PackProvider(HostileName) }, HostilePpk));
        Assert.Contains("\"PublicKeyFile\"=\"C:\\\\Users\\\\Jürgen & \\\"Söhne\\\"\\\\100% [x]=*?.ppk\"\r\n", text, StringComparison.Ordinal);
        Assert.Contains(@"\Sessions\Waybill%20files%2010020]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenSSH_lftp_and_rclone_get_a_hostile_path_each_in_its_own_quotes()
    {
        Assert.Contains("""  IdentityFile "/home/ü \"q\" 'a'/100%%h #; [x]=&<b>\\/id" """.TrimEnd() + "\n", PackSample.File(".conf", null, HostileKey), StringComparison.Ordinal);
        Assert.Contains("-F '/home/ü \\\"q\\\" '\\\\''a'\\\\''/100%h #; [x]=&<b>\\\\/waybill-10020.conf'\"\n", PackSample.File(".lftp", null, HostileKey), StringComparison.Ordinal);
        Assert.Contains($"key_file = {HostileKey}\n", PackSample.File("-rclone.conf", null, HostileKey), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/home/me/$(touch x) `touch y`/id;touch z")]
    [InlineData("~/it's & \"more\" | touch x/id")]
    public async Task A_shell_sees_one_word_and_runs_nothing_of_it(string path)
    {
        // What PackKeyFiles would refuse is tried too: the quoting does not rely on it.
        using var directory = new TemporaryDirectory();
        var outcome = await ExternalProcess.RunAsync(
            "sh", ["-c", $"printf '<%s>' {ShellText.Word(path)}"], workingDirectory: directory.FullName, environment: new Dictionary<string, string?> { ["HOME"] = "/h" });
        Assert.Equal($"<{(path.StartsWith('~') ? "/h" + path[1..] : path)}>", outcome.Output);
        Assert.Empty(Directory.GetFileSystemEntries(directory.FullName));
    }

    [Theory]
    [InlineData(@"%USERPROFILE%\.ssh\id", "~/.ssh/id", "~/.ssh/waybill-10020-known_hosts")]
    [InlineData(@"C:\Users\me\.ssh\id", "C:/Users/me/.ssh/id", "C:/Users/me/.ssh/waybill-10020-known_hosts")]
    [InlineData(@"\\server\share\id", "//server/share/id", "//server/share/waybill-10020-known_hosts")]
    [InlineData("/id", "/id", "/waybill-10020-known_hosts")]
    public void A_path_of_Windows_has_slashes_where_OpenSSH_and_rclone_read_it(string path, string key, string knownHosts)
    {
        Assert.Contains($"  IdentityFile \"{key}\"\n", PackSample.File(".conf", null, path), StringComparison.Ordinal);
        Assert.Contains($"  UserKnownHostsFile \"{knownHosts}\"\n", PackSample.File(".conf", null, path), StringComparison.Ordinal);
        Assert.Contains($"known_hosts_file = {knownHosts}\n", PackSample.File("-rclone.conf", null, path), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_expands_no_variable_is_given_a_name_to_be_replaced_and_WinSCP_the_variable()
    {
        const string Path = @"%USERPROFILE%\keys\a.ppk";
        Assert.Contains(@"PublicKeyFile=%25USERPROFILE%25%5Ckeys%5Ca.ppk", PackSample.File("-winscp.ini", null, Path), StringComparison.Ordinal);
        Assert.Contains(@"<Keyfile>C:\Users\YOUR-NAME\keys\a.ppk</Keyfile>", PackSample.File("-filezilla.xml", null, Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/Users/anna/.ssh/id", "/Users/anna/.ssh/id")]
    [InlineData("~/.ssh/id", @"C:\Users\YOUR-NAME\Documents\waybill-10020.ppk")]
    public void FileZilla_takes_an_OpenSSH_key_whose_whole_path_is_known(string path, string expected) =>
        Assert.Contains($"<Keyfile>{expected}</Keyfile>", PackSample.File("-filezilla.xml", null, path), StringComparison.Ordinal);

    [Theory]
    [InlineData("/home/me/id\nHost *", "line break")]
    [InlineData("/home/me/id\u0000", "invisible character")]
    [InlineData("/home/me/\u202egpj.id", "invisible character")]
    [InlineData("/home/me/\ufffe", "invisible character")]
    [InlineData("/home/me/id ", "blank")]
    [InlineData("", "no whole path")]
    [InlineData("id_ed25519", "no whole path")]
    [InlineData("-oProxyCommand=x", "no whole path")]
    [InlineData(@"%APPDATA%\id", "no whole path")]
    [InlineData("/home/$USER/id", "take for a variable")]
    [InlineData("/home/%(user)s/id", "take for a variable")]
    [InlineData("/home/me/.ssh/", "a folder")]
    [InlineData("/home/me/id.pub", "a public key")]
    [InlineData("~/key.ppk", "do not know ~")]
    public void A_path_that_some_client_could_not_be_given_is_refused_with_the_reason(string path, string words) =>
        Assert.Contains(words, PackKeyFiles.Of([path]).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);

    [Fact]
    public void A_path_has_a_longest_length_and_there_is_one_of_each_kind()
    {
        var longest = "/" + new string('k', PackLimits.KeyFile - 1);
        Assert.True(PackKeyFiles.Of([longest]).Succeeded);
        Assert.Contains("longer than", PackKeyFiles.Of([longest + "k"]).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);
        Assert.True(PackKeyFiles.Of(["/a", @"C:\a.PPK"]).Succeeded);
        Assert.Contains("Two paths", PackKeyFiles.Of(["/a", "/b"]).Problem(ProblemKind.Invalid).Message, StringComparison.Ordinal);
    }
}
