namespace Waybill.Core.Diagnosis;

/// <summary>Why a connection did not get in, by the words that the audit has for it.</summary>
public enum RefusalCause
{
    /// <summary>Something else: staff see it.</summary>
    Other,

    /// <summary>The program offered no key.</summary>
    NoKey,

    /// <summary>It tried a password.</summary>
    Password,

    /// <summary>Its key is not installed.</summary>
    OtherKey,

    /// <summary>The key is revoked.</summary>
    Revoked,

    /// <summary>The key has expired.</summary>
    Expired,

    /// <summary>The login or account is suspended or closed.</summary>
    Suspended,

    /// <summary>The address is not allowed.</summary>
    Network,

    /// <summary>The private key beside the public one is another.</summary>
    Signature,

    /// <summary>The key was right and no signature came: the passphrase.</summary>
    Passphrase,

    /// <summary>The program is too old for the key.</summary>
    OldProgram,

    /// <summary>The program offers no algorithm that the server accepts, and so never said who it was.</summary>
    Algorithms,

    /// <summary>It spoke another protocol than SSH.</summary>
    OtherProtocol,

    /// <summary>Keys of this type are not accepted.</summary>
    KeyType,

    /// <summary>The login has too many connections.</summary>
    TooMany,

    /// <summary>The password is wrong.</summary>
    WrongPassword,

    /// <summary>The login has no password: it came by FTPS.</summary>
    NoPassword,

    /// <summary>Wrong passwords came before, and none is looked at for a while.</summary>
    PasswordLocked,

    /// <summary>It came by FTP without TLS, and must use it.</summary>
    NeedsTls,
}
