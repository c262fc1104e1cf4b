using System.Data.Common;
using System.Globalization;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>The statements of numbers, and the one place where a number changes hands: the counts of its range change with it.</summary>
internal static class NumberSql
{
    public const string Select = """
        SELECT n.number, n.state, a.number, f.number, n.expires_on, n.ends, n.quarantined_until, n.target1, n.target2, n.target3, n.periods1, n.periods2, n.periods3,
            n.pin IS NOT NULL, n.features, n.information, n.block_id, n.range_id, n.account_id, n.former_account_id
        FROM phone_number n LEFT JOIN account a ON a.id = n.account_id LEFT JOIN account f ON f.id = n.former_account_id
        """;

    // Without statistics SQLite would take the index of states, and read all that are quarantined.
    public const string IsOverStatement =
        "SELECT EXISTS (SELECT 1 FROM phone_number INDEXED BY phone_number_quarantine WHERE state = 'quarantined' AND quarantined_until <= @now)";

    public const string OverStatement = """
        SELECT number, range_id FROM phone_number INDEXED BY phone_number_quarantine WHERE state = 'quarantined' AND quarantined_until <= @now ORDER BY quarantined_until LIMIT @limit
        """;

    public const string TermsOverStatement = Select + " WHERE n.expires_on < @today ORDER BY n.expires_on LIMIT @limit";

    public const string OfBlockStatement = Select + " WHERE n.block_id = @block AND n.state IN ('active', 'quarantined', 'free') ORDER BY n.number LIMIT @limit";

    private const string DateFormat = "yyyy-MM-dd";

    public static NumberDetails? Find(DatabaseConnection connection, long number) => connection.First(Select + " WHERE n.number = @number", Read, ("@number", number));

    public static NumberDetails Read(DbDataReader row) => new()
    {
        Number = new PhoneNumber(row.GetInt64(0), row.GetString(1) == "portedin"),
        State = row.Word<NumberState>(1),
        Account = row.TextOrNull(2),
        FormerAccount = row.TextOrNull(3),
        Expires = row.TextOrNull(4) is { } date ? DateOnly.ParseExact(date, DateFormat, CultureInfo.InvariantCulture) : null,
        Ends = row.GetInt64(5) != 0,
        QuarantinedUntil = row.TimeOrNull(6),
        Targets = [Target(row, 7), Target(row, 8), Target(row, 9)],
        Periods = [Periods(row, 10), Periods(row, 11), Periods(row, 12)],
        HasPin = row.GetInt64(13) != 0,
        Features = row.TextOrNull(14) ?? "",
        Information = row.TextOrNull(15),
        Block = row.IsDBNull(16) ? null : row.GetInt64(16),
        Range = row.IsDBNull(17) ? null : row.GetInt64(17),
        AccountId = row.IsDBNull(18) ? null : row.GetInt64(18),
        FormerAccountId = row.IsDBNull(19) ? null : row.GetInt64(19),
    };

    public static string ToColumn(this DateOnly date) => date.ToString(DateFormat, CultureInfo.InvariantCulture);

    /// <summary>Gives a number to an account, with nothing set; what an owner before had is gone.</summary>
    public static void Take(DatabaseConnection connection, NumberDetails number, NumberState state, long account, DateOnly? expires, long? block)
    {
        Forget(connection, number);
        connection.Execute(
            """
            UPDATE phone_number SET state = @state, account_id = @account, block_id = @block, expires_on = @expires, quarantined_until = NULL WHERE number = @number
            """,
            ("@state", state.ToWord()), ("@account", account), ("@block", block), ("@expires", expires?.ToColumn()), ("@number", number.Number.E164));
        Count(connection, number.Range, number.State, state);
    }

    /// <summary>Clears what an owner had and set, so that no owner before can have it back.</summary>
    public static void Forget(DatabaseConnection connection, NumberDetails number)
    {
        EmergencySql.Remove(connection, number.Number);
        connection.Execute(
            """
            UPDATE phone_number SET former_account_id = NULL, block_id = NULL, ends = 0, target1 = NULL, target2 = NULL, target3 = NULL, periods1 = NULL, periods2 = NULL,
                periods3 = NULL, pin = NULL, features = NULL, information = NULL
            WHERE number = @number
            """,
            ("@number", number.Number.E164));
    }

    /// <summary>Gives a number back to its former account, as it was.</summary>
    public static void TakeBack(DatabaseConnection connection, NumberDetails number, long account, DateOnly expires)
    {
        connection.Execute(
            """
            UPDATE phone_number SET state = 'active', account_id = @account, former_account_id = NULL, quarantined_until = NULL, expires_on = @expires, ends = 0 WHERE number = @number
            """,
            ("@account", account), ("@expires", expires.ToColumn()), ("@number", number.Number.E164));
        Count(connection, number.Range, number.State, NumberState.Active);
    }

    /// <summary>Takes a number away from its account; what is set stays for whoever may have it back.</summary>
    public static void Release(DatabaseConnection connection, NumberDetails number, NumberState state, DateTimeOffset? quarantinedUntil)
    {
        connection.Execute(
            """
            UPDATE phone_number SET state = @state, account_id = NULL, former_account_id = coalesce(account_id, former_account_id), expires_on = NULL, quarantined_until = @until
            WHERE number = @number
            """,
            ("@state", state.ToWord()), ("@until", quarantinedUntil?.ToColumn()), ("@number", number.Number.E164));
        Count(connection, number.Range, number.State, state);
    }

    /// <summary>Whether somebody's quarantine is over and not seen to.</summary>
    public static bool IsOver(DatabaseConnection connection, DateTimeOffset now) => connection.Number(IsOverStatement, ("@now", now.ToColumn())) != 0;

    /// <summary>Frees numbers whose quarantine is over; says how many.</summary>
    public static int FreeOver(DatabaseConnection connection, DateTimeOffset now)
    {
        var over = connection.All(
            OverStatement, static row => (Number: row.GetInt64(0), Range: row.IsDBNull(1) ? (long?)null : row.GetInt64(1)),
            ("@now", now.ToColumn()), ("@limit", NumberLimits.Together));
        foreach (var (number, range) in over)
        {
            connection.Execute("UPDATE phone_number SET state = 'free', quarantined_until = NULL WHERE number = @number", ("@number", number));
            Count(connection, range, NumberState.Quarantined, NumberState.Free);
        }

        return over.Count;
    }

    private static void Count(DatabaseConnection connection, long? range, NumberState before, NumberState after)
    {
        if (range is { } id && before != after)
        {
            connection.Execute($"UPDATE number_range SET {Column(before)} = {Column(before)} - 1, {Column(after)} = {Column(after)} + 1 WHERE id = @range", ("@range", id));
        }
    }

    private static string Column(NumberState state) => state switch
    {
        NumberState.PortedIn => "ported_in",
        NumberState.PortedOut => "ported_out",
        _ => state.ToWord(),
    };

    private static NumberTarget? Target(DbDataReader row, int column) => row.TextOrNull(column) is { } text && NumberTarget.TryParse(text, out var target) ? target : null;

    private static TargetPeriods? Periods(DbDataReader row, int column) => row.TextOrNull(column) is { } text && TargetPeriods.TryParse(text, out var periods) ? periods : null;
}
