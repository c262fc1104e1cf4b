using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Waybill.Core.Accounts;
using Waybill.Core.Database;
using Waybill.TestKit;

namespace Waybill.Core.Tests.Database;

public sealed class WaybillDatabaseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.Combine("waybill.db");

    [Fact]
    public async Task A_new_database_has_the_newest_schema_and_only_its_owner_may_read_it()
    {
        await using var database = WaybillDatabase.Create(FilePath).Get();
        Assert.Equal(Migration.All.Count, database.SchemaVersion);
        await database.WriteAsync<int>(static transaction => transaction.Connection.Execute("UPDATE revision SET value = 9"));

        Assert.Empty(await database.CheckAsync());
        foreach (var file in Directory.GetFiles(_directory.FullName))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.True(File.Exists(FilePath + "-wal"));
    }

    [Fact]
    public async Task Each_connection_has_the_safe_settings()
    {
        await using var database = WaybillDatabase.Create(FilePath).Get();
        Dictionary<string, string> expected = new()
        {
            ["journal_mode"] = "wal",
            ["synchronous"] = "2",
            ["foreign_keys"] = "1",
            ["busy_timeout"] = "5000",
            ["trusted_schema"] = "0",
            ["cell_size_check"] = "1",
        };
        foreach (var (pragma, value) in expected)
        {
            Assert.Equal(value, await database.ReadAsync(connection => connection.First($"PRAGMA {pragma}", static row => row.GetValue(0).ToString())));
            Assert.Equal(value, (await database.WriteAsync<string>(transaction => transaction.Connection.First($"PRAGMA {pragma}", static row => row.GetValue(0).ToString())!)).Get());
        }
    }

    [Fact]
    public async Task Every_table_is_strict()
    {
        // But for those that an index of texts is made of: they are the extension's.
        await using var database = WaybillDatabase.Create(FilePath).Get();
        var tables = await database.ReadAsync(static connection => connection.All("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'", static row => (row.GetString(0), row.GetInt64(1))));
        Assert.NotEmpty(tables);
        Assert.All(tables, static table => Assert.Equal(1, table.Item2));
    }

    [Fact]
    public async Task A_reading_connection_cannot_write()
    {
        await using var database = WaybillDatabase.Create(FilePath).Get();
        await Assert.ThrowsAsync<DatabaseException>(async () => await database.ReadAsync(static connection => connection.Execute("DELETE FROM revision")));
    }

    [Fact]
    public async Task A_database_that_exists_is_not_made_again_and_one_that_does_not_is_not_opened()
    {
        WaybillDatabase.Open(FilePath).Problem(ProblemKind.NotFound);
        Assert.False(File.Exists(FilePath));
        await WaybillDatabase.Create(FilePath).Get().DisposeAsync();
        WaybillDatabase.Create(FilePath).Problem(ProblemKind.AlreadyExists);
        WaybillDatabase.Create(_directory.Combine("no", "such", "directory")).Problem(ProblemKind.Unusable);
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_alone()
    {
        await WaybillDatabase.Create(FilePath).Get().DisposeAsync();
        Execute("PRAGMA user_version = 99");
        var problem = WaybillDatabase.Open(FilePath).Problem(ProblemKind.Unusable);
        Assert.Contains("99", problem.Message, StringComparison.Ordinal);
        Assert.Contains("newer", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_schema_is_brought_up_to_date_after_a_backup_copy()
    {
        await WaybillDatabase.Create(FilePath).Get().DisposeAsync();
        Migration[] migrations = [.. Migration.All, new(Migration.All.Count + 1, "more", "CREATE TABLE more (x INTEGER) STRICT; INSERT INTO more VALUES (42);")];

        await using var database = WaybillDatabase.Open(FilePath, new DatabaseOptions(), migrations).Get();

        Assert.Equal(42, await database.ReadAsync(static connection => connection.Number("SELECT x FROM more")));
        var backup = $"{FilePath}.schema-{Migration.All.Count}.backup";
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(backup));
        await using var old = WaybillDatabase.Open(backup).Get();
        Assert.Equal(1, await old.ReadAsync(static connection => connection.Number("SELECT value FROM revision WHERE topic = 'logins'")));
        Assert.Empty(Directory.GetFiles(_directory.FullName, "*.part"));
    }

    [Fact]
    public async Task Accounts_of_before_the_search_are_found_by_it()
    {
        await CreateBeforeAsync("words-of-accounts");
        Execute("INSERT INTO account (number, number_key, name, status, language, created_at) VALUES ('10042', '10042', 'Zoë MÜLLER-Söhne \" x', 'active', 'en', 0)");

        await using var database = WaybillDatabase.Open(FilePath).Get();

        Assert.Equal(
            ["10042", "müller", "söhne", "x", "zoë"],
            await database.ReadAsync(static connection => connection.All("SELECT word FROM account_word ORDER BY word", static row => row.GetString(0))));
    }

    [Fact]
    public async Task What_programs_uploaded_before_it_was_offered_waits_to_be_judged()
    {
        await CreateBeforeAsync("deliveries-of-programs");
        Execute("INSERT INTO account (id, number, number_key, name, status, language, created_at) VALUES (1, '10042', '10042', 'X', 'active', 'en', 0)");
        Execute("""
            INSERT INTO file (id, account_id, path, size, arrived_at, protocol, gone_at, gone_how) VALUES
                (1, 1, '/upload/a', 1, 5, 'rest', NULL, NULL), (2, 1, '/upload/b', 1, 6, 'rest', 7, 'removed'), (3, 1, '/cdr/c', 1, 8, 'publish', NULL, NULL), (4, 1, '/upload/d', 1, 9, 'sftp', NULL, NULL);
            INSERT INTO inbound (file_id, state, touched_at) VALUES (4, 'waiting', 9);
            """);

        await using var database = WaybillDatabase.Open(FilePath).Get();

        Assert.Equal(
            ["1 arriving 5", "4 waiting 9"],
            await database.ReadAsync(static connection => connection.All("SELECT file_id || ' ' || state || ' ' || touched_at FROM inbound ORDER BY file_id", static row => row.GetString(0))));
    }

    [Theory]
    [InlineData(50, "parked-event 2")]
    [InlineData(5, null)]
    public async Task A_restore_before_events_were_parked_by_number_parks_what_it_parked(long restored, string? expected)
    {
        await CreateBeforeAsync("unknown-files-and-restores");
        Execute("INSERT INTO event (topic, body, created_at, handled_at) VALUES ('a', '{}', 9, 9), ('a', '{}', 10, NULL), ('a', '{}', 60, NULL), ('a', '{}', 70, 70)");
        Execute($"INSERT INTO revision (topic, value) VALUES ('parked', {restored})");

        await using var database = WaybillDatabase.Open(FilePath).Get();

        Assert.Equal(
            expected is null ? [] : [expected],
            await database.ReadAsync(static connection => connection.All("SELECT topic || ' ' || value FROM revision WHERE topic LIKE 'parked%'", static row => row.GetString(0))));
    }

    [Fact]
    public async Task What_programs_uploaded_before_it_was_offered_stays_as_it_was_where_a_hold_covers_it()
    {
        await CreateBeforeAsync("deliveries-of-programs");
        Execute("INSERT INTO account (id, number, number_key, name, status, language, created_at) VALUES (1, '10042', '10042', 'X', 'active', 'en', 0), (2, '10043', '10043', 'X', 'active', 'en', 0)");
        Execute("""
            INSERT INTO hold (account_id, path, reason, set_by, set_at) VALUES (1, '/upload/case', 'x', 'x', 0), (1, '/upload/a', 'x', 'x', 0), (2, '', 'x', 'x', 0);
            INSERT INTO file (id, account_id, path, size, arrived_at, protocol) VALUES
                (1, 1, '/upload/a', 1, 5, 'rest'), (2, 1, '/upload/case/in/x', 1, 6, 'rest'), (3, 2, '/upload/a', 1, 7, 'rest'),
                (4, 1, '/upload/a.csv', 1, 8, 'rest'), (5, 1, '/upload/case 2/x', 1, 9, 'rest');
            """);

        await using var database = WaybillDatabase.Open(FilePath).Get();

        Assert.Equal([4, 5], await database.ReadAsync(static connection => connection.All("SELECT file_id FROM inbound ORDER BY file_id", static row => row.GetInt64(0))));
    }

    [Fact]
    public async Task Keys_that_were_shared_before_such_were_counted_are_found()
    {
        await CreateBeforeAsync("keys-in-use");
        Execute("INSERT INTO login (user_name, user_key, kind, allow_from, status, created_at) VALUES ('p1', 'p1', 'publisher', '', 'active', 0), ('p2', 'p2', 'publisher', '', 'active', 0), ('p3', 'p3', 'publisher', '', 'active', 0)");
        Execute("INSERT INTO login_key (login_id, type, blob, bits, sha256, md5, label, added_at, added_by, revoked_at) SELECT id, 'ssh-ed25519', x'00', 256, 'shared', '', '', 0, 'x', NULL FROM login");
        Execute("INSERT INTO login_key (login_id, type, blob, bits, sha256, md5, label, added_at, added_by, revoked_at) SELECT id, 'ssh-rsa', x'00', 4096, 'revoked', '', '', 0, 'x', 1 FROM login");

        await using var database = WaybillDatabase.Open(FilePath).Get();

        Assert.Equal(
            [("shared", "ssh-ed25519", 3)],
            await database.ReadAsync(static connection => connection.All("SELECT sha256, type, logins FROM shared_key", static row => (row.GetString(0), row.GetString(1), row.GetInt32(2)))));
    }

    [Fact]
    public async Task A_migration_that_fails_changes_nothing()
    {
        await WaybillDatabase.Create(FilePath).Get().DisposeAsync();
        Migration[] migrations = [.. Migration.All, new(Migration.All.Count + 1, "bad", "CREATE TABLE half (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);")];

        WaybillDatabase.Open(FilePath, new DatabaseOptions(), migrations).Problem(ProblemKind.Unusable);

        await using var database = WaybillDatabase.Open(FilePath).Get();
        Assert.Equal(0, await database.ReadAsync(static connection => connection.Number("SELECT count(*) FROM sqlite_schema WHERE name = 'half'")));
    }

    [Fact]
    public async Task Processes_that_open_at_once_migrate_once()
    {
        for (var round = 0; round < 20; round++)
        {
            var path = $"{FilePath}{round}";
            PrivateFile.Create(path);
            var opened = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => WaybillDatabase.Open(path))));
            foreach (var database in opened)
            {
                await database.Get().DisposeAsync();
            }
        }
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_in_words()
    {
        File.WriteAllText(FilePath, new string('x', 10_000));
        Assert.Contains("no database", WaybillDatabase.Open(FilePath).Problem(ProblemKind.Unusable).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_SQLite_without_strict_tables_is_refused()
    {
        Assert.NotNull(SqliteLibrary.Check(new Version(3, 36, 0)));
        Assert.Null(SqliteLibrary.Check(new Version(3, 37, 0)));
        Assert.Null(SqliteLibrary.Check(WaybillDatabase.LibraryVersion));
    }

    [Fact]
    public async Task A_writer_waits_for_another_process_and_says_so_when_it_takes_too_long()
    {
        await WaybillDatabase.Create(FilePath).Get().DisposeAsync();
        await using var database = WaybillDatabase.Open(FilePath, new DatabaseOptions { BusyTimeout = TimeSpan.FromMilliseconds(300) }, Migration.All).Get();
        using var other = Connect();
        Execute(other, "BEGIN IMMEDIATE");

        var clock = Stopwatch.StartNew();
        (await database.WriteAsync<int>(static transaction => transaction.Connection.Execute("UPDATE revision SET value = 2"))).Problem(ProblemKind.Busy);
        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(250), $"{clock.Elapsed}");
        Assert.Equal(1, await database.ReadAsync(static connection => connection.Number("SELECT value FROM revision")));

        Execute(other, "COMMIT");
        (await database.WriteAsync<int>(static transaction => transaction.Connection.Execute("UPDATE revision SET value = 2"))).Get();
    }

    [Fact]
    public async Task A_problem_or_an_exception_rolls_back_and_the_next_write_works()
    {
        await using var database = WaybillDatabase.Create(FilePath).Get();
        (await database.WriteAsync<int>(static transaction =>
        {
            transaction.Connection.Execute("UPDATE revision SET value = 7");
            return new Problem(ProblemKind.Refused, "No. Stop.");
        })).Problem(ProblemKind.Refused);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await database.WriteAsync<int>(static transaction =>
        {
            transaction.Connection.Execute("UPDATE revision SET value = 8");
            throw new InvalidOperationException();
        }));

        Assert.Equal(1, await database.ReadAsync(static connection => connection.Number("SELECT value FROM revision")));
        (await database.WriteAsync<int>(static transaction => transaction.Connection.Execute("UPDATE revision SET value = 9"))).Get();
    }

    [Fact]
    public async Task No_more_readers_than_the_pool_has_run_at_once()
    {
        await WaybillDatabase.Create(FilePath).Get().DisposeAsync();
        await using var database = WaybillDatabase.Open(FilePath, new DatabaseOptions { Readers = 2 }, Migration.All).Get();
        var (running, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await database.ReadAsync(_ =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);

            // Long enough for a second reader to come, then a moment for one too many.
            SpinWait.SpinUntil(() => Volatile.Read(ref most) >= 2, TimeSpan.FromSeconds(60));
            SpinWait.SpinUntil(static () => false, 20);
            return Interlocked.Decrement(ref running);
        }))));
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task A_number_or_name_that_two_processes_want_at_once_goes_to_one()
    {
        await using var core = await TestCore.CreateAsync();
        await using var beside = (await CoreServices.OpenAsync(core.Path, core.Time)).Get();
        for (var i = 0; i < 20; i++)
        {
            var account = new NewAccount($"n{i}", "X");
            var results = await Task.WhenAll(
                Task.Run(async () => await core.Services.Accounts.AddAsync(account, TestCore.Operator)),
                Task.Run(async () => await beside.Accounts.AddAsync(account, TestCore.Operator)));
            Assert.Single(results, static result => result.Succeeded);
            Assert.Single(results, static result => result.Problem?.Kind == ProblemKind.AlreadyExists);
        }

        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    public void Dispose() => _directory.Dispose();

    private static void InterlockedMax(ref int target, int value)
    {
        var seen = Volatile.Read(ref target);
        while (value > seen && Interlocked.CompareExchange(ref target, value, seen) is var found && found != seen)
        {
            seen = found;
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>A database as it was before a migration.</summary>
    private async Task CreateBeforeAsync(string name)
    {
        Migration[] before = [.. Migration.All.TakeWhile(migration => !migration.Name.Contains(name, StringComparison.Ordinal))];
        Assert.InRange(before.Length, 1, Migration.All.Count - 1);
        PrivateFile.Create(FilePath);
        await WaybillDatabase.Open(FilePath, new DatabaseOptions(), before).Get().DisposeAsync();
    }

    private void Execute(string sql)
    {
        using var connection = Connect();
        Execute(connection, sql);
    }
}
