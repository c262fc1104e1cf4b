using Waybill.SshKeys.Keys;

namespace Waybill.Ssh.Hosting;

/// <summary>A key that a client offered for a user, and what became of it: for support staff, never for the client.</summary>
/// <param name="User">The user name that it was offered for.</param>
/// <param name="Algorithm">The signature algorithm named with it; safe to show.</param>
/// <param name="Key">Type and bits, as <c>ssh-rsa 3072</c>; of a key that was not read the algorithm's name.</param>
/// <param name="Sha256">Its fingerprint, as <c>SHA256:...</c>.</param>
/// <param name="Outcome">What became of it last.</param>
/// <param name="Parsed">The key itself; null of one whose form or algorithm is not accepted: no parser has run on it.</param>
public sealed record SshKeyAttempt(string User, string Algorithm, string Key, string Sha256, SshKeyOutcome Outcome, SshPublicKey? Parsed);

/// <summary>What became of an offered key.</summary>
public enum SshKeyOutcome
{
    /// <summary>The application does not accept it for this user.</summary>
    Refused,

    /// <summary>The application accepts it and the client was told so, but no signature came.</summary>
    Confirmed,

    /// <summary>The application accepts it, but the signature is not one by it over this session.</summary>
    SignatureWrong,

    /// <summary>The signature was right, and the application refused the login after all.</summary>
    LoginRefused,

    /// <summary>The signature algorithm is none that this server accepts: SHA-1, DSA, certificates, security keys.</summary>
    AlgorithmRefused,

    /// <summary>The key cannot be used: damaged, too short, or not of the algorithm's type.</summary>
    Unusable,
}
