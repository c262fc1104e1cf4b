namespace Waybill.Core.Audit;

/// <summary>How what was recorded ended.</summary>
public enum AuditOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>A rule or a missing right forbade it.</summary>
    Refused,

    /// <summary>It was allowed and failed.</summary>
    Failed,
}
