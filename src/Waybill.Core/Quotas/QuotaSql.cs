using System.Data.Common;
using Waybill.Core.Database;
using Waybill.Storage.Quotas;

namespace Waybill.Core.Quotas;

/// <summary>The quota table's statements.</summary>
internal static class QuotaSql
{
    public const string Select = """
        SELECT a.number, q.login, q.max_bytes, q.max_files, q.bytes, q.files, q.warned, q.revision FROM quota q JOIN account a ON a.id = q.account_id
        """;

    public const string IsLimited = "(q.max_bytes IS NOT NULL OR q.max_files IS NOT NULL)";

    public static Quota Read(DbDataReader row) => new(
        row.GetString(0), row.GetString(1) is { Length: > 0 } login ? login : null, Limits(row), new QuotaAmount(row.GetInt64(4), row.GetInt64(5)), (int)row.GetInt64(6));

    public static Quota? Find(DatabaseConnection connection, long account, string login) => connection.First(
        $"{Select} WHERE q.account_id = @account AND q.login = @login", Read, ("@account", account), ("@login", login));

    /// <summary>What a session's uploads are held to; a row that is not there yet has no limit and no files.</summary>
    public static QuotaState State(DatabaseConnection connection, string accountKey, string login) => connection.First(
        $"{Select} WHERE a.number_key = @key AND q.login = @login",
        static row => new QuotaState(Limits(row), new QuotaAmount(row.GetInt64(4), row.GetInt64(5)), row.GetInt64(7)),
        ("@key", accountKey), ("@login", login));

    private static QuotaLimits Limits(DbDataReader row) => new(row.IsDBNull(2) ? null : row.GetInt64(2), row.IsDBNull(3) ? null : row.GetInt64(3));
}
