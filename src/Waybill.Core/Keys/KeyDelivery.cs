using Waybill.Core.People;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys;

/// <summary>Takes a key file from the person whose login it is for. Of a private key nothing is kept but its public fingerprint, which is refused for good.</summary>
/// <param name="keys">Where keys are installed.</param>
/// <param name="burnt">Where fingerprints of private keys go.</param>
public sealed class KeyDelivery(KeyService keys, BurntKeys burnt)
{
    private const string How = "a private key was sent to the portal";

    /// <summary>
    /// Installs the key of a file on a login; <see cref="PrivateKey"/> says that it was a private one. Whoever answers for vendors alone adds none while their login is suspended.
    /// </summary>
    public async ValueTask<Result<KeyAddition>> AddAsync(
        AccountAccess access, string userName, ReadOnlyMemory<byte> file, string? label, DateTimeOffset? expires, Actor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(access);
        var reading = PublicKeyFile.Read(file.Span);
        if (reading.IsKey)
        {
            var key = new NewKey(reading.Key) { Label = label, Comment = reading.Comment, Expires = expires, IsRefusedWhileSuspended = access.Vendors is not null };
            return await keys.AddAsync(userName, key, actor, cancellationToken).ConfigureAwait(false);
        }

        // Whatever its sender does next: once it is here, others may have it.
        var refused = await burnt.AddAsync(reading, How, actor, CancellationToken.None).ConfigureAwait(false);
        if (!refused.Succeeded)
        {
            return refused.Problem;
        }

        var recorded = await keys.RecordRefusalAsync(userName, reading.PublicHalfFingerprint, reading.Message, actor, CancellationToken.None).ConfigureAwait(false);
        return !recorded.Succeeded ? recorded.Problem : reading.IsPrivate ? PrivateKey : Problem.Invalid(reading.Message);
    }

    /// <summary>What is answered to whoever sent a private key.</summary>
    public static Problem PrivateKey { get; } = Problem.Refused("This was a private key. It is not stored, and its public half is refused for good.");
}
