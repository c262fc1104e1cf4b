namespace Waybill.Storage.Quotas;

/// <summary>What the database says of one account or login.</summary>
/// <param name="Limits">How much may be stored.</param>
/// <param name="Stored">How much the catalogue has.</param>
/// <param name="Revision">Grows with each change, so that of two readings the later one is known.</param>
public readonly record struct QuotaState(QuotaLimits Limits, QuotaAmount Stored, long Revision);
