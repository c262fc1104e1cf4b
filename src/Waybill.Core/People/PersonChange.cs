namespace Waybill.Core.People;

/// <summary>What changes of a person; null leaves it as it is.</summary>
public sealed record PersonChange
{
    /// <summary>First and last name.</summary>
    public string? Name { get; init; }

    /// <summary>The telephone; empty for none.</summary>
    public string? Phone { get; init; }

    /// <summary>The language of pages and mails.</summary>
    public string? Language { get; init; }

    /// <summary>The IANA time zone; empty for none.</summary>
    public string? TimeZone { get; init; }
}
