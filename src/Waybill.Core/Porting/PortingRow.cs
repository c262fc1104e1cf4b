namespace Waybill.Core.Porting;

/// <summary>A row of a table of orders.</summary>
/// <param name="Line">The line of the file that it begins in, from 1.</param>
/// <param name="Details">What it says.</param>
public sealed record PortingRow(int Line, PortingDetails Details);
