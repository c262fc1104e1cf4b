namespace Waybill.Core.Audit;

/// <summary>Something that was done to the audit log.</summary>
/// <param name="Kind">What.</param>
/// <param name="Sequence">The first row that it concerns; null where it concerns none.</param>
/// <param name="Message">In words.</param>
public sealed record AuditFinding(AuditFindingKind Kind, long? Sequence, string Message);
