namespace Waybill.Core.Inbound;

/// <summary>How far a delivered file has come on its way to the back office.</summary>
public enum InboundState
{
    /// <summary>It is there; its sender may still set its times or rename it, and its account's rules are not asked yet.</summary>
    Arriving,

    /// <summary>Its name says that it is not whole yet, as <c>x.csv.filepart</c>.</summary>
    Partial,

    /// <summary>It is offered.</summary>
    Waiting,

    /// <summary>A claimant has it for a while.</summary>
    Claimed,

    /// <summary>The back office has taken it over; it lies in its sender's <c>/processed</c>.</summary>
    Processed,

    /// <summary>It was refused; it lies in its sender's <c>/rejected</c> with a report beside it.</summary>
    Rejected,

    /// <summary>Its sender replaced or removed it before it was taken over.</summary>
    Withdrawn,
}
