using System.Data.Common;

namespace Waybill.Core.Database;

/// <summary>How values lie in columns: times are milliseconds since 1970 in UTC, enumerations their lower-case words.</summary>
internal static class RowReading
{
    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset Time(this DbDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    public static DateTimeOffset? TimeOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);

    public static byte[] Bytes(this DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    public static T Word<T>(this DbDataReader row, int column)
        where T : struct, Enum => Enum.Parse<T>(row.GetString(column), ignoreCase: true);

    public static string ToWord<T>(this T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    public static long ToColumn(this DateTimeOffset time) => time.ToUnixTimeMilliseconds();
}
