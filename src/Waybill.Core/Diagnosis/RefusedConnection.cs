namespace Waybill.Core.Diagnosis;

/// <summary>A connection that reached the server and did not get in.</summary>
/// <param name="Time">When.</param>
/// <param name="Address">From where; of one that was turned away at once its source (an IPv4 address or an IPv6 /64).</param>
/// <param name="User">The user name that it tried; null if none.</param>
/// <param name="Reference">Its id, which the client may have read; null of one that was turned away at once.</param>
/// <param name="Words">What the server saw, in words.</param>
public sealed record RefusedConnection(DateTimeOffset Time, string? Address, string? User, string? Reference, string Words);
