namespace Waybill.Core.Porting;

/// <summary>A step of an order.</summary>
/// <param name="Time">When.</param>
/// <param name="By">Who.</param>
/// <param name="From">The state before; null for the first.</param>
/// <param name="To">The state after.</param>
/// <param name="Code">The code of a rejection.</param>
/// <param name="Why">Why, in words; null where nobody has to say.</param>
public sealed record PortingChange(DateTimeOffset Time, string By, PortingState? From, PortingState To, string? Code, string? Why);
