namespace Waybill.Core.Diagnosis;

/// <summary>A connection with a login's user name that did not get in, as its own people may see it.</summary>
/// <param name="Time">When.</param>
/// <param name="Address">From where.</param>
/// <param name="Reference">Its id, which the client may have read.</param>
/// <param name="Cause">Why it did not get in.</param>
public sealed record OwnAttempt(DateTimeOffset Time, string? Address, string? Reference, RefusalCause Cause);
