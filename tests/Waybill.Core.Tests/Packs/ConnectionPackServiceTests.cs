using System.IO.Compression;
using Waybill.Core.Accounts;
using Waybill.Core.Audit;
using Waybill.Core.Logins;
using Waybill.Core.Packs;
using Waybill.Core.Vaults;
using Waybill.Storage;

namespace Waybill.Core.Tests.Packs;

/// <summary>What a login is told, and the pack that is made of it.</summary>
public class ConnectionPackServiceTests
{
    private static readonly PackOptions Options = new()
    {
        Endpoints = [new("SFTP.Example.com", 22, "GB"), new("sftp.example.com.au", 3333, "AU"), new("any.example.com", 22)],
        HostKeys = PackSample.Facts.HostKeys,
        Provider = new PackProvider("Example", "help@example.com", null, "https://example.com/case"),
    };

    [Fact]
    public async Task Without_a_region_a_login_is_told_all_host_names_with_the_first_as_the_main_one()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var facts = (await core.Services.Packs(Options).DescribeAsync("10042")).Get();
        Assert.Equal(["sftp.example.com", "sftp.example.com.au", "any.example.com"], facts.Endpoints.Select(endpoint => endpoint.Host));
        Assert.Equal(("10042", "10042", "Example Ltd", "/", 12), (facts.UserName, facts.Account, facts.Company, facts.StartDirectory, facts.RetentionMonths));
    }

    [Theory]
    [InlineData("au", "sftp.example.com.au")]
    [InlineData("NZ", "any.example.com")]
    public async Task An_account_of_a_region_is_told_its_host_names_else_those_for_everybody(string region, string host)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        (await core.Services.Accounts.SetRegionAsync("10042", region, TestCore.Operator)).Get();
        Assert.Equal(host, Assert.Single((await core.Services.Packs(Options).DescribeAsync("10042")).Get().Endpoints).Host);
        Assert.Equal(region, (await core.Services.Accounts.FindAsync("10042")).Get().Region);
    }

    [Fact]
    public async Task A_region_without_a_host_name_is_refused_with_what_to_do()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        (await core.Services.Accounts.SetRegionAsync("10042", "NZ", TestCore.Operator)).Get();
        var problem = (await core.Services.Packs(Options with { Endpoints = [Options.Endpoints[0]] }).DescribeAsync("10042")).Problem(ProblemKind.Unusable);
        Assert.Contains("region NZ", problem.Message, StringComparison.Ordinal);
        (await core.Services.Accounts.SetRegionAsync("10042", null, TestCore.Operator)).Get();
        Assert.True((await core.Services.Packs(Options with { Endpoints = [Options.Endpoints[0]] }).DescribeAsync("10042")).Succeeded);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ü")]
    public async Task A_region_is_a_short_word(string region)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddAccountAsync();
        (await core.Services.Accounts.SetRegionAsync("10042", region, TestCore.Operator)).Problem(ProblemKind.Invalid);
        (await core.Services.Accounts.AddAsync(new NewAccount("10043", "X") { Region = region }, TestCore.Operator)).Problem(ProblemKind.Invalid);
    }

    [Fact]
    public async Task Without_a_public_name_there_is_no_pack_and_the_words_say_what_to_set()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var problem = (await core.Services.Packs(Options with { Endpoints = [] }).MakeAsync("10042", PackKeyFiles.Usual, TestCore.Operator)).Problem(ProblemKind.Unusable);
        Assert.Contains("Set Ssh:Public", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sftp.example.com\nProxyCommand x", 22)]
    [InlineData("a b", 22)]
    [InlineData("-oProxyCommand=x", 22)]
    [InlineData("sftp.example.com", 0)]
    [InlineData("sftp.example.com", 65536)]
    public async Task What_is_no_host_name_and_port_stands_in_no_file(string host, int port)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        (await core.Services.Packs(Options with { Endpoints = [new(host, port)] }).DescribeAsync("10042")).Problem(ProblemKind.Unusable);
    }

    [Theory]
    [InlineData("münchen.example", "xn--mnchen-3ya.example")]
    [InlineData("[::1]", "::1")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    public async Task A_host_name_is_written_as_every_client_knows_it(string given, string written)
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        Assert.Equal(written, (await core.Services.Packs(Options with { Endpoints = [new(given, 22)] }).DescribeAsync("10042")).Get().Endpoints[0].Host);
    }

    [Fact]
    public async Task A_login_of_a_closed_account_and_an_unknown_one_get_none()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        (await core.Services.Packs(Options).DescribeAsync("nobody")).Problem(ProblemKind.NotFound);
        (await core.Services.Accounts.CloseAsync("10042", "left", TestCore.Operator)).Get();
        (await core.Services.Packs(Options).DescribeAsync("10042")).Problem(ProblemKind.Refused);
    }

    [Fact]
    public async Task Each_kind_of_login_is_told_the_folders_that_it_sees_with_its_rights_and_their_retention()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var services = core.Services;
        foreach (var login in (NewLogin[])[new(LoginKind.Vendor) { Account = "10042", Vendor = "acme" }, new(LoginKind.Publisher) { UserName = "billing" }, new(LoginKind.Collector) { UserName = "office" }])
        {
            (await services.Logins.AddAsync(login, TestCore.Operator)).Get();
        }

        (await services.CollectRights.GrantAsync(new CollectRight("10042", null, "/cdr"), TestCore.Operator)).Get();
        Assert.True((await services.RetentionPolicies.SetAsync("10042", "/cdr", 24, TestCore.Operator)).Succeeded);
        Assert.True((await services.RetentionPolicies.SetAsync("10042", "/vendors/acme/usage", 3, TestCore.Operator)).Succeeded);

        async Task<IEnumerable<PackFolder>> FoldersAsync(string user) => (await services.Packs(Options).DescribeAsync(user)).Get().Folders;
        var customer = await FoldersAsync("10042");
        Assert.Equal(["/cdr", "/data", "/invoices", "/reports", "/upload", "/processed", "/rejected", "/vendors/<vendor>"], customer.Select(folder => folder.Path));
        Assert.Equal(new PackFolder("/cdr", LayoutTemplate.Collect, 24), customer.First());
        Assert.Equal(new PackFolder("/data", FileRights.ReadOnly, 12), customer.ElementAt(1));
        Assert.Equal(FileRights.ReadOnly, customer.Last().Rights);
        var vendor = await FoldersAsync("10042-acme");
        Assert.Equal([("/", 12), ("/usage", 3), ("/processed", 12), ("/rejected", 12)], vendor.Select(folder => (folder.Path, folder.RetentionMonths)));
        Assert.True(vendor.ElementAt(1).Rights.HasFlag(FileRights.Create));
        Assert.Contains(await FoldersAsync("billing"), folder => folder.Path == "/accounts/<number>/cdr" && folder.Rights.HasFlag(FileRights.Create));
        Assert.Equal(["/inbound/<number>", "/processed"], (await FoldersAsync("office")).Select(folder => folder.Path));
    }

    [Fact]
    public async Task A_login_with_a_password_is_told_of_FTPS_at_the_host_names_of_its_region_and_others_are_not()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var options = Options with { Ftps = new PackFtps([new("FTP.example.com", 21, "GB"), new("ftp.example.com.au", 2121, "AU")], "root", []) };
        Assert.Null((await core.Services.Packs(options).DescribeAsync("10042")).Get().Ftps);
        (await core.Services.Passwords.GenerateAsync("10042", TestCore.Operator)).Get();
        Assert.Equal(["ftp.example.com", "ftp.example.com.au"], (await core.Services.Packs(options).DescribeAsync("10042")).Get().Ftps!.Endpoints.Select(endpoint => endpoint.Host));
        Assert.Null((await core.Services.Packs(Options).DescribeAsync("10042")).Get().Ftps);
        (await core.Services.Accounts.SetRegionAsync("10042", "AU", TestCore.Operator)).Get();
        Assert.Equal(2121, Assert.Single((await core.Services.Packs(options).DescribeAsync("10042")).Get().Ftps!.Endpoints).Port);
        (await core.Services.Accounts.SetRegionAsync("10042", "NZ", TestCore.Operator)).Get();
        Assert.Null((await core.Services.Packs(options).DescribeAsync("10042")).Get().Ftps);
        (await core.Services.Accounts.SetRegionAsync("10042", null, TestCore.Operator)).Get();
        var many = options with { Ftps = options.Ftps with { Endpoints = [.. Enumerable.Range(1, PackLimits.Endpoints + 1).Select(port => new PackEndpoint("ftp.example.com", port))] } };
        (await core.Services.Packs(many).DescribeAsync("10042")).Problem(ProblemKind.LimitReached);
        (await core.Services.Packs(options with { Ftps = options.Ftps with { Endpoints = [new("a b", 21)] } }).DescribeAsync("10042")).Problem(ProblemKind.Unusable);
    }

    [Fact]
    public async Task A_pack_is_recorded_and_looking_is_not()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        (await core.Services.Packs(Options).DescribeAsync("10042")).Get();
        Assert.Empty(await RowsAsync());
        var pack = (await core.Services.Packs(Options).MakeAsync("10042", PackKeyFiles.Usual, TestCore.Operator)).Get();
        var row = Assert.Single(await RowsAsync());
        Assert.Equal(("10042", "10042", $"sftp.example.com:22, 2 host keys, {pack.Files.Count} files"), (row.Account, row.Subject, row.Detail));

        async Task<IReadOnlyList<AuditRecord>> RowsAsync() => (await core.Services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.PackMade })).Items;
    }

    [Fact]
    public async Task A_link_opens_the_pack_of_its_login_for_its_time_and_no_other()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var links = new PackLinks(core.Services.Database, core.Services.Audit, core.Services.Links);
        (await links.CreateAsync("nobody", TestCore.Operator)).Problem(ProblemKind.NotFound);
        var token = (await links.CreateAsync("10042", TestCore.Operator)).Get();
        var row = Assert.Single((await core.Services.Audit.SearchAsync(new AuditQuery { Action = AuditActions.PackLinked })).Items);
        Assert.Equal(("10042", "10042"), (row.Account, row.Subject));
        Assert.DoesNotContain(token, row.ToString(), StringComparison.Ordinal);

        // People come back to it.
        Assert.Equal("10042", await links.FindAsync(token));
        Assert.Equal("10042", await links.FindAsync(token));
        Assert.Null(await links.FindAsync((await core.Services.Links.CreateAsync("retention", "1", TimeSpan.FromDays(1))).Get()));
        core.Time.Advance(PackLimits.LinkTime - TimeSpan.FromSeconds(1));
        Assert.Equal("10042", await links.FindAsync(token));
        core.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await links.FindAsync(token));

        // A later login of the same name is another.
        token = (await links.CreateAsync("10042", TestCore.Operator)).Get();
        (await core.Services.Logins.RemoveAsync("10042", TestCore.Operator)).Get();
        Assert.Null(await links.FindAsync(token));
        await core.Services.Logins.AddAsync(new NewLogin(LoginKind.Customer) { Account = "10042" }, TestCore.Operator);
        Assert.Null(await links.FindAsync(token));
    }

    [Fact]
    public async Task The_archive_is_the_same_bytes_all_day_and_its_names_are_plain()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var packs = core.Services.Packs(Options);
        var first = (await packs.MakeAsync("10042", PackKeyFiles.Usual, TestCore.Operator)).Get();
        core.Time.Advance(TimeSpan.FromMinutes(1));
        var zip = (await packs.MakeAsync("10042", PackKeyFiles.Usual, TestCore.Operator)).Get().ToZip();
        Assert.Equal(first.ToZip(), zip);
        Assert.Equal("waybill-10042.zip", first.ZipName);
        using var archive = new ZipArchive(new MemoryStream(zip));
        Assert.Equal(first.Files.Select(file => file.Name), archive.Entries.Select(entry => entry.FullName));
        foreach (var (entry, file) in archive.Entries.Zip(first.Files))
        {
            Assert.Matches("^[A-Za-z0-9][A-Za-z0-9._-]*$", entry.FullName);
            Assert.Equal(first.Facts.Made.ToDateTime(TimeOnly.MinValue), entry.LastWriteTime.DateTime);
            using var content = new MemoryStream();
            using var stream = entry.Open();
            await stream.CopyToAsync(content);
            Assert.Equal(file.Content.ToArray(), content.ToArray());
        }
    }

    [Fact]
    public async Task Host_names_and_host_keys_have_a_limit()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        PackOptions With(int endpoints, int keys) => Options with
        {
            Endpoints = [.. Enumerable.Range(0, endpoints).Select(number => new PackEndpoint($"h{number}.example.com", 22))],
            HostKeys = [.. Enumerable.Repeat(Options.HostKeys[0], keys)],
        };
        Assert.True((await core.Services.Packs(With(PackLimits.Endpoints, PackLimits.HostKeys)).MakeAsync("10042", PackKeyFiles.Usual, TestCore.Operator)).Succeeded);
        (await core.Services.Packs(With(PackLimits.Endpoints + 1, 1)).DescribeAsync("10042")).Problem(ProblemKind.LimitReached);
        (await core.Services.Packs(With(1, PackLimits.HostKeys + 1)).DescribeAsync("10042")).Problem(ProblemKind.LimitReached);
        (await core.Services.Packs(With(1, 0)).DescribeAsync("10042")).Problem(ProblemKind.LimitReached);
    }

    [Fact]
    public void A_pack_has_a_largest_size()
    {
        var folders = Enumerable.Range(0, PackLimits.Size / 1000).Select(number => new PackFolder("/" + number + new string('x', 1000), FileRights.ReadOnly, 12));
        var problem = PackFiles.Make(PackSample.Facts with { Folders = [.. folders] }, PackKeyFiles.Usual).Problem(ProblemKind.LimitReached);
        Assert.Contains("larger than", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_of_the_configuration_are_one_bounded_line_and_a_case_link_is_a_web_address()
    {
        await using var core = await TestCore.CreateAsync();
        await core.AddLoginAsync();
        var provider = new PackProvider("Line\nbreak\u202e", new string('x', 1000), "  ", "javascript:alert(1)");
        var shown = (await core.Services.Packs(Options with { Provider = provider }).DescribeAsync("10042")).Get().Provider;
        Assert.Equal(@"Line\u000abreak\u202e", shown.Name);
        Assert.InRange(shown.SupportMail!.Length, 1, PackLimits.Text);
        Assert.Null(shown.Phone);
        Assert.Null(shown.CaseLink);
    }
}
