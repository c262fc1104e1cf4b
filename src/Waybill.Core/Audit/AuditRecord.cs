namespace Waybill.Core.Audit;

/// <summary>A row of the audit log.</summary>
/// <param name="Sequence">Its number: 1, 2, 3, ... without a gap.</param>
/// <param name="Time">What the server's clock said; the order of events is that of the numbers.</param>
/// <param name="ActorKind">What sort of actor.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What was done.</param>
/// <param name="Account">The account's number.</param>
/// <param name="Subject">What it was done to.</param>
/// <param name="Address">Where the request came from.</param>
/// <param name="Connection">On which connection.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">More.</param>
public sealed record AuditRecord(
    long Sequence, DateTimeOffset Time, string ActorKind, string Actor, string Action, string? Account, string? Subject, string? Address, string? Connection,
    string Outcome, string? Detail);
