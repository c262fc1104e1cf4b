using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Waybill.Core.Accounts;
using Waybill.Storage;

namespace Waybill.Core.Backup;

/// <summary>
/// Reads a backup twice: first every member is hashed and compared with the manifest at the end, then it is taken out. The archive may be anybody's: only names
/// that the format has, nothing twice, no hard link, no device, and in the vaults only paths that a client could name.
/// </summary>
internal sealed class BackupReader(FileStream archive, string name)
{
    private const int Buffer = 256 * 1024;

    /// <summary>Where the path of a hidden file begins: behind the prefix, the token and a slash.</summary>
    private static readonly int HiddenStart = BackupFormat.Hidden.Length + IStagingStore.TokenLength + 1;

    private static readonly int AsideStart = BackupFormat.Aside.Length + BackupFormat.AsideDigits + 1;

    private Problem NotWhole(string why) => Problem.Unusable($"{name} is no whole backup: {why}. Nothing was restored from it; take another one.");

    /// <summary>Checks everything; the manifest, or what is wrong.</summary>
    public async ValueTask<Result<BackupManifest>> VerifyAsync(CancellationToken cancellationToken)
    {
        List<BackupMember> members = [];
        HashSet<UInt128> seen = [];
        using var tree = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long count = 0;
        BackupManifest? manifest = null;
        try
        {
            archive.Position = 0;
            var tar = new TarReader(archive, leaveOpen: true);
            await using (tar.ConfigureAwait(false))
            {
                while (await tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
                {
                    var shown = Words.Show(entry.Name);
                    if (manifest is not null)
                    {
                        return NotWhole($"{shown} stands behind its manifest");
                    }

                    if (!seen.Add(MemberName.Short(entry.Name)))
                    {
                        return NotWhole($"{shown} is in it twice");
                    }

                    if (entry.Name == BackupFormat.Manifest && entry is { EntryType: TarEntryType.RegularFile, Length: <= BackupFormat.MaximumManifest })
                    {
                        var json = new byte[entry.Length];
                        await (entry.DataStream ?? Stream.Null).ReadExactlyAsync(json, cancellationToken).ConfigureAwait(false);
                        manifest = BackupFormat.Read(json);
                        if (manifest is not { Format: BackupFormat.Name })
                        {
                            return NotWhole("its manifest is not of a version that this program knows");
                        }
                    }
                    else if (BackupFormat.IsInVaults(entry.Name))
                    {
                        if (Describe(entry) is not { } file)
                        {
                            return NotWhole($"{shown} is no place in a vault");
                        }

                        tree.AppendData(BackupFormat.Line(file.Kind is BackupFile.File or BackupFile.Hidden or BackupFile.Aside ? file with { Sha256 = await HashAsync(entry, cancellationToken).ConfigureAwait(false) } : file));
                        count++;
                    }
                    else if (entry.EntryType != TarEntryType.RegularFile || !BackupFormat.IsPlace(entry.Name) || members.Count >= BackupFormat.MaximumMembers)
                    {
                        return NotWhole($"{shown} does not belong into it");
                    }
                    else if (count > 0 && entry.Name != BackupFormat.FileList)
                    {
                        return NotWhole($"{shown} stands behind the vaults");
                    }
                    else
                    {
                        members.Add(new BackupMember(entry.Name, entry.Length, await HashAsync(entry, cancellationToken).ConfigureAwait(false)));
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or FormatException or ArgumentException or NotSupportedException or OverflowException)
        {
            return NotWhole("it is cut or damaged");
        }

        return Compare(manifest, members, new BackupTree(count, Convert.ToHexStringLower(tree.GetHashAndReset())));
    }

    /// <summary>Hands out the members again, in the order of the archive.</summary>
    public async ValueTask ReadAsync(Func<TarEntry, BackupFile?, ValueTask> take, CancellationToken cancellationToken)
    {
        archive.Position = 0;
        var tar = new TarReader(archive, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            while (await tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry && entry.Name != BackupFormat.Manifest)
            {
                var inVault = BackupFormat.IsInVaults(entry.Name);
                if (inVault ? Describe(entry) is null : !BackupFormat.IsPlace(entry.Name))
                {
                    throw new IOException($"{name} was changed while it was read.");
                }

                await take(entry, inVault ? Describe(entry) : null).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Account and path of a vault's member; the path is the root for the vault itself.</summary>
    public static (string Account, VaultPath Path) Place(BackupFile file)
    {
        var slash = file.Path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (file.Path, VaultPath.Root) : (file.Path[..slash], VaultPath.Parse(file.Path[slash..]));
    }

    private Result<BackupManifest> Compare(BackupManifest? manifest, List<BackupMember> members, BackupTree tree)
    {
        if (manifest is null)
        {
            return NotWhole("its end is missing");
        }

        foreach (var (member, listed) in members.Zip(manifest.Members))
        {
            if (member != listed)
            {
                return NotWhole($"{Words.Show(member.Name)} is not what its manifest says");
            }
        }

        if (members.Count != manifest.Members.Count || manifest.Vaults != tree)
        {
            return NotWhole(members.Count != manifest.Members.Count ? "a member is missing or too many" : "a file of the vaults is not what its manifest says");
        }

        foreach (var needed in (string[])[BackupFormat.Database, BackupFormat.AuditKey, BackupFormat.AuditAnchor])
        {
            if (!members.Exists(member => member.Name == needed))
            {
                return NotWhole($"{needed} is missing");
            }
        }

        return manifest;
    }

    /// <summary>A member of a vault, or null when it cannot be one.</summary>
    private static BackupFile? Describe(TarEntry entry)
    {
        var isAside = entry.Name.StartsWith(BackupFormat.Aside, StringComparison.Ordinal);
        string? token = null;
        string name;
        if (isAside || entry.Name.StartsWith(BackupFormat.Hidden, StringComparison.Ordinal))
        {
            var (prefix, start) = isAside ? (BackupFormat.Aside.Length, AsideStart) : (BackupFormat.Hidden.Length, HiddenStart);
            if (entry.EntryType != TarEntryType.RegularFile || entry.Name.Length <= start || entry.Name[start - 1] != '/')
            {
                return null;
            }

            (token, name) = (entry.Name[prefix..(start - 1)], entry.Name[start..]);
            if (!token.All(isAside ? char.IsAsciiDigit : char.IsAsciiHexDigitLower))
            {
                return null;
            }
        }
        else
        {
            name = entry.Name[BackupFormat.Vaults.Length..];
        }

        if (MemberName.Unescape(name) is not { } path || MemberName.Unescape(entry.LinkName ?? "") is not { } target)
        {
            return null;
        }

        if (entry.EntryType == TarEntryType.Directory)
        {
            path = path.TrimEnd('/');
        }

        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var account = slash < 0 ? path : path[..slash];
        var inVault = slash < 0 ? "/" : path[slash..];
        if (!AccountNumber.IsWellFormed(account, AccountNumber.MaximumLength)
            || VaultPath.TryParse(Encoding.UTF8.GetBytes(inVault), VaultPath.Root, out var parsed) != VaultPathError.None
            || parsed!.ToString() != inVault)
        {
            return null;
        }

        var (mode, modified) = (Convert.ToString((int)entry.Mode & 0x1FF, 8), entry.ModificationTime.ToUnixTimeSeconds());
        return entry.EntryType switch
        {
            TarEntryType.Directory => new BackupFile(path, BackupFile.Directory, null, mode, modified, null),
            TarEntryType.SymbolicLink when !parsed.IsRoot => new BackupFile(path, BackupFile.Link, null, mode, modified, null, target),
            TarEntryType.RegularFile when !parsed.IsRoot && token is not null => new BackupFile(path, isAside ? BackupFile.Aside : BackupFile.Hidden, entry.Length, mode, modified, null, Token: token),
            TarEntryType.RegularFile when !parsed.IsRoot => new BackupFile(path, BackupFile.File, entry.Length, mode, modified, null),
            _ => null,
        };
    }

    private static async ValueTask<string> HashAsync(TarEntry entry, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (entry.DataStream is { } data)
        {
            var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(Buffer);
            try
            {
                while (await data.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
                {
                    hash.AppendData(buffer, 0, count);
                }
            }
            finally
            {
                System.Buffers.ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
