namespace Waybill.Core.Keys.Handover;

/// <summary>How a handover ended.</summary>
public enum HandoverEnd
{
    /// <summary>Both parts were handed over.</summary>
    Complete,

    /// <summary>Staff ended it.</summary>
    Cancelled,

    /// <summary>Its time was over.</summary>
    Expired,
}
