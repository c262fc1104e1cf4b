namespace Waybill.Core.People;

/// <summary>Somebody with a role at an account, as the account's own people see them: who they are elsewhere, and when they were there, is nobody's business.</summary>
/// <param name="Email">The address.</param>
/// <param name="Name">Their name; until they have come to the account, what whoever invited them wrote.</param>
/// <param name="Role">What they are here.</param>
/// <param name="LastSeen">When they were last at this account's pages; null for never.</param>
public sealed record AccountPerson(string Email, string Name, RoleGrant Role, DateTimeOffset? LastSeen);
