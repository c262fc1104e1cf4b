using System.Data.Common;
using Waybill.Core.Database;

namespace Waybill.Core.Audit;

/// <summary>A row with its links, exactly as stored.</summary>
internal sealed record AuditRow(
    long Sequence, long Time, string ActorKind, string Actor, string Action, string? Account, string? Subject, string? Address, string? Connection,
    string Outcome, string? Detail, byte[] Previous, byte[] Hash)
{
    public const string Columns = "sequence, time, actor_kind, actor, action, account, subject, address, connection, outcome, detail, previous, hash";

    public static AuditRow Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.TextOrNull(5), row.TextOrNull(6), row.TextOrNull(7),
        row.TextOrNull(8), row.GetString(9), row.TextOrNull(10), row.Bytes(11), row.Bytes(12));

    public AuditRecord ToRecord() => new(
        Sequence, DateTimeOffset.FromUnixTimeMilliseconds(Time), ActorKind, Actor, Action, Account, Subject, Address, Connection, Outcome, Detail);
}
