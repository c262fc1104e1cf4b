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

/// <summary>How far emergency records are, in words.</summary>
public static class EmergencyStatusWords
{
    /// <summary>As NTSAPI answers STATUS of INFO 999, and clients of such an API read it (domain.md 1.6).</summary>
    public static string Tell(this EmergencyStatus status) => status switch
    {
        EmergencyStatus.Accepted => "Accepted",
        EmergencyStatus.Received => "Info received",
        EmergencyStatus.Validating => "Info awaiting further validation",
        EmergencyStatus.Submitted => "Info submitted",
        EmergencyStatus.Manual => "Submitted - awaiting manual processing",
        EmergencyStatus.Rejected => "Rejected",
        _ => "No record found",
    };
}
