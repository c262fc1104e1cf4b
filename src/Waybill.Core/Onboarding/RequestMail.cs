using Waybill.Core.Notifications;

namespace Waybill.Core.Onboarding;

/// <summary>A mail to the person who asked, and what became of it.</summary>
/// <param name="Target">The address.</param>
/// <param name="Notification">Its number in the outbox (<c>notification retry</c>); null when the outbox has forgotten it.</param>
/// <param name="State">How far it is; null when the outbox has forgotten it.</param>
/// <param name="Error">Why the last try failed.</param>
/// <param name="Sent">When the mail server took it.</param>
/// <param name="Bounce">What came back from the address; null when nothing is known of.</param>
public sealed record RequestMail(string Target, long? Notification, DeliveryState? State, string? Error, DateTimeOffset? Sent, string? Bounce);
