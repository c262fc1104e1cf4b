using System.Text.Json;
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
/// <param name="Kind"><c>file</c>, <c>directory</c>, <c>link</c>, or <c>hidden</c> for a file that is held or was taken back.</param>
/// <param name="Size">Bytes of a file.</param>
/// <param name="Mode">POSIX permission bits, in octal.</param>
/// <param name="Modified">Seconds since 1970-01-01 UTC.</param>
/// <param name="Sha256">Of a file's content; null when it was not read and is not in the catalogue.</param>
/// <param name="Target">Text of a link.</param>
/// <param name="Token">Of a hidden file: what its hidden name ends with; <paramref name="Path"/> is the place that it is for, or was taken back from.</param>
internal sealed record BackupFile(string Path, string Kind, long? Size, string? Mode, long? Modified, string? Sha256, string? Target = null, string? Token = null)
{
    public const string File = "file";
    public const string Directory = "directory";
    public const string Link = "link";
    public const string Hidden = "hidden";

    /// <summary>The member's name in the archive.</summary>
    [JsonIgnore]
    public string Member => Token is null ? BackupFormat.Vaults + MemberName.Escape(Path) : $"{BackupFormat.Hidden}{Token}/{MemberName.Escape(Path)}";
}

/// <summary>Names and limits of the format.</summary>
internal static class BackupFormat
{
    public const string Name = "waybill-backup-1";

    public const string Manifest = "manifest.json";
    public const string FileList = "files.jsonl";
    public const string Database = "waybill.db";
    public const string AuditKey = "audit/audit.key";
    public const string AuditAnchor = "audit/anchor";
    public const string Vaults = "vaults/";

    /// <summary>Files of the vaults that nobody sees: held, or taken back. Behind it the token, and the place that the file is for.</summary>
    public const string Hidden = "hidden/";

    /// <summary>What lies in the archive folders: a list only.</summary>
    public const string ArchiveList = "archive.jsonl";

    /// <summary>Members beside the vaults: keys, certificates, templates. An installation has some dozens.</summary>
    public const int MaximumMembers = 10_000;

    /// <summary>Of them, what is kept for anchor, database and the two lists: an installation with too many files must not lose these.</summary>
    public const int Reserved = 4;

    /// <summary>The manifest names each of them.</summary>
    public const int MaximumManifest = 8 * 1024 * 1024;

    /// <summary>Characters of a name in one of <see cref="Directories"/>.</summary>
    public const int MaximumName = 200;

    /// <summary>Directories of the installation that are kept as they are.</summary>
    public static IReadOnlyList<string> Directories { get; } = ["hostkeys", "tls", "templates"];

    /// <summary>Its configuration.</summary>
    public const string Configuration = "waybill.json";

    private static readonly JsonSerializerOptions Lines = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly JsonSerializerOptions Pages = new(Lines) { WriteIndented = true };

    /// <summary>A line with its end: what the list holds and what the hash of the tree is made from.</summary>
    public static byte[] Line(BackupFile file) => [.. JsonSerializer.SerializeToUtf8Bytes(file, Lines), (byte)'\n'];

    public static byte[] Write(BackupManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, Pages);

    /// <summary>Null when it is none.</summary>
    public static BackupManifest? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<BackupManifest>(json, Pages);
            return manifest is { Format: not null, Members: not null, Vaults.Sha256: not null } && manifest.Members.All(member => member is { Name: not null, Sha256: not null }) ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a member is part of the vaults.</summary>
    public static bool IsInVaults(string name) => name.StartsWith(Vaults, StringComparison.Ordinal) || name.StartsWith(Hidden, StringComparison.Ordinal);

    /// <summary>Whether a member may have this name: one that is known, or a plain file in one of <see cref="Directories"/>.</summary>
    public static bool IsPlace(string name)
    {
        if (name is Database or AuditKey or AuditAnchor or Configuration or FileList or ArchiveList)
        {
            return true;
        }

        var parts = name.Split('/');
        return parts.Length is 2 or 3 && Directories.Contains(parts[0]) && parts.Skip(1).All(IsPlainName);
    }

    private static bool IsPlainName(string name) =>
        name.Length is > 0 and <= MaximumName && name[0] != '.' && name.All(each => char.IsAsciiLetterOrDigit(each) || each is '.' or '_' or '-');
}
