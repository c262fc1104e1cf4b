namespace Waybill.Net.Gate;

/// <summary>How many connections may exist at once, over all listeners (configuration section <c>Limits</c>).</summary>
public sealed record GateLimits
{
    /// <summary>All connections.</summary>
    public int Total { get; init; } = 10_000;

    /// <summary>Connections from one source (an IPv4 address, an IPv6 /64).</summary>
    public int PerSource { get; init; } = 200;

    /// <summary>Connections of one login.</summary>
    public int PerLogin { get; init; } = 100;

    /// <summary>Connections that have not logged in yet.</summary>
    public int Unauthenticated { get; init; } = 200;

    /// <summary>
    /// Connections of one source that have not logged in yet. Well below <see cref="Unauthenticated"/>, so that no single source keeps everybody else out by
    /// being silent, and more than a whole office behind one address needs. An exempt source has it too. Null for a quarter of <see cref="Unauthenticated"/>.
    /// </summary>
    public int? UnauthenticatedPerSource { get; init; }

    /// <summary>Connections that one source may begin within <see cref="ConnectionGate.RateWindow"/> without logging in; a login gives its place back.</summary>
    public int UnauthenticatedPerSecond { get; init; } = 20;

    /// <summary>Sources that are remembered for rate, penalties and recent successes; the longest unused goes first.</summary>
    public int TrackedSources { get; init; } = 65_536;

    /// <summary>Networks that are never penalised nor rate-limited: monitoring, the operator's own offices.</summary>
    public IReadOnlyList<System.Net.IPNetwork> Exempt { get; init; } = [];
}
