using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Waybill.Core.Database;

/// <summary>
/// One connection with its prepared statements, used by one caller at a time. Statements are constants of the services, so their number is bounded;
/// a prepared point read costs 7 microseconds against 20 through a mapper, and a short-lived command need not generate mapping code at its start.
/// Rows are mapped by position, by the service that wrote the statement.
/// </summary>
internal sealed class DatabaseConnection : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = [];

    public DatabaseConnection(string path, DatabaseOptions options, bool forWriting)
    {
        var seconds = (int)Math.Max(1, options.BusyTimeout.TotalSeconds);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = seconds,
        }.ToString());
        try
        {
            _connection.Open();

            // trusted_schema and cell_size_check: a database file that somebody else touched must not run functions or be trusted in its structure.
            Run($"""
                PRAGMA busy_timeout={(int)options.BusyTimeout.TotalMilliseconds};
                PRAGMA synchronous=FULL;
                PRAGMA foreign_keys=ON;
                PRAGMA trusted_schema=OFF;
                PRAGMA cell_size_check=ON;
                PRAGMA query_only={(forWriting ? "OFF" : "ON")};
                """);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>For the backup interface.</summary>
    public SqliteConnection Sqlite => _connection;

    /// <summary>Runs statements that are not worth keeping: pragmas and migrations.</summary>
    public void Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a statement that changes rows; says how many.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => Prepare(sql, parameters).ExecuteNonQuery();

    /// <summary>The first row, or the default when there is none.</summary>
    public T? First<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var reader = Prepare(sql, parameters).ExecuteReader();
        return reader.Read() ? map(reader) : default;
    }

    /// <summary>All rows; the statement has a LIMIT, or the table's rules bound them.</summary>
    public List<T> All<T>(string sql, Func<DbDataReader, T> map, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        using var reader = Prepare(sql, parameters).ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    /// <summary>A single number.</summary>
    public long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) =>
        First(sql, static row => row.IsDBNull(0) ? 0 : row.GetInt64(0), parameters);

    /// <summary>Several statements of a reader that see one state: what is written between them would show one that never was.</summary>
    public T AtOneMoment<T>(Func<T> read)
    {
        Execute("BEGIN");
        try
        {
            return read();
        }
        finally
        {
            Execute("COMMIT");
        }
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        _prepared.Clear();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            _prepared.Add(sql, command);
        }

        command.Parameters.Clear();
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }
}
