using System.Globalization;
using System.Security.Cryptography;
using Waybill.Core.Audit;

namespace Waybill.Core.Tests.Audit;

/// <summary>Whatever is done to the log by somebody without its key is found.</summary>
public sealed class AuditTamperTests
{
    private const int Rows = 20;

    [Fact]
    public async Task An_untouched_log_is_intact()
    {
        await using var core = await FilledAsync();
        var verification = await core.Services.Audit.VerifyAsync();
        Assert.True(verification.Intact);
        Assert.Equal(Rows, verification.Rows);
        Assert.Empty(verification.Findings);
    }

    [Theory]
    [InlineData("time = time + 1")]
    [InlineData("actor_kind = 'system'")]
    [InlineData("actor = 'somebody'")]
    [InlineData("action = 'download'")]
    [InlineData("account = NULL")]
    [InlineData("account = ''")]
    [InlineData("subject = subject || ' '")]
    [InlineData("address = NULL")]
    [InlineData("connection = 'other'")]
    [InlineData("outcome = 'refused'")]
    [InlineData("detail = NULL")]
    [InlineData("detail = 'other'")]
    [InlineData("hash = zeroblob(32)")]
    [InlineData("hash = x''")]
    [InlineData("subject = address, address = subject")]
    public async Task An_edit_of_any_field_of_any_row_is_found_at_that_row(string change)
    {
        await using var core = await FilledAsync();
        var saved = await SaveAsync(core);
        foreach (var sequence in new[] { 2, 3, 10, Rows - 1, Rows })
        {
            core.Tamper($"UPDATE audit SET {change} WHERE sequence = {sequence}");
            var verification = await core.Services.Audit.VerifyAsync();

            Assert.Contains(verification.Findings, finding => finding.Kind == AuditFindingKind.RowChanged && finding.Sequence == sequence);
            await RestoreAsync(core, saved);
        }
    }

    [Fact]
    public async Task An_edit_of_the_first_row_is_found()
    {
        await using var core = await FilledAsync();
        core.Tamper("UPDATE audit SET actor = 'somebody' WHERE sequence = 1");
        await FindsAsync(core, AuditFindingKind.RowChanged, 1, "Row 1 was changed");
    }

    [Fact]
    public async Task An_edit_of_the_previous_hash_is_found()
    {
        await using var core = await FilledAsync();
        core.Tamper("UPDATE audit SET previous = zeroblob(32) WHERE sequence = 10");
        await FindsAsync(core, AuditFindingKind.RowOutOfPlace, 10, "Row 10");
    }

    [Fact]
    public async Task Each_deleted_row_is_found()
    {
        for (var sequence = 1; sequence < Rows; sequence += 6)
        {
            await using var core = await FilledAsync();
            core.Tamper($"DELETE FROM audit WHERE sequence = {sequence}");
            await FindsAsync(core, AuditFindingKind.RowMissing, sequence, $"Row {sequence} is missing");
        }
    }

    [Fact]
    public async Task A_deleted_stretch_is_found_as_one()
    {
        await using var core = await FilledAsync();
        core.Tamper("DELETE FROM audit WHERE sequence BETWEEN 5 AND 9");
        await FindsAsync(core, AuditFindingKind.RowMissing, 5, "Rows 5 to 9");
        Assert.Single((await core.Services.Audit.VerifyAsync()).Findings);
    }

    [Fact]
    public async Task A_deleted_row_whose_hole_was_closed_is_found()
    {
        await using var core = await FilledAsync();
        core.Tamper("DELETE FROM audit WHERE sequence = 7; UPDATE audit SET sequence = sequence - 1 WHERE sequence > 7;");
        await FindsAsync(core, AuditFindingKind.RowOutOfPlace, 7, "Row 7");
        await FindsAsync(core, AuditFindingKind.TailMissing, Rows, "missing at the end");
    }

