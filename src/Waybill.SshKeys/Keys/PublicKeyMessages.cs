using System.Diagnostics;

namespace Waybill.SshKeys.Keys;

/// <summary>
/// The words for each mistake: what it is, why it is refused, what to do next. They are constants, or are filled with public facts only, so that no
/// text of a file that may hold a secret can get into a page, a mail or a log.
/// </summary>
internal static class PublicKeyMessages
{
    private const string HowToSend =
        "In PuTTYgen, load your key and use \"Save public key\"; with OpenSSH, send the file that ends in .pub.";

    private const string Compromised =
        " A private key must never leave your computer. It was not stored. Treat it as compromised: do not use it any more, make a new key pair, "
        + "and send only the public half. " + HowToSend;

    private const string MakeAnother = " Make an Ed25519 key, or an RSA key of 3,072 bits, and send its public half.";

    /// <summary>Behind the words for a private key.</summary>
    public const string HalvesDiffer = " It is damaged besides: the public half that it states is not that of its private half.";

    public static string Of(PublicKeyMistake mistake) => mistake switch
    {
        PublicKeyMistake.Empty => "The file is empty. Send the public key file itself. " + HowToSend,
        PublicKeyMistake.TooLarge =>
            $"The file is larger than {PublicKeyFile.MaxFileLength / 1024} KiB, which no public key is. Send only the public key file. " + HowToSend,
        PublicKeyMistake.NotText => "The file is not text, so it is not a public key. " + HowToSend,
        PublicKeyMistake.NoKey =>
            "No public key was found in this text. A public key begins with ssh-ed25519, ssh-rsa or ecdsa-sha2-, or with "
            + "\"---- BEGIN SSH2 PUBLIC KEY ----\". " + HowToSend,
        PublicKeyMistake.OfficeDocument =>
            "This is a Word or other office document. Such programs change the characters of a key, so the key must come as the file that your key "
            + "program wrote. " + HowToSend,
        PublicKeyMistake.Pdf => "This is a PDF document. A key cannot be read from it; send the key file itself. " + HowToSend,
        PublicKeyMistake.Archive => "This is a zip or other archive. Take the public key file out of it and send that file alone. " + HowToSend,
        PublicKeyMistake.Html => "This is a web page or an HTML mail. Send the key as a plain text file. " + HowToSend,
        PublicKeyMistake.Rtf => "This is a rich text (RTF) document. Send the key as a plain text file. " + HowToSend,
        PublicKeyMistake.Picture => "This is a picture. A key cannot be read from a screenshot; send the key file itself. " + HowToSend,

        PublicKeyMistake.PuttyPrivateKey => "This is a PuTTY private key file (.ppk), not a public key." + Compromised,
        PublicKeyMistake.OpenSshPrivateKey =>
            "This is an OpenSSH private key, not a public key (in PuTTYgen, \"Conversions, Export OpenSSH key\" writes the private key)." + Compromised,
        PublicKeyMistake.PemPrivateKey => "This is a private key in PEM or PKCS form, not a public key." + Compromised,
        PublicKeyMistake.SshComPrivateKey => "This is an ssh.com private key (SSH2 ENCRYPTED PRIVATE KEY), not a public key." + Compromised,
        PublicKeyMistake.Ssh1PrivateKey =>
            "This is a private key of SSH protocol 1, which is obsolete, not a public key." + Compromised,
        PublicKeyMistake.PgpPrivateKey =>
            "This is a PGP private key. SFTP does not use PGP keys, and" + " a private key must never leave your computer. It was not stored. Treat it as "
            + "compromised: revoke it where you use it. For SFTP, make a new SSH key pair, and send only the public half. " + HowToSend,
        PublicKeyMistake.KeyStore =>
            "This is a key store (PKCS#12, .pfx, .p12 or .jks), which holds a private key, not a public key." + Compromised,

        PublicKeyMistake.Ssh1PublicKey =>
            "This is a public key of SSH protocol 1 (three numbers), which is obsolete and insecure. In PuTTYgen choose EdDSA or RSA, not \"SSH-1 (RSA)\"."
            + MakeAnother,
        PublicKeyMistake.Dsa => "This is a DSA key. DSA is too weak and SSH programs have given it up, so it is not accepted." + MakeAnother,
        PublicKeyMistake.Ed448 => "This is an Ed448 key, which this server does not support." + MakeAnother,
        PublicKeyMistake.SecurityKey =>
            "This is the key of a FIDO security key (sk-...), which needs a person to touch it each time; this server does not support it." + MakeAnother,
        PublicKeyMistake.OpenSshCertificate =>
            "This is an OpenSSH certificate (-cert), not a public key. This server takes plain keys: send the .pub file that the certificate was made from.",
        PublicKeyMistake.UnsupportedType =>
            "This is a key of a type that this server does not support. It takes ssh-ed25519, ssh-rsa (2,048 to 16,384 bits) and "
            + "ecdsa-sha2-nistp256, -nistp384 and -nistp521." + MakeAnother,
        PublicKeyMistake.Pgp =>
            "This is a PGP key or message. PGP keys do not work for SFTP; you need an SSH key pair." + MakeAnother,
        PublicKeyMistake.X509 =>
            "This is an X.509 certificate or a request for one (as for TLS), not an SSH public key. " + HowToSend,
        PublicKeyMistake.Fingerprint =>
            "This is only the fingerprint of a key: a short check value from which the key cannot be had. Send the public key itself. " + HowToSend,
        PublicKeyMistake.KnownHostsLine =>
            "This is a line of a known_hosts file: the key of a server, not your own key. Send the public half of your own key pair. " + HowToSend,
        PublicKeyMistake.CutOff =>
            "The key is cut off: its end is missing. Copy the whole text again, or better, send the public key file itself. " + HowToSend,
        PublicKeyMistake.Damaged =>
            "The key is damaged: characters were lost, added or changed on the way. Send the public key file itself, as an attachment. " + HowToSend,
        PublicKeyMistake.RsaTooShort =>
            "This RSA key is too short: RSA keys must have 2,048 to 16,384 bits." + MakeAnother,
        PublicKeyMistake.RsaTooLong =>
            "This RSA key is too long: RSA keys must have 2,048 to 16,384 bits." + MakeAnother,
        PublicKeyMistake.BadNumber =>
            "The numbers of this RSA key are not those of a sound key (an even number, or an exponent that is not between 3 and 2^64 - 1). "
            + "The key is damaged or its program is faulty." + MakeAnother,
        PublicKeyMistake.BadPoint =>
            "The point of this ECDSA or Ed25519 key is not on its curve, or one that anybody can sign for. The key is damaged or its program is faulty." + MakeAnother,
        _ => throw new UnreachableException($"{mistake} needs facts for its words"),
    };

    /// <summary>The word in front names another type of key; <paramref name="stated"/> is one of the known type names.</summary>
    public static string TypeMismatch(string stated, string actual, string mendedLine) =>
        $"The line begins with {stated}, but the key in it is of type {actual}. Two keys may have been mixed up. If this is the right key, "
        + "send this line: " + mendedLine;

    public static string TextInFront(string mendedLine) =>
        "There is other text in front of the key on its line, so it is not certain what was meant. If this is your key, send only this line: " + mendedLine;

    public static string Options(string names, string mendedLine) =>
        $"The key has options in front of it ({names}). This server does not apply options from a key file, and without them the key would be able to do "
        + "more than you asked for. Ask for the limits you need (such as allowed networks or an expiry date) in words, and send the key without options: "
        + mendedLine;

    public static string SeveralKeys(string list) =>
        "There is more than one key in this file, and only you can know which one is meant. Send only the key that you will connect with, or each key "
        + "in a file of its own. Found: " + list + ".";

    public static string MendedTypeNote(string type) =>
        $"The type in front of the key was damaged; the key itself is whole and was read as {type}.";

    public static string IgnoredOptionsNote(string names) =>
        $"The options in front of the key ({names}) were left out: they concern things that this server never offers.";
}
