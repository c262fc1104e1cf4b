namespace Waybill.Core.People;

/// <summary>Somebody who uses the portal or gets mails.</summary>
/// <param name="Id">The database's number.</param>
/// <param name="Email">The address as it was given; it names the person.</param>
/// <param name="Name">First and last name.</param>
/// <param name="Phone">The telephone; null if not known.</param>
/// <param name="Language">The language of pages and mails, as <c>en</c> or <c>de-AT</c>.</param>
/// <param name="TimeZone">The person's IANA time zone; null means the account's or the provider's.</param>
/// <param name="Status">Whether they may sign in.</param>
/// <param name="StatusReason">Why they may not.</param>
/// <param name="Created">When they were added.</param>
/// <param name="Deactivated">When they were suspended.</param>
/// <param name="LastSignIn">When they last signed in.</param>
/// <param name="SignsIn">How they sign in; nothing until they have signed up.</param>
/// <param name="Roles">What they are, at the provider first.</param>
public sealed record Person(
    long Id, string Email, string Name, string? Phone, string Language, string? TimeZone, PersonStatus Status, string? StatusReason, DateTimeOffset Created,
    DateTimeOffset? Deactivated, DateTimeOffset? LastSignIn, SignInMeans SignsIn, IReadOnlyList<RoleGrant> Roles)
{
    /// <summary>Whether the person works for the provider: only administrators change such people.</summary>
    public bool IsStaff => Roles.Any(static role => role.IsAtProvider);
}
