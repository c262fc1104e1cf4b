namespace Waybill.SshKeys.Keys;

/// <summary>Why a file is not taken as a private key.</summary>
public enum PrivateKeyMistake
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>Longer than <see cref="PrivateKeyFile.MaxFileLength"/>.</summary>
    TooLarge,

    /// <summary>Nothing in it looks like a private key.</summary>
    NotAPrivateKey,

    /// <summary>The public half.</summary>
    PublicKey,

    /// <summary>Protected by a passphrase.</summary>
    Encrypted,

    /// <summary>A form that is not read here: PPK, ssh.com, SSH-1, PGP.</summary>
    UnsupportedForm,

    /// <summary>DSA, Ed448, a security key, another curve.</summary>
    UnsupportedType,

    /// <summary>More than one key.</summary>
    SeveralKeys,

    /// <summary>Not built as its form says, or its numbers do not belong together.</summary>
    Damaged,

    /// <summary>RSA below 2,048 bits.</summary>
    RsaTooShort,

    /// <summary>RSA beyond 16,384 bits.</summary>
    RsaTooLong,
}
