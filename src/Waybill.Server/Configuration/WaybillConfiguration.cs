using Waybill.Core.Numbers;

namespace Waybill.Server.Configuration;

/// <summary>
/// All of <c>waybill.json</c>, with its defaults. Sections of rooms that are not built yet are accepted too, so that one file serves every version.
/// </summary>
internal sealed record WaybillConfiguration
{
    public ProviderSection Provider { get; init; } = new();

    public SshSection Ssh { get; init; } = new();

    public FtpSection Ftp { get; init; } = new();

    public NtsapiSection Ntsapi { get; init; } = new();

    public SftpSection Sftp { get; init; } = new();

    public LimitsSection Limits { get; init; } = new();

    public PortalSection Portal { get; init; } = new();

    public CertificatesSection Certificates { get; init; } = new();

    public DatabaseSection Database { get; init; } = new();

    public StorageSection Storage { get; init; } = new();

    public SmtpSection Smtp { get; init; } = new();

    public RetentionSection Retention { get; init; } = new();

    public NotificationsSection Notifications { get; init; } = new();

    public LayoutSection Layout { get; init; } = new();

    public InboundSection Inbound { get; init; } = new();

    public FeedsSection Feeds { get; init; } = new();

    public OnboardingSection Onboarding { get; init; } = new();

    public CatalogueSection Catalogue { get; init; } = new();

    public BillingSection Billing { get; init; } = new();

    public NumbersSection Numbers { get; init; } = new();

    public PortingSection Porting { get; init; } = new();

    /// <summary>How long transfers may go on after SIGTERM.</summary>
    public int ShutdownSeconds { get; init; } = 30;
}

internal sealed record BillingSection
{
    /// <summary>The currency of all ledgers, as ISO 4217 names it.</summary>
    public string Currency { get; init; } = "GBP";

    /// <summary>How many decimal places a minor unit is, 0 to 4. What is in ledgers already is not converted.</summary>
    public int Decimals { get; init; } = 2;

    /// <summary>Below how many minor units an account is told; null for never. Accounts can have a mark of their own.</summary>
    public long? LowBalance { get; init; }
}

internal sealed record ProviderSection
{
    public string? Name { get; init; }

    public string? SupportMail { get; init; }

    public string? Phone { get; init; }

    public string? Logo { get; init; }

    public string? CaseLink { get; init; }

    public string? TimeZone { get; init; }
}

/// <summary>What customers are told: a host name and port, never a listening address.</summary>
internal sealed record PublicEndpoint
{
    public string Host { get; init; } = "";

    public int Port { get; init; } = 22;

    public string? Region { get; init; }

    /// <summary>The policy of the listener behind it; null for that of the listener with this port, else <c>Ssh:Policy</c>.</summary>
    public string? Policy { get; init; }
}

/// <summary>What customers of FTP are told.</summary>
internal sealed record FtpPublicEndpoint
{
    public string Host { get; init; } = "";

    /// <summary>Null for 21, or 990 where TLS comes first.</summary>
    public int? Port { get; init; }

    public string? Region { get; init; }

    /// <summary>Whether TLS begins with the first byte; null where the port says it (990), or the listeners: those of <c>ListenImplicitTls</c> alone.</summary>
    public bool? ImplicitTls { get; init; }
}

/// <summary>What customers of NTSAPI are told.</summary>
internal sealed record NtsapiPublicEndpoint
{
    public string Host { get; init; } = "";

    /// <summary>The port that its clients know.</summary>
    public int Port { get; init; } = 777;

    public string? Region { get; init; }

    /// <summary>Whether TLS begins with the first byte there; null where the listeners say it: not where those without TLS are all.</summary>
    public bool? Tls { get; init; }
}

internal sealed record SshSection
{
    public IReadOnlyList<string> Listen { get; init; } = ["127.0.0.1:2222"];

    public IReadOnlyList<PublicEndpoint> Public { get; init; } = [];

    /// <summary><c>modern</c>, <c>pq</c> or <c>compat</c>.</summary>
    public string Policy { get; init; } = "modern";

