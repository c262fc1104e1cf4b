namespace Waybill.Core.Numbers;

/// <summary>Whose a number is.</summary>
public enum NumberState
{
    /// <summary>Anybody's who takes it.</summary>
    Free,

    /// <summary>Given back not long ago: only whoever had it may have it again. It becomes free when the time is over.</summary>
    Quarantined,

    /// <summary>An account's.</summary>
    Active,

    /// <summary>An account's that brought it from another provider.</summary>
    PortedIn,

    /// <summary>Another provider's: its account took it there.</summary>
    PortedOut,
}
