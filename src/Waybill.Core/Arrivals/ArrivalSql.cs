using System.Data.Common;
using Waybill.Core.Database;
using Waybill.Core.Inbound;

namespace Waybill.Core.Arrivals;

/// <summary>The statements of the rules.</summary>
internal static class ArrivalSql
{
    private const string Select = """
        SELECT a.number, r.folder, r.pattern, r.smallest, r.largest, r.header, r.columns FROM arrival_rule r JOIN account a ON a.id = r.account_id
        """;

    /// <summary>What has come and is not judged yet, in the order in which it came.</summary>
    internal const string ArrivingStatement = $"{InboundSql.Select} WHERE i.state = 'arriving' AND i.file_id > @after AND i.target IS NULL ORDER BY i.file_id LIMIT @limit";

    internal const string PartialStatement = "UPDATE inbound SET state = 'arriving' WHERE state = 'partial'";

    internal const string MovingStatement = "SELECT file_id FROM inbound WHERE target IS NOT NULL AND file_id > @after ORDER BY file_id LIMIT @limit";

    /// <summary>
    /// Claims that are over, and those that only a clock that was ahead can have made. The sign keeps SQLite from walking through all that was ever offered, in its
    /// order, every second; the state stands in both parts since its index is one of that state.
    /// </summary>
    internal const string ExpiredStatement = """
        SELECT file_id FROM inbound WHERE (state = 'claimed' AND claimed_until <= @now OR state = 'claimed' AND claimed_until > @far) AND target IS NULL
        ORDER BY +sequence LIMIT @limit
        """;

    /// <summary>The rules of an account in the order in which they are asked: as they were first set.</summary>
    public static List<ArrivalRule> Of(DatabaseConnection connection, long account) => connection.All(
        $"{Select} WHERE r.account_id = @account ORDER BY r.id LIMIT @limit", Read, ("@account", account), ("@limit", ArrivalLimits.Rules));

    private static ArrivalRule Read(DbDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2))
    {
        Smallest = row.IsDBNull(3) ? null : row.GetInt64(3),
        Largest = row.IsDBNull(4) ? null : row.GetInt64(4),
        Header = row.TextOrNull(5),
        Columns = row.IsDBNull(6) ? null : (int)row.GetInt64(6),
    };
}
