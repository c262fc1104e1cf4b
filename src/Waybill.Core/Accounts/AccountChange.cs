namespace Waybill.Core.Accounts;

/// <summary>What changes of an account; null leaves it as it is.</summary>
public sealed record AccountChange
{
    /// <summary>The company.</summary>
    public string? Name { get; init; }

    /// <summary>Where mail goes; empty for nowhere.</summary>
    public string? Email { get; init; }

    /// <summary>The language of its mails.</summary>
    public string? Language { get; init; }

    /// <summary>Its IANA time zone; empty for the provider's.</summary>
    public string? TimeZone { get; init; }
}
