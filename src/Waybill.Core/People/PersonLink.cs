namespace Waybill.Core.People;

/// <summary>Whom a mailed link is for.</summary>
/// <param name="Kind">What it lets its holder do.</param>
/// <param name="Person">The person.</param>
/// <param name="Expires">Until when.</param>
public sealed record PersonLink(PersonLinkKind Kind, Person Person, DateTimeOffset Expires)
{
    /// <summary>Whether it needs a code besides that the mail does not hold: it lets in somebody with a role at the provider.</summary>
    public bool NeedsCode { get; init; }
}
