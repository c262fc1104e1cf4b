using Waybill.Sftp.Wire;
using Waybill.Storage;

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
        SftpOutcome.StoreFailed => WordsOf(answer.Error),
        SftpOutcome.Hidden => WordsOf(StoreError.NotFound),
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
        SftpOutcome.NotUtf8 => "The name is not valid UTF-8. Set your client's character set for file names to UTF-8."u8,
        SftpOutcome.HoldsNul => "The name holds a zero byte. Choose a name without it."u8,
        SftpOutcome.ReservedName => "Names that begin with .waybill- are kept by the server. Choose another name."u8,
        SftpOutcome.NotRecorded => "The server could not write its audit record, so that this is not confirmed. Check the result and try again later."u8,
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

    private static ReadOnlySpan<byte> WordsOf(StoreError error) => error switch
    {
        StoreError.NotFound => "No such file or directory. Check the name, and the directory that you are in."u8,
        StoreError.AlreadyExists => "The name exists already. Remove it first, or choose another name."u8,
        StoreError.PermissionDenied => "Your login may not do this here. Use the directory meant for it, or ask the provider's support for the right."u8,
        StoreError.NotADirectory => "A part of the path is a file and not a directory. Check the path."u8,
        StoreError.IsADirectory => "This is a directory, a file is needed. Name a file in it."u8,
        StoreError.NotARegularFile => "This is neither a file nor a directory, so that it cannot be transferred."u8,
        StoreError.DirectoryNotEmpty => "The directory is not empty. Remove what is in it first."u8,
        StoreError.NameTooLong => "The name is too long: at most 255 bytes for a name and 4095 for a path. Choose a shorter one."u8,
        StoreError.InvalidName => "This name is not allowed. Choose another name."u8,
        StoreError.TooManyLinks => "Too many links on the way. Use the path of the file itself."u8,
        StoreError.NoSpace => "The server's disk is full, nothing was changed. Try again later, or tell the provider's support."u8,
        StoreError.QuotaExceeded => "Your quota is used up, nothing was changed. Remove files that you no longer need, or ask for more room."u8,
        StoreError.CrossDevice => "Source and target lie on different file systems. Copy the file and remove the original."u8,
        StoreError.BadHandle => "The handle is closed or was opened for another purpose. Open the file again."u8,
        StoreError.InvalidArgument => "The request makes no sense for this file. Check what is asked of it."u8,
        StoreError.NotSupported => "The server does not offer this here. Your client can go on without it."u8,
        StoreError.ReadOnlyFileSystem => "The file system is read-only at the moment. Try again later."u8,
        StoreError.TooManyOpenFiles => "The server has too many files open. Try again in a moment."u8,
        StoreError.Busy => "It changed while it was used, or another session is at it. Try again."u8,
        StoreError.Held => "Held as a duplicate: your file is kept and nothing was overwritten. Do not send it again; the provider decides about it."u8,
        StoreError.Abandoned => "The upload was ended before the file was closed, nothing was changed. Upload the file again."u8,
        StoreError.InputOutput => "The server's disk failed, nothing was changed. Try again later, and tell the provider's support if it stays so."u8,
        _ => "The server could not do it. Try again later."u8,
    };
}
