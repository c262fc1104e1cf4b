namespace Waybill.Core.Numbers;

/// <summary>How far an emergency record is. The values are NTSAPI's codes (domain.md 1.6).</summary>
public enum EmergencyStatus
{
    /// <summary>The emergency services have it.</summary>
    Accepted = 0,

    /// <summary>It is being written.</summary>
    Received = 1,

    /// <summary>It is complete and is being looked at.</summary>
    Validating = 2,

    /// <summary>It is complete and goes to the emergency services.</summary>
    Submitted = 3,

    /// <summary>Somebody there has to look at it.</summary>
    Manual = 6,

    /// <summary>It was turned away; the reason says why.</summary>
    Rejected = 8,

    /// <summary>There is none.</summary>
    None = 9,
}
