using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Waybill.SshKeys.Keys;

/// <summary>What <see cref="PrivateKeyFile.Read"/> made of a file: a key, which the caller disposes, or a mistake with its words.</summary>
public sealed class PrivateKeyReading
{
    private PrivateKeyReading()
    {
    }

    /// <summary>Whether a key was read.</summary>
    [MemberNotNullWhen(true, nameof(Key))]
    public bool IsKey => Key is not null;

    /// <summary>The key.</summary>
    public SshPrivateKey? Key { get; private init; }

    /// <summary>The comment that the file holds, cleaned as in <see cref="PublicKeyReading.Comment"/>.</summary>
    public string? Comment { get; private init; }

    /// <summary>What is wrong; <see cref="PrivateKeyMistake.None"/> for a key.</summary>
    public PrivateKeyMistake Mistake { get; private init; }

    /// <summary>For a mistake: what this is, why it is refused and what to do next. It holds nothing of the file.</summary>
    public string Message => Mistake switch
    {
        PrivateKeyMistake.None => "",
        PrivateKeyMistake.TooLarge => $"The file is larger than {PrivateKeyFile.MaxFileLength / 1024} KiB, which no private key is. Name the key file itself.",
        PrivateKeyMistake.NotAPrivateKey =>
            "The file holds no private key. Name the file that begins with \"-----BEGIN OPENSSH PRIVATE KEY-----\" or another \"-----BEGIN ... PRIVATE KEY-----\".",
        PrivateKeyMistake.PublicKey =>
            "This is a public key; the private key is needed here. It is usually the file of the same name without .pub.",
        PrivateKeyMistake.Encrypted =>
            "The key is protected by a passphrase, which a server that starts on its own cannot type. Copy the file, remove the passphrase from the copy with "
            + "\"ssh-keygen -p -N '' -f COPY\", import that, and delete it.",
        PrivateKeyMistake.UnsupportedForm =>
            "This private key is in a form that is not read here (PuTTY, ssh.com, SSH-1, PGP or a key store). Convert a PuTTY key with "
            + "\"puttygen KEY.ppk -O private-openssh-new -o KEY\" and import the result.",
        PrivateKeyMistake.UnsupportedType =>
            "This key is of a type that is not supported. Host keys are ssh-ed25519, ssh-rsa (2,048 bits or more) or ecdsa-sha2-nistp256, -nistp384, -nistp521.",
        PrivateKeyMistake.SeveralKeys => "There is more than one private key in this file. Put each into a file of its own.",
        PrivateKeyMistake.Damaged => "The private key is damaged: it is cut off or changed, or its numbers do not belong together. Take it from a backup.",
        PrivateKeyMistake.RsaTooShort => "This RSA key is too short: 2,048 bits are the least. Clients of today refuse it too, so a new host key is needed.",
        PrivateKeyMistake.RsaTooLong => "This RSA key is too long: 16,384 bits are the most.",
        _ => throw new UnreachableException(),
    };

    internal static PrivateKeyReading Accepted(SshPrivateKey key, string? comment) => new() { Key = key, Comment = comment };

    internal static PrivateKeyReading Refused(PrivateKeyMistake mistake) => new() { Mistake = mistake };
}
