namespace Waybill.Core.Billing;

/// <summary>A call of a call detail file.</summary>
/// <param name="Date">Its day, as the file's clock has it.</param>
/// <param name="Time">When it began, as the file's clock has it.</param>
/// <param name="From">Who called; empty where it was withheld.</param>
/// <param name="Dialled">What was dialled.</param>
/// <param name="Country">The country of origin, as the file writes it; empty where it does not.</param>
/// <param name="Description">What the dialled number is.</param>
/// <param name="Seconds">How long it was.</param>
/// <param name="Price">What it cost, in the file's currency.</param>
public sealed record CallRecord(DateOnly Date, TimeOnly Time, string From, string Dialled, string Country, string Description, int Seconds, decimal Price);
