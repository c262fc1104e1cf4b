namespace Waybill.Core.Porting;

/// <summary>An order of porting.</summary>
/// <param name="Reference">Its reference, which people read out by phone.</param>
/// <param name="Account">The account that the numbers come to.</param>
/// <param name="State">How far it is.</param>
/// <param name="Details">What it says.</param>
public sealed record PortingOrder(string Reference, string Account, PortingState State, PortingDetails Details)
{
    internal long Id { get; init; }

    internal long AccountId { get; init; }

    /// <summary>When it was sent last; null for a draft.</summary>
    public DateTimeOffset? Submitted { get; init; }

    /// <summary>By when the provider has to do what is next; null where it is not its turn.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The first day that its lead time allows, as it was when it was sent.</summary>
    public DateOnly? Earliest { get; init; }

    /// <summary>The day that was agreed; null before.</summary>
    public DateOnly? Agreed { get; init; }

    /// <summary>Why it was rejected: the code; null for an order that is not.</summary>
    public string? Code { get; init; }

    /// <summary>Why it was rejected or cancelled, in words.</summary>
    public string? Why { get; init; }

    /// <summary>The day of the port, once it is done.</summary>
    public DateOnly? PortedOn { get; init; }

    /// <summary>Until when its letters are kept; null before it is over.</summary>
    public DateOnly? KeepLettersUntil { get; init; }

    /// <summary>The reference of the table that it came in; null for one that came by itself.</summary>
    public string? Upload { get; init; }

    /// <summary>The line of that table that it stands in, from 1.</summary>
    public int? UploadLine { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Who made it.</summary>
    public string CreatedBy { get; init; } = "";

    /// <summary>When anything of it changed last.</summary>
    public DateTimeOffset Changed { get; init; }

    /// <summary>The letters of authority that are kept, the latest last.</summary>
    public IReadOnlyList<PortingLetter> Letters { get; init; } = [];
}
