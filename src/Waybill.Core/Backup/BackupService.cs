using System.Globalization;
using Microsoft.Data.Sqlite;
using Waybill.Core.Audit;
using Waybill.Core.Database;
using Waybill.Core.Vaults;
using Waybill.Storage.Local;

namespace Waybill.Core.Backup;

/// <summary>
/// Makes a backup, beside a running server or without one: one tar archive that only its owner can read, under its name when it is whole and not before.
/// </summary>
/// <param name="directory">What is backed up.</param>
/// <param name="database">Its database.</param>
/// <param name="audit">Where it is recorded that a backup was made.</param>
/// <param name="vaults">Its vaults.</param>
/// <param name="time">The clock.</param>
public sealed class BackupService(DataDirectory directory, WaybillDatabase database, AuditLog audit, VaultStores vaults, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>EWOULDBLOCK: what an I/O exception says of a file that another process has locked.</summary>
    private const int WouldBlock = 11;

    /// <summary>Folders outside the vaults that hold what left them: what lies there is listed.</summary>
    public IReadOnlyList<string> Archives { get; init; } = [];

    /// <summary>Called when the database has been copied and the files have not: what tests change then is what a server may change.</summary>
    internal Func<Task>? AfterCopy { get; init; }

    /// <summary>Called for each entry of a vault when files are looked for that no catalogue knows: tests move directories then.</summary>
    internal Action<string, Storage.VaultEntry>? AtEntry { get; init; }

    /// <summary>Makes a backup.</summary>
    /// <param name="file">The archive, which must not be there.</param>
    /// <param name="withFiles">Whether the customers' files go into it.</param>
    /// <param name="lockKeys">Taken while the files of the host keys are read, so that none changes between them; null where nobody changes them.</param>
    /// <param name="actor">Who asked for it.</param>
    /// <param name="cancellationToken">Stops it; no archive is left.</param>
    public async ValueTask<Result<BackupReport>> WriteAsync(string file, bool withFiles, Func<IDisposable>? lockKeys, Actor actor, CancellationToken cancellationToken = default)
    {
        file = Path.GetFullPath(file);
        if (Check(file) is { } problem)
        {
            return problem;
        }

        var work = file + ".unfinished";
        try
        {
            MakePrivate(work);
            BackupReport report;
            using (Lock(work))
            {
                // What a killed backup left there is worth nothing.
                foreach (var left in Directory.EnumerateFiles(work).Where(static each => Path.GetFileName(each) != "lock"))
                {
                    File.Delete(left);
                }

                report = await WriteAsync(work, withFiles, lockKeys, cancellationToken).ConfigureAwait(false);
                File.Move(Path.Combine(work, "archive"), file, overwrite: false);
                LocalDirectory.Sync(Path.GetDirectoryName(file)!);
                Directory.Delete(work, recursive: true);
            }

            var recorded = await audit.AppendAsync(
                new AuditEntry(AuditActions.BackupMade, actor)
                {
                    Subject = file,
                    Detail = string.Create(CultureInfo.InvariantCulture, $"{{\"withFiles\":{(withFiles ? "true" : "false")},\"files\":{report.Files},\"bytes\":{report.Bytes},\"missing\":{report.Missing}}}"),
                },
                CancellationToken.None).ConfigureAwait(false);
            return recorded.Succeeded ? report : recorded.Problem;
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return Problem.Refused($"Another backup is being made to {file} right now. Wait for it, or choose another name.");
        }
        catch (SqliteException e)
        {
            return DatabaseException.Describe(e);
        }
        catch (DatabaseException e)
        {
            return e.Problem;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"The backup cannot be written: {e.Message} Check the room and rights of {Path.GetDirectoryName(file)}; no archive was left.");
        }
    }

    private Problem? Check(string file)
    {
        if (Path.Exists(file))
        {
            return Problem.AlreadyExists($"{file} is there already. A backup never overwrites anything: choose another name, or remove it.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(file)))
        {
            return Problem.NotFound($"There is no directory {Path.GetDirectoryName(file)} for the backup. Make it first.");
        }

        // It holds every key: in a vault a customer could fetch it.
        return (file + "/").StartsWith(Path.GetFullPath(directory.Vaults) + "/", StringComparison.Ordinal)
            ? Problem.Refused($"{file} lies in the customers' vaults, and a backup holds the server's keys. Choose another directory.")
            : null;
    }

    private async ValueTask<BackupReport> WriteAsync(string work, bool withFiles, Func<IDisposable>? lockKeys, CancellationToken cancellationToken)
    {
        var writer = new BackupWriter(Path.Combine(work, "archive"), Path.Combine(work, BackupFormat.FileList));
        await using (writer.ConfigureAwait(false))
        {
            using (lockKeys?.Invoke())
            {
                await AddInstallationAsync(writer, cancellationToken).ConfigureAwait(false);
            }

            // The anchor before the database: rows that come between are beyond it, never missing.
            await writer.AddAsync(BackupFormat.AuditAnchor, MemberStream.Of(ReadAnchor()), cancellationToken).ConfigureAwait(false);
            var copy = Path.Combine(work, BackupFormat.Database);
            await CopyDatabaseAsync(copy, cancellationToken).ConfigureAwait(false);
            var created = time.GetUtcNow();

            // A key is made before the first row that needs it, and never changed: so the keys after the rows.
            await AddDirectoriesAsync(writer, [BackupFormat.Secrets], cancellationToken).ConfigureAwait(false);
            await (AfterCopy?.Invoke() ?? Task.CompletedTask).ConfigureAwait(false);
            await writer.AddFileAsync(BackupFormat.Database, copy, cancellationToken).ConfigureAwait(false);

            var archives = new ArchiveListing(directory.Path, Archives);
            var list = Path.Combine(work, BackupFormat.ArchiveList);
            await archives.WriteAsync(list, cancellationToken).ConfigureAwait(false);
            await writer.AddFileAsync(BackupFormat.ArchiveList, list, cancellationToken).ConfigureAwait(false);

            using var connection = new DatabaseConnection(copy, new DatabaseOptions(), forWriting: false);
            var tree = new BackupTreeWriter(writer, database, connection, vaults, withFiles, time) { AsideDirectory = directory.RetentionTaken, AtEntry = AtEntry };
            await tree.RunAsync(cancellationToken).ConfigureAwait(false);
            return await writer.EndAsync(
                new BackupReport(created, Migrator.Version(connection), withFiles, tree.Files, tree.Bytes, tree.Missing, tree.GoneMeanwhile, writer.LeftOut + tree.LeftOut + archives.LeftOut, tree.Hidden, archives.Files)
                {
                    Aside = tree.Aside,
                    VaultsInPart = tree.VaultsInPart,
                    ArchivesNotRead = archives.Unread,
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask AddInstallationAsync(BackupWriter writer, CancellationToken cancellationToken)
    {
        await writer.AddFileAsync(BackupFormat.AuditKey, directory.AuditKey, cancellationToken).ConfigureAwait(false);
        var configuration = Path.Combine(directory.Path, BackupFormat.Configuration);
        if (File.Exists(configuration))
        {
            await writer.AddFileAsync(BackupFormat.Configuration, configuration, cancellationToken).ConfigureAwait(false);
        }

        await AddDirectoriesAsync(writer, BackupFormat.Directories.Where(static name => name != BackupFormat.Secrets), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask AddDirectoriesAsync(BackupWriter writer, IEnumerable<string> directories, CancellationToken cancellationToken)
    {
        foreach (var place in directories.Select(name => Path.Combine(directory.Path, name)).Where(Directory.Exists))
        {
            foreach (var each in Entries(place).SelectMany(static each => IsDirectory(each) ? Entries(each) : [each]).Order(StringComparer.Ordinal))
            {
                // Also one that a link leads to: the server reads it too.
                if (LocalDirectory.HasFile(each))
                {
                    await writer.AddFileAsync(Path.GetRelativePath(directory.Path, each), each, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    writer.LeaveOut();
                }
            }
        }
    }

    private static IEnumerable<string> Entries(string place) =>
        Directory.EnumerateFileSystemEntries(place, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.None }).Where(static each => Path.GetFileName(each) != "lock");

    /// <summary>Not a link to one: that could lead anywhere.</summary>
    private static bool IsDirectory(string path) => new DirectoryInfo(path) is { Exists: true, LinkTarget: null };

    /// <summary>Both slots as they are; the one that is being written while it is read fails its proof, and the other one counts, as for every reader.</summary>
    private byte[] ReadAnchor()
    {
        using var file = new FileStream(directory.AuditAnchor, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private ValueTask<int> CopyDatabaseAsync(string copy, CancellationToken cancellationToken)
    {
        PrivateFile.Create(copy);
        return database.ReadAsync(
            connection =>
            {
                using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString());
                target.Open();

                // One step, so one state of the database, whatever is written meanwhile.
                connection.Sqlite.BackupDatabase(target);
                using var command = target.CreateCommand();
                command.CommandText = "PRAGMA journal_mode=DELETE";
                command.ExecuteNonQuery();
                return 0;
            },
            cancellationToken);
    }

    private static void MakePrivate(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    private static FileStream Lock(string work) => PrivateFile.Open(Path.Combine(work, "lock"), FileMode.OpenOrCreate, FileShare.None);
}
