namespace Waybill.Core.Notifications;

/// <summary>How far a delivery is.</summary>
public enum DeliveryState
{
    /// <summary>It waits for its time.</summary>
    Waiting,

    /// <summary>It is handed over now; after a crash it may have arrived or not, and is sent again.</summary>
    Sending,

    /// <summary>It was taken.</summary>
    Sent,

    /// <summary>It was given up.</summary>
    Dead,
}
