namespace Waybill.Core.Diagnosis;

/// <summary>A source that a running server refuses for a while.</summary>
/// <param name="Source">The IPv4 address or IPv6 /64.</param>
/// <param name="SecondsLeft">How long still.</param>
public sealed record SourcePenalty(string Source, double SecondsLeft);
