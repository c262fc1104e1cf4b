namespace Waybill.SshKeys.Keys;

/// <summary>What is wrong with a file that should have been a public key. Each has its own words: <see cref="PublicKeyReading.Message"/>.</summary>
public enum PublicKeyMistake
{
    /// <summary>Nothing: it is a key.</summary>
    None,

    /// <summary>Nothing is in it, or only blanks.</summary>
    Empty,

    /// <summary>Longer than <see cref="PublicKeyFile.MaxFileLength"/>.</summary>
    TooLarge,

    /// <summary>Bytes that are no text, of no kind known here.</summary>
    NotText,

    /// <summary>Text in which nothing looks like a key.</summary>
    NoKey,

    /// <summary>Word or another office program's document.</summary>
    OfficeDocument,

    /// <summary>A PDF.</summary>
    Pdf,

    /// <summary>A zip or other archive.</summary>
    Archive,

    /// <summary>A web page or an HTML mail.</summary>
    Html,

    /// <summary>Rich text.</summary>
    Rtf,

    /// <summary>A picture, most often a screenshot of PuTTYgen.</summary>
    Picture,

    /// <summary>PuTTY's private key file, PPK version 1, 2, 3 or later.</summary>
    PuttyPrivateKey,

    /// <summary>openssh-key-v1.</summary>
    OpenSshPrivateKey,

    /// <summary>PEM or DER: RSA, EC or DSA PRIVATE KEY, PRIVATE KEY, ENCRYPTED PRIVATE KEY.</summary>
    PemPrivateKey,

    /// <summary>The private key of ssh.com's program.</summary>
    SshComPrivateKey,

    /// <summary>A private key of SSH protocol 1.</summary>
    Ssh1PrivateKey,

    /// <summary>A PGP private key.</summary>
    PgpPrivateKey,

    /// <summary>PKCS#12 or a Java key store, which hold private keys.</summary>
    KeyStore,

    /// <summary>A public key of SSH protocol 1: three numbers.</summary>
    Ssh1PublicKey,

    /// <summary>DSA.</summary>
    Dsa,

    /// <summary>Ed448.</summary>
    Ed448,

    /// <summary>A FIDO security key's: sk-ssh-ed25519@openssh.com, sk-ecdsa-sha2-nistp256@openssh.com.</summary>
    SecurityKey,

    /// <summary>An OpenSSH certificate.</summary>
    OpenSshCertificate,

    /// <summary>A key type or a curve that is not known here.</summary>
    UnsupportedType,

    /// <summary>A PGP public key or message.</summary>
    Pgp,

    /// <summary>An X.509 certificate or a request for one.</summary>
    X509,

    /// <summary>The fingerprint of a key in place of the key.</summary>
    Fingerprint,

    /// <summary>A line of known_hosts: a server's key.</summary>
    KnownHostsLine,

    /// <summary>More than one key.</summary>
    SeveralKeys,

    /// <summary>The end is missing.</summary>
    CutOff,

    /// <summary>Characters were lost, added or changed.</summary>
    Damaged,

    /// <summary>The type in front of the base64 is not the type inside it.</summary>
    TypeMismatch,

    /// <summary>authorized_keys options that would bind the key, in front of it.</summary>
    Options,

    /// <summary>Other text in front of the key on its line.</summary>
    TextInFront,

    /// <summary>RSA below 2,048 bits.</summary>
    RsaTooShort,

    /// <summary>RSA beyond 16,384 bits.</summary>
    RsaTooLong,

    /// <summary>RSA numbers that no sound key has.</summary>
    BadNumber,

    /// <summary>A point that is not on its curve.</summary>
    BadPoint,
}
