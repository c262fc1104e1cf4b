using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Waybill.Portal.Hosting;
using Waybill.Portal.Tests.Support;
using Waybill.TestKit;

namespace Waybill.Portal.Tests;

/// <summary>What everybody sees.</summary>
public sealed partial class PublicPageTests(PortalServer server)
{
    [Fact]
    public async Task The_landing_page_has_the_table_that_customers_need_and_a_QR_code_of_itself()
    {
        using var client = server.Client();
        var page = WebUtility.HtmlDecode(await client.GetStringAsync("/"));
        foreach (var words in (string[])["Example Telecom", "sftp.example.com", ">22<", "Host (AU)", "sftp.example.net", ">3333<", "not FTPS", "ntsapi.example.com", ">777<", "TLS, with user name and password", "Telephone numbers (NTSAPI, GB)", ">7770<", "SSH key", "12 months", "support@example.com", "<path d=\"M"])
        {
            Assert.Contains(words, page, StringComparison.Ordinal);
        }

        Assert.Contains($"QR code of {server.Url}", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_host_key_stands_on_the_page_as_each_client_shows_it()
    {
        using var client = server.Client();
        var page = WebUtility.HtmlDecode(await client.GetStringAsync("/host-keys"));
        var keys = await server.JsonAsync("hostkey", "show");
        Assert.True(keys.GetArrayLength() >= 2);
        foreach (var key in keys.EnumerateArray())
        {
            var sha256 = key.GetProperty("sha256").GetString()!;
            Assert.Contains(sha256, page, StringComparison.Ordinal);
            Assert.Contains($" {sha256["SHA256:".Length..]}<", page, StringComparison.Ordinal);
            Assert.Contains(key.GetProperty("md5").GetString()!, page, StringComparison.Ordinal);
        }

        foreach (var line in (await server.CommandAsync("hostkey", "show", "--known-hosts")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Concat((await server.CommandAsync("hostkey", "show", "--sshfp")).Split('\n', StringSplitOptions.RemoveEmptyEntries)))
        {
            Assert.Contains(line, page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_host_key_that_is_announced_is_on_the_page_at_once()
    {
        await using var own = new PortalServer();
        await own.InitializeAsync();
        using var client = own.Client();
        var before = await client.GetStringAsync("/host-keys");
        await own.CommandAsync("hostkey", "add", "--type", "ed25519");
        var keys = await own.JsonAsync("hostkey", "show");
        var added = keys.EnumerateArray().Select(key => key.GetProperty("sha256").GetString()!).Single(sha256 => !WebUtility.HtmlDecode(before).Contains(sha256, StringComparison.Ordinal));
        await own.CommandAsync("hostkey", "announce", added);
        Assert.Contains(added, WebUtility.HtmlDecode(await client.GetStringAsync("/host-keys")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_root_certificate_is_there_as_PEM_and_DER_with_its_fingerprints()
    {
        using var client = server.Client();
        var pem = await client.GetStringAsync("/tls/root.pem");
        using var fromPem = X509Certificate2.CreateFromPem(pem);
        Assert.Equal(pem, await client.GetStringAsync("/tls/root.crt"));
        var der = await client.GetByteArrayAsync("/tls/root.der");
        Assert.Equal(0x30, der[0]);
        using var fromDer = X509CertificateLoader.LoadCertificate(der);
        Assert.Equal(server.Root.RawData, fromPem.RawData);
        Assert.Equal(server.Root.RawData, fromDer.RawData);
        var page = await client.GetStringAsync("/certificates");
        foreach (var hash in (HashAlgorithmName[])[HashAlgorithmName.SHA1, HashAlgorithmName.SHA256])
        {
            Assert.Contains(string.Join(':', Convert.ToHexString(server.Root.GetCertHash(hash)).Chunk(2).Select(pair => new string(pair))), page, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/tls/root.key")).StatusCode);
    }

    [Fact]
    public async Task Monitors_learn_whether_it_lives_and_whether_it_can_work()
    {
        using var client = server.Client();
        Assert.Equal("ok\n", await client.GetStringAsync("/healthz"));
        Assert.Equal("ok\n", await client.GetStringAsync("/readyz"));

        // The database cannot be read any more, and then again; in between each answer is good for a while.
        await using var portal = await RouteInventoryTests.OpenAsync();
        var time = new FakeTimeProvider();
        using var health = new Health(portal.Core.Database, time);
        Assert.Equal((200, "ok\n"), await ReadyAsync());
        Sql("ALTER TABLE revision RENAME TO lost");
        time.Advance(PortalLimits.ReadyTime - TimeSpan.FromTicks(1));
        Assert.Equal((200, "ok\n"), await ReadyAsync());
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal((503, "not ready\n"), await ReadyAsync());
        Sql("ALTER TABLE lost RENAME TO revision");
        Assert.Equal((503, "not ready\n"), await ReadyAsync());
        time.Advance(PortalLimits.ReadyTime);
        Assert.Equal((200, "ok\n"), await ReadyAsync());

        async Task<(int, string)> ReadyAsync()
        {
            using var body = new MemoryStream();
            var context = new DefaultHttpContext { Response = { Body = body } };
            await health.ReadyAsync(context);
            return (context.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
        }

        void Sql(string statement)
        {
            using var connection = new SqliteConnection($"Data Source={portal.Directory.Combine("data")}/waybill.db;Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }

    [Fact]
    public async Task Every_text_of_the_pages_is_in_a_resource_file_and_no_other_is()
    {
        var root = Path.Combine(TestKit.RepositoryRoot.Find(), "src", "Waybill.Portal");
        Dictionary<string, HashSet<string>> known = [];
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "Resources"), "*.resx"))
        {
            var names = System.Xml.Linq.XDocument.Load(file).Root!.Elements("data").Select(data => data.Attribute("name")!.Value).ToList();
            Assert.Equal(names.Distinct().Count(), names.Count);
            known[Path.GetFileNameWithoutExtension(file)] = [.. names];
        }

        List<string> unknown = [];
        HashSet<string> named = [];
        HashSet<string> beginnings = [];
        foreach (var file in Directory.EnumerateFiles(root, "*.cs*", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)))
        {
            var text = await File.ReadAllTextAsync(file);
            unknown.AddRange(from used in UsedText().Matches(text)
                             let name = used.Groups[1].Value
                             where !known.Values.Any(names => names.Contains(name) || (used.Groups[2].Length > 0 && names.Any(each => each.StartsWith(name, StringComparison.Ordinal))))
                             select $"{Path.GetFileName(file)}: {name}");

            // A model chooses among texts by their names, or by their beginnings.
            named.UnionWith(Literal().Matches(text).Select(static match => match.Groups[1].Value));
            beginnings.UnionWith(Beginning().Matches(text).Select(static match => match.Groups[1].Value + match.Groups[2].Value));
        }

        Assert.Empty(unknown);
        Assert.DoesNotContain(known.SelectMany(static file => file.Value, static (file, name) => (file.Key, Name: name)), text =>
            !named.Contains(text.Name) && !named.Contains(text.Name.StartsWith("Done", StringComparison.Ordinal) ? text.Name["Done".Length..] : text.Name)
            && !beginnings.Any(beginning => text.Name.StartsWith(beginning, StringComparison.Ordinal)));

        // A vendor's contact is told the vendor in place of the role.
        Assert.All(Enum.GetValues<Core.People.PersonRole>().Where(role => role != Core.People.PersonRole.Vendor), role => Assert.Contains($"HomeRole{role}", known["Texts"]));
    }

    /// <summary>What a text is asked for by; then what follows it in the code, where it is only a beginning.</summary>
    [System.Text.RegularExpressions.GeneratedRegex(@"\b(?:T|S|A|P|texts|words)\[""(\w+)""( \+)?")]
    private static partial System.Text.RegularExpressions.Regex UsedText();

    [System.Text.RegularExpressions.GeneratedRegex(@"""(\w+)""")]
    private static partial System.Text.RegularExpressions.Regex Literal();

    [System.Text.RegularExpressions.GeneratedRegex(@"""([A-Z]\w{3,})"" \+|\$""([A-Z]\w{3,})\{")]
    private static partial System.Text.RegularExpressions.Regex Beginning();
}
