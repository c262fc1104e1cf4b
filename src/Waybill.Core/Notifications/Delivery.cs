namespace Waybill.Core.Notifications;

/// <summary>One notification to one recipient.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Kind">How it travels.</param>
/// <param name="Topic">What it is about; <c>digest</c> for a digest.</param>
/// <param name="Account">The account that it concerns.</param>
/// <param name="Target">The address, or the web hook's URL.</param>
/// <param name="MessageId">Its Message-ID; the same at every try.</param>
/// <param name="Subject">The mail's subject.</param>
/// <param name="State">How far it is.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Due">When it is tried next.</param>
/// <param name="Sent">When it was taken.</param>
/// <param name="Error">Why the last try failed.</param>
public sealed record Delivery(
    long Id, DeliveryKind Kind, string Topic, string? Account, string Target, string MessageId, string Subject, DeliveryState State, int Attempts,
    DateTimeOffset Created, DateTimeOffset Due, DateTimeOffset? Sent, string? Error);
