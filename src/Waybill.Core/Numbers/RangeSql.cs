using System.Data.Common;
using Waybill.Core.Database;

namespace Waybill.Core.Numbers;

/// <summary>The statements of ranges.</summary>
internal static class RangeSql
{
    public const string Select = """
        SELECT id, first, last, band, setup_price, monthly_price, description, created_at, created_by, free, quarantined, active, ported_in, ported_out FROM number_range
        """;

    public static NumberRange? Find(DatabaseConnection connection, long id) => connection.First(Select + " WHERE id = @id", Read, ("@id", id));

    public static NumberRange Read(DbDataReader row) => new(
        row.GetInt64(0), new PhoneNumber(row.GetInt64(1)), new PhoneNumber(row.GetInt64(2)),
        new RangeTerms(row.TextOrNull(3), row.IsDBNull(4) ? null : row.GetInt64(4), row.IsDBNull(5) ? null : row.GetInt64(5), row.TextOrNull(6)), row.Time(7), row.GetString(8),
        new RangeCounts(row.GetInt64(9), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12), row.GetInt64(13)));

    public static long Insert(DatabaseConnection connection, NewRange range, DateTimeOffset now, string by)
    {
        var id = connection.Number(
            """
            INSERT INTO number_range (first, last, band, setup_price, monthly_price, description, created_at, created_by, free, quarantined, active, ported_in, ported_out)
            VALUES (@first, @last, @band, @setup, @monthly, @description, @now, @by, @last - @first + 1, 0, 0, 0, 0) RETURNING id
            """,
            ("@first", range.First.E164), ("@last", range.Last.E164), ("@band", range.Terms.Band), ("@setup", range.Terms.SetupPrice), ("@monthly", range.Terms.MonthlyPrice),
            ("@description", range.Terms.Description), ("@now", now.ToColumn()), ("@by", by));
        connection.Execute(
            """
            WITH RECURSIVE each (number) AS (SELECT @first UNION ALL SELECT number + 1 FROM each WHERE number < @last)
            INSERT INTO phone_number (number, range_id, state) SELECT number, @range, 'free' FROM each
            """,
            ("@first", range.First.E164), ("@last", range.Last.E164), ("@range", id));
        return id;
    }
}
