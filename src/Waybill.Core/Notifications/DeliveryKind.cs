namespace Waybill.Core.Notifications;

/// <summary>How a notification travels.</summary>
public enum DeliveryKind
{
    /// <summary>By mail.</summary>
    Mail,

    /// <summary>As a call of a web hook.</summary>
    Hook,
}
