using Waybill.SshKeys.Keys;

namespace Waybill.Core.Keys;

/// <summary>
/// Takes what somebody sent in as the key of a login. A public key in any form is installed; of a private key nothing is kept but the fingerprint of its public half,
/// which is refused for good from then on. It is staff who bring it, and to whom the answer goes.
/// </summary>
/// <param name="keys">Installs keys.</param>
/// <param name="burntKeys">Refuses them.</param>
public sealed class SentKeys(KeyService keys, BurntKeys burntKeys)
{
    /// <summary>Takes a file. Let nobody's going away stop it: a private key that came is refused for good all the same.</summary>
    /// <param name="userName">The login.</param>
    /// <param name="file">The file; it is neither stored nor logged.</param>
    /// <param name="how">How it came, for a private key: as <c>a private key was given to key add</c>.</param>
    /// <param name="label">What to call the key; null takes its comment.</param>
    /// <param name="expires">When it stops working; null means never.</param>
    /// <param name="actor">Who brought it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<TakenKey>> AddAsync(
        string userName, ReadOnlyMemory<byte> file, string how, string? label, DateTimeOffset? expires, Actor actor, CancellationToken cancellationToken = default)
    {
        var reading = PublicKeyFile.Read(file.Span);
        if (reading.IsKey)
        {
            var added = await keys.AddAsync(userName, new NewKey(reading.Key) { Label = label, Comment = reading.Comment, Expires = expires, IsForStaff = true }, actor, cancellationToken).ConfigureAwait(false);
            return added.Succeeded ? new TakenKey(added.Value, reading.Note, null, []) : added.Problem;
        }

        var burnt = await burntKeys.AddAsync(reading, how, actor, cancellationToken).ConfigureAwait(false);
        if (!burnt.Succeeded)
        {
            return burnt.Problem;
        }

        var recorded = await keys.RecordRefusalAsync(userName, reading.PublicHalfFingerprint, reading.Message, actor, cancellationToken).ConfigureAwait(false);
        return recorded.Succeeded ? new TakenKey(null, null, reading, burnt.Value) : recorded.Problem;
    }
}
