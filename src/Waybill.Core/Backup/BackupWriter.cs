using System.Formats.Tar;
using System.Security.Cryptography;
using Waybill.Core.Database;

namespace Waybill.Core.Backup;

/// <summary>The archive while it is written, with the list of files that goes into it at its end.</summary>
internal sealed class BackupWriter : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _listPath;
    private readonly FileStream _archive;
    private readonly FileStream _list;
    private readonly TarWriter _tar;
    private readonly List<BackupMember> _members = [];
    private readonly BackupPlaces _places = new();
    private readonly IncrementalHash _tree = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _treeCount;

    public BackupWriter(string archive, string list)
    {
        _listPath = list;
        _archive = PrivateFile.Open(archive, FileMode.CreateNew, FileShare.None);
        _list = PrivateFile.Open(list, FileMode.CreateNew, FileShare.Read);
        _tar = new TarWriter(_archive, TarEntryFormat.Pax, leaveOpen: true);
    }

    /// <summary>Files of the installation and of vaults whose names no restore would take.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Counts what is not taken.</summary>
    public void LeaveOut() => LeftOut++;

    /// <summary>Adds a file of the installation.</summary>
    public async ValueTask AddFileAsync(string name, string path, CancellationToken cancellationToken)
    {
        const int Lists = 3; // The database and the two lists, which come behind the keys.
        var kept = name.StartsWith(BackupFormat.Secrets + "/", StringComparison.Ordinal) ? Lists : BackupFormat.Reserved;
        if (!BackupFormat.IsPlace(name) || (name.Contains('/', StringComparison.Ordinal) && _members.Count >= BackupFormat.MaximumMembers - kept))
        {
            LeftOut++;
            return;
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        await using (file.ConfigureAwait(false))
        {
            await AddAsync(name, MemberStream.Of(file), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds a member and disposes its content.</summary>
    public async ValueTask AddAsync(string name, MemberStream content, CancellationToken cancellationToken)
    {
        await using (content.ConfigureAwait(false))
        {
            await _tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = OwnerOnly, DataStream = content }, cancellationToken).ConfigureAwait(false);
            _members.Add(new BackupMember(name, content.Length, content.Sha256()));
        }
    }

    /// <summary>Adds something of a vault, and its line to the list.</summary>
    /// <param name="file">The line; the hash of a file is filled in.</param>
    /// <param name="content">A file's content, disposed here.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False when its place is another's in this backup: it is left out, and counted unless it is a directory that is in it.</returns>
    public async ValueTask<bool> AddAsync(BackupFile file, MemberStream? content, CancellationToken cancellationToken)
    {
        if (!_places.Take(file))
        {
            LeftOut += file.Kind == BackupFile.Directory ? 0 : 1;
            if (content is not null)
            {
                await content.DisposeAsync().ConfigureAwait(false);
            }

            return false;
        }

        var type = file.Kind switch { BackupFile.Directory => TarEntryType.Directory, BackupFile.Link => TarEntryType.SymbolicLink, _ => TarEntryType.RegularFile };
        var entry = new PaxTarEntry(type, file.Member)
        {
            Mode = (UnixFileMode)Convert.ToInt32(file.Mode, 8),
            ModificationTime = DateTimeOffset.FromUnixTimeSeconds(file.Modified ?? 0),
        };
        if (file.Target is not null)
        {
            entry.LinkName = MemberName.Escape(file.Target);
        }

        if (content is not null)
        {
            entry.DataStream = content;
        }

        await _tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
        if (content is not null)
        {
            file = file with { Sha256 = content.Sha256() };
            await content.DisposeAsync().ConfigureAwait(false);
        }

        _tree.AppendData(BackupFormat.Line(file));
        _treeCount++;
        await ListAsync(file, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Adds a line to the list alone.</summary>
    public ValueTask ListAsync(BackupFile file, CancellationToken cancellationToken) => _list.WriteAsync(BackupFormat.Line(file), cancellationToken);

    /// <summary>Adds list and manifest, and syncs the archive.</summary>
    public async ValueTask<BackupReport> EndAsync(BackupReport report, CancellationToken cancellationToken)
    {
        await _list.FlushAsync(cancellationToken).ConfigureAwait(false);
        await AddFileAsync(BackupFormat.FileList, _listPath, cancellationToken).ConfigureAwait(false);
        var manifest = new BackupManifest(
            BackupFormat.Name, report.Created, report.Schema, report.WithFiles, _members, new BackupTree(_treeCount, Convert.ToHexStringLower(_tree.GetHashAndReset())), report.Files, report.Bytes);
        var content = MemberStream.Of(BackupFormat.Write(manifest));
        await using (content.ConfigureAwait(false))
        {
            await _tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, BackupFormat.Manifest) { Mode = OwnerOnly, DataStream = content }, cancellationToken).ConfigureAwait(false);
        }

        await _tar.DisposeAsync().ConfigureAwait(false);
        _archive.Flush(flushToDisk: true);
        return report;
    }

    public async ValueTask DisposeAsync()
    {
        // Of an archive that was given up the end does not matter, and its writer would want to write one.
        await _list.DisposeAsync().ConfigureAwait(false);
        await _archive.DisposeAsync().ConfigureAwait(false);
        _tree.Dispose();
    }
}
