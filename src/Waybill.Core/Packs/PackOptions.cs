namespace Waybill.Core.Packs;

/// <summary>What packs are made from beside the database: the configuration and the host keys, as they are now.</summary>
public sealed record PackOptions
{
    /// <summary>All public host names and ports, the main one first.</summary>
    public IReadOnlyList<PackEndpoint> Endpoints { get; init; } = [];

    /// <summary>Every host key that clients may meet, in the order of the server's offer.</summary>
    public IReadOnlyList<PackHostKey> HostKeys { get; init; } = [];

    /// <summary>How logins with a password connect by FTP over TLS; null where that is not offered.</summary>
    public PackFtps? Ftps { get; init; }

    /// <summary>Who runs the server.</summary>
    public PackProvider Provider { get; init; } = new();

    /// <summary>How long a file stays that no policy speaks of.</summary>
    public int RetentionMonths { get; init; } = 12;
}
