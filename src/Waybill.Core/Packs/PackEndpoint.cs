namespace Waybill.Core.Packs;

/// <summary>Where a customer connects to: what the provider has made public, never a listening address.</summary>
/// <param name="Host">The host name.</param>
/// <param name="Port">The port.</param>
/// <param name="Region">The region that it is for; null for all.</param>
/// <param name="Policy">Which programs the listener behind it takes.</param>
public sealed record PackEndpoint(string Host, int Port, string? Region = null, PackPolicy Policy = PackPolicy.Modern);
