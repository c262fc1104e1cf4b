using System.Text;

using Waybill.SshKeys.Keys;

namespace Waybill.SshKeys.Tests.Keys;

/// <summary>Every form in which a customer's public key comes is read.</summary>
[Collection("key tools")]
public sealed class PublicKeyFileTests(KeyTools tools)
{
    private const string Ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILxrGzJkawn65ukNbV+xrNDwA61pDGZKnVE4RKHygg+F";

    /// <summary>e = 37, as PuTTYgen made keys before 0.75.</summary>
    private const string Rsa37 =
        "ssh-rsa AAAAB3NzaC1yc2EAAAABJQAAAQEA4FmWHJt1Fvev0QeABcIcqDZeDQdMUsYPEZ/2DLQvRq9ZC7pvga8opNa6/tp7KC5YYMHDdN83ctNo/CgXdEy3RIn81qK9BJOkQidIdGcT5GxQEYB"
        + "fDs6px9TY5290tZT60O0apUyqXYDuuPV0W6Ur4tkNrtMxl3p4rGwdNcJDtkgCwaX0fLXvK/vTT1+ad9eXsHCrHLm4MDRLZ+RRq6te8tI6r++W05wWsUYy8H8GwBlrr2E8pV3bp51PZxmUC/EBJ4"
        + "XRwZqnQOa3QGLlhzb4CuVtnHBUs2JptT6ztBHi6aoR+jhhlOCaq6k74VhhbjUk4wS5ZO/50aKUFvdJFpC/xw==";

    [Theory]
    [MemberData(nameof(KeyTools.Names), MemberType = typeof(KeyTools))]
    public void An_OpenSSH_line_is_read(string name)
    {
        var reading = PublicKeyFile.Read(tools.Read(name + ".pub"));
        AssertKey(reading, name, PublicKeyFormat.OpenSsh);
        Assert.Equal(name.StartsWith("putty", StringComparison.Ordinal) ? "made by PuTTYgen" : $"{name} of a test", reading.Comment);
        Assert.Null(reading.Note);
    }

