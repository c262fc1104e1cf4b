namespace Waybill.Core.Keys.Handover;

/// <summary>The audit's words for handovers.</summary>
public static class HandoverActions
{
    /// <summary>A handover began: the links are on their way.</summary>
    public const string Begun = "handover-begun";

    /// <summary>A part was handed over; the detail says which, how and to whom.</summary>
    public const string HandedOver = "handover-done";

    /// <summary>A wrong code was typed.</summary>
    public const string Refused = "handover-refused";

    /// <summary>A part got a new link and a new code.</summary>
    public const string Renewed = "handover-renewed";

    /// <summary>Staff ended a handover; its key was revoked.</summary>
    public const string Cancelled = "handover-cancelled";

    /// <summary>Nobody took all of it in time; what was left is removed.</summary>
    public const string Expired = "handover-expired";
}
