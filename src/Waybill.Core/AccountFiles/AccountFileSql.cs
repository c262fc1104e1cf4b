using System.Data.Common;
using Waybill.Core.Database;

namespace Waybill.Core.AccountFiles;

/// <summary>What somebody has not fetched. Delivered by oneself is known; fetched is to have read all of it, or its end after the beginning was there.</summary>
internal static class AccountFileSql
{
    private const string OwnOfAccount = "IN (SELECT user_name FROM login WHERE account_id = @account AND kind = 'customer')";

    private const string OwnOfVendor = "= @user COLLATE NOCASE";

    /// <summary>The file at a path, and whether it is new.</summary>
    public static (DateTimeOffset Arrived, bool IsNew)? Find(DatabaseConnection connection, long account, string path, string email, string? vendorUser) =>
        connection.First<(DateTimeOffset, bool)?>(
            $"SELECT f.arrived_at, {IsNew(vendorUser)} FROM file f WHERE f.account_id = @account AND f.path = @path AND f.gone_at IS NULL",
            static row => (row.Time(0), row.GetInt64(1) != 0), ("@account", account), ("@path", path), ("@email", email), ("@user", vendorUser));

    /// <summary>The newest of the account's files that are new, the latest first. Of an account that fetched a million only the last ones are looked at.</summary>
    public static List<NewFile> New(DatabaseConnection connection, long account, string email) => connection.All(
        $"""
        SELECT f.path, f.size, f.arrived_at
        FROM (SELECT * FROM file WHERE account_id = @account ORDER BY arrived_at DESC LIMIT {AccountFileLimits.NewLookedAt}) f
        WHERE f.gone_at IS NULL AND {IsNew(null)} ORDER BY f.arrived_at DESC
        """,
        Read, ("@account", account), ("@email", email), ("@user", null));

    private static NewFile Read(DbDataReader row) => new(row.GetString(0), row.GetInt64(1), row.Time(2));

    private static string IsNew(string? vendorUser)
    {
        var own = vendorUser is null ? OwnOfAccount : OwnOfVendor;
        return $"""
            (f.login IS NULL OR NOT (f.login {own} OR f.login = @email COLLATE NOCASE OR (@user IS NULL AND f.protocol IN ('portal', 'rest') AND f.path NOT LIKE '/vendors/%')))
            AND NOT EXISTS (SELECT 1 FROM fetch t WHERE t.file_id = f.id AND (t.whole = 1 OR (f.size > 0 AND t.read_to >= f.size))
              AND (t.login = @email COLLATE NOCASE OR t.login {own}))
            """;
    }
}
