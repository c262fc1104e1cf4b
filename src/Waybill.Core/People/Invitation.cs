namespace Waybill.Core.People;

/// <summary>That somebody can sign up.</summary>
/// <param name="Person">Who.</param>
/// <param name="Link">The address to hand over, told this once; null when it was mailed.</param>
/// <param name="Expires">Until when it opens.</param>
public sealed record Invitation(Person Person, string? Link, DateTimeOffset Expires)
{
    /// <summary>The code that the mailed link needs besides, to be told by telephone; told this once, null where none is needed.</summary>
    public string? Code { get; init; }
}
