namespace Waybill.Core.People;

/// <summary>A passkey as ASP.NET Core Identity's <c>UserPasskeyInfo</c> has it, and whose it is.</summary>
/// <param name="CredentialId">What the authenticator calls it.</param>
/// <param name="PublicKey">Its public key in COSE form.</param>
/// <param name="Name">What the person calls it.</param>
/// <param name="CreatedAt">When it was added.</param>
/// <param name="SignCount">The authenticator's counter; 0 where it has none.</param>
/// <param name="Transports">How the authenticator is reached.</param>
/// <param name="IsUserVerified">Whether the authenticator verified its user when it was made.</param>
/// <param name="IsBackupEligible">Whether it can be kept by a service that shares it between devices.</param>
/// <param name="IsBackedUp">Whether it is.</param>
/// <param name="AttestationObject">What the authenticator said of itself.</param>
/// <param name="ClientDataJson">What the browser was asked.</param>
public sealed record Passkey(
    byte[] CredentialId, byte[] PublicKey, string Name, DateTimeOffset CreatedAt, uint SignCount, IReadOnlyList<string> Transports, bool IsUserVerified, bool IsBackupEligible,
    bool IsBackedUp, byte[] AttestationObject, byte[] ClientDataJson)
{
    /// <summary>When somebody signed in with it last.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>The number of the person whose it is; 0 for one that is new.</summary>
    public long Person { get; init; }
}