    /// <summary>SSH listeners with the <c>compat</c> policy.</summary>
    public IReadOnlyList<string> ListenCompat { get; init; } = [];

    /// <summary>Offer only AES-GCM to clients that know it (docs/operations/configuration.md).</summary>
    public bool CipherSteering { get; init; } = true;

    /// <summary>Silence after which a client is asked whether it is still there.</summary>
    public int KeepAliveSeconds { get; init; } = 60;
}

internal sealed record FtpSection
{
    public IReadOnlyList<string> Listen { get; init; } = ["127.0.0.1:2121"];

    public IReadOnlyList<string> ListenImplicitTls { get; init; } = [];

    public IReadOnlyList<string> ListenPlain { get; init; } = [];

    public IReadOnlyList<FtpPublicEndpoint> Public { get; init; } = [];

    /// <summary>Where data connections are taken, both ends included.</summary>
    public string PassivePorts { get; init; } = "42000-42999";

    /// <summary>The IPv4 address that PASV tells, where a router stands in front; null for the one that the client has connected to.</summary>
    public string? PassiveAddress { get; init; }

    /// <summary>Whether the server connects to clients (PORT, EPRT), to their own address alone.</summary>
    public bool AllowActive { get; init; }

    /// <summary>Whether clients may resume TLS sessions, as most do for data connections.</summary>
    public bool ResumeTlsSessions { get; init; } = true;

    /// <summary>Whether a data connection must resume the session of its control connection; with TLS 1.2 only.</summary>
    public bool RequireTlsSessionReuse { get; init; }

    /// <summary>Beginnings of the names that clients say in CLNT, whose uploads count although they cut TLS; flagged in the catalogue.</summary>
    public IReadOnlyList<string> LenientClients { get; init; } = [];
}

internal sealed record NtsapiSection
{
    public IReadOnlyList<string> Listen { get; init; } = [];

    public IReadOnlyList<string> ListenTls { get; init; } = ["127.0.0.1:7777"];

    public IReadOnlyList<NtsapiPublicEndpoint> Public { get; init; } = [];

    /// <summary>The first line; null for the one that known clients match to the letter.</summary>
    public string? Greeting { get; init; }

    /// <summary>What stands behind the 0 of a login that succeeded; null for what known clients match to the letter.</summary>
    public string? Welcome { get; init; }

    /// <summary>Silence that ends a command which has no end of its own.</summary>
    public int QuietMilliseconds { get; init; } = 100;

    /// <summary>Time without a command after which a session ends.</summary>
    public int IdleSeconds { get; init; } = 600;

    /// <summary>Commands of a login in a second, over all its sessions.</summary>
    public int CommandsPerSecond { get; init; } = 100;

    /// <summary>Sessions of a login.</summary>
    public int SessionsPerLogin { get; init; } = 50;
}

internal sealed record SftpSection
{
    /// <summary>Clients may make symbolic and hard links.</summary>
    public bool Links { get; init; }
}

internal sealed record LimitsSection
{
    public int Total { get; init; } = 10_000;

    public int PerSource { get; init; } = 200;

    public int PerLogin { get; init; } = 100;

    public int Unauthenticated { get; init; } = 200;

    /// <summary>Null for a quarter of <see cref="Unauthenticated"/>.</summary>
    public int? UnauthenticatedPerSource { get; init; }

    public int UnauthenticatedPerSecond { get; init; } = 20;

    /// <summary>Networks that are never penalised, as CIDR.</summary>
    public IReadOnlyList<string> Exempt { get; init; } = [];
}

internal sealed record PortalSection
{
    public IReadOnlyList<string> Listen { get; init; } = ["127.0.0.1:8443"];

    /// <summary>What links begin with.</summary>
    public string PublicUrl { get; init; } = "https://localhost:8443";

    /// <summary>A certificate of a public authority, PEM, with those that it was signed with; null for the installation's own.</summary>
    public string? Certificate { get; init; }

    /// <summary>Its private key, PEM.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>What the portal does with the files of accounts: <c>off</c>, <c>read</c> or <c>read-write</c>; an account can be stricter.</summary>
    public string Files { get; init; } = "off";
}

