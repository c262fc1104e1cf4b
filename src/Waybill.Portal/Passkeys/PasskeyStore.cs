using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Waybill.Core.People;

namespace Waybill.Portal.Passkeys;

/// <summary>What the framework's handler reads of passkeys and their people. It writes nothing: that is Core's, in the transaction of what it does.</summary>
internal sealed class PasskeyStore(CredentialService credentials) : IUserPasskeyStore<Person>
{
    public Task<string> GetUserIdAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(IdOf(user));

    public Task<string?> GetUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Email);

    public async Task<Person?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        long.TryParse(userId, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? await credentials.FindPersonAsync(id, cancellationToken) : null;

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(Person user, CancellationToken cancellationToken) =>
        [.. (await credentials.PasskeysAsync(user, cancellationToken)).Select(InfoOf)];

    public async Task<Person?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await credentials.FindPasskeyAsync(credentialId, cancellationToken) is { } passkey ? await credentials.FindPersonAsync(passkey.Person, cancellationToken) : null;

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) =>
        await credentials.FindPasskeyAsync(credentialId, cancellationToken) is { } passkey && passkey.Person == user.Id ? InfoOf(passkey) : null;

    public Task AddOrUpdatePasskeyAsync(Person user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task RemovePasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task<IdentityResult> CreateAsync(Person user, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task<IdentityResult> UpdateAsync(Person user, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task<IdentityResult> DeleteAsync(Person user, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task SetUserNameAsync(Person user, string? userName, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task SetNormalizedUserNameAsync(Person user, string? normalizedName, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task<string?> GetNormalizedUserNameAsync(Person user, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task<Person?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw ReadsOnly();

    public void Dispose()
    {
        // Nothing of it is its own.
    }

    /// <summary>What authenticators call a person: a number that says nothing of who it is.</summary>
    public static string IdOf(Person person) => person.Id.ToString(CultureInfo.InvariantCulture);

    private static UserPasskeyInfo InfoOf(Passkey passkey) => new(
        passkey.CredentialId, passkey.PublicKey, passkey.CreatedAt, passkey.SignCount, [.. passkey.Transports], passkey.IsUserVerified, passkey.IsBackupEligible, passkey.IsBackedUp,
        passkey.AttestationObject, passkey.ClientDataJson);

    private static NotSupportedException ReadsOnly() => new("The handler of passkeys only reads.");
}
