using System.Formats.Tar;
using System.Globalization;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Notifications;
using Waybill.Core.Numbers;
using Waybill.Storage.Local;

namespace Waybill.Core.Backup;

/// <summary>A backup of which every byte has been compared with its manifest.</summary>
public sealed class VerifiedBackup : IAsyncDisposable
{
    /// <summary>Where the list of files is put when the files themselves are not in the backup.</summary>
    public const string ListOfMissing = "restored-files.jsonl";

    /// <summary>Where the list of what lay in the archive folders is put.</summary>
    public const string ListOfArchived = "restored-archive.jsonl";

    private readonly FileStream _archive;
    private readonly BackupReader _reader;
    private readonly BackupManifest _manifest;

    private VerifiedBackup(FileStream archive, BackupReader reader, BackupManifest manifest)
    {
        _archive = archive;
        _reader = reader;
        _manifest = manifest;
    }

    /// <summary>Whether the customers' files are in it.</summary>
    public bool WithFiles => _manifest.WithFiles;

    /// <summary>Opens an archive and checks all of it; writes nothing.</summary>
    public static async ValueTask<Result<VerifiedBackup>> OpenAsync(string file, CancellationToken cancellationToken = default)
    {
        FileStream archive;
        try
        {
            archive = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 64 * 1024, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"The backup {file} cannot be opened. Check its name and that this user may read it.");
        }

        var reader = new BackupReader(archive, file);
        var verified = await reader.VerifyAsync(cancellationToken).ConfigureAwait(false);
        Problem? problem = verified.Problem;
        if (verified.Succeeded && verified.Value.Schema > Migration.All.Count)
        {
            problem = Problem.Unusable(
                $"The backup has schema {verified.Value.Schema}, this program knows schemas up to {Migration.All.Count}: a newer Waybill has made it. Restore it with that version.");
        }

        if (problem is null)
        {
            return new VerifiedBackup(archive, reader, verified.Value!);
        }

