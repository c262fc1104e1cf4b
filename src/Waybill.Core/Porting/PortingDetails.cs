using Waybill.Core.Numbers;

namespace Waybill.Core.Porting;

/// <summary>What an order of porting says. In a draft anything may be missing; what there is has the right form.</summary>
public sealed record PortingDetails
{
    /// <summary>The main billing number at the losing provider.</summary>
    public PhoneNumber? Main { get; init; }

    /// <summary>Whether the main billing number is ported too; else it stays, or is ceased.</summary>
    public bool MainPorts { get; init; } = true;

    /// <summary>The numbers that are ported, in order.</summary>
    public IReadOnlyList<NumberSpan> Numbers { get; init; } = [];

    /// <summary>The address of the site as the losing provider has it.</summary>
    public string? Address { get; init; }

    /// <summary>Its postcode.</summary>
    public Postcode? Postcode { get; init; }

    /// <summary>Who has the numbers now.</summary>
    public string? LosingProvider { get; init; }

    /// <summary>The customer's account number there.</summary>
    public string? LosingAccount { get; init; }

    /// <summary>What the numbers are on.</summary>
    public LineType? Line { get; init; }

    /// <summary>Whether the losing provider holds the range of the numbers; null where nobody knows.</summary>
    public bool? IsRangeHolder { get; init; }

    /// <summary>Who signed the letter of authority.</summary>
    public string? Signatory { get; init; }

    /// <summary>The day that is wanted.</summary>
    public DateOnly? Wanted { get; init; }

    /// <summary>The nation whose holidays count besides England's.</summary>
    public Nation Nation => Postcode?.Nation ?? Nation.England;

    /// <summary>Whether the numbers belong to a place.</summary>
    public bool IsGeographic => Numbers.Count == 0 || NumberPlaces.Of(Numbers[0].First) == NumberPlace.Geographic;
}
