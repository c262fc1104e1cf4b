namespace Waybill.Portal;

/// <summary>What the configuration says that pages show.</summary>
public sealed record PortalOptions
{
    /// <summary>The base of every link, without a slash at its end: never what a client says that it asked for.</summary>
    public required string PublicUrl { get; init; }

    /// <summary>The provider's name.</summary>
    public required string ProviderName { get; init; }

    /// <summary>The provider's logo, a file; null for none.</summary>
    public string? LogoFile { get; init; }

    /// <summary>Who is asked by mail; null for nobody.</summary>
    public string? SupportMail { get; init; }

    /// <summary>Who is asked by telephone; null for nobody.</summary>
    public string? Phone { get; init; }

    /// <summary>Where a case is opened; null for nowhere.</summary>
    public string? CaseLink { get; init; }

    /// <summary>The provider's time zone.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Where customers connect by SFTP.</summary>
    public IReadOnlyList<PublicAddress> Ssh { get; init; } = [];

    /// <summary>Where customers connect by FTP over TLS.</summary>
    public IReadOnlyList<PublicAddress> Ftp { get; init; } = [];

    /// <summary>Where customers' programs speak NTSAPI; empty where the provider has not said.</summary>
    public IReadOnlyList<PublicAddress> Ntsapi { get; init; } = [];

    /// <summary>How long files are kept where nothing else is agreed.</summary>
    public int RetentionMonths { get; init; } = 12;

    /// <summary>Where the keys of cookies and forms are kept: a folder that nobody else can enter.</summary>
    public required string KeyFolder { get; init; }

    /// <summary>Bytes of the disk that files which the REST API is sent leave free, as those of the vaults do; 0 for none.</summary>
    public long ReserveBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Where files lie that the REST API is sent, while it is: on the disk of the vaults.</summary>
    public string UploadFolder => Path.Combine(KeyFolder, "uploads");
}

/// <summary>An address that customers are told.</summary>
/// <param name="Host">The host name.</param>
/// <param name="Port">The port.</param>
/// <param name="Region">For whom, as <c>GB</c>; null for all.</param>
public sealed record PublicAddress(string Host, int Port, string? Region)
{
    /// <summary>Of FTP and NTSAPI: whether TLS begins with the first byte.</summary>
    public bool ImplicitTls { get; init; }
}
