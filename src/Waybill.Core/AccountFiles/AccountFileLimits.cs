namespace Waybill.Core.AccountFiles;

/// <summary>Bounds of what people do with an account's files.</summary>
public static class AccountFileLimits
{
    /// <summary>Entries of a folder that are looked at for a page of it; what is beyond is not shown.</summary>
    public const int FolderEntries = 100_000;

    /// <summary>The newest files of an account among which those are looked for that nobody has fetched.</summary>
    public const int NewLookedAt = 1_000;

    /// <summary>Bytes that are read or written at once.</summary>
    public const int Buffer = 64 * 1024;

    /// <summary>Bytes of a download after which it is asked whether it may go on.</summary>
    public const long AskAfterBytes = 8 * 1024 * 1024;

    /// <summary>Time after which a slower one is asked.</summary>
    public static readonly TimeSpan AskAfter = TimeSpan.FromSeconds(5);
}
