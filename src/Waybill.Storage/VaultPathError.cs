namespace Waybill.Storage;

/// <summary>Why a client's path is refused before the file system is asked.</summary>
public enum VaultPathError
{
    /// <summary>It is a path.</summary>
    None,

    /// <summary>Longer than <see cref="VaultPath.MaximumLength"/>.</summary>
    TooLong,

    /// <summary>A name is longer than <see cref="VaultPath.MaximumNameLength"/>.</summary>
    NameTooLong,

    /// <summary>It holds a zero byte (Wing FTP CVE-2025-47812).</summary>
    HoldsNul,

    /// <summary>It is not valid UTF-8.</summary>
    NotUtf8,

    /// <summary>A name begins with <see cref="VaultPath.ReservedPrefix"/>.</summary>
    ReservedName,
}
