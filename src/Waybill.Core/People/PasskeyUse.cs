namespace Waybill.Core.People;

/// <summary>What a verified assertion of a passkey said.</summary>
/// <param name="CredentialId">Which passkey.</param>
/// <param name="SignCount">The authenticator's counter; 0 where it has none.</param>
/// <param name="IsUserVerified">Whether the authenticator verified its user: without that it is one factor alone.</param>
/// <param name="IsBackedUp">Whether a service keeps it.</param>
public sealed record PasskeyUse(byte[] CredentialId, uint SignCount, bool IsUserVerified, bool IsBackedUp);
