using Waybill.Storage;
using Waybill.Storage.Local;

namespace Waybill.Core.Backup;

/// <summary>The list of what lies in the archive folders, with a path below the data directory where that is so. They are backed up as file systems are; the list tells what there was.</summary>
internal sealed class ArchiveListing(string data, IReadOnlyList<string> folders)
{
    public long Files { get; private set; }

    public long LeftOut { get; private set; }

    public async ValueTask WriteAsync(string path, CancellationToken cancellationToken)
    {
        var list = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 64 * 1024 });
        await using (list.ConfigureAwait(false))
        {
            foreach (var folder in folders.Where(Directory.Exists).Select(Path.GetFullPath).Distinct())
            {
                using var vaults = new LocalVaults(folder);
                using var root = vaults.OpenVault(VaultPath.Root).Value ?? throw new IOException($"{folder} cannot be read.");
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
            }
        }
    }
}
