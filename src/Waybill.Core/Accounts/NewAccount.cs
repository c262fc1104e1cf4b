namespace Waybill.Core.Accounts;

/// <summary>What an account is added with.</summary>
/// <param name="Number">The account number.</param>
/// <param name="Name">The company.</param>
public sealed record NewAccount(string Number, string Name)
{
    /// <summary>Where mail goes.</summary>
    public string? Email { get; init; }

    /// <summary>The number of the account above it.</summary>
    public string? Parent { get; init; }

    /// <summary>The language of its mails.</summary>
    public string Language { get; init; } = "en";

    /// <summary>Its IANA time zone; null means the provider's.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Which of the provider's public host names it uses, as <c>GB</c>; null means any.</summary>
    public string? Region { get; init; }
}
