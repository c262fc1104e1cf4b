namespace Waybill.Storage.Access;

/// <summary>
/// What a person is told of a failure, whatever the protocol: what happened, why, and what to do next. The words never hold anything of the back end, and nothing
/// that the client sent.
/// </summary>
public static class StoreErrorWords
{
    /// <summary>Done, but its row could not be written.</summary>
    public static ReadOnlySpan<byte> NotRecorded =>
        "The server could not write its audit record, so that this is not confirmed. Check the result and try again later."u8;

    /// <summary>A path that is not UTF-8.</summary>
    public static ReadOnlySpan<byte> NotUtf8 => "The name is not valid UTF-8. Set your client's character set for file names to UTF-8."u8;

    /// <summary>A new name that the server keeps for itself.</summary>
    public static ReadOnlySpan<byte> ReservedName => "Names that begin with .waybill- are kept by the server. Choose another name."u8;

    /// <summary>The words for an error.</summary>
    public static ReadOnlySpan<byte> Of(StoreError error) => error switch
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
