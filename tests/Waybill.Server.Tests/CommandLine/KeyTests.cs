using System.Text;
using System.Text.RegularExpressions;
using Waybill.Server.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Server.Tests.CommandLine;

/// <summary>The life of a key, in the forms in which customers send it.</summary>
public sealed class KeyTests(Template template)
{
    [Fact]
    public async Task A_key_that_is_installed_is_said_so_and_that_is_no_failure()
    {
        using var data = await template.CopyAsync();
        var output = await data.OutputAsync("key", "add", Template.User, data.KeyFile + ".pub");
        Assert.StartsWith("already installed: 256 SHA256:", output, StringComparison.Ordinal);
        Assert.Equal(1, (await data.JsonAsync("key", "list", Template.User)).GetArrayLength());
        Assert.True((await data.JsonAsync("key", "add", Template.User, data.KeyFile + ".pub")).GetProperty("alreadyInstalled").GetBoolean());
    }

    [Theory]
    [InlineData("ed25519", "256")]
    [InlineData("ecdsa", "384")]
    [InlineData("rsa", "2048")]
    [InlineData("rsa", "4096")]
    public async Task Every_form_is_read_from_standard_input_and_gives_the_fingerprint_of_ssh_keygen(string type, string bits)
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("key", "-t", type, "-b", bits);
        var fingerprint = Regex.Match(await Tool.RequireAsync("ssh-keygen", "-l", "-f", key + ".pub"), @"SHA256:\S+").Value;
        var line = await File.ReadAllTextAsync(key + ".pub");
        var forms = new List<string> { line, line.TrimEnd('\n'), "\uFEFF" + line, line.Replace("\n", "\r\n", StringComparison.Ordinal) };
        var rfc4716 = await Tool.RequireAsync("ssh-keygen", "-e", "-f", key + ".pub");
        forms.AddRange([rfc4716, rfc4716.Replace("\n", "\r\n", StringComparison.Ordinal).TrimEnd()]);
        if (type != "ed25519")
        {
            // ssh-keygen writes no PEM of Ed25519 keys.
            forms.Add(await Tool.RequireAsync("ssh-keygen", "-e", "-m", "PKCS8", "-f", key + ".pub"));
        }

        await Tool.RequireAsync("puttygen", key + ".pub", "-O", "public", "-o", data.Beside("putty.pub"));
        forms.Add(await File.ReadAllTextAsync(data.Beside("putty.pub")));
        foreach (var form in forms)
        {
            string[] words = ["key", "add", Template.User, "-", "--label", "from the mail", "--data", data.Root];
            var outcome = await Cli.RunWithAsync(null, form, words);
            Assert.True(outcome.ExitCode == 0, $"{form}\n{outcome}");
            Assert.Contains(fingerprint, outcome.Output, StringComparison.Ordinal);
        }

