namespace Waybill.Core.Inbound;

/// <summary>A file that a customer or vendor delivered.</summary>
/// <param name="Id">The catalogue's number for this version of it; what claim, confirm and reject name.</param>
/// <param name="Sequence">Its place in the list of what was offered; null before it is. It is offered anew, with a higher number, when a claim has expired.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Path">Where it lies in the vault now, as the provider sees it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">The hash of its content in hexadecimal digits, once it is known.</param>
/// <param name="Arrived">When it was committed, by the server's clock.</param>
/// <param name="Login">Who delivered it.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Claimant">Who claims it, or claimed it last.</param>
/// <param name="ClaimedUntil">When the claim expires, or expired.</param>
/// <param name="Decided">When it was confirmed or rejected.</param>
/// <param name="DecidedBy">By whom.</param>
/// <param name="Report">Why it was rejected, as its sender reads it.</param>
public sealed record InboundFile(
    long Id, long? Sequence, string Account, string Path, long Size, string? Sha256, DateTimeOffset Arrived, string? Login, InboundState State, string? Claimant,
    DateTimeOffset? ClaimedUntil, DateTimeOffset? Decided, string? DecidedBy, string? Report);