    [Theory]
    [MemberData(nameof(KeyTools.Names), MemberType = typeof(KeyTools))]
    public async Task RFC_4716_as_PuTTYgen_and_as_ssh_keygen_write_it_is_read(string name)
    {
        var putty = PublicKeyFile.Read(KeyTools.Bytes(await KeyTools.PuttygenAsync(tools.PathOf(name + ".pub"), "-O", "public")));
        AssertKey(putty, name, PublicKeyFormat.Rfc4716);
        Assert.Equal(name.StartsWith("putty", StringComparison.Ordinal) ? "made by PuTTYgen" : $"{name} of a test", putty.Comment);

        var openSsh = PublicKeyFile.Read(KeyTools.Bytes(await KeyTools.SshKeygenAsync("-e", "-m", "RFC4716", "-f", tools.PathOf(name + ".pub"))));
        AssertKey(openSsh, name, PublicKeyFormat.Rfc4716);
        Assert.Contains("converted by", openSsh.Comment, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rsa2048")]
    [InlineData("ecdsa256")]
    [InlineData("ecdsa384")]
    [InlineData("ecdsa521")]
    public async Task PEM_PUBLIC_KEY_is_read(string name)
    {
        var pem = await KeyTools.SshKeygenAsync("-e", "-m", "PKCS8", "-f", tools.PathOf(name + ".pub"));
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----", pem);
        AssertKey(PublicKeyFile.Read(KeyTools.Bytes(pem)), name, PublicKeyFormat.SubjectPublicKeyInfo);
        AssertKey(PublicKeyFile.Read(KeyTools.Bytes(pem.Replace("\n", " ", StringComparison.Ordinal))), name, PublicKeyFormat.SubjectPublicKeyInfo);
        AssertKey(PublicKeyFile.Read(Der(pem)), name, PublicKeyFormat.SubjectPublicKeyInfo);
    }

    [Fact]
    public void PEM_PUBLIC_KEY_with_Ed25519_is_read()
    {
        // RFC 8410 section 10.1
        var reading = PublicKeyFile.Read("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"u8);
        Assert.True(reading.IsKey, reading.Message);
        Assert.Equal("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1", Convert.ToHexStringLower(reading.Key.Blob.Span[^32..]));
    }

    [Fact]
    public async Task PEM_RSA_PUBLIC_KEY_is_read()
    {
        var pem = await KeyTools.SshKeygenAsync("-e", "-m", "PEM", "-f", tools.PathOf("rsa3072.pub"));
        Assert.StartsWith("-----BEGIN RSA PUBLIC KEY-----", pem);
        AssertKey(PublicKeyFile.Read(KeyTools.Bytes(pem)), "rsa3072", PublicKeyFormat.Pkcs1);

        // The header was lost on the way.
        AssertKey(PublicKeyFile.Read(KeyTools.Bytes(string.Join('\n', pem.Split('\n')[1..^2]))), "rsa3072", PublicKeyFormat.Pkcs1);
    }

    [Fact]
    public void The_exponent_37_of_old_PuTTYgen_is_accepted()
    {
        var reading = PublicKeyFile.Read(KeyTools.Bytes(Rsa37));
        Assert.True(reading.IsKey, reading.Message);
        Assert.Equal(2048, reading.Key.Bits);
        Assert.Equal(Rsa37, HostKeyNotation.OpenSshLine(reading.Key));
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("{0}\n")]
    [InlineData("{0}\r\n")]
    [InlineData("{0}\r")]
    [InlineData("\n\n# the new key of accounts\n\n{0}\n\n# end\n")]
    [InlineData("  \t{0}  \n")]
    [InlineData("> {0}\n")]
    [InlineData(">> {0}\n> > --\n")]
    [InlineData("Hello,\n\nhere is our key:\n\n{0}\n\nKind regards\nBob\n")]
    [InlineData("\"{0}\"")]
    [InlineData("{0}\u001A")]
    public void What_editors_and_mails_put_around_a_line_does_not_matter(string frame)
    {
        var reading = PublicKeyFile.Read(KeyTools.Bytes(frame.Replace("{0}", Ed25519, StringComparison.Ordinal)));
        AssertLine(reading, Ed25519);
        Assert.Null(reading.Comment);
    }

    [Theory]
    [InlineData("ssh-rsa  \t {0}\t  bob@example.com ", "bob@example.com")]
    [InlineData("ssh-rsa\n{0} bob", "bob")]
    [InlineData("ssh-rsa {0}   Bob's  key, 2024", "Bob's  key, 2024")]
    [InlineData("ssh-rsa {0} K\u00FCche \U0001F511", "K\u00FCche \U0001F511")]
    [InlineData("ssh-rsa {0} a\u202Eb\u0007", null)]
    public void Blanks_and_comments_are_taken_as_they_come(string frame, string? comment)
    {
        var reading = PublicKeyFile.Read(KeyTools.Bytes(frame.Replace("{0}", Rsa37.Split(' ')[1], StringComparison.Ordinal)));
        if (comment is null)
        {
            Assert.Equal(PublicKeyMistake.NotText, reading.Mistake); // a control character
            return;
        }

        AssertLine(reading, Rsa37);
        Assert.Equal(comment, reading.Comment);
    }

    [Fact]
    public void A_comment_that_would_run_backwards_in_a_table_is_cleaned()
    {
        Assert.Equal("user gpj.exe", PublicKeyFile.Read(KeyTools.Bytes(Ed25519 + " user \u202Egpj.exe")).Comment);
        Assert.Equal(PublicKeyFile.MaxCommentLength, PublicKeyFile.Read(KeyTools.Bytes(Ed25519 + " " + new string('x', 5000))).Comment!.Length);
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    public void Notepad_and_PowerShell_encodings_are_read(string encoding, bool withMark)
    {
        var how = Encoding.GetEncoding(encoding);
        byte[] file = [.. withMark ? how.GetPreamble() : [], .. how.GetBytes(Rsa37 + " K\u00FCche\r\n")];
        var reading = PublicKeyFile.Read(file);
        AssertLine(reading, Rsa37);
        Assert.Equal("K\u00FCche", reading.Comment);
    }

    [Fact]
    public void UTF_16_that_PowerShell_appended_to_an_ASCII_file_is_read()
    {
        byte[] file = [.. KeyTools.Bytes("# keys\r\n"), .. Encoding.Unicode.GetBytes(Ed25519 + " bob\r\n")];
        AssertLine(PublicKeyFile.Read(file), Ed25519);
    }

    [Fact]
    public void A_comment_in_a_Windows_code_page_does_not_spoil_the_key() =>
        AssertLine(PublicKeyFile.Read([.. KeyTools.Bytes(Ed25519), (byte)' ', (byte)'K', 0xFC, (byte)'c', (byte)'h', (byte)'e']), Ed25519);

    [Theory]
    [InlineData(64, "\n")]
    [InlineData(72, "\r\n")]
    [InlineData(76, "\n> ")]
    [InlineData(20, " ")]
    [InlineData(40, " \r\n\t")]
    public void Base64_that_a_mail_program_wrapped_is_put_together(int width, string between)
    {
        var base64 = Rsa37.Split(' ')[1];
        var wrapped = string.Join(between, base64.Chunk(width).Select(chunk => new string(chunk)));
        var reading = PublicKeyFile.Read(KeyTools.Bytes($"ssh-rsa {wrapped} bob\r\n\r\nregards"));
        AssertLine(reading, Rsa37);
        Assert.Equal("bob", reading.Comment);

        // The same without the word in front, as when header and footer of the RFC 4716 form were cut away.
        var bare = PublicKeyFile.Read(KeyTools.Bytes(wrapped));
        AssertLine(bare, Rsa37);
        Assert.Equal(PublicKeyFormat.BareBase64, bare.Format);
    }

    [Fact]
    public void Quoted_printable_is_decoded()
    {
        var base64 = Rsa37.Split(' ')[1];
        var quoted = $"ssh-rsa {base64[..66]}=\r\n{base64[66..140]}=\r\n{base64[140..214]}=\r\n{base64[214..]}".Replace("==", "=3D=3D", StringComparison.Ordinal) + " K=C3=BCche=\r\n 2\r\n";
        var reading = PublicKeyFile.Read(KeyTools.Bytes(quoted));
        AssertLine(reading, Rsa37);
        Assert.Equal("K\u00FCche 2", reading.Comment);
    }

    [Fact]
    public void Lost_padding_does_not_matter() => AssertLine(PublicKeyFile.Read(KeyTools.Bytes(Rsa37.TrimEnd('='))), Rsa37);

    [Fact]
    public void RFC_4716_comments_are_unquoted_and_continued_and_other_headers_ignored()
    {
        var base64 = Rsa37.Split(' ')[1];
        var body = string.Join("\r\n", base64.Chunk(64).Select(chunk => new string(chunk)));
        var reading = PublicKeyFile.Read(KeyTools.Bytes(
            $"---- BEGIN SSH2 PUBLIC KEY ----\r\nSubject: me\r\nComment: \"a \\\"quoted\\\" \\\\ key, \\\r\nwhich goes on\"\r\nx-command: /bin/false\\\r\n more\r\n{body}\r\n---- END SSH2 PUBLIC KEY ----"));
        AssertLine(reading, Rsa37);
        Assert.Equal(PublicKeyFormat.Rfc4716, reading.Format);
        Assert.Equal("a \"quoted\" \\ key, which goes on", reading.Comment);
    }

    [Theory]
    [InlineData("\r")]
    [InlineData("\n\n")]
    [InlineData(" ")]
    [InlineData("\r\n> ")]
    public async Task RFC_4716_survives_other_line_ends_and_their_loss(string between)
    {
        var text = await KeyTools.PuttygenAsync(tools.PathOf("putty-rsa.pub"), "-O", "public");
        AssertKey(PublicKeyFile.Read(KeyTools.Bytes(text.Replace("\n", between, StringComparison.Ordinal))), "putty-rsa", PublicKeyFormat.Rfc4716);
    }

    [Fact]
    public void A_comment_that_reads_as_a_key_is_dropped()
    {
        var reading = PublicKeyFile.Read(KeyTools.Bytes(
            $"---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"AAAAB3NzaC1yc2Einued\"\n{Ed25519.Split(' ')[1]}\n---- END SSH2 PUBLIC KEY ----"));
        Assert.True(reading.IsKey);
        Assert.Null(reading.Comment);
    }

    [Fact]
    public async Task Dashes_that_a_word_processor_changed_are_still_dashes()
    {
        var text = await KeyTools.PuttygenAsync(tools.PathOf("putty-rsa.pub"), "-O", "public");
        AssertKey(PublicKeyFile.Read(KeyTools.Bytes("# from PuTTYgen\n" + text.Replace("----", "\u2014\u2014", StringComparison.Ordinal))), "putty-rsa", PublicKeyFormat.Rfc4716);
    }

    [Theory]
    [InlineData("sh-ed25519")]
    [InlineData("ed25519")]
    [InlineData("Ssh-ed25519")]
    public void A_type_word_that_lost_its_first_characters_is_mended_with_a_note(string word)
    {
        var reading = PublicKeyFile.Read(KeyTools.Bytes(Ed25519.Replace("ssh-ed25519", word, StringComparison.Ordinal) + " bob"));
        AssertLine(reading, Ed25519);
        Assert.Equal("The type in front of the key was damaged; the key itself is whole and was read as ssh-ed25519.", reading.Note);
    }

    [Fact]
    public void Options_about_what_no_login_has_are_left_out_with_a_note()
    {
        var reading = PublicKeyFile.Read(KeyTools.Bytes("no-pty,NO-port-forwarding,environment=\"A=b, c\",restrict " + Ed25519 + " bob"));
        AssertLine(reading, Ed25519);
        Assert.Equal(
            "The options in front of the key (no-pty, no-port-forwarding, environment, restrict) were left out: they concern things that this server never offers.",
            reading.Note);
    }

    [Fact]
    public async Task The_same_key_in_two_forms_is_one_key()
    {
        var text = await KeyTools.PuttygenAsync(tools.PathOf("putty-rsa.pub"), "-O", "public");
        AssertKey(PublicKeyFile.Read(KeyTools.Bytes(text + "\n" + tools.ReadText("putty-rsa.pub"))), "putty-rsa", PublicKeyFormat.Rfc4716);
    }

    private static byte[] Der(string pem) => Convert.FromBase64String(string.Concat(pem.Split('\n').Where(line => line.Length > 0 && line[0] != '-')));

    private static void AssertLine(PublicKeyReading reading, string line)
    {
        Assert.True(reading.IsKey, $"{reading.Mistake}: {reading.Message}");
        Assert.Equal(line, HostKeyNotation.OpenSshLine(reading.Key));
        Assert.Equal(PublicKeyMistake.None, reading.Mistake);
    }

    private void AssertKey(PublicKeyReading reading, string name, PublicKeyFormat format)
    {
        Assert.True(reading.IsKey, $"{reading.Mistake}: {reading.Message}");
        Assert.Equal(tools.BlobOf(name), reading.Key.Blob.ToArray());
        Assert.Equal(format, reading.Format);
    }
}
