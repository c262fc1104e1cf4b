using System.Net;

namespace Waybill.Portal.Api;

/// <summary>What of the configuration calls need.</summary>
/// <param name="Zone">The provider's time zone.</param>
/// <param name="HookNetworks">Networks that are no public ones and that web hooks may lie in nevertheless.</param>
public sealed record ApiOptions(TimeZoneInfo Zone, IReadOnlyList<IPNetwork> HookNetworks);
