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

    public DatabaseSection Database { get; init; } = new();

    public StorageSection Storage { get; init; } = new();

    public SmtpSection Smtp { get; init; } = new();

    public RetentionSection Retention { get; init; } = new();

    public LayoutSection Layout { get; init; } = new();

    /// <summary>How long transfers may go on after SIGTERM.</summary>
    public int ShutdownSeconds { get; init; } = 30;
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

    public IReadOnlyList<PublicEndpoint> Public { get; init; } = [];

    public string PassivePorts { get; init; } = "42000-42999";
}

internal sealed record NtsapiSection
{
    public IReadOnlyList<string> Listen { get; init; } = [];

    public IReadOnlyList<string> ListenTls { get; init; } = ["127.0.0.1:7777"];

    public IReadOnlyList<PublicEndpoint> Public { get; init; } = [];
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

    public string PublicUrl { get; init; } = "https://localhost:8443";

    public string? Files { get; init; }
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

    /// <summary>Bytes of the disk that uploads leave free for the database and the audit log; at most 5 % of the disk.</summary>
    public long ReserveBytes { get; init; } = 64 * 1024 * 1024;
}

internal sealed record SmtpSection
{
    public string? Host { get; init; }

    public int Port { get; init; } = 25;

    public string From { get; init; } = "no-reply@localhost";
}

internal sealed record RetentionSection
{
    public int Months { get; init; } = 12;

    public string PlanAt { get; init; } = "02:00";

    public int RunDay { get; init; } = 1;

    public string RunAt { get; init; } = "03:00";
}

internal sealed record LayoutSection
{
    /// <summary>The folders of each vault; null is the layout that is shipped.</summary>
    public IReadOnlyList<FolderSection>? Folders { get; init; }
}

/// <summary>One folder; rights are <c>none</c>, <c>read</c>, <c>deliver</c> (all but links) or <c>all</c>.</summary>
internal sealed record FolderSection
{
    public string Path { get; init; } = "";

    public string Customer { get; init; } = "none";

    /// <summary>Only for paths below <c>/vendors/{vendor}</c>.</summary>
    public string Vendor { get; init; } = "none";
}
