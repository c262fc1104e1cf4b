using System.Text.RegularExpressions;
using Waybill.Core.Logins;
using Waybill.Core.Packs;
using Waybill.Storage;

namespace Waybill.Core.Tests.Packs;

/// <summary>The person's own guide and the list of files.</summary>
public partial class GuideTests
{
    [Fact]
    public void The_guide_has_the_person_s_values_in_every_chapter()
    {
        var facts = PackSample.Facts with
        {
            Provider = new PackProvider("Example", "help@example.com", "+44 20 7946 0000", "https://example.com/case"),
            Endpoints = [new("sftp.example.com", 2222, "GB"), new("sftp2.example.com", 22)],
            StartDirectory = "/cdr",
        };
        var guide = PackSample.File("-guide.html", facts);
        foreach (var text in (string[])
        [
            "<title>Example: file exchange for 10020</title>", "Acme Ltd, account 10020.", "<code>sftp.example.com</code> (GB)", "<th scope=\"row\">Host 2</th><td><code>sftp2.example.com</code>",
            "<code>2222</code>", "<code>/cdr</code>", "12 months", "ssh-ed25519 255 SHA256:VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8", "256 MD5:3b:93:3f:34:10:b9:b9:6e:b0:94:10:1a:e6:13:79:6b",
            "ecdsa-sha2-nistp256 256 DS&#x2B;Je9awf6H2pX8n904IHJMqy4zrSz64DxOm6b7FtiY", "PuTTYgen", "icacls &quot;%USERPROFILE%\\.ssh\\waybill-10020&quot; /inheritance:r /grant:r \"%USERNAME%:R\"",
            "chmod 600 ~/.ssh/waybill-10020 ~/.ssh/waybill-10020.conf", "sftp -F ~/.ssh/waybill-10020.conf waybill-10020", "psftp -load \"Example files 10020\"",
            "-hostkey SHA256:VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8", "put FILE /upload/", "libssh2 1.11.0 or newer", "mailto:help@example.com", "&#x2B;44 20 7946 0000", "https://example.com/case",
            "Another host has its own name: <code>waybill-10020--2</code>", "what you send us", "fetch, put, replace, rename, delete",
        ])
        {
            Assert.Contains(text, guide, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("{{", guide, StringComparison.Ordinal);
    }

    [Fact]
    public void The_guide_runs_nothing_loads_nothing_and_has_no_style_of_its_own()
    {
        var guide = PackSample.File("-guide.html");
        Assert.Contains("default-src 'none'; style-src 'self' file:; base-uri 'none'; form-action 'none'", guide, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script|<style|<img|<iframe| style=| on[a-z]+=|javascript:", guide);
        Assert.Equal(["waybill-10020-guide.css"], Stylesheet().Matches(guide).Select(match => match.Groups[1].Value));
        Assert.Contains(PackSample.Pack().Files, file => file.Name == "waybill-10020-guide.css");
        Assert.DoesNotMatch(@"url\(|@import", PackSample.File("-guide.css"));
    }

    [Fact]
    public void Each_chapter_of_the_contents_is_there()
    {
        var guide = PackSample.File("-guide.html");
        var chapters = Chapter().Matches(guide).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(13, chapters.Count);
        Assert.All(chapters, chapter => Assert.Contains($"<section id=\"{chapter}\">", guide, StringComparison.Ordinal));
    }

    [Fact]
    public void Injected_values_stay_text()
    {
        const string Evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{account}}";
        var facts = PackSample.Facts with
        {
            Company = Evil,
            Provider = new PackProvider(Evil, "a@b.example\"><script>", Evil),
            StartDirectory = "/" + Evil.Replace("/", "", StringComparison.Ordinal),
            Folders = [new PackFolder("/" + Evil, FileRights.ReadOnly, 1)],
            Endpoints = [new("sftp.example.com", 22, Evil)],
        };
        var guide = PackSample.File("-guide.html", facts, "/home/<script>/id", @"C:\<script>\id.ppk");
        Assert.DoesNotContain("<script", guide, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", guide, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&gt;&lt;img src=x onerror=alert(1)&gt;{{account}}", guide, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_provider_support_and_company_the_guide_still_reads_well()
    {
        var guide = PackSample.File("-guide.html", PackSample.Facts with { Company = null, Account = null, Kind = LoginKind.Collector, Provider = new PackProvider() });
        Assert.Contains("<p class=\"provider\">Waybill</p>", guide, StringComparison.Ordinal);
        Assert.Contains("Ask whoever gave you this guide.", guide, StringComparison.Ordinal);
        Assert.DoesNotContain("mailto:", guide, StringComparison.Ordinal);
    }

    [Fact]
    public void The_guide_says_in_words_what_each_right_means()
    {
        PackFolder[] folders =
        [
            new("/upload", FileRights.All, 12), new("/cdr", Core.Vaults.LayoutTemplate.Collect, 1), new("/inbound/<number>", Core.Vaults.LayoutTemplate.Confirm, 12),
            new("/data", FileRights.ReadOnly, 24), new("/x", FileRights.List, 12),
        ];
        var rows = Row().Matches(PackSample.File("-guide.html", PackSample.Facts with { Folders = folders })).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(
            ["fetch, put, replace, rename, delete|12 months", "fetch; what you delete or move away goes to your archive|1 month", "fetch; what you delete counts as taken over|12 months", "fetch|24 months", "see names|12 months"],
            rows.Select(row => row.Replace("</td><td>", "|", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_list_of_files_names_each_of_them()
    {
        var pack = PackSample.Pack();
        var text = PackSample.File("-README.txt");
        Assert.All(pack.Files.Skip(1), file => Assert.Contains(file.Name, text, StringComparison.Ordinal));
        Assert.Contains("  Host       sftp.example.com   Port 2222\r\n", text, StringComparison.Ordinal);
        Assert.Contains("  ssh-ed25519 255 SHA256:VThZiFM7Ip1QVDbzMItSdUWtZJYuQZg9WgZ99eW1Qs8\r\n  ecdsa-sha2-nistp256 256 SHA256:DS+", text, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{#a}}x")]
    [InlineData("x{{/a}}")]
    [InlineData("{{#a}}{{/b}}")]
    [InlineData("{{}}")]
    [InlineData("{{a")]
    public void A_broken_template_is_found_when_it_is_read(string text) => Assert.Throws<FormatException>(() => PackTemplate.Parse(text, isHtml: false));

    [Fact]
    public void A_value_is_never_read_as_a_template_and_a_part_looks_outward_for_names()
    {
        var values = new PackValues { ["outer"] = "{{inner}}" };
        values.Each("items", [new PackValues { ["inner"] = "1" }, new PackValues { ["inner"] = "2" }]);
        values.When("none", false);
        Assert.Equal("[1{{inner}}][2{{inner}}]empty", PackTemplate.Parse("{{#items}}[{{inner}}{{outer}}]{{/items}}{{#none}}no{{/none}}{{^none}}empty{{/none}}{{^items}}no{{/items}}", isHtml: false).Render(values));
        Assert.Throws<InvalidOperationException>(() => PackTemplate.Parse("{{missing}}", isHtml: false).Render(values));
    }

    [GeneratedRegex("<link rel=\"stylesheet\" href=\"([^\"]+)\">")]
    private static partial Regex Stylesheet();

    [GeneratedRegex("<li><a href=\"#([a-z]+)\">")]
    private static partial Regex Chapter();

    [GeneratedRegex("<tr><th scope=\"row\"><code>/[^<]+</code></th><td>[^<]*</td><td>(.+)</td></tr>")]
    private static partial Regex Row();
}
