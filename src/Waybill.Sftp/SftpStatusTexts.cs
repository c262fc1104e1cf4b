using Waybill.Sftp.Wire;
using Waybill.Storage;
using Waybill.Storage.Access;

namespace Waybill.Sftp;

/// <summary>
/// Status code and words of every answer: what happened, why, and what to do next. The codes are those that OpenSSH gives for the same cause. The words never
/// hold anything of the back end, and nothing that the client sent.
/// </summary>
internal static class SftpStatusTexts
{
    /// <summary>The status code of an answer that is not a reply of its own.</summary>
    public static SftpStatus CodeOf(SftpAnswer answer) => answer.Outcome switch
    {
        SftpOutcome.Ok => SftpStatus.Ok,
        SftpOutcome.StoreFailed => CodeOf(answer.Error),
        SftpOutcome.Hidden => SftpStatus.NoSuchFile,
        SftpOutcome.EndOfFile => SftpStatus.Eof,
        SftpOutcome.Malformed or SftpOutcome.HoldsNul => SftpStatus.BadMessage,
        SftpOutcome.UnknownRequest or SftpOutcome.LinksOff => SftpStatus.OpUnsupported,
        SftpOutcome.ReservedName => SftpStatus.PermissionDenied,
        _ => SftpStatus.Failure,
    };

    /// <summary>The words of an answer that is not a reply of its own.</summary>
    public static ReadOnlySpan<byte> WordsOf(SftpAnswer answer) => answer.Words is { } words ? words : answer.Outcome switch
    {
        SftpOutcome.Ok => "Done"u8,
        SftpOutcome.StoreFailed => StoreErrorWords.Of(answer.Error),
        SftpOutcome.Hidden => StoreErrorWords.Of(StoreError.NotFound),
        SftpOutcome.EndOfFile => "End of file"u8,
        SftpOutcome.Malformed => "The request is malformed: its fields do not fill the message exactly. Please report this to the maker of your client."u8,
        SftpOutcome.UnknownRequest => "The server does not know this request. Your client can go on without it."u8,
        SftpOutcome.AlreadyInitialised => "The session is initialised already. Go on with version 3."u8,
        SftpOutcome.UnknownHandle => "The handle is not open in this session. Open the file again."u8,
        SftpOutcome.WrongKindOfHandle => "The handle was opened for another purpose. Open the file for reading, or for writing, as the request needs."u8,
        SftpOutcome.TooManyHandles => "Too many files are open in this session. Close some first, or transfer fewer at a time."u8,
        SftpOutcome.OutOfRange => "The position or size is larger than any file can be."u8,
        SftpOutcome.TooManyIds => "More ids were asked for than one reply can name. Ask for fewer at a time."u8,
        SftpOutcome.SameFile => "Source and target are the same file. Copy to another file."u8,
        SftpOutcome.OtherHome => "Only your own home directory can be named. Use ~ or ~/ and a path."u8,
        SftpOutcome.LinksOff => "Links are switched off on this server. Upload a copy of the file instead."u8,
        SftpOutcome.NotUtf8 => StoreErrorWords.NotUtf8,
        SftpOutcome.HoldsNul => "The name holds a zero byte. Choose a name without it."u8,
        SftpOutcome.ReservedName => StoreErrorWords.ReservedName,
        SftpOutcome.NotRecorded => StoreErrorWords.NotRecorded,
        _ => "Failure"u8,
    };

    // As OpenSSH's errno_to_portable: ENOENT, ENOTDIR, ELOOP -> 2; EPERM, EACCES -> 3; ENAMETOOLONG, EINVAL -> 5; ENOSYS -> 8; all else 4.
    private static SftpStatus CodeOf(StoreError error) => error switch
    {
        StoreError.NotFound or StoreError.NotADirectory or StoreError.TooManyLinks => SftpStatus.NoSuchFile,
        StoreError.PermissionDenied => SftpStatus.PermissionDenied,
        StoreError.NameTooLong or StoreError.InvalidArgument => SftpStatus.BadMessage,
        StoreError.NotSupported => SftpStatus.OpUnsupported,
        _ => SftpStatus.Failure,
    };
}
