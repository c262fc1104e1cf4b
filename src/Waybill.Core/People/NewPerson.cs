namespace Waybill.Core.People;

/// <summary>What a person is added with.</summary>
/// <param name="Email">The address; ASCII.</param>
/// <param name="Name">First and last name.</param>
public sealed record NewPerson(string Email, string Name)
{
    /// <summary>The telephone.</summary>
    public string? Phone { get; init; }

    /// <summary>The language of pages and mails.</summary>
    public string Language { get; init; } = "en";

    /// <summary>The person's IANA time zone.</summary>
    public string? TimeZone { get; init; }

    /// <summary>What the person is from the beginning.</summary>
    public IReadOnlyList<RoleGrant> Roles { get; init; } = [];
}
