namespace Waybill.Net.Gate;

/// <summary>Why a connection was not let in.</summary>
public enum GateRefusal
{
    /// <summary>It was let in.</summary>
    None,

    /// <summary><see cref="GateLimits.Total"/> is reached.</summary>
    Total,

    /// <summary><see cref="GateLimits.PerSource"/> is reached.</summary>
    PerSource,

    /// <summary><see cref="GateLimits.Unauthenticated"/> is reached.</summary>
    Unauthenticated,

    /// <summary><see cref="GateLimits.UnauthenticatedPerSource"/> is reached.</summary>
    UnauthenticatedPerSource,

    /// <summary><see cref="GateLimits.UnauthenticatedPerSecond"/> is reached.</summary>
    Rate,

    /// <summary>The source serves a penalty.</summary>
    Penalty,

    /// <summary>The server is stopping.</summary>
    Stopping,
}
