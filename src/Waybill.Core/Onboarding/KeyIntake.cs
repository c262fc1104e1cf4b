using Waybill.Core.Database;
using Waybill.Core.Keys;
using Waybill.SshKeys.Keys;

namespace Waybill.Core.Onboarding;

/// <summary>
/// What was made of a key that somebody sent in. Of a private key nothing is here but the public fingerprint, where it lies open, and words.
/// </summary>
/// <param name="Key">The public key; null when there is none.</param>
/// <param name="Refusal">Why there is none, for the person who sent it; null when nothing was sent.</param>
/// <param name="IsPrivate">A private key reached us.</param>
/// <param name="Burnt">The public fingerprint of that private key, where it can be read.</param>
/// <param name="Note">Something about the key that its owner should know.</param>
internal sealed record KeyIntake(RequestKey? Key, string? Refusal, bool IsPrivate = false, SentHalf? Burnt = null, string? Note = null)
{
    /// <summary>Nothing was sent.</summary>
    public static KeyIntake None { get; } = new(null, null);

    public static KeyIntake Read(ReadOnlySpan<byte> file)
    {
        var reading = PublicKeyFile.Read(file);
        return reading.IsKey
            ? new KeyIntake(RequestKey.Of(reading.Key, reading.Comment), null, Note: reading.Note)
            : new KeyIntake(null, reading.Message, reading.IsPrivate, SentHalf.Of(reading));
    }

    /// <summary>
    /// Why the key cannot be taken although it is one: its private half is known to have been in wrong hands. Where a file only claims so, staff decide: whoever sent that one
    /// may want to keep its owner out.
    /// </summary>
    public KeyIntake Judge(DatabaseConnection connection) => Key is not null && BurntKeys.Find(connection, Key.Sha256) is { Lifted: null, IsProven: true }
        ? new KeyIntake(null, "The private half of this key was once sent to us, so others may have it, and it is refused for good. Make a new key pair, and send only its public half.")
        : this;
}