internal sealed record CertificatesSection
{
    /// <summary>How many days before the end of the installation's own certificate the next one is made and announced; 0 for never.</summary>
    public int AnnounceDays { get; init; } = 30;

    /// <summary>How many days before that end the next one takes over.</summary>
    public int TakeOverDays { get; init; } = 7;
}

internal sealed record DatabaseSection
{
    public string Provider { get; init; } = "Sqlite";
}

internal sealed record StorageSection
{
    public string Provider { get; init; } = "Local";

    /// <summary><c>Full</c>: acknowledged is on the disk. <c>Rename</c>: atomic, but not synced.</summary>
    public string Durability { get; init; } = "Full";

    /// <summary>How long a cut-off upload is kept for its login to go on with; 0 keeps none.</summary>
    public int KeepPartialsHours { get; init; } = 24;

    /// <summary>Bytes of the disk that uploads leave free for the database and the audit log; at most 5 % of the disk.</summary>
    public long ReserveBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The directory that takes what customers put away and what retention keeps; null is <c>archive</c> in the data directory.</summary>
    public string? Archive { get; init; }
}

internal sealed record SmtpSection
{
    public string? Host { get; init; }

    public int Port { get; init; } = 25;

    public string From { get; init; } = "no-reply@localhost";

    /// <summary><c>starttls</c>: nothing is said before the connection is encrypted. <c>none</c>: for a relay on this machine.</summary>
    public string Security { get; init; } = "starttls";

    /// <summary>Who signs in; null for nobody.</summary>
    public string? User { get; init; }

    /// <summary>The file with the password on its first line.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>How the user signs in: <c>login</c> is all that there is.</summary>
    public string Auth { get; init; } = "login";
}

internal sealed record NotificationsSection
{
    /// <summary>When daily digests are made, in the time zone of whoever gets them.</summary>
    public string DigestAt { get; init; } = "07:00";

    /// <summary>Who is told of what, before what is shipped.</summary>
    public IReadOnlyList<TopicSection> Topics { get; init; } = [];

    /// <summary>Networks that are not public and that web hooks may be in, as CIDR.</summary>
    public IReadOnlyList<string> HookNetworks { get; init; } = [];
}

/// <summary>How a topic is told: <c>none</c>, <c>digest</c> or <c>now</c>.</summary>
internal sealed record TopicSection
{
    public string Topic { get; init; } = "*";

    public string Account { get; init; } = "none";

    public string Provider { get; init; } = "digest";
}

internal sealed record RetentionSection
{
    public int Months { get; init; } = 12;

    public string PlanAt { get; init; } = "02:00";

    public int RunDay { get; init; } = 1;

    public string RunAt { get; init; } = "03:00";

    /// <summary>How many days before a run customers are told what it takes; 0 for never.</summary>
    public int NoticeDays { get; init; } = 14;

    /// <summary>Whether files go to the archive instead of being deleted.</summary>
    public bool Archive { get; init; }
}

internal sealed record InboundSection
{
    /// <summary>How long a file is left alone before it has arrived, while the session that delivered it goes on.</summary>
    public int QuietSeconds { get; init; } = 60;

    /// <summary>Ends of names that are not final.</summary>
    public IReadOnlyList<string> TemporarySuffixes { get; init; } = [".filepart", ".tmp", ".part", ".partial"];
}

internal sealed record LayoutSection
{
    /// <summary>The folders of each vault; null is the layout that is shipped.</summary>
    public IReadOnlyList<FolderSection>? Folders { get; init; }
}

/// <summary>One folder; rights are <c>none</c>, <c>read</c>, <c>collect</c> (what is deleted goes to the archive), <c>deliver</c> (all but links) or <c>all</c>.</summary>
internal sealed record FolderSection
{
    public string Path { get; init; } = "";

    public string Customer { get; init; } = "none";

    /// <summary>Only for paths below <c>/vendors/{vendor}</c>.</summary>
    public string Vendor { get; init; } = "none";
}

internal sealed record FeedsSection
{
    /// <summary>The feeds; null is those that are shipped.</summary>
    public IReadOnlyList<FeedTypeSection>? Types { get; init; }

