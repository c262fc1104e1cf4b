namespace Waybill.SshKeys.Keys;

/// <summary>The formats in which a private key is written under a passphrase.</summary>
public enum ProtectedKeyFormat
{
    /// <summary>openssh-key-v1 with bcrypt_pbkdf and aes256-ctr: OpenSSH, and most programs that are not PuTTY.</summary>
    OpenSsh,

    /// <summary>PPK version 3 with Argon2id, aes256-cbc and HMAC-SHA-256: PuTTY from 0.75, WinSCP from 5.19.</summary>
    Ppk3,

    /// <summary>PPK version 2 with SHA-1, aes256-cbc and HMAC-SHA-1: older programs, and those that never learned version 3.</summary>
    Ppk2,
}
