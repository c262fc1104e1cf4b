namespace Waybill.Storage;

/// <summary>What kind of thing a path names.</summary>
public enum FileKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>FIFO, socket or device: listed, never opened.</summary>
    Other,
}

/// <summary>What is known of a file or directory.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Permissions">POSIX permission bits, 0 to 0777.</param>
/// <param name="Size">Bytes.</param>
/// <param name="AccessTime">Seconds since 1970-01-01 UTC.</param>
/// <param name="ModificationTime">Seconds since 1970-01-01 UTC.</param>
/// <param name="UserId">The number that clients are shown; never the operator's own accounts' meaning.</param>
/// <param name="GroupId">As <paramref name="UserId"/>.</param>
/// <param name="LinkCount">Number of hard links.</param>
public readonly record struct FileAttributes(
    FileKind Kind, int Permissions, long Size, long AccessTime, long ModificationTime, uint UserId, uint GroupId, uint LinkCount)
{
    /// <summary>Tells the file from another that takes its name; clients never see it. 0 where the store has no such number.</summary>
    public ulong Identity { get; init; }

    /// <summary>When the file was made: milliseconds since 1970-01-01 UTC, by the kernel's clock. With <see cref="Identity"/> it means this file and no later one; null where the store does not know.</summary>
    public long? Born { get; init; }

    /// <summary>It is no file yet but a cut-off upload of this login, which it can go on with; nobody else is shown it.</summary>
    public bool IsUnfinished { get; init; }
}

/// <summary>What a client wants changed; what is null stays. Owners are never changed.</summary>
/// <param name="Size">New length in bytes.</param>
/// <param name="Permissions">POSIX permission bits; the store masks set-user-id, set-group-id and sticky (07000).</param>
/// <param name="AccessTime">Seconds since 1970-01-01 UTC.</param>
/// <param name="ModificationTime">Seconds since 1970-01-01 UTC.</param>
public readonly record struct AttributeChanges(long? Size = null, int? Permissions = null, long? AccessTime = null, long? ModificationTime = null)
{
    /// <summary>Nothing is to change.</summary>
    public bool IsEmpty => Size is null && Permissions is null && AccessTime is null && ModificationTime is null;
}
