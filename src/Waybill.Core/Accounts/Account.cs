namespace Waybill.Core.Accounts;

/// <summary>A customer of the provider.</summary>
/// <param name="Id">The database's number for it.</param>
/// <param name="Number">The account number as it was given.</param>
/// <param name="Name">The company.</param>
/// <param name="Email">Where mail goes; null if not known.</param>
/// <param name="Status">Whether its logins work.</param>
/// <param name="StatusReason">Why it was suspended or closed.</param>
/// <param name="Parent">The number of the account above it (wholesale over retail).</param>
/// <param name="Language">The language of its mails, as <c>en</c> or <c>de-AT</c>.</param>
/// <param name="TimeZone">Its IANA time zone; null means the provider's.</param>
/// <param name="Created">When it was added.</param>
/// <param name="Region">Which of the provider's public host names it uses, as <c>GB</c>; null means any.</param>
public sealed record Account(
    long Id, string Number, string Name, string? Email, AccountStatus Status, string? StatusReason, string? Parent, string Language, string? TimeZone,
    DateTimeOffset Created, string? Region = null);
