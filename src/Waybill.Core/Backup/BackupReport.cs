namespace Waybill.Core.Backup;

/// <summary>What a backup holds.</summary>
/// <param name="Created">When the database was copied.</param>
/// <param name="Schema">The database's schema.</param>
/// <param name="WithFiles">Whether the customers' files are in it.</param>
/// <param name="Files">Files of the vaults.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Missing">Files of the catalogue that were not on the disk: not in it.</param>
/// <param name="GoneMeanwhile">Files that logins removed while the backup was made: not in it.</param>
/// <param name="LeftOut">What no backup can hold: names that are not UTF-8, pipes and devices, files of the installation with odd names, and what has a name that it has something else under.</param>
/// <param name="Hidden">Files that are held or were taken back.</param>
/// <param name="Archived">Files of the archive folders: in its list only.</param>
public sealed record BackupReport(
    DateTimeOffset Created, int Schema, bool WithFiles, long Files, long Bytes, long Missing, long GoneMeanwhile, long LeftOut, long Hidden, long Archived)
{
    /// <summary>Files that retention had moved aside and that stay, held or overwritten in that moment.</summary>
    public long Aside { get; init; }

    /// <summary>Vaults that were not seen whole: a directory was moved or removed meanwhile, or cannot be read. What is in no catalogue may be missing.</summary>
    public int VaultsInPart { get; init; }

    /// <summary>Archive folders that could not be read: their files are not in the list.</summary>
    public IReadOnlyList<string> ArchivesNotRead { get; init; } = [];
}

/// <summary>What a restore has made.</summary>
/// <param name="Created">When the backup's database was copied.</param>
/// <param name="Schema">The backup's schema.</param>
/// <param name="WithFiles">Whether the customers' files were in it.</param>
/// <param name="Files">Files that the backup lists.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="NewVersions">Files that had changed between the copy of the database and their own: catalogued as found.</param>
/// <param name="AuditRows">Rows of the audit log, all whole.</param>
public sealed record RestoreReport(DateTimeOffset Created, int Schema, bool WithFiles, long Files, long Bytes, long NewVersions, long AuditRows);
