using Microsoft.Data.Sqlite;
using Waybill.Core.Database;
using Waybill.TestKit;

namespace Waybill.Interop.Tests.Crashes;

/// <summary>What the database says of the uploads, read from its tables: the program under test has no say in it.</summary>
/// <param name="Files">The catalogue's rows of files that are there.</param>
/// <param name="Uploads">The audit log's rows of uploads that were done, the oldest first.</param>
internal sealed record DatabaseState(IReadOnlyList<CatalogueRow> Files, IReadOnlyList<AuditedUpload> Uploads)
{
    /// <summary>Reads what a crash left, from a copy: to open it would be to recover it.</summary>
    public static DatabaseState OfCrashed(string database)
    {
        using var copies = new TemporaryDirectory();
        var copy = copies.Combine("copy.db");
        File.Copy(database, copy);
        if (File.Exists(database + "-wal"))
        {
            File.Copy(database + "-wal", copy + "-wal");
        }

        return Read(copy);
    }

    /// <summary>Reads beside a running server.</summary>
    public static DatabaseState OfRunning(string database) => Read(database);

    private static DatabaseState Read(string database)
    {
        // Asking for the version binds the library.
        Assert.NotNull(WaybillDatabase.LibraryVersion);
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var transaction = connection.BeginTransaction(deferred: true);
        return new DatabaseState(
            All(connection, transaction, "SELECT path, size, hex(sha256), protocol = 'found' FROM file WHERE gone_at IS NULL ORDER BY path", row => new CatalogueRow(
                row.GetString(0), row.GetInt64(1), row.GetString(2) is { Length: > 0 } hash ? hash : null, row.GetBoolean(3))),
            All(connection, transaction, "SELECT subject, detail ->> '$.size' FROM audit WHERE action = 'upload' AND outcome = 'done' ORDER BY sequence", row => new AuditedUpload(
                row.GetString(0), row.GetInt64(1))));
    }

    private static List<T> All<T>(SqliteConnection connection, SqliteTransaction transaction, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql, transaction);
        using var rows = command.ExecuteReader();
        var all = new List<T>();
        while (rows.Read())
        {
            all.Add(read(rows));
        }

        return all;
    }
}
