namespace Waybill.Storage.Local.Native;

/// <summary>The error numbers of Linux that the store tells apart (asm-generic, equal on x64 and arm64), and what each means to a client.</summary>
internal static class Errno
{
    public const int None = 0;
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NoDeviceOrAddress = 6;
    public const int TooBig = 7;
    public const int BadDescriptor = 9;
    public const int Again = 11;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NoDevice = 19;
    public const int NotADirectory = 20;
    public const int IsADirectory = 21;
    public const int Invalid = 22;
    public const int SystemFileTable = 23;
    public const int ProcessFileTable = 24;
    public const int TextBusy = 26;
    public const int FileTooBig = 27;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;
    public const int TooManyHardLinks = 31;
    public const int NameTooLong = 36;
    public const int NoSystemCall = 38;
    public const int NotEmpty = 39;
    public const int Loop = 40;
    public const int IllegalSequence = 84;
    public const int NotSupported = 95;
    public const int Quota = 122;

    /// <summary>The one place where an error number becomes an outcome.</summary>
    public static StoreError ToStoreError(int errno) => errno switch
    {
        None => StoreError.None,
        NoEntry => StoreError.NotFound,
        Exists => StoreError.AlreadyExists,
        NotPermitted or AccessDenied => StoreError.PermissionDenied,
        NotADirectory => StoreError.NotADirectory,
        IsADirectory => StoreError.IsADirectory,
        NoDeviceOrAddress or NoDevice => StoreError.NotARegularFile,
        NotEmpty => StoreError.DirectoryNotEmpty,
        NameTooLong => StoreError.NameTooLong,
        IllegalSequence => StoreError.InvalidName,
        Loop => StoreError.TooManyLinks,
        NoSpace or TooManyHardLinks => StoreError.NoSpace,
        Quota => StoreError.QuotaExceeded,
        CrossDevice => StoreError.CrossDevice,
        BadDescriptor => StoreError.BadHandle,
        Invalid or FileTooBig => StoreError.InvalidArgument,
        NotSupported or NoSystemCall => StoreError.NotSupported,
        ReadOnly => StoreError.ReadOnlyFileSystem,
        ProcessFileTable or SystemFileTable => StoreError.TooManyOpenFiles,
        Again or Busy or TextBusy => StoreError.Busy,
        _ => StoreError.InputOutput,
    };
}
