namespace Waybill.Core.Keys.Handover;

/// <summary>A handover as staff see it; nothing secret.</summary>
/// <param name="Id">Its number.</param>
/// <param name="UserName">The login.</param>
/// <param name="Account">The account's number; null for the provider's own logins.</param>
/// <param name="Sha256">The key's fingerprint.</param>
/// <param name="Created">When it began.</param>
/// <param name="CreatedBy">Who began it.</param>
/// <param name="Expires">When what was not taken is removed.</param>
/// <param name="File">How the file stands.</param>
/// <param name="Passphrase">How the passphrase stands.</param>
/// <param name="Ended">When it ended; null while it is open.</param>
/// <param name="How">How it ended.</param>
public sealed record HandoverView(
    long Id, string UserName, string? Account, string Sha256, DateTimeOffset Created, string CreatedBy, DateTimeOffset Expires, HandoverPartView File, HandoverPartView Passphrase,
    DateTimeOffset? Ended, HandoverEnd? How);

/// <summary>One part of a handover.</summary>
/// <param name="Recipient">The address that its link went to; null when staff read it out.</param>
/// <param name="Taken">When it was handed over; null when it was not.</param>
/// <param name="WrongCodes">How many wrong codes were typed.</param>
public sealed record HandoverPartView(string? Recipient, DateTimeOffset? Taken, int WrongCodes)
{
    /// <summary>Whether its link ended with a last wrong code.</summary>
    public bool IsLocked => Taken is null && WrongCodes >= HandoverLimits.WrongCodes;
}
