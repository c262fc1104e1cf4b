using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Waybill.Storage.EventLoop;

namespace Waybill.Core.Database;

/// <summary>
/// The embedded database: one writing connection behind a lock, a few reading ones. The server and commands beside it use it at once from different processes.
/// </summary>
public sealed class WaybillDatabase : IAsyncDisposable
{
    /// <summary>How often the turn to migrate is asked for, <see cref="LockPause"/> apart: a minute, in which another process migrates a large database.</summary>
    private const int MigrationTries = 12_000;

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(5);

    private readonly string _path;
    private readonly DatabaseOptions _options;
    private readonly DatabaseConnection _writer;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _reading;
    private readonly ConcurrentBag<DatabaseConnection> _readers = [];
    private readonly Lock _versionLock = new();
    private DatabaseConnection? _versionReader;
    private bool _disposed;

    private WaybillDatabase(string path, DatabaseOptions options, DatabaseConnection writer)
    {
        _path = path;
        _options = options;
        _writer = writer;
        _reading = new SemaphoreSlim(options.Readers, options.Readers);
    }

    /// <summary>The version of the SQLite library in use.</summary>
    public static Version LibraryVersion => SqliteLibrary.Version;

    /// <summary>The schema's number.</summary>
    public int SchemaVersion { get; private init; }

    /// <summary>Makes a new database file with mode 0600; refuses one that exists.</summary>
    public static Result<WaybillDatabase> Create(string path)
    {
        if (File.Exists(path))
        {
            return Problem.AlreadyExists($"There is a database at {path} already. Use it, or choose another data directory.");
        }

        try
        {
            PrivateFile.Create(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Problem.Unusable($"The database {path} cannot be made. Check that its directory exists, is writable and has room.");
        }

        return Open(path);
    }

    /// <summary>Opens a database that exists and brings its schema up to date, after a backup copy beside it.</summary>
    public static Result<WaybillDatabase> Open(string path) => Open(path, new DatabaseOptions(), Migration.All);

    internal static Result<WaybillDatabase> Open(string path, DatabaseOptions options, IReadOnlyList<Migration> migrations)
    {
        if (!File.Exists(path))
        {
            return Problem.NotFound($"There is no database at {path}. Make one with `waybill init --data DIR`, or name the right data directory with --data.");
        }

        try
        {
            if (SqliteLibrary.Check(SqliteLibrary.Version) is { } tooOld)
            {
                return tooOld;
            }

            var writer = new DatabaseConnection(path, options, forWriting: true);
            var keep = false;
            try
            {
                // One at a time: two that migrate at once would write the same backup copy.
                using var turn = Migrator.Version(writer) == migrations.Count ? null : PrivateFile.Lock(path + ".lock", MigrationTries, LockPause);
                if (UseLog(writer, options) != "wal")
                {
                    return Problem.Unusable($"The database {path} cannot use a write-ahead log there. Put the data directory on a local disk.");
                }

                if (Migrator.Migrate(writer, path, migrations) is { } problem)
                {
                    return problem;
                }

                keep = true;
                return new WaybillDatabase(path, options, writer) { SchemaVersion = migrations.Count };
            }
            finally
            {
                if (!keep)
                {
                    writer.Dispose();
                }
            }
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
            return Problem.Unusable($"The backup copy before the update of {path} cannot be written. Check the room and rights of its directory; nothing was changed.");
        }
    }

    /// <summary>
    /// A number that changes when any connection, of this process or another, has committed something. Costs microseconds; for what concerns logins
    /// alone ask <see cref="Logins.LoginDirectory.RevisionAsync"/>.
    /// </summary>
    public long DataVersion()
    {
        lock (_versionLock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            try
            {
                _versionReader ??= new DatabaseConnection(_path, _options, forWriting: false);
                return _versionReader.Number("PRAGMA data_version");
            }
            catch (SqliteException e)
            {
                throw new DatabaseException(DatabaseException.Describe(e), e);
            }
        }
    }

    /// <summary>Whether it can be read now: what a monitor asks.</summary>
    public async ValueTask<bool> AnswersAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await ReadAsync(static connection => connection.Number("SELECT count(*) FROM revision") >= 0, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is DatabaseException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>SQLite's own check of the file: empty when it is sound, else what it found, at most 100 lines.</summary>
    public ValueTask<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken = default) => ReadAsync<IReadOnlyList<string>>(
        static connection =>
        {
            var lines = connection.All("PRAGMA integrity_check", static row => row.GetString(0));
            return lines is ["ok"] ? [] : lines;
        },
        cancellationToken);

    /// <summary>Reads with one of the reading connections: a consistent state for each statement.</summary>
    internal async ValueTask<T> ReadAsync<T>(Func<DatabaseConnection, T> read, CancellationToken cancellationToken = default)
    {
        await PoolThread.EnterAsync();
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        DatabaseConnection? connection = null;
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_readers.TryTake(out connection))
            {
                connection = new DatabaseConnection(_path, _options, forWriting: false);
            }

            return read(connection);
        }
        catch (SqliteException e)
        {
            throw new DatabaseException(DatabaseException.Describe(e), e);
        }
        finally
        {
            if (connection is not null)
            {
                _readers.Add(connection);
            }

            _reading.Release();
        }
    }

    /// <summary>
    /// Changes things in one transaction. A problem that <paramref name="change"/> returns rolls everything back, its audit rows too; a database that is
    /// busy, full or damaged is a problem as well.
    /// </summary>
    internal async ValueTask<Result<T>> WriteAsync<T>(Func<WriteTransaction, Result<T>> change, CancellationToken cancellationToken = default)
        where T : notnull
    {
        await PoolThread.EnterAsync();
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var transaction = new WriteTransaction(_writer);
            _writer.Execute("BEGIN IMMEDIATE");
            var committed = false;
            Result<T> result;
            try
            {
                result = change(transaction);
                if (result.Succeeded)
                {
                    _writer.Execute("COMMIT");
                    committed = true;
                }
            }
            finally
            {
                if (!committed)
                {
                    RollBack();
                }
            }

            return committed && transaction.RunAfterCommit() is { } problem ? problem : result;
        }
        catch (SqliteException e)
        {
            return DatabaseException.Describe(e);
        }
        catch (DatabaseException e)
        {
            return e.Problem;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        // Whoever reads or writes now finishes first; nobody begins after that.
        await _writing.WaitAsync().ConfigureAwait(false);
        for (var i = 0; i < _options.Readers; i++)
        {
            await _reading.WaitAsync().ConfigureAwait(false);
        }

        lock (_versionLock)
        {
            _disposed = true;
            _versionReader?.Dispose();
        }

        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        _writer.Dispose();
        _writing.Release();
        _reading.Release(_options.Readers);
    }

    // Who makes a log of a new database needs it alone, and SQLite does not wait for that: two that open it at once would turn each other away.
    private static string? UseLog(DatabaseConnection writer, DatabaseOptions options)
    {
        using var pause = new ManualResetEventSlim();
        for (var began = TimeProvider.System.GetTimestamp(); ; pause.Wait(LockPause))
        {
            try
            {
                return writer.First("PRAGMA journal_mode=WAL", static row => row.GetString(0));
            }
            catch (SqliteException e) when (e.SqliteErrorCode == DatabaseException.Busy && TimeProvider.System.GetElapsedTime(began) < options.BusyTimeout)
            {
                // Again, after the pause.
            }
        }
    }

    private void RollBack()
    {
        try
        {
            _writer.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself after a full disk or an I/O error; the first exception says what happened.
        }
    }
}
