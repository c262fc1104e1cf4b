namespace Waybill.Storage.Local;

/// <summary>How the local store behaves; the same for all vaults.</summary>
public sealed record LocalStoreOptions
{
    /// <summary>What an acknowledged change survives.</summary>
    public Durability Durability { get; init; } = Durability.Full;

    /// <summary>Whether clients may make symbolic and hard links (<c>Sftp:Links</c>). Links that the operator planted are always followed inside the root.</summary>
    public bool Links { get; init; }

    /// <summary>The owner that clients are shown, whoever owns the file on this machine.</summary>
    public uint ShownUserId { get; init; } = 1000;

    /// <summary>The group that clients are shown.</summary>
    public uint ShownGroupId { get; init; } = 1000;

    /// <summary>Permissions of a new file when the client names none.</summary>
    public int FilePermissions { get; init; } = 0x1A4; // 0644

    /// <summary>Permissions of a new directory when the client names none.</summary>
    public int DirectoryPermissions { get; init; } = 0x1ED; // 0755

    /// <summary>Permission bits that a new file or directory never gets, as a umask; setting permissions afterwards is not limited by it.</summary>
    public int CreationMask { get; init; } = 0x12; // 0022

    /// <summary>Uploads that one session may have open; each holds a temporary and two descriptors.</summary>
    public int MaximumUploads { get; init; } = 256;

    /// <summary>Files and directories that all sessions of one root may have open together.</summary>
    public int MaximumOpenFiles { get; init; } = 4096;

    /// <summary>
    /// Bytes of the disk that uploads leave free, so that the database and the audit log beside the vaults are not the first that starve; at most
    /// <see cref="DiskReserve.MostPercent"/> percent of the disk. 0 leaves none.
    /// </summary>
    public long ReserveBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>What uploads leave free of a disk of that size.</summary>
    public long ReserveOn(long diskBytes) => DiskReserve.Of(ReserveBytes, diskBytes);

    /// <summary>How long a cut-off upload is kept for its login to go on with; zero keeps none.</summary>
    public TimeSpan KeepPartials { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Cut-off uploads that are kept of one login; the oldest make room.</summary>
    public int MaximumPartials { get; init; } = 100;

    /// <summary>Bytes that the kept uploads of one login may have together; the oldest make room.</summary>
    public long MaximumPartialBytes { get; init; } = 100L * 1024 * 1024 * 1024;

    /// <summary>The clock by which kept uploads grow old.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Which boot of the machine this is taken for; tests set it.</summary>
    internal string? Boot { get; init; }

    /// <summary>The system calls whose failure an upload must survive; tests replace them.</summary>
    internal UploadCalls Calls { get; init; } = new();
}
