namespace Waybill.Core.Billing;

/// <summary>What came of a push.</summary>
/// <param name="Added">Entries that are new.</param>
/// <param name="Repeated">Entries that were there already, the same.</param>
/// <param name="Balances">The balances of the accounts that it names, as they are now.</param>
public sealed record PushReport(int Added, int Repeated, IReadOnlyList<Balance> Balances);
