namespace Waybill.Core.Notifications;

/// <summary>A row that is being sent.</summary>
internal sealed record Outgoing(
    long Id, string Topic, long? Hook, string Target, string MessageId, string Subject, string Text, string? Html, int Attempts, DateTimeOffset TriedSince);
