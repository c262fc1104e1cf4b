namespace Waybill.Core.Diagnosis;

/// <summary>A connection that did not get in, as the people of a login may see it.</summary>
/// <param name="Time">When.</param>
/// <param name="Address">From where.</param>
/// <param name="Reference">Its id, which the client may have read.</param>
/// <param name="Cause">Why it did not get in.</param>
public sealed record OwnAttempt(DateTimeOffset Time, string? Address, string? Reference, RefusalCause Cause)
{
    /// <summary>Whether it came with the login's user name. One that did not came from an address of the login or of whoever asks, and may be of another program there.</summary>
    public bool IsNamed { get; init; } = true;
}
