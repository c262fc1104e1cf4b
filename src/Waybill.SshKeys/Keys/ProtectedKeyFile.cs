using Waybill.SshKeys.Crypto;

namespace Waybill.SshKeys.Keys;

/// <summary>
/// Private key files under a passphrase, for keys that the provider makes for a customer. They are only written: nobody here has a reason to open one again.
/// </summary>
public static class ProtectedKeyFile
{
    /// <summary>Whether this machine can write the format.</summary>
    public static bool CanWrite(ProtectedKeyFormat format) => format != ProtectedKeyFormat.Ppk3 || Argon2Library.IsLoaded;

    /// <summary>Whether a comment can stand in every format: PPK has a line for it, and version 2 no character set.</summary>
    public static bool IsComment(string comment) => comment is { Length: > 0 and <= PublicKeyFile.MaxCommentLength } && comment.All(static c => c is >= ' ' and <= '~');

    /// <summary>Writes the key; the caller keeps the file to one person and wipes key, passphrase and bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="format">How.</param>
    /// <param name="passphrase">Not empty; UTF-8.</param>
    /// <param name="comment">Printable ASCII (<see cref="IsComment"/>); it stands in the file for all to read.</param>
    /// <exception cref="PlatformNotSupportedException">The format needs a library that is not here (<see cref="CanWrite"/>).</exception>
    public static byte[] Write(SshPrivateKey key, ProtectedKeyFormat format, ReadOnlySpan<byte> passphrase, string comment)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(comment);
        ArgumentOutOfRangeException.ThrowIfZero(passphrase.Length, nameof(passphrase));
        if (!IsComment(comment))
        {
            throw new ArgumentException("The comment must be printable ASCII.", nameof(comment));
        }

        return format switch
        {
            ProtectedKeyFormat.OpenSsh => OpenSshPrivateKey.Write(key, passphrase, comment),
            ProtectedKeyFormat.Ppk3 => PuttyPrivateKey.WriteVersion3(key, passphrase, comment),
            ProtectedKeyFormat.Ppk2 => PuttyPrivateKey.WriteVersion2(key, passphrase, comment),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }
}
