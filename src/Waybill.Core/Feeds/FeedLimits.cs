namespace Waybill.Core.Feeds;

/// <summary>Bounds of feeds and of publishing.</summary>
public static class FeedLimits
{
    /// <summary>Feeds of an installation.</summary>
    public const int Types = 64;

    /// <summary>Characters of a feed's name and of a file type.</summary>
    public const int NameLength = 32;

    /// <summary>Files that are published together, all or none.</summary>
    public const int SetFiles = 256;

    /// <summary>Sets that share the commits of the database.</summary>
    public const int Group = 256;

    /// <summary>Sets that are written to the disk at once: a disk takes several syncs together, and two cores have work while it does.</summary>
    public const int Parallel = 8;

    /// <summary>Fetches that are told for each file of a recall.</summary>
    public const int FetchesTold = 100;
}
