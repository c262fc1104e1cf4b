namespace Waybill.Core.Audit;

/// <summary>The result of a verification.</summary>
/// <param name="Rows">How many rows were read.</param>
/// <param name="Findings">What was found, at most <see cref="AuditLimits.Findings"/>.</param>
/// <param name="FindingCount">How many findings there are in all.</param>
public sealed record AuditVerification(long Rows, IReadOnlyList<AuditFinding> Findings, long FindingCount)
{
    /// <summary>Whether every row is as it was recorded and none is missing.</summary>
    public bool Intact => FindingCount == 0;
}