        await archive.DisposeAsync().ConfigureAwait(false);
        return problem;
    }

    /// <summary>
    /// Makes a data directory out of it. The directory is empty but for its own empty directories, and whoever calls has marked it as unfinished: what an interruption
    /// leaves is nothing to work with.
    /// </summary>
    /// <param name="target">Where to.</param>
    /// <param name="actor">Who asked for it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async ValueTask<Result<RestoreReport>> RestoreAsync(DataDirectory target, Actor actor, TimeProvider time, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        try
        {
            if (new DriveInfo(target.Path).AvailableFreeSpace is var room && room < _archive.Length)
            {
                return Problem.Unusable($"The backup needs {_archive.Length >> 20} MiB, and {target.Path} has room for {room >> 20}. Choose another directory, or free some room.");
            }

            var restore = new Restore(this, target, actor, time, cancellationToken);
            await using (restore.ConfigureAwait(false))
            {
                await _reader.ReadAsync(restore.TakeAsync, cancellationToken).ConfigureAwait(false);
                return await restore.EndAsync().ConfigureAwait(false);
            }
        }
        catch (ProblemException e)
        {
            return e.Problem;
        }
        catch (DatabaseException e)
        {
            return e.Problem;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"The backup cannot be restored: {e.Message} Check the room and rights of {target.Path}.");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _archive.DisposeAsync();

    private sealed class ProblemException(Problem problem) : Exception(problem.Message)
    {
        public Problem Problem { get; } = problem;
    }

    /// <summary>One restore: members in the order of the archive, in which keys and database come before the vaults.</summary>
    private sealed class Restore(VerifiedBackup backup, DataDirectory target, Actor actor, TimeProvider time, CancellationToken cancellationToken) : IAsyncDisposable
    {
        private readonly RestoredVaults _vaults = new(target.Vaults, target.RetentionTaken);
        private RestoredCatalogue? _catalogue;
        private WaybillDatabase? _database;
        private AuditLog? _audit;

        public async ValueTask TakeAsync(TarEntry entry, BackupFile? file)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file is null)
            {
                await TakePlainAsync(entry).ConfigureAwait(false);
                return;
            }

            if (_catalogue is null)
            {
                Open();
            }

            if (await _vaults.TakeAsync(file, entry.DataStream, cancellationToken).ConfigureAwait(false) is { } sha256)
            {
                await _catalogue!.AddAsync(file, sha256, cancellationToken).ConfigureAwait(false);
            }
        }

        public async ValueTask<Result<RestoreReport>> EndAsync()
        {
            if (_catalogue is null)
            {
                Open();
            }

            await _catalogue!.FlushAsync(cancellationToken).ConfigureAwait(false);
            var settled = await _database!.WriteAsync<int>(
                transaction =>
                {
                    NumberChanges.GoOnAfterRestore(transaction.Connection, time.GetUtcNow());
                    return OutboxSql.Park(transaction.Connection);
                },
                cancellationToken).ConfigureAwait(false);
            if (!settled.Succeeded)
            {
                return settled.Problem;
            }

            var manifest = backup._manifest;
            var recorded = await _audit!.AppendAsync(
                new AuditEntry(AuditActions.Restored, actor)
                {
                    Subject = Path.GetFileName(backup._archive.Name),
                    Detail = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{{\"made\":\"{manifest.Created.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}\",\"withFiles\":{(manifest.WithFiles ? "true" : "false")},\"files\":{manifest.Files}}}"),
                },
                cancellationToken).ConfigureAwait(false);
            if (!recorded.Succeeded)
            {
                return recorded.Problem;
            }

            var damage = await _database.CheckAsync(cancellationToken).ConfigureAwait(false);
            if (damage.Count > 0)
            {
                return Problem.Unusable($"The database of the backup is damaged: {Words.Show(damage[0])}. Restore an older backup.");
            }

            var verification = await _audit.VerifyAsync(cancellationToken).ConfigureAwait(false);
            if (!verification.Intact)
            {
                return Problem.Unusable(
                    $"The audit log of the backup is not whole: {Words.Show(verification.Findings[0].Message)} It was so when the backup was made. Keep it as evidence, and restore an older one.");
            }

            return new RestoreReport(manifest.Created, manifest.Schema, manifest.WithFiles, manifest.Files, manifest.Bytes, _catalogue.NewVersions, verification.Rows);
        }

        public async ValueTask DisposeAsync()
        {
            await _vaults.DisposeAsync().ConfigureAwait(false);
            if (_audit is not null)
            {
                await _audit.DisposeAsync().ConfigureAwait(false);
            }

            if (_database is not null)
            {
                await _database.DisposeAsync().ConfigureAwait(false);
            }
        }

        private async ValueTask TakePlainAsync(TarEntry entry)
        {
            var name = entry.Name switch { BackupFormat.FileList => ListOfMissing, BackupFormat.ArchiveList => ListOfArchived, _ => entry.Name };
            if ((name == ListOfMissing && backup.WithFiles) || (name == ListOfArchived && entry.Length == 0))
            {
                return;
            }

            var path = Path.Combine(target.Path, name);
            var parent = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(parent) && !OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(parent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            var file = PrivateFile.Open(path, FileMode.CreateNew, FileShare.None);
            await using (file.ConfigureAwait(false))
            {
                if (entry.DataStream is { } data)
                {
                    await data.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
                }

                file.Flush(flushToDisk: true);
            }

            if (name.EndsWith(".crt", StringComparison.Ordinal) && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            }

            LocalDirectory.Sync(parent);
        }

        private void Open()
        {
            _database = Require(WaybillDatabase.Open(target.Database));
            _audit = Require(AuditLog.Open(_database, target.AuditKey, target.AuditAnchor, time));
            _catalogue = new RestoredCatalogue(_database, _audit, actor, time);
        }

        private static T Require<T>(Result<T> result)
            where T : notnull => result.Succeeded ? result.Value : throw new ProblemException(result.Problem);
    }
}