    [Fact]
    public async Task Two_rows_in_each_others_place_are_found()
    {
        await using var core = await FilledAsync();
        core.Tamper("UPDATE audit SET sequence = 1000 WHERE sequence = 8; UPDATE audit SET sequence = 8 WHERE sequence = 9; UPDATE audit SET sequence = 9 WHERE sequence = 1000;");
        await FindsAsync(core, AuditFindingKind.RowOutOfPlace, 8, "Row 8");
        await FindsAsync(core, AuditFindingKind.RowOutOfPlace, 9, "Row 9");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(long.MinValue)]
    public async Task A_row_before_the_first_is_found(long sequence)
    {
        await using var core = await FilledAsync();
        core.Tamper($"INSERT INTO audit SELECT {sequence}, time, actor_kind, actor, action, account, subject, address, connection, outcome, detail, previous, hash FROM audit WHERE sequence = 3");
        await FindsAsync(core, AuditFindingKind.RowInserted, sequence, "inserted");
    }

    [Fact]
    public async Task A_row_that_was_added_at_the_end_without_the_key_is_found()
    {
        await using var core = await FilledAsync();
        core.Tamper($"INSERT INTO audit SELECT {Rows + 1}, time, actor_kind, actor, action, account, subject, address, connection, outcome, detail, hash, randomblob(32) FROM audit WHERE sequence = {Rows}");
        await FindsAsync(core, AuditFindingKind.RowChanged, Rows + 1, $"Row {Rows + 1}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(Rows)]
    public async Task A_cut_tail_is_found_whatever_its_length(int count)
    {
        await using var core = await FilledAsync();
        core.Tamper($"DELETE FROM audit WHERE sequence > {Rows - count}");
        await FindsAsync(core, AuditFindingKind.TailMissing, Rows - count + 1, $"to {Rows} are missing at the end");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    public async Task A_chain_that_was_made_anew_with_another_key_is_found_from_its_first_row(int from)
    {
        await using var core = await FilledAsync();
        await RecomputeAsync(core, from);
        await FindsAsync(core, AuditFindingKind.ChainRecomputed, from, $"From row {from}");
        await FindsAsync(core, AuditFindingKind.AnchorMismatch, Rows, "another row");
    }

    [Fact]
    public async Task An_old_database_that_was_put_back_is_found()
    {
        await using var core = await FilledAsync();
        var old = await SaveAsync(core);
        await AppendAsync(core, 5);
        await RestoreAsync(core, old);
        await FindsAsync(core, AuditFindingKind.TailMissing, Rows + 1, "an old database was put back");
    }

    [Fact]
    public async Task An_old_database_that_then_lived_on_is_found_for_good()
    {
        await using var core = await FilledAsync();
        var old = await SaveAsync(core);
        await AppendAsync(core, 5);
        await RestoreAsync(core, old);

        await AppendAsync(core, 50);

        await FindsAsync(core, AuditFindingKind.GapRecorded, Rows + 1, $"the anchor knew {Rows + 5} rows, the database held {Rows}");
        Assert.Single((await core.Services.Audit.VerifyAsync()).Findings);
    }

    [Fact]
    public async Task A_database_of_another_history_with_as_many_rows_is_found()
    {
        await using var core = await FilledAsync();
        var fork = await SaveAsync(core);
        var anchor = File.ReadAllBytes(core.Files.AuditAnchor);
        await AppendAsync(core, 5);
        var real = File.ReadAllBytes(core.Files.AuditAnchor);

        // The fork is written with the right key: what somebody has who restores both files, works on, and then puts the real anchor back.
        await RestoreAsync(core, fork);
        File.WriteAllBytes(core.Files.AuditAnchor, anchor);
        core.Time.Advance(TimeSpan.FromMinutes(1));
        await AppendAsync(core, 10);
        File.WriteAllBytes(core.Files.AuditAnchor, real);

        await FindsAsync(core, AuditFindingKind.AnchorMismatch, Rows + 5, "another row");
        await AppendAsync(core, 1);
        await FindsAsync(core, AuditFindingKind.GapRecorded, Rows + 11, "another one than the anchor knew");
    }

    [Fact]
    public async Task A_deleted_anchor_is_found_and_going_on_does_not_hide_it()
    {
        await using var core = await FilledAsync();
        core.Tamper("DELETE FROM audit WHERE sequence > 10");
        File.Delete(core.Files.AuditAnchor);
        await FindsAsync(core, AuditFindingKind.AnchorMissing, null, "anchor file is gone");

        await AppendAsync(core, 1);
        await FindsAsync(core, AuditFindingKind.GapRecorded, 11, "the anchor file was missing");
    }

    [Fact]
    public async Task A_forged_or_damaged_anchor_is_found_and_going_on_does_not_hide_it()
    {
        await using var core = await FilledAsync();
        var bytes = File.ReadAllBytes(core.Files.AuditAnchor);
        File.WriteAllText(core.Files.AuditAnchor, System.Text.Encoding.ASCII.GetString(bytes).Replace($" {Rows} ", " 10 ", StringComparison.Ordinal).Replace($" {Rows - 1} ", " 9 ", StringComparison.Ordinal));
        await FindsAsync(core, AuditFindingKind.AnchorForged, null, "was not written with this log's key");
        File.WriteAllBytes(core.Files.AuditAnchor, []);
        await FindsAsync(core, AuditFindingKind.AnchorForged, null, "damaged");

        await AppendAsync(core, 1);
        await FindsAsync(core, AuditFindingKind.GapRecorded, Rows + 1, "not written with this key");
    }

    [Fact]
    public async Task An_anchor_that_is_no_file_is_found()
    {
        await using var core = await FilledAsync();
        File.Delete(core.Files.AuditAnchor);
        Directory.CreateDirectory(core.Files.AuditAnchor);
        await FindsAsync(core, AuditFindingKind.AnchorForged, null, "cannot be read");
    }

    [Fact]
    public async Task A_torn_write_of_the_anchor_leaves_the_slot_before_it()
    {
        await using var core = await FilledAsync();
        var bytes = File.ReadAllBytes(core.Files.AuditAnchor);
        var text = System.Text.Encoding.ASCII.GetString(bytes);
        var newest = text.IndexOf($" {Rows} ", StringComparison.Ordinal);
        bytes.AsSpan(newest + 10, 20).Clear();
        File.WriteAllBytes(core.Files.AuditAnchor, bytes);

        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
        await AppendAsync(core, 3);
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    [Fact]
    public async Task An_exchanged_key_is_found()
    {
        await using var core = await FilledAsync();
        await core.Services.DisposeAsync();
        File.WriteAllText(core.Files.AuditKey, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        await core.ReopenAsync();
        await FindsAsync(core, AuditFindingKind.ChainRecomputed, 1, "key file was exchanged");
        await FindsAsync(core, AuditFindingKind.AnchorForged, null, "key file was exchanged");
    }

    [Fact]
    public async Task An_emptied_log_is_found()
    {
        await using var core = await FilledAsync();
        core.Tamper("DELETE FROM audit");
        await FindsAsync(core, AuditFindingKind.TailMissing, 1, $"Rows 1 to {Rows}");
        File.Delete(core.Files.AuditAnchor);
        await FindsAsync(core, AuditFindingKind.AnchorMissing, null, "gone");
    }

    [Fact]
    public async Task A_table_that_is_gone_is_found()
    {
        await using var core = await FilledAsync();
        core.Tamper("DROP TABLE audit");
        await FindsAsync(core, AuditFindingKind.Unreadable, 1, "cannot be read");
    }

    [Fact]
    public async Task A_row_with_the_greatest_number_is_found()
    {
        await using var core = await FilledAsync();
        core.Tamper($"UPDATE audit SET sequence = {long.MaxValue} WHERE sequence = {Rows}");
        await FindsAsync(core, AuditFindingKind.RowMissing, Rows, "are missing");
    }

    [Fact]
    public async Task The_table_itself_refuses_an_accident()
    {
        await using var core = await FilledAsync();
        foreach (var sql in new[] { "DELETE FROM audit WHERE sequence = 3", "UPDATE audit SET actor = 'x' WHERE sequence = 3" })
        {
            (await core.Services.Database.WriteAsync<int>(transaction => transaction.Connection.Execute(sql))).Problem(ProblemKind.Unusable);
        }

        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    [Fact]
    public async Task A_hundred_random_changes_are_all_found()
    {
        await using var core = await FilledAsync();
        var good = await SaveAsync(core);
        string[] columns = ["time", "actor_kind", "actor", "action", "account", "subject", "address", "connection", "outcome", "detail", "previous", "hash"];
        var found = 0;
        const int Changes = 100;
        for (var i = 0; i < Changes; i++)
        {
            var row = RandomNumberGenerator.GetInt32(1, Rows + 1);
            var column = columns[RandomNumberGenerator.GetInt32(columns.Length)];
            var value = column == "time"
                ? RandomNumberGenerator.GetInt32(int.MaxValue).ToString(CultureInfo.InvariantCulture)
                : column is "previous" or "hash" ? "randomblob(32)" : "hex(randomblob(4))";
            core.Tamper($"UPDATE audit SET {column} = {value} WHERE sequence = {row}");
            found += (await core.Services.Audit.VerifyAsync()).Findings.Any(finding => finding.Sequence == row) ? 1 : 0;
            await RestoreAsync(core, good);
        }

        Assert.Equal(Changes, found);
        Assert.True((await core.Services.Audit.VerifyAsync()).Intact);
    }

    [Fact]
    public async Task More_findings_than_the_limit_are_counted()
    {
        await using var core = await FilledAsync();
        await Parallel.ForAsync(0, 2 * AuditLimits.Findings, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, token) =>
            await core.Services.Audit.AppendAsync(new AuditEntry("upload", TestCore.Operator), token));
        core.Tamper("UPDATE audit SET actor = 'x' WHERE sequence % 2 = 1");
        var verification = await core.Services.Audit.VerifyAsync();
        Assert.Equal(AuditLimits.Findings, verification.Findings.Count);
        Assert.Equal((Rows / 2) + AuditLimits.Findings, verification.FindingCount);
    }

    private static async Task<TestCore> FilledAsync()
    {
        var core = await TestCore.CreateAsync();
        await AppendAsync(core, Rows - 1);
        return core;
    }

    private static async Task AppendAsync(TestCore core, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var outcome = await core.Services.Audit.AppendAsync(
                new AuditEntry("upload", Actor.Login("10042", "192.0.2.1", "c")) { Account = "10042", Subject = $"/upload/{i}", Detail = "x" });
            Assert.True(outcome.Succeeded);
        }
    }

    private static async Task FindsAsync(TestCore core, AuditFindingKind kind, long? sequence, string words)
    {
        var verification = await core.Services.Audit.VerifyAsync();
        Assert.False(verification.Intact);
        Assert.Contains(
            verification.Findings,
            finding => finding.Kind == kind && finding.Sequence == sequence && finding.Message.Contains(words, StringComparison.Ordinal));
    }

    /// <summary>The database file, whole: the write-ahead log is folded in when nothing has it open.</summary>
    private static async Task<byte[]> SaveAsync(TestCore core)
    {
        await core.Services.DisposeAsync();
        var database = File.ReadAllBytes(core.Files.Database);
        await core.ReopenAsync();
        return database;
    }

    /// <summary>Puts a database file back while nothing has it open.</summary>
    private static async Task RestoreAsync(TestCore core, byte[] database)
    {
        await core.Services.DisposeAsync();
        File.Delete(core.Files.Database + "-wal");
        File.Delete(core.Files.Database + "-shm");
        File.WriteAllBytes(core.Files.Database, database);
        await core.ReopenAsync();
    }

    /// <summary>What an attacker does who knows this program but not the key: edit a row, then make every hash after it fit again.</summary>
    private static async Task RecomputeAsync(TestCore core, int from)
    {
        var wrong = RandomNumberGenerator.GetBytes(32);
        var rows = await core.Services.Database.ReadAsync(static connection => AuditSql.Next(connection, 1, 1000));
        var previous = rows[from - 1].Previous;
        foreach (var row in rows.Skip(from - 1))
        {
            var forged = row with { Actor = "somebody", Previous = previous };
            forged = forged with { Hash = AuditChain.Hash(wrong, forged) };
            core.Tamper($"UPDATE audit SET actor = 'somebody', previous = x'{Convert.ToHexString(forged.Previous)}', hash = x'{Convert.ToHexString(forged.Hash)}' WHERE sequence = {row.Sequence}");
            previous = forged.Hash;
        }
    }
}
