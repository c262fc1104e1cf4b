namespace Waybill.Storage;

/// <summary>What lies at a path of a vault, as the program itself sees it. Links are never followed.</summary>
/// <param name="Path">Where in the vault.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Permissions">POSIX permission bits, 0 to 0777.</param>
/// <param name="ModificationTime">Seconds since 1970-01-01 UTC.</param>
/// <param name="Stamp">Its size and identity.</param>
public readonly record struct VaultEntry(VaultPath Path, FileKind Kind, int Permissions, long ModificationTime, FileStamp Stamp)
{
    /// <summary>When the file was made that lies there, by the kernel's clock: milliseconds since 1970-01-01 UTC; null where the file system does not know.</summary>
    public long? Born { get; init; }

    /// <summary>A session of this program has put it in place and not recorded it yet. A walk does not ask for it.</summary>
    public bool IsPending { get; init; }

    /// <summary>Bytes.</summary>
    public long Size => Stamp.Size;
}
