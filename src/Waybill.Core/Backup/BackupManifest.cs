using System.Text.Json.Serialization;

namespace Waybill.Core.Backup;

/// <summary>What stands at the end of a backup: an archive without it is not whole.</summary>
/// <param name="Format">Always <see cref="BackupFormat.Name"/>.</param>
/// <param name="Created">When the database was copied: later changes are not in it.</param>
/// <param name="Schema">The database's schema.</param>
/// <param name="WithFiles">Whether the customers' files are in it.</param>
/// <param name="Members">Everything but the vaults and this manifest, in its order.</param>
/// <param name="Vaults">What is below <c>vaults/</c>.</param>
/// <param name="Files">How many files the vaults held; in the archive only <paramref name="WithFiles"/>, in its list always.</param>
/// <param name="Bytes">Their bytes.</param>
internal sealed record BackupManifest(
    string Format, DateTimeOffset Created, int Schema, bool WithFiles, IReadOnlyList<BackupMember> Members, BackupTree Vaults, long Files, long Bytes);

/// <summary>One member of the archive.</summary>
internal sealed record BackupMember(string Name, long Size, string Sha256);

/// <summary>The members below <c>vaults/</c>: their number, and a hash over their lines in <see cref="BackupFile"/>'s form.</summary>
internal sealed record BackupTree(long Count, string Sha256);

/// <summary>A line of <c>files.jsonl</c>: what lies in the vaults.</summary>
/// <param name="Path">Account and path, as <c>10042/cdr/march.csv</c>.</param>
/// <param name="Kind"><c>file</c>, <c>directory</c>, <c>link</c>, <c>hidden</c> for a file that is held or was taken back, or <c>aside</c> for one that retention put aside.</param>
/// <param name="Size">Bytes of a file.</param>
/// <param name="Mode">POSIX permission bits, in octal.</param>
/// <param name="Modified">Seconds since 1970-01-01 UTC.</param>
/// <param name="Sha256">Of a file's content; null when it was not read and is not in the catalogue.</param>
/// <param name="Target">Text of a link.</param>
/// <param name="Token">
/// Of a hidden file: what its hidden name ends with; <paramref name="Path"/> is the place that it is for, or was taken back from. Of one put aside its number.
/// </param>
internal sealed record BackupFile(string Path, string Kind, long? Size, string? Mode, long? Modified, string? Sha256, string? Target = null, string? Token = null)
{
    public const string File = "file";
    public const string Directory = "directory";
    public const string Link = "link";
    public const string Hidden = "hidden";
    public const string Aside = "aside";

    /// <summary>The member's name in the archive.</summary>
    [JsonIgnore]
    public string Member => Token is null ? BackupFormat.Vaults + MemberName.Escape(Path) : $"{(Kind == Aside ? BackupFormat.Aside : BackupFormat.Hidden)}{Token}/{MemberName.Escape(Path)}";
}
