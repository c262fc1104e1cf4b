using Waybill.Core.Vaults;
using Waybill.Ntsapi.Hosting;
using Waybill.Server.Configuration;
using Waybill.TestKit;

namespace Waybill.Server.Tests.Configuration;

public sealed class ConfigurationLoaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => _directory.Combine("waybill.json");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Without_a_file_everything_has_its_default()
    {
        var (configuration, warnings) = Load();
        Assert.Empty(warnings);
        Assert.Equal(["127.0.0.1:2222"], configuration.Ssh.Listen);
        Assert.Equal("modern", configuration.Ssh.Policy);
        Assert.Equal((10_000, 200, 100, 200, 20), (configuration.Limits.Total, configuration.Limits.PerSource, configuration.Limits.PerLogin,
            configuration.Limits.Unauthenticated, configuration.Limits.UnauthenticatedPerSecond));
        Assert.Equal("Full", configuration.Storage.Durability);
        Assert.False(configuration.Sftp.Links);
        Assert.Equal(30, configuration.ShutdownSeconds);
    }

    [Fact]
    public void The_whole_contract_is_accepted_without_a_warning()
    {
        Write("""
            { "Provider": { "Name": "Example Telecom", "SupportMail": "support@example.com", "TimeZone": "Europe/London" },
              "Ssh":    { "Listen": ["127.0.0.1:2222"], "Public": [{"Host": "sftp.example.com", "Port": 22, "Region": "GB"}], "Policy": "modern",
                          "ListenCompat": [] },
              "Ftp":    { "Listen": ["127.0.0.1:2121"], "ListenImplicitTls": [], "ListenPlain": [], "PassivePorts": "42000-42999" },
              "Ntsapi": { "Listen": [], "ListenTls": ["127.0.0.1:7777"], "Public": [{"Host": "ntsapi.example.com", "Region": "GB"}], "Greeting": "0 NTS", "Welcome": "Welcome",
                          "QuietMilliseconds": 100, "IdleSeconds": 600, "CommandsPerSecond": 100, "SessionsPerLogin": 50 },
              "Sftp":   { "Links": false },
              "Limits": { "Total": 10000, "PerSource": 200, "PerLogin": 100, "Unauthenticated": 200, "UnauthenticatedPerSecond": 20 },
              "Portal": { "Listen": ["127.0.0.1:8443"], "PublicUrl": "https://localhost:8443" },
              "Database": { "Provider": "Sqlite" }, "Storage": { "Provider": "Local", "Durability": "Full" },
              "Smtp":   { "Host": null, "Port": 25, "From": "no-reply@localhost" },
              "Retention": { "Months": 12, "PlanAt": "02:00", "RunDay": 1, "RunAt": "03:00" },
              "ShutdownSeconds": 30 }
            """);
        var (configuration, warnings) = Load();
        Assert.Empty(warnings);
        Assert.Equal(new PublicEndpoint { Host = "sftp.example.com", Port = 22, Region = "GB" }, Assert.Single(configuration.Ssh.Public));
    }

    [Theory]
    [InlineData("Smtp:Security=tls", "cannot be made; use starttls")]
    [InlineData("Smtp:Security=maybe", "starttls or none")]
    [InlineData("Smtp:Port=465", "first byte")]
    [InlineData("Smtp:Port=0", "1 to 65535")]
    [InlineData("Smtp:Auth=plain", "allow AUTH LOGIN on the server")]
    [InlineData("Smtp:User=waybill", "belong together")]
    [InlineData("Smtp:From=Somebody", "no e-mail address")]
    [InlineData("Smtp:Host=mail server", "no host name")]
    [InlineData("Notifications:DigestAt=7", "write it as 07:00")]
    [InlineData("Notifications:HookNetworks=inside", "no network")]
    [InlineData("Notifications:Topics=[{\"Topic\":\"x\",\"Account\":\"often\"}]", "none, digest or now")]
    public void Mail_settings_that_cannot_work_are_refused_with_the_reason(string setting, string says)
    {
        var settings = setting.StartsWith("Smtp:Host", StringComparison.Ordinal) ? new[] { setting } : ["Smtp:Host=mail.example.com", setting];
        var problem = Assert.Throws<CommandException>(() => ConfigurationLoader.Load(File, new Dictionary<string, string>(), settings));
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Porting:LetterMonths=11", "12 to 120")]
    [InlineData("Porting:Opens=9", "write it as 09:00")]
    [InlineData("Porting:CutOff=09:00", "not after Opens")]
    [InlineData("""Porting:LeadTimes=[{"SingleLine":"4/7/1"}]""", "write the first day")]
    [InlineData("""Porting:LeadTimes=[{"From":"2027-02-30"}]""", "is no day")]
    [InlineData("""Porting:LeadTimes=[{"From":"2027-01-01","SingleLine":"4/7"}]""", "is no lead time")]
    [InlineData("""Porting:LeadTimes=[{"From":"2027-01-01","MultiSmall":"0/7/1"}]""", "is no lead time")]
    [InlineData("""Porting:LeadTimes=[{"From":"2027-01-01","PartOfRange":"61/7/1"}]""", "at most 60 each")]
    [InlineData("""Porting:LeadTimes=[{"From":"2027-01-01","SmallUpTo":151}]""", "not below SmallUpTo")]
    [InlineData("""Porting:Calendars=[{"From":"2027-01-01","Scotland":["Easter"]}]""", "'Easter' is no holiday")]
    public void Settings_of_porting_that_cannot_work_are_refused(string setting, string says) =>
        Assert.Contains(says, Assert.Throws<CommandException>(() => ConfigurationLoader.Load(File, new Dictionary<string, string>(), [setting])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Billing:Currency=pounds", "write it as ISO 4217 does")]
    [InlineData("Billing:Decimals=5", "is not 0 to 4")]
    [InlineData("Billing:LowBalance=9007199254740993", "minor units")]
    public void Settings_of_balances_that_cannot_work_are_refused(string setting, string says) =>
        Assert.Contains(says, Assert.Throws<CommandException>(() => ConfigurationLoader.Load(File, new Dictionary<string, string>(), [setting])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_password_is_not_sent_in_clear_text_over_a_network()
    {
        string[] settings = ["Smtp:Host=mail.example.com", "Smtp:User=waybill", "Smtp:PasswordFile=/etc/waybill/smtp", "Smtp:Security=none"];
        var problem = Assert.Throws<CommandException>(() => ConfigurationLoader.Load(File, new Dictionary<string, string>(), settings));
        Assert.Contains("clear text", problem.Message, StringComparison.Ordinal);
        _ = ConfigurationLoader.Load(File, new Dictionary<string, string>(), [.. settings, "Smtp:Host=127.0.0.1"]);
        _ = ConfigurationLoader.Load(File, new Dictionary<string, string>(), [.. settings, "Smtp:Security=starttls"]);
    }

    [Fact]
    public void The_layout_in_the_documentation_is_the_shipped_one()
    {
        var page = System.IO.File.ReadAllText(Path.Combine(RepositoryRoot.Find(), "docs", "operations", "configuration.md"));
        Write(page[page.IndexOf("{ \"Layout\"", StringComparison.Ordinal)..].Split("```")[0]);
        var (configuration, warnings) = Load();
        Assert.Empty(warnings);
        Assert.Equal(LayoutTemplate.Default.Folders, ConfigurationCheck.Layout(configuration.Layout).Folders);
    }

    [Fact]
    public void Later_layers_win_and_keys_are_compared_without_case()
    {
        Write("""{ "ssh": { "POLICY": "compat", "Listen": ["127.0.0.1:1"] }, "ShutdownSeconds": 1 /* comments are fine */ , }""");
        Assert.Equal("compat", Load().Configuration.Ssh.Policy);
        var environment = new Dictionary<string, string> { ["WAYBILL__Ssh__Policy"] = "modern", ["WAYBILL__SHUTDOWNSECONDS"] = "2", ["WAYBILL_DATA"] = "/x" };
        var (configuration, warnings) = Load(environment);
        Assert.Empty(warnings);
        Assert.Equal(("modern", 2), (configuration.Ssh.Policy, configuration.ShutdownSeconds));
        configuration = Load(environment, "Ssh:policy=pq", "ShutdownSeconds=3", "ssh:LISTEN=127.0.0.1:2, [::1]:3").Configuration;
        Assert.Equal(("pq", 3), (configuration.Ssh.Policy, configuration.ShutdownSeconds));
        Assert.Equal(["127.0.0.1:2", "[::1]:3"], configuration.Ssh.Listen);
    }

    [Theory]
    [InlineData("Ssh:Listen=[]")]
    [InlineData("Ssh:Listen=")]
    public void A_list_can_be_emptied(string setting) => Assert.Empty(Load([], setting).Configuration.Ssh.Listen);

    [Fact]
    public void Values_of_every_kind_can_be_set_from_the_command_line()
    {
        var configuration = Load([], "Sftp:Links=true", "Limits:Total=7", "Provider:Name=A = B", """Ssh:Public=[{"Host":"a.example"}]""", "Limits:Exempt=192.0.2.0/24").Configuration;
        Assert.True(configuration.Sftp.Links);
        Assert.Equal(7, configuration.Limits.Total);
        Assert.Equal("A = B", configuration.Provider.Name);
        Assert.Equal("a.example", configuration.Ssh.Public[0].Host);
    }

    [Theory]
    [InlineData("""{"Host":"a"}""", "a:21 explicit")]
    [InlineData("""{"Host":"a","ImplicitTls":true}""", "a:990 implicit")]
    [InlineData("""{"Host":"a","Port":990}""", "a:990 implicit")]
    [InlineData("""{"Host":"a","Port":990,"ImplicitTls":false}""", "a:990 explicit")]
    [InlineData("""{"Host":"a","Port":2121}""", "a:2121 explicit")]
    [InlineData("""{"Host":"a"}""", "a:990 implicit", "Ftp:Listen=", "Ftp:ListenImplicitTls=127.0.0.1:9990")]
    [InlineData("""{"Host":"a"}""", "a:21 explicit", "Ftp:Listen=", "Ftp:ListenImplicitTls=127.0.0.1:9990", "Ftp:ListenPlain=127.0.0.1:2121")]
    public void Customers_of_FTP_are_told_port_21_or_990_where_none_is_given(string endPoint, string told, params string[] settings)
    {
        var shown = Assert.Single(FtpSettings.Public(Load([], [$"Ftp:Public=[{endPoint}]", .. settings]).Configuration.Ftp));
        Assert.Equal(told, $"{shown.Host}:{shown.Port} {(shown.ImplicitTls ? "implicit" : "explicit")}");
    }

    [Fact]
    public void NTSAPI_is_there_by_TLS_alone_and_may_have_one_port_on_two_addresses_for_both()
    {
        var section = Load().Configuration.Ntsapi;
        Assert.Equal("127.0.0.1:7777 TLS", Assert.Single(NtsapiSettings.ListenersOf(section).Select(static listener => $"{listener.EndPoint} {listener.Words}")));
        Assert.Equal(new NtsapiLimits(), NtsapiSettings.Limits(section));
        var told = Load([], """Ntsapi:Public=[{"Host":"a"}]""", "Ntsapi:Listen=192.0.2.1:777", "Ntsapi:ListenTls=192.0.2.2:777").Configuration.Ntsapi;
        Assert.Equal(["192.0.2.1:777 plain", "192.0.2.2:777 TLS"], NtsapiSettings.ListenersOf(told).Select(static listener => $"{listener.EndPoint} {listener.Words}"));
        Assert.Equal(777, Assert.Single(told.Public).Port);
        Assert.True(Assert.Single(NtsapiSettings.Public(told)).ImplicitTls);

        // Where TLS is not to be had nobody is told that it is.
        var plain = Load([], """Ntsapi:Public=[{"Host":"a"},{"Host":"b","Tls":true}]""", "Ntsapi:Listen=192.0.2.1:777", "Ntsapi:ListenTls=").Configuration.Ntsapi;
        Assert.Equal([("a", false), ("b", true)], NtsapiSettings.Public(plain).Select(static address => (address.Host, address.ImplicitTls)));
    }

    [Fact]
    public void Unknown_keys_are_warned_of_with_their_path()
    {
        Write("""{ "Sssh": {}, "Ssh": { "Polcy": "x", "Public": [{ "Hst": "a", "Host": "b" }] } }""");
        var (_, warnings) = Load(new() { ["WAYBILL__Limits__Totl"] = "1" }, "Ftp:Nope=1", "Ssh:Listen:0=x");
        Assert.Equal(
            [
                "WAYBILL__Limits__Totl: there is no setting Limits:Totl; it is ignored",
                "--set Ftp:Nope=1: there is no setting Ftp:Nope; it is ignored",
                "--set Ssh:Listen:0=x: there is no setting Ssh:Listen:0; it is ignored",
                "waybill.json: there is no setting Sssh; it is ignored",
                "waybill.json: there is no setting Ssh:Polcy; it is ignored",
                "waybill.json: there is no setting Ssh:Public:Hst; it is ignored",
            ],
            warnings);
    }

    [Theory]
    [InlineData("Ssh:Policy=fast", "Ssh:Policy: 'fast' is not known; modern, pq or compat")]
    [InlineData("Storage:Durability=None", "Storage:Durability: 'None' is not known; Full or Rename")]
    [InlineData("Storage:KeepPartialsHours=-1", "Storage:KeepPartialsHours: -1 is out of range; 0 (keep none) to 8760")]
    [InlineData("Storage:KeepPartialsHours=8761", "Storage:KeepPartialsHours: 8761 is out of range; 0 (keep none) to 8760")]
    [InlineData("Database:Provider=Oracle", "Database:Provider: 'Oracle' is not known; Sqlite")]
    [InlineData("Storage:Provider=S3", "Storage:Provider: 'S3' is not known; Local")]
    [InlineData("Ssh:Listen=2222", "Ssh:Listen: '2222' is no address with a port; write it as 127.0.0.1:2222, [::1]:2222 or *:22")]
    [InlineData("Ssh:Listen=::1", "Ssh:Listen: '::1' is no address with a port")]
    [InlineData("Ssh:ListenCompat=localhost:22", "Ssh:ListenCompat: 'localhost:22' is no address with a port")]
    [InlineData("Limits:PerSource=0", "Limits:PerSource: 0 would let nobody in; at least 1")]
    [InlineData("Limits:UnauthenticatedPerSource=0", "Limits:UnauthenticatedPerSource: 0 would let nobody in; at least 1")]
    [InlineData("Limits:UnauthenticatedPerSource=few", "Limits:UnauthenticatedPerSource: \"few\" is not allowed; it is a whole number")]
    [InlineData("Limits:Exempt=office", "Limits:Exempt: 'office' is no network; write it as 192.0.2.0/24 or 2001:db8::/32")]
    [InlineData("Limits:Total=many", "Limits:Total: \"many\" is not allowed; it is a whole number")]
    [InlineData("Sftp:Links=perhaps", "Sftp:Links: \"perhaps\" is not allowed; it is true or false")]
    [InlineData("Ssh=modern", "Ssh: \"modern\" is not allowed; it is a section with keys of its own, { ... }")]
    [InlineData("""Ssh:Public=[{"Host":"a","Port":"x"}]""", "Ssh:Public:Port: \"x\" is not allowed; it is a whole number")]
    [InlineData("""Ssh:Public=[{"Host":"not a host"}]""", "Ssh:Public: 'not a host' is no host name; write it as sftp.example.com")]
    [InlineData("""Ssh:Public=[{"Host":"a","Port":0}]""", "Ssh:Public: 0 is no port; 1 to 65535")]
    [InlineData("""Ftp:Public=[{"Host":"a","Port":0}]""", "Ftp:Public: 0 is no port; 1 to 65535")]
    [InlineData("""Ntsapi:Public=[{"Host":"a","Port":0}]""", "Ntsapi:Public: 0 is no port; 1 to 65535")]
    [InlineData("Ntsapi:Listen=777", "Ntsapi:Listen: '777' is no address with a port")]
    [InlineData("Ntsapi:Listen=127.0.0.1:7777", "Ntsapi: 127.0.0.1:7777 stands in Ntsapi:Listen and Ntsapi:ListenTls, or twice; plain and TLS may have one port number on two addresses")]
    [InlineData("Ntsapi:Greeting=NTS GW", "Ntsapi:Greeting: it begins with `0 `")]
    [InlineData("Ntsapi:Greeting=0 ", "Ntsapi:Greeting: it begins with `0 `")]
    [InlineData("Ntsapi:Greeting=0 \u00fc", "Ntsapi:Greeting: it begins with `0 `")]
    [InlineData("Ntsapi:Welcome=a\nb", "Ntsapi:Welcome: it is one line of at most 200 characters of ASCII")]
    [InlineData("Ntsapi:QuietMilliseconds=9", "Ntsapi:QuietMilliseconds: 9 is out of range; 10 to 2000")]
    [InlineData("Ntsapi:IdleSeconds=86401", "Ntsapi:IdleSeconds: 86401 is out of range; 10 to 86400")]
    [InlineData("Ntsapi:CommandsPerSecond=0", "Ntsapi:CommandsPerSecond: 0 is out of range; 1 to 1000000")]
    [InlineData("Ntsapi:SessionsPerLogin=100001", "Ntsapi:SessionsPerLogin: 100001 is out of range; 1 to 100000")]
    [InlineData("Portal:Listen=8443", "Portal:Listen: '8443' is no address with a port")]
    [InlineData("Portal:Certificate=/x.pem", "Portal:Certificate and Portal:CertificateKey belong together")]
    [InlineData("Provider:CaseLink=javascript:alert(1)", "Provider:CaseLink: 'javascript:alert(1)' is no web address")]
    [InlineData("Portal:PublicUrl=files.example.com", "Portal:PublicUrl: 'files.example.com' is no web address")]
    [InlineData("ShutdownSeconds=-1", "ShutdownSeconds: -1 is out of range; 0 to 3600")]
    [InlineData("Ssh:KeepAliveSeconds=0", "Ssh:KeepAliveSeconds: 0 is out of range; 1 to 3600")]
    [InlineData("""Layout:Folders=[{"Path":"cdr","Customer":"read"}]""", "Layout:Folders: The folder 'cdr' of the layout is no path")]
    [InlineData("""Layout:Folders=[{"Path":"/cdr","Customer":"write"}]""", "Layout:Folders: 'write' are no rights; none, read, collect, deliver or all")]
    [InlineData("Layout:Folders=/cdr", "Layout:Folders: \"/cdr\" is not allowed")]
    [InlineData("Numbers:QuarantineDays=-1", "Numbers:QuarantineDays: -1 is out of range; 0 (none) to 3650")]
    [InlineData("Numbers:QuarantineDays=3651", "Numbers:QuarantineDays: 3651 is out of range; 0 (none) to 3650")]
    [InlineData("Numbers:ChangeDays=6", "Numbers:ChangeDays: 6 is out of range; 7 to 3650")]
    [InlineData("Numbers:ChangeDays=3651", "Numbers:ChangeDays: 3651 is out of range; 7 to 3650")]
    [InlineData("Numbers:MaxPerAccount=-1", "Numbers:MaxPerAccount: -1 is out of range; 0 (staff alone give numbers) to 10000000")]
    [InlineData("Numbers:MaxPerAccount=10000001", "Numbers:MaxPerAccount: 10000001 is out of range; 0 (staff alone give numbers) to 10000000")]
    [InlineData("Numbers:TermMonths=0", "Numbers:TermMonths: 0 is out of range; 1 to 120")]
    [InlineData("Numbers:TermMonths=121", "Numbers:TermMonths: 121 is out of range; 1 to 120")]
    [InlineData("Numbers:PstnTargets=some", "Numbers:PstnTargets: \"some\" is not allowed; it is true or false")]
    [InlineData("Provider:TimeZone=Londn", "Provider:TimeZone: 'Londn' is not known here; write it as Europe/London")]
    public void A_bad_value_is_refused_with_what_is_allowed(string setting, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<CommandException>(() => Load([], setting)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_hundred_lenient_clients_are_taken_and_no_more()
    {
        static string Clients(int count) => $"Ftp:LenientClients=[{string.Join(',', Enumerable.Range(0, count).Select(static i => $"\"Old{i}/\""))}]";
        Assert.Equal(100, Load([], Clients(100)).Configuration.Ftp.LenientClients.Count);
        Assert.StartsWith("Ftp:LenientClients: at most 100 ", Assert.Throws<CommandException>(() => Load([], Clients(101))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "Ssh": null }""", "Ssh: null is not allowed; it is a section")]
    [InlineData("""{ "Ssh": { "Listen": null } }""", "Ssh:Listen: null is not allowed; it is a list")]
    [InlineData("""{ "Ssh": { "Policy": null } }""", "Ssh:Policy: null is not allowed; it is a text")]
    [InlineData("""{ "Limits": { "Total": 1e99 } }""", "Limits:Total: 1e99 is not allowed; it is a whole number")]
    [InlineData("""{ "Ssh": { "Listen": [22] } }""", "Ssh:Listen: 22 is not allowed; it is a text")]
    public void A_file_with_a_value_of_the_wrong_kind_is_refused_with_its_path(string json, string expected)
    {
        Write(json);
        Assert.StartsWith(expected, Assert.Throws<CommandException>(() => Load()).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("[]", "the file must hold one JSON object")]
    [InlineData("", "not valid JSON at line 1")]
    [InlineData("{\n  \"Ssh\": {,}\n}", "not valid JSON at line 2, column 11")]
    [InlineData("""{ "Ssh": { "Policy": "pq", "Policy": "modern" } }""", "Policy")]
    public void A_broken_file_is_refused_with_the_place(string json, string expected)
    {
        Write(json);
        Assert.Contains(expected, Assert.Throws<CommandException>(() => Load()).Message, StringComparison.Ordinal);
    }

    private (WaybillConfiguration Configuration, IReadOnlyList<string> Warnings) Load(Dictionary<string, string>? environment = null, params string[] settings) =>
        ConfigurationLoader.Load(File, environment ?? [], settings);

    private void Write(string json) => System.IO.File.WriteAllText(File, json);
}
