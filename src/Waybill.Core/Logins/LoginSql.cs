using System.Data.Common;
using Waybill.Core.Database;
using Waybill.Storage;

namespace Waybill.Core.Logins;

/// <summary>The login table's statements.</summary>
internal static class LoginSql
{
    public const string Select = """
        SELECT l.id, l.user_name, l.kind, a.number, l.vendor, l.start_directory, l.allow_from, l.status, l.status_reason, l.created_at, l.last_login_at, a.status, l.numbers
        FROM login l LEFT JOIN account a ON a.id = l.account_id
        """;

    public static Login? Find(DatabaseConnection connection, string userName) =>
        connection.First($"{Select} WHERE l.user_key = @key", Read, ("@key", UserName.Fold(userName)));

    public static Login Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.Word<LoginKind>(2), row.TextOrNull(3), row.TextOrNull(4), row.TextOrNull(5) is { } start ? VaultPath.Parse(start) : null,
        AllowedNetworks.FromColumn(row.GetString(6)), row.Word<LoginStatus>(7), row.TextOrNull(8), row.Time(9), row.TimeOrNull(10))
    {
        Numbers = row.Word<LoginKind>(2) == LoginKind.Customer ? row.Word<NumberRight>(12) : null,
    };

    public static Problem Unknown(string userName) =>
        Problem.NotFound($"There is no login {Words.Show(userName)}. `waybill login list` shows them; `waybill login add` adds one.");
}
