using System.Text.Json;
using System.Text.Json.Serialization;

namespace Waybill.Core.Backup;

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

    /// <summary>Files that retention has put aside and that stay. Behind it the number in the catalogue, in <see cref="AsideDigits"/> digits, and the place that the file had.</summary>
    public const string Aside = "taken/";

    /// <summary>Digits of the number of a file that was put aside.</summary>
    public const int AsideDigits = 19;

    /// <summary>What lies in the archive folders: a list only.</summary>
    public const string ArchiveList = "archive.jsonl";

    /// <summary>Members beside the vaults: keys, certificates, templates. An installation has some dozens.</summary>
    public const int MaximumMembers = 10_000;

    /// <summary>Of them, what is kept for anchor, database, the two lists and the keys of <see cref="Secrets"/>: an installation with too many files must not lose these.</summary>
    public const int Reserved = 20;

    /// <summary>The directory of the keys that parts of the database are sealed with.</summary>
    public const string Secrets = "secrets";

    /// <summary>The manifest names each of them.</summary>
    public const int MaximumManifest = 8 * 1024 * 1024;

    /// <summary>Characters of a name in one of <see cref="Directories"/>.</summary>
    public const int MaximumName = 200;

    /// <summary>Directories of the installation that are kept as they are.</summary>
    public static IReadOnlyList<string> Directories { get; } = ["hostkeys", "tls", "templates", Secrets];

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
    public static bool IsInVaults(string name) => name.StartsWith(Vaults, StringComparison.Ordinal) || name.StartsWith(Hidden, StringComparison.Ordinal) || name.StartsWith(Aside, StringComparison.Ordinal);

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
