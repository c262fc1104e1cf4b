using Waybill.Core.Database;

namespace Waybill.Core.Retention;

/// <summary>Asks for the hold that covers one file, in the transaction that would destroy it.</summary>
internal static class HoldSql
{
    /// <summary>The condition under which a hold covers a path: '0' is the character behind '/'. As <see cref="RetentionScope.Covers"/>.</summary>
    public static string Covers(string hold, string path) => $"({hold} = '' OR {path} = {hold} OR ({path} > {hold} || '/' AND {path} < {hold} || '0'))";

    /// <summary>The path of a hold that covers a file, the widest first; null when none does.</summary>
    public static string? Covering(DatabaseConnection connection, long account, string path) => connection.First(
        $"SELECT path FROM hold WHERE account_id = @account AND {Covers("path", "@path")} ORDER BY length(path) LIMIT 1",
        static row => RetentionScope.ToPath(row.GetString(0)), ("@account", account), ("@path", path));

    /// <summary>Why a file must not be destroyed or taken away; null when it may.</summary>
    public static Problem? Check(DatabaseConnection connection, long accountId, string account, string path) => Covering(connection, accountId, path) is { } hold
        ? Problem.Refused(
            $"{Words.Show(path)} of account {account} is under the legal hold on {Words.Show(hold)}. `waybill hold list --account {account}` says why; end the hold first, or leave the file.")
        : null;
}