    /// <summary>Patterns of file names that hold an account number, for <c>publish --route</c>.</summary>
    public IReadOnlyList<FeedRouteSection> Routes { get; init; } = [];
}

internal sealed record FeedTypeSection
{
    public string Name { get; init; } = "";

    /// <summary>Its folder in each vault.</summary>
    public string Folder { get; init; } = "";

    public IReadOnlyList<string> FileTypes { get; init; } = ["csv"];

    /// <summary>Hold a file whose content the account got under another name.</summary>
    public bool DetectSameContent { get; init; }

    /// <summary>Let parent accounts publish it to their children themselves.</summary>
    public bool OpenToParents { get; init; }
}

internal sealed record FeedRouteSection
{
    /// <summary>A file name as <c>*_{account}_*.csv</c>.</summary>
    public string Pattern { get; init; } = "";

    public string? Feed { get; init; }
}

internal sealed record OnboardingSection
{
    /// <summary>Whether two persons must approve a request for access.</summary>
    public bool TwoPersons { get; init; }

    /// <summary>The provider's rule for verifying somebody who asks for a replacement key; shown to whoever approves one.</summary>
    public string? CallBack { get; init; }
}

internal sealed record NumbersSection
{
    /// <summary>How many days a number that was given back is kept for whoever had it; 0 for not at all.</summary>
    public int QuarantineDays { get; init; } = 90;

    /// <summary>For how many months numbers are activated and renewed.</summary>
    public int TermMonths { get; init; } = 12;

    /// <summary>For how many days the change feed and the history of numbers are kept.</summary>
    public int ChangeDays { get; init; } = 365;

    /// <summary>How many numbers an account takes by itself, those that it gave back counted while they are quarantined. Accounts can have a number of their own.</summary>
    public int MaxPerAccount { get; init; } = NumberLimits.PerAccount;

    /// <summary>Whether numbers may be pointed at telephone numbers, whose calls are charged. Accounts can be allowed it by themselves.</summary>
    public bool PstnTargets { get; init; }
}

internal sealed record PortingSection
{
    /// <summary>When work begins.</summary>
    public string Opens { get; init; } = "09:00";

    /// <summary>From when on orders count as sent on the next working day.</summary>
    public string CutOff { get; init; } = "17:00";

    /// <summary>How many months letters of authority are kept from the day of the port on.</summary>
    public int LetterMonths { get; init; } = 12;

    /// <summary>Lead times that hold from a day on, in place of those that are shipped.</summary>
    public IReadOnlyList<LeadTimesSection> LeadTimes { get; init; } = [];

    /// <summary>Holidays that hold from a day on, in place of those that are shipped.</summary>
    public IReadOnlyList<CalendarSection> Calendars { get; init; } = [];
}

/// <summary>Lead times as <c>7/10/2</c>: working days where the losing provider holds the range, where it does not, and for the answer; null is as shipped.</summary>
internal sealed record LeadTimesSection
{
    public string? From { get; init; }

    public string? SingleLine { get; init; }

    public string? SingleLines { get; init; }

    public string? MultiSmall { get; init; }

    public string? MultiMedium { get; init; }

    public string? MultiLarge { get; init; }

    public string? PartOfRange { get; init; }

    public string? NonGeographic { get; init; }

    public int? SingleUpTo { get; init; }

    public int? SmallUpTo { get; init; }

    public int? MediumUpTo { get; init; }
}

/// <summary>The holidays of each nation, by name; null is as shipped.</summary>
internal sealed record CalendarSection
{
    public string? From { get; init; }

    public IReadOnlyList<string>? England { get; init; }

    public IReadOnlyList<string>? Scotland { get; init; }

    public IReadOnlyList<string>? NorthernIreland { get; init; }
}

internal sealed record CatalogueSection
{
    /// <summary>How often the vaults are compared with the catalogue; 0 for never.</summary>
    public int ScanMinutes { get; init; } = 60;

    /// <summary>How fast files are read for their hash in the background; 0 for not at all.</summary>
    public int HashMegabytesPerSecond { get; init; } = 16;
}
