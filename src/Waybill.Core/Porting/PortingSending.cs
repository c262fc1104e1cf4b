namespace Waybill.Core.Porting;

/// <summary>What came of a row when all drafts of a table were sent.</summary>
/// <param name="Line">Its line of the table, from 1.</param>
/// <param name="Order">The order as it is now.</param>
/// <param name="Result">What was done.</param>
/// <param name="Why">Why it was not sent; null for one that was.</param>
public sealed record PortingSending(int Line, PortingOrder Order, PortingSendingResult Result, string? Why);
