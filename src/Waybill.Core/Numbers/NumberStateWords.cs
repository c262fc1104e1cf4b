namespace Waybill.Core.Numbers;

/// <summary>The states of numbers in words.</summary>
public static class NumberStateWords
{
    /// <summary>As a person reads it.</summary>
    public static string Show(this NumberState state) => state switch
    {
        NumberState.PortedIn => "ported in",
        NumberState.PortedOut => "ported out",
        NumberState.Free => "free",
        NumberState.Quarantined => "quarantined",
        _ => "active",
    };
}
