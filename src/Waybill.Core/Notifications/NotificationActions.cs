namespace Waybill.Core.Notifications;

/// <summary>The audit's words for notifications and expectations.</summary>
public static class NotificationActions
{
    /// <summary>A web hook was added.</summary>
    public const string HookAdded = "hook-added";

    /// <summary>A web hook was removed; what waited for it became dead letters.</summary>
    public const string HookRemoved = "hook-removed";

    /// <summary>Dead letters are tried again.</summary>
    public const string Retried = "notification-retried";

    /// <summary>An expectation was set.</summary>
    public const string ExpectationSet = "expectation-set";

    /// <summary>An expectation was removed.</summary>
    public const string ExpectationRemoved = "expectation-removed";
}
