namespace Waybill.Core.Onboarding;

/// <summary>Where customers connect, as they are told it: never a listening address.</summary>
/// <param name="Host">The name.</param>
/// <param name="Port">The port.</param>
/// <param name="Region">For whom; null for all.</param>
public sealed record PublicHost(string Host, int Port, string? Region = null);
