namespace Waybill.Sftp.Wire;

/// <summary>Status codes of draft-ietf-secsh-filexfer-02, section 7. Never more than these: the codes of later versions confuse version 3 clients.</summary>
internal enum SftpStatus : uint
{
    Ok = 0,
    Eof = 1,
    NoSuchFile = 2,
    PermissionDenied = 3,
    Failure = 4,
    BadMessage = 5,
    NoConnection = 6,
    ConnectionLost = 7,
    OpUnsupported = 8,
}