        var listed = (await data.JsonAsync("key", "list", Template.User)).EnumerateArray().Single(item => item.GetProperty("sha256").GetString() == fingerprint);
        Assert.Equal("from the mail", listed.GetProperty("label").GetString());
        Assert.Equal(bits, listed.GetProperty("bits").GetRawText());
        Assert.Equal(Environment.UserName, listed.GetProperty("addedBy").GetString());
    }

    [Fact]
    public async Task Expiry_is_the_end_of_a_day_or_a_time()
    {
        using var data = await template.CopyAsync();
        var one = await data.MakeKeyAsync("one");
        var two = await data.MakeKeyAsync("two");
        await data.SetUpAsync("key", "add", Template.User, one + ".pub", "--expires", "2099-12-31");
        await data.SetUpAsync("key", "add", Template.User, two + ".pub", "--expires", "2099-12-31T12:30:00Z");
        var expiries = (await data.JsonAsync("key", "list", Template.User)).EnumerateArray().Select(key => key.GetProperty("expires").GetString()).ToList();
        Assert.Equal([null, "2100-01-01T00:00:00+00:00", "2099-12-31T12:30:00+00:00"], expiries);
        var line = await data.RefusedAsync(2, "key", "add", Template.User, (await data.MakeKeyAsync("three")) + ".pub", "--expires", "2020-01-01");
        Assert.Contains("is over already. Give a time to come", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key add 10020 - --expires", "01/02/2027")]
    [InlineData("key add 10020 - --expires", "23:00")]
    [InlineData("key add 10020 - --expires", "2099-1-2")]
    [InlineData("key add 10020 - --expires", "2 January 2099")]
    [InlineData("audit search --from", "01/02/2027")]
    [InlineData("audit search --until", "23:00")]
    [InlineData("audit search --until", "2026-12-31T24:01")]
    public async Task A_time_that_can_be_read_in_two_ways_is_no_time(string words, string time)
    {
        using var data = await template.CopyAsync();
        Assert.Contains($"'{time}' is not a time, as 2026-12-31 or 2026-12-31T12:00Z", await data.RefusedAsync(2, [.. words.Split(' '), time]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2099-12-31T12:30", "2099-12-31T12:30:00+00:00")]
    [InlineData("2099-12-31T12:30+01:00", "2099-12-31T11:30:00+00:00")]
    [InlineData("2099-12-31T12:30:05", "2099-12-31T12:30:05+00:00")]
    [InlineData("2099-12-31T12:30:05.25Z", "2099-12-31T12:30:05.25+00:00")]
    [InlineData("2099-12-31 12:30:05Z", "2099-12-31T12:30:05+00:00")]
    public async Task A_time_is_read_as_it_is_documented_and_as_it_is_printed(string time, string expected)
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("key");
        var added = await data.JsonAsync("key", "add", Template.User, key + ".pub", "--expires", time);
        Assert.Equal(expected, added.GetProperty("key").GetProperty("expires").GetString());
        Assert.Equal(0, (await data.JsonAsync("audit", "search", "--from", time)).GetArrayLength());
    }

    [Fact]
    public async Task A_revoked_key_is_listed_with_its_reason_and_does_not_come_back()
    {
        using var data = await template.CopyAsync();
        var fingerprint = (await data.JsonAsync("key", "list", Template.User))[0].GetProperty("sha256").GetString()!;
        Assert.Contains(" night: until 2099-12-31 00:00", await data.OutputAsync("key", "change", Template.User, fingerprint, "--label", "night", "--expires", "2099-12-30"), StringComparison.Ordinal);
        Assert.Contains(" night: usable", await data.OutputAsync("key", "change", Template.User, fingerprint, "--never"), StringComparison.Ordinal);
        await data.RefusedAsync(2, "key", "change", Template.User, fingerprint);
        Assert.Contains("revoked: " + fingerprint, await data.OutputAsync("key", "revoke", Template.User, fingerprint, "--reason", "laptop lost"), StringComparison.Ordinal);
        Assert.Contains("revoked: laptop lost", await data.OutputAsync("key", "list", Template.User), StringComparison.Ordinal);
        Assert.Contains("a revoked key does not come back", await data.RefusedAsync(1, "key", "add", Template.User, data.KeyFile + ".pub"), StringComparison.Ordinal);
        Assert.Contains("was revoked already", await data.RefusedAsync(1, "key", "revoke", Template.User, fingerprint, "--reason", "again"), StringComparison.Ordinal);
        Assert.Contains("The reason is empty", await data.RefusedAsync(2, "key", "revoke", Template.User, fingerprint, "--reason", ""), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("md5")]
    [InlineData("sha256")]
    public async Task A_key_can_be_revoked_by_either_fingerprint(string notation)
    {
        using var data = await template.CopyAsync();
        var fingerprint = (await data.JsonAsync("key", "list", Template.User))[0].GetProperty(notation).GetString()!;
        await data.SetUpAsync("key", "revoke", Template.User, fingerprint, "--reason", "x");
    }

    [Theory]
    [InlineData("-t", "rsa", "-b", "1024", "This RSA key is too short")]
    [InlineData("-t", "dsa", "-b", "1024", "DSA")]
    public async Task A_weak_key_is_refused_with_what_to_do(string t, string type, string b, string bits, string expected)
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("weak", t, type, b, bits);
        Assert.Contains(expected, await data.RefusedAsync(1, "key", "add", Template.User, key + ".pub"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_RSA_key_larger_than_16384_bits_is_refused_in_words()
    {
        using var data = await template.CopyAsync();
        // string "ssh-rsa", mpint 65537, mpint of 16,392 bits.
        var modulus = new byte[2050];
        Array.Fill(modulus, (byte)0xFF);
        modulus[0] = 0;
        var blob = new MessageBuilder().String("ssh-rsa").String([1, 0, 1]).String(modulus).ToArray();
        var outcome = await Cli.RunWithAsync(null, $"ssh-rsa {Convert.ToBase64String(blob)} large\n", "key", "add", Template.User, "-", "--data", data.Root);
        Assert.Contains("This RSA key is too long", Cli.Refused(1, [], outcome), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openssh")]
    [InlineData("pem")]
    [InlineData("ppk")]
    public async Task A_private_key_is_refused_and_burnt_and_nothing_of_it_stays_anywhere(string form)
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("private", form == "pem" ? ["-t", "rsa", "-b", "2048", "-m", "PEM"] : ["-t", "ed25519"]);
        var file = key;
        if (form == "ppk")
        {
            file = data.Beside("private.ppk");
            await Tool.RequireAsync("puttygen", key, "-O", "private", "-o", file);
        }

        await using (await RunningServer.StartAsync(data))
        {
            var line = await data.RefusedAsync(1, "key", "add", Template.User, file);
            Assert.Contains("private key", line, StringComparison.Ordinal);
            Assert.Contains("Treat it as compromised", line, StringComparison.Ordinal);
            Assert.Contains("The private half of this key reached us", await data.RefusedAsync(1, "key", "add", Template.User, key + ".pub"), StringComparison.Ordinal);
        }

        AssertNothingOf(PrivateParts(await File.ReadAllTextAsync(file), await File.ReadAllTextAsync(key + ".pub")), data.Root);
        Assert.Equal("key-burnt", (await data.JsonAsync("audit", "search", "--action", "key-burnt"))[0].GetProperty("action").GetString());
        Assert.Equal("refused", (await data.AuditAsync("key-refused")).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_refusal_is_listed_and_lifted_with_a_reason()
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("claimed", ["-t", "ed25519"]);
        await Tool.RequireAsync("ssh-keygen", "-p", "-P", "", "-N", "correct horse", "-f", key);
        await data.RefusedAsync(1, "key", "add", Template.User, key);
        var refused = await data.RefusedAsync(1, "key", "add", Template.User, key + ".pub");
        Assert.Contains("under a passphrase", refused, StringComparison.Ordinal);
        var listed = (await data.JsonAsync("key", "burnt", "list"))[0];
        var fingerprint = listed.GetProperty("sha256").GetString()!;
        Assert.False(listed.GetProperty("isProven").GetBoolean());
        Assert.Contains($"waybill key burnt lift {fingerprint} --reason TEXT", refused, StringComparison.Ordinal);

        await data.RefusedAsync(2, "key", "burnt", "lift", fingerprint);
        await data.RunAsync("key", "burnt", "lift", fingerprint, "--reason", "it was the customer, the file never left us");
        Assert.Equal(fingerprint, (await data.AuditAsync("key-burnt-lifted")).GetProperty("subject").GetString());
        Assert.Equal(0, (await data.JsonAsync("key", "burnt", "list")).GetArrayLength());
        Assert.Equal(fingerprint, (await data.JsonAsync("key", "burnt", "list", "--all"))[0].GetProperty("sha256").GetString());
        await data.RunAsync("key", "add", Template.User, key + ".pub");
        await data.RefusedAsync(1, "key", "burnt", "lift", fingerprint, "--reason", "again");
    }

    [Fact]
    public async Task The_private_half_of_an_installed_key_names_the_command_that_stops_it()
    {
        using var data = await template.CopyAsync();
        var line = await data.RefusedAsync(1, "key", "add", Template.User, data.KeyFile);
        Assert.Matches($"Its public half is installed for {Template.User}: stop it with ./waybill key revoke {Template.User} SHA256:[^ ]+ --reason TEXT --data {Regex.Escape(data.Root)}$", line);
        Assert.Matches($"warning  burnt keys: others may have the private half of keys that still work: SHA256:[^ ]+ on {Template.User}; ask for new keys and revoke these: ./waybill key revoke {Template.User} SHA256:", await data.OutputAsync("doctor"));
        Assert.Contains("note: others may have the private half of SHA256:", await data.OutputAsync("key", "list", Template.User), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_warns_before_no_more_burnt_keys_are_remembered()
    {
        using var data = await template.CopyAsync();
        data.Sql("INSERT INTO burnt_key (rowid, sha256, how, burnt_at, burnt_by) VALUES (899999, 'SHA256:x', 'x', 0, 'x')");
        Assert.DoesNotContain("are remembered", await data.OutputAsync("doctor"), StringComparison.Ordinal);
        data.Sql("UPDATE burnt_key SET rowid = 900000");
        Assert.Matches("warning  burnt keys: 900000 keys are remembered whose private half was sent here; at 1000000 no more are, but those that are on a login; see who sends them: ./waybill audit search", await data.OutputAsync("doctor"));
    }

    [Fact]
    public async Task The_private_half_of_another_customers_key_names_every_login_that_has_it()
    {
        using var data = await template.CopyAsync();
        foreach (var user in new[] { "10030", "10040" })
        {
            await data.SetUpAsync("account", "add", user, "--name", "Another Telecom");
            await data.SetUpAsync("login", "add", user, "--account", user);
        }

        await data.SetUpAsync("key", "add", "10040", data.KeyFile + ".pub");
        var line = await data.RefusedAsync(1, "key", "add", "10030", data.KeyFile);
        Assert.Contains($"Its public half is installed for {Template.User}, 10040: stop it with ", line, StringComparison.Ordinal);
        Assert.Matches($"./waybill key revoke {Template.User} SHA256:[^ ]+ --reason TEXT", line);
        Assert.Matches($"./waybill key revoke 10040 SHA256:[^ ]+ --reason TEXT --data {Regex.Escape(data.Root)}$", line);
    }

    [Theory]
    [InlineData("private")]
    [InlineData("encrypted")]
    [InlineData("cut off")]
    [InlineData("dsa")]
    public async Task A_file_that_is_refused_leaves_a_row_in_the_audit(string sent)
    {
        using var data = await template.CopyAsync();
        var key = await data.MakeKeyAsync("sent", sent == "dsa" ? ["-t", "dsa"] : ["-t", "rsa", "-b", "2048", "-m", "PEM"]);
        var file = key;
        switch (sent)
        {
            case "encrypted":
                // Nothing in this form says what its public half is.
                await Tool.RequireAsync("ssh-keygen", "-q", "-p", "-m", "PEM", "-P", "", "-N", "passphrase", "-f", key);
                break;
            case "cut off":
                await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(key + ".pub"))[..100]);
                break;
            case "dsa":
                file = key + ".pub";
                break;
            default:
                break;
        }

        var line = await data.RefusedAsync(1, "key", "add", Template.User, file);
        var row = await data.AuditAsync("key-refused");
        Assert.Equal(("refused", Template.User), (row.GetProperty("outcome").GetString(), row.GetProperty("subject").GetString()));
        var detail = row.GetProperty("detail").GetString()!;
        Assert.EndsWith(line["waybill: ".Length..], detail, StringComparison.Ordinal);
        Assert.Equal(sent == "private", detail.StartsWith("SHA256:", StringComparison.Ordinal));
    }

    /// <summary>The base64 lines of a private key file that its public half does not have too.</summary>
    private static List<string> PrivateParts(string file, string publicLine)
    {
        var publicBlob = publicLine.Split(' ')[1];
        var lines = file.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 8 && Regex.IsMatch(line, "^[A-Za-z0-9+/=]+$")).ToList();
        if (file.StartsWith("PuTTY", StringComparison.Ordinal))
        {
            return [.. lines.Where(line => !publicBlob.Contains(line, StringComparison.Ordinal))];
        }

        // The bytes that the public key has too, at any alignment, are left out.
        var blob = Convert.FromBase64String(string.Concat(lines));
        var open = Convert.FromBase64String(publicBlob);
        var secrets = new List<string>();
        for (var at = 0; at + 6 <= blob.Length; at += 3)
        {
            var piece = blob.AsSpan(at, 6);
            if (piece.IndexOfAnyExcept((byte)0) >= 0 && open.AsSpan().IndexOf(piece) < 0 && IsSecret(blob, at, open))
            {
                secrets.Add(Convert.ToBase64String(piece));
            }
        }

        return secrets;
    }

    // The tail of both formats is secret but for padding; the head is names and the public half.
    private static bool IsSecret(byte[] blob, int at, byte[] open) => at > blob.Length / 3 && at < blob.Length - 24 && open.Length > 0;

    private static void AssertNothingOf(List<string> pieces, string directory)
    {
        Assert.NotEmpty(pieces);
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(file => !file.Contains("/run/", StringComparison.Ordinal)))
        {
            var content = Encoding.Latin1.GetString(File.ReadAllBytes(file));
            foreach (var piece in pieces)
            {
                for (var at = 0; at + 8 <= piece.Length; at++)
                {
                    Assert.False(content.Contains(piece.AsSpan(at, 8), StringComparison.Ordinal), $"{file} holds a piece of the private key");
                }
            }
        }
    }
}
