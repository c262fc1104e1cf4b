using System.Data.Common;
using Waybill.Core.Database;

namespace Waybill.Core.Keys;

/// <summary>The key table's statements.</summary>
internal static class KeySql
{
    private const string Select = """
        SELECT id, type, bits, sha256, md5, blob, label, added_at, added_by, expires_at, last_used_at, last_used_from, last_used_client, revoked_at, revoked_by,
               revoked_reason
        FROM login_key
        """;

    /// <summary>All keys of a login, the revoked ones too; <see cref="KeyService.MaximumRemembered"/> bounds them.</summary>
    public static List<InstalledKey> OfLogin(DatabaseConnection connection, long loginId) =>
        connection.All($"{Select} WHERE login_id = @login ORDER BY added_at, id", Read, ("@login", loginId));

    /// <summary>One key of a login.</summary>
    public static InstalledKey? Find(DatabaseConnection connection, long loginId, string sha256) =>
        connection.First($"{Select} WHERE login_id = @login AND sha256 = @sha256", Read, ("@login", loginId), ("@sha256", sha256));

    private static InstalledKey Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetString(4), row.Bytes(5), row.GetString(6), row.Time(7), row.GetString(8),
        row.TimeOrNull(9), row.TimeOrNull(10), row.TextOrNull(11), row.TextOrNull(12), row.TimeOrNull(13), row.TextOrNull(14), row.TextOrNull(15));
}
