using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Backup;

/// <summary>The list of what lies in the archive folders, with a path below the data directory where that is so. They are backed up as file systems are; the list tells what there was.</summary>
internal sealed class ArchiveListing(string data, IReadOnlyList<string> folders)
{
    private readonly List<string> _unread = [];

    /// <summary>Folders that are there and cannot be read, or not to the end.</summary>
    public IReadOnlyList<string> Unread => _unread;

    public long Files { get; private set; }

    public long LeftOut { get; private set; }

    public async ValueTask WriteAsync(string path, CancellationToken cancellationToken)
    {
        var list = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 64 * 1024 });
        await using (list.ConfigureAwait(false))
        {
            foreach (var folder in folders.Where(Directory.Exists).Select(Path.GetFullPath).Distinct())
            {
                // One that cannot be read is no reason to have no backup of the rest; whoever made it is told.
                using var vaults = Open(folder);
                using var root = vaults?.OpenVault(VaultPath.Root).Value;
                if (root is null)
                {
                    _unread.Add(folder);
                    continue;
                }

                using var walk = root.Walk();
                var shown = (folder + "/").StartsWith(data + "/", StringComparison.Ordinal) ? Path.GetRelativePath(data, folder) : folder;
                while (walk.TryRead(out var entry))
                {
                    if (entry.Kind == FileKind.File)
                    {
                        var line = BackupFormat.Line(new BackupFile(shown + entry.Path, BackupFile.File, entry.Size, null, entry.ModificationTime, null));
                        await list.WriteAsync(line, cancellationToken).ConfigureAwait(false);
                        Files++;
                    }
                }

                LeftOut += walk.Unnameable;
                if (walk.IsInterrupted)
                {
                    _unread.Add(folder);
                }
            }
        }
    }

    private static LocalVaults? Open(string folder)
    {
        try
        {
            return new LocalVaults(folder);
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }
}
