namespace Waybill.Portal.Files;

/// <summary>What became of a file that was sent to be published.</summary>
internal enum UploadVerdict
{
    /// <summary>It was read.</summary>
    Taken,

    /// <summary>A set has no more files.</summary>
    TooMany,

    /// <summary>The disk has no room for it.</summary>
    NoRoom,
}
