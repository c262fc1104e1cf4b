namespace Waybill.Portal;

/// <summary>How bad something is.</summary>
public enum HealthVerdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Somebody should look.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failure,
}
