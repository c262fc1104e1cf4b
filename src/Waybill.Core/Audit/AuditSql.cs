using Waybill.Core.Database;

namespace Waybill.Core.Audit;

/// <summary>The audit table's statements.</summary>
internal static class AuditSql
{
    /// <summary>The highest row.</summary>
    public static AuditHead Head(DatabaseConnection connection) => connection.First(
        "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1",
        static row => (AuditHead?)new AuditHead(row.GetInt64(0), row.Bytes(1))) ?? AuditHead.Empty;

    public static byte[]? HashOf(DatabaseConnection connection, long sequence) => connection.First(
        "SELECT hash FROM audit WHERE sequence = @sequence",
        static row => row.Bytes(0),
        ("@sequence", sequence));

    public static void Insert(DatabaseConnection connection, AuditRow row) => connection.Execute(
        $"""
        INSERT INTO audit ({AuditRow.Columns})
        VALUES (@sequence, @time, @actorKind, @actor, @action, @account, @subject, @address, @connection, @outcome, @detail, @previous, @hash)
        """,
        ("@sequence", row.Sequence),
        ("@time", row.Time),
        ("@actorKind", row.ActorKind),
        ("@actor", row.Actor),
        ("@action", row.Action),
        ("@account", row.Account),
        ("@subject", row.Subject),
        ("@address", row.Address),
        ("@connection", row.Connection),
        ("@outcome", row.Outcome),
        ("@detail", row.Detail),
        ("@previous", row.Previous),
        ("@hash", row.Hash));

    public static List<AuditRow> Next(DatabaseConnection connection, long from, int count) => connection.All(
        $"SELECT {AuditRow.Columns} FROM audit WHERE sequence >= @from ORDER BY sequence LIMIT @count",
        AuditRow.Read,
        ("@from", from),
        ("@count", count));
}
